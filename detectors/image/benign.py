"""Photos that a person has confirmed to be benign: what is seen in them is not held against a seller."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import numpy as np
from pydantic import TypeAdapter

from detectors.image.describe import DESCRIBE_VERSION
from detectors.image.evidence import NEAR_BITS
from detectors.image.hashes import Hashes
from pipeline.photos import BenignPhoto, Photo
from pipeline.records import Asset, Detector, Listing, ListingBatch, Signal

OBSERVATION = "benign.photo"


def read_confirmed(document: bytes) -> tuple[BenignPhoto, ...]:
    """Read the list that the pipeline keeps of benign photos (JSON)."""
    return _CONFIRMED.validate_json(document)


_CONFIRMED = TypeAdapter(tuple[BenignPhoto, ...])


class UnlessBenign:
    """A detector of pictures that looks past benign photos, and says so.

    Parameters
    ----------
    detector : Detector
        Looks at photos.
    confirmed : iterable of BenignPhoto
        A photo counts as one of them if its bytes are the same or its hash is near.
    """

    def __init__(self, detector: Detector, confirmed: Iterable[BenignPhoto]) -> None:
        self._detector = detector
        self.name, self.version = detector.name, detector.version
        self.observations = (*detector.observations, OBSERVATION)
        self._confirmed = tuple(confirmed)
        current = [found.whole if found.describer == DESCRIBE_VERSION else "" for found in self._confirmed]
        self._known = np.array([bool(whole) for whole in current])
        self._wholes: Hashes = np.array(
            [[int(whole[i : i + 16] or "0", 16) for i in range(0, 64, 16)] for whole in current], dtype=np.uint64
        ).reshape(-1, 4)

    def detect(self, batch: ListingBatch) -> list[tuple[Signal, ...]]:
        """Return the signals of each listing of a batch."""
        found = self._detector.detect(batch)
        return [
            self._corrected(listing, photos, signals) if signals and self._confirmed else signals
            for listing, photos, signals in zip(batch.listings, batch.photos, found, strict=True)
        ]

    def compare(self, listing: Listing, photos: tuple[Photo, ...], asset: Asset) -> tuple[Signal, ...]:
        """Return what is seen of one asset in one listing."""
        signals = self._detector.compare(listing, photos, asset)
        return tuple(s for s in self._corrected(listing, photos, signals) if s.asset_id == asset.id)

    def _corrected(
        self, listing: Listing, photos: tuple[Photo, ...], signals: tuple[Signal, ...]
    ) -> tuple[Signal, ...]:
        """Take back what was seen in a benign photo; the same may still be seen in another photo of the listing."""
        by_index = {photo.index: photo for photo in photos}
        corrected: list[Signal] = []
        for signal in signals:
            word = self._word(by_index[signal.evidence["image"]], signal.rights_holder_id)
            if word is None:
                corrected.append(signal)
                continue
            others = tuple(photo for photo in photos if self._word(photo, signal.rights_holder_id) is None)
            again = self._detector.detect(ListingBatch(listings=(listing,), photos=(others,)))[0]
            corrected += [seen for seen in again if seen.asset_id == signal.asset_id]
            corrected.append(_taken_back(signal, word))
        return tuple(corrected)

    def _word(self, photo: Photo, rights_holder_id: str | None) -> BenignPhoto | None:
        """Return what was confirmed of a photo on behalf of a rights holder."""
        description = photo.description
        alike = np.array([found.photo == description.digest for found in self._confirmed])
        if not description.plain:
            alike |= self._known & (np.bitwise_count(self._wholes ^ description.views[0]).sum(axis=1) <= NEAR_BITS)
        said = (self._confirmed[place] for place in np.flatnonzero(alike))
        return next((found for found in said if found.rights_holder_id == rights_holder_id), None)


def _taken_back(signal: Signal, word: BenignPhoto) -> Signal:
    place = signal.evidence["image"]
    said = f"was confirmed on {word.added_at:%Y-%m-%d} to show nothing of the rights holder's: {word.reason}"
    evidence = {name: signal.evidence[name] for name in ("kind", "image", "name", "asset_image")}
    evidence["benign_photo"] = word.photo
    return replace(signal, observation=OBSERVATION, strength=1.0, reason=f"Photo {place + 1} {said}", evidence=evidence)
