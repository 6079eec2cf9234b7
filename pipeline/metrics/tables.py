"""metrics.csv, recomputed: everything that is published, from what is committed and nothing else."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from datetime import datetime

from pipeline.errors import InputError
from pipeline.metrics.audit_rows import audit_rows
from pipeline.metrics.audits import FileRow, read_audits
from pipeline.metrics.enforcement_rows import enforcement_rows
from pipeline.metrics.entries import Entry, moment
from pipeline.metrics.rows import Row, Status, write_rows

LATER = frozenset({None, "metric", "correction", "challenge", "stamp"})
"""Types of entries that a publication leaves behind; the numbers do not depend on them."""


def recompute(
    entries: Sequence[Entry], strata: Iterable[FileRow], sample: Iterable[FileRow], probes: Iterable[FileRow] = ()
) -> list[Row]:
    """Return the rows of metrics.csv.

    Parameters
    ----------
    entries : sequence of mapping
        Of the log, in its order, with the hidden fields that were disclosed among the others.
    strata, sample, probes : iterable of mapping
        Rows of strata.csv, sample.csv and probes.csv, every value a text.

    Returns
    -------
    list of Row
        Sorted by period, metric, dimension and group; no two have the same key.

    Raises
    ------
    InputError
        If an entry or a row lacks what it needs.
    """
    audits = read_audits(entries, strata, sample, probes)
    rows = audit_rows(audits, entries)
    until = as_of(entries)
    if until is not None:
        rows += enforcement_rows(entries, until)
    _refuse_twins(rows)
    return sorted(rows, key=lambda row: (row.period, row.metric, row.dimension != "all", row.dimension, row.group))


def as_of(entries: Iterable[Entry]) -> datetime | None:
    """Return how far the records reach: when the last of them was logged, whatever was published since."""
    return max((moment(e, "logged_at") for e in entries if e.get("type") not in LATER), default=None)


def final_digests(rows: Sequence[Row]) -> dict[str, str]:
    """Return for each period the SHA-256 of its final numbers: what must never change without a correction."""
    periods = sorted({row.period for row in rows if row.status is Status.FINAL})
    return {
        period: hashlib.sha256(
            write_rows(row for row in rows if row.period == period and row.status is Status.FINAL).encode()
        ).hexdigest()
        for period in periods
    }


def _refuse_twins(rows: Sequence[Row]) -> None:
    seen: set[tuple[str, ...]] = set()
    for row in rows:
        if row.key in seen:
            raise InputError(f"audits: two speak for one number, got {' '.join(row.key)} twice, expected it once")
        seen.add(row.key)
