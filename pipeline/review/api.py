"""The JSON API: the same cases and deeds as the pages, for programs, with the same rules."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, Field

from pipeline.enforcement import CaseState, Event, EventKind
from pipeline.people import Access, Permission
from pipeline.records import Label
from pipeline.review.access import Approving, Deciding, Reading
from pipeline.review.deeds import Deed, carry_out, visible_case
from pipeline.review.filters import queue_of
from pipeline.review.labels import check_offered
from pipeline.review.site import Visitor, site_of
from pipeline.store.captures import current_captures
from pipeline.store.cases import QueuedCase, Sort, count_all, queue, read_events
from pipeline.store.desk import record_access

router = APIRouter(prefix="/api", tags=["cases"])

MOST_ROWS = 200


class CaseOut(BaseModel):
    """A case as it stands."""

    case_id: str
    rights_holder_id: str
    platform: str
    listing_id: str
    seller_id: str | None
    title: str
    url: str
    price: str | None
    currency: str | None
    state: CaseState
    score: float
    band: str
    suggested: Label
    label: Label | None
    asset_ids: list[str]
    assignee: str | None
    approvals: list[str]
    changed: bool
    earlier_case_id: str | None
    opened_at: datetime
    updated_at: datetime
    events: int = Field(description="How many events the case has: to be sent along with a decision as `seen`.")


class EventOut(BaseModel):
    """Something that happened to a case."""

    event_id: str
    kind: EventKind
    at: datetime
    by: str
    reason: str
    facts: dict[str, Any]


class CaseWithHistory(CaseOut):
    """A case with all that happened to it, and its newest candidate with signals and exclusions."""

    history: list[EventOut]
    candidate: dict[str, Any]


class CasesOut(BaseModel):
    """A page of a queue."""

    total: int
    at_least: bool = Field(description="Whether there may be more than `total`: `text` finds too many to count.")
    cases: list[CaseOut]
    after: str | None = Field(description="Send it along to get the next page; null at the end.")


class Decision(BaseModel):
    """A person's word."""

    label: Label
    seen: int = Field(ge=0, description="`events` of the case when it was looked at.")
    asset_ids: list[str] | None = Field(default=None, max_length=200, description="Those of the case if left out.")
    reason: str = Field(default="", max_length=2_000)


class Remark(BaseModel):
    """A comment, or the reason of a smaller deed."""

    reason: str = Field(default="", max_length=2_000)
    seen: int | None = Field(default=None, ge=0)


class Assignment(BaseModel):
    """To whom a case is given."""

    to: str | None = Field(max_length=32, description="Id of a person; null for nobody.")


class Undoing(BaseModel):
    """Which word is taken back."""

    event_id: str = Field(max_length=32)


class Written(BaseModel):
    """What a deed has left: the case, and the event that was written."""

    event_id: str
    case: CaseOut


@router.get("/cases", summary="List the cases of a queue")
def list_cases(  # noqa: D103  its summary says it
    request: Request,
    visitor: Reading,
    *,
    holder: Annotated[list[str] | None, Query()] = None,  # noqa: ARG001  documented here, read from the address
    platform: Annotated[list[str] | None, Query()] = None,  # noqa: ARG001
    state: Annotated[list[str] | None, Query(description="`open` if left out; `any` for all")] = None,  # noqa: ARG001
    band: Annotated[list[str] | None, Query()] = None,  # noqa: ARG001
    label: Annotated[list[str] | None, Query()] = None,  # noqa: ARG001
    text: Annotated[str, Query(description="Words of the title or seller, an id, or the address")] = "",  # noqa: ARG001
    sort: Sort = Sort.SCORE,  # noqa: ARG001
    after: str | None = None,
    limit: Annotated[int, Query(ge=1, le=MOST_ROWS)] = 50,
) -> CasesOut:
    asked = queue_of(request.query_params, visitor.person.person_id)
    scope = visitor.person.scope(Permission.READ)
    with site_of(request).store.read() as connection:
        found = queue(connection, asked.filters, scope, sort=asked.sort, after=after, limit=limit)
        total = count_all(connection, asked.filters, scope)
    return CasesOut(
        total=total.total, at_least=total.at_least, cases=[_out(row) for row in found.cases], after=found.after
    )


@router.get("/cases/{case_id}", summary="Read a case with its history and evidence")
def read(request: Request, visitor: Reading, case_id: str) -> CaseWithHistory:  # noqa: D103
    site = site_of(request)
    with site.store.read() as connection:
        found = visible_case(connection, visitor, case_id)
        events = read_events(connection, case_id, visitor.person.scope(Permission.READ))
        capture = current_captures(connection, [case_id]).get(case_id)
    access = Access(at=site.now(), person_id=visitor.person.person_id, what="api", case_id=case_id)
    with site.store.write() as connection:
        record_access(connection, access)
    history = [_event(event) for event in events]
    return CaseWithHistory(**_out(found).model_dump(), history=history, candidate=capture.row if capture else {})


