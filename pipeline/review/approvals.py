"""Four eyes: what others have confirmed and a second person has to look at before anything is sent."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from pipeline.enforcement import CaseState
from pipeline.people import Permission
from pipeline.review.access import Approving
from pipeline.review.filters import queue_of
from pipeline.review.pages import page
from pipeline.review.site import site_of
from pipeline.store.cases import count_all, queue
from pipeline.store.people import read_four_eyes, read_people
from pipeline.store.rights import holder_names

router = APIRouter(prefix="/approvals", include_in_schema=False)

ROWS = 50


@router.get("")
def show_approvals(request: Request, visitor: Approving, after: str | None = None) -> Response:
    """Show the cases that wait for approval, those that the visitor may not approve marked."""
    scope = visitor.person.scope(Permission.APPROVE)
    asked = queue_of(request.query_params, visitor.person.person_id)
    filters = replace(asked.filters, states=(CaseState.CONFIRMED,))
    with site_of(request).store.read() as connection:
        found = queue(connection, filters, scope, sort=asked.sort, after=after, limit=ROWS)
        total = count_all(connection, filters, scope).total
        four_eyes = read_four_eyes(connection)
        people = {person.person_id: person.shown_as for person in read_people(connection)}
        holders = holder_names(connection, scope)
    own = {
        row.case.case_id
        for row in found.cases
        if visitor.person.person_id in row.case.approvals[:1] and four_eyes.get(row.case.rights_holder_id, True)
    }
    context: dict[str, Any] = {
        "found": found,
        "total": total,
        "people": people,
        "holders": holders,
        "own": own,
        "queue": asked,
    }
    return page(request, "approvals.html", visitor, **context)
