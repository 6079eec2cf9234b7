"""The silhouettes of registered logos: what a logo looks like when it is printed in one ink."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from detectors.image.decode import Grey, Picture
from detectors.image.hashes import ORIENTATIONS, Hashes, distances, oriented
from detectors.image.plain_figures import likeness, plain_codes
from detectors.image.shapes import LEAST_OUTLINE, SHAPES_VERSION, Mask, codes, figure, outlines
from detectors.image.spectra import Boxes

SILHOUETTES_VERSION = f"silhouettes-1/{SHAPES_VERSION}"

TURNS = (0, -10, -5, 5, 10)
"""Degrees by which a print may be tilted; the first stands for all where mirrors and quarter turns are looked for."""
MOST_BITS = 84
"""Bits that may differ at most. Each logo has its own radius, seldom as large."""
_LEAST_BITS = 40
_SHARE_OF_PLAIN = 0.82
"""A logo is found within this share of its distance to the nearest plain figure."""
_SAME = 0.95
"""Correlation from which a logo is a plain figure."""
_INK = 40
"""Grey levels by which a logo differs from the ground it is registered on."""
_LIGHT = 200
_HALF = 128
_PART = (0.05, 0.97)
"""How much of a logo must be left without its light parts to be a silhouette of its own."""
_TILE = 0.97
_MARGIN = 52
_BEND, _BOW = 0.7, 0.02
"""Half the angle in radians that a logo spans around what it is printed on, and the sag of its ends."""


_COLUMNS = {
    "code": "codes",
    "box": "boxes",
    "outline": "outlines",
    "proportion": "proportions",
    "radius": "radii",
    "upright": "upright",
}
SILHOUETTE = np.dtype(
    [
        ("code", "<u8", 4),
        ("box", "<f4", 4),
        ("outline", "<f4"),
        ("proportion", "<f4"),
        ("radius", "u1"),
        ("upright", "?"),
    ]
)
"""A row of `Silhouettes`."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Silhouettes:
    """How a registered picture looks in one ink: a few tilts of each of its silhouettes.

    Attributes
    ----------
    codes : ndarray of uint64, shape (n, 4)
        As those of `Shapes`.
    boxes : ndarray of float32, shape (n, 4)
        Where the silhouette lies in the picture, in shares of its sides.
    outlines, proportions : ndarray of float32, shape (n,)
        As those of `Shapes`.
    radii : ndarray of uint8, shape (n,)
        Bits that may differ.
    upright : ndarray of bool, shape (n,)
        Whether the row shows the silhouette without tilt.
    reason : str
        Why there are none; empty if there are.
    """

    codes: Hashes
    boxes: Boxes
    outlines: NDArray[np.float32]
    proportions: NDArray[np.float32]
    radii: NDArray[np.uint8]
    upright: NDArray[np.bool_]
    reason: str = ""

    def __len__(self) -> int:
        return len(self.codes)

    def rows(self) -> NDArray[np.void]:
        """Return them as `EnrolledImages` keeps them."""
        rows = np.zeros(len(self), dtype=SILHOUETTE)
        for name, column in _COLUMNS.items():
            rows[name] = getattr(self, column)
        return rows

    @classmethod
    def of(cls, rows: NDArray[np.void]) -> Silhouettes:
        """Return what `rows` gave."""
        columns: dict[str, Any] = {column: np.ascontiguousarray(rows[name]) for name, column in _COLUMNS.items()}
        return cls(**columns)


