"""A queue as its address: the query string is the whole state of the page."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Final, TypeVar
from urllib.parse import urlencode

from starlette.datastructures import QueryParams

from pipeline.cases.terms import sought_terms
from pipeline.enforcement import CaseState
from pipeline.errors import InputError
from pipeline.records import Band, Label
from pipeline.store.cases import Filters, Sort

T = TypeVar("T")
W = TypeVar("W", bound=StrEnum)

MANY: Final = ("holder", "platform", "state", "band", "label")
ONE: Final = (
    "text",
    "changed",
    "seller",
    "keyword",
    "rank",
    "price_from",
    "price_to",
    "since",
    "until",
    "assigned",
    "drawn",
    "sort",
)
NAMES: Final = (*MANY, *ONE)
"""Parameters of a queue's address; `after` is its page and no part of the queue."""
ME, NOBODY, ANY = "me", "nobody", "any"
LONGEST: Final = 200
"""Characters of a value that is looked for."""
MOST_WHOLE: Final = 10**9
"""Larger numbers are nobody's rank, and too large for a column."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Queue:
    """A queue as asked for.

    Attributes
    ----------
    given : tuple of (str, str)
        The parameters of its address, in the order of `NAMES`.
    filters : Filters
        What it is narrowed to; without a word on states, the cases that wait for a decision.
    """

    given: tuple[tuple[str, str], ...]
    filters: Filters
    sort: Sort

    @property
    def address(self) -> str:
        """Its query string."""
        return urlencode(self.given)

    def values(self, name: str) -> tuple[str, ...]:
        """Return what was asked for of one parameter."""
        return tuple(value for given, value in self.given if given == name)

    def value(self, name: str) -> str:
        """Return what was asked for of a parameter that has one value."""
        return next(iter(self.values(name)), "")

    def toggled(self, name: str, value: str) -> str:
        """Return the query string of the queue with one value more, or one fewer."""
        if (name, value) in self.given:
            return urlencode([pair for pair in self.given if pair != (name, value)])
        return urlencode([*self.given, (name, value)])

    def without(self, name: str) -> str:
        """Return the query string of the queue without a parameter."""
        return urlencode([pair for pair in self.given if pair[0] != name])


def queue_of(params: QueryParams, person_id: str) -> Queue:
    """Read a queue from its address.

    Parameters
    ----------
    params : QueryParams
        Of the request; others than those of a queue are passed over.
    person_id : str
        Who "me" is.

    Raises
    ------
    InputError
        If a value cannot be used.
    """
    given = tuple(
        (name, value[:LONGEST]) for name in NAMES for value in dict.fromkeys(params.getlist(name)[:50]) if value
    )
    found: dict[str, tuple[str, ...]] = {name: tuple(v for n, v in given if n == name) for name in NAMES}
    one = {name: next(iter(found[name]), "") for name in ONE}
    states = tuple(s for s in found["state"] if s != ANY)
    filters = Filters(
        rights_holders=found["holder"],
        platforms=found["platform"],
        states=_members(states, CaseState, "state") if found["state"] else (CaseState.OPEN,),
        bands=tuple(band.value for band in _members(found["band"], Band, "band")),
        labels=_members(found["label"], Label, "label"),
        text=_sought(one["text"]),
        changed=True if one["changed"] else None,
        seller_id=one["seller"] or None,
        keyword=one["keyword"] or None,
        worst_rank=_read(one["rank"], _whole, "rank", "a whole number"),
        least_euros=_read(one["price_from"], float, "price_from", "an amount in euros"),
        most_euros=_read(one["price_to"], float, "price_to", "an amount in euros"),
        opened_from=_read(one["since"], _day, "since", "a day as YYYY-MM-DD"),
        opened_until=_read(one["until"], _day, "until", "a day as YYYY-MM-DD"),
        assignee=_assignee(one["assigned"], person_id),
        drawn=True if one["drawn"] else None,
    )
    sort = _members((one["sort"],), Sort, "sort")[0] if one["sort"] else Sort.SCORE
    return Queue(given=given, filters=filters, sort=sort)


def _members(values: tuple[str, ...], kind: type[W], name: str) -> tuple[W, ...]:
    try:
        return tuple(kind(value) for value in values)
    except ValueError:
        raise InputError(f"{name}: no such value, got {values!r}, expected some of {', '.join(kind)}") from None


def _read(value: str, reader: Callable[[str], T], name: str, expected: str) -> T | None:
    try:
        return reader(value) if value else None
    except (ValueError, OverflowError):
        raise InputError(f"{name}: not usable, got {value!r}, expected {expected}") from None


def _whole(value: str) -> int:
    number = int(value)
    if abs(number) > MOST_WHOLE:
        raise OverflowError(value)
    return number


def _day(value: str) -> datetime:
    return datetime.strptime(value, "%Y-%m-%d").replace(tzinfo=UTC)


def _sought(text: str) -> str:
    if text and not sought_terms(text):
        raise InputError(f"text: nothing to look for, got {text!r}, expected letters or digits")
    return text


def _assignee(value: str, person_id: str) -> str | None:
    return {"": None, ME: person_id, NOBODY: ""}.get(value, value)
