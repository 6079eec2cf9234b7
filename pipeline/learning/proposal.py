"""A table of weights that was fitted to decisions, as it is proposed, adopted and read again."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

import orjson

from pipeline.learning.fit import Points
from pipeline.records import Json
from pipeline.scoring import WeightTable

DIGITS = 2
"""Decimals of fitted points: what a reviewer reads is what is added up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """Points that differ from those of a table that ships with the program.

    Attributes
    ----------
    version : str
        Of the shipped table, with the beginning of a digest of the points.
    labels : int
        Decisions that they were fitted to.
    report : mapping
        What was measured, as JSON.
    """

    version: str
    prior: float
    observations: Mapping[str, float]
    labels: int
    report: Mapping[str, Json]
    proposed_at: datetime
    adopted_at: datetime | None = None
    adopted_by: str | None = None


def propose(table: WeightTable, points: Points, labels: int, report: Mapping[str, Json], now: datetime) -> Proposal:
    """Return the proposal of fitted points; it names those that differ from the table."""
    rounded = {name: round(value, DIGITS) for name, value in points.observations.items()}
    moved = {name: value for name, value in sorted(rounded.items()) if value != table.observations[name].points}
    prior = round(points.prior, DIGITS)
    digest = hashlib.sha256(orjson.dumps([table.version, prior, sorted(moved.items())])).hexdigest()
    base = table.version.partition("+")[0]
    return Proposal(
        version=f"{base}+{digest[:12]}",
        prior=prior,
        observations=moved,
        labels=labels,
        report=report,
        proposed_at=now,
    )


def adopt(table: WeightTable, proposal: Proposal) -> WeightTable:
    """Return a shipped table with the points of a proposal.

    Observations that the table does not know are passed over, and those that the proposal does not know keep their
    points: a newer program can go on with an older proposal.
    """
    observations = dict(table.observations)
    for name, points in proposal.observations.items():
        if name in observations:
            source = f"fitted to {proposal.labels} decisions"
            observations[name] = replace(observations[name], points=points, source=source)
    return replace(table, version=proposal.version, prior=proposal.prior, observations=observations)
