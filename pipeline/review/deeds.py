"""What people do to cases: each deed becomes an event, or nothing is written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from fastapi import HTTPException

from pipeline.enforcement import Case, Event, EventKind
from pipeline.groups import in_groups
from pipeline.people import Permission, Person, Scope
from pipeline.records import Json
from pipeline.review.site import Site, Visitor
from pipeline.store.cases import QueuedCase, read_case, read_cases, read_events
from pipeline.store.database import Connection
from pipeline.store.events import Draft, append_events
from pipeline.store.people import read_four_eyes


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """Something a person wants to happen to a case.

    Attributes
    ----------
    seen : int or None
        How many events the case had when they looked; None where that does not matter.
    """

    case_id: str
    kind: EventKind
    facts: Mapping[str, Json] = field(default_factory=dict)
    reason: str = ""
    seen: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """What a person has just done to a case, so that it can be taken back from the next page."""

    case_id: str
    event_id: str
    title: str
    text: str


LOT = 500
"""Cases asked for at once."""
NEEDS: Mapping[EventKind, Permission] = {EventKind.APPROVED: Permission.APPROVE, EventKind.RETURNED: Permission.APPROVE}
"""What a deed asks for where it is more than to decide."""


def carry_out(site: Site, visitor: Visitor, deeds: Sequence[Deed]) -> tuple[dict[str, Case], tuple[str, ...]]:
    """Write deeds, all of them or none.

    Parameters
    ----------
    site : Site
        The store, the time, new ids.
    visitor : Visitor
        Who does it; only cases of the rights holders for whom they may are found.
    deeds : sequence of Deed
        Of kinds that ask for the same permission.

    Returns
    -------
    tuple of (dict of str to Case, tuple of str)
        The cases as they are now, and the ids of the events, in the order of the deeds.

    Raises
    ------
    TransitionError, ConflictError, InputError
        As `append_events`.
    """
    person = visitor.person
    scope = person.scope(NEEDS.get(deeds[0].kind, Permission.DECIDE)) if deeds else ()
    drafts = [
        Draft(
            event=Event(
                event_id=site.new_id(),
                sequence=0,
                case_id=deed.case_id,
                kind=deed.kind,
                at=site.now(),
                by=person.person_id,
                reason=deed.reason,
                facts=deed.facts,
            ),
            expected_events=deed.seen,
        )
        for deed in deeds
    ]
    with site.store.write() as connection:
        wanted = four_eyes_of(connection, scope, [deed.case_id for deed in deeds])
        cases = append_events(connection, drafts, scope, four_eyes=wanted)
    return cases, tuple(draft.event.event_id for draft in drafts)


def four_eyes_of(connection: Connection, scope: Scope, case_ids: Sequence[str]) -> frozenset[str]:
    """Return which rights holders of some cases want a second person: all who have not said otherwise."""
    said = read_four_eyes(connection)
    holders = {found.case.rights_holder_id for found in case_by_case(connection, scope, case_ids)}
    return frozenset(holder for holder in holders if said.get(holder, True))


def case_by_case(connection: Connection, scope: Scope, case_ids: Sequence[str]) -> tuple[QueuedCase, ...]:
    """Return cases by id, those outside the scope left out."""
    wanted = list(dict.fromkeys(case_ids))
    return tuple(case for some in in_groups(wanted, LOT) for case in read_cases(connection, some, scope))


def visible_case(connection: Connection, visitor: Visitor, case_id: str) -> QueuedCase:
    """Return a case that the visitor may read.

    Raises
    ------
    HTTPException
        404, whether there is no such case or it is another client's.
    """
    found = read_case(connection, case_id, visitor.person.scope(Permission.READ))
    if found is None:
        raise HTTPException(404, "There is no such case, or it is not one of yours.")
    return found


def done_by(connection: Connection, done: str, person: Person) -> Done | None:
    """Read "case.event" of the address; anything but a word of the person's own is passed over."""
    case_id, _, event_id = done.partition(".")
    scope = person.scope(Permission.READ)
    found = read_case(connection, case_id, scope) if event_id else None
    if found is None:
        return None
    for event in read_events(connection, case_id, scope):
        if event.event_id == event_id and event.by == person.person_id:
            label = event.facts.get("label")
            text = str(label) if label else f"event.{event.kind.value}"
            return Done(case_id=case_id, event_id=event_id, title=found.card.title, text=text)
    return None
