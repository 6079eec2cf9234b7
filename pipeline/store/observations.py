"""Listings as captured: which scan saw which content of which listing, and where that content lies in the lake."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

import orjson
from sqlalchemy import Connection, and_, case, delete, exists, func, insert, literal, select

from pipeline.records import ListingKey, Rejected
from pipeline.store.ledger import FINISHED, insert_new, record_rejected, upsert
from pipeline.store.schema import chunks, contents, listings, observations, scans, wanted


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """One capture of a listing: the digest of its content, the row it was read from, and what was sold by then."""

    key: ListingKey
    captured_at: datetime
    content: str
    line: int
    sold_count: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedPhoto:
    """A photo that nobody has described yet: its digest, and where a scan found it."""

    photo: str
    source: int
    line: int
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Chunk:
    """All that was found in a fixed range of rows of one input file; committed as one.

    Attributes
    ----------
    homes : mapping of str to (str, int)
        Partition and row of each content that is new to the store.
    """

    source: int
    sequence: int
    rows_read: int
    rows_rejected: int
    observations: tuple[Observation, ...]
    homes: Mapping[str, tuple[str, int]]
    wanted: tuple[WantedPhoto, ...]
    rejected: tuple[Rejected, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Selected:
    """A content of a partition that a scan saw.

    Attributes
    ----------
    row : int
        Its row in the partition.
    source, line : int
        The first row of the scan's inputs in which it was seen.
    captured_at : datetime or None
        When it was last seen, if it is the newest content of its listing in this scan; otherwise None.
    """

    row: int
    source: int
    line: int
    captured_at: datetime | None


def key_digest(key: ListingKey) -> str:
    """Return a listing's identity as one word of fixed length."""
    return hashlib.sha256(orjson.dumps(list(key))).hexdigest()


def homes_of(connection: Connection, digests: Collection[str]) -> dict[str, str]:
    """Return the partition of each content that the store knows; at most some thousand digests at a time."""
    query = select(contents.c.content, contents.c.partition).where(contents.c.content.in_(digests))
    return dict(connection.execute(query).tuples().all())


def record_chunk(connection: Connection, run_id: str, chunk: Chunk) -> None:
    """Enter all that was found in a chunk of input rows."""
    _record_homes(connection, chunk.homes)
    _record_listings(connection, chunk.observations)
    seen = [
        {
            "run_id": run_id,
            "listing_key": key_digest(o.key),
            "captured_at": o.captured_at,
            "content": o.content,
            "source": chunk.source,
            "line": o.line,
            "sold_count": o.sold_count,
        }
        for o in chunk.observations
    ]
    insert_new(connection, observations, seen)
    photos = [
        {"run_id": run_id, "photo": w.photo, "source": w.source, "line": w.line, "name": w.name} for w in chunk.wanted
    ]
    insert_new(connection, wanted, photos)
    faults = ((chunk.source, fault.line, position, fault) for position, fault in enumerate(chunk.rejected))
    record_rejected(connection, run_id, faults)
    row = {"run_id": run_id, "source": chunk.source, "sequence": chunk.sequence}
    insert_new(connection, chunks, [row | {"rows_read": chunk.rows_read, "rows_rejected": chunk.rows_rejected}])


def _record_homes(connection: Connection, homes: Mapping[str, tuple[str, int]]) -> None:
    statement = upsert(connection, contents)
    moved = {"partition": statement.excluded.partition, "row": statement.excluded.row}
    rows = [{"content": content, "partition": partition, "row": row} for content, (partition, row) in homes.items()]
    if rows:
        connection.execute(statement.on_conflict_do_update(index_elements=["content"], set_=moved), rows)


