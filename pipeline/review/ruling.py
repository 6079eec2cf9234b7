"""Rules and lists: authorised sellers, ignored images, ignored phrases, each shown by its effect before it is made."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import RedirectResponse, Response

from pipeline.cases.dismissal import DismissalRule, RuleKind
from pipeline.errors import InputError
from pipeline.people import Permission
from pipeline.review.access import Reading, Ruling
from pipeline.review.pages import page
from pipeline.review.site import Site, Visitor, site_of
from pipeline.stages.rules import apply_rules, preview
from pipeline.store.cases import read_cases
from pipeline.store.dismissal_rules import add_rule, read_rules, retire_rule
from pipeline.store.people import read_people
from pipeline.store.rights import holder_names

router = APIRouter(prefix="/rules", include_in_schema=False)

SHOWN: Final = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A rule as a form gives it."""

    kind: RuleKind
    value: str
    holder: str
    platform: str
    reason: str
    expires: str

    def rule(self, rule_id: str, owner: str, now: datetime) -> DismissalRule:
        """Return the rule.

        Raises
        ------
        InputError
            If it cannot be one.
        """
        return DismissalRule(
            rule_id=rule_id,
            kind=self.kind,
            value=self.value.strip(),
            rights_holder_id=self.holder,
            platform=self.platform.strip() or None,
            owner=owner,
            reason=self.reason.strip(),
            made_at=now,
            expires_at=_end(self.expires, now),
        )


def wanted_rule(
    kind: Annotated[RuleKind, Form()],
    value: Annotated[str, Form(min_length=1, max_length=500)],
    holder: Annotated[str, Form(max_length=200)],
    reason: Annotated[str, Form(min_length=1, max_length=500)],
    *,
    platform: Annotated[str, Form(max_length=100)] = "",
    expires: Annotated[str, Form(max_length=10)] = "",
) -> Wanted:
    """Read the form of a rule."""
    return Wanted(kind=kind, value=value, holder=holder, platform=platform, reason=reason, expires=expires)


Asked = Annotated[Wanted, Depends(wanted_rule)]


@router.get("")
def show_rules(
    request: Request, visitor: Reading, *, kind: str = "", value: str = "", holder: str = "", platform: str = ""
) -> Response:
    """Show every rule of the visitor's rights holders, and the form of a new one, filled in where a case led here."""
    given = {"kind": kind[:40], "value": value[:500], "holder": holder[:200], "platform": platform[:100]}
    return _rules(request, visitor, given)


@router.post("/preview")
def preview_rule(request: Request, visitor: Ruling, wanted: Asked) -> Response:
    """Show which cases a rule would change, past decisions with them, before it is made."""
    site, scope = site_of(request), visitor.person.scope(Permission.RULE)
    rule = wished(site, visitor, wanted)
    with site.store.read() as connection:
        effects = preview(connection, rule, scope)
        sample = read_cases(connection, [e.case.case_id for e in effects[:SHOWN]], scope)
    spoken = Counter(e.case.label.value for e in effects if e.case.label is not None)
    return page(
        request,
        "rule.html",
        visitor,
        wanted=wanted,
        rule=rule,
        dismissed=sum(e.dismisses for e in effects),
        decided=spoken.most_common(),
        effects=effects,
        sample=sample,
    )


@router.post("")
def make_rule(request: Request, visitor: Ruling, wanted: Asked) -> Response:
    """Make a rule; open cases that it speaks against are dismissed at once, a person's word stands."""
    made(site_of(request), visitor, wanted)
    return RedirectResponse("/rules", 303)


@router.post("/{rule_id}/retire")
def end_rule(request: Request, visitor: Ruling, rule_id: str) -> Response:
    """Retire a rule; what it alone dismissed is open again."""
    ended(site_of(request), visitor, rule_id)
    return RedirectResponse("/rules", 303)


def wished(site: Site, visitor: Visitor, wanted: Wanted) -> DismissalRule:
    """Return a rule of the visitor's that is not entered yet.

    Raises
    ------
    InputError
        If it cannot be a rule, or the rights holder is not one for whom the visitor may make rules.
    """
    rule = wanted.rule(site.new_id(), visitor.person.person_id, site.now())
    if not visitor.person.may(Permission.RULE, rule.rights_holder_id):
        raise InputError(f"rule: no such rights holder, got {rule.rights_holder_id!r}, expected one of yours")
    return rule


def made(site: Site, visitor: Visitor, wanted: Wanted) -> tuple[DismissalRule, int]:
    """Enter a rule and apply it; return it, and how many cases it dismissed."""
    rule = wished(site, visitor, wanted)
    with site.store.write() as connection:
        add_rule(connection, rule, visitor.person.scope(Permission.RULE))
    return rule, apply_rules(site.store, rule, rule.made_at)


def ended(site: Site, visitor: Visitor, rule_id: str) -> tuple[DismissalRule, int]:
    """Retire a rule; return it, and how many cases are open again."""
    now, person = site.now(), visitor.person
    with site.store.write() as connection:
        rule = retire_rule(connection, rule_id, person.scope(Permission.RULE), person.person_id, now)
    return rule, apply_rules(site.store, rule, now)


def _rules(request: Request, visitor: Visitor, given: dict[str, str]) -> Response:
    with site_of(request).store.read() as connection:
        rules = read_rules(connection, visitor.person.scope(Permission.READ))
        holders = holder_names(connection, visitor.person.scope(Permission.READ))
        mine = holder_names(connection, visitor.person.scope(Permission.RULE))
        people = {person.person_id: person.shown_as for person in read_people(connection)}
    return page(
        request,
        "rules.html",
        visitor,
        rules=rules,
        holders=holders,
        mine=mine,
        people=people,
        given=given,
        kinds=tuple(RuleKind),
    )


def _end(day: str, now: datetime) -> datetime | None:
    if not day:
        return None
    try:
        end = datetime.strptime(day, "%Y-%m-%d").replace(tzinfo=UTC)
    except ValueError:
        raise InputError(f"expires: not a day, got {day!r}, expected YYYY-MM-DD") from None
    if end <= now:
        raise InputError(f"expires: it is past, got {day!r}, expected a day to come")
    return end
