"""Views: the parts of a picture that are hashed, as boxes in shares of its width and height.

A listing's photo is looked at as a whole, without borders or banners, and in parts, since the copy may be one tile of a
collage or the middle of a screenshot. A registered picture is looked at as a whole and in crops, since the copy may
have been cut.
"""

from __future__ import annotations

from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from detectors.image.decode import THUMB, Grey
from detectors.image.layout import Layout, Region
from detectors.image.spectra import Boxes, Windows

_BANNER = 0.17
_BLOCKS = 6
_MID = THUMB // 2
_NOTHING: Region = (0, 0, 0, 0)
_QUARTERS: tuple[Region, ...] = (
    (0, 0, _MID, _MID),
    (_MID, 0, THUMB, _MID),
    (0, _MID, _MID, THUMB),
    (_MID, _MID, THUMB, THUMB),
)

_TRIMMED = "without borders"
_BANNERLESS_NAMES = ("without the top banner", "without the bottom banner")
_QUARTER_NAMES = ("top left quarter", "top right quarter", "bottom left quarter", "bottom right quarter")
LISTING_VIEWS = (
    "the whole photo",
    *_BANNERLESS_NAMES,
    "left half",
    "right half",
    *_QUARTER_NAMES,
    _TRIMMED,
    *(f"{name}, {_TRIMMED}" for name in _QUARTER_NAMES),
    *(f"region {i}" for i in range(1, _BLOCKS + 1)),
)
"""Names of a listing photo's views in order; a photo with several layers has two more, `LAYER_VIEWS`, for each."""
FRAMED_VIEWS = tuple(i for i, name in enumerate(LISTING_VIEWS) if name.endswith(_TRIMMED) or name.startswith("region"))
"""Places of the views that something in the photo frames: what a copy may lie in, where the whole photo is none."""
LAYER_VIEWS = ("another layer", f"another layer, {_TRIMMED}")
_CROP_SIDE, _CROP_STARTS = 0.92, (0.015, 0.065)
_CROPS = tuple((left, top, left + _CROP_SIDE, top + _CROP_SIDE) for top in _CROP_STARTS for left in _CROP_STARTS)
"""A picture cut by up to 5 % of a side at each end differs from the nearest by no more than 3.5 %."""
_CROP_NAMES = (f"crop to {_CROP_SIDE:.0%}",) * len(_CROPS)
REFERENCE_VIEWS = ("the whole picture", *_BANNERLESS_NAMES, *_CROP_NAMES, _TRIMMED, "the middle square")
"""Names of a registered picture's views in order."""


class Shown(IntEnum):
    """How much of its picture a view shows."""

    ALL = 0
    ALL_BUT_BORDERS = 1
    ALL_BUT_THE_TOP = 2
    ALL_BUT_THE_BOTTOM = 3
    PART = 4


_EXTENTS = {
    LISTING_VIEWS[0]: Shown.ALL,
    _TRIMMED: Shown.ALL_BUT_BORDERS,
    _BANNERLESS_NAMES[0]: Shown.ALL_BUT_THE_TOP,
    _BANNERLESS_NAMES[1]: Shown.ALL_BUT_THE_BOTTOM,
}
_LISTING_SHOWN = np.array(
    [*(_EXTENTS.get(name, Shown.PART) for name in LISTING_VIEWS), Shown.ALL, Shown.ALL_BUT_BORDERS], dtype=np.int64
)
"""The last two are those of every further layer."""
_REFERENCE_SHOWN = np.array(
    [
        Shown.ALL,
        *(_EXTENTS[name] for name in _BANNERLESS_NAMES),
        *[Shown.PART] * len(_CROP_NAMES),
        Shown.ALL,
        Shown.ALL,
    ],
    dtype=np.int64,
)
"""For all of a registered picture, its borders do not count."""


def view_name(index: int) -> str:
    """Return the name of a listing photo's view by its place in `PhotoDescription.views`."""
    if index < len(LISTING_VIEWS):
        return LISTING_VIEWS[index]
    return LAYER_VIEWS[(index - len(LISTING_VIEWS)) % len(LAYER_VIEWS)]


