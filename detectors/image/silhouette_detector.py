"""SilhouetteSeen: the silhouette of a registered logo, printed in one colour, among a listing's photos."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from detectors.image.certainty import CERTAINTY_VERSION, Scale, certain
from detectors.image.enrol import ENROL_VERSION, EnrolledImages
from detectors.image.hashes import BITS, ORIENTATIONS
from detectors.image.recent import Recent
from detectors.image.shapes import Shapes
from detectors.image.silhouette_index import Resemblance, SilhouetteIndex
from detectors.image.silhouettes import SILHOUETTES_VERSION, Silhouettes
from pipeline.photos import Photo, PhotoDescription
from pipeline.records import Asset, AssetKind, Listing, ListingBatch, Register, Signal

NEAR_BITS = 56
_NEAR, _FAR = "logo.silhouette.near", "logo.silhouette.far"


SCALE = Scale(17.2, -0.11)
"""How bits that differ are read."""


class _Sight(NamedTuple):
    """A resemblance, and where it was seen; the smaller, the better."""

    resemblance: Resemblance
    name: str
    box: list[float]
    asset_box: list[float]
    dark: bool


class _Best(NamedTuple):
    """A sight, and in which of a listing's photos; the smaller, the better."""

    resemblance: Resemblance
    photo: int
    sight: _Sight


class SilhouetteSeen:
    """Sees a registered logo printed in one colour, dark on light or light on dark, also tilted or bent a little.

    Parameters
    ----------
    enrolled : EnrolledImages
        The silhouettes of the register's logos.
    register : Register
        Whose figurative marks name them.

    Notes
    -----
    Observations are "logo.silhouette.near" up to 56 differing bits of 256, else "logo.silhouette.far".
    """

    name = "silhouette_seen"
    version = f"{ENROL_VERSION}/{SILHOUETTES_VERSION}/{CERTAINTY_VERSION}"
    observations: tuple[str, ...] = (_NEAR, _FAR)

    def __init__(self, enrolled: EnrolledImages, register: Register) -> None:
        looked_for = np.flatnonzero(~enrolled.parked).tolist()
        self._enrolled = {
            enrolled.names[place]: Silhouettes.of(enrolled.silhouettes[enrolled.bearers == place])
            for place in looked_for
            if (enrolled.bearers == place).any()
        }
        self._names = sorted(self._enrolled)
        self._index = SilhouetteIndex([self._enrolled[name] for name in self._names])
        self._marks = [
            (holder.id, asset)
            for holder in register.rights_holders
            for asset in holder.assets
            if asset.kind == AssetKind.FIGURATIVE_MARK
        ]
        self._shown: dict[str, list[int]] = {}
        """Places in `_marks` by the name of a picture."""
        for place, (_, asset) in enumerate(self._marks):
            for name in dict.fromkeys(asset.images):
                self._shown.setdefault(name, []).append(place)

        self._recent = Recent(partial(self._sights, index=self._index, names=self._names))

    def detect(self, batch: ListingBatch) -> list[tuple[Signal, ...]]:
        """Return the signals of each listing of a batch, in the batch's order: one a mark, its best resemblance."""
        return [self._signals(photos) for photos in batch.photos]

    def compare(self, listing: Listing, photos: tuple[Photo, ...], asset: Asset) -> tuple[Signal, ...]:
        """Return what is seen of one mark in one listing, by comparing only its own pictures."""
        del listing  # only its photos are looked at
        holders = [holder for holder, mark in self._marks if mark == asset]
        names = [name for name in self._names if name in asset.images]
        index = SilhouetteIndex([self._enrolled[name] for name in names])
        best = min(_ranked(photos, partial(self._sights, index=index, names=names)), default=None)
        if best is None or not holders:
            return ()
        return certain([_signal(best, photos, (holders[0], asset), self._chances(photos))])

    def _signals(self, photos: Sequence[Photo]) -> tuple[Signal, ...]:
        best: dict[int, _Best] = {}
        for found in _ranked(photos, self._recent):
            for place in self._shown.get(found.sight.name, ()):
                best[place] = min(found, best.get(place, found))
        chances = self._chances(photos)
        return certain(_signal(best[place], photos, self._marks[place], chances) for place in sorted(best))

    def _chances(self, photos: Sequence[Photo]) -> int:
        return max(1, len(self._names)) * len(photos)

    @staticmethod
    def _sights(photo: PhotoDescription, index: SilhouetteIndex, names: Sequence[str]) -> tuple[_Sight, ...]:
        """Return what is seen in a photo of the pictures of an index, which are given by name."""
        if not len(photo.figures):
            return ()
        shapes = Shapes.of(photo)
        return tuple(
            _Sight(
                resemblance=found,
                name=names[picture],
                box=_edges(shapes.boxes[found.shape]),
                asset_box=_edges(index.boxes[found.row]),
                dark=bool(shapes.dark[found.shape]),
            )
            for picture, found in index.find(shapes).items()
        )


def _ranked(photos: Sequence[Photo], look: Callable[[PhotoDescription], tuple[_Sight, ...]]) -> Iterator[_Best]:
    """Yield what is seen in some photos."""
    for place, photo in enumerate(photos):
        yield from (_Best(sight.resemblance, place, sight) for sight in look(photo.description))


def _signal(best: _Best, photos: Sequence[Photo], mark: tuple[str, Asset], chances: int) -> Signal:
    sight, photo = best.sight, photos[best.photo]
    holder, asset = mark
    bits, orientation = sight.resemblance.bits, ORIENTATIONS[sight.resemblance.orientation].name
    ink = "dark on light" if sight.dark else "light on dark"
    manner = ink if orientation == "upright" else f"{ink}, {orientation}"
    return Signal(
        detector=SilhouetteSeen.name,
        observation=_NEAR if bits <= NEAR_BITS else _FAR,
        rights_holder_id=holder,
        asset_id=asset.id,
        strength=SCALE.certainty(bits, chances),
        reason=(
            f"Photo {photo.index + 1} shows the silhouette of the registered logo {sight.name} in one colour, "
            f"{manner} ({bits} of {BITS} bits differ)"
        ),
        evidence={
            "kind": "image",
            "image": photo.index,
            "name": photo.name,
            "box": sight.box,
            "asset_image": sight.name,
            "asset_box": sight.asset_box,
            "orientation": orientation,
            "ink": ink,
            "distance_bits": bits,
            "of_bits": BITS,
            "chances": chances,
        },
    )


def _edges(box: NDArray[np.float32]) -> list[float]:
    return [round(float(edge), 4) for edge in box]
