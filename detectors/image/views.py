"""Views: the parts of a picture that are hashed, as boxes in shares of its width and height.

A listing's photo is looked at as a whole, without borders or banners, and in parts, since the copy may be one tile of a
collage or the middle of a screenshot. A registered picture is looked at as a whole and in crops, since the copy may
have been cut.
"""

from __future__ import annotations

from enum import IntEnum

import cv2
import numpy as np
from numpy.typing import NDArray

from detectors.image.hashes import SIDE

Grey = NDArray[np.uint8]
Boxes = NDArray[np.float32]
Pixels = tuple[int, int, int, int]
"""Left, top, right, bottom; right and bottom are excluded."""

_BANNER = 0.17
_FLAT = 20
"""A row or column whose grey levels span no more than this is border, gutter or empty page."""
_BLEND = 2
_TRIMS = 3
_REGIONS = 5
_REGION_DEPTH = 3
_REGION_SHARE = 0.08
_REGION_SIDE = 24
_SAME = 0.004
_THUMB = 2 * SIDE
_BILINEAR = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
_CROP_GRID = ((0.95, 2), (0.90, 3))
"""Side of a crop as a share of the picture's, and its places along each axis: steps of 5 %."""

_FIXED_NAMES = (
    "the whole photo",
    "without the top banner",
    "without the bottom banner",
    "left half",
    "right half",
    "top half",
    "bottom half",
    "top left quarter",
    "top right quarter",
    "bottom left quarter",
    "bottom right quarter",
)
_FIXED: Boxes = np.array(
    [
        (0.0, 0.0, 1.0, 1.0),
        (0.0, _BANNER, 1.0, 1.0),
        (0.0, 0.0, 1.0, 1.0 - _BANNER),
        (0.0, 0.0, 0.5, 1.0),
        (0.5, 0.0, 1.0, 1.0),
        (0.0, 0.0, 1.0, 0.5),
        (0.0, 0.5, 1.0, 1.0),
        (0.0, 0.0, 0.5, 0.5),
        (0.5, 0.0, 1.0, 0.5),
        (0.0, 0.5, 0.5, 1.0),
        (0.5, 0.5, 1.0, 1.0),
    ],
    dtype=np.float32,
)
_TRIMMED = "without borders"
LISTING_VIEWS = (
    _FIXED_NAMES[0],
    _TRIMMED,
    *_FIXED_NAMES[1:],
    *(f"{name}, {_TRIMMED}" for name in _FIXED_NAMES[-4:]),
    *(f"region {i}" for i in range(1, _REGIONS + 1)),
)
"""Names of a listing photo's views in order; a photo with several layers has two more, `LAYER_VIEWS`, for each."""
LAYER_VIEWS = ("another layer", f"another layer, {_TRIMMED}")


REFERENCE_VIEWS = (
    "the whole picture",
    _TRIMMED,
    "the middle square",
    *_FIXED_NAMES[1:3],
    *(f"crop to {side:.0%}" for side, places in _CROP_GRID for _ in range(places * places)),
)
"""Names of a registered picture's views in order."""


class Shown(IntEnum):
    """How much of its picture a view shows."""

    ALL = 0
    ALL_BUT_A_BANNER = 1
    PART = 2


def _shown(everything: int, banners: int, parts: int) -> NDArray[np.int64]:
    return np.repeat([Shown.ALL, Shown.ALL_BUT_A_BANNER, Shown.PART], [everything, banners, parts])


_LISTING_SHOWN = _shown(2, 2, len(LISTING_VIEWS) - 4)
_REFERENCE_SHOWN = _shown(3, 2, len(REFERENCE_VIEWS) - 5)


def view_name(index: int) -> str:
    """Return the name of a listing photo's view by its place in `PhotoDescription.views`."""
    if index < len(LISTING_VIEWS):
        return LISTING_VIEWS[index]
    return LAYER_VIEWS[(index - len(LISTING_VIEWS)) % len(LAYER_VIEWS)]


