"""A row of metrics.csv, and how numbers become texts in it: limits are rounded outwards, never in anyone's favour."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass, fields, replace
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_EVEN, Decimal
from enum import StrEnum

from pipeline.errors import InputError
from pipeline.metrics.intervals import LEVEL, Interval

PLACES = {"share": Decimal("0.000001"), "hours": Decimal("0.01"), "index": Decimal("0.0001")}
"""Decimals by unit."""
ALL = "all"


class Status(StrEnum):
    """Whether a number can still change."""

    FINAL = "final"
    PROVISIONAL = "provisional"
    """The period, or the time that what happened in it is followed up, has not ended."""
    SUPPRESSED = "suppressed"
    """Too few notices or rights holders to be published."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One published number, in the order of the columns of metrics.csv; empty where there is none.

    Attributes
    ----------
    metric : str
        A name of `definitions`.
    period : str
        "2026-Q4", or two dates around a slash.
    dimension, group : str
        What is counted apart: "all"; "size", "platform", "sector" or "country", of notices also "right" or "reason",
        with its value; "gap" and "sme-large"; "change" or "year_on_year" and the period before.
    numerator, denominator, unknown : int or None
        Counts; the unknown are in the denominator, never in the numerator, unless the definition says so.
    estimate, low, high : str
        Decimal texts: estimate and limits.
    jeffreys_low, jeffreys_high : str
        The shorter limits, beside the headline.
    confidence : str
        Of the limits: "0.95", and more for a change that may be claimed, as its schedule asks.
    unit : str
        "share", "hours" or "index".
    as_of : str
        What happened later is not counted.
    status : Status
        Whether the number can still change.
    claim : str
        What the schedule of claims allows to say of a change.
    """

    metric: str
    period: str
    dimension: str = ALL
    group: str = ALL
    numerator: int | None = None
    denominator: int | None = None
    unknown: int | None = None
    estimate: str = ""
    low: str = ""
    high: str = ""
    jeffreys_low: str = ""
    jeffreys_high: str = ""
    confidence: str = ""
    unit: str = "share"
    as_of: str = ""
    status: Status = Status.FINAL
    claim: str = ""

    @property
    def key(self) -> tuple[str, str, str, str]:
        """What the number is about; no two rows of a table have the same."""
        return self.metric, self.period, self.dimension, self.group


COLUMNS = tuple(field.name for field in fields(Row))


def limited(row: Row, found: Interval | None, level: float = LEVEL) -> Row:
    """Return a row with estimate and limits in the places of its unit; as it is where there is no interval.

    Examples
    --------
    >>> row = limited(Row(metric="prevalence", period="2026-Q4"), Interval(estimate=0.1, low=0.00549679, high=0.2))
    >>> row.estimate, row.low, row.high
    ('0.100000', '0.005496', '0.200000')
    """
    if found is None:
        return row
    return replace(
        row,
        estimate=decimal(found.estimate, row.unit),
        low=decimal(found.low, row.unit, ROUND_FLOOR),
        high=decimal(found.high, row.unit, ROUND_CEILING),
        confidence=confidence(level),
    )


def confidence(level: float = LEVEL) -> str:
    """Return the confidence of limits as a decimal text, never more than it is.

    Examples
    --------
    >>> confidence(), confidence(0.96960364)
    ('0.95', '0.969603')
    """
    return str(Decimal(repr(level)).quantize(PLACES["share"], ROUND_FLOOR).normalize())


def decimal(value: float | None, unit: str, rounding: str = ROUND_HALF_EVEN) -> str:
    """Return a number as a decimal text with the places of its unit; empty for None.

    Notes
    -----
    Ten more places are cut off first, so that the last bits of a floating-point number, which differ between
    machines, do not move a limit to the next text.
    """
    if value is None:
        return ""
    close = Decimal(repr(value)).quantize(PLACES[unit].scaleb(-10), ROUND_HALF_EVEN)
    text = str(close.quantize(PLACES[unit], rounding))
    return text.removeprefix("-") if not Decimal(text) else text


def write_rows(rows: Iterable[Row]) -> str:
    """Return metrics.csv: RFC 4180 but for line ends, which are single line feeds."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for row in rows:
        values = [getattr(row, name) for name in COLUMNS]
        writer.writerow(["" if value is None else str(value) for value in values])
    return text.getvalue()


def read_rows(text: str) -> list[Row]:
    """Return the rows of a metrics.csv that was checked; columns that an earlier version did not have stay empty.

    Raises
    ------
    InputError
        If it is none.
    """
    try:
        return [_row(found) for found in csv.DictReader(io.StringIO(text, newline=""), strict=True)]
    except (csv.Error, KeyError, TypeError, ValueError) as error:
        raise InputError(f"metrics.csv: not one of ours: {error}, expected the columns {', '.join(COLUMNS)}") from error


def _row(found: dict[str, str]) -> Row:
    counts = {name: int(found[name]) if found[name] else None for name in ("numerator", "denominator", "unknown")}
    texts = {name: found[name] for name in COLUMNS if name in found and name not in (*counts, "status")}
    return Row(**texts, **counts, status=Status(found["status"]))  # type: ignore[arg-type]
