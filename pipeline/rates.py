"""Currencies converted at the day's reference rate of the European Central Bank, from the table that ships packaged."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Context, Decimal
from functools import cache, lru_cache
from typing import Final

from currency_converter import CurrencyConverter, RateNotFoundError

MOST_DAYS_OLD: Final = 60
"""An older rate is refused; the table may end some weeks before a capture, and a currency may have left it for good."""


_EIGHT_DIGITS: Final = Context(prec=8)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """Units of one currency for one unit of another, and the day that the rate is from (None if they are the same)."""

    rate: Decimal
    day: date | None


@lru_cache(maxsize=4_096)
def rate_between(source: str, target: str, day: date) -> Rate | None:
    """Return the rate from one currency to another on a day, or None if there is none of the last 60 days.

    Parameters
    ----------
    source, target : str
        ISO 4217 codes.
    day : date
        Day of the capture; at weekends and after the table's end the last day before with both rates counts.

    References
    ----------
    .. [1] European Central Bank, "Euro foreign exchange reference rates", daily since 1999, as packaged by the
       CurrencyConverter library.

    Examples
    --------
    >>> rate_between("USD", "EUR", date(2024, 3, 30))
    Rate(rate=Decimal('0.92498381'), day=datetime.date(2024, 3, 28))
    """
    if source == target:
        return Rate(rate=Decimal(1), day=None)
    for age in range(min(MOST_DAYS_OLD + 1, day.toordinal())):
        on = day - timedelta(days=age)
        ours, theirs = _per_euro(source, on), _per_euro(target, on)
        if ours is not None and theirs is not None:
            return Rate(rate=_EIGHT_DIGITS.divide(theirs, ours), day=on)
    return None


@cache
def _table() -> CurrencyConverter:
    return CurrencyConverter()


@lru_cache(maxsize=65_536)
def _per_euro(currency: str, day: date) -> Decimal | None:
    if currency == "EUR":
        return Decimal(1)
    if currency not in _table().currencies:
        return None
    try:
        return Decimal(str(_table().convert(1, "EUR", currency, day)))
    except RateNotFoundError:
        return None
