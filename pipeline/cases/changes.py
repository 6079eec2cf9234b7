"""What in a listing is a material change: one that a person who has decided would want to see."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from rapidfuzz.distance import Indel

from pipeline.records import Json, Listing, Price, PriceKind

PRICE_SHARE: Final = Decimal("0.10")
"""A price that moves by less is a discount of the day."""
DESCRIPTION_SHARE: Final = 0.05
"""Descriptions carry counters and dates: a smaller share of changed characters is no change of what is offered."""
EXCERPT: Final = 1_000
"""Characters of a text that a diff shows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One field of a listing that changed materially: title, price, photos, seller or description."""

    field: str
    before: Json
    after: Json

    def facts(self) -> dict[str, Json]:
        """Return it as an event carries it."""
        return {"field": self.field, "before": self.before, "after": self.after}


def material_changes(
    before: Listing, photos_before: Sequence[str], after: Listing, photos_after: Sequence[str]
) -> tuple[Change, ...]:
    """Return what changed materially between two captures of a listing.

    Parameters
    ----------
    before, after : Listing
        The two captures.
    photos_before, photos_after : sequence of str
        Digests of the photos' bytes that each showed; a new name or order of the same photos is no change.

    Returns
    -------
    tuple of Change
        At most one a field. Titles are compared without regard to case, width and spacing; a price counts from a
        tenth on, or in another currency; a description from a twentieth of its characters on.
    """
    found = [
        _text("title", before.title, after.title, 0.0),
        _price(before, after),
        _photos(photos_before, photos_after),
        _text("seller", before.seller.name, after.seller.name, 0.0),
        _text("description", before.description, after.description, DESCRIPTION_SHARE),
    ]
    return tuple(change for change in found if change is not None)


def offered_price(listing: Listing) -> Price | None:
    """Return the price at which one buyer gets the smallest quantity: a sale price before a list price."""
    order = (PriceKind.SALE, PriceKind.COUPON, PriceKind.LOW, PriceKind.TIER, PriceKind.LIST, PriceKind.HIGH)
    ranked = sorted(listing.prices, key=lambda price: (order.index(price.kind), price.min_qty or 1))
    return ranked[0] if ranked else None


def _text(field: str, before: str | None, after: str | None, share: float) -> Change | None:
    old, new = _plain(before), _plain(after)
    if old == new or Indel.normalized_distance(old, new) <= share:
        return None
    return Change(field=field, before=_excerpt(before), after=_excerpt(after))


def _plain(text: str | None) -> str:
    return " ".join(unicodedata.normalize("NFKC", text or "").casefold().split())


def _excerpt(text: str | None) -> str | None:
    return None if text is None else text[:EXCERPT]


def _price(before: Listing, after: Listing) -> Change | None:
    old, new = offered_price(before), offered_price(after)
    if old is None or new is None:
        moved = old is not new
    elif old.currency != new.currency:
        moved = True
    else:
        moved = abs(_of_one(new) - _of_one(old)) > PRICE_SHARE * _of_one(old)
    return Change(field="price", before=_money(old), after=_money(new)) if moved else None


def _of_one(price: Price) -> Decimal:
    return price.amount / (price.unit_count or 1)


def _money(price: Price | None) -> str | None:
    if price is None:
        return None
    pack = f" / {price.unit_count}" if (price.unit_count or 1) > 1 else ""
    return f"{price.amount} {price.currency}{pack}"


def _photos(before: Sequence[str], after: Sequence[str]) -> Change | None:
    if set(before) == set(after):
        return None
    return Change(field="photos", before=list(before), after=list(after))
