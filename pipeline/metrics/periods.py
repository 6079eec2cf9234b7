"""Periods: quarters of the calendar, or two dates around a slash."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta

from pipeline.errors import InputError

FOLLOW_UP = timedelta(days=31)
"""What happens to the notices of a period is followed for so long after its end; then its numbers are final."""
LAST = date(9998, 1, 1)
"""No period ends later, so that days can be added to its end."""


def quarter_of(moment: datetime | date) -> str:
    """Return the quarter of a time or date.

    Examples
    --------
    >>> quarter_of(date(2026, 11, 21))
    '2026-Q4'
    """
    return f"{moment.year}-Q{(moment.month + 2) // 3}"


def days_of(period: str) -> tuple[date, date]:
    """Return the first day of a period, and the first one after it.

    Raises
    ------
    InputError
        If it is not written as a period.

    Examples
    --------
    >>> days_of("2026-Q4")
    (datetime.date(2026, 10, 1), datetime.date(2027, 1, 1))
    >>> days_of("2026-10-03/2026-10-04")
    (datetime.date(2026, 10, 3), datetime.date(2026, 10, 4))
    """
    try:
        if found := re.fullmatch(r"([0-9]{4})-Q([1-4])", period):
            year, month = int(found[1]), 3 * int(found[2]) - 2
            return date(year, month, 1), date(year + month // 10, (month + 3) % 12, 1)
        first, _, after = period.partition("/")
        days = date.fromisoformat(first), date.fromisoformat(after)
    except ValueError:
        days = date.max, date.min
    if days[0] >= days[1] or days[1] > LAST:
        raise InputError(f"period: not a period, got {period!r:.40}, expected 2026-Q4 or 2026-10-03/2026-10-04")
    return days


def closing(period: str) -> datetime:
    """Return when the numbers of a period become final."""
    return datetime.combine(days_of(period)[1], time(), UTC) + FOLLOW_UP


def quarter_before(period: str) -> str:
    """Return the quarter before a quarter.

    Examples
    --------
    >>> quarter_before("2026-Q4"), quarter_before("2027-Q1")
    ('2026-Q3', '2026-Q4')
    """
    return quarter_of(days_of(period)[0] - timedelta(days=1))


def year_before(period: str) -> str | None:
    """Return the same quarter a year before; None for other periods.

    Examples
    --------
    >>> year_before("2026-Q4")
    '2025-Q4'
    """
    found = re.fullmatch(r"([0-9]{4})-(Q[1-4])", period)
    return f"{int(found[1]) - 1:04d}-{found[2]}" if found else None
