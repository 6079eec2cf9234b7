"""Cases as they stand: one by one, and in queues that page by key, with counts that are right."""

from __future__ import annotations

import operator
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import UTC, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, Final

import orjson
from sqlalchemy import (
    ColumnElement,
    Connection,
    RowMapping,
    Select,
    Table,
    and_,
    func,
    literal,
    select,
    true,
    tuple_,
)
from sqlalchemy.sql.base import ReadOnlyColumnCollection

from pipeline.cases.card import Card
from pipeline.enforcement import Case, CaseState, Event
from pipeline.errors import InputError
from pipeline.records import Label, ListingKey
from pipeline.store.case_tables import case_counts, cases
from pipeline.store.events import EVERY_HOLDER, read_histories
from pipeline.store.schema import Instant, instant
from pipeline.store.search import Found, search

Scope = tuple[str, ...] | None
"""Ids of the rights holders whose cases may be seen; None is all of them, an empty tuple none."""


class Sort(StrEnum):
    """Orders of a queue: the first case is the highest, or the oldest, or the last to have moved."""

    SCORE = "score"
    HARM = "harm"
    AGE = "age"
    UPDATED = "updated"


WAITING: Final = (CaseState.OPEN.value, CaseState.HELD.value)
"""States of cases that wait for a person's word."""
COLUMNS: Final = {
    Sort.SCORE: cases.c.score,
    Sort.HARM: cases.c.harm,
    Sort.AGE: cases.c.opened_at,
    Sort.UPDATED: cases.c.updated_at,
}
MOST_ARMS: Final = 100
"""Queries of one holder and state each that are laid together; with more holders, each state is asked for once."""
EVERYTHING: Final = 1_000_000_000
"""A limit that cuts nothing: it keeps a database from putting in order before it has looked for what fits."""
FACET_FIELDS: Final = {
    "rights_holder_id": "rights_holders",
    "platform": "platforms",
    "state": "states",
    "band": "bands",
    "shown": "labels",
    "changed": "changed",
}
"""Columns by which cases are counted, and the filter on each."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """What a queue is narrowed to; what is empty or None narrows nothing, several values of one field are either-or.

    Attributes
    ----------
    labels : tuple of Label
        A person's word, or where there is none what the scan suggests.
    best_rank, worst_rank : int or None
        Place among the results of the search, from 1.
    least_euros, most_euros : float or None
        Price as offered, in euros.
    opened_from, opened_until : datetime or None
        When the listing was first seen: from this time on, and before that time.
    assignee : str or None
        Id of a person; "" for cases that nobody has.
    rechecks : tuple of str
        Results of the last re-check (`RecheckResult`).
    drawn : bool or None
        Whether the case was drawn at random.
    text : str
        Words of the title or of the seller's name, the id of the listing or of the seller, or the listing's address;
        all of its words must be there.
    """

    rights_holders: tuple[str, ...] = ()
    platforms: tuple[str, ...] = ()
    states: tuple[CaseState, ...] = ()
    bands: tuple[str, ...] = ()
    labels: tuple[Label, ...] = ()
    changed: bool | None = None
    seller_id: str | None = None
    keyword: str | None = None
    best_rank: int | None = None
    worst_rank: int | None = None
    least_euros: float | None = None
    most_euros: float | None = None
    opened_from: datetime | None = None
    opened_until: datetime | None = None
    assignee: str | None = None
    rechecks: tuple[str, ...] = ()
    drawn: bool | None = None
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class QueuedCase:
    """A case with its card, what the last re-check found, and with what probability it was drawn, if it was."""

    case: Case
    card: Card
    harm: float
    recheck: str | None
    rechecked_at: datetime | None
    probability: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Some cases of a queue in their order; `after` leads to the next page, None at the end."""

    cases: tuple[QueuedCase, ...]
    after: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """How many cases of a queue there are, in all and by facet.

    Attributes
    ----------
    total : int
        Exactly, unless `at_least`.
    facets : mapping of str to mapping of str to int
        By rights_holder_id, platform, state, band, shown (label) and changed ("0", "1"): how many there would be with
        this value instead of what the filters say of that field, all other facet filters kept. Other filters
        (seller, keyword, rank, price, time, person) are not counted in.
    at_least : bool
        Whether there may be more than `total`: a text was looked for that finds more than can be counted at once.
    """

    total: int
    at_least: bool = False
    facets: Mapping[str, Mapping[str, int]] = field(default_factory=dict)


def read_case(connection: Connection, case_id: str, scope: Scope) -> QueuedCase | None:
    """Return a case of the scope, or None if there is none."""
    row = connection.execute(select(cases).where(cases.c.case_id == case_id, _inside(scope))).mappings().first()
    return None if row is None else _queued(row)


def read_cases(connection: Connection, case_ids: Sequence[str], scope: Scope) -> tuple[QueuedCase, ...]:
    """Return those of some hundred cases that are in the scope, in the order asked for."""
    query = select(cases).where(cases.c.case_id.in_(case_ids), _inside(scope))
    found = {row["case_id"]: _queued(row) for row in connection.execute(query).mappings()}
    return tuple(found[case_id] for case_id in case_ids if case_id in found)


