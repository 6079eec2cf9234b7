"""People: who may do what, for which rights holders."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from pipeline.records import Label

EVERY_HOLDER: Final = "*"
"""Stands in a grant for all rights holders, those of the future included."""

Scope = tuple[str, ...] | None
"""Ids of the rights holders whose cases may be seen; None is all of them, an empty tuple none."""


class Role(StrEnum):
    """What a person is to a rights holder."""

    READER = "reader"
    REVIEWER = "reviewer"
    APPROVER = "approver"
    ADMIN = "admin"


class Permission(StrEnum):
    """What a route of the review app asks for."""

    READ = "read"
    """See cases and their evidence."""
    DECIDE = "decide"
    """Decide, hold, comment, assign and undo."""
    APPROVE = "approve"
    """Approve or return what another person has decided."""
    RULE = "rule"
    """Make and retire rules and lists."""
    MANAGE = "manage"
    """Manage people and the settings of rights holders."""


_READER = frozenset({Permission.READ})
_REVIEWER = _READER | {Permission.DECIDE}
_APPROVER = _REVIEWER | {Permission.APPROVE, Permission.RULE}

PERMISSIONS: Final[Mapping[Role, frozenset[Permission]]] = MappingProxyType(
    {
        Role.READER: _READER,
        Role.REVIEWER: _REVIEWER,
        Role.APPROVER: _APPROVER,
        Role.ADMIN: frozenset(Permission),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """A role that a person has for one rights holder, or for every one (`EVERY_HOLDER`)."""

    rights_holder_id: str
    role: Role


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody who works with cases.

    Attributes
    ----------
    person_id : str
        32 hexadecimal digits; stands in events for ever.
    name : str
        What the person signs in with, in lower case.
    shown_as : str
        What other people read.
    language : str
        Of the pages: "en" or "zh_Hans".
    keys : mapping of str to str
        Keys of the person's own by action; an empty key switches the action's off.
    single_keys : bool
        Whether keys work at all (WCAG 2.1.4).
    retired_at : datetime or None
        Since when the person may no longer sign in; people are never deleted, for their events name them.
    """

    person_id: str
    name: str
    shown_as: str
    language: str = "en"
    keys: Mapping[str, str] = field(default_factory=dict)
    single_keys: bool = True
    grants: tuple[Grant, ...] = ()
    retired_at: datetime | None = None

    def scope(self, permission: Permission) -> Scope:
        """Return the rights holders for whom the person has a permission.

        Examples
        --------
        >>> reader = Grant(rights_holder_id="a", role=Role.READER)
        >>> lin = Person(person_id="1", name="lin", shown_as="Lin", grants=(reader,))
        >>> lin.scope(Permission.READ), lin.scope(Permission.DECIDE)
        (('a',), ())
        """
        held = {grant.rights_holder_id for grant in self.grants if permission in PERMISSIONS[grant.role]}
        return None if EVERY_HOLDER in held else tuple(sorted(held))

    def may(self, permission: Permission, rights_holder_id: str) -> bool:
        """Tell whether the person has a permission for one rights holder."""
        scope = self.scope(permission)
        return scope is None or rights_holder_id in scope

    def may_somewhere(self, permission: Permission) -> bool:
        """Tell whether the person has a permission for any rights holder."""
        return self.scope(permission) != ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """A person's stay in the app, known to the browser by a token whose digest alone is stored."""

    digest: str
    person_id: str
    form_token: str
    created_at: datetime
    seen_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiToken:
    """A key of a program that acts for a person; only its digest and its beginning are stored."""

    token_id: str
    person_id: str
    title: str
    prefix: str
    created_at: datetime
    expires_at: datetime
    used_at: datetime | None = None
    revoked_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedFilter:
    """A queue that a person has named: the query string of its page."""

    filter_id: str
    person_id: str
    title: str
    query: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelChange:
    """That a label is given no more, or is again: written once and never changed."""

    label: Label
    retired: bool
    at: datetime
    by: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """Who looked at what, when: written once and never changed."""

    at: datetime
    person_id: str
    what: str
    case_id: str | None
    subject: str = ""