def _record_listings(connection: Connection, seen: Iterable[Observation]) -> None:
    statement = upsert(connection, listings)
    first, last = listings.c.first_seen_at, listings.c.last_seen_at
    new = statement.excluded
    widened = {
        "first_seen_at": case((new.first_seen_at < first, new.first_seen_at), else_=first),
        "last_seen_at": case((new.last_seen_at > last, new.last_seen_at), else_=last),
    }
    rows = [
        {
            "listing_key": key_digest(o.key),
            **o.key._asdict(),
            "first_seen_at": o.captured_at,
            "last_seen_at": o.captured_at,
        }
        for o in seen
    ]
    if rows:
        connection.execute(statement.on_conflict_do_update(index_elements=["listing_key"], set_=widened), rows)


def recall_observations(connection: Connection, run_id: str) -> int:
    """Enter the newest capture of every listing that a finished scan saw, as if it stood in a file; return how many."""
    seen = observations.c
    newest_first = seen.captured_at.desc(), seen.run_id
    ranked = (
        select(
            seen.listing_key,
            seen.captured_at,
            seen.content,
            seen.sold_count,
            func.row_number().over(partition_by=seen.listing_key, order_by=newest_first).label("rank"),
        )
        .join_from(observations, scans, scans.c.run_id == seen.run_id)
        .where(scans.c.state == FINISHED, seen.run_id != run_id)
        .subquery()
    )
    line = func.row_number().over(order_by=ranked.c.listing_key)
    recalled_columns = ["listing_key", "captured_at", "content", "sold_count"]
    rows = select(literal(run_id), *(ranked.c[name] for name in recalled_columns), literal(0), line)
    rows = rows.where(ranked.c.rank == 1)
    columns = ["run_id", *recalled_columns, "source", "line"]
    connection.execute(delete(observations).where(seen.run_id == run_id))
    connection.execute(insert(observations).from_select(columns, rows))
    count = select(func.count()).select_from(observations).where(seen.run_id == run_id)
    recalled = connection.execute(count).scalar_one()
    row = {"run_id": run_id, "source": 0, "sequence": 0, "rows_read": recalled, "rows_rejected": 0}
    connection.execute(delete(chunks).where(chunks.c.run_id == run_id))
    connection.execute(insert(chunks), row)
    return recalled


def partitions_of(connection: Connection, run_id: str) -> tuple[str, ...]:
    """Return the partitions that hold anything a scan saw, in the order in which the scan saw them first."""
    joined = observations.join(contents, contents.c.content == observations.c.content)
    first = func.min(observations.c.source), func.min(observations.c.line)
    query = (
        select(contents.c.partition)
        .select_from(joined)
        .where(observations.c.run_id == run_id)
        .group_by(contents.c.partition)
        .order_by(*first, contents.c.partition)
    )
    return tuple(connection.execute(query).scalars())


def select_contents(connection: Connection, run_id: str, partition: str) -> tuple[Selected, ...]:
    """Return the contents of a partition that a scan saw, by row."""
    later = observations.alias("later")
    superseded = exists().where(
        later.c.run_id == observations.c.run_id,
        later.c.listing_key == observations.c.listing_key,
        later.c.captured_at > observations.c.captured_at,
    )
    seen = observations.c
    here = select(contents.c.content).where(contents.c.partition == partition)
    query = (
        select(contents.c.row, seen.source, seen.line, seen.captured_at, superseded.label("superseded"))
        .join_from(contents, observations, and_(seen.run_id == run_id, seen.content == contents.c.content))
        .where(contents.c.partition == partition, seen.content.in_(here))  # no statistics needed to begin here
        .order_by(contents.c.row, seen.source, seen.line)
    )
    return tuple(_select(rows) for _, rows in groupby(connection.execute(query), key=lambda found: found.row))


def _select(rows: Iterable[Any]) -> Selected:
    """Fold the captures of one content, first row first."""
    captures = list(rows)
    newest = [c.captured_at for c in captures if not c.superseded]
    first = captures[0]
    return Selected(row=first.row, source=first.source, line=first.line, captured_at=max(newest) if newest else None)
