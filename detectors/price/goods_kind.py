"""Sees whether the goods on offer are of a kind that the holder of a named mark sells at all."""

from __future__ import annotations

from typing import Final

from detectors.price.goods import CLASSES, PARTS, Goods
from detectors.price.products import Read, products_of
from pipeline.photos import Photo
from pipeline.records import Asset, AssetKind, Listing, ListingBatch, Register, RightsHolder, Signal

_IN_RANGE: Final = "goods.in_range"
_OUTSIDE: Final = "goods.outside_range"


class GoodsKind:
    """Holds the goods that a listing names against the products of the holders whose mark it names.

    A mark protects goods, not a word: a board game called after a myth does not concern a maker of bracelets. Where the
    goods of the listing or of the holder are not known, the detector is silent; so it is where the holder sells no such
    goods, but has a mark registered for them.

    Parameters
    ----------
    register : Register
        Holders with their word marks and products.
    """

    name = "goods_kind"
    version = "3"
    observations: tuple[str, ...] = (_IN_RANGE, _OUTSIDE)

    def __init__(self, register: Register) -> None:
        self._products = products_of(register.rights_holders)
        self._names = {holder.id: holder.name for holder in register.rights_holders}
        self._classes = {holder.id: _classes(holder) for holder in register.rights_holders}
        self._holder_of = {asset: holder.id for holder in register.rights_holders for asset in holder.assets}

    def detect(self, batch: ListingBatch) -> list[tuple[Signal, ...]]:
        """Return the signals of each listing of a batch, in the batch's order."""
        return [self._signals(listing, None) for listing in batch.listings]

    def compare(self, listing: Listing, photos: tuple[Photo, ...], asset: Asset) -> tuple[Signal, ...]:  # noqa: ARG002
        """Return what the goods say about the holder of one asset; photos play no part."""
        return self._signals(listing, self._holder_of.get(asset))

    def _signals(self, listing: Listing, only: str | None) -> tuple[Signal, ...]:
        read = self._products.read(listing)
        seen = (self._compare(listing, read, holder) for holder in sorted(read.named) if only in {None, holder})
        return tuple(signal for signal in seen if signal is not None)

    def _protects(self, holder: str, goods: Goods) -> bool:
        return any(self._classes[holder] & CLASSES.get(family, frozenset()) for family in goods.families)

    def _compare(self, listing: Listing, read: Read, holder: str) -> Signal | None:
        sold = self._products.goods_of(holder)
        if not (read.goods.families and sold.families) or PARTS in read.goods.families:
            return None
        if not read.goods.families & sold.families and self._protects(holder, read.goods):
            return None
        shared = sorted((read.goods.kinds & sold.kinds) or (read.goods.families & sold.families))
        offered = sorted(read.goods.kinds or read.goods.families)
        if shared:
            reason = f"The goods ({', '.join(shared)}) are of a kind that {self._names[holder]} sells."
        else:
            reason = f"The goods ({', '.join(offered)}) are of no kind that {self._names[holder]} sells."
        return Signal(
            detector=self.name,
            observation=_IN_RANGE if shared else _OUTSIDE,
            rights_holder_id=holder,
            asset_id=None,
            strength=1.0 if read.goods.kinds else 0.5,
            reason=reason,
            evidence={
                "kind": "field",
                "field": "title",
                "value": listing.title,
                "category": listing.category,
                "goods": offered,
                "sold": sorted(sold.kinds | sold.families),
            },
        )


def _classes(holder: RightsHolder) -> frozenset[int]:
    """Return the classes of goods for which a holder's word marks are registered."""
    marks = (asset for asset in holder.assets if asset.kind is AssetKind.WORD_MARK)
    return frozenset(number for mark in marks for number in mark.nice_classes)
