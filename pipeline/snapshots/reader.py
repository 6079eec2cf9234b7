"""Files into batches of listings, the same batches every time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from pipeline.errors import InputError
from pipeline.records import Json, Listing, Rejected
from pipeline.rules import Fault
from pipeline.snapshots.inputs import InputFile
from pipeline.snapshots.lines import json_rows
from pipeline.snapshots.rows import reject_row, row_to_listing
from pipeline.snapshots.tables import csv_rows, parquet_rows


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberedListing:
    """A listing with the number of its row in the input file, from 1."""

    line: int
    listing: Listing


@dataclass(frozen=True, slots=True, kw_only=True)
class RowBatch:
    """Consecutive rows of one input file.

    Attributes
    ----------
    rows_read : int
        Rows in the batch: its listings and its rejections of kind "row", together.
    listings : tuple of NumberedListing
        In the order of the file.
    rejected : tuple of Rejected
        Rows and values that could not be used.
    """

    rows_read: int
    listings: tuple[NumberedListing, ...]
    rejected: tuple[Rejected, ...]


def read_rows(file: InputFile, batch_rows: int) -> Iterator[RowBatch]:
    """Read a file of listings in batches.

    Parameters
    ----------
    file : InputFile
        From `find_inputs`.
    batch_rows : int
        Rows of each batch; only the last may have fewer.

    Yields
    ------
    RowBatch
        In the order of the file. Lines of JSON Lines are counted as they stand, empty ones too; rows of a table are
        counted without its header.

    Raises
    ------
    InputError
        If the file is gone, cannot be opened, or is no Parquet file at all. Damage further in is a rejected row.
    """
    source, first = file.path.as_posix(), 1
    try:
        rows = _rows(file)
        while batch := _batch(islice(rows, batch_rows), source, first):
            yield batch
            first += batch.rows_read
    except OSError as error:
        raise InputError(f"{file.path}: cannot be read ({error}), expected a readable file") from error


def _rows(file: InputFile) -> Iterator[Json | Fault]:
    if file.format == ".csv":
        return csv_rows(file.path)
    if file.format == ".parquet":
        return parquet_rows(file.path, file.size)
    compression = {".jsonl.gz": "gzip", ".jsonl.zst": "zstd"}.get(file.format)
    return json_rows(file.path, compression, file.size)


def _batch(rows: Iterator[Json | Fault], source: str, first: int) -> RowBatch | None:
    listings: list[NumberedListing] = []
    rejected: list[Rejected] = []
    line = first - 1
    for line, row in enumerate(rows, first):
        if isinstance(row, Fault):
            rejected.append(reject_row(source, line, row))
            continue
        listing, faults = row_to_listing(row, source, line)
        rejected.extend(faults)
        if listing is not None:
            listings.append(NumberedListing(line=line, listing=listing))
    if line < first:
        return None
    return RowBatch(rows_read=line - first + 1, listings=tuple(listings), rejected=tuple(rejected))
