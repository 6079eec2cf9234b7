"""Checking what was published when: final numbers never change silently, and every summary repeats the numbers."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

from pipeline.errors import ProofError
from pipeline.metrics.rows import Row
from pipeline.metrics.tables import final_digests

HEADLINE = ("estimate", "low", "high")


def check_publications(entries: Sequence[Mapping[str, Any]], rows: Sequence[Row], metrics: bytes) -> None:
    """Check that these numbers were announced in the log, and that none before them was changed without a word.

    Parameters
    ----------
    entries : sequence of mapping
        Of the log, in its order.
    rows : sequence of Row
        The numbers, as computed from the entries.
    metrics : bytes
        The file that they are published in.

    Raises
    ------
    ProofError
        If no entry of type `metric` announces the file, or final numbers of a period were published otherwise before
        and no `correction` says so.
    """
    digest, final = hashlib.sha256(metrics).hexdigest(), final_digests(rows)
    standing: dict[str, str] = {}
    corrected: set[tuple[str, str]] = set()
    announced = False
    for place, entry in enumerate(entries):
        if entry.get("type") == "correction" and "period" in entry:
            corrected.add((str(entry["period"]), str(entry.get("was"))))
        if entry.get("type") != "metric":
            continue
        said = {str(period): str(value) for period, value in entry["final"].items()}
        for period in sorted(standing):
            if said.get(period) != standing[period] and (period, standing[period]) not in corrected:
                raise ProofError(f"entry {place}: final numbers of {period} changed without a correction")
        standing |= said
        if entry.get("metrics_sha256") == digest:
            announced = True
            if said != final:
                raise ProofError(f"entry {place}: announces other final numbers than follow from the records")
    if not announced:
        raise ProofError(f"no entry announces these numbers, expected a metric entry with SHA-256 {digest}")


def check_summary(predicate: Mapping[str, Any], rows: Sequence[Row]) -> None:
    """Check that the figures in a statement are those of metrics.csv.

    Parameters
    ----------
    predicate : mapping
        What the statement says of the files; figures stand in `audits`.
    rows : sequence of Row
        The numbers, as computed.

    Raises
    ------
    ProofError
        If a figure differs, or is of a number that there is not.
    """
    known = {row.key: row for row in rows}
    for audit in predicate.get("audits", ()):
        if "metric" not in audit:
            continue
        row = known.get((audit["metric"], audit["period"], "all", "all"))
        for name in HEADLINE:
            expected = getattr(row, name, None)
            if audit.get(name) != expected:
                got = f"{audit.get(name)!r:.40}"
                raise ProofError(f"says {name} {got} of {audit['metric']} in {audit['period']}, expected {expected!r}")
