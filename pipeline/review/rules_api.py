"""The JSON API of what a team agrees on: the rules that dismiss cases, and the labels that are given."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field

from pipeline.cases.dismissal import DismissalRule, RuleKind
from pipeline.people import Permission
from pipeline.records import Label
from pipeline.review.access import Managing, Reading, Ruling
from pipeline.review.labels import set_retired
from pipeline.review.ruling import Wanted, ended, made, wished
from pipeline.review.site import site_of
from pipeline.stages.rules import preview
from pipeline.store.dismissal_rules import read_rules
from pipeline.store.labels import retired_labels

router = APIRouter(prefix="/api", tags=["rules and labels"])

MOST_NAMED = 2_000
"""Cases that a preview names; it counts them all."""


class RuleIn(BaseModel):
    """A rule to make."""

    kind: RuleKind
    value: str = Field(min_length=1, max_length=500, description="Seller id, SHA-256 of the photo, or phrase.")
    rights_holder_id: str = Field(max_length=200)
    platform: str | None = Field(default=None, max_length=100, description="null stands for every platform.")
    reason: str = Field(min_length=1, max_length=500)
    expires_on: date | None = Field(default=None, description="The first day on which it no longer holds.")

    def wanted(self) -> Wanted:
        """Return it as a form would give it."""
        return Wanted(
            kind=self.kind,
            value=self.value,
            holder=self.rights_holder_id,
            platform=self.platform or "",
            reason=self.reason,
            expires=self.expires_on.isoformat() if self.expires_on else "",
        )


class RuleOut(BaseModel):
    """A rule that dismisses cases."""

    rule_id: str
    kind: RuleKind
    value: str
    rights_holder_id: str
    platform: str | None = Field(description="null stands for every platform.")
    owner: str
    reason: str
    made_at: datetime
    expires_at: datetime | None
    retired_at: datetime | None


class Effects(BaseModel):
    """What a rule would do: how many open cases it would dismiss, and what people have said of the others."""

    dismisses: int
    decided: dict[Label, int] = Field(description="Cases that it speaks against and that keep their label.")
    case_ids: list[str] = Field(description=f"The first {MOST_NAMED} of all these cases.")


class RuleApplied(BaseModel):
    """A rule, and how many cases were dismissed or given back."""

    rule: RuleOut
    moved: int


class LabelOut(BaseModel):
    """A label, and whether it is given no more."""

    label: Label
    retired: bool


class Retirement(BaseModel):
    """That a label is retired, or offered again."""

    retired: bool
    reason: str = Field(min_length=1, max_length=500)


@router.get("/rules", summary="List the rules that dismiss cases, the retired ones too")
def list_rules(request: Request, visitor: Reading) -> list[RuleOut]:  # noqa: D103  its summary says it
    with site_of(request).store.read() as connection:
        found = read_rules(connection, visitor.person.scope(Permission.READ))
    return [_out(rule) for rule in found]


@router.post("/rules/preview", summary="Tell what a rule would do, before it is made")
def preview_rule(request: Request, visitor: Ruling, rule: RuleIn) -> Effects:  # noqa: D103
    site = site_of(request)
    wanted = wished(site, visitor, rule.wanted())
    with site.store.read() as connection:
        effects = preview(connection, wanted, visitor.person.scope(Permission.RULE))
    return Effects(
        dismisses=sum(effect.dismisses for effect in effects),
        decided=Counter(effect.case.label for effect in effects if effect.case.label is not None),
        case_ids=[effect.case.case_id for effect in effects[:MOST_NAMED]],
    )


@router.post("/rules", summary="Make a rule; open cases that it speaks against are dismissed at once")
def make_rule(request: Request, visitor: Ruling, rule: RuleIn) -> RuleApplied:  # noqa: D103
    site = site_of(request)
    entered, moved = made(site, visitor, rule.wanted())
    return RuleApplied(rule=_out(entered), moved=moved)


@router.post("/rules/{rule_id}/retirement", summary="Retire a rule; what it alone dismissed is open again")
def retire(request: Request, visitor: Ruling, rule_id: str) -> RuleApplied:  # noqa: D103
    rule, moved = ended(site_of(request), visitor, rule_id)
    return RuleApplied(rule=_out(rule), moved=moved)


@router.get("/labels", summary="List the labels, the retired ones too")
def list_labels(request: Request, visitor: Reading) -> list[LabelOut]:  # noqa: ARG001, D103
    with site_of(request).store.read() as connection:
        retired = retired_labels(connection)
    return [LabelOut(label=label, retired=label in retired) for label in Label]


@router.post("/labels/{label}/retirement", summary="Retire a label, or offer it again")
def change_label(request: Request, visitor: Managing, label: Label, said: Retirement) -> LabelOut:  # noqa: D103
    change = set_retired(site_of(request), visitor, label, retired=said.retired, reason=said.reason)
    return LabelOut(label=change.label, retired=change.retired)


def _out(rule: DismissalRule) -> RuleOut:
    return RuleOut(**{name: getattr(rule, name) for name in RuleOut.model_fields})
