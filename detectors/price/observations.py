"""Authentic price observations: what authorised sellers really ask."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from typing import Final

from detectors.price.comparison import compare_price
from detectors.price.levels import PriceObservation
from detectors.price.offers import Offer, offer_of
from detectors.price.placeholders import is_placeholder
from detectors.price.products import Products, products_of
from pipeline.records import AuthorisedSeller, Listing, ListingBatch, Register

_LEAST_RATIO: Final = 0.001
_MOST_RATIO: Final = 1_000.0


def observe(batch: ListingBatch, register: Register) -> list[PriceObservation]:
    """Return the authentic price observations of a batch: offers of sellers authorised on the day of the capture.

    A listing whose price cannot be compared gives none; one of a seller whom several holders trust counts only for the
    holders that it names.
    """
    products = products_of(register.rights_holders)
    trusted = trusted_sellers(register)
    return [seen for listing in batch.listings for seen in _observed(listing, products, trusted)]


def _observed(
    listing: Listing, products: Products, trusted: dict[tuple[str, str], list[tuple[str, AuthorisedSeller]]]
) -> Iterator[PriceObservation]:
    day = listing.captured_at.date()
    sellers = trusted.get((listing.platform.casefold(), listing.seller.id or ""), [])
    holders = {holder for holder, seller in sellers if in_force(seller, day)}
    offer = offer_of(listing) if holders else None
    if not isinstance(offer, Offer):
        return
    read = products.read(listing)
    for holder in sorted(holders & read.named if len(holders) > 1 else holders):
        compared = compare_price(products, read, holder, listing, offer)
        if compared is None or is_placeholder(offer.amount, compared.ratio):
            continue
        if _LEAST_RATIO <= compared.ratio <= _MOST_RATIO:
            yield PriceObservation(
                rights_holder_id=holder,
                listing="\n".join((listing.platform, listing.listing_id, listing.seller.id or "")),
                sku=compared.reference.product.sku,
                identified_by=compared.identified.by,
                condition=offer.condition,
                week=compared.week,
                ratio=compared.ratio,
            )


def trusted_sellers(register: Register) -> dict[tuple[str, str], list[tuple[str, AuthorisedSeller]]]:
    """Return the authorised sellers by platform (in small letters) and id, each with the holders that list them."""
    trusted: defaultdict[tuple[str, str], list[tuple[str, AuthorisedSeller]]] = defaultdict(list)
    for holder in register.rights_holders:
        for seller in holder.authorised_sellers:
            trusted[seller.platform.casefold(), seller.seller_id].append((holder.id, seller))
    return dict(trusted)


def in_force(seller: AuthorisedSeller, day: date) -> bool:
    """Say whether an authorisation covers a day."""
    return (seller.from_date or date.min) <= day <= (seller.until_date or date.max)