def read_events(connection: Connection, case_id: str, scope: Scope) -> tuple[Event, ...]:
    """Return the history of a case of the scope, oldest first; empty if there is none."""
    mine = connection.execute(select(cases.c.case_id).where(cases.c.case_id == case_id, _inside(scope))).first()
    return read_histories(connection, [case_id]).get(case_id, ()) if mine else ()


def queue(
    connection: Connection, filters: Filters, scope: Scope, *, sort: Sort, after: str | None = None, limit: int = 50
) -> Page:
    """Return a page of a queue.

    Parameters
    ----------
    connection : Connection
        For reading.
    filters : Filters
        What the queue is narrowed to.
    scope : tuple of str or None
        The rights holders whose cases may be seen.
    sort : Sort
        The order; cases that are alike in it follow by id.
    after : str or None
        From the page before.
    limit : int
        At most so many.

    Returns
    -------
    Page
        Found by key, never by counting rows: a page deep in the queue costs what the first costs.
    """
    column, ascending = COLUMNS[sort], sort is Sort.AGE
    found_by = search(connection, filters.text) if filters.text else None
    wanted = and_(_narrowed(filters), true() if found_by is None else found_by.paged)
    if _is_narrow(filters, found_by):
        found = select(cases).where(_inside(scope), _facets(filters, cases), wanted).limit(EVERYTHING).subquery()
        parts = [_in_order(select(found), found.c, column.name, after, ascending=ascending)]
    else:
        arms = (select(cases).where(arm, wanted) for arm in _arms(filters, scope))
        parts = [_in_order(arm, cases.c, column.name, after, ascending=ascending) for arm in arms]
    rows: list[RowMapping] = []
    for part in parts:
        rows += connection.execute(part.limit(limit + 1)).mappings()
    rows.sort(key=lambda row: (row[column.name], row["case_id"]), reverse=not ascending)
    last = _key(rows[limit - 1], column.name) if len(rows) > limit else None
    return Page(cases=tuple(map(_queued, rows[:limit])), after=last)


def _in_order(
    query: Select[Any], columns: ReadOnlyColumnCollection[str, Any], name: str, after: str | None, *, ascending: bool
) -> Select[Any]:
    """Return what of a query lies beyond a place, in the order of the queue."""
    order = columns[name], columns["case_id"]
    ordered = query.order_by(*(column.asc() if ascending else column.desc() for column in order))
    return ordered if after is None else ordered.where(_beyond(after, order, ascending=ascending))


def count(connection: Connection, filters: Filters, scope: Scope) -> Counts:
    """Count the cases of a queue, in all and by facet."""
    facets = {name: _facet(connection, filters, scope, name) for name in FACET_FIELDS}
    return replace(count_all(connection, filters, scope), facets=facets)


def count_all(connection: Connection, filters: Filters, scope: Scope) -> Counts:
    """Count the cases of a queue in all."""
    if _facets_only(filters):
        tally = select(func.coalesce(func.sum(case_counts.c.number), 0)).where(_tallied(filters, scope))
        return Counts(total=int(connection.execute(tally).scalar_one()))
    found_by = search(connection, filters.text) if filters.text else None
    here = _inside(scope), _facets(filters, cases), _narrowed(filters), true() if found_by is None else found_by.counted
    total = connection.execute(select(func.count()).select_from(cases).where(*here)).scalar_one()
    return Counts(total=int(total), at_least=found_by is not None and found_by.more)


def _facet(connection: Connection, filters: Filters, scope: Scope, name: str) -> dict[str, int]:
    column = case_counts.c[name]
    anything: Any = None if name == "changed" else ()
    others = replace(filters, **{FACET_FIELDS[name]: anything})
    here = _tallied(others, scope, by_holder=name == "rights_holder_id")
    query = select(column, func.sum(case_counts.c.number)).where(here).group_by(column)
    found = {
        str(int(value)) if name == "changed" else value: int(number) for value, number in connection.execute(query)
    }
    return {value: number for value, number in sorted(found.items()) if number}


def _tallied(filters: Filters, scope: Scope, *, by_holder: bool = False) -> ColumnElement[bool]:
    """Return the conditions on counts: on those of all rights holders together where these do."""
    holder = case_counts.c.rights_holder_id
    together = scope is None and not filters.rights_holders and not by_holder
    here = holder == EVERY_HOLDER if together else and_(holder != EVERY_HOLDER, _inside(scope, case_counts))
    return and_(here, _facets(filters, case_counts))


def _inside(scope: Scope, table: Table = cases) -> ColumnElement[bool]:
    return true() if scope is None else table.c.rights_holder_id.in_(scope)


def _is_narrow(filters: Filters, found_by: Found | None) -> bool:
    """Tell whether so few cases fit that they are found first and then put in order.

    Databases misjudge this: they walk the whole queue in its order to find the few.
    """
    named = (filters.seller_id, filters.keyword, filters.assignee, filters.changed, filters.drawn)
    return any(named) or (found_by is not None and not found_by.more)