def shown(index: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return how much of a listing photo its views show, as `Shown`, by their places in `PhotoDescription.views`."""
    further = index - len(LISTING_VIEWS)
    extents: NDArray[np.int64] = _LISTING_SHOWN[
        np.where(further < 0, index, len(LISTING_VIEWS) + further % len(LAYER_VIEWS))
    ]
    return extents


def shown_of_reference(index: NDArray[np.int32]) -> NDArray[np.int64]:
    """Return how much of a registered picture its views show, as `Shown`, by their places in `REFERENCE_VIEWS`."""
    return _REFERENCE_SHOWN[index]


def _windows(*boxes: tuple[float, ...]) -> Windows:
    return Windows(np.array(boxes, dtype=np.float32))


_WHOLE = (0.0, 0.0, 1.0, 1.0)
_BANNERLESS = ((0.0, _BANNER, 1.0, 1.0), (0.0, 0.0, 1.0, 1.0 - _BANNER))
_HALVES = ((0.0, 0.0, 0.5, 1.0), (0.5, 0.0, 1.0, 1.0))
LISTING = _windows(_WHOLE, *_BANNERLESS, *_HALVES, *(tuple(edge / THUMB for edge in quarter) for quarter in _QUARTERS))
"""The first of `LISTING_VIEWS`, which every photo has; `listing_boxes` finds the others."""
LAYER = _windows(_WHOLE)
"""The first of `LAYER_VIEWS`; `layer_boxes` finds the other."""
REFERENCE = _windows(_WHOLE, *_BANNERLESS, *_CROPS)
"""The first of `REFERENCE_VIEWS`; `reference_boxes` finds the others."""


def listing_boxes(thumb: Grey) -> Boxes:
    """Return where the further views of a listing photo lie, shape (n, 4).

    A view that the photo does not have, or that would repeat an earlier one, is all zero.
    """
    layout = Layout(thumb)
    trimmed = layout.trimmed(layout.all)
    tiles = _tiles(layout)
    seen = {layout.all, *_QUARTERS, trimmed, *tiles}
    blocks = [block for block in layout.blocks(trimmed) if block not in seen][:_BLOCKS]
    first = trimmed if trimmed != layout.all else _NOTHING
    return _shares([first, *tiles, *blocks, *[_NOTHING] * (_BLOCKS - len(blocks))])


def layer_boxes(thumb: Grey) -> Boxes:
    """Return where the further view of a further layer lies, shape (1, 4); all zero if the layer does not have it."""
    layout = Layout(thumb)
    trimmed = layout.trimmed(layout.all)
    return _shares([trimmed if trimmed != layout.all else _NOTHING])


def reference_boxes(thumb: Grey, shape: float) -> Boxes:
    """Return where the further views of a registered picture lie, shape (2, 4); all zero for those it does not have.

    Parameters
    ----------
    thumb : ndarray of uint8, shape (256, 256)
        The picture.
    shape : float
        Its width by its height.
    """
    across, down = min(1, 1 / shape) / 2, min(1, shape) / 2
    middle = (0.5 - across, 0.5 - down, 0.5 + across, 0.5 + down) if shape != 1 else _NOTHING
    return np.concatenate([layer_boxes(thumb), np.array([middle], dtype=np.float32)])


def _tiles(layout: Layout) -> list[Region]:
    """Return what is left of the quarters that are padded on opposite sides, as the tiles of a collage are."""
    rows = [layout.busy((left, 0, left + _MID, THUMB), 1) for left in (0, _MID)]
    columns = [layout.busy((0, top, THUMB, top + _MID), 0) for top in (0, _MID)]
    tiles = []
    for quarter in _QUARTERS:
        left, top, right, bottom = quarter
        down, across = rows[left // _MID][top:bottom], columns[top // _MID][left:right]
        padded = down[0] == down[-1] == 0 or across[0] == across[-1] == 0
        tile = layout.trimmed(quarter) if padded else quarter
        tiles.append(tile if tile != quarter else _NOTHING)
    return tiles


def _shares(regions: list[Region]) -> Boxes:
    return np.array(regions, dtype=np.float32) / np.float32(THUMB)
