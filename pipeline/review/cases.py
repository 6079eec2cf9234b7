"""The page of a case."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import APIRouter, Request
from fastapi.responses import Response

from pipeline.people import Access, Permission, Person
from pipeline.review.access import Reading
from pipeline.review.casefile import gather
from pipeline.review.deeds import visible_case
from pipeline.review.filters import queue_of
from pipeline.review.pages import page
from pipeline.review.site import Visitor, site_of
from pipeline.store.cases import read_case, read_events
from pipeline.store.database import Connection
from pipeline.store.desk import record_access

router = APIRouter(prefix="/cases", include_in_schema=False)

AHEAD = "X-Ahead"
"""Header of a page that is fetched before anybody looks at it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """What the person has just done on the case before, so that it can be taken back from here."""

    case_id: str
    event_id: str
    title: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Conflict:
    """What a person wanted to say when the case had moved on."""

    message: str
    label: str = ""
    reason: str = ""
    assets: tuple[str, ...] = ()


@router.get("/{case_id}")
def show_case(request: Request, visitor: Reading, case_id: str, done: str = "") -> Response:
    """Show a case."""
    return case_page(request, visitor, case_id, done=done)


@router.post("/{case_id}/shown")
def note_shown(request: Request, visitor: Reading, case_id: str) -> Response:
    """Note that a page fetched ahead is looked at now."""
    site = site_of(request)
    with site.store.write() as connection:
        visible_case(connection, visitor, case_id)
        record_access(connection, _access(request, visitor, case_id, "case"))
    return Response(status_code=204)


def case_page(
    request: Request, visitor: Visitor, case_id: str, *, done: str = "", conflict: Conflict | None = None
) -> Response:
    """Return the page of a case, and note who asked for it."""
    site = site_of(request)
    asked = queue_of(request.query_params, visitor.person.person_id)
    with site.store.read() as connection:
        found = visible_case(connection, visitor, case_id)
        context = gather(connection, found, visitor.person, asked, site.now())
        just_done = _done(connection, done, visitor.person)
    what = "ahead" if AHEAD in request.headers else "case"
    with site.store.write() as connection:
        record_access(connection, _access(request, visitor, case_id, what))
    status = 409 if conflict else 200
    return page(request, "case.html", visitor, status=status, done=just_done, conflict=conflict, **context)


def _access(request: Request, visitor: Visitor, case_id: str, what: str) -> Access:
    return Access(at=site_of(request).now(), person_id=visitor.person.person_id, what=what, case_id=case_id)


def _done(connection: Connection, done: str, person: Person) -> Done | None:
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
