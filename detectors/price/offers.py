"""The one price of a listing that can be held against a reference: what a single unit really costs."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from detectors.price.goods import cues_in, readings
from detectors.price.quantities import MOST_UNITS, units_in
from detectors.price.quoted import prices_in
from detectors.price.roles import Role
from pipeline.records import Condition, Listing, Price, PriceKind

WIDEST_RANGE: Final = 5
"""Prices of one listing further apart than this belong to variants too different for any of them to be the price."""
WHOLESALE_FROM: Final = 10
"""A smallest order of this many units is wholesale, which has its own levels."""
_ISO_4217: Final = re.compile(r"[A-Z]{3}")
_UNPRICED_CUES: Final = ("damaged", "empty", "fits", "deposit", "sample", "rental", "lot")
_LARGEST: Final = Decimal(10) ** 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """What one unit costs, and how that was read off the listing.

    Attributes
    ----------
    amount : Decimal
        Price of one purchase, in major units of `currency`.
    units : int
        Units that one purchase brings.
    min_qty : int
        Purchases that must be ordered at least.
    kind : PriceKind
        Which of the listing's prices was used; `why` says for what reason.
    condition : Condition
        As the platform states it or, where it is silent, as the title tells.
    """

    amount: Decimal
    currency: str
    units: int
    min_qty: int
    kind: PriceKind
    why: str
    condition: Condition

    @property
    def unit_price(self) -> Decimal:
        """Price of one unit."""
        return self.amount / self.units


@dataclass(frozen=True, slots=True, kw_only=True)
class NoOffer:
    """Why a listing has no price that could be compared; nothing is guessed."""

    why: str


def offer_of(listing: Listing) -> Offer | NoOffer:
    """Return the price of one unit of a listing, or why there is none.

    The selling price goes before the list price; of price tiers the one for the smallest order counts; a coupon is a
    claim and the ends of a range are no price.
    """
    cues = cues_in(listing.title)
    for cue in _UNPRICED_CUES:
        if cue in cues and not (cue == "lot" and (units_in(listing.title) or 1) > 1):
            return NoOffer(why=f"the title names {readings()[cue]}")
    chosen = (
        _chosen(tuple(price for price in listing.prices if _usable(price))) if listing.prices else _named(listing.title)
    )
    if isinstance(chosen, NoOffer):
        return chosen
    price, why = chosen
    units = _units(price, listing.title)
    if units is None:
        return NoOffer(why="the title contradicts itself about the number of units")
    return Offer(
        amount=price.amount,
        currency=price.currency,
        units=units,
        min_qty=price.min_qty or 1,
        kind=price.kind,
        why=why,
        condition=_condition(listing.condition, cues),
    )


def _named(title: str) -> tuple[Price, str] | NoOffer:
    """Return the one selling price that a title names, where the listing gives none in its own field."""
    named = [quoted for quoted in prices_in(title) if quoted.role is Role.SALE and len(quoted.currencies) == 1]
    if len(named) != 1:
        return NoOffer(why="no price is given")
    sale = named[0]
    price = Price(kind=PriceKind.SALE, amount=sale.amount, currency=sale.currencies[0], unit_count=sale.units)
    return price, "the price that the title names"


def _usable(price: Price) -> bool:
    return price.amount.is_finite() and 0 <= price.amount < _LARGEST


def _chosen(prices: tuple[Price, ...]) -> tuple[Price, str] | NoOffer:
    """Return the price that is the offer, with the reason for choosing it."""
    by_kind = {kind: tuple(price for price in prices if price.kind == kind) for kind in PriceKind}
    offered = by_kind[PriceKind.SALE] or by_kind[PriceKind.TIER] or by_kind[PriceKind.LIST]
    if not offered:
        return NoOffer(why="no selling price is given" if prices else "no price is given")
    if len({price.currency for price in offered}) > 1 or not _ISO_4217.fullmatch(offered[0].currency):
        return NoOffer(why="the currency is ambiguous")
    if _too_wide((*by_kind[PriceKind.LOW], *by_kind[PriceKind.HIGH])):
        return NoOffer(why=f"the price range of the listing spans more than a factor of {WIDEST_RANGE}")
    smallest = min(price.min_qty or 1 for price in offered)
    if smallest >= WHOLESALE_FROM:
        return NoOffer(why=f"the smallest order is {smallest}, a wholesale price")
    retail = tuple(price for price in offered if (price.min_qty or 1) == smallest)
    if _too_wide(retail):
        return NoOffer(why=f"its selling prices span more than a factor of {WIDEST_RANGE}")
    why = {
        PriceKind.SALE: "the selling price",
        PriceKind.TIER: f"the price for the smallest order ({smallest})",
        PriceKind.LIST: "the only price given",
    }[retail[0].kind]
    return max(retail, key=lambda price: (price.amount, -(price.unit_count or 1))), why


def _too_wide(prices: Iterable[Price]) -> bool:
    amounts = [price.amount for price in prices]
    return bool(amounts) and max(amounts) > WIDEST_RANGE * min(amounts)


def _units(price: Price, title: str) -> int | None:
    stated = price.unit_count
    if stated is not None and 1 < stated <= MOST_UNITS:
        return stated
    named = {quoted.units for quoted in prices_in(title) if quoted.amount == price.amount and quoted.units > 1}
    return named.pop() if len(named) == 1 else units_in(title)


def _condition(stated: Condition, cues: frozenset[str]) -> Condition:
    """Return the worse of what the platform states and what the title tells."""
    if stated == Condition.REFURBISHED or "refurbished" in cues:
        return Condition.REFURBISHED
    return Condition.USED if "used" in cues else stated
