"""Search for registered silhouettes among the figures of a photo."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from detectors.image.hashes import ORIENTATIONS, Hashes, oriented
from detectors.image.shapes import Shapes
from detectors.image.silhouettes import Silhouettes

_OUTLINE = 1.28
"""By which factor the outlines of a logo and its print may differ."""
_PROPORTION = 0.4
"""By how much the logarithms of their proportions may differ: a print around a bottle is narrower by a third."""
_SHARE_TURNED = 0.8
"""Share of the radius within which a mirrored or turned silhouette is found: there are seven of them."""


class Resemblance(NamedTuple):
    """A figure of a photo that looks like a registered silhouette; the smaller, the better.

    Attributes
    ----------
    bits : int
        Bits of 256 that differ.
    orientation : int
        Place in `ORIENTATIONS`.
    shape : int
        Row of the figure in the photo's `Shapes`.
    row : int
        Row of the silhouette among those of all pictures.
    """

    bits: int
    orientation: int
    shape: int
    row: int


class SilhouetteIndex:
    """The silhouettes of many registered pictures.

    Parameters
    ----------
    pictures : sequence of Silhouettes
        Those of each picture.
    """

    def __init__(self, pictures: Sequence[Silhouettes]) -> None:
        self._owners = np.repeat(np.arange(len(pictures)), [len(picture) for picture in pictures])
        self.boxes = np.concatenate([np.zeros((0, 4), dtype=np.float32), *(p.boxes for p in pictures)])
        none = np.zeros(0, dtype=np.float32)
        self._proportions = np.concatenate([none, *(p.proportions for p in pictures)])
        radii = np.concatenate([none, *(p.radii for p in pictures)])
        outlines = np.concatenate([none, *(p.outlines for p in pictures)])
        codes = np.concatenate([np.zeros((0, 4), dtype=np.uint64), *(p.codes for p in pictures)])
        upright = np.concatenate([np.zeros(0, dtype=np.bool_), *(p.upright for p in pictures)])
        self._as_they_are = _Shelf(np.arange(len(codes)), codes, outlines, radii)
        self._turned = _Shelf(np.flatnonzero(upright), codes, outlines, radii * np.float32(_SHARE_TURNED))

    def find(self, shapes: Shapes) -> dict[int, Resemblance]:
        """Return the best resemblance of each picture that is seen in a photo, by the picture's place.

        Notes
        -----
        A figure as it is may resemble any tilt of a silhouette; one mirrored or turned, only the untilted one.
        """
        looks = np.stack([oriented(shapes.codes, orientation) for orientation in ORIENTATIONS], axis=1)
        best: dict[int, Resemblance] = {}
        for shelf, first, last in ((self._as_they_are, 0, 1), (self._turned, 1, len(ORIENTATIONS))):
            for shape, place, row, bits in shelf.near(looks[:, first:last], shapes.outlines):
                found = Resemblance(bits, first + place, shape, row)
                picture = int(self._owners[row])
                if self._alike(found, shapes) and (picture not in best or found < best[picture]):
                    best[picture] = found
        return dict(sorted(best.items()))

    def _alike(self, found: Resemblance, shapes: Shapes) -> bool:
        """Tell whether a figure is about as wide, by its height, as the silhouette."""
        proportion = float(shapes.proportions[found.shape])
        if ORIENTATIONS[found.orientation].transposed:
            proportion = -proportion
        return abs(proportion - float(self._proportions[found.row])) <= _PROPORTION


class _Shelf:
    """Some rows, sorted by the length of their outlines, each with the bits that may differ."""

    def __init__(
        self, rows: NDArray[np.int64], codes: Hashes, outlines: NDArray[np.float32], radii: NDArray[np.float32]
    ) -> None:
        self._rows = rows[np.argsort(outlines[rows], kind="stable")]
        self._outlines = outlines[self._rows].astype(np.float64)
        self._radii = radii[self._rows].astype(np.uint16)
        self._columns = np.ascontiguousarray(codes[self._rows].T)

    def near(self, looks: Hashes, outlines: NDArray[np.float32]) -> Iterator[tuple[int, int, int, int]]:
        """Yield figure, look, row and bits of every pair of about the same outline within the row's radius.

        Parameters
        ----------
        looks : ndarray of uint64, shape (n, k, 4)
            Codes of k looks of n figures.
        outlines : ndarray of float32, shape (n,)
            The lengths of the figures' outlines.
        """
        lengths = outlines.astype(np.float64)
        starts = np.searchsorted(self._outlines, lengths / _OUTLINE).tolist()
        stops = np.searchsorted(self._outlines, lengths * _OUTLINE).tolist()
        for figure, (start, stop) in enumerate(zip(starts, stops, strict=True)):
            differing = looks[figure][:, :, None] ^ self._columns[:, start:stop]
            bits = np.bitwise_count(differing).sum(axis=1, dtype=np.uint16)
            near = np.flatnonzero(bits <= self._radii[start:stop])
            for place, column in (divmod(cell, stop - start) for cell in near.tolist()):
                yield figure, place, int(self._rows[start + column]), int(bits[place, column])
