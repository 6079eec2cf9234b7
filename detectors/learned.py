"""What the listings of a scan teach the detectors that hold one listing against all others."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import orjson
from pydantic import TypeAdapter

from detectors.price import (
    PriceLevels,
    PriceObservation,
    Ranges,
    SellerOffer,
    learn,
    learn_ranges,
    observe,
    observe_offers,
)
from pipeline.records import ListingBatch, Register


@dataclass(frozen=True, slots=True, kw_only=True)
class Observed:
    """What a batch of listings teaches: authentic prices, and what sellers offer under registered marks."""

    prices: list[PriceObservation]
    offers: list[SellerOffer]


@dataclass(frozen=True, slots=True, kw_only=True)
class Learned:
    """What all listings of a scan teach."""

    levels: PriceLevels = field(default_factory=PriceLevels)
    ranges: Ranges = field(default_factory=Ranges)

    def to_bytes(self) -> bytes:
        """Return what was learnt as JSON."""
        document = {"levels": self.levels.to_json(), "ranges": self.ranges.to_json()}
        return orjson.dumps(document, option=orjson.OPT_SORT_KEYS)

    @classmethod
    def from_bytes(cls, document: bytes) -> Learned:
        """Read back what `to_bytes` gave."""
        raw = orjson.loads(document)
        return cls(levels=PriceLevels.from_json(raw["levels"]), ranges=Ranges.from_json(raw["ranges"]))


_OBSERVED = TypeAdapter(Observed)


def observed_in(batch: ListingBatch, register: Register) -> bytes:
    """Return what a batch of listings teaches, as JSON."""
    return _OBSERVED.dump_json(Observed(prices=observe(batch, register), offers=observe_offers(batch, register)))


def learn_from(observed: Iterable[bytes], register: Register) -> Learned:
    """Return what batches teach together, whatever their order."""
    seen = [_OBSERVED.validate_json(document) for document in observed]
    levels = learn((price for batch in seen for price in batch.prices), register)
    return Learned(levels=levels, ranges=learn_ranges(offer for batch in seen for offer in batch.offers))
