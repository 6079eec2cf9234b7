"""The public log: entries that are only ever added, in files that anyone may copy."""

from pipeline.log.entries import EntryDraft
from pipeline.log.keys import Keys, init_keys, load_keys
from pipeline.log.writer import Log, open_log

__all__ = ["EntryDraft", "Keys", "Log", "init_keys", "load_keys", "open_log"]
