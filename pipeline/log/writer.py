"""The one writer of a log: adds entries, publishes checkpoints, and never signs two histories.

Three files decide what happened, in this order. The journal: an entry in it is acknowledged. `signed`, beside the key:
a checkpoint in it may have been seen by somebody. `checkpoint`: it is published. Killed between any two, the next
writer goes on from there and signs the same again.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from pipeline.errors import LogError, ProofError
from pipeline.log.disk import Disk
from pipeline.log.entries import EntryDraft
from pipeline.log.folder import CHECKPOINT, LogFolder
from pipeline.log.growth import grow, superseded
from pipeline.log.journal import Journal
from pipeline.log.keys import SIGNED, Keys
from pipeline.verify.merkle import root_of
from pipeline.verify.notes import Checkpoint, Note, SignatureLine, open_checkpoint, sign
from pipeline.verify.tiles import TILE_WIDTH

_JOURNAL: Final = ".journal"
_LOCK: Final = ".lock"


@contextmanager
def open_log(path: Path, keys: Keys, disk: Disk | None = None) -> Iterator[Log]:
    """Open a log for writing, finish what an earlier writer left unfinished, and keep other writers out.

    Parameters
    ----------
    path : Path
        The log's folder; is made.
    keys : Keys
        Of the log.
    disk : Disk
        How files are changed.

    Raises
    ------
    LogError
        If another process writes the log, its folder belongs to another key, or entries are missing that a signed
        checkpoint has.
    """
    disk = disk or Disk()
    with _plainly(path):
        disk.make_folder(path)
        descriptor = os.open(path / _LOCK, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise LogError(f"{path}: another process is writing this log") from error
        with _plainly(path):
            log = Log(path, keys, disk)
        yield log
    finally:
        os.close(descriptor)


@contextmanager
def _plainly(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise LogError(f"{error.filename or path}: cannot be read or written: {error.strerror}") from error
    except ProofError as error:
        raise LogError(f"{path}: not the log of these keys, or damaged: {error}") from error


class Log(LogFolder):
    """A log that is open for writing; `open_log` makes one.

    Attributes
    ----------
    size : int
        Entries that were acknowledged, published or not.
    """

    def __init__(self, path: Path, keys: Keys, disk: Disk) -> None:
        super().__init__(path)
        self._keys = keys
        self._disk = disk
        self._journal = Journal(path / _JOURNAL, disk)
        self._published = self._open_published()
        self._pending = self._recover()
        self.size = self._published.size + len(self._pending)
        self._logged_at = self._last_time()

    @property
    def origin(self) -> str:
        """The log's name."""
        return self._keys.verifier.name

    def append(self, drafts: Iterable[EntryDraft], now: datetime) -> range:
        """Add entries; when this returns, they are kept.

        Parameters
        ----------
        drafts : iterable of EntryDraft
            In order. Their ids are the caller's to keep apart.
        now : datetime
            When they are logged. If the clock went back, the time of the entry before is taken.

        Returns
        -------
        range
            Their numbers in the log.
        """
        now = max(now.astimezone(UTC), self._logged_at)
        entries = [draft.entry(now) for draft in drafts]
        numbers = self.append_entries(entries)
        self._logged_at = now
        return numbers

    def append_entries(self, entries: Sequence[bytes]) -> range:
        """Add entries as they are, such as signatures of what was published; when this returns, they are kept."""
        if entries:
            self._journal.add(entries)
            self._pending += entries
            self.size += len(entries)
        return range(self.size - len(entries), self.size)

    def publish(self) -> Note:
        """Put everything that was acknowledged into the tree, sign its checkpoint, and publish it.

        Returns
        -------
        Note
            The checkpoint. If nothing was added, the published one with the signatures of witnesses that it has.

        Raises
        ------
        LogError
            If the checkpoint would contradict one that the key has signed, or a file cannot be written.
        """
        note = self.note()
        if note and self.size == self._published.size:
            return note
        with _plainly(self.path):
            return self._publish()

    def _publish(self) -> Note:
        before = self._published.size
        for tile, data in grow(before, self._pending, self.read_tile):
            self._disk.write(self.path / tile.path, data)
        self._disk.barrier()
        checkpoint = Checkpoint(self.origin, self.size, root_of(self.size, self.hashes(self.size)))
        note = self._signed(checkpoint)
        self._disk.replace(self.path / CHECKPOINT, note.encode())
        self._published, self._pending = checkpoint, []
        self._journal.begin(self.size)
        for tile in superseded(before, self.size):
            self._disk.remove(self.path / f"{tile.path}.p")
        return note

    def add_witnesses(self, lines: Iterable[SignatureLine]) -> Note:
        """Add signatures of witnesses to the published checkpoint.

        Parameters
        ----------
        lines : iterable of SignatureLine
            Checked by the caller; those of witnesses who signed it already are left out.
        """
        note = self.publish()
        known = {(line.name, line.key_id) for line in note.signatures}
        note = note.with_lines(line for line in lines if (line.name, line.key_id) not in known)
        self._disk.replace(self.path / CHECKPOINT, note.encode())
        return note

    def all_entries(self) -> Iterator[bytes]:
        """Yield every entry, published or not."""
        yield from super().all_entries()
        yield from self._pending

    def newest(self, *, but_events: bool = False) -> Iterator[dict[str, Any]]:
        """Yield every entry, the newest first; all but events fast, as most entries are events."""
        for entry in self._newest_raw():
            if not (but_events and _looks_like_event(entry)):
                yield json.loads(entry)

    def _newest_raw(self) -> Iterator[bytes]:
        yield from reversed(self._pending)
        size = self._published.size
        for index in reversed(range(-(-size // TILE_WIDTH))):
            yield from reversed(self.bundle(index, size))

    def _open_published(self) -> Checkpoint:
        note = self.note()
        if note is None:
            return Checkpoint(self.origin, 0, root_of(0, self.hashes(0)))
        return open_checkpoint(note, self._keys.verifier)

    def _recover(self) -> list[bytes]:
        """Return the acknowledged entries that are not in the published tree."""
        if not (self.path / _JOURNAL).exists():
            self._journal.begin(self._published.size)
        base, entries = self._journal.read()
        if base > self._published.size:
            raise LogError(f"{self.path}: the checkpoint is older than the journal, restore both from one copy")
        if base + len(entries) < self._published.size:
            self._journal.begin(self._published.size)
        pending = entries[self._published.size - base :]
        signed = self._last_signed()
        if signed and signed.size > self._published.size + len(pending):
            raise LogError(
                f"{self.path}: entries are missing, got {self._published.size + len(pending)}, "
                f"expected the {signed.size} that were signed; restore the log from a copy"
            )
        return pending

    def _last_signed(self) -> Checkpoint | None:
        path = self._keys.folder / SIGNED
        return open_checkpoint(Note.parse(path.read_bytes()), self._keys.verifier) if path.exists() else None

    def _signed(self, checkpoint: Checkpoint) -> Note:
        """Sign a checkpoint that begins with everything that was signed before, having written down that we do."""
        last = self._last_signed()
        if last and (last.size > checkpoint.size or root_of(last.size, self.hashes(checkpoint.size)) != last.root):
            raise LogError(
                f"{self.path}: would contradict a checkpoint that was signed: {last.size} entries with another root"
            )
        note = Note(str(checkpoint), (sign(self._keys.log, self.origin, str(checkpoint)),))
        self._disk.replace(self._keys.folder / SIGNED, note.encode(), mode=0o600)
        return note

    def _last_time(self) -> datetime:
        times = (entry["logged_at"] for entry in self.newest() if "logged_at" in entry)
        last = next(times, None)
        return datetime.fromisoformat(last) if last else datetime.min.replace(tzinfo=UTC)


def _looks_like_event(entry: bytes) -> bool:
    """Tell an event without parsing it: keys are sorted, and no other entry begins with "at" and has a sequence."""
    return entry.startswith(b'{"at":"') and b'"sequence":' in entry and b'"type":"event"' in entry
