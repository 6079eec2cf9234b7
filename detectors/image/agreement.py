"""Whether a photo shows what a registered picture shows, block by block, once the one is laid over the other."""

from __future__ import annotations

from math import sqrt
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from detectors.image.decode import Grey
from detectors.image.geometry import Movement

SIDE = 128
"""Rows and columns of a registered picture's thumbnail, whatever the picture's proportions."""
_BLOCK = 16
_BLOCKS = SIDE // _BLOCK
_TEXTURE = 6.0
"""Standard deviation in grey levels from which a block shows something."""
_ALIKE = 0.6
_CONFIDENCE = 1.28
"""Standard deviations of a one-sided bound at 90 %."""
_MIDDLE = slice(_BLOCKS // 4, -(_BLOCKS // 4))
"""Rows and columns of blocks in the middle, where registered pictures show what they are about."""
_FEWEST_IN_THE_MIDDLE = 4
_SAMPLED = cv2.WARP_INVERSE_MAP | cv2.INTER_LINEAR
_CORNER = np.array([0.5, 0.5])
"""The middle of the first pixel."""
_STOP, _BLUR = (cv2.TERM_CRITERIA_EPS | cv2.TERM_CRITERIA_COUNT, 20, 1e-3), 5
"""Rounds of refining and the gain below which it ends; pixels that are averaged for it."""


class Agreement(NamedTuple):
    """Blocks of the picture, of 64.

    Attributes
    ----------
    agreeing : int
        Those that look alike in both.
    visible : int
        Those that lie inside the photo.
    textured : int
        Those that show anything at all; the others are not counted in any of these.
    box : tuple of float
        The part of the picture that the agreeing blocks lie in: left, top, right, bottom in shares; zero if none.
    agreeing_inside, visible_inside : int
        Those of the agreeing and of the visible that are among the 16 in the middle.
    """

    agreeing: int
    visible: int
    textured: int
    box: tuple[float, float, float, float]
    agreeing_inside: int
    visible_inside: int

    @property
    def share(self) -> float:
        """How much of the picture the photo shows, 0 to 1."""
        return self.agreeing / self.textured if self.textured else 0.0

    @property
    def likeness(self) -> float:
        """How much alike the two are at least, 0 to 1: the mean of the squared bounds of all and of the middle blocks.

        Other goods on the same carpet differ in the middle; a copy before another background does not. Where less than
        four blocks of the middle are visible, all blocks speak alone.
        """
        everywhere = least_share(self.agreeing, self.visible) ** 2
        if self.visible_inside < _FEWEST_IN_THE_MIDDLE:
            return everywhere
        return (everywhere + least_share(self.agreeing_inside, self.visible_inside) ** 2) / 2


def least_share(agreeing: int, visible: int) -> float:
    """Return the least share of agreeing blocks that is still likely, at 90 % [1]_.

    References
    ----------
    .. [1] E. B. Wilson, "Probable inference, the law of succession, and statistical inference", JASA 22, 1927.

    Examples
    --------
    >>> round(least_share(16, 16), 2), round(least_share(8, 16), 2), least_share(0, 0)
    (0.91, 0.35, 0.0)
    """
    if not visible:
        return 0.0
    share, n, z = agreeing / visible, visible, _CONFIDENCE
    middle = share + z * z / (2 * n)
    return (middle - z * sqrt(share * (1 - share) / n + z * z / (4 * n * n))) / (1 + z * z / n)


def thumbnail(picture: Grey) -> Grey:
    """Return what is kept of a registered picture: 128 x 128 grey levels, by area averages."""
    return np.asarray(cv2.resize(picture, (SIDE, SIDE), interpolation=cv2.INTER_AREA), dtype=np.uint8)


def agreement(thumb: Grey, size: NDArray[np.int32], photo: Grey, movement: Movement) -> Agreement:
    """Compare a registered picture with the part of a photo that a movement carries it to.

    Parameters
    ----------
    thumb : ndarray of uint8, shape (128, 128)
        The registered picture, from `thumbnail`.
    size : ndarray of int32, shape (2,)
        Its width and height.
    photo : ndarray of uint8, shape (rows, columns)
        The photo in its own proportions, mirrored if the movement is for its mirror image.
    movement : ndarray of float64, shape (2, 3)
        From points of the picture to points of the photo, in shares of the longer sides.

    Returns
    -------
    Agreement
        Blocks are alike if the normalised cross-correlation of their grey levels is above 0.6; or below -0.6, if that
        is true of more blocks: the photo then shows light for dark.
    """
    laid = _laid(size, photo, movement)
    covered = cv2.warpAffine(np.ones_like(photo), laid, (SIDE, SIDE), flags=_SAMPLED)
    ours, theirs = _centred(thumb), _centred(_seen(photo, laid))
    mine = np.sqrt((ours**2).mean(axis=1))
    textured = mine > _TEXTURE
    visible = textured & (_blocks(np.asarray(covered)).min(axis=1) > 0)
    energy = np.maximum(mine * np.sqrt((theirs**2).mean(axis=1)), 1e-6)
    correlation = (ours * theirs).mean(axis=1) / energy
    alike = max((visible & (sign * correlation > _ALIKE) for sign in (1, -1)), key=np.count_nonzero)
    inside = (int(_inside(blocks).sum()) for blocks in (alike, visible))
    return Agreement(int(alike.sum()), int(visible.sum()), int(textured.sum()), _around(alike), *inside)


def refined(thumb: Grey, size: NDArray[np.int32], photo: Grey, movement: Movement) -> Movement:
    """Move a registered picture over a photo until their grey levels agree best.

    Parameters
    ----------
    thumb, size, photo, movement
        As for `agreement`.

    Returns
    -------
    ndarray of float64, shape (2, 3)
        The movement with the greatest correlation near the given one [1]_; the given one if there is none. A photo that
        shows light for dark is compared with the negative.

    References
    ----------
    .. [1] G. Evangelidis and E. Psarakis, "Parametric image alignment using enhanced correlation coefficient
       maximization", IEEE TPAMI 30, 2008.
    """
    laid = _laid(size, photo, movement)
    alike = (_centred(thumb) * _centred(_seen(photo, laid))).sum() >= 0
    pattern = thumb if alike else ~thumb
    try:
        _, nearest = cv2.findTransformECC(
            pattern, photo, laid.astype(np.float32), cv2.MOTION_AFFINE, _STOP, np.ones_like(photo), _BLUR
        )
    except cv2.error:  # the two have nothing in common, or the search left the photo
        return movement
    found = np.asarray(nearest, dtype=np.float64)
    return _movement(size, photo, found) if np.linalg.det(found[:, :2]) > 0 else movement


def _laid(size: NDArray[np.int32], photo: Grey, movement: Movement) -> Movement:
    """Return a movement between pixels, from a thumbnail of a picture to a photo."""
    linear = movement[:, :2] @ np.diag(size / size.max() / SIDE) * max(photo.shape)
    shift = movement[:, 2] * max(photo.shape) + linear @ _CORNER - _CORNER
    return np.concatenate([linear, shift[:, None]], axis=1)


def _movement(size: NDArray[np.int32], photo: Grey, laid: Movement) -> Movement:
    """Undo `_laid`."""
    linear, shift = laid[:, :2], laid[:, 2] - laid[:, :2] @ _CORNER + _CORNER
    linear = linear @ np.diag(size.max() / size * SIDE)
    movement: Movement = np.concatenate([linear, shift[:, None]], axis=1) / max(photo.shape)
    return movement


def _seen(photo: Grey, laid: Movement) -> Grey:
    """Return what a photo shows where a picture is laid over it, in the place of the picture's thumbnail."""
    seen = cv2.warpAffine(photo, laid, (SIDE, SIDE), flags=_SAMPLED, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(seen, dtype=np.uint8)


def _inside(blocks: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return the blocks in the middle."""
    return blocks.reshape(_BLOCKS, _BLOCKS)[_MIDDLE, _MIDDLE]


def _around(blocks: NDArray[np.bool_]) -> tuple[float, float, float, float]:
    """Return the box around the blocks that are marked."""
    rows, columns = np.nonzero(blocks.reshape(_BLOCKS, _BLOCKS))
    if not len(rows):
        return 0.0, 0.0, 0.0, 0.0
    left, right, top, bottom = columns.min(), columns.max() + 1, rows.min(), rows.max() + 1
    return float(left / _BLOCKS), float(top / _BLOCKS), float(right / _BLOCKS), float(bottom / _BLOCKS)


def _blocks(grey: NDArray[np.generic]) -> NDArray[np.generic]:
    """Cut 128 x 128 pixels into 64 rows of 256."""
    return grey.reshape(_BLOCKS, _BLOCK, _BLOCKS, _BLOCK).swapaxes(1, 2).reshape(_BLOCKS * _BLOCKS, -1)


def _centred(grey: Grey) -> NDArray[np.float32]:
    """Return the grey levels of each block less their mean."""
    blocks = _blocks(cv2.blur(grey, (3, 3))).astype(np.float32)
    centred: NDArray[np.float32] = blocks - blocks.mean(axis=1, keepdims=True)
    return centred
