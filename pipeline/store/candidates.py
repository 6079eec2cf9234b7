"""Candidates: the newest word on each listing and rights holder."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, and_, select

from pipeline.records import ListingKey
from pipeline.store.ledger import upsert
from pipeline.store.observations import key_digest
from pipeline.store.schema import candidates, contents, observations


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredCandidate:
    """A candidate as the store keeps it; `row` is the JSON that the scan wrote out, `listing` the listing's record."""

    candidate_id: str
    key: ListingKey
    rights_holder_id: str
    captured_at: datetime
    title: str
    score: float
    band: str
    label: str
    row: bytes
    listing: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundCandidate:
    """A candidate of the store, with the content that it was seen in and where that lies in the lake."""

    key: ListingKey
    rights_holder_id: str
    run_id: str
    captured_at: datetime
    row: bytes
    listing: bytes
    content: str
    partition: str
    row_number: int


def stored_candidate(connection: Connection, candidate_id: str, scope: tuple[str, ...] | None) -> FoundCandidate | None:
    """Return a candidate of the rights holders in the scope (None is all of them), or None."""
    mine, seen = candidates.c, observations.c
    joined = (mine[name] == seen[name] for name in ("run_id", "listing_key", "captured_at"))
    names = ("platform", "listing_id", "seller_id", "rights_holder_id", "run_id", "captured_at", "row", "listing")
    place = contents.c.content, contents.c.partition, contents.c.row.label("row_number")
    query = (
        select(*(mine[name] for name in names), *place)
        .join_from(candidates, observations, and_(*joined))
        .join(contents, contents.c.content == seen.content)
        .where(mine.candidate_id == candidate_id)
    )
    if scope is not None:
        query = query.where(mine.rights_holder_id.in_(scope))
    row = connection.execute(query).mappings().first()
    if row is None:
        return None
    key = ListingKey(row["platform"], row["listing_id"], row["seller_id"])
    return FoundCandidate(key=key, **{name: value for name, value in row.items() if name not in ListingKey._fields})


def record_candidates(connection: Connection, run_id: str, found: Iterable[StoredCandidate]) -> None:
    """Enter candidates; one of an earlier scan gives way unless its capture is newer, and none is ever removed."""
    statement = upsert(connection, candidates)
    changing = ("run_id", "captured_at", "title", "score", "band", "label", "row", "listing")
    newest = statement.on_conflict_do_update(
        index_elements=["candidate_id"],
        set_={name: getattr(statement.excluded, name) for name in changing},
        where=statement.excluded.captured_at >= candidates.c.captured_at,
    )
    rows = [
        {
            "candidate_id": c.candidate_id,
            "run_id": run_id,
            "listing_key": key_digest(c.key),
            **c.key._asdict(),
            "rights_holder_id": c.rights_holder_id,
            **{name: getattr(c, name) for name in changing if name != "run_id"},
        }
        for c in found
    ]
    if rows:
        connection.execute(newest, rows)
