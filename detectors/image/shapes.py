"""Shapes in a photo: what stands out as one darker or one lighter figure, whatever its ink, place, size and slant."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from detectors.image.decode import THUMB, Grey
from detectors.image.hashes import WORDS, Hashes, pack
from detectors.image.spectra import FREQUENCIES, Boxes
from pipeline.photos import FIGURE, PhotoDescription

SHAPES_VERSION = "shapes-1"
"""Changes whenever the same thumbnail would be described otherwise."""

Mask = NDArray[np.uint8]
"""1 inside the figure, 0 outside."""

MOST_SHAPES = 40
LEAST_OUTLINE = 6.5
"""A figure with a shorter outline is a disc, a square or a blot; a disc has 5.1, a plain letter about 9."""
_SLACK = 0.9
_LEVELS = tuple(255 * step // 13 for step in range(1, 13))
_SMALL, _COARSE = 128, 64
_FACTOR = THUMB // _COARSE
_GAP = np.ones((3, 5), dtype=np.uint8)
"""Parts of a figure that are no farther apart than this, at 128 pixels a side, belong together: letters of a word."""
_LEAST_LENGTH, _LEAST_BREADTH, _LEAST_AREA, _MOST_BOX = 0.12, 0.03, 0.004, 0.6
_SIDE = 32
_REACH = 2.2
"""Standard deviations of a figure that its picture shows on each side of the middle; a square ends at 1.7."""
_LEAST_PIXELS = 12
_PIXEL_VARIANCE = 1 / 12
_COSINES = np.cos(np.pi / _SIDE * np.outer(np.arange(1, FREQUENCIES + 1), np.arange(_SIDE) + 0.5)).astype(np.float32)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Shapes:
    """The figures that stand out in a picture.

    Attributes
    ----------
    codes : ndarray of uint64, shape (n, 4)
        256 bits a figure: the signs of the DCT coefficients of its picture, brought to one size, place and slant.
    boxes : ndarray of float32, shape (n, 4)
        Left, top, right and bottom in shares of the thumbnail.
    outlines : ndarray of float32, shape (n,)
        Length of the outline by the root of the area, both in the figure's picture.
    proportions : ndarray of float32, shape (n,)
        Logarithm of width by height, both as standard deviations, in the proportions of the photo.
    dark : ndarray of bool, shape (n,)
        Whether the figure is darker than what is around it.
    """

    codes: Hashes
    boxes: Boxes
    outlines: NDArray[np.float32]
    proportions: NDArray[np.float32]
    dark: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.codes)

    def figures(self) -> NDArray[np.void]:
        """Return them as `PhotoDescription` keeps them."""
        rows = np.zeros(len(self), dtype=FIGURE)
        rows["code"], rows["box"], rows["dark"] = self.codes, self.boxes, self.dark
        rows["outline"], rows["proportion"] = self.outlines, self.proportions
        return rows

    @classmethod
    def of(cls, photo: PhotoDescription) -> Shapes:
        """Return the figures of a photo."""
        rows = photo.figures
        codes, boxes = np.ascontiguousarray(rows["code"]), np.ascontiguousarray(rows["box"])
        return cls(
            codes=codes, boxes=boxes, outlines=rows["outline"], proportions=rows["proportion"], dark=rows["dark"]
        )


class Figure(NamedTuple):
    """One figure, brought to one size, place and slant.

    Attributes
    ----------
    picture : ndarray of uint8, shape (32, 32)
        255 inside, 0 outside.
    proportion : float
        Logarithm of width by height before.
    """

    picture: Grey
    proportion: float


class _Region(NamedTuple):
    """Connected pixels beyond one grey level, on the coarse grid."""

    dark: bool
    level: int
    labels: NDArray[np.generic]
    label: int
    box: tuple[int, int, int, int]
    """Left, top, width, height."""


def describe_shapes(thumb: Grey, proportion: float) -> Shapes:
    """Describe the figures of a photo.

    Parameters
    ----------
    thumb : ndarray of uint8, shape (256, 256)
        The photo.
    proportion : float
        Its width by its height, before it became square.

    Returns
    -------
    Shapes
        At most 40, the largest; without those that touch an edge or whose outline is too simple.

    Notes
    -----
    Figures are the connected components of the level sets of the photo, at 12 levels from both ends, as in maximally
    stable regions [1]_ but without their test of stability, which tells little on cloth.

    References
    ----------
    .. [1] J. Matas et al., "Robust wide baseline stereo from maximally stable extremal regions", BMVC 2002.
    """
    regions = _regions(thumb)
    inks = {True: thumb, False: 255 - thumb}
    seen = [(r, figure(_mask(r, inks[r.dark]), proportion)) for r in regions]
    kept = [(r, f) for r, f in seen if f is not None]
    pictures = [f.picture for _, f in kept]
    length = outlines(pictures)
    chosen = np.flatnonzero(length >= _SLACK * LEAST_OUTLINE)
    boxes = np.array([r.box for r, _ in kept], dtype=np.float32).reshape(-1, 4) / np.float32(_COARSE)
    boxes[:, 2:] += boxes[:, :2]
    return Shapes(
        codes=codes(pictures)[chosen],
        boxes=boxes[chosen],
        outlines=length[chosen],
        proportions=np.array([f.proportion for _, f in kept], dtype=np.float32)[chosen],
        dark=np.array([r.dark for r, _ in kept], dtype=np.bool_)[chosen],
    )


def figure(mask: Mask, proportion: float, turn: float = 0) -> Figure | None:
    """Bring a figure to one size, place and slant.

    Parameters
    ----------
    mask : ndarray of uint8
        The figure.
    proportion : float
        Width by height of one pixel of the mask.
    turn : float
        Degrees by which the figure is turned afterwards, counter-clockwise.

    Returns
    -------
    Figure or None
        None for a figure of a few pixels or without breadth.

    Notes
    -----
    The figure is whitened: moved and squeezed by the inverse root of its covariance, so that what was moved, scaled,
    stretched or slanted looks the same but for a turn [1]_. With the symmetric root, what was turned is turned by as
    much, and a little stretch turns it little.

    References
    ----------
    .. [1] J. Sprinzak and M. Werman, "Affine point matching", Pattern Recognition Letters 15, 1994.
    """
    moments = cv2.moments(mask, binaryImage=True)
    area = moments["m00"]
    if area < _LEAST_PIXELS:
        return None
    across = (moments["mu20"] / area + _PIXEL_VARIANCE) * proportion**2
    down = moments["mu02"] / area + _PIXEL_VARIANCE
    both = moments["mu11"] / area * proportion
    size = (across * down - both * both) ** 0.5
    if not size > _PIXEL_VARIANCE * proportion:
        return None
    cosine, sine = float(np.cos(np.deg2rad(turn))), float(np.sin(np.deg2rad(turn)))
    gain = _REACH / (_SIDE / 2) / (across + down + 2 * size) ** 0.5
    x, y, z = gain * (across + size), gain * both, gain * (down + size)
    movement = (
        (x * cosine + y * sine) / proportion,
        (y * cosine - x * sine) / proportion,
        y * cosine + z * sine,
        z * cosine - y * sine,
    )
    turned = 2 * sine * cosine * both
    wide = across * cosine**2 + down * sine**2 + turned
    high = across * sine**2 + down * cosine**2 - turned
    middle = (moments["m10"] / area, moments["m01"] / area)
    return Figure(_sampled(mask, movement, middle), float(np.log(wide / high) / 2))


def codes(pictures: Sequence[Grey]) -> Hashes:
    """Return the codes of figures' pictures, shape (n, 4): the signs of their 16 x 16 lowest frequencies."""
    if not pictures:
        return np.zeros((0, WORDS), dtype=np.uint64)
    spectra = _COSINES @ np.stack(pictures).astype(np.float32) @ _COSINES.T
    return pack(spectra.reshape(len(pictures), -1) > 0)


