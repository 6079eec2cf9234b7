"""PictureFound: a registered picture, or an element of it, lies somewhere in a listing's photos."""

from __future__ import annotations

from functools import partial

import numpy as np
from numpy.typing import NDArray

from detectors.image.enrol import ENROL_VERSION, EnrolledImages
from detectors.image.evidence import SUBJECTS
from detectors.image.feature_index import FeatureIndex, Meetings, Met, meet
from detectors.image.features import Codes
from detectors.image.finding import DETECTOR, OBSERVATIONS, Finding, signal
from detectors.image.sightings import Find, sightings
from pipeline.records import Asset, Listing, ListingBatch, Photo, Register, Signal


class PictureFound:
    """Sees a registered picture wherever it lies in a listing's photos: cut out, turned, small, or printed on goods.

    Parameters
    ----------
    enrolled : EnrolledImages
        The local features of the register's pictures.
    register : Register
        Whose assets name them.

    Notes
    -----
    Observations are named `<what>.<extent>.<clarity>`: what is "photo", "artwork", "design" or "logo"; extent is
    "found" when at least a third of the registered picture's blocks are seen, else "element"; clarity is "clear" or
    "faint" by the score.
    """

    name = DETECTOR
    version = f"{ENROL_VERSION}/found-3"
    observations = OBSERVATIONS

    def __init__(self, enrolled: EnrolledImages, register: Register) -> None:
        self._enrolled = enrolled
        places = {name: place for place, name in enumerate(enrolled.names)}
        self._owners: dict[int, list[tuple[int, str, Asset]]] = {}
        """For each picture: the assets that it shows, with their place in the register and their holder."""
        for order, (holder, asset) in enumerate((h.id, a) for h in register.rights_holders for a in h.assets):
            for name in dict.fromkeys(asset.images):
                if asset.kind in SUBJECTS and name in places:
                    self._owners.setdefault(places[name], []).append((order, holder, asset))
        self._index = FeatureIndex(enrolled.codes)

    def detect(self, batch: ListingBatch) -> list[tuple[Signal, ...]]:
        """Return the signals of each listing of a batch, in the batch's order: one an asset, where it is seen best."""
        return [self._signals(photos, self._index.meet) for photos in batch.photos]

    def compare(self, listing: Listing, photos: tuple[Photo, ...], asset: Asset) -> tuple[Signal, ...]:
        """Return what is seen of one asset in one listing, by comparing every pair of features."""
        del listing  # only its photos are looked at
        mine = [image for image, owners in self._owners.items() if any(owner[2] == asset for owner in owners)]
        rows = np.flatnonzero(np.isin(self._enrolled.owners, mine))
        find = partial(_meet, stored=self._enrolled.codes[rows], rows=rows, crowded=self._index.crowded)
        return tuple(signal for signal in self._signals(photos, find) if signal.asset_id == asset.id)

    def _signals(self, photos: tuple[Photo, ...], find: Find) -> tuple[Signal, ...]:
        best: dict[int, tuple[Finding, str, Asset]] = {}
        for photo in photos:
            for sighting in sightings(photo.description, self._enrolled, find):
                if sighting.score < self._enrolled.thresholds[sighting.image]:
                    continue
                finding = Finding(sighting, photo)
                for order, holder, asset in self._owners.get(sighting.image, ()):
                    if order not in best or finding.rank < best[order][0].rank:
                        best[order] = (finding, holder, asset)
        return tuple(
            signal(finding, holder, asset, self._enrolled) for _, (finding, holder, asset) in sorted(best.items())
        )


def _meet(queries: Codes, *, stored: Codes, rows: NDArray[np.int64], crowded: NDArray[np.bool_]) -> Met:
    """Compare with some of the enrolled codes, one by one."""
    return Met(*(Meetings(pairs.query, rows[pairs.stored]) for pairs in meet(queries, stored, crowded)))
