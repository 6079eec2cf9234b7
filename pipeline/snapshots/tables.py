"""CSV and Parquet: tables with the field names of a listing, nested fields as JSON text where the format has none."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import orjson
import pyarrow as pa
import pyarrow.parquet as pq

from pipeline.errors import InputError
from pipeline.records import Json
from pipeline.rules import Fault, quote
from pipeline.snapshots.fields import NESTED
from pipeline.snapshots.lines import LEAST_ROW, MAX_LINE, bomb, bounded_lines, budget_of, unread

LARGEST_CELL: Final = 131_072
"""Characters of a CSV cell: also how far a quote that was left open can reach."""
PARQUET_ROWS: Final = 256
"""Rows that are decoded at a time."""
_DAMAGE: Final = (pa.ArrowException, OSError, ValueError, TypeError, KeyError, OverflowError, RecursionError)
"""What pyarrow raises over a broken file or value."""


def csv_rows(path: Path) -> Iterator[Json | Fault]:
    """Read the rows of a CSV file with a header (RFC 4180, UTF-8, commas).

    Yields
    ------
    dict of str or Fault
        One for each row after the header, or one `Fault` for a header that cannot be used; an empty cell is an absent
        value. A row that is no proper CSV, has more or fewer cells than the header, or has a cell beyond
        `LARGEST_CELL` is a `Fault`. A quote left open takes the lines after it along, up to that limit.
    """
    damage: list[Fault] = []
    rows = csv.reader(_texts(path, damage), strict=True)
    header = _header(rows)
    if isinstance(header, Fault):
        yield header
        return
    while header is not None and (row := _next_row(rows)) is not None:
        yield row if isinstance(row, Fault) else _record(header, row)
    yield from damage


def _texts(path: Path, damage: list[Fault]) -> Iterator[str]:
    """Read physical lines as text, bytes that are no UTF-8 as surrogates; what stops the reading goes to `damage`."""
    for line in bounded_lines(path, None):
        if isinstance(line, bytes):
            yield line.decode("utf-8", "surrogateescape")
        else:
            damage.append(line)


def _next_row(rows: Iterator[list[str]]) -> list[str] | Fault | None:
    csv.field_size_limit(LARGEST_CELL)  # the module knows one limit for the whole process: another library may raise it
    try:
        return next(rows, None)
    except csv.Error as error:
        return unread(quote(str(error)), "a row of RFC 4180 CSV", "not CSV")


def _header(rows: Iterator[list[str]]) -> list[str] | Fault | None:
    header = _next_row(rows)
    if isinstance(header, Fault):
        return header._replace(reason="the header is not CSV; nothing of the file was read")
    if header is not None and not _is_text(header):
        return unread(quote(header), "UTF-8 text", "the header is not UTF-8; nothing of the file was read")
    if header is not None and len(set(header)) < len(header):
        reason = "a column's name stands twice in the header; nothing of the file was read"
        return unread(quote(header), "a header with each name once", reason)
    return header


def _is_text(cells: list[str]) -> bool:
    try:
        "".join(cells).encode()
    except UnicodeEncodeError:
        return False
    return True


def _record(header: list[str], row: list[str]) -> Json | Fault:
    if not row:
        return unread("an empty line", "a row of CSV", "empty line")
    if len(row) != len(header):
        return unread(f"{len(row)} cells", f"{len(header)} cells", "not as many cells as the header has")
    if not _is_text(row):
        return unread(quote(row), "UTF-8 text", "not UTF-8")
    return _unpack({name: cell for name, cell in zip(header, row, strict=True) if cell})


def _unpack(row: dict[str, Json]) -> Json:
    """Read the JSON text of nested fields; what is no JSON stays as it is, for the field's rule to refuse."""
    for name in NESTED & row.keys():
        if isinstance(row[name], str):
            try:
                row[name] = orjson.loads(row[name])
            except orjson.JSONDecodeError:
                continue
    return row


def parquet_rows(path: Path, size: int) -> Iterator[Json | Fault]:
    """Read the rows of a Parquet file; nested fields may be nested types or JSON text.

    Parameters
    ----------
    path : Path
        The file.
    size : int
        Its bytes, for telling a decompression bomb.

    Yields
    ------
    dict or Fault
        One for each row, as JSON: times as RFC 3339 text, decimals as text. A row with text that is no UTF-8 is a
        `Fault`, and so is the place from which a damaged or bomb-like file cannot be read further, which ends it.

    Raises
    ------
    InputError
        If the file is no Parquet file.

    Notes
    -----
    Texts stay in their dictionaries until their row is read, since a few bytes can say "this text a million times".
    """
    try:
        schema = pq.read_schema(path)
        texts = [column.name for column in schema if pa.types.is_string(column.type)]
        file = pq.ParquetFile(path, read_dictionary=texts)
    except _DAMAGE as error:
        raise InputError(f"{path}: got {quote(str(error))}, expected a Parquet file") from error
    budget, used = budget_of(size), 0
    with file:
        for batch in _batches(file):
            if isinstance(batch, Fault):
                yield batch
                return
            for index in range(batch.num_rows):
                row, length = _parquet_record(batch, index)
                used += max(length, LEAST_ROW)
                if used > budget:
                    yield bomb(budget)
                    return
                yield row


def _batches(file: pq.ParquetFile) -> Iterator[pa.RecordBatch | Fault]:
    try:
        yield from file.iter_batches(batch_size=PARQUET_ROWS)
    except _DAMAGE as error:
        yield unread(quote(str(error)), "readable data", "the file is damaged from here on")


def _parquet_record(batch: pa.RecordBatch, index: int) -> tuple[Json | Fault, int]:
    """Return a row and the bytes that it has as JSON."""
    try:
        row = {name: column[index].as_py() for name, column in zip(batch.schema.names, batch.columns, strict=True)}
        text = orjson.dumps(row, default=str)
        if len(text) > MAX_LINE:
            fault = unread(f"{len(text):,} bytes", f"a row of at most {MAX_LINE:,} bytes", "the row is too long")
            return fault, len(text)
        return _unpack(orjson.loads(text)), len(text)
    except _DAMAGE as error:
        return unread(quote(str(error)), "values that can be written as JSON", "not readable"), LEAST_ROW
