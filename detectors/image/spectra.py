"""Cosine transforms of parts of a picture, without cutting or resampling them one by one."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from detectors.image.decode import Grey

Boxes = NDArray[np.float32]
"""Left, top, right, bottom in shares of a picture's width and height."""
Spectra = NDArray[np.float32]
Reduced = NDArray[np.float32]

FREQUENCIES = 16
_SIDE = 128
"""Rows and columns of what is transformed: enough for the frequencies of a quarter of the picture."""
_GAIN = 2**3.5
"""Makes a coefficient as large as in an orthonormal DCT of 64 x 64 samples."""


class Windows:
    """Parts of pictures to transform, prepared once for any number of pictures.

    Parameters
    ----------
    boxes : ndarray of float32, shape (n, 4)
        Where the parts lie; none is empty.

    Notes
    -----
    The lowest frequencies of the cosine transform of a part are integrals of the picture times two cosines, one down
    and one across. A picture is constant over each of its pixels, so that the integrals are differences of sines at
    the pixels' edges, and all parts come of two matrix products.
    """

    def __init__(self, boxes: Boxes) -> None:
        self.boxes = boxes
        across, self._across_of = _distinct(boxes[:, 0::2])
        down, self._down_of = _distinct(boxes[:, 1::2])
        self._across, self._down = _cosines(across).T, _cosines(down)

    def spectra(self, picture: Reduced) -> Spectra:
        """Transform the parts: the 16 x 16 lowest frequencies without the constant ones, as PDQ takes them.

        Parameters
        ----------
        picture : ndarray of float32, shape (128, 128)
            From `reduced`.

        Returns
        -------
        ndarray of float32, shape (n, 16, 16)
            Coefficients; the second axis is the vertical frequency.
        """
        blocks = self._down @ (picture @ self._across)
        blocks = blocks.reshape(len(self._down) // FREQUENCIES, FREQUENCIES, -1, FREQUENCIES)
        chosen: Spectra = blocks[self._down_of, :, self._across_of]
        return chosen


def reduced(thumb: Grey) -> Reduced:
    """Return a thumbnail at half its side, as numbers to transform."""
    return np.asarray(cv2.resize(thumb, (_SIDE, _SIDE), interpolation=cv2.INTER_AREA), dtype=np.float32)


def _distinct(intervals: NDArray[np.float32]) -> tuple[NDArray[np.float32], list[int]]:
    """Return the distinct rows of two numbers, and for each row its place among them."""
    rows = [tuple(row) for row in intervals.tolist()]
    places = {row: place for place, row in enumerate(dict.fromkeys(rows))}
    return np.array(list(places), dtype=np.float32).reshape(-1, 2), [places[row] for row in rows]


_PIXEL_EDGES = np.linspace(0, 1, _SIDE + 1, dtype=np.float32)
_TURNS = np.pi * np.arange(1, FREQUENCIES + 1, dtype=np.float32)[:, None]


def _cosines(intervals: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the integrals over each pixel of cosines of 1 to 16 half periods an interval, zero outside of it.

    Parameters
    ----------
    intervals : ndarray of float32, shape (n, 2)
        Start and end in shares of the thumbnail's side.

    Returns
    -------
    ndarray of float32, shape (16 n, 128)
        One row a cosine.
    """
    start, end = intervals[:, :1], intervals[:, 1:]
    place = np.minimum(np.maximum((_PIXEL_EDGES - start) / (end - start), 0), 1)
    sines = np.sin(_TURNS * place[:, None])
    cosines: NDArray[np.float32] = (sines[:, :, 1:] - sines[:, :, :-1]) * (np.float32(_GAIN) / _TURNS)
    return cosines.reshape(-1, _SIDE)
