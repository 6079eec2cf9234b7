"""PictureAlike: to a model of the user's, a listing's photo is like a registered picture."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from detectors.image.certainty import certain
from detectors.image.descriptor import Descriptor
from detectors.image.enrol import ENROL_VERSION, EnrolledImages
from detectors.image.owners import SUBJECTS, Owner, owners_of
from detectors.image.reaches import closest
from detectors.image.views import view_name
from pipeline.photos import Photo
from pipeline.records import Asset, Listing, ListingBatch, Register, Signal

TOLERATED = 0.02
"""What a larger share of innocent photos would show too is not reported."""
_PRIOR = 1 / 9
"""The odds that a photo shows a registered picture before anybody looks, as in `certainty`."""
_POWER = 0.5
"""The share of copies that is taken to come as close; models find more, and none of ours is fitted."""


class _Likeness(NamedTuple):
    """How close a photo comes to a picture; the smaller, the better."""

    ratio: float
    photo: int
    image: int


class PictureAlike:
    """Sees a registered picture where a model puts a view of a photo close to it, as hardly an innocent photo lies.

    Parameters
    ----------
    enrolled : EnrolledImages
        The vectors of the register's pictures, measured against innocent photos.
    register : Register
        Whose assets name them.
    descriptor : Descriptor or None
        The model; without one nothing is seen.

    Notes
    -----
    Observations are named `<what>.alike`: what is "photo", "artwork", "design" or "logo". The strength is a probability
    by Bayes' rule, from the share of innocent photos that come as close to anything registered: (k + 1) / (n + 1) for k
    of n [1]_, once for each photo of the listing.

    References
    ----------
    .. [1] V. Vovk, A. Gammerman, G. Shafer, "Algorithmic Learning in a Random World", 2005.
    """

    name = "picture_alike"
    version = f"{ENROL_VERSION}/alike-1"
    observations = tuple(f"{what}.alike" for what, _ in SUBJECTS.values())

    def __init__(self, enrolled: EnrolledImages, register: Register, descriptor: Descriptor | None = None) -> None:
        self._enrolled = enrolled
        self._descriptor = descriptor
        self._owners = {i: o for i, o in owners_of(register, enrolled.names).items() if not enrolled.parked[i]}
        self._images = np.array(sorted(self._owners), dtype=np.int64)

    def detect(self, batch: ListingBatch) -> list[tuple[Signal, ...]]:
        """Return the signals of each listing of a batch, in the batch's order: one an asset, its closest photo."""
        return [self._signals(photos, self._images) for photos in batch.photos]

    def compare(self, listing: Listing, photos: tuple[Photo, ...], asset: Asset) -> tuple[Signal, ...]:
        """Return what is seen of one asset in one listing, by comparing only its own pictures."""
        del listing  # only its photos are looked at
        mine = [i for i, owners in self._owners.items() if any(owner.asset == asset for owner in owners)]
        signals = self._signals(photos, np.array(sorted(mine), dtype=np.int64))
        return tuple(signal for signal in signals if signal.asset_id == asset.id)

    def _signals(self, photos: tuple[Photo, ...], images: NDArray[np.int64]) -> tuple[Signal, ...]:
        model = self._descriptor
        if model is None or not len(images):
            return ()
        best: dict[int, tuple[_Likeness, Owner]] = {}
        for found in sorted(self._likenesses(photos, images, model)):
            for owner in self._owners[found.image]:
                best.setdefault(owner.order, (found, owner))
        return certain(self._signal(*best[order], photos, model) for order in sorted(best))

    def _likenesses(
        self, photos: tuple[Photo, ...], images: NDArray[np.int64], model: Descriptor
    ) -> Iterator[_Likeness]:
        """Yield what comes close enough."""
        reaches = self._enrolled.reaches[images]
        for place, photo in enumerate(photos):
            ratios = closest(photo.description.vectors, self._enrolled.vectors[images], model) / reaches
            for row in np.flatnonzero(ratios <= 1):
                if self._share(float(ratios[row])) <= TOLERATED:
                    yield _Likeness(float(ratios[row]), place, int(images[row]))

    def _signal(self, found: _Likeness, owner: Owner, photos: tuple[Photo, ...], model: Descriptor) -> Signal:
        photo, share = photos[found.photo], self._share(found.ratio)
        what, subject = SUBJECTS[owner.asset.kind]
        apart = model.distances(self._enrolled.vectors[found.image][:, None], photo.description.vectors)
        turned, view = (int(place) for place in np.unravel_index(int(apart.argmin()), apart.shape))
        row = int(photo.description.seen_in[view])
        name, distance = self._enrolled.names[found.image], float(apart[turned, view])
        place = f"Photo {photo.index + 1}" if row == 0 else f"Part of photo {photo.index + 1} ({view_name(row)})"
        manner = "the mirror image of " if turned else ""
        odds = _PRIOR * _POWER / min(1.0, share * len(photos))
        return Signal(
            detector=self.name,
            observation=f"{what}.alike",
            rights_holder_id=owner.holder,
            asset_id=owner.asset.id,
            strength=round(odds / (1 + odds), 6),
            reason=(
                f"{place} is like {manner}the registered {subject} {name} to the model {model.path.name} "
                f"(distance {distance:.3f}; {share:.1%} of innocent photos come as close to anything registered)"
            ),
            evidence={
                "kind": "image",
                "image": photo.index,
                "name": photo.name,
                "box": [round(float(edge), 4) for edge in photo.description.boxes[row]],
                "view": view_name(row),
                "asset_image": name,
                "asset_box": [0.0, 0.0, 1.0, 1.0],
                "tier": "descriptor",
                "model": model.path.name,
                "model_digest": model.digest,
                "mirrored": bool(turned),
                "distance": round(distance, 4),
                "reach": round(float(self._enrolled.reaches[found.image]), 4),
                "innocent_share": round(share, 4),
                "chances": len(photos),
            },
        )

    def _share(self, ratio: float) -> float:
        """Return the share of innocent photos that come as close to some registered picture."""
        nearest = self._enrolled.nearest
        return float((np.searchsorted(nearest, np.float32(ratio), side="right") + 1) / (len(nearest) + 1))
