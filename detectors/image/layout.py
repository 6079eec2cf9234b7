"""Layout of a picture: the borders around it, and the blocks that flat strips set apart."""

from __future__ import annotations

import re
from collections.abc import Iterator

import cv2
import numpy as np
from numpy.typing import NDArray

from detectors.image.decode import Grey

Region = tuple[int, int, int, int]
"""Left, top, right, bottom in pixels; right and bottom are excluded."""

_FLAT = 5
"""A row or column whose grey levels have no larger standard deviation is border, gutter or empty page."""
_BLEND = 2
"""Pixels at the ends of a row or column that may blend into what lies beside."""
_TRIMS = 3
_DEPTH = 3
_MIN_SIDE = 16
_MIN_SHARE = 0.08
_RUN = re.compile(b"\x01+")


class Layout:
    """Where a picture shows something.

    Parameters
    ----------
    thumb : ndarray of uint8, shape (256, 256)
        The picture.

    Notes
    -----
    Running sums of the grey levels and of their squares give the variance of any part of any row or column at once
    (summed-area tables [1]_). What was asked once is kept: a cut begins where a trim ended.

    References
    ----------
    .. [1] F. Crow, "Summed-area tables for texture mapping", SIGGRAPH 1984.
    """

    def __init__(self, thumb: Grey) -> None:
        height, width = thumb.shape
        self.all: Region = (0, 0, width, height)
        sums, squares = map(np.asarray, cv2.integral2(thumb, sdepth=cv2.CV_32S, sqdepth=cv2.CV_64F))
        self._tables = ((sums.T, squares.T), (sums, squares))
        self._found: dict[tuple[Region, int], bytes] = {}

    def busy(self, region: Region, axis: int) -> bytes:
        """Tell of each column (axis 0) or row (axis 1) of a region whether it shows anything: 1 or 0."""
        if (region, axis) not in self._found:
            self._found[region, axis] = self._look(region, axis)
        return self._found[region, axis]

    def _look(self, region: Region, axis: int) -> bytes:
        left, top, right, bottom = region
        if axis == 0:
            left, top, right, bottom = top, left, bottom, right
        if right - left > 2 * _BLEND:
            left, right = left + _BLEND, right - _BLEND
        length = right - left
        sums, squares = self._tables[axis]
        total = (sums[top : bottom + 1, right] - sums[top : bottom + 1, left]).astype(np.float64)
        square = squares[top : bottom + 1, right] - squares[top : bottom + 1, left]
        total, square = total[1:] - total[:-1], square[1:] - square[:-1]
        busy: NDArray[np.bool_] = length * square - total * total > (_FLAT * length) ** 2
        return busy.tobytes()

    def trimmed(self, region: Region) -> Region:
        """Take flat rows and columns off the sides of a region, frame within frame; a region flat all over stays."""
        for _ in range(_TRIMS):
            before = region
            for axis in (1, 0):
                busy = self.busy(region, axis)
                first = busy.find(1)
                if first < 0:
                    return region
                region = _span(region, axis, first, busy.rfind(1) + 1)
            if region == before:
                break
        return region

    def blocks(self, region: Region) -> list[Region]:
        """Return the blocks inside a trimmed region, the largest first: tiles of a collage, the photo in a screenshot.

        Notes
        -----
        The recursive X-Y cut of page analysis [1]_.

        References
        ----------
        .. [1] G. Nagy and S. Seth, "Hierarchical representation of optically scanned documents", ICPR 1984.
        """
        found = set(self._parts(region, _DEPTH))
        return sorted(found, key=lambda b: (-(b[2] - b[0]) * (b[3] - b[1]), b))

    def _parts(self, region: Region, depth: int) -> Iterator[Region]:
        for strip in self._cut(region):
            left, top, right, bottom = block = self.trimmed(strip)
            width, height = right - left, bottom - top
            if min(width, height) < _MIN_SIDE or width * height < _MIN_SHARE * self.all[2] * self.all[3]:
                continue
            yield block
            if depth > 1:
                yield from self._parts(block, depth - 1)

    def _cut(self, region: Region) -> list[Region]:
        """Cut a region at its flat rows, or where it has none at its flat columns."""
        for axis in (1, 0):
            runs = [run.span() for run in _RUN.finditer(self.busy(region, axis))]
            if len(runs) > 1:
                return [_span(region, axis, first, last) for first, last in runs]
        return []


def _span(region: Region, axis: int, first: int, last: int) -> Region:
    """Return the part of a region between two of its columns (axis 0) or rows (axis 1)."""
    left, top, right, bottom = region
    if axis == 0:
        return left + first, top, left + last, bottom
    return left, top + first, right, top + last
