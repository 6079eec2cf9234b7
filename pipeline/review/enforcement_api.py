"""The JSON API of enforcement: batches of notices, and what became of them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Path, Request
from pydantic import BaseModel, Field

from pipeline.notices.notice import NoticeState
from pipeline.people import Permission
from pipeline.review.access import Approving, Reading
from pipeline.review.site import site_of
from pipeline.stages.notify import file_batch, give_up_batch
from pipeline.store.notices import recent_batches

router = APIRouter(prefix="/api", tags=["enforcement"])

MOST_BATCHES = 200

BatchId = Annotated[str, Path(pattern="^[0-9a-f]{16,32}$")]


class BatchOut(BaseModel):
    """How many notices of a batch stand where, since when, and what the platform calls them."""

    batch_id: str
    channel: str
    rights_holder_id: str
    state: NoticeState
    notices: int
    native_id: str | None
    updated_at: datetime


class Filing(BaseModel):
    """That a batch was handed in."""

    native_id: str = Field(default="", max_length=200, description="What the platform calls it, if it has said.")


class GivingUp(BaseModel):
    """That a batch never reached its platform."""

    reason: str = Field(default="", max_length=2_000)


class Said(BaseModel):
    """Of how many notices something was written down."""

    notices: int


@router.get("/notices", summary="List batches of notices, what moved last first")
def list_batches(request: Request, visitor: Reading) -> list[BatchOut]:  # noqa: D103
    with site_of(request).store.read() as connection:
        found = recent_batches(connection, tuple(NoticeState), visitor.person.scope(Permission.READ), MOST_BATCHES)
    return [BatchOut(**{name: getattr(batch, name) for name in BatchOut.model_fields}) for batch in found]


@router.post("/notices/{batch_id}/filed", summary="Say that an exported batch was handed in")
def say_filed(request: Request, visitor: Approving, batch_id: BatchId, filing: Filing) -> Said:  # noqa: D103
    site, person = site_of(request), visitor.person
    native_id = " ".join(filing.native_id.split()) or None
    scope = person.scope(Permission.APPROVE)
    count = file_batch(site.store, batch_id, site.now(), by=person.person_id, native_id=native_id, scope=scope)
    return Said(notices=count)


@router.post("/notices/{batch_id}/given-up", summary="Say that a batch never reached its platform")
def say_given_up(request: Request, visitor: Approving, batch_id: BatchId, said: GivingUp) -> Said:  # noqa: D103
    site, person = site_of(request), visitor.person
    scope = person.scope(Permission.APPROVE)
    count = give_up_batch(
        site.store, batch_id, site.now(), by=person.person_id, reason=said.reason.strip(), scope=scope
    )
    return Said(notices=count)
