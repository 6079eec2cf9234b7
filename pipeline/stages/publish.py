"""The stage that carries events and audits of the store into the public log, each exactly once, and publishes it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import cache, partial
from typing import Any, Final

from pipeline.enforcement import EventKind
from pipeline.errors import LogError
from pipeline.log.entries import OWN_FIELDS, EntryDraft
from pipeline.log.feed import Told, event_draft, holder_draft, records_of
from pipeline.log.writer import Log
from pipeline.metrics.histories import UNKNOWN
from pipeline.stages.audit import values_of
from pipeline.store.audit_entries import read_entries
from pipeline.store.captures import newest_register
from pipeline.store.database import Store
from pipeline.store.events import events_after
from pipeline.store.logged import audit_sequence, repeat_seller, whose
from pipeline.store.secrets import secrets_of

AT_ONCE: Final = 500
"""Events taken in at once."""
Known = defaultdict[str, list[Mapping[str, Any]]]
"""What the log has said of each rights holder, by its reference."""


def publish_log(store: Store, log: Log, now: datetime, make_secret: Callable[[], bytes]) -> int:
    """Append whatever is not in the log yet, and publish a checkpoint.

    Parameters
    ----------
    store : Store
        Where cases and audits are.
    log : Log
        Open for writing. It says itself what it had last, so that whatever was interrupted, nothing is missing and
        nothing is there twice.
    now : datetime
        When it is logged.
    make_secret : callable
        Gives 32 random bytes for a record that has private fields.

    Returns
    -------
    int
        How many entries were appended.
    """
    before = log.size
    log_events(store, log, now, make_secret)
    log_audits(store, log, now)
    log.publish()
    return log.size - before


def log_audits(store: Store, log: Log, now: datetime) -> int:
    """Append every entry of audits and publications that is not in the log yet; return how many."""
    with store.read() as connection:
        others = log.newest(but_events=True)
        ids = (str(entry.get("id")) for entry in others if entry.get("type") not in {"event", "holder", None})
        places = (audit_sequence(connection, entry_id) for entry_id in ids)
        last = next((place for place in places if place is not None), 0)
        waiting = list(read_entries(connection, last))
    log.append((EntryDraft(type=entry.type, id=entry.entry_id, fields=entry.fields) for entry in waiting), now)
    return len(waiting)


def log_events(store: Store, log: Log, now: datetime, make_secret: Callable[[], bytes]) -> int:
    """Append every event that is not in the log yet; see `publish_log`.

    Returns
    -------
    int
        How many there were.

    Raises
    ------
    LogError
        If the store has lost events that come before others.
    """
    first = last = last_sequence(log)
    values = cache(partial(_values, store))
    known: Known = defaultdict(list)
    for entry in log.of_type("holder"):
        known[entry["holder"]].append({name: value for name, value in entry.items() if name not in OWN_FIELDS})
    while True:
        told = _tell(store, last)
        if not told:
            return last - first
        if [one.event.sequence for one in told] != list(range(last + 1, last + 1 + len(told))):
            raise LogError(f"store: events are missing after number {last}, expected numbers without gaps")
        with store.write() as connection:
            secrets = secrets_of(connection, records_of(told), make_secret)
        log.append(_drafts(told, known, values, secrets), now)
        last += len(told)


def last_sequence(log: Log) -> int:
    """Return the number of the event that was logged last, 0 if none was."""
    return next((int(entry["sequence"]) for entry in log.newest() if entry.get("type") == "event"), 0)


def _tell(store: Store, last: int) -> list[Told]:
    """Return the next events, with what the log says of their cases."""
    with store.read() as connection:
        events = events_after(connection, last, AT_ONCE)
        owners = whose(connection, sorted({event.case_id for event in events}))
        return [
            Told(
                event=event,
                rights_holder_id=owners[event.case_id][0],
                platform=owners[event.case_id][1],
                repeat_seller=repeat_seller(connection, event) if event.kind is EventKind.DECIDED else None,
            )
            for event in events
        ]


def _drafts(
    told: Sequence[Told],
    known: Known,
    values: Callable[[str], tuple[str, str, str]],
    secrets: Mapping[str, bytes],
) -> list[EntryDraft]:
    """Return the entries of events, each after its rights holder's if that is new or changed; `known` learns of it."""
    drafts: list[EntryDraft] = []
    for one in told:
        entry = event_draft(one, secrets)
        said = known[entry.fields["holder"]]
        word = holder_draft(one.rights_holder_id, values(one.rights_holder_id), secrets, len(said))
        if not said or said[-1] != word.fields:
            said.append(word.fields)
            drafts.append(word)
        drafts.append(entry)
    return drafts


def _values(store: Store, rights_holder_id: str) -> tuple[str, str, str]:
    """Return what a rights holder is counted by, as the newest register has it."""
    with store.read() as connection:
        register = newest_register(connection, rights_holder_id)
    holders = register.rights_holders if register else ()
    holder = next((holder for holder in holders if holder.id == rights_holder_id), None)
    return values_of(holder) if holder else (UNKNOWN, UNKNOWN, UNKNOWN)
