"""PictureFound: a registered picture, or an element of it, lies somewhere in a listing's photos."""

from __future__ import annotations

from functools import partial

from detectors.image.colour import COLOUR_VERSION
from detectors.image.enrol import ENROL_VERSION, EnrolledImages
from detectors.image.feature_index import FeatureIndex, meet
from detectors.image.finding import DETECTOR, OBSERVATIONS, Finding, covers, signal
from detectors.image.owners import Owner, owners_of
from detectors.image.sightings import Find, sightings
from pipeline.photos import Photo
from pipeline.records import Asset, Listing, ListingBatch, Register, Signal


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
    version = f"{ENROL_VERSION}/{COLOUR_VERSION}/found-5"
    observations = OBSERVATIONS

    def __init__(self, enrolled: EnrolledImages, register: Register) -> None:
        self._enrolled = enrolled
        self._owners = owners_of(register, enrolled.names)
        self._index = FeatureIndex(enrolled.codes)

    def detect(self, batch: ListingBatch) -> list[tuple[Signal, ...]]:
        """Return the signals of each listing of a batch, in the batch's order: one an asset, where it is seen best."""
        return [self._signals(photos, self._index.meet) for photos in batch.photos]

    def compare(self, listing: Listing, photos: tuple[Photo, ...], asset: Asset) -> tuple[Signal, ...]:
        """Return what is seen of one asset in one listing, by comparing every pair of features."""
        del listing  # only its photos are looked at
        find = partial(meet, stored=self._enrolled.codes, crowded=self._index.crowded)
        return tuple(signal for signal in self._signals(photos, find) if signal.asset_id == asset.id)

    def _signals(self, photos: tuple[Photo, ...], find: Find) -> tuple[Signal, ...]:
        best: dict[int, tuple[Finding, Owner]] = {}
        for photo in photos:
            for finding in self._findings(photo, find):
                for owner in self._owners[finding.sighting.image]:
                    if owner.order not in best or finding.rank < best[owner.order][0].rank:
                        best[owner.order] = (finding, owner)
        return tuple(
            signal(finding, owner.holder, owner.asset, self._enrolled) for _, (finding, owner) in sorted(best.items())
        )

    def _findings(self, photo: Photo, find: Find) -> list[Finding]:
        """Return what is seen in a photo, the best first, without what another holder's picture explains better."""
        seen = [
            Finding(sighting, photo)
            for sighting in sightings(photo.description, self._enrolled, find)
            if sighting.score >= self._enrolled.thresholds[sighting.image] and sighting.image in self._owners
        ]
        kept: list[Finding] = []
        for finding in sorted(seen, key=lambda found: found.rank):
            if not any(self._explains(better, finding) for better in kept):
                kept.append(finding)
        return kept

    def _explains(self, better: Finding, finding: Finding) -> bool:
        """Tell whether one place in a photo shows a picture of others: the like, or anything instead of a faint one."""
        theirs, ours = (self._owners[found.sighting.image] for found in (better, finding))
        if {owner.holder for owner in theirs} & {owner.holder for owner in ours}:
            return False
        alike = {owner.asset.kind for owner in theirs} & {owner.asset.kind for owner in ours}
        return bool(alike or not finding.clear) and covers(better.box(self._enrolled), finding.box(self._enrolled))
