"""The events of cases: written once, in one order without gaps, together with what they leave of their cases."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import Connection, RowMapping, func, insert, select

from pipeline.cases import check, check_unmoved, fold, standing
from pipeline.cases.card import Card
from pipeline.enforcement import Case, Event, EventKind
from pipeline.errors import InputError
from pipeline.groups import in_groups
from pipeline.store.case_tables import case_counts, cases, events
from pipeline.store.ledger import upsert
from pipeline.store.observations import key_digest
from pipeline.store.search import write_terms

EVENTS_LOCK = 6_237_041_180
"""Key of the PostgreSQL advisory lock that gives events one order; on SQLite there is one writer anyway."""
AT_ONCE = 500
"""Cases looked up in one query."""
FACETS = ("rights_holder_id", "platform", "state", "band", "shown", "changed")
"""By which cases are counted, the rights holder first."""
EVERY_HOLDER = ""
"""Stands in counts for all rights holders; no id is empty."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """An event that somebody wants to write.

    Attributes
    ----------
    event : Event
        Its `sequence` is not looked at: the store gives it. Written again under the same id, it is passed over.
    expected_events : int or None
        How many events of the case its writer saw; None where that does not matter (the system, a comment).
    card : Card or None
        The listing as captured, where the event is about a new capture; the first event of a case needs one.
    """

    event: Event
    expected_events: int | None = None
    card: Card | None = None


def append_events(
    connection: Connection, drafts: Sequence[Draft], scope: tuple[str, ...] | None, *, four_eyes: Collection[str]
) -> dict[str, Case]:
    """Write events, all of them or none, and bring their cases up to date.

    Parameters
    ----------
    connection : Connection
        Inside a transaction, which is to be rolled back if this raises.
    drafts : sequence of Draft
        In the order in which they are to happen; several may be about one case.
    scope : tuple of str or None
        Ids of the rights holders for whom the writer may write; None is all of them.
    four_eyes : collection of str
        Ids of the rights holders who want a second person to approve.

    Returns
    -------
    dict of str to Case
        By case id.

    Raises
    ------
    TransitionError
        If a case does not allow its event.
    ConflictError
        If a case has moved on since its writer looked.
    InputError
        If there is no such case in the scope.
    """
    lock_events(connection)
    ids = sorted({draft.event.case_id for draft in drafts})
    histories = {case_id: list(found) for case_id, found in read_histories(connection, ids).items()}
    before = {case_id: len(histories.get(case_id, ())) for case_id in ids}
    number = connection.execute(select(func.coalesce(func.max(events.c.sequence), 0))).scalar_one()
    cards: dict[str, Card] = {}
    for draft in drafts:
        history = histories.setdefault(draft.event.case_id, [])
        if any(event.event_id == draft.event.event_id for event in history):
            continue
        _check(history, draft, scope, four_eyes)
        number += 1
        history.append(replace(draft.event, sequence=number))
        if draft.card is not None:
            cards[draft.event.case_id] = draft.card
    written = [event for case_id in ids for event in histories[case_id][before[case_id] :]]
    if written:
        connection.execute(insert(events), [_row(event) for event in sorted(written, key=lambda e: e.sequence)])
    folded = {case_id: fold(histories[case_id]) for case_id in ids}
    moved = {case_id: histories[case_id] for case_id in ids if len(histories[case_id]) > before[case_id]}
    _project(connection, {case_id: folded[case_id] for case_id in moved}, moved, cards)
    return folded


def lock_events(connection: Connection) -> None:
    """Let nobody else write events until this transaction ends: what was read of cases stays true until then."""
    if connection.dialect.name == "postgresql":
        connection.execute(select(func.pg_advisory_xact_lock(EVENTS_LOCK)))


def read_histories(connection: Connection, case_ids: Iterable[str]) -> dict[str, tuple[Event, ...]]:
    """Return the events of cases, each in their order; a case without any is left out."""
    found: dict[str, list[Event]] = {}
    for some in in_groups(sorted(set(case_ids)), AT_ONCE):
        query = select(events).where(events.c.case_id.in_(some)).order_by(events.c.sequence)
        for row in connection.execute(query).mappings():
            found.setdefault(row["case_id"], []).append(_event(row))
    return {case_id: tuple(history) for case_id, history in found.items()}


def events_after(connection: Connection, sequence: int, limit: int) -> tuple[Event, ...]:
    """Return the next events of the whole store, in their order: what the log takes in."""
    query = select(events).where(events.c.sequence > sequence).order_by(events.c.sequence).limit(limit)
    return tuple(_event(row) for row in connection.execute(query).mappings())


def _check(history: Sequence[Event], draft: Draft, scope: tuple[str, ...] | None, four_eyes: Collection[str]) -> None:
    event = draft.event
    holder = (history[0] if history else event).facts.get("rights_holder_id")
    opens = event.kind is EventKind.OPENED and draft.card is not None
    if (scope is not None and holder not in scope) or not (history or opens):
        raise InputError(f"case {event.case_id}: no such case, got its id, expected that of one of your cases")
    if draft.expected_events is not None:
        check_unmoved(history, event.case_id, draft.expected_events)
    if history:
        check(fold(history), standing(history), event, four_eyes=holder in four_eyes)


def _row(event: Event) -> dict[str, Any]:
    plain = {name: getattr(event, name) for name in ("sequence", "event_id", "case_id", "at", "by", "reason")}
    return plain | {"kind": event.kind.value, "facts": orjson.dumps(dict(event.facts))}


def _event(row: RowMapping) -> Event:
    return Event(**(dict(row) | {"kind": EventKind(row["kind"]), "facts": orjson.loads(row["facts"])}))


def _project(
    connection: Connection,
    folded: Mapping[str, Case],
    histories: Mapping[str, Sequence[Event]],
    cards: Mapping[str, Card],
) -> None:
    """Bring rows and counts of cases up to date with their events."""
    if not folded:
        return
    counts: Counter[tuple[Any, ...]] = Counter()
    for some in in_groups(sorted(folded), AT_ONCE):
        facets = select(*(cases.c[name] for name in FACETS)).where(cases.c.case_id.in_(some))
        counts.subtract(tuple(row) for row in connection.execute(facets))
    rows = [_case_row(case, histories[case_id]) for case_id, case in folded.items()]
    counts.update(tuple(row[name] for name in FACETS) for row in rows)
    with_card = [row | _card_row(cards[row["case_id"]]) for row in rows if row["case_id"] in cards]
    _write_rows(connection, with_card)
    write_terms(connection, {case_id: (card, folded[case_id].key) for case_id, card in cards.items()})
    _update_rows(connection, [row for row in rows if row["case_id"] not in cards])
    _count(connection, counts)


def _write_rows(connection: Connection, rows: list[dict[str, Any]]) -> None:
    if rows:
        statement = upsert(connection, cases)
        newer = {name: getattr(statement.excluded, name) for name in rows[0] if name != "case_id"}
        connection.execute(statement.on_conflict_do_update(index_elements=["case_id"], set_=newer), rows)


def _update_rows(connection: Connection, rows: list[dict[str, Any]]) -> None:
    for row in rows:
        connection.execute(cases.update().where(cases.c.case_id == row["case_id"]).values(row))


def _count(connection: Connection, counts: Counter[tuple[Any, ...]]) -> None:
    """Add to the counts of each rights holder, and to those of all."""
    every: Counter[tuple[Any, ...]] = Counter()
    for facets, number in counts.items():
        every[EVERY_HOLDER, *facets[1:]] += number
    statement = upsert(connection, case_counts)
    added = {"number": case_counts.c.number + statement.excluded.number}
    rows = [
        dict(zip(FACETS, facets, strict=True)) | {"number": number}
        for facets, number in sorted([*counts.items(), *every.items()])
        if number
    ]
    if rows:
        connection.execute(statement.on_conflict_do_update(index_elements=list(FACETS), set_=added), rows)


def _case_row(case: Case, history: Sequence[Event]) -> dict[str, Any]:
    result, at = _last_recheck(history)
    names = ("case_id", "rights_holder_id", "candidate_id", "state", "score", "band", "suggested", "label")
    more = ("assignee", "changed", "earlier_case_id", "opened_at", "updated_at", "events")
    return {
        **{name: getattr(case, name) for name in (*names, *more)},
        **case.key._asdict(),
        "listing_key": key_digest(case.key),
        "state": case.state.value,
        "suggested": case.suggested.value,
        "label": None if case.label is None else case.label.value,
        "shown": (case.label or case.suggested).value,
        "asset_ids": orjson.dumps(case.asset_ids),
        "approvals": orjson.dumps(case.approvals),
        "recheck": result,
        "rechecked_at": at,
        "probability": history[0].facts.get("probability"),
    }


def _last_recheck(history: Sequence[Event]) -> tuple[str | None, datetime | None]:
    last = next((event for event in reversed(history) if event.kind is EventKind.RECHECKED), None)
    return (None, None) if last is None else (last.facts["result"], last.at)


def _card_row(card: Card) -> dict[str, Any]:
    price = None if card.price is None else str(card.price)
    return asdict(card) | {"price": price, "harm": card.harm}