def shown(index: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return how much of a listing photo its views show, as `Shown`, by their places in `PhotoDescription.views`."""
    layers = index >= len(LISTING_VIEWS)
    return np.where(layers, Shown.ALL, _LISTING_SHOWN[np.minimum(index, len(LISTING_VIEWS) - 1)])


def shown_of_reference(index: NDArray[np.int32]) -> NDArray[np.int64]:
    """Return how much of a registered picture its views show, as `Shown`, by their places in `REFERENCE_VIEWS`."""
    return _REFERENCE_SHOWN[index]


def listing_boxes(grey: Grey) -> Boxes:
    """Return where the views of a listing photo lie, shape (n, 4); a view that the photo does not have is all zero."""
    whole = _pixels(grey, _FIXED[0])
    trims = [_trimmed(grey, whole), *(_trimmed(grey, _pixels(grey, quarter)) for quarter in _FIXED[-4:])]
    regions = _regions(grey, whole)
    regions += [(0, 0, 0, 0)] * (_REGIONS - len(regions))
    measured = _shares(grey, trims + regions)
    return _distinct(np.concatenate([_FIXED[:1], measured[:1], _FIXED[1:], measured[1:]]))


def layer_boxes(grey: Grey) -> Boxes:
    """Return where the views of a further layer lie, shape (2, 4)."""
    whole = _pixels(grey, _FIXED[0])
    return _distinct(_shares(grey, [whole, _trimmed(grey, whole)]))


def reference_boxes(grey: Grey) -> Boxes:
    """Return where the views of a registered picture lie, shape (n, 4); a view that it does not have is all zero."""
    height, width = grey.shape
    side = min(height, width)
    left, top = (width - side) // 2, (height - side) // 2
    measured = _shares(grey, [_trimmed(grey, _pixels(grey, _FIXED[0])), (left, top, left + side, top + side)])
    return _distinct(np.concatenate([_FIXED[:1], measured, _FIXED[1:3], _CROPS]))


def _crops() -> Boxes:
    """Return the crops of each side at evenly spread places, from top left to bottom right."""
    boxes = []
    for side, places in _CROP_GRID:
        starts = np.linspace(0.0, 1.0 - side, places)
        boxes += [(left, top, left + side, top + side) for top in starts for left in starts]
    return np.array(boxes, dtype=np.float32)


_CROPS = _crops()


def _pixels(grey: Grey, box: Boxes) -> Pixels:
    height, width = grey.shape
    left, top, right, bottom = (int(edge) for edge in np.rint(box * (width, height, width, height)))
    return left, top, right, bottom


def _shares(grey: Grey, regions: list[Pixels]) -> Boxes:
    height, width = grey.shape
    return np.divide(regions, (width, height, width, height)).astype(np.float32)


def _distinct(boxes: Boxes) -> Boxes:
    """Zero the boxes that repeat an earlier one, but for a hair."""
    near = np.abs(boxes[:, None] - boxes[None]).max(axis=2) < _SAME
    return np.where(np.tril(near, -1).any(axis=1)[:, None], np.float32(0), boxes)


def _busy(grey: Grey, region: Pixels, axis: int) -> NDArray[np.bool_]:
    """Tell which columns (axis 0) or rows (axis 1) of a region show anything; their ends may blend into others."""
    left, top, right, bottom = region
    part = grey[top:bottom, left:right]
    if part.shape[axis] > 2 * _BLEND:
        part = part[_BLEND:-_BLEND] if axis == 0 else part[:, _BLEND:-_BLEND]
    busy: NDArray[np.bool_] = part.max(axis=axis) - part.min(axis=axis) > _FLAT
    return busy


def _trimmed(grey: Grey, region: Pixels) -> Pixels:
    """Take flat rows and columns off the sides of a region, frame within frame; a region flat all over stays."""
    for _ in range(_TRIMS):
        before = region
        for axis in (1, 0):
            busy = _busy(grey, region, axis)
            if not busy.any():
                return region
            first, last = int(busy.argmax()), len(busy) - int(busy[::-1].argmax())
            region = _span(region, axis, first, last)
        if region == before:
            break
    return region


def _span(region: Pixels, axis: int, first: int, last: int) -> Pixels:
    """Return the part of a region between two of its columns (axis 0) or rows (axis 1)."""
    left, top, right, bottom = region
    if axis == 0:
        return left + first, top, left + last, bottom
    return left, top + first, right, top + last


def _regions(grey: Grey, region: Pixels) -> list[Pixels]:
    """Return the largest blocks that flat rows and columns set apart: tiles of a collage, the photo in a screenshot.

    Notes
    -----
    The recursive X-Y cut of page analysis [1]_.

    References
    ----------
    .. [1] G. Nagy and S. Seth, "Hierarchical representation of optically scanned documents", ICPR 1984.
    """
    blocks = set(_blocks(grey, region, _REGION_DEPTH))
    return sorted(blocks, key=lambda b: (-(b[2] - b[0]) * (b[3] - b[1]), b))[:_REGIONS]


def _blocks(grey: Grey, region: Pixels, depth: int) -> list[Pixels]:
    left, top, right, bottom = region = _trimmed(grey, region)
    width, height = right - left, bottom - top
    if min(width, height) < _REGION_SIDE or width * height < _REGION_SHARE * grey.size:
        return []
    parts = _cut(grey, region) if depth else []
    return [region, *(block for part in parts for block in _blocks(grey, part, depth - 1))]


def _cut(grey: Grey, region: Pixels) -> list[Pixels]:
    """Cut a region at its flat rows, or where it has none at its flat columns."""
    for axis in (1, 0):
        edges = np.flatnonzero(np.diff(_busy(grey, region, axis).astype(np.int8), prepend=0, append=0))
        if len(edges) > len(("start", "end")):
            return [_span(region, axis, int(first), int(last)) for first, last in edges.reshape(-1, 2)]
    return []


def sampled(grey: Grey, boxes: Boxes) -> NDArray[np.float32]:
    """Resample views of a picture to squares.

    Parameters
    ----------
    grey : ndarray of uint8, shape (rows, columns)
        The picture.
    boxes : ndarray of float32, shape (n, 4)
        Left, top, right, bottom of each view in shares of the picture.

    Returns
    -------
    ndarray of float32, shape (n, 64, 64)
        Grey levels: area averages down to twice the side, then bilinear at the exact place of the box.
    """
    shrinks = min(grey.shape) >= _THUMB
    thumb = cv2.resize(grey, (_THUMB, _THUMB), interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR)
    views = np.empty((len(boxes), SIDE, SIDE), dtype=np.float32)
    for view, (left, top, right, bottom) in zip(views, boxes * _THUMB, strict=True):
        across, down = (right - left) / SIDE, (bottom - top) / SIDE
        place = np.array([[across, 0, left + (across - 1) / 2], [0, down, top + (down - 1) / 2]], dtype=np.float64)
        view[...] = cv2.warpAffine(thumb, place, (SIDE, SIDE), flags=_BILINEAR, borderMode=cv2.BORDER_REPLICATE)
    return views
