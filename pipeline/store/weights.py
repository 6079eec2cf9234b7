"""Tables of weights that were fitted to decisions: proposed, and adopted by somebody."""

from __future__ import annotations

from datetime import datetime
from typing import Final

import orjson
from sqlalchemy import Connection, RowMapping, select, update

from pipeline.errors import InputError
from pipeline.learning.fit import Labelled
from pipeline.learning.proposal import Proposal, adopt
from pipeline.records import ACTIONABLE, Band, Label
from pipeline.scoring import WeightTable, default_weights
from pipeline.store.case_tables import captures, cases, weight_tables
from pipeline.store.cases import WAITING
from pipeline.store.ledger import insert_new

MOST_WEIGHT: Final = 50.0
"""A single decision counts as no more than so many, however improbable it was to be drawn."""


def labelled_cases(connection: Connection, table: WeightTable) -> list[Labelled]:
    """Return the decided cases from which a table can learn, each with what was seen in it.

    Notes
    -----
    Left out are suspicions, listings that changed since they were decided, and low candidates that a person picked:
    nobody knows with what probability. Low ones that were drawn count as many as they stand for.
    """
    columns = cases.c
    now = (captures.c.case_id == columns.case_id) & (captures.c.content == columns.content)
    wanted = (columns.case_id, columns.platform, columns.seller_id, columns.label, columns.band, columns.probability)
    query = (
        select(*wanted, captures.c.row)
        .join_from(cases, captures, now)
        .where(columns.label.is_not(None), columns.label != Label.SUSPICIOUS.value)
        .where(columns.state.not_in(WAITING), columns.changed.is_(False))
        .order_by(columns.case_id)
    )
    found = connection.execute(query.execution_options(yield_per=1_000)).mappings()
    return [_labelled(row, table) for row in found if row["band"] != Band.LOW or row["probability"]]


def _labelled(row: RowMapping, table: WeightTable) -> Labelled:
    said = orjson.loads(row["row"])
    seen = (str(signal["observation"]) for signal in (*said["signals"], *said["exclusions"]))
    drawn = row["band"] == Band.LOW
    return Labelled(
        observations=tuple(name for name in seen if name in table.observations),
        actionable=Label(row["label"]) in ACTIONABLE,
        group=f"{row['platform']}\n{row['seller_id'] or row['case_id']}",
        weight=min(1 / row["probability"], MOST_WEIGHT) if drawn else 1.0,
    )


def record_proposal(connection: Connection, proposal: Proposal) -> None:
    """Enter a proposal; the same points proposed again stay as they were."""
    document = orjson.dumps(
        {"prior": proposal.prior, "observations": dict(proposal.observations), "labels": proposal.labels}
    )
    row = {"version": proposal.version, "document": document, "report": orjson.dumps(dict(proposal.report))}
    insert_new(connection, weight_tables, [row | {"proposed_at": proposal.proposed_at}])


def read_proposals(connection: Connection) -> tuple[Proposal, ...]:
    """Return every proposal, the newest first."""
    order = weight_tables.c.proposed_at.desc(), weight_tables.c.version
    return tuple(_proposal(row) for row in connection.execute(select(weight_tables).order_by(*order)).mappings())


def adopt_proposal(connection: Connection, version: str, by: str, now: datetime) -> Proposal:
    """Make a proposal the table of the next scans; adopting an earlier one again takes back a later.

    Raises
    ------
    InputError
        If there is no such proposal.
    """
    mine = update(weight_tables).where(weight_tables.c.version == version)
    if not connection.execute(mine.values(adopted_at=now, adopted_by=by)).rowcount:
        known = ", ".join(found.version for found in read_proposals(connection)) or "none"
        raise InputError(f"weights: no such proposal, got {version!r}, expected one of: {known}")
    return next(found for found in read_proposals(connection) if found.version == version)


def adopted_weights(connection: Connection) -> WeightTable:
    """Return the table of weights that was adopted last, or that of the program."""
    adopted = weight_tables.c.adopted_at
    query = select(weight_tables).where(adopted.is_not(None)).order_by(adopted.desc(), weight_tables.c.version)
    row = connection.execute(query.limit(1)).mappings().first()
    return default_weights() if row is None else adopt(default_weights(), _proposal(row))


def _proposal(row: RowMapping) -> Proposal:
    names = ("version", "proposed_at", "adopted_at", "adopted_by")
    rest = {name: row[name] for name in names}
    return Proposal(**orjson.loads(row["document"]), report=orjson.loads(row["report"]), **rest)
