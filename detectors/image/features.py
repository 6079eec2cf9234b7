"""Local features of a picture: where it has corners and blobs, and what each looks like, in 128 bits."""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from detectors.image.decode import Grey

Codes = NDArray[np.uint64]
Places = NDArray[np.uint16]

BITS = 128
HALF_BITS = 64
UNIT = 65536
"""Places are whole numbers of this part of a width, a height, a longer side or a full turn."""
MOST = 320
"""So many are kept of a registered picture; of a photo, so many of the strongest and half as many more."""
_CANDIDATES = 2 * MOST
_FIELDS = 6
"""Rows and columns of the fields over which features are spread."""
_CONTRAST = 0.02
_CELLS, _TURNS = 4, 8
_SIZE = _CELLS * _CELLS * _TURNS


class Features(NamedTuple):
    """The local features of one picture, the strongest first.

    Attributes
    ----------
    codes : ndarray of uint64, shape (n, 2)
        What each looks like: 64 bits that a mirror leaves alone, then 64 that it flips.
    places : ndarray of uint16, shape (n, 4)
        Where each lies: x and y as shares of width and height, the diameter as a share of the longer side, and the
        direction as a share of a full turn, all times 65536.
    """

    codes: Codes
    places: Places


NONE = Features(np.zeros((0, 2), dtype=np.uint64), np.zeros((0, 4), dtype=np.uint16))


def features(picture: Grey, *, strongest: int = 0) -> Features:
    """Find the local features of a picture [1]_ and write each as a code.

    Parameters
    ----------
    picture : ndarray of uint8, shape (height, width)
        Of at most a few hundred pixels a side.
    strongest : int
        So many are taken wherever they lie, and half as many spread ones: for photos, where a print on goods is a
        small place with all that matters.

    Returns
    -------
    Features
        At most 320 spread ones, or one and a half times `strongest`; none where the picture is flat.

    Notes
    -----
    Letters across a photo, or one tile of a collage, would take all of the strongest. So they are spread over 6 x 6
    fields: the strongest of each first, then the next of each [2]_.

    References
    ----------
    .. [1] D. Lowe, "Distinctive image features from scale-invariant keypoints", IJCV 60, 2004.
    .. [2] M. Brown, R. Szeliski, S. Winder, "Multi-image matching using multi-scale oriented patches", CVPR 2005
       (after the idea; theirs keeps a distance instead of fields).
    """
    descriptors, places = _described(picture, strongest)
    return Features(encode(descriptors), places)


def features_and_negative(picture: Grey) -> tuple[Features, Features]:
    """Find the local features of a picture and, without looking again, those of its negative.

    Parameters
    ----------
    picture : ndarray of uint8, shape (height, width)
        As for `features`.

    Returns
    -------
    tuple of Features
        Of the picture, and of `~picture`: light for dark turns every gradient round, so that a feature has the opposite
        direction, and the cells of its descriptor stand in reverse.
    """
    descriptors, places = _described(picture, 0)
    turned = places.copy()
    turned[:, 3] += UNIT // 2
    return Features(encode(descriptors), places), Features(encode(descriptors[:, _NEGATIVE]), turned)


