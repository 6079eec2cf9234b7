"""The scan ledger: which scans, which input rows and which units of work are done. It is the record of work."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Table, delete, func, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from pipeline.records import Rejected
from pipeline.store.codec import from_json, to_json
from pipeline.store.schema import chunks, observations, rejected, scans, wanted, work

RUNNING, FINISHED = "running", "finished"


@dataclass(frozen=True, slots=True, kw_only=True)
class RowCounts:
    """What became of the input rows of a scan: `rows_read` is `listings` + `repeats` + `rejected_rows`.

    Attributes
    ----------
    observations : int
        Distinct captures of listings.
    repeats : int
        Further rows of a listing already counted; `repeats_same_capture` of them bear a time of capture already seen.
    """

    rows_read: int
    listings: int
    repeats: int
    repeats_same_capture: int
    observations: int
    rejected_rows: int


def insert_new(connection: Connection, table: Table, rows: list[dict[str, Any]]) -> None:
    """Insert rows, passing over those whose key is there already."""
    if rows:
        connection.execute(upsert(connection, table).on_conflict_do_nothing(), rows)


def upsert(connection: Connection, table: Table) -> postgresql.Insert:
    """Return an insert that can say what to do on a conflict, in the dialect of the connection."""
    if connection.dialect.name == "postgresql":
        return postgresql.insert(table)
    statement: Any = sqlite.insert(table)  # the same methods; the two classes share no base that has them
    return statement  # type: ignore[no-any-return]


def begin_scan(connection: Connection, run_id: str, now: datetime) -> None:
    """Open a scan in the ledger: one that was killed goes on, one that was finished starts afresh."""
    state = connection.execute(select(scans.c.state).where(scans.c.run_id == run_id)).scalar()
    if state == RUNNING:
        return
    for table in (chunks, observations, rejected, wanted):
        connection.execute(delete(table).where(table.c.run_id == run_id))
    if state == FINISHED:
        again = {"state": RUNNING, "started_at": now, "finished_at": None, "summary": None}
        connection.execute(update(scans).where(scans.c.run_id == run_id).values(again))
    else:
        connection.execute(insert(scans), {"run_id": run_id, "state": RUNNING, "started_at": now})


def finish_scan(connection: Connection, run_id: str, now: datetime, summary: bytes) -> None:
    """Close a scan in the ledger with its summary (JSON)."""
    closed = {"state": FINISHED, "finished_at": now, "summary": summary}
    connection.execute(update(scans).where(scans.c.run_id == run_id).values(closed))


def chunks_done(connection: Connection, run_id: str, source: int) -> frozenset[int]:
    """Return the sequence numbers of the chunks of one input file that are taken in already."""
    query = select(chunks.c.sequence).where(chunks.c.run_id == run_id, chunks.c.source == source)
    return frozenset(connection.execute(query).scalars())


def count_rows(connection: Connection, run_id: str) -> RowCounts:
    """Count what became of the input rows of a scan."""
    totals = select(func.sum(chunks.c.rows_read), func.sum(chunks.c.rows_rejected)).where(chunks.c.run_id == run_id)
    rows_read, rows_rejected = (int(n or 0) for n in connection.execute(totals).one())
    mine = observations.c.run_id == run_id
    seen = connection.execute(select(func.count()).select_from(observations).where(mine)).scalar_one()
    distinct = select(func.count(func.distinct(observations.c.listing_key))).where(mine)
    listed = connection.execute(distinct).scalar_one()
    return RowCounts(
        rows_read=rows_read,
        listings=listed,
        repeats=rows_read - rows_rejected - listed,
        repeats_same_capture=rows_read - rows_rejected - seen,
        observations=seen,
        rejected_rows=rows_rejected,
    )


def work_done(connection: Connection, stage: str, keys: Collection[str]) -> frozenset[str]:
    """Return which units of work of a stage are in the ledger; at most some thousand keys at a time."""
    query = select(work.c.key).where(work.c.stage == stage, work.c.key.in_(keys))
    return frozenset(connection.execute(query).scalars())


def record_work(connection: Connection, run_id: str, stage: str, keys: Iterable[str]) -> None:
    """Enter units of work as done; their outputs are in the lake already."""
    insert_new(connection, work, [{"stage": stage, "key": key, "run_id": run_id} for key in keys])


def record_rejected(connection: Connection, run_id: str, found: Iterable[tuple[int, int, int, Rejected]]) -> None:
    """Enter what could not be used.

    Parameters
    ----------
    connection : Connection
        Inside a transaction.
    run_id : str
        The scan.
    found : iterable of (source, line, position, Rejected)
        `source` numbers the input files; `position` orders the faults of a row: entering them twice is harmless.
    """
    rows = [
        {"run_id": run_id, "source": source, "line": line, "position": position, "record": to_json(fault)}
        for source, line, position, fault in found
    ]
    insert_new(connection, rejected, rows)


def stream_rejected(connection: Connection, run_id: str) -> Iterator[Rejected]:
    """Yield what a scan could not use, in the order of the input."""
    order = (rejected.c.source, rejected.c.line, rejected.c.position)
    query = select(rejected.c.record).where(rejected.c.run_id == run_id).order_by(*order)
    for (record,) in connection.execute(query.execution_options(yield_per=1_000)):
        yield from_json(Rejected, record)
