"""Decisions and the smaller deeds on one case, from its buttons and keys."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, HTTPException, Request
from fastapi.responses import RedirectResponse, Response
from starlette.datastructures import QueryParams

from pipeline.enforcement import EventKind
from pipeline.errors import ConflictError, TransitionError
from pipeline.people import Permission
from pipeline.records import Label
from pipeline.review.access import Approving, Deciding
from pipeline.review.casefile import next_case
from pipeline.review.cases import Conflict, case_page
from pipeline.review.deeds import Deed, carry_out, visible_case
from pipeline.review.filters import Queue, queue_of
from pipeline.review.labels import check_offered
from pipeline.review.site import Site, Visitor, site_of
from pipeline.store.people import find_person

router = APIRouter(prefix="/cases", include_in_schema=False)

Reason = Annotated[str, Form(max_length=2_000)]
Seen = Annotated[int, Form(ge=0)]
Query = Annotated[str, Form(max_length=4_000)]

SIMPLE = {
    "commented": EventKind.COMMENTED,
    "held": EventKind.HELD,
    "assigned": EventKind.ASSIGNED,
    "reopened": EventKind.REOPENED,
    "closed": EventKind.CLOSED,
}
"""Deeds that need no more than a button, by its value."""


@router.post("/{case_id}/decide")
def decide(
    request: Request,
    visitor: Deciding,
    case_id: str,
    *,
    label: Annotated[Label, Form()],
    seen: Seen,
    asset: Annotated[list[str] | None, Form()] = None,
    reason: Reason = "",
    query: Query = "",
) -> Response:
    """Write a person's word and lead to the next case; if the case has moved on, show it as it is now."""
    check_offered(site_of(request), label)
    assets = tuple(dict.fromkeys(asset or ()))
    deed = Deed(
        case_id=case_id,
        kind=EventKind.DECIDED,
        facts={"label": label.value, "asset_ids": list(assets)},
        reason=reason.strip(),
        seen=seen,
    )
    conflict = Conflict(message="", label=label.value, reason=reason, assets=assets)
    return _do(request, visitor, deed, query, conflict, leave=True)


@router.post("/{case_id}/deed")
def deed(
    request: Request,
    visitor: Deciding,
    case_id: str,
    *,
    deed: Annotated[str, Form()],
    seen: Seen,
    to: Annotated[str, Form(max_length=32)] = "",
    reason: Reason = "",
    query: Query = "",
) -> Response:
    """Comment, hold, assign, reopen or close."""
    kind = SIMPLE.get(deed)
    if kind is None:
        raise HTTPException(422, f"No such deed: expected one of {', '.join(SIMPLE)}.")
    if kind is EventKind.COMMENTED and not reason.strip():
        raise HTTPException(422, "A comment needs words.")
    facts = {"to": _assignee(site_of(request), visitor, case_id, to)} if kind is EventKind.ASSIGNED else {}
    minds = kind in {EventKind.HELD, EventKind.REOPENED, EventKind.CLOSED}
    wanted = Deed(case_id=case_id, kind=kind, facts=facts, reason=reason.strip(), seen=seen if minds else None)
    conflict = Conflict(message="", reason=reason)
    return _do(request, visitor, wanted, query, conflict, leave=kind is EventKind.HELD)


@router.post("/{case_id}/approve")
def approve(
    request: Request,
    visitor: Approving,
    case_id: str,
    *,
    verdict: Annotated[str, Form()],
    seen: Seen,
    reason: Reason = "",
    query: Query = "",
) -> Response:
    """Agree with what another person has decided, or give it back."""
    kinds = {"approved": EventKind.APPROVED, "returned": EventKind.RETURNED}
    if verdict not in kinds:
        raise HTTPException(422, f"No such verdict: expected one of {', '.join(kinds)}.")
    wanted = Deed(case_id=case_id, kind=kinds[verdict], reason=reason.strip(), seen=seen)
    return _do(request, visitor, wanted, query, Conflict(message="", reason=reason), leave=True)


@router.post("/{case_id}/undo")
def undo(
    request: Request, visitor: Deciding, case_id: str, event_id: Annotated[str, Form(max_length=32)], query: Query = ""
) -> Response:
    """Take a word of one's own back: a further event, which the history keeps."""
    wanted = Deed(case_id=case_id, kind=EventKind.UNDONE, facts={"event_id": event_id})
    return _do(request, visitor, wanted, query, Conflict(message=""), leave=False)


def _do(request: Request, visitor: Visitor, wanted: Deed, query: str, conflict: Conflict, *, leave: bool) -> Response:
    site = site_of(request)
    asked = queue_of(QueryParams(query), visitor.person.person_id)
    following = _next(site, visitor, wanted.case_id, asked) if leave else None
    try:
        _, (event_id,) = carry_out(site, visitor, [wanted])
    except (ConflictError, TransitionError) as error:
        told = Conflict(message=str(error), label=conflict.label, reason=conflict.reason, assets=conflict.assets)
        return case_page(request, visitor, wanted.case_id, conflict=told)
    target = following or wanted.case_id
    done = f"done={wanted.case_id}.{event_id}" if leave else ""
    address = "&".join(part for part in (asked.address, done) if part)
    if leave and following is None:
        return RedirectResponse(f"/cases?{address}", 303)
    return RedirectResponse(f"/cases/{target}?{address}", 303)


def _assignee(site: Site, visitor: Visitor, case_id: str, to: str) -> str | None:
    """Return to whom a case is given: to somebody who may decide on it, or to nobody."""
    with site.store.read() as connection:
        found = visible_case(connection, visitor, case_id)
        person = find_person(connection, to) if to else None
    if to and (person is None or not person.may(Permission.DECIDE, found.case.rights_holder_id)):
        raise HTTPException(422, "That person may not decide on this case.")
    return to or None


def _next(site: Site, visitor: Visitor, case_id: str, asked: Queue) -> str | None:
    with site.store.read() as connection:
        found = visible_case(connection, visitor, case_id)
        return next_case(connection, found, visitor.person, asked)
