"""What a reviewer keeps at hand: saved filters, bulk decisions as one, and the record of who looked at what."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime

from sqlalchemy import Connection, delete, func, insert, select

from pipeline.people import Access, SavedFilter
from pipeline.store.people_tables import accesses, bulk_events, saved_filters


def save_filter(connection: Connection, saved: SavedFilter, now: datetime) -> None:
    """Enter a named queue."""
    connection.execute(insert(saved_filters), asdict(saved) | {"created_at": now})


def filters_of(connection: Connection, person_id: str) -> tuple[SavedFilter, ...]:
    """Return the named queues of a person, oldest first."""
    columns = saved_filters.c
    query = select(columns.filter_id, columns.person_id, columns.title, columns.query)
    mine = query.where(columns.person_id == person_id).order_by(columns.created_at, columns.filter_id)
    return tuple(SavedFilter(**row) for row in connection.execute(mine).mappings())


def drop_filter(connection: Connection, person_id: str, filter_id: str) -> None:
    """Delete a named queue of a person."""
    columns = saved_filters.c
    connection.execute(delete(saved_filters).where(columns.person_id == person_id, columns.filter_id == filter_id))


def record_access(connection: Connection, access: Access) -> None:
    """Note that somebody looked at something."""
    connection.execute(insert(accesses), asdict(access))


def accesses_of(connection: Connection, case_id: str, limit: int = 100) -> tuple[Access, ...]:
    """Return who looked at a case, newest first."""
    return _accesses(connection, accesses.c.case_id == case_id, limit)


def accesses_by(connection: Connection, person_id: str, limit: int = 100) -> tuple[Access, ...]:
    """Return what a person looked at, newest first."""
    return _accesses(connection, accesses.c.person_id == person_id, limit)


def lookers(connection: Connection, case_id: str, since: datetime, but: str) -> tuple[str, ...]:
    """Return the people who opened a case after some time, one person left out."""
    columns = accesses.c
    here = columns.case_id == case_id, columns.at >= since, columns.person_id != but, columns.what == "case"
    query = select(columns.person_id).where(*here).group_by(columns.person_id).order_by(func.max(columns.at).desc())
    return tuple(connection.execute(query).scalars())


def record_bulk(
    connection: Connection, bulk_id: str, person_id: str, made: Iterable[tuple[str, str]], now: datetime
) -> None:
    """Note which events, each with its case, a bulk decision made."""
    rows = [
        {"bulk_id": bulk_id, "event_id": event_id, "case_id": case_id, "person_id": person_id, "at": now}
        for event_id, case_id in made
    ]
    if rows:
        connection.execute(insert(bulk_events), rows)


def read_bulk(connection: Connection, bulk_id: str, person_id: str) -> tuple[tuple[str, str], ...]:
    """Return the events of a person's bulk decision, each with its case."""
    columns = bulk_events.c
    query = select(columns.event_id, columns.case_id).where(columns.bulk_id == bulk_id, columns.person_id == person_id)
    return tuple(connection.execute(query.order_by(columns.case_id)).tuples())


def _accesses(connection: Connection, condition: object, limit: int) -> tuple[Access, ...]:
    columns = accesses.c
    query = select(columns.at, columns.person_id, columns.what, columns.case_id, columns.subject)
    newest = query.where(condition).order_by(columns.access_id.desc()).limit(limit)  # type: ignore[arg-type]
    return tuple(Access(**row) for row in connection.execute(newest).mappings())
