"""Perceptual hashes: signs of DCT coefficients, whose mirrors and quarter turns are exact.

A hash is 256 bits in four 64-bit words. Mirroring a picture changes the sign of every other DCT coefficient and turning
it transposes them, so the hash of a mirrored or turned picture follows from the hash alone.
"""

from __future__ import annotations

from typing import NamedTuple

import cv2
import imagehash
import numpy as np
from numpy.typing import NDArray
from PIL import Image

Hashes = NDArray[np.uint64]

BITS = 256
WORDS = 4
SIDE = 64
"""Rows and columns of a sampled view."""
_FREQUENCIES = 16
_NOISE = 2.0
"""Coefficients below this (in grey levels, orthonormal DCT) may change sign by rounding and JPEG compression alone."""


def _cosines() -> NDArray[np.float32]:
    """Return rows 1 to 16 of the orthonormal 64-point DCT-II matrix."""
    k = np.arange(1, _FREQUENCIES + 1)[:, None]
    j = np.arange(SIDE)[None, :]
    rows: NDArray[np.float64] = np.sqrt(2 / SIDE) * np.cos(np.pi * k * (2 * j + 1) / (2 * SIDE))
    return rows.astype(np.float32)


_DCT = _cosines()


def coefficients(views: NDArray[np.float32]) -> NDArray[np.float32]:
    """Transform sampled views: the 16 x 16 lowest DCT frequencies without the constant ones, as PDQ takes them.

    Parameters
    ----------
    views : ndarray of float32, shape (n, 64, 64)
        Luminance, 0 to 255.

    Returns
    -------
    ndarray of float32, shape (n, 16, 16)
        Coefficients; the first axis is the vertical frequency.
    """
    return np.asarray(_DCT @ (views @ _DCT.T), dtype=np.float32)


def dct_hash(spectra: NDArray[np.float32]) -> Hashes:
    """Hash views by the signs of their DCT coefficients.

    Parameters
    ----------
    spectra : ndarray of float32, shape (n, 16, 16)
        From `coefficients`.

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


def detail(spectra: NDArray[np.float32]) -> NDArray[np.int64]:
    """Count the coefficients of each view that stand clear of noise; a flat view has none.

    Parameters
    ----------
    spectra : ndarray of float32, shape (n, 16, 16)
        From `coefficients`.

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
    """How a photo differs from the registered picture by mirroring and quarter turns, and how to undo it."""

    name: str
    transposed: bool
    rows_reversed: bool
    columns_reversed: bool


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


def oriented(hashes: Hashes, orientation: Orientation) -> Hashes:
    """Return the hashes of the same views with an orientation undone.

    Parameters
    ----------
    hashes : ndarray of uint64, shape (n, 4)
        Hashes of views as they are.
    orientation : Orientation
        What happened to the picture: first transposition, then the reversal of rows and columns is undone.

    Returns
    -------
    ndarray of uint64, shape (n, 4)
        Hashes that the views would have without it.
    """
    if orientation.transposed:
        bits = unpack(hashes).reshape(-1, _FREQUENCIES, _FREQUENCIES)
        hashes = pack(bits.transpose(0, 2, 1).reshape(-1, BITS))
    return hashes ^ _SIGNS[orientation.rows_reversed, orientation.columns_reversed]


def _signs(rows: bool, columns: bool) -> Hashes:  # noqa: FBT001
    """Return the bits that change when the order of rows or columns is reversed: those of odd frequencies."""
    odd = np.arange(1, _FREQUENCIES + 1) % 2 == 1
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


def phash(grey: NDArray[np.uint8]) -> int:
    """Return the 64-bit DCT hash of a picture (`imagehash.phash` of its 64-pixel thumbnail) as an integer."""
    thumb = cv2.resize(grey, (SIDE, SIDE), interpolation=cv2.INTER_AREA)
    return int(str(imagehash.phash(Image.fromarray(thumb))), 16)