def outlines(pictures: Sequence[Grey]) -> NDArray[np.float32]:
    """Return the length of each outline by the root of the area, along the pixels' edges."""
    if not pictures:
        return np.zeros(0, dtype=np.float32)
    inside = np.stack(pictures).astype(np.float32) / 255
    length = np.abs(np.diff(inside, axis=1)).sum(axis=(1, 2)) + np.abs(np.diff(inside, axis=2)).sum(axis=(1, 2))
    by_area: NDArray[np.float32] = length / np.sqrt(np.maximum(inside.sum(axis=(1, 2)), 1))
    return by_area


def _sampled(mask: Mask, movement: tuple[float, ...], middle: tuple[float, float]) -> Grey:
    """Return the picture of a mask after a movement, with averages where it shrinks."""
    a, b, c, d = movement
    centre = (_SIDE - 1) / 2
    matrix = np.array([[a, b, middle[0] - (a + b) * centre], [c, d, middle[1] - (c + d) * centre]], dtype=np.float32)
    grey = mask * np.uint8(255)
    steps = round(max(abs(a), abs(b))), round(max(abs(c), abs(d)))
    if max(steps) > 1:
        window = max(1, steps[0]), max(1, steps[1])
        grey = np.asarray(cv2.blur(grey, window, borderType=cv2.BORDER_CONSTANT), dtype=np.uint8)
    how = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    return np.asarray(cv2.warpAffine(grey, matrix, (_SIDE, _SIDE), flags=how), dtype=np.uint8)


