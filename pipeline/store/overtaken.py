"""Cases whose listing a scan saw with another content, without making a candidate of it again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, and_, exists, select

from pipeline.store.case_tables import cases
from pipeline.store.schema import contents, observations


@dataclass(frozen=True, slots=True, kw_only=True)
class Overtaken:
    """A case with the newest capture of its listing in a scan, and where its content lies in the lake."""

    case_id: str
    content: str
    captured_at: datetime
    partition: str
    row: int


def overtaken_cases(connection: Connection, run_id: str, after: str, limit: int) -> list[Overtaken]:
    """Return the next cases, by id, whose listing a scan saw later than they know of, with another content.

    To be asked when the candidates of the scan are entered: what is left made none.
    """
    seen, later = observations.c, observations.alias("later").c
    newer = and_(seen.listing_key == cases.c.listing_key, seen.captured_at > cases.c.captured_at)
    superseded = exists().where(
        later.run_id == seen.run_id,
        later.listing_key == seen.listing_key,
        later.captured_at > seen.captured_at,
        later.content != cases.c.content,
    )
    query = (
        select(cases.c.case_id, seen.content, seen.captured_at, contents.c.partition, contents.c.row)
        .join_from(cases, observations, newer)
        .join(contents, contents.c.content == seen.content)
        .where(seen.run_id == run_id, seen.content != cases.c.content, cases.c.case_id > after, ~superseded)
        .order_by(cases.c.case_id)
        .limit(limit)
    )
    return [Overtaken(**row) for row in connection.execute(query).mappings()]
