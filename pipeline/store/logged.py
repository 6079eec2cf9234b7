"""What the log asks the store about events before it takes them in."""

from __future__ import annotations

from collections.abc import Sequence

import orjson
from sqlalchemy import Connection, select

from pipeline.enforcement import Event, EventKind
from pipeline.records import ACTIONABLE
from pipeline.store.audit_tables import audit_entries
from pipeline.store.case_tables import cases, events
from pipeline.store.events import read_histories


def whose(connection: Connection, case_ids: Sequence[str]) -> dict[str, tuple[str, str]]:
    """Return rights holder and platform of some hundred cases, by case id."""
    query = select(cases.c.case_id, cases.c.rights_holder_id, cases.c.platform).where(cases.c.case_id.in_(case_ids))
    return {case_id: (holder, platform) for case_id, holder, platform in connection.execute(query)}


def read_event(connection: Connection, event_id: str) -> Event | None:
    """Return an event by its id, None if there is none."""
    case_id = connection.execute(select(events.c.case_id).where(events.c.event_id == event_id)).scalar()
    history = read_histories(connection, [case_id])[case_id] if case_id else ()
    return next((event for event in history if event.event_id == event_id), None)


def repeat_seller(connection: Connection, event: Event) -> bool | None:
    """Tell whether another listing of the seller had been confirmed before a decision; None if the seller is unknown.

    A decision that was taken back in the meantime does not count.
    """
    seller = connection.execute(
        select(cases.c.platform, cases.c.seller_id).where(cases.c.case_id == event.case_id)
    ).first()
    if seller is None or seller.seller_id is None:
        return None
    query = (
        select(events.c.event_id, events.c.kind, events.c.facts)
        .join(cases, cases.c.case_id == events.c.case_id)
        .where(
            cases.c.platform == seller.platform,
            cases.c.seller_id == seller.seller_id,
            cases.c.case_id != event.case_id,
            events.c.kind.in_([EventKind.DECIDED.value, EventKind.UNDONE.value]),
            events.c.sequence < event.sequence,
        )
    )
    told = [(event_id, kind, orjson.loads(facts)) for event_id, kind, facts in connection.execute(query)]
    undone = {facts.get("event_id") for _, kind, facts in told if kind == EventKind.UNDONE}
    return any(
        facts.get("label") in ACTIONABLE and event_id not in undone
        for event_id, kind, facts in told
        if kind == EventKind.DECIDED
    )


def audit_sequence(connection: Connection, entry_id: str) -> int | None:
    """Return the place of an entry among those that audits leave for the log; None if it is none of them."""
    query = select(audit_entries.c.sequence).where(audit_entries.c.entry_id == entry_id)
    return connection.execute(query).scalar()