@router.post("/cases/{case_id}/decision", summary="Decide what a case is")
def decide(request: Request, visitor: Deciding, case_id: str, decision: Decision) -> Written:  # noqa: D103
    check_offered(site_of(request), decision.label)
    with site_of(request).store.read() as connection:
        found = visible_case(connection, visitor, case_id)
    assets = decision.asset_ids if decision.asset_ids is not None else list(found.case.asset_ids)
    facts = {"label": decision.label.value, "asset_ids": assets}
    return _do(
        request,
        visitor,
        Deed(case_id=case_id, kind=EventKind.DECIDED, facts=facts, reason=decision.reason, seen=decision.seen),
    )


@router.post("/cases/{case_id}/hold", summary="Put a case aside")
def hold(request: Request, visitor: Deciding, case_id: str, remark: Remark) -> Written:  # noqa: D103
    return _do(request, visitor, Deed(case_id=case_id, kind=EventKind.HELD, reason=remark.reason, seen=remark.seen))


@router.post("/cases/{case_id}/comment", summary="Remark on a case")
def comment(request: Request, visitor: Deciding, case_id: str, remark: Remark) -> Written:  # noqa: D103
    return _do(request, visitor, Deed(case_id=case_id, kind=EventKind.COMMENTED, reason=remark.reason))


@router.post("/cases/{case_id}/assignment", summary="Give a case to somebody, or to nobody")
def assign(request: Request, visitor: Deciding, case_id: str, assignment: Assignment) -> Written:  # noqa: D103
    return _do(request, visitor, Deed(case_id=case_id, kind=EventKind.ASSIGNED, facts={"to": assignment.to}))


@router.post("/cases/{case_id}/approval", summary="Agree with what another person decided")
def approve(request: Request, visitor: Approving, case_id: str, remark: Remark) -> Written:  # noqa: D103
    return _do(request, visitor, Deed(case_id=case_id, kind=EventKind.APPROVED, reason=remark.reason, seen=remark.seen))


@router.post("/cases/{case_id}/return", summary="Give a decision back to the reviewer")
def give_back(request: Request, visitor: Approving, case_id: str, remark: Remark) -> Written:  # noqa: D103
    return _do(request, visitor, Deed(case_id=case_id, kind=EventKind.RETURNED, reason=remark.reason, seen=remark.seen))


@router.post("/cases/{case_id}/close", summary="Say that nothing more will be done")
def close(request: Request, visitor: Deciding, case_id: str, remark: Remark) -> Written:  # noqa: D103
    return _do(request, visitor, Deed(case_id=case_id, kind=EventKind.CLOSED, reason=remark.reason, seen=remark.seen))


@router.post("/cases/{case_id}/reopen", summary="Look at a case again from the beginning")
def reopen(request: Request, visitor: Deciding, case_id: str, remark: Remark) -> Written:  # noqa: D103
    return _do(request, visitor, Deed(case_id=case_id, kind=EventKind.REOPENED, reason=remark.reason, seen=remark.seen))


@router.post("/cases/{case_id}/undo", summary="Take a word of your own back")
def undo(request: Request, visitor: Deciding, case_id: str, undoing: Undoing) -> Written:  # noqa: D103
    return _do(request, visitor, Deed(case_id=case_id, kind=EventKind.UNDONE, facts={"event_id": undoing.event_id}))


def _do(request: Request, visitor: Visitor, wanted: Deed) -> Written:
    site = site_of(request)
    _, (event_id,) = carry_out(site, visitor, [wanted])
    with site.store.read() as connection:
        found = visible_case(connection, visitor, wanted.case_id)
    return Written(event_id=event_id, case=_out(found))


def _out(row: QueuedCase) -> CaseOut:
    case, card = row.case, row.card
    return CaseOut(
        **{name: getattr(case, name) for name in _OF_CASE},
        platform=case.key.platform,
        listing_id=case.key.listing_id,
        seller_id=case.key.seller_id,
        asset_ids=list(case.asset_ids),
        approvals=list(case.approvals),
        title=card.title,
        url=card.url,
        price=None if card.price is None else str(card.price),
        currency=card.currency,
    )


_OF_CASE = (
    "case_id",
    "rights_holder_id",
    "state",
    "score",
    "band",
    "suggested",
    "label",
    "assignee",
    "changed",
    "earlier_case_id",
    "opened_at",
    "updated_at",
    "events",
)


def _event(event: Event) -> EventOut:
    return EventOut(
        event_id=event.event_id,
        kind=event.kind,
        at=event.at,
        by=event.by,
        reason=event.reason,
        facts=dict(event.facts),
    )
