"""Random draws of candidates to review: with what seed and probability, from how many."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from pipeline.store.case_tables import draws
from pipeline.store.ledger import insert_new


@dataclass(frozen=True, slots=True, kw_only=True)
class Draw:
    """One draw.

    Attributes
    ----------
    seed : str
        The same in all draws of a store, so that a case keeps its ticket.
    share : float
        Share of the review slots that was to be random.
    candidates : int
        How many were drawn from.
    probability : float
        With which each was drawn.
    """

    run_id: str
    seed: str
    share: float
    candidates: int
    probability: float
    drawn_at: datetime


def record_draw(connection: Connection, draw: Draw) -> Draw:
    """Enter the draw of a scan and return it; one that is there already stays, and so does the store's seed."""
    first = connection.execute(select(draws.c.seed).order_by(draws.c.drawn_at).limit(1)).scalar()
    insert_new(connection, draws, [asdict(draw) | {"seed": first or draw.seed}])
    row = connection.execute(select(draws).where(draws.c.run_id == draw.run_id)).mappings().one()
    return Draw(**row)
