"""The listings that are looked at again: those of cases with a notice out, by address and by identity."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from pipeline.enforcement import CaseState
from pipeline.records import ListingKey
from pipeline.store.case_tables import cases

WATCHED = (CaseState.NOTICED.value, CaseState.DOWN.value)
AT_ONCE = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """A case whose listing is looked at again."""

    case_id: str
    key: ListingKey
    url: str
    title: str
    state: CaseState
    rechecked_at: datetime | None


def watched_cases(connection: Connection, *, every_state: bool = False) -> Iterator[Watched]:
    """Yield the cases with a notice out, down or not, by id; or those of every state."""
    columns = cases.c
    names = ("case_id", "platform", "listing_id", "seller_id", "url", "title", "state", "rechecked_at")
    query = select(*(columns[name] for name in names)).order_by(columns.case_id)
    if not every_state:
        query = query.where(columns.state.in_(WATCHED))
    for row in connection.execute(query.execution_options(yield_per=AT_ONCE)):
        yield Watched(
            case_id=row.case_id,
            key=ListingKey(row.platform, row.listing_id, row.seller_id),
            url=row.url,
            title=row.title,
            state=CaseState(row.state),
            rechecked_at=row.rechecked_at,
        )
