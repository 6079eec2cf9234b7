"""The blind reviews of an audit: which item waits for whom, and what was said of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from pipeline.errors import InputError
from pipeline.metrics.audits import UNRESOLVABLE, next_round
from pipeline.output import rfc3339
from pipeline.records import Label, Listing
from pipeline.stages.audit import log
from pipeline.stages.contents import read_partition
from pipeline.store.audit_entries import add_entry, read_entries
from pipeline.store.audits import (
    FrameItem,
    Review,
    StoredAudit,
    add_review,
    home_of,
    read_item,
    read_tickets,
    read_words,
    reviewer_number,
)
from pipeline.store.database import Connection
from pipeline.store.lake import Lake

LABELS = (*(label.value for label in Label), UNRESOLVABLE)
"""What a reviewer of an audit may say."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far an audit is: items in its frame, under review, and the reviews that are outstanding, by round."""

    audit: StoredAudit
    drawn: int
    outstanding: Mapping[int, int]


def next_item(connection: Connection, audit_id: str, person_id: str) -> FrameItem | None:
    """Return the next item for a reviewer; None if none waits for this person.

    Notes
    -----
    The item says neither what the scan saw nor whether it is a first or a later review, and nobody reviews an item
    twice. A page that shows it must show no score, signal or label either.
    """
    words = read_words(connection, audit_id)
    for item, ticket in read_tickets(connection, audit_id):
        given = words.get(item, {})
        mine = any(person == person_id for person, _ in given.values())
        if not mine and next_round(_labels(given), ticket) is not None:
            return read_item(connection, audit_id, item)
    return None


def _labels(given: Mapping[int, tuple[str, str]]) -> dict[int, str]:
    return {number: label for number, (_, label) in given.items()}


def captured(connection: Connection, lake: Lake, item: FrameItem) -> Listing | None:
    """Return the listing of an item as it was captured; None if that is not kept any more."""
    home = home_of(connection, item.content)
    if home is None or not lake.has("listings", home[0]):
        return None
    return read_partition(lake, home[0])[home[1]].listing


def review_item(
    connection: Connection, audit_id: str, item: str, *, person_id: str, label: str, reason: str, now: datetime
) -> None:
    """Enter what a person says of an item.

    Parameters
    ----------
    connection : Connection
        Inside a transaction.
    audit_id, item : str
        As `next_item` gave it.
    person_id : str
        Who says so; stands in no public entry.
    label : str
        One of `LABELS`.
    reason : str
        In that person's words; stays in the store.
    now : datetime
        When.

    Raises
    ------
    InputError
        If the item does not wait for this person, or there is no such label.
    """
    if label not in LABELS:
        raise InputError(f"audit: no such label, got {label!r:.40}, expected one of {', '.join(LABELS)}")
    found = read_item(connection, audit_id, item)
    words = read_words(connection, audit_id)
    given = words.get(item, {})
    number = next_round(_labels(given), found.ticket) if found and found.ticket else None
    if number is None or any(person == person_id for person, _ in given.values()):
        raise InputError(f"audit {audit_id}: item {item!r:.20} does not wait for a review of this person")
    reviewer = reviewer_number(connection, audit_id, person_id)
    review = Review(item=item, round=number, person_id=person_id, reviewer=reviewer, label=label, reason=reason, at=now)
    if not add_review(connection, audit_id, review):
        raise InputError(f"audit {audit_id}: item {item!r:.20} was reviewed by somebody else meanwhile")
    fields = {"item": item, "round": number, "label": label, "reviewer": reviewer, "at": rfc3339(now)}
    log(connection, "label", audit_id, fields, now)


def progress(connection: Connection, audit: StoredAudit) -> Progress:
    """Return how far an audit is."""
    words = read_words(connection, audit.audit_id)
    drawn = read_tickets(connection, audit.audit_id)
    rounds = [next_round(_labels(words.get(item, {})), ticket) for item, ticket in drawn]
    outstanding = Counter(number for number in rounds if number is not None)
    return Progress(audit=audit, drawn=len(drawn), outstanding=dict(sorted(outstanding.items())))


def correct_label(
    connection: Connection, entry_id: str, label: str, *, reason: str, correction_id: str, now: datetime
) -> None:
    """Replace the label of an entry that is or will be logged: the entry stays, a correction is published beside it.

    Parameters
    ----------
    connection : Connection
        Inside a transaction.
    entry_id : str
        Of the label's entry in the log.
    label : str
        One of `LABELS`.
    reason : str
        Published.
    correction_id : str
        32 hexadecimal digits, made by the caller.
    now : datetime
        When.

    Raises
    ------
    InputError
        If there is no such entry or label, or no reason.
    """
    if label not in LABELS or not reason.strip():
        raise InputError(
            f"audit: a label and a reason are needed, got {label!r:.40}, expected one of {', '.join(LABELS)}"
        )
    if not any(entry.entry_id == entry_id and entry.type == "label" for entry in read_entries(connection)):
        raise InputError(f"audit: no such label, got {entry_id!r:.40}, expected the id of an entry of that type")
    add_entry(connection, correction_id, "correction", {"entry": entry_id, "label": label, "reason": reason}, now)
