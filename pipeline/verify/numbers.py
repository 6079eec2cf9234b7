"""Checking that what is published follows from what is committed: the draw of each audit, and every number."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any, Final

from pipeline.errors import BundleError, InputError
from pipeline.metrics.frames import check_files
from pipeline.metrics.periods import days_of
from pipeline.metrics.rows import Row, write_rows
from pipeline.metrics.tables import recompute
from pipeline.verify.files import BundleFiles
from pipeline.verify.history import LOG, History
from pipeline.verify.tiles import TILE_WIDTH, Tile, tile_at

METRICS: Final = "metrics.csv"
AUDIT_FILES: Final = ("frame.csv", "strata.csv", "sample.csv", "probes.csv")

MISSHAPEN: Final = (TypeError, ValueError, KeyError, IndexError, AttributeError, ArithmeticError, RecursionError)
"""What entries of a stranger's making may run the formulas into."""

_STEPS: Final = frozenset({"frame", "seed", "sample"})

FileRows = list[dict[str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Computed:
    """What was computed again.

    Attributes
    ----------
    rows : list of Row
        The numbers.
    tables : mapping
        Rows of the files of audits, by name.
    drawn, elsewhere, undrawn : int
        Audits whose sample was drawn again; those whose frame an earlier bundle has; those that were committed to and
        have no sample: a reader should ask why.
    """

    rows: list[Row]
    tables: Mapping[str, FileRows]
    drawn: int
    elsewhere: int
    undrawn: int


def check_numbers(files: BundleFiles, history: History) -> Computed:
    """Draw every sample again and compute every number again.

    Returns
    -------
    Computed
        The numbers, and which samples were drawn.

    Raises
    ------
    BundleError
        Naming the file with the first one that does not follow.
    """
    tables = {name: _rows(files, name) for name in AUDIT_FILES}
    frame, strata, sample, probes = tables.values()
    published = files.text(METRICS)
    try:
        _check_once(history)
        check_files(history.entries, frame, strata, sample, probes)
        _check_seeds(history)
        counts = _check_frames(history, {row["audit"] for row in frame})
        rows = recompute(history.entries, strata, sample, probes)
    except BundleError:
        raise
    except InputError as error:
        file, _, problem = str(error).partition(": ")
        known = file in (*AUDIT_FILES, METRICS)
        raise BundleError(file if known else "log", problem if known else str(error)) from error
    except MISSHAPEN as error:
        raise BundleError("log", f"entries of another shape than docs/log.md gives them: {error!r:.200}") from error
    _compare(published, write_rows(rows))
    return Computed(rows=rows, tables=tables, **counts)


def _rows(files: BundleFiles, name: str) -> FileRows:
    if name not in files.names:
        return []
    try:
        reader = csv.DictReader(io.StringIO(files.text(name), newline=""), strict=True)
        rows = list(reader)
    except csv.Error as error:
        raise BundleError(name, f"not CSV: {error}") from error
    for number, row in enumerate(rows, start=2):
        if None in row or None in row.values():
            raise BundleError(name, f"line {number}: another number of cells than of columns")
    return rows


def _check_once(history: History) -> None:
    """Check that no audit has two frames, seeds or samples, of which the better one could be shown."""
    seen: set[tuple[Any, Any]] = set()
    for place, entry in enumerate(history.entries):
        step = entry.get("type"), entry.get("audit")
        if step[0] not in _STEPS:
            continue
        if step in seen:
            raise BundleError(_file_of(place, history), f"entry {place}: a second {step[0]} of one audit")
        seen.add(step)


def _check_frames(history: History, listed: set[str]) -> dict[str, int]:
    """Check that the frames of the newest audits are there, and count the others."""
    frames = {entry["audit"]: entry for entry in history.entries if entry.get("type") == "frame"}
    drawn = [frames[entry["audit"]] for entry in history.entries if entry.get("type") == "sample"]
    newest = {over: max((f["period"] for f in drawn if f["over"] == over), key=days_of) for over in _overs(drawn)}
    for frame in drawn:
        if frame["period"] == newest[frame["over"]] and frame["audit"] not in listed and frame["listings"]:
            raise BundleError("frame.csv", f"audit {frame['audit']:.40}: the frame of a newest audit is missing")
    again = sum(frame["audit"] in listed for frame in drawn)
    return {"drawn": again, "elsewhere": len(drawn) - again, "undrawn": len(frames) - len(drawn)}


def _overs(frames: list[dict[str, Any]]) -> set[str]:
    return {frame["over"] for frame in frames}


def _check_seeds(history: History) -> None:
    """Check that each seed was made from the log as it stood after the frame was committed."""
    frames = {entry.get("audit"): place for place, entry in enumerate(history.entries) if entry.get("type") == "frame"}
    for place, entry in enumerate(history.entries):
        if entry.get("type") != "seed":
            continue
        size, root = entry.get("checkpoint_size"), entry.get("checkpoint_root")
        frame = frames.get(entry.get("audit"))
        if not isinstance(size, int) or frame is None or not frame < size <= place:
            raise BundleError(_file_of(place, history), f"entry {place}: a seed from before its frame, or from later")
        if history.root_at(size).hex() != root:
            raise BundleError(_file_of(place, history), f"entry {place}: a seed from a log that never was")


def _file_of(place: int, history: History) -> str:
    tile = tile_at(0, place // TILE_WIDTH, len(history.raw))
    return LOG + Tile(-1, tile.index, tile.width).path


def _compare(published: str, expected: str) -> None:
    lines = zip_longest(published.split("\n"), expected.split("\n"))
    for number, (found, line) in enumerate(lines, start=1):
        if found != line:
            raise BundleError(
                METRICS, f"line {number}: does not follow from the records, got {found!r:.200}, expected {line!r:.200}"
            )