def _described(picture: Grey, strongest: int) -> tuple[NDArray[np.float32], Places]:
    """Return the descriptors and places of the features of a picture."""
    points, descriptors = _sift().detectAndCompute(picture, None)
    if not points:
        return np.zeros((0, _SIZE), dtype=np.float32), NONE.places
    height, width = picture.shape
    seen = np.array([(*point.pt, point.size, point.angle, point.response) for point in points], dtype=np.float64)
    seen[:, :4] /= (width, height, max(width, height), 360)
    order = np.lexsort((*seen[:, :4].T, -seen[:, 4]))
    rest = order[strongest:]
    spread = rest[_spread(seen[rest, :2], strongest // 2 or MOST)]
    order = np.concatenate([order[:strongest], spread])
    shares = seen[order, :4]
    shares[:, 3] %= 1
    places = np.clip(np.rint(shares * UNIT), 0, UNIT - 1).astype(np.uint16)
    return np.asarray(descriptors, dtype=np.float32)[order], places


def _spread(places: NDArray[np.float64], most: int) -> NDArray[np.int64]:
    """Choose from features at some places, the strongest first, those that lie spread; in the order given."""
    columns, rows = np.clip((places * _FIELDS).astype(np.int64), 0, _FIELDS - 1).T
    fields = rows * _FIELDS + columns
    by_field = np.argsort(fields, kind="stable")
    sizes = np.bincount(fields, minlength=_FIELDS**2)
    ranks = np.empty(len(fields), dtype=np.int64)
    ranks[by_field] = np.arange(len(fields)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    chosen: NDArray[np.int64] = np.sort(np.argsort(ranks, kind="stable")[:most])
    return chosen


def encode(descriptors: NDArray[np.float32]) -> Codes:
    """Write SIFT descriptors as codes, whose Hamming distance stands for the distance of the descriptors.

    Parameters
    ----------
    descriptors : ndarray of float32, shape (n, 128)
        As OpenCV gives them: 4 x 4 cells of 8 directions.

    Returns
    -------
    ndarray of uint64, shape (n, 2)
        Mirroring the picture keeps the first word of a code and flips every bit of the second.

    Notes
    -----
    The square root of the normalised descriptor [1]_ is split into its sum with and its difference to its mirror image,
    which is a permutation: the rows of cells in reverse, and every direction negated. Each half is turned at random by
    a Hadamard matrix with shuffled signs, and the signs are taken [2]_; those of the sum, about its usual value.

    References
    ----------
    .. [1] R. Arandjelovic and A. Zisserman, "Three things everyone should know to improve object retrieval", CVPR 2012.
    .. [2] M. Charikar, "Similarity estimation techniques from rounding algorithms", STOC 2002.
    """
    roots = np.sqrt(descriptors / np.maximum(descriptors.sum(axis=1, keepdims=True), 1))
    left, right = roots[:, _LEFT], roots[:, _RIGHT]
    even = (left + right - _USUAL) @ _TURN > 0
    odd = (left - right) @ _TURN > 0
    words = np.packbits(np.concatenate([even, odd], axis=1), axis=1).view(">u8")
    return words.astype(np.uint64)


def mirrored(codes: Codes) -> Codes:
    """Return the codes that the same features have in the mirrored picture."""
    return codes ^ np.array([0, 2**64 - 1], dtype=np.uint64)


@cache
def _sift() -> cv2.SIFT:
    return cv2.SIFT.create(nfeatures=_CANDIDATES, contrastThreshold=_CONTRAST)


def _mirror_pairs() -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the numbers of a descriptor that a mirror exchanges: the first ones, and for each its partner."""
    places = np.arange(_SIZE).reshape(_CELLS, _CELLS, _TURNS)
    partner = places[::-1, :, -np.arange(_TURNS) % _TURNS].ravel()
    first = np.flatnonzero(np.arange(_SIZE) < partner)
    return first, partner[first]


def _random_turn() -> NDArray[np.float32]:
    """Return a Hadamard matrix whose rows are signed by an arbitrary fixed pattern of bits."""
    matrix = np.ones((1, 1), dtype=np.float32)
    while len(matrix) < HALF_BITS:
        matrix = np.block([[matrix, matrix], [matrix, -matrix]])
    signs = [1 if _SIGNS >> bit & 1 else -1 for bit in range(HALF_BITS)]
    return matrix * np.array(signs, dtype=np.float32)[:, None]


def _usual_sums() -> NDArray[np.float32]:
    """Return the usual sum of a number and its mirror partner, in the order of `_mirror_pairs`."""
    near = np.array(_USUAL_SUMS, dtype=np.float32).reshape(_CELLS // 2, _CELLS // 2, _TURNS)
    far = near[:, ::-1, -np.arange(_TURNS) % _TURNS]
    return np.concatenate([near, far], axis=1).ravel()


_USUAL_SUMS = (
    0.15,
    0.12,
    0.10,
    0.10,
    0.12,
    0.09,
    0.07,
    0.09,
    0.27,
    0.16,
    0.10,
    0.10,
    0.12,
    0.09,
    0.08,
    0.15,
    0.18,
    0.12,
    0.10,
    0.12,
    0.15,
    0.11,
    0.08,
    0.11,
    0.34,
    0.18,
    0.11,
    0.12,
    0.15,
    0.11,
    0.10,
    0.18,
)
"""Means over 70,000 features of photos, in two rows of two cells of 8 directions; the other two cells mirror them."""
_SIGNS = 0x243F6A8885A308D3
"""The first binary digits of pi: as good as random, and nobody's choice."""
_LEFT, _RIGHT = _mirror_pairs()
_NEGATIVE = np.arange(_SIZE).reshape(_CELLS, _CELLS, _TURNS)[::-1, ::-1].ravel()
_TURN = _random_turn()
_USUAL = _usual_sums()