def silhouettes_of(picture: Picture) -> Silhouettes:
    """Find what a registered picture looks like in one ink.

    Parameters
    ----------
    picture : Picture
        The picture; where it is transparent its second layer is the first on black.

    Returns
    -------
    Silhouettes
        Up to two silhouettes, with and without the light parts, each at five tilts. A plain silhouette has fewer bits
        to differ in, and one that is plainer still is left out.
    """
    masks = list(_masks(picture.layers))
    if not masks:
        return _nothing("nothing stands out from its ground")
    proportion = picture.width / picture.height
    found = [
        (box, tilted, turn == 0)
        for mask, box in masks
        for turn in TURNS
        if (tilted := figure(_bent(mask), proportion, turn)) is not None
    ]
    length = outlines([tilted.picture for _, tilted, _ in found])
    looks = codes([tilted.picture for _, tilted, _ in found])
    radii = _radii(looks)
    plain = np.array([likeness(tilted.picture) >= _SAME for _, tilted, _ in found], dtype=np.bool_)
    kept = np.flatnonzero((length >= LEAST_OUTLINE) & (radii >= _LEAST_BITS) & ~plain)
    if not len(kept):
        return _nothing("its outline is too simple to look for in one colour")
    return Silhouettes(
        codes=looks[kept],
        boxes=np.array([box for box, _, _ in found], dtype=np.float32)[kept],
        outlines=length[kept],
        proportions=np.array([tilted.proportion for _, tilted, _ in found], dtype=np.float32)[kept],
        radii=radii[kept],
        upright=np.array([upright for _, _, upright in found], dtype=np.bool_)[kept],
    )


def _nothing(reason: str) -> Silhouettes:
    floats = np.zeros(0, dtype=np.float32)
    return Silhouettes(
        codes=codes([]),
        boxes=np.zeros((0, 4), dtype=np.float32),
        outlines=floats,
        proportions=floats,
        radii=np.zeros(0, dtype=np.uint8),
        upright=np.zeros(0, dtype=np.bool_),
        reason=reason,
    )


def _radii(looks: Hashes) -> NDArray[np.uint8]:
    """Return how many bits may differ: fewer for what looks like a plain figure, however that is mirrored or turned."""
    plain = np.concatenate([oriented(plain_codes(), orientation) for orientation in ORIENTATIONS])
    nearest = [int(distances(look, plain).min()) for look in looks]
    return np.minimum(MOST_BITS, _SHARE_OF_PLAIN * np.array(nearest)).astype(np.uint8)


def _masks(layers: tuple[Grey, ...]) -> Iterator[tuple[Mask, tuple[float, ...]]]:
    """Yield the silhouette of a logo with its box, then that of its darker parts if they are another."""
    whole = _stands_out(layers)
    if whole.any():
        yield whole, _box(whole)
    dark = whole & (layers[0] <= _LIGHT).view(np.uint8)
    least, most = (share * np.count_nonzero(whole) for share in _PART)
    if least < np.count_nonzero(dark) < most:
        yield dark, _box(dark)


def _stands_out(layers: tuple[Grey, ...]) -> Mask:
    """Return what is opaque; where nearly all of the picture is, what differs from the middle grey of its border."""
    white, black = layers[0].astype(np.int16), layers[min(1, len(layers) - 1)].astype(np.int16)
    opaque = (white - black < _HALF).view(np.uint8)
    if opaque.mean() < _TILE:
        return opaque
    border = np.concatenate([white[0], white[-1], white[:, 0], white[:, -1]])
    apart: NDArray[np.bool_] = np.abs(white - float(np.median(border))) > _INK
    return apart.view(np.uint8)


def _box(mask: Mask) -> tuple[float, ...]:
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    height, width = mask.shape
    return columns[0] / width, rows[0] / height, (columns[-1] + 1) / width, (rows[-1] + 1) / height


def _bent(mask: Mask) -> Mask:
    """Bend a silhouette a little around an upright cylinder, between flat prints and those on a bottle or a chest."""
    sheet = np.pad(mask * np.uint8(255), _MARGIN)
    side = len(sheet)
    axis = (np.arange(side, dtype=np.float32) / side * 2 - 1) * np.float32(np.sin(_BEND))
    across = ((np.arcsin(axis) / _BEND + 1) / 2 * side).astype(np.float32)
    x = np.broadcast_to(across, (side, side))
    y = np.arange(side, dtype=np.float32)[:, None] + np.float32(_BOW * side) * (axis / np.sin(_BEND)) ** 2
    bent = cv2.remap(sheet, np.ascontiguousarray(x), y.astype(np.float32), cv2.INTER_LINEAR)
    return (np.asarray(bent) > _HALF).view(np.uint8)
