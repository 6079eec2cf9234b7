"""From events of cases to entries: what stands there for all to see, and what only as a digest."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

from pipeline.enforcement import Event, EventKind
from pipeline.log.entries import EntryDraft, rfc3339
from pipeline.log.private import disclosures, reference
from pipeline.verify.disclosures import Disclosure

_SEEN: Final = ("band", "label", "captured_at")
PUBLIC: Final[Mapping[EventKind, tuple[str, ...]]] = MappingProxyType(
    {
        EventKind.OPENED: _SEEN,
        EventKind.SEEN: _SEEN,
        EventKind.CHANGED: _SEEN,
        EventKind.RELISTED: ("because",),
        EventKind.DECIDED: ("label",),
        EventKind.RULED: ("label",),
        EventKind.UNDONE: ("event_id",),
        EventKind.NOTICED: ("method", "reason_code", "right_type"),
        EventKind.DISPOSED: ("disposition",),
        EventKind.RECHECKED: ("result",),
        EventKind.COUNTERED: ("deadline",),
        EventKind.SETTLED: ("outcome",),
    }
)
"""Facts that everybody may read, by kind of event: codes and times, never words. All others are private."""
REFERENCES: Final[Mapping[str, tuple[str, str]]] = MappingProxyType(
    {
        "earlier_case_id": ("earlier_case", "case"),
        "notice_id": ("notice", "notice"),
        "counter_notice_id": ("counter_notice", "counter_notice"),
    }
)
"""Facts that name a thing: as which field they are logged, and what kind of thing that is."""
RECEIPTED: Final = frozenset(
    {
        EventKind.DECIDED,
        EventKind.NOTICED,
        EventKind.ACKNOWLEDGED,
        EventKind.DISPOSED,
        EventKind.COUNTERED,
        EventKind.SETTLED,
    }
)
"""Kinds of events of which somebody should hold a receipt: notices, and decisions about them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """An event with what the log says of its case.

    Attributes
    ----------
    rights_holder_id, platform : str
        Of the case.
    repeat_seller : bool or None
        Of a decision: whether another listing of the seller had been confirmed before.
    """

    event: Event
    rights_holder_id: str
    platform: str
    repeat_seller: bool | None = None


def event_record(event_id: str) -> str:
    """Name the record whose secret hides the private fields of an event."""
    return f"event:{event_id}"


def records_of(told: Iterable[Told]) -> Iterator[str]:
    """Name every record whose secret the entries of some events need."""
    for one in told:
        yield event_record(one.event.event_id)
        yield f"case:{one.event.case_id}"
        yield f"holder:{one.rights_holder_id}"
        for fact, (_, kind) in REFERENCES.items():
            if one.event.facts.get(fact) is not None:
                yield f"{kind}:{one.event.facts[fact]}"


def event_draft(told: Told, secrets: Mapping[str, bytes]) -> EntryDraft:
    """Return the entry of an event."""
    event = told.event
    fields: dict[str, Any] = {
        "sequence": event.sequence,
        "at": rfc3339(event.at),
        "kind": event.kind.value,
        "case": _reference("case", event.case_id, secrets),
        "holder": _reference("holder", told.rights_holder_id, secrets),
        "platform": told.platform,
    }
    for fact, (name, kind) in REFERENCES.items():
        if event.facts.get(fact) is not None:
            fields[name] = _reference(kind, event.facts[fact], secrets)
    for fact in PUBLIC.get(event.kind, ()):
        if event.facts.get(fact) is not None:
            fields[fact] = event.facts[fact]
    if told.repeat_seller is not None:
        fields["repeat_seller"] = told.repeat_seller
    hidden = event_disclosures(event, secrets[event_record(event.event_id)])
    return EntryDraft(type="event", id=event.event_id, fields=fields, hidden=hidden)


def event_disclosures(event: Event, secret: bytes) -> tuple[Disclosure, ...]:
    """Return what opens each private field of an event's entry."""
    shown = {*PUBLIC.get(event.kind, ()), *REFERENCES}
    private = {name: value for name, value in event.facts.items() if name not in shown and value is not None}
    private |= {"by": event.by, "reason": event.reason}
    return disclosures(secret, private)


def holder_draft(
    rights_holder_id: str, values: tuple[str, str, str], secrets: Mapping[str, bytes], earlier: int = 0
) -> EntryDraft:
    """Return the entry of a rights holder, to be logged before its first event and whenever it has changed.

    Parameters
    ----------
    rights_holder_id : str
        Its id.
    values : (str, str, str)
        Size, sector and country of protection, as tables count them: one word each, since a whole list of classes and
        countries would be as good as a name.
    secrets : mapping
        By record.
    earlier : int
        How many entries it has.
    """
    named = _reference("holder", rights_holder_id, secrets)
    fields = dict(zip(("holder", "size", "sector", "protected_in"), (named, *values), strict=True))
    name = f"holder {named} {earlier}" if earlier else f"holder {named}"
    return EntryDraft(type="holder", id=hashlib.sha256(name.encode()).hexdigest()[:32], fields=fields)


def _reference(kind: str, identifier: str, secrets: Mapping[str, bytes]) -> str:
    return reference(secrets[f"{kind}:{identifier}"], f"{kind}_id", identifier)
