"""An offer held against the list price of the products that it may be."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from detectors.price.offers import Offer
from detectors.price.products import Identified, Products, Read, Reference, reference_of
from pipeline.records import Listing

WIDEST_SPAN: Final = {"gtin": 20.0, "name": 20.0, "kind": 5.0, "family": 3.0}
"""How far apart the list prices of the products in question may be for the cheapest to stand for them all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """The ratio of an offer's unit price to the list price of the cheapest product that it may be."""

    offer: Offer
    identified: Identified
    reference: Reference
    ratio: float
    week: str


def compare_price(products: Products, read: Read, holder_id: str, listing: Listing, offer: Offer) -> Comparison | None:
    """Hold an offer against the cheapest plausible product of a holder.

    None where no product is identified, where a rate is missing, or where the list prices of the plausible products
    lie too far apart for any of them to stand for the rest.
    """
    identified = products.identify(read, holder_id)
    if identified is None:
        return None
    day = listing.captured_at.date()
    found = [reference_of(known, offer.currency, day) for known in identified.products]
    references = [reference for reference in found if reference is not None]
    if not references or (identified.by != "gtin" and len(references) < len(found)):
        return None
    cheapest = min(references, key=lambda r: (r.unit_price, r.product.sku))
    dearest = max(reference.unit_price for reference in references)
    if float(dearest / cheapest.unit_price) > WIDEST_SPAN[identified.by]:
        return None
    year, week, _ = day.isocalendar()
    return Comparison(
        offer=offer,
        identified=identified,
        reference=cheapest,
        ratio=float(offer.unit_price / cheapest.unit_price),
        week=f"{year:04}-W{week:02}",
    )
