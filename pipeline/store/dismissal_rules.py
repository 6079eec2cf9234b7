"""Rules of people's that dismiss cases: entered, retired, never deleted."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime

from sqlalchemy import Connection, RowMapping, insert, select, update

from pipeline.cases.dismissal import DismissalRule, RuleKind
from pipeline.enforcement import CaseState
from pipeline.errors import InputError
from pipeline.photos import BenignPhoto
from pipeline.store.case_tables import case_photos, cases, dismissal_rules
from pipeline.store.cases import Scope
from pipeline.store.schema import photos


def add_rule(connection: Connection, rule: DismissalRule, scope: Scope) -> None:
    """Enter a rule.

    Raises
    ------
    InputError
        If its rights holder is outside the scope of whoever enters it.
    """
    if scope is not None and rule.rights_holder_id not in scope:
        raise InputError(f"rule: no such rights holder, got {rule.rights_holder_id!r}, expected one of yours")
    connection.execute(insert(dismissal_rules), asdict(rule) | {"kind": rule.kind.value})


def retire_rule(connection: Connection, rule_id: str, scope: Scope, by: str, now: datetime) -> DismissalRule:
    """Retire a rule and return it; one that is retired already stays as it was.

    Raises
    ------
    InputError
        If there is no such rule in the scope.
    """
    found = read_rule(connection, rule_id, scope)
    if found is None:
        raise InputError(f"rule: no such rule, got {rule_id!r}, expected the id of one of yours")
    columns = dismissal_rules.c
    mine = update(dismissal_rules).where(columns.rule_id == rule_id, columns.retired_at.is_(None))
    connection.execute(mine.values(retired_at=now, retired_by=by))
    return read_rule(connection, rule_id, scope) or found


def read_rule(connection: Connection, rule_id: str, scope: Scope) -> DismissalRule | None:
    """Return a rule of the scope, or None."""
    return next((rule for rule in read_rules(connection, scope) if rule.rule_id == rule_id), None)


def read_rules(connection: Connection, scope: Scope) -> tuple[DismissalRule, ...]:
    """Return every rule of the scope, retired ones too, the newest first."""
    query = select(dismissal_rules).order_by(dismissal_rules.c.made_at.desc(), dismissal_rules.c.rule_id)
    if scope is not None:
        query = query.where(dismissal_rules.c.rights_holder_id.in_(scope))
    return tuple(_rule(row) for row in connection.execute(query).mappings())


def cases_about(connection: Connection, rule: DismissalRule) -> tuple[str, ...]:
    """Return the cases that a rule may be about: all it could change are among them."""
    columns = cases.c
    query = select(columns.case_id).where(columns.rights_holder_id == rule.rights_holder_id)
    if rule.platform is not None:
        query = query.where(columns.platform == rule.platform)
    if rule.kind is RuleKind.AUTHORISED_SELLER:
        query = query.where(columns.seller_id == rule.value)
    if rule.kind is RuleKind.IGNORED_IMAGE:
        copies = copies_of(connection, rule.value)
        query = query.where(columns.case_id.in_(select(case_photos.c.case_id).where(case_photos.c.photo.in_(copies))))
    return tuple(connection.execute(query.order_by(columns.case_id)).scalars())


def dismissed_by_rules(connection: Connection, after: str, limit: int) -> list[str]:
    """Return the next cases, by id, that a rule has dismissed and no person."""
    columns = cases.c
    here = columns.state == CaseState.DISMISSED.value, columns.label.is_(None), columns.case_id > after
    return list(
        connection.execute(select(columns.case_id).where(*here).order_by(columns.case_id).limit(limit)).scalars()
    )


def ignored_photos(connection: Connection, now: datetime) -> tuple[BenignPhoto, ...]:
    """Return the ignored images in force on every platform, as the benign photos that detectors look past."""
    rules = [rule for rule in read_rules(connection, None) if rule.kind is RuleKind.IGNORED_IMAGE and rule.holds(now)]
    return tuple(_benign(connection, rule) for rule in rules if rule.platform is None)


def _benign(connection: Connection, rule: DismissalRule) -> BenignPhoto:
    whole = select(case_photos.c.whole).where(case_photos.c.photo == rule.value, case_photos.c.whole != "").limit(1)
    describer = select(photos.c.describer).where(photos.c.photo == rule.value).limit(1)
    return BenignPhoto(
        rights_holder_id=rule.rights_holder_id,
        photo=rule.value,
        describer=connection.execute(describer).scalar() or "",
        whole=connection.execute(whole).scalar() or "",
        reason=rule.reason,
        added_at=rule.made_at,
    )


def copies_of(connection: Connection, photo: str) -> frozenset[str]:
    """Return the digests of the photos of cases that are a photo, or have the same perceptual hash of the whole."""
    wholes = select(case_photos.c.whole).where(case_photos.c.photo == photo, case_photos.c.whole != "")
    query = select(case_photos.c.photo).where(case_photos.c.whole.in_(wholes)).distinct()
    return frozenset(connection.execute(query).scalars()) | {photo}


def _rule(row: RowMapping) -> DismissalRule:
    return DismissalRule(**(dict(row) | {"kind": RuleKind(row["kind"])}))
