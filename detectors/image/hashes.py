"""Perceptual hashes: signs of DCT coefficients, whose mirrors, quarter turns and negatives are exact.

A hash is 256 bits in four 64-bit words. Mirroring a picture changes the sign of every other DCT coefficient and turning
it transposes them, so the hash of a mirrored or turned picture follows from the hash alone; that of a negative
is its complement.
"""

from __future__ import annotations

from typing import NamedTuple

import cv2
import imagehash
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from detectors.image.decode import Grey
from detectors.image.spectra import FREQUENCIES, Spectra

Hashes = NDArray[np.uint64]

BITS = 256
WORDS = 4
_NOISE = 2.0
"""Coefficients below this (in grey levels, orthonormal DCT) may change sign by rounding and JPEG compression alone."""


def dct_hash(spectra: Spectra) -> Hashes:
    """Hash views by the signs of their DCT coefficients.

    Parameters
    ----------
    spectra : ndarray of float32, shape (n, 16, 16)
        From `Windows.spectra`.

    Returns
    -------
    ndarray of uint64, shape (n, 4)
        Bit 255 (the top of word 0) is the lowest frequency; set where the coefficient is positive.

    Notes
    -----
    PDQ [1]_ compares with the median instead of zero. The median of 256 coefficients without the constant ones lies
    near zero, so that few bits differ; a threshold of zero makes `oriented` exact.

    References
    ----------
    .. [1] Facebook, "The TMK+PDQF video-hashing algorithm and the PDQ image-hashing algorithm", 2019.
    """
    return pack(spectra.reshape(-1, BITS) > 0)


def detail(spectra: Spectra) -> NDArray[np.int64]:
    """Count the coefficients of each view that stand clear of noise; a flat view has none.

    Parameters
    ----------
    spectra : ndarray of float32, shape (n, 16, 16)
        From `Windows.spectra`.

    Returns
    -------
    ndarray of int, shape (n,)
        0 to 256.
    """
    clear: NDArray[np.int64] = (np.abs(spectra) > _NOISE).sum(axis=(1, 2), dtype=np.int64)
    return clear


def pack(bits: NDArray[np.bool_]) -> Hashes:
    """Pack rows of 256 bits into four words each, the first bit topmost."""
    words = np.packbits(bits, axis=1).view(">u8").astype(np.uint64)
    return np.ascontiguousarray(words.reshape(-1, WORDS))


def unpack(hashes: Hashes) -> NDArray[np.bool_]:
    """Undo `pack`."""
    octets = np.ascontiguousarray(hashes.astype(">u8")).view(np.uint8).reshape(-1, BITS // 8)
    return np.unpackbits(octets, axis=1).astype(np.bool_)


class Orientation(NamedTuple):
    """How a photo differs from the registered picture (mirrored, turned, light for dark), and how to undo it."""

    name: str
    transposed: bool
    rows_reversed: bool
    columns_reversed: bool
    negative: bool = False


ORIENTATIONS = (
    Orientation("upright", transposed=False, rows_reversed=False, columns_reversed=False),
    Orientation("mirrored", transposed=False, rows_reversed=False, columns_reversed=True),
    Orientation("rotated 180", transposed=False, rows_reversed=True, columns_reversed=True),
    Orientation("rotated 180 and mirrored", transposed=False, rows_reversed=True, columns_reversed=False),
    Orientation("rotated 90", transposed=True, rows_reversed=True, columns_reversed=False),
    Orientation("rotated 270", transposed=True, rows_reversed=False, columns_reversed=True),
    Orientation("rotated 90 and mirrored", transposed=True, rows_reversed=True, columns_reversed=True),
    Orientation("rotated 270 and mirrored", transposed=True, rows_reversed=False, columns_reversed=False),
)
"""The eight symmetries of a square, the likely ones first; turns are clockwise."""
NEGATIVES = tuple(
    Orientation(name, transposed=False, rows_reversed=False, columns_reversed=mirrored, negative=True)
    for name, mirrored in (("in negative", False), ("in negative and mirrored", True))
)
CHANGES = (*ORIENTATIONS, *NEGATIVES)
"""Everything that is undone on hashes."""


def oriented(hashes: Hashes, orientation: Orientation) -> Hashes:
    """Return the hashes of the same views with an orientation undone.

    Parameters
    ----------
    hashes : ndarray of uint64, shape (n, 4)
        Hashes of views as they are.
    orientation : Orientation
        What happened to the picture: first transposition, then the reversal of rows and columns, then light for dark
        is undone.

    Returns
    -------
    ndarray of uint64, shape (n, 4)
        Hashes that the views would have without it.
    """
    if orientation.transposed:
        bits = unpack(hashes).reshape(-1, FREQUENCIES, FREQUENCIES)
        hashes = pack(bits.transpose(0, 2, 1).reshape(-1, BITS))
    undone = hashes ^ _SIGNS[orientation.rows_reversed, orientation.columns_reversed]
    return ~undone if orientation.negative else undone


def _signs(rows: bool, columns: bool) -> Hashes:  # noqa: FBT001
    """Return the bits that change when the order of rows or columns is reversed: those of odd frequencies."""
    odd = np.arange(1, FREQUENCIES + 1) % 2 == 1
    return pack((odd[:, None] & rows ^ odd[None, :] & columns).reshape(1, BITS))


_SIGNS = {(rows, columns): _signs(rows, columns) for rows in (False, True) for columns in (False, True)}


def distances(left: Hashes, right: Hashes) -> NDArray[np.uint16]:
    """Count the bits in which paired hashes differ [1]_.

    Parameters
    ----------
    left, right : ndarray of uint64, shape (..., 4)
        Hashes, broadcast against each other.

    Returns
    -------
    ndarray of uint16, shape (...)
        0 to 256.

    References
    ----------
    .. [1] R. W. Hamming, "Error detecting and error correcting codes", Bell Syst. Tech. J. 29, 1950.
    """
    bits: NDArray[np.uint16] = np.bitwise_count(left ^ right).sum(axis=-1, dtype=np.uint16)
    return bits


_SHORT_SIDE, _SHORT_FREQUENCIES = 32, 8
_SHORT = np.cos(np.pi / (2 * _SHORT_SIDE) * np.outer(np.arange(_SHORT_FREQUENCIES), 2 * np.arange(_SHORT_SIDE) + 1))


def library_phash(thumb: Grey) -> int:
    """Return `imagehash.phash` of a thumbnail at 32 x 32 pixels, as an integer: what registered pictures get."""
    return int(str(imagehash.phash(Image.fromarray(_small(thumb)))), 16)


def phash(thumb: Grey) -> int:
    """Return the same hash as `library_phash`, several times as fast: what listing photos get.

    The 32 largest of the 64 coefficients are those above the median.
    """
    small = _small(thumb)
    lowest = (_SHORT @ small @ _SHORT.T).ravel()
    middle = len(lowest) // 2 - 1
    bits = lowest > np.partition(lowest, middle)[middle]
    return int.from_bytes(np.packbits(bits).tobytes(), "big")


def _small(thumb: Grey) -> Grey:
    small: Grey = cv2.resize(thumb, (_SHORT_SIDE, _SHORT_SIDE), interpolation=cv2.INTER_AREA).astype(
        np.uint8, copy=False
    )
    return small
