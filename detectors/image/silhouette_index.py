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
        self._radii = np.concatenate([none, *(p.radii for p in pictures)])
        outlines = np.concatenate([none, *(p.outlines for p in pictures)])
        codes = np.concatenate([np.zeros((0, 4), dtype=np.uint64), *(p.codes for p in pictures)])
        upright = np.concatenate([np.zeros(0, dtype=np.bool_), *(p.upright for p in pictures)])
        self._all = _Shelf(np.arange(len(codes)), codes, outlines)
        self._upright = _Shelf(np.flatnonzero(upright), codes, outlines)

    def find(self, shapes: Shapes) -> dict[int, Resemblance]:
        """Return the best resemblance of each picture that is seen in a photo, by the picture's place.

        Notes
        -----
        A figure as it is may resemble any tilt of a silhouette; one mirrored or turned, only the untilted one.
        """
        turned = np.stack([oriented(shapes.codes, orientation) for orientation in ORIENTATIONS], axis=1)
        best: dict[int, Resemblance] = {}
        for shape, looks in enumerate(turned):
            for shelf, first, share in ((self._all, 0, 1.0), (self._upright, 1, _SHARE_TURNED)):
                tried = looks[:1] if first == 0 else looks[1:]
                for row, place, bits in self._near(shelf, tried, float(shapes.outlines[shape]), share):
                    found = Resemblance(bits, first + place, shape, row)
                    picture = int(self._owners[row])
                    if self._alike(found, shapes) and (picture not in best or found < best[picture]):
                        best[picture] = found
        return dict(sorted(best.items()))

    def _near(self, shelf: _Shelf, looks: Hashes, outline: float, share: float) -> Iterator[tuple[int, int, int]]:
        """Yield rows, places in `looks` and bits of everything within its radius."""
        rows, bits = shelf.near(looks, outline)
        place, column = np.nonzero(bits <= share * self._radii[rows])
        return zip(rows[column].tolist(), place.tolist(), bits[place, column].tolist(), strict=True)

    def _alike(self, found: Resemblance, shapes: Shapes) -> bool:
        """Tell whether a figure is about as wide, by its height, as the silhouette."""
        proportion = float(shapes.proportions[found.shape])
        if ORIENTATIONS[found.orientation].transposed:
            proportion = -proportion
        return abs(proportion - float(self._proportions[found.row])) <= _PROPORTION


class _Shelf:
    """Some rows, sorted by the length of their outlines."""

    def __init__(self, rows: NDArray[np.int64], codes: Hashes, outlines: NDArray[np.float32]) -> None:
        self._rows = rows[np.argsort(outlines[rows], kind="stable")]
        self._outlines = outlines[self._rows].astype(np.float64)
        self._columns = np.ascontiguousarray(codes[self._rows].T)

    def near(self, looks: Hashes, outline: float) -> tuple[NDArray[np.int64], NDArray[np.uint16]]:
        """Return the w rows with about the same outline, and the bits of each of k codes to each of them, (k, w)."""
        start, stop = np.searchsorted(self._outlines, (outline / _OUTLINE, outline * _OUTLINE))
        bits = np.zeros((len(looks), int(stop - start)), dtype=np.uint16)
        for word, column in enumerate(self._columns):
            bits += np.bitwise_count(looks[:, word, None] ^ column[start:stop])
        return self._rows[start:stop], bits
