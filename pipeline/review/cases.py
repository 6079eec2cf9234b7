"""The page of a case."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import APIRouter, Request
from fastapi.responses import Response

from pipeline.people import Access
from pipeline.review.access import Reading
from pipeline.review.casefile import gather
from pipeline.review.deeds import done_by, visible_case
from pipeline.review.filters import queue_of
from pipeline.review.labels import offered
from pipeline.review.pages import page
from pipeline.review.site import Visitor, site_of
from pipeline.store.desk import record_access

router = APIRouter(prefix="/cases", include_in_schema=False)

AHEAD = "X-Ahead"
"""Header of a page that is fetched before anybody looks at it."""


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
        labels = offered(connection)
        just_done = done_by(connection, done, visitor.person)
    what = "ahead" if AHEAD in request.headers else "case"
    with site.store.write() as connection:
        record_access(connection, _access(request, visitor, case_id, what))
    status = 409 if conflict else 200
    return page(
        request, "case.html", visitor, status=status, done=just_done, conflict=conflict, labels=labels, **context
    )


def _access(request: Request, visitor: Visitor, case_id: str, what: str) -> Access:
    return Access(at=site_of(request).now(), person_id=visitor.person.person_id, what=what, case_id=case_id)
