"""Amounts that stand where a price should: 0, 0.01, 1, 9999, 12345678."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

LOWEST_REAL: Final = 0.005
"""Nothing is really sold for less than this share of its list price."""
LOWEST_ROUND: Final = 0.1
"""A bare power of ten (1, 10, 0.1) below this share of the list price stands for no price."""
HIGHEST_REAL: Final = 3.0
"""A row of equal or rising digits above this multiple of the list price stands for no price."""
_CENT: Final = Decimal("0.02")
_RISING: Final = "1234567890123456789"
_LEAST_EQUAL: Final = 4
_LEAST_RISING: Final = 5


def is_placeholder(amount: Decimal, ratio: float | None = None) -> bool:
    """Say whether an amount is a stand-in; 1.00 can be real for cheap goods, so it is held against the list price.

    Parameters
    ----------
    amount : Decimal
        In major units of any currency, not negative.
    ratio : float or None
        Unit price over list price, where a product is known.

    Examples
    --------
    >>> [is_placeholder(Decimal(amount)) for amount in ("0", "0.01", "1", "9999", "99.00", "123456")]
    [True, True, False, True, False, True]
    >>> is_placeholder(Decimal("1.00"), 0.02), is_placeholder(Decimal("1.00"), 0.5)
    (True, False)
    """
    if amount < _CENT:
        return True
    if ratio is None:
        return _row_of_digits(amount)
    if ratio < LOWEST_REAL or (ratio > HIGHEST_REAL and _row_of_digits(amount)):
        return True
    return ratio < LOWEST_ROUND and amount.normalize().as_tuple().digits == (1,)


def _row_of_digits(amount: Decimal) -> bool:
    """Say whether an amount is written as a row of equal digits or of rising ones."""
    if amount != amount.to_integral_value():
        return False
    digits = str(int(amount))
    equal = len(digits) >= _LEAST_EQUAL and len(set(digits)) == 1
    return equal or (len(digits) >= _LEAST_RISING and _RISING.startswith(digits))
