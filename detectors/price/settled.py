"""Which amounts of a text are its prices, once all are read: doubtful ones are left out, contradictions leave none."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import pairwise
from typing import Final

from detectors.price.roles import Role

_PERCENT: Final = re.compile(r"(?<![\d.,])(\d{1,2}(?:[.,]\d)?) ?%")
_NEAR: Final = Decimal("0.011")
_MOST_TAX: Final = Decimal("1.28")
"""No country adds more than 27 % of tax."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Quoted:
    """A price named in a text.

    Attributes
    ----------
    currencies : tuple of str
        ISO 4217 codes that the sign may stand for, the likeliest first; empty where the text names none.
    units : int
        Units that the amount buys.
    min_qty : int
        Units that must be ordered at least.
    start, end : int
        Offsets of the amount in the text.
    """

    amount: Decimal
    currencies: tuple[str, ...]
    role: Role
    units: int
    min_qty: int
    start: int
    end: int


def settled(found: Sequence[Quoted], text: str) -> tuple[Quoted, ...]:
    """Return what is certain of the amounts of a text, in order.

    Parameters
    ----------
    found : sequence of Quoted
        Amounts as each was read by itself.
    text : str
        Where they stand; a percentage in it tells which of two amounts is the price before.

    Notes
    -----
    Of several selling prices for the same units none is taken, unless one alone is said to be it and is the lowest.
    """
    prices = _by_tax(_understood([price for price in found if price.role is not Role.ASIDE]))
    prices = _one_sale(_without_parts(_by_saving(prices, text)))
    return () if _contradict(prices) else tuple(prices)


def _of(prices: Sequence[Quoted], *roles: Role) -> list[Quoted]:
    return [price for price in prices if price.role in roles]


def _understood(prices: list[Quoted]) -> list[Quoted]:
    """Leave out what is not understood and, beside it, whatever no word of its own tells."""
    if not _of(prices, Role.DOUBT):
        return prices
    return _of(prices, Role.SALE, Role.PRICE, Role.LIST, Role.DEPOSIT, Role.SHIPPING, Role.INSTALMENT)


def _by_tax(prices: list[Quoted]) -> list[Quoted]:
    """Leave out what is said without tax, or is as much lower as a tax, beside the price that all pay."""
    gross, net, plain = _of(prices, Role.GROSS), _of(prices, Role.NET), _of(prices, Role.SALE, Role.PRICE, Role.UNSAID)
    without = net if gross or plain else net[1:]
    if gross:
        without = without + [p for p in plain if p.amount < gross[0].amount <= p.amount * _MOST_TAX]
    kept = [price for price in prices if price not in without]
    return [
        replace(price, role=Role.SALE) if price.role in {Role.GROSS, Role.NET, Role.PRICE} else price for price in kept
    ]


def _without_parts(prices: list[Quoted]) -> list[Quoted]:
    """Leave out what follows a deposit or the shipping without a word, and prices of one unit of a pack."""
    parted = [place for place, price in enumerate(prices) if price.role in {Role.DEPOSIT, Role.SHIPPING}]
    kept = [p for n, p in enumerate(prices) if not (p.role is Role.UNSAID and parted and n > parted[0])]
    packs = [price for price in kept if price.units > 1]
    return [price for price in kept if not any(_is_one_of(price, pack) for pack in packs)]


def _by_saving(prices: list[Quoted], text: str) -> list[Quoted]:
    """Tell two bare amounts apart, list price and sale, where a saving that the text names is their difference."""
    bare = sorted(_of(prices, Role.UNSAID), key=lambda price: price.amount)
    if len(bare) != 2 or not _is_saving(bare[0].amount, bare[1].amount, prices, text):  # noqa: PLR2004
        return prices
    told = dict(zip(bare, (Role.SALE, Role.LIST), strict=True))
    return [replace(price, role=told.get(price, price.role)) for price in prices]


def _is_saving(low: Decimal, high: Decimal, prices: list[Quoted], text: str) -> bool:
    if not low < high:
        return False
    shares = [Decimal(match[1].replace(",", ".")) / 100 for match in _PERCENT.finditer(text)]
    saved = any(price.amount == high - low for price in _of(prices, Role.COUPON))
    return saved or any(abs(1 - low / high - share) < _NEAR for share in shares)


def _is_one_of(price: Quoted, pack: Quoted) -> bool:
    """Say whether a price is that of one unit of a pack."""
    one = pack.amount / pack.units
    return price.units == 1 and price.role in {Role.SALE, Role.UNSAID} and abs(price.amount - one) <= one / 100


def _one_sale(prices: list[Quoted]) -> list[Quoted]:
    """Leave out selling prices of which there are several for the same units, but for the lowest where it is said."""
    said = _of(prices, Role.SALE)
    if len(said) == 1:
        prices = [p for p in prices if not (p.role is Role.UNSAID and _alike(p, said[0]) and p.amount > said[0].amount)]
    offers = _of(prices, Role.SALE, Role.UNSAID)
    doubtful = [price for price in offers if sum(_alike(price, other) for other in offers) > 1]
    kept = [price for price in prices if price not in doubtful]
    return [replace(price, role=Role.SALE) if price.role is Role.UNSAID else price for price in kept]


def _alike(one: Quoted, other: Quoted) -> bool:
    return (one.units, one.min_qty) == (other.units, other.min_qty)


def _contradict(prices: list[Quoted]) -> bool:
    """Say whether amounts cannot be what they are read as: a list price below the sale, a coupon above it."""
    if len({price.currencies for price in prices}) > 1:
        return False
    if any(a.role is Role.LOW and b.role is Role.HIGH and a.amount >= b.amount for a, b in pairwise(prices)):
        return True
    sales = [price.amount for price in _of(prices, Role.SALE) if price.units == 1]
    tiers = sorted((price.min_qty, -price.amount) for price in _of(prices, Role.TIER))
    if any(a[0] == b[0] or a[1] >= b[1] for a, b in pairwise(tiers)):
        return True
    below = _of(prices, Role.COUPON, Role.DEPOSIT, Role.INSTALMENT)
    return bool(sales) and (
        any(price.amount <= min(sales) for price in _of(prices, Role.LIST))
        or any(price.amount >= max(sales) for price in below)
        or any(price.amount > max(sales) for price in _of(prices, Role.LOW))
    )
