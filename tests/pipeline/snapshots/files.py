"""Snapshot files for tests, written in every format."""

import csv
import gzip
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.parquet as pq
import zstandard

from pipeline.records import Listing, Rejected
from pipeline.snapshots import RowBatch, find_inputs, read_rows

Rows = Sequence[dict[str, Any]]


def as_lines(rows: Rows) -> bytes:
    return b"".join(orjson.dumps(row) + b"\n" for row in rows)


def cell(value: Any) -> Any:
    return orjson.dumps(value).decode() if isinstance(value, dict | list) else value


def write_jsonl(path: Path, rows: Rows) -> None:
    path.write_bytes(as_lines(rows))


def write_gzip(path: Path, rows: Rows) -> None:
    path.write_bytes(gzip.compress(as_lines(rows), mtime=0))


def write_zstd(path: Path, rows: Rows) -> None:
    path.write_bytes(zstandard.compress(as_lines(rows)))


def columns(rows: Rows) -> list[str]:
    return list(dict.fromkeys(name for row in rows for name in row))


def write_csv(path: Path, rows: Rows) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns(rows))
        writer.writeheader()
        writer.writerows({name: cell(value) for name, value in row.items()} for row in rows)


def write_parquet(path: Path, rows: Rows) -> None:
    texts = [{name: cell(value) for name, value in row.items()} for row in rows]
    pq.write_table(pa.table({name: [row.get(name) for row in texts] for name in columns(rows)}), path)


def read(path: Path, batch_rows: int = 100) -> list[RowBatch]:
    (file,) = find_inputs([path])
    return list(read_rows(file, batch_rows))


def listings(batches: Sequence[RowBatch]) -> dict[int, Listing]:
    return {numbered.line: numbered.listing for batch in batches for numbered in batch.listings}


def rejected(batches: Sequence[RowBatch], kind: str = "row") -> dict[int, Rejected]:
    return {report.line: report for batch in batches for report in batch.rejected if report.kind == kind}
