"""What a scan writes: candidates as JSON lines, CSV and Parquet, rejections, and the record of the run."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO, Final

import orjson
import pyarrow as pa
import pyarrow.parquet as pq

from pipeline.errors import InputError
from pipeline.plain import neutralise
from pipeline.records import Candidate, Json, Rejected, Weighed

BATCH = 1_000
"""Rows held at once."""

COLUMNS: Final = pa.schema(
    [
        ("candidate_id", pa.string()),
        ("platform", pa.string()),
        ("listing_id", pa.string()),
        ("seller_id", pa.string()),
        ("url", pa.string()),
        ("captured_at", pa.string()),
        ("title", pa.string()),
        ("rights_holder_id", pa.string()),
        ("score", pa.float64()),
        ("score_low", pa.float64()),
        ("score_high", pa.float64()),
        ("band", pa.string()),
        ("label", pa.string()),
        ("asset_ids", pa.list_(pa.string())),
        ("signals", pa.string()),
        ("exclusions", pa.string()),
    ]
)
"""Columns of the CSV and the Parquet file; nested ones are JSON text, but for the list of asset ids in Parquet."""


def candidate_row(candidate: Candidate) -> dict[str, Json]:
    """Return a candidate as the row that a scan writes.

    Parameters
    ----------
    candidate : Candidate
        As scored.

    Returns
    -------
    dict
        The fields of the contract; each signal with its observation and its weight (natural-log odds) besides.
    """
    listing = candidate.listing
    return {
        "candidate_id": candidate.candidate_id,
        "platform": listing.platform,
        "listing_id": listing.listing_id,
        "seller_id": listing.seller.id,
        "url": listing.url,
        "captured_at": rfc3339(listing.captured_at),
        "title": listing.title,
        "rights_holder_id": candidate.rights_holder_id,
        "score": candidate.score,
        "score_low": candidate.score_low,
        "score_high": candidate.score_high,
        "band": candidate.band.value,
        "label": candidate.label.value,
        "asset_ids": list(candidate.asset_ids),
        "signals": [_signal(weighed) for weighed in candidate.signals],
        "exclusions": [_signal(weighed) for weighed in candidate.exclusions],
    }


def rfc3339(time: datetime) -> str:
    """Return a time as RFC 3339 in UTC, without decimals where there are none.

    Examples
    --------
    >>> rfc3339(datetime(2026, 10, 3, 7, 12, tzinfo=UTC))
    '2026-10-03T07:12:00Z'
    """
    return time.astimezone(UTC).replace(tzinfo=None).isoformat() + "Z"


def read_candidate(path: Path, candidate_id: str) -> dict[str, Any]:
    """Return one row of a scan's `candidates.jsonl`.

    Raises
    ------
    InputError
        If there is no such file or row.
    """
    try:
        with path.open("rb") as lines:
            rows = (orjson.loads(line) for line in lines if candidate_id.encode() in line)
            found = next((row for row in rows if row["candidate_id"] == candidate_id), None)
    except (OSError, ValueError) as error:
        raise InputError(f"{path}: cannot be read: {error}, expected the candidates of a scan") from error
    if found is None:
        raise InputError(f"{path}: no such candidate, got {candidate_id!r}, expected the id of a row")
    return dict(found)


def _signal(weighed: Weighed) -> dict[str, Json]:
    signal = weighed.signal
    return {
        "detector": signal.detector,
        "asset_id": signal.asset_id,
        "strength": signal.strength,
        "reason": signal.reason,
        "evidence": signal.evidence,
        "observation": signal.observation,
        "weight": weighed.weight,
    }


@dataclass(frozen=True, slots=True)
class CandidateWriter:
    """Writes rows to the three files at once; get one from `candidate_writer`."""

    jsonl: BinaryIO
    table: Any
    parquet: pq.ParquetWriter

    def write(self, rows: list[bytes]) -> None:
        """Write rows, given as JSON; a row group of the Parquet file for each call."""
        self.jsonl.writelines(row + b"\n" for row in rows)
        parsed = [orjson.loads(row) for row in rows]
        self.table.writerows([_cell(row[name]) for name in COLUMNS.names] for row in parsed)
        self.parquet.write_table(pa.Table.from_pylist([_flat(row) for row in parsed], schema=COLUMNS))


@contextmanager
def candidate_writer(jsonl: Path, table: Path, parquet: Path) -> Iterator[CandidateWriter]:
    """Open the three files of candidates for writing, and close them at the end.

    Parameters
    ----------
    jsonl, table, parquet : Path
        JSON lines, CSV (UTF-8, RFC 4180) and Parquet.
    """
    with (
        jsonl.open("wb") as lines,
        table.open("w", encoding="utf-8", newline="") as cells,
        pq.ParquetWriter(parquet, COLUMNS, compression="zstd") as columns,
    ):
        writer = csv.writer(cells)
        writer.writerow(COLUMNS.names)
        yield CandidateWriter(lines, writer, columns)


def _cell(value: Json) -> Json:
    if isinstance(value, list):
        return orjson.dumps(value).decode()
    return neutralise(value.replace("\x00", "\N{SYMBOL FOR NULL}")) if isinstance(value, str) else value


def _flat(row: dict[str, Json]) -> dict[str, Json]:
    nested = {name: orjson.dumps(row[name]).decode() for name in ("signals", "exclusions")}
    return {name: row[name] for name in COLUMNS.names} | nested


def write_rejected(path: Path, rejected: Iterable[Rejected]) -> None:
    """Write what could not be used, one JSON object a line."""
    with path.open("wb") as file:
        for fault in rejected:
            names = ("kind", "source", "line", "listing_id", "field", "got", "expected", "reason")
            file.write(orjson.dumps({name: getattr(fault, name) for name in names}) + b"\n")


def write_run(path: Path, run: dict[str, Json]) -> None:
    """Write the record of a run."""
    path.write_bytes(orjson.dumps(run, option=orjson.OPT_INDENT_2) + b"\n")
