"""The JSON API of follow-up: what is due, what to notice again, and objections of sellers."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Request
from pydantic import BaseModel, Field

from pipeline.people import Permission
from pipeline.review.access import Approving, Reading
from pipeline.review.site import site_of
from pipeline.stages.followup import Said, overview, settle

router = APIRouter(prefix="/api/follow-up", tags=["follow-up"])

MOST = 2_000
"""Rows of each list; `total` counts them all."""

NoticeId = Annotated[str, Path(pattern="^[0-9a-f]{16,64}$")]


class DueOut(BaseModel):
    """Something that is to be done in a case by a time."""

    case_id: str
    clock: str
    title: str
    source: str
    due_at: datetime
    overdue: bool


class RenoticeOut(BaseModel):
    """A proposal to send a notice again; a person decides."""

    case_id: str
    notice_id: str
    sent: int = Field(description="How many went out already.")
    up_at: datetime = Field(description="When a re-check last found the listing.")
    refused: str | None = Field(description="What the platform gave as its cause, if it refused.")


class ObjectionOut(BaseModel):
    """A seller's objection that nobody has settled."""

    case_id: str
    counter_notice_id: str
    notice_id: str
    grounds: str
    deadline: str | None


class FollowUp(BaseModel):
    """What is to be done about the notices that are out, the soonest first."""

    total: dict[str, int] = Field(description="How many each list has; no more than 2,000 of each are given.")
    due: list[DueOut]
    again: list[RenoticeOut]
    objections: list[ObjectionOut]


class Settlement(BaseModel):
    """How a seller's objection ended: "upheld" if the seller was right."""

    outcome: Literal["upheld", "rejected", "lapsed"]


class Settled(BaseModel):
    """The case of an objection, as it stands now."""

    case_id: str
    state: str


@router.get("", summary="List what is to be done about the notices that are out")
def follow_up(request: Request, visitor: Reading) -> FollowUp:  # noqa: D103  its summary says it
    site, now = site_of(request), site_of(request).now()
    found = overview(site.store, visitor.person.scope(Permission.READ), site.clocks, now)
    due = [
        DueOut(
            case_id=one.case_id,
            clock=one.clock.clock,
            title=one.clock.title,
            source=one.clock.source,
            due_at=one.due_at,
            overdue=one.overdue(now),
        )
        for one in found.due[:MOST]
    ]
    return FollowUp(
        total={"due": len(found.due), "again": len(found.renotices), "objections": len(found.objections)},
        due=due,
        again=[RenoticeOut(**_named(one, RenoticeOut)) for one in found.renotices[:MOST]],
        objections=[ObjectionOut(**_named(one, ObjectionOut)) for one in found.objections[:MOST]],
    )


@router.post("/objections/{notice_id}", summary="Say how a seller's objection to a notice ended")
def say_settled(request: Request, visitor: Approving, notice_id: NoticeId, said: Settlement) -> Settled:  # noqa: D103
    site, person = site_of(request), visitor.person
    words = Said(by=person.person_id, at=site.now(), scope=person.scope(Permission.APPROVE))
    case = settle(site.store, notice_id, said.outcome, words)
    return Settled(case_id=case.case_id, state=case.state.value)


def _named(one: object, model: type[BaseModel]) -> dict[str, Any]:
    return {name: getattr(one, name) for name in model.model_fields}
