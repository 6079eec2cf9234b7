"""What sellers offer altogether: under how many holders' marks, and whether at one price for all goods."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from statistics import pstdev
from typing import Final, Self

from detectors.price.comparison import compare_price
from detectors.price.observations import in_force, trusted_sellers
from detectors.price.offers import Offer, offer_of
from detectors.price.placeholders import is_placeholder
from detectors.price.products import Products, products_of
from pipeline.records import Condition, Json, Listing, ListingBatch, Register

LEAST_LISTINGS: Final = 5
"""Listings from which on a seller's range says anything."""
LEAST_MARKS: Final = 3
FLATTEST: Final = 0.25
"""Prices are flat if they spread no more than this part of how the list prices of the same goods spread."""
LEAST_SPREAD: Final = 0.4
"""Standard deviation, in natural-log units, that list prices need for flat prices to be remarkable."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SellerOffer:
    """A listing of a seller: whose marks it names, and the price of a unit beside its list price where both are known.

    Attributes
    ----------
    seller, listing : str
        Their identities.
    holders : tuple of str
        Rights holders whose mark is named and who do not list the seller as authorised.
    currency : str or None
        Of `unit_price` and `list_price`; None where the prices cannot be compared.
    """

    seller: str
    listing: str
    holders: tuple[str, ...]
    currency: str | None = None
    unit_price: float = 0.0
    list_price: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class FlatPrices:
    """Prices of a seller that hardly differ, of goods whose list prices do."""

    listings: int
    marks: int
    currency: str
    lowest: float
    highest: float
    lowest_list: float
    highest_list: float
    spread: float
    list_spread: float


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownRange:
    """What a seller offers under the marks of several holders."""

    listings: int
    marks: int
    flat: FlatPrices | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranges:
    """Sellers of several holders' marks, and listings that named several, one after the other.

    Attributes
    ----------
    sellers : mapping of str to KnownRange
        By seller; those with few listings or few marks are left out.
    listings : mapping of str to tuple of str
        Holders by listing, of listings that named the mark of one at a time, and of three or more over their captures.
    """

    sellers: Mapping[str, KnownRange] = field(default_factory=dict)
    listings: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def to_json(self) -> Json:
        """Return the ranges as JSON."""
        return {
            "sellers": {seller: asdict(found) for seller, found in self.sellers.items()},
            "listings": {listing: list(holders) for listing, holders in self.listings.items()},
        }

    @classmethod
    def from_json(cls, document: Json) -> Self:
        """Read the ranges back from what `to_json` gave."""
        sellers = {
            seller: KnownRange(**{**found, "flat": FlatPrices(**found["flat"]) if found["flat"] else None})
            for seller, found in document["sellers"].items()
        }
        return cls(sellers=sellers, listings={name: tuple(found) for name, found in document["listings"].items()})


def seller_key(listing: Listing) -> str | None:
    """Return the identity of a listing's seller; None where the platform gives none."""
    return None if listing.seller.id is None else f"{listing.platform}\n{listing.seller.id}"


def listing_key(listing: Listing) -> str:
    """Return the identity of a listing."""
    return "\n".join((listing.platform, listing.listing_id, listing.seller.id or ""))


def observe_offers(batch: ListingBatch, register: Register) -> list[SellerOffer]:
    """Return the offers of a batch that name a mark of a holder who does not list the seller as authorised."""
    products, trusted = products_of(register.rights_holders), trusted_sellers(register)
    found: list[SellerOffer] = []
    for listing in batch.listings:
        seller = seller_key(listing)
        if seller is not None:
            day = listing.captured_at.date()
            lists = trusted.get((listing.platform.casefold(), listing.seller.id or ""), [])
            own = frozenset(holder for holder, entry in lists if in_force(entry, day))
            found += _offers(listing, seller, products, own)
    return found


def _offers(listing: Listing, seller: str, products: Products, own: frozenset[str]) -> Iterator[SellerOffer]:
    read = products.read(listing)
    holders = tuple(sorted(read.named - read.fitted - own))
    if not holders:
        return
    offer = offer_of(listing)
    plain = SellerOffer(seller=seller, listing=listing_key(listing), holders=holders)
    if len(holders) > 1 or not isinstance(offer, Offer) or offer.condition in {Condition.USED, Condition.REFURBISHED}:
        yield plain
        return
    compared = compare_price(products, read, holders[0], listing, offer)
    if compared is None or is_placeholder(offer.amount, compared.ratio):
        yield plain
        return
    yield SellerOffer(
        seller=seller,
        listing=plain.listing,
        holders=holders,
        currency=offer.currency,
        unit_price=round(float(offer.unit_price), 6),
        list_price=round(float(compared.reference.unit_price), 6),
    )


def learn_ranges(offers: Iterable[SellerOffer]) -> Ranges:
    """Lay the offers of each seller together; their order does not matter."""
    by_seller: defaultdict[str, list[SellerOffer]] = defaultdict(list)
    by_listing: defaultdict[str, set[str]] = defaultdict(set)
    for offer in offers:
        by_seller[offer.seller].append(offer)
        if len(offer.holders) == 1:
            by_listing[offer.listing].update(offer.holders)
    ranges = {seller: found for seller in sorted(by_seller) if (found := _range(by_seller[seller])) is not None}
    in_turn = {
        name: tuple(sorted(holders)) for name, holders in sorted(by_listing.items()) if len(holders) >= LEAST_MARKS
    }
    return Ranges(sellers=ranges, listings=in_turn)


def _range(offers: list[SellerOffer]) -> KnownRange | None:
    """Return the range of a seller with enough listings under enough marks."""
    marks = {holder for offer in offers for holder in offer.holders}
    listings = {offer.listing for offer in offers}
    if len(listings) < LEAST_LISTINGS or len(marks) < LEAST_MARKS:
        return None
    return KnownRange(listings=len(listings), marks=len(marks), flat=_flat(offers))


def _flat(offers: list[SellerOffer]) -> FlatPrices | None:
    """Return the flat prices of a seller, in the currency of most of the offers; one price a listing, the lowest."""
    priced = sorted(
        (o for o in offers if o.currency is not None and o.unit_price > 0 and o.list_price > 0),
        key=lambda o: (o.listing, o.unit_price, o.list_price),
    )
    by_currency: defaultdict[str, dict[str, SellerOffer]] = defaultdict(dict)
    for offer in priced:
        by_currency[offer.currency or ""].setdefault(offer.listing, offer)
    currency, kept = max(by_currency.items(), key=lambda found: (len(found[1]), found[0]), default=("", {}))
    one_each = list(kept.values())
    marks = {holder for offer in one_each for holder in offer.holders}
    if len(one_each) < LEAST_LISTINGS or len(marks) < LEAST_MARKS:
        return None
    asked, listed = [o.unit_price for o in one_each], [o.list_price for o in one_each]
    spread, list_spread = pstdev(map(math.log, asked)), pstdev(map(math.log, listed))
    if list_spread < LEAST_SPREAD or spread > FLATTEST * list_spread:
        return None
    return FlatPrices(
        listings=len(one_each),
        marks=len(marks),
        currency=currency,
        lowest=min(asked),
        highest=max(asked),
        lowest_list=min(listed),
        highest_list=max(listed),
        spread=round(spread, 4),
        list_spread=round(list_spread, 4),
    )
