"""PictureFound: a registered picture, or an element of it, lies somewhere in a listing's photos."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from functools import partial

from detectors.image.certainty import CERTAINTY_VERSION, certain
from detectors.image.colour import COLOUR_VERSION
from detectors.image.enrol import ENROL_VERSION, EnrolledImages
from detectors.image.feature_index import FeatureIndex, meet
from detectors.image.finding import DETECTOR, OBSERVATIONS, PLAIN, PRINTED, Chances, Finding, covers, signal
from detectors.image.owners import Owner, owners_of
from detectors.image.recent import Recent
from detectors.image.sightings import Find, Sighting, sightings
from pipeline.photos import Photo, PhotoDescription
from pipeline.records import Asset, Listing, ListingBatch, Register, Signal

Look = Callable[[PhotoDescription], tuple[Sighting, ...]]
"""From a photo to what counts as seen in it."""


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
    version = f"{ENROL_VERSION}/{COLOUR_VERSION}/{CERTAINTY_VERSION}/found-8"
    observations = OBSERVATIONS

    def __init__(self, enrolled: EnrolledImages, register: Register) -> None:
        self._enrolled = enrolled
        self._owners = owners_of(register, enrolled.names)
        self._index = FeatureIndex(enrolled.codes)
        looked_for = Counter(bool(enrolled.printed[image]) for image in self._owners if not enrolled.parked[image])
        self._looked_for = {printed: max(1, looked_for[printed]) for printed in (False, True)}
        self._recent = Recent(partial(self._seen, find=self._index.meet))

    def detect(self, batch: ListingBatch) -> list[tuple[Signal, ...]]:
        """Return the signals of each listing of a batch, in the batch's order: one an asset, where it is seen best."""
        return [self._signals(photos, self._recent) for photos in batch.photos]

    def compare(self, listing: Listing, photos: tuple[Photo, ...], asset: Asset) -> tuple[Signal, ...]:
        """Return what is seen of one asset in one listing, by comparing every pair of features."""
        del listing  # only its photos are looked at
        find = partial(meet, stored=self._enrolled.codes, crowded=self._index.crowded)
        signals = self._signals(photos, partial(self._seen, find=find))
        return tuple(signal for signal in signals if signal.asset_id == asset.id)

    def _signals(self, photos: tuple[Photo, ...], look: Look) -> tuple[Signal, ...]:
        best: dict[int, tuple[Finding, Owner]] = {}
        seen_in: dict[int, set[int]] = {}
        for photo in photos:
            for finding in self._findings(photo, look):
                for owner in self._owners[finding.sighting.image]:
                    seen_in.setdefault(owner.order, set()).add(photo.index)
                    if owner.order not in best or finding.rank < best[owner.order][0].rank:
                        best[owner.order] = (finding, owner)
        return certain(
            signal(finding, owner, self._enrolled, self._chances(finding, len(photos), seen_in[order]))
            for order, (finding, owner) in sorted(best.items())
        )

    def _chances(self, finding: Finding, photos: int, seen_in: set[int]) -> Chances:
        printed = bool(self._enrolled.printed[finding.sighting.image])
        others = tuple(sorted(seen_in - {finding.photo.index}))
        return Chances(PRINTED if printed else PLAIN, self._looked_for[printed] * photos, others)

    def _seen(self, photo: PhotoDescription, find: Find) -> tuple[Sighting, ...]:
        """Return what counts as seen in a photo."""
        return tuple(
            sighting
            for sighting in sightings(photo, self._enrolled, find)
            if sighting.score >= self._enrolled.thresholds[sighting.image] and sighting.image in self._owners
        )

    def _findings(self, photo: Photo, look: Look) -> list[Finding]:
        """Return what is seen in a photo, the best first, without what another holder's picture explains better."""
        seen = [Finding(sighting, photo) for sighting in look(photo.description)]
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