def _arms(filters: Filters, scope: Scope) -> Iterator[ColumnElement[bool]]:
    """Yield conditions that part a queue by re-check, or state and holder: in each an index has the queue's order."""
    if filters.rechecks:
        for result in filters.rechecks:
            yield and_(cases.c.recheck == result, _inside(scope), _facets(filters, cases))
        return
    states = [state.value for state in filters.states or CaseState]
    holders = scope if not filters.rights_holders else filters.rights_holders
    if holders is not None and scope is not None:
        holders = tuple(holder for holder in holders if holder in scope)
    rest = _facets(replace(filters, states=(), rights_holders=()), cases)
    for state in states:
        if holders is None or len(states) * len(holders) > MOST_ARMS:
            yield and_(
                cases.c.state == state, true() if holders is None else cases.c.rights_holder_id.in_(holders), rest
            )
        else:
            for holder in holders:
                yield and_(cases.c.rights_holder_id == holder, cases.c.state == state, rest)


def _facets(filters: Filters, table: Table) -> ColumnElement[bool]:
    """Return the conditions on fields by which cases are counted: on cases, or on their counts."""
    conditions = []
    for name, field_name in FACET_FIELDS.items():
        wanted = getattr(filters, field_name)
        if name == "changed" and wanted is not None:
            conditions.append(table.c.changed.is_(wanted))
        elif wanted:
            conditions.append(table.c[name].in_([str(value) for value in wanted]))
    return and_(true(), *conditions)


def _facets_only(filters: Filters) -> bool:
    plain = Filters(**{name: getattr(filters, name) for name in FACET_FIELDS.values()})
    return plain == filters


def _narrowed(filters: Filters) -> ColumnElement[bool]:
    columns = cases.c
    bounds = (
        (columns.seller_id, operator.eq, filters.seller_id),
        (columns.keyword, operator.eq, filters.keyword),
        (columns.rank, operator.ge, filters.best_rank),
        (columns.rank, operator.le, filters.worst_rank),
        (columns.euros, operator.ge, filters.least_euros),
        (columns.euros, operator.le, filters.most_euros),
        (columns.opened_at, operator.ge, filters.opened_from),
        (columns.opened_at, operator.lt, filters.opened_until),
    )
    conditions = [compare(column, value) for column, compare, value in bounds if value is not None]
    if filters.assignee is not None:
        conditions.append(columns.assignee == filters.assignee if filters.assignee else columns.assignee.is_(None))
    if filters.rechecks:
        conditions.append(columns.recheck.in_(filters.rechecks))
    if filters.drawn is not None:
        conditions.append(columns.probability.is_not(None) if filters.drawn else columns.probability.is_(None))
    return and_(true(), *conditions)


def _beyond(after: str, order: Sequence[ColumnElement[Any]], *, ascending: bool) -> ColumnElement[bool]:
    text, _, case_id = after.rpartition("_")
    column = order[0]
    try:
        value = datetime.fromisoformat(text).astimezone(UTC) if isinstance(column.type, Instant) else float(text)
    except (ValueError, OverflowError):
        raise InputError(f"page: no such place in the queue, got {after[:80]!r}, expected `after` of a page") from None
    here, there = tuple_(*order), tuple_(literal(value, column.type), literal(case_id))
    return here > there if ascending else here < there


def place_of(found: QueuedCase, sort: Sort) -> str:
    """Return the place of a case in a queue, as `after`: what follows it can be asked for once it has left."""
    case = found.case
    values: dict[Sort, float | datetime]
    values = {Sort.SCORE: case.score, Sort.HARM: found.harm, Sort.AGE: case.opened_at, Sort.UPDATED: case.updated_at}
    return _place(values[sort], case.case_id)


def _key(row: RowMapping, name: str) -> str:
    return _place(row[name], row["case_id"])


def _place(value: float | datetime, case_id: str) -> str:
    return f"{instant(value) if isinstance(value, datetime) else repr(value)}_{case_id}"


def _queued(row: RowMapping) -> QueuedCase:
    key = ListingKey(row["platform"], row["listing_id"], row["seller_id"])
    case = {name: row[name] for name in _CASE_FIELDS} | {
        "key": key,
        "state": CaseState(row["state"]),
        "suggested": Label(row["suggested"]),
        "label": None if row["label"] is None else Label(row["label"]),
        "asset_ids": tuple(orjson.loads(row["asset_ids"])),
        "approvals": tuple(orjson.loads(row["approvals"])),
    }
    card = {name: row[name] for name in _CARD_FIELDS}
    card["price"] = None if row["price"] is None else Decimal(row["price"])
    rest = {name: row[name] for name in ("harm", "recheck", "rechecked_at", "probability")}
    return QueuedCase(case=Case(**case), card=Card(**card), **rest)


_CASE_FIELDS = [name for name in (f.name for f in fields(Case)) if name in cases.c]
_CARD_FIELDS = [f.name for f in fields(Card)]
