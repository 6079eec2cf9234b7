"""metrics.xlsx: the published numbers, and formulas with which the reader's spreadsheet computes the limits itself."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Font
from openpyxl.worksheet.worksheet import Worksheet

from pipeline.metrics.intervals import Stratum
from pipeline.metrics.rows import COLUMNS, Row
from pipeline.plain import neutralise

STRATA_HEAD = ("number", "stratum", "N", "n", "x", "W", "p", "low", "high", "jeffreys_low", "jeffreys_high")
CHECK_HEAD = (
    *("metric", "period", "dimension", "group", "estimate", "low", "high", "jeffreys_low", "jeffreys_high"),
    *("published estimate", "published low", "published high", "agrees"),
)
SHARE_HEAD = (
    *("metric", "period", "dimension", "group", "x", "n", "estimate", "low", "high"),
    *("published estimate", "published low", "published high", "agrees"),
)
PRE_1980 = (1980, 1, 1, 0, 0, 0)
"""The time of every file in the archive, which must not depend on the clock."""
NOTE = (
    "Sheet 'metrics' holds the published numbers, as in metrics.csv.",
    "Sheet 'strata' holds the counts of each audit; N listings, n audited, x confirmed.",
    "For prevalence_by_sales N is units sold, n and x are effective numbers of listings: see methodology.html.",
    "Sheet 'audits' computes the limits from them: MOVER with Clopper-Pearson, and with Jeffreys beside it.",
    "Sheet 'shares' computes the Clopper-Pearson limits of counts of notices.",
    "Published limits are rounded outwards; column 'agrees' is TRUE where the formulas give the same.",
)

SYNTHETIC = "Synthetic data: made for demonstration, they say nothing about any real platform, seller or rights holder."
FIRST_COLUMN = 32
"""Width in characters: the longest name of a metric fits in."""

Parts = Mapping[tuple[str, str, str, str], Sequence[tuple[str, Stratum]]]
"""Strata with their names, by the key of the number that follows from them."""


def workbook(rows: Sequence[Row], parts: Parts, as_of: datetime, *, synthetic: bool = False) -> bytes:
    """Return the workbook.

    Parameters
    ----------
    rows : sequence of Row
        Of metrics.csv.
    parts : mapping
        Strata behind the shares of samples.
    as_of : datetime
        How far the records reach; stands in for the time of making.
    synthetic : bool
        Whether the data are made up; then the first sheet says so.
    """
    book = Workbook()
    book.properties.created = as_of.astimezone(UTC).replace(tzinfo=None)
    book.properties.creator = "counterfoil"
    about = book.active
    if not isinstance(about, Worksheet):
        raise TypeError("a new workbook has a sheet")
    about.title = "about"
    for line in (SYNTHETIC, *NOTE) if synthetic else NOTE:
        about.append([line])
    _metrics(book.create_sheet("metrics"), rows)
    _strata(book.create_sheet("strata"), parts)
    _audits(book.create_sheet("audits"), rows, parts)
    _shares(book.create_sheet("shares"), [row for row in rows if row.key not in parts])
    for sheet in book.worksheets[1:]:
        sheet.freeze_panes = "A2"
        sheet.column_dimensions["A"].width = FIRST_COLUMN
        for cell in sheet[1]:
            cell.font = Font(bold=True)
    file = io.BytesIO()
    book.save(file)
    return _timeless(file.getvalue(), as_of)


def _metrics(sheet: Worksheet, rows: Sequence[Row]) -> None:
    sheet.append(COLUMNS)
    for row in rows:
        sheet.append([_value(getattr(row, name)) for name in COLUMNS])


def _strata(sheet: Worksheet, parts: Parts) -> None:
    sheet.append(STRATA_HEAD)
    for first, last, key, strata in _blocks(parts):
        for line, (name, s) in enumerate(strata, start=first):
            weight = f"=C{line}/SUM(C${first}:C${last})"
            counts = [" ".join(key), name, s.size, s.sampled, s.confirmed, weight, f"=E{line}/D{line}"]
            sheet.append([_value(v) if i < len(("number", "stratum")) else v for i, v in enumerate(counts)])
            for column, formula in zip("HIJK", _limits(f"E{line}", f"D{line}"), strict=True):
                sheet[f"{column}{line}"] = f"={formula}"


def _limits(x: str, n: str) -> tuple[str, str, str, str]:
    """Return formulas of the Clopper-Pearson and the Jeffreys limits of a share x of n."""
    return (
        f"IF({x}=0,0,_xlfn.BETA.INV(0.025,{x},{n}-{x}+1))",
        f"IF({x}={n},1,_xlfn.BETA.INV(0.975,{x}+1,{n}-{x}))",
        f"IF({x}=0,0,_xlfn.BETA.INV(0.025,{x}+0.5,{n}-{x}+0.5))",
        f"IF({x}={n},1,_xlfn.BETA.INV(0.975,{x}+0.5,{n}-{x}+0.5))",
    )


def _audits(sheet: Worksheet, rows: Sequence[Row], parts: Parts) -> None:
    sheet.append(CHECK_HEAD)
    published = {row.key: row for row in rows}
    for line, (first, last, key, _) in enumerate(_blocks(parts), start=2):
        row = published[key]
        if not row.estimate:
            sheet.append([_value(part) for part in key])
            continue

        def column(name: str, first: int = first, last: int = last) -> str:
            return f"strata!{name}{first}:{name}{last}"

        mean = f"SUMPRODUCT({column('F')},{column('G')})"
        spread = {
            name: f"SQRT(SUMPRODUCT(({column('F')}*({column('G')}-{column(name)}))^2))" for name in ("H", "I", "J", "K")
        }
        below = [f"=MAX(0,{mean}-{spread[name]})" for name in ("H", "J")]
        above = [f"=MIN(1,{mean}+{spread[name]})" for name in ("I", "K")]
        if row.metric == "clean_share_topN":
            mean, (below, above) = f"1-{mean}", ([f"=1-({f[1:]})" for f in above], [f"=1-({f[1:]})" for f in below])
        formulas = [f"={mean}", below[0], above[0], below[1], above[1]]
        sheet.append([*(_value(part) for part in key), *formulas, *_published(row), _agrees(line, "EFG", "JKL")])


def _shares(sheet: Worksheet, rows: Sequence[Row]) -> None:
    sheet.append(SHARE_HEAD)
    counted = [
        r for r in rows if r.unit == "share" and r.estimate and r.low and r.numerator is not None and r.denominator
    ]
    for line, row in enumerate(counted, start=2):
        low, high, _, _ = _limits(f"E{line}", f"F{line}")
        computed = [f"=E{line}/F{line}", f"={low}", f"={high}"]
        key = [_value(part) for part in row.key]
        counts = [row.numerator, row.denominator]
        sheet.append([*key, *counts, *computed, *_published(row), _agrees(line, "GHI", "JKL")])


def _published(row: Row) -> list[float]:
    return [float(text) for text in (row.estimate, row.low, row.high)]


def _agrees(line: int, computed: str, published: str) -> str:
    pairs = zip(computed, published, strict=True)
    return "=AND(" + ",".join(f"ABS({ours}{line}-{theirs}{line})<0.0000011" for ours, theirs in pairs) + ")"


def _blocks(parts: Parts) -> Iterator[tuple[int, int, tuple[str, str, str, str], Sequence[tuple[str, Stratum]]]]:
    """Yield first and last line on the sheet of strata, with what stands there."""
    line = 2
    for key, strata in parts.items():
        yield line, line + len(strata) - 1, key, strata
        line += len(strata)


def _value(value: Any) -> Any:
    if isinstance(value, str):
        try:
            return float(value)
        except ValueError:
            return neutralise(value)
    return value


def _timeless(data: bytes, as_of: datetime) -> bytes:
    """Write the archive again, with times that follow from the records alone."""
    stamp = as_of.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ").encode()
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as new:
        for name in sorted(old.namelist()):
            content = old.read(name)
            if name == "docProps/core.xml":
                content = re.sub(rb"(<dcterms:modified[^>]*>)[^<]*", rb"\g<1>" + stamp, content)
            new.writestr(zipfile.ZipInfo(name, PRE_1980), content, zipfile.ZIP_DEFLATED, 9)
    return file.getvalue()
