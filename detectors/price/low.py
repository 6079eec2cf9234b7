"""Sees offers that lie below nearly all authentic ones; says nothing about any other price."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from detectors.price.comparison import Comparison, compare_price
from detectors.price.levels import PriceLevels, PValue
from detectors.price.offers import Offer, offer_of
from detectors.price.placeholders import is_placeholder
from detectors.price.products import products_of
from pipeline.photos import Photo
from pipeline.records import Asset, Json, Listing, ListingBatch, Register, Signal

_LEVELS: Final = (("price.low.p001", 0.002), ("price.low.p01", 0.01), ("price.low.p05", 0.05))
_PLACEHOLDER: Final = "price.placeholder"
_IDENTIFIED: Final = {
    "gtin": "its GTIN",
    "name": "the name in the title",
    "kind": "the kind of goods in the title",
    "family": "the category",
}


class PriceLow:
    """Compares the price of one unit with authentic prices of the same product, condition and week.

    Of the products that a listing may be, the cheapest is the reference. Where the price, the currency, the quantity,
    the product or the authentic level is not known, the detector is silent; it never guesses, and a normal price says
    nothing, since deceptive fakes are priced like the genuine article.

    Parameters
    ----------
    levels : PriceLevels
        Authentic price levels, from `learn`.
    register : Register
        Holders with their word marks, products and list prices.
    """

    name = "price_low"
    version = "4"
    observations = (*(observation for observation, _ in _LEVELS), _PLACEHOLDER)

    def __init__(self, levels: PriceLevels, register: Register) -> None:
        self._levels = levels
        self._products = products_of(register.rights_holders)
        self._holder_of = {asset: holder.id for holder in register.rights_holders for asset in holder.assets}

    def detect(self, batch: ListingBatch) -> list[tuple[Signal, ...]]:
        """Return the signals of each listing of a batch, in the batch's order."""
        return [self._signals(listing, None) for listing in batch.listings]

    def compare(self, listing: Listing, photos: tuple[Photo, ...], asset: Asset) -> tuple[Signal, ...]:  # noqa: ARG002
        """Return what the price says about the holder of one asset; photos play no part."""
        return self._signals(listing, self._holder_of.get(asset, ""))

    def _signals(self, listing: Listing, only: str | None) -> tuple[Signal, ...]:
        """Return the signals of a listing: for all holders that it may concern, or only for one of them."""
        offer = offer_of(listing)
        if not isinstance(offer, Offer):
            return ()
        read = self._products.read(listing)
        compared = {
            holder: comparison
            for holder in sorted(self._products.holders(read))
            if (comparison := compare_price(self._products, read, holder, listing, offer)) is not None
        }
        real = {holder: seen for holder, seen in compared.items() if not is_placeholder(offer.amount, seen.ratio)}
        if not real and (compared or is_placeholder(offer.amount)):
            return (_placeholder(offer),)
        return tuple(
            signal
            for holder, comparison in real.items()
            if only in {None, holder}
            for signal in self._low(holder, comparison, named=holder in read.named)
        )

    def _low(self, holder: str, seen: Comparison, *, named: bool) -> Iterator[Signal]:
        rarity = self._levels.p_value(
            seen.ratio, condition=seen.offer.condition, identified_by=seen.identified.by, week=seen.week
        )
        if rarity is None:
            return
        for observation, level in _LEVELS:
            if rarity.p <= level:
                yield Signal(
                    detector=self.name,
                    observation=observation,
                    rights_holder_id=holder,
                    asset_id=None,
                    strength=1.0 - rarity.p,
                    reason=_reason(seen, rarity),
                    evidence={**_evidence(seen, rarity), "mark_named": named},
                )
                return


def _reason(seen: Comparison, rarity: PValue) -> str:
    offer, reference = seen.offer, seen.reference
    return (
        f"One unit costs {_plain(offer.unit_price)} {offer.currency}, {seen.ratio:.0%} of the list price of"
        f" {reference.product.name} ({_plain(reference.unit_price)} {offer.currency}, identified by"
        f" {_IDENTIFIED[seen.identified.by]}); of authentic offers about {rarity.p:.1%} are so low."
    )


def _evidence(seen: Comparison, rarity: PValue) -> dict[str, Json]:
    offer, reference = seen.offer, seen.reference
    return {
        "kind": "price",
        "price_kind": offer.kind.value,
        "price_why": offer.why,
        "amount": _plain(offer.amount),
        "currency": offer.currency,
        "units": offer.units,
        "min_qty": offer.min_qty,
        "unit_price": _plain(offer.unit_price),
        "condition": offer.condition.value,
        "reference_amount": _plain(reference.list_amount),
        "reference_currency": reference.list_currency,
        "reference_unit_price": _plain(reference.unit_price),
        "rate": str(reference.rate.rate),
        "rate_date": reference.rate.day.isoformat() if reference.rate.day else None,
        "sku": reference.product.sku,
        "identified_by": seen.identified.by,
        "plausible_products": len(seen.identified.products),
        "ratio": round(seen.ratio, 4),
        "p_value": round(rarity.p, 6),
        "n": rarity.n,
        "from_null": round(rarity.from_null, 4),
        "week": seen.week,
        "week_shift": round(rarity.week_shift, 4),
    }


def _placeholder(offer: Offer) -> Signal:
    return Signal(
        detector=PriceLow.name,
        observation=_PLACEHOLDER,
        rights_holder_id=None,
        asset_id=None,
        strength=1.0,
        reason=f"The price {_plain(offer.amount)} {offer.currency} stands for no price, so it was not compared.",
        evidence={
            "kind": "price",
            "price_kind": offer.kind.value,
            "amount": _plain(offer.amount),
            "currency": offer.currency,
        },
    )


def _plain(amount: Decimal) -> str:
    """Write an amount to the cent without an exponent, or to four digits below one."""
    return f"{amount:.2f}" if amount >= 1 else f"{amount:.4f}"
