"""Sees what a seller's other listings say about one of them; says nothing about sellers of whom few are known."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import Final

from detectors.price.ranges import FlatPrices, Ranges, listing_key, seller_key
from pipeline.photos import Photo
from pipeline.records import Asset, Json, Listing, ListingBatch, Signal

_FLAT: Final = "seller.flat_prices"
_IN_TURN: Final = "seller.marks_in_turn"
_MANY: Final = "seller.many_marks"


class SellerRange:
    """Holds a listing against all that its seller offers under registered marks.

    An honest shop's prices follow those of the makers; a copyist's follow what a copy costs, whatever the mark. Many
    marks alone accuse nobody: outlets, pawn shops and second-hand dealers have them too.

    Parameters
    ----------
    ranges : Ranges
        From `learn_ranges`, over all listings of the scan.
    """

    name = "seller_range"
    version = "1"
    observations: tuple[str, ...] = (_FLAT, _IN_TURN, _MANY)

    def __init__(self, ranges: Ranges) -> None:
        self._ranges = ranges

    def detect(self, batch: ListingBatch) -> list[tuple[Signal, ...]]:
        """Return the signals of each listing of a batch, in the batch's order."""
        return [tuple(self._signals(listing)) for listing in batch.listings]

    def compare(self, listing: Listing, photos: tuple[Photo, ...], asset: Asset) -> tuple[Signal, ...]:  # noqa: ARG002
        """Return what the seller's range says, whatever the asset; photos play no part."""
        return tuple(self._signals(listing))

    def _signals(self, listing: Listing) -> Iterator[Signal]:
        in_turn = self._ranges.listings.get(listing_key(listing), ())
        if in_turn:
            reason = f"Under this one listing the marks of {len(in_turn)} rights holders were named in turn."
            yield _signal(_IN_TURN, reason, {"marks": len(in_turn)})
        seller = seller_key(listing)
        known = self._ranges.sellers.get(seller) if seller is not None else None
        if known is None:
            return
        if known.flat is not None:
            yield _signal(_FLAT, _flat(known.flat), asdict(known.flat))
        reason = (
            f"The seller names the marks of {known.marks} rights holders in {known.listings} listings, as outlets and"
            " second-hand dealers do too."
        )
        yield _signal(_MANY, reason, {"marks": known.marks, "listings": known.listings})


def _flat(flat: FlatPrices) -> str:
    return (
        f"The seller asks {flat.lowest:.2f} to {flat.highest:.2f} {flat.currency} in {flat.listings} listings under the"
        f" marks of {flat.marks} rights holders, whose list prices lie between {flat.lowest_list:.2f} and"
        f" {flat.highest_list:.2f}."
    )


def _signal(observation: str, reason: str, facts: dict[str, Json]) -> Signal:
    return Signal(
        detector=SellerRange.name,
        observation=observation,
        rights_holder_id=None,
        asset_id=None,
        strength=1.0,
        reason=reason,
        evidence={"kind": "seller", **facts},
    )