def _regions(thumb: Grey) -> list[_Region]:
    """Return the regions that may be figures, those with the largest boxes."""
    small = np.asarray(cv2.resize(thumb, (_SMALL, _SMALL), interpolation=cv2.INTER_AREA), dtype=np.uint8)
    planes, stats = [], []
    for dark in (True, False):
        grouped = cv2.erode(small if dark else 255 - small, _GAP)[1::2, 1::2]
        for level in _LEVELS:
            beyond = (grouped < level).view(np.uint8)
            _, labels, rows, _ = cv2.connectedComponentsWithStats(beyond, connectivity=8, ltype=cv2.CV_16U)
            planes.append((dark, level, labels))
            stats.append(rows)
    counts = np.array([len(rows) for rows in stats])
    place = np.repeat(np.arange(len(stats)), counts)
    label = np.arange(len(place)) - np.repeat(np.cumsum(counts) - counts, counts)
    table = np.concatenate(stats)
    kept = np.flatnonzero((label > 0) & _may_be_figures(table))
    area = -table[kept, cv2.CC_STAT_WIDTH] * table[kept, cv2.CC_STAT_HEIGHT]
    largest = kept[np.argsort(area, kind="stable")[:MOST_SHAPES]]
    found = []
    for row in largest:
        dark, level, labels = planes[place[row]]
        left, top, width, height = table[row, :4].tolist()
        found.append(_Region(dark, level, labels, int(label[row]), (left, top, width, height)))
    return found


def _may_be_figures(stats: NDArray[np.generic]) -> NDArray[np.bool_]:
    """Tell which components are neither too small, too thin nor too large, nor at an edge."""
    left, top, width, height, area = stats.astype(np.int64).T
    inside = (left > 0) & (top > 0) & (left + width < _COARSE) & (top + height < _COARSE)
    inside &= np.maximum(width, height) >= _LEAST_LENGTH * _COARSE
    inside &= np.minimum(width, height) >= _LEAST_BREADTH * _COARSE
    inside &= (area >= _LEAST_AREA * _COARSE**2) & (width * height < _MOST_BOX * _COARSE**2)
    return np.asarray(inside, dtype=np.bool_)


def _mask(region: _Region, ink: Grey) -> Mask:
    """Return the pixels of a region at the thumbnail's full resolution, without what only joins its parts."""
    left, top, width, height = region.box
    coarse = (region.labels[top : top + height, left : left + width] == region.label).view(np.uint8)
    size = (width * _FACTOR, height * _FACTOR)
    whole = np.asarray(cv2.resize(coarse, size, interpolation=cv2.INTER_NEAREST), dtype=np.uint8)
    fine = ink[top * _FACTOR : (top + height) * _FACTOR, left * _FACTOR : (left + width) * _FACTOR]
    return whole & (fine < region.level).view(np.uint8)
