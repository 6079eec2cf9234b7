"""Search for alike features: which features of a photo meet which of the registered pictures."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from detectors.image.features import BITS, Codes

MOST_BITS = 20
"""Codes that differ in more bits are not alike; nine true pairs of ten differ in no more than 17 of 128."""
_BAND_BITS = 16
_BANDS = BITS // _BAND_BITS
_AT_ONCE = 300
"""So many queries are looked up together: what they bring stays in the cache."""


class Meetings(NamedTuple):
    """Pairs of features that are alike, sorted by query, then by stored feature.

    Attributes
    ----------
    query, stored : ndarray of int64, shape (k,)
        Rows in the queries and in the stored codes.
    """

    query: NDArray[np.int64]
    stored: NDArray[np.int64]


class FeatureIndex:
    """Codes of features, searched for those that are alike.

    Parameters
    ----------
    codes : ndarray of uint64, shape (n, 2)
        The codes to find.

    Notes
    -----
    Two codes meet if one of their eight bands of 16 bits is equal and at most 20 bits differ in all [1]_. Whether two
    meet depends on the two alone, so that a search through tables finds exactly what comparing all with all does
    (`meet`). Of true pairs nine of ten meet.

    References
    ----------
    .. [1] P. Indyk and R. Motwani, "Approximate nearest neighbors: towards removing the curse of dimensionality",
       STOC 1998.
    """

    def __init__(self, codes: Codes) -> None:
        values = _bands(codes).T
        self._stored = len(codes)
        self._items = _items(codes)
        self._rows = [np.argsort(column, kind="stable").astype(np.int32) for column in values]
        sizes = [np.bincount(column, minlength=2**_BAND_BITS) for column in values]
        self._starts = [np.cumsum(size, dtype=np.int32) - size.astype(np.int32) for size in sizes]
        self._sizes = [size.astype(np.int32) for size in sizes]

    def meet(self, queries: Codes) -> Meetings:
        """Find every stored code that meets one of the queries.

        Parameters
        ----------
        queries : ndarray of uint64, shape (m, 2)
            Codes to look for.

        Returns
        -------
        Meetings
            All of them.
        """
        found = [np.zeros(0, dtype=np.int64)]
        for start in range(0, len(queries), _AT_ONCE):
            part = queries[start : start + _AT_ONCE]
            pairs = np.concatenate([self._probe(part, band) for band in range(_BANDS)])
            found.append(np.unique(pairs) + start * self._stored)
        return Meetings(*np.divmod(np.concatenate(found), max(1, self._stored)))

    def _probe(self, queries: Codes, band: int) -> NDArray[np.int64]:
        """Return the pairs that are alike and equal in one band, as query times the number stored plus row."""
        values = _bands(queries)[:, band]
        sizes = self._sizes[band].take(values)
        ends = np.cumsum(sizes)
        place = np.repeat(self._starts[band].take(values) + sizes - ends, sizes)
        place += np.arange(len(place))
        row = self._rows[band].take(place)
        bits = _differing(np.repeat(_items(queries), sizes), self._items.take(row))
        near = np.flatnonzero(bits <= MOST_BITS)
        return np.searchsorted(ends, near, side="right") * self._stored + row[near]


def meet(queries: Codes, stored: Codes) -> Meetings:
    """Find what `FeatureIndex.meet` finds, by comparing all with all: the definition."""
    equal = (_bands(queries)[:, None] == _bands(stored)[None]).any(axis=2)
    near = differing(queries[:, None], stored[None]) <= MOST_BITS
    return Meetings(*np.nonzero(equal & near))


def differing(left: Codes, right: Codes) -> NDArray[np.uint8]:
    """Count the bits in which codes differ, 0 to 128; shapes (..., 2) are broadcast."""
    bits: NDArray[np.uint8] = np.bitwise_count(left ^ right).sum(axis=-1, dtype=np.uint8)
    return bits


def _items(codes: Codes) -> NDArray[np.complex128]:
    """Return codes as 16-byte items, which NumPy gathers fastest; the numbers mean nothing."""
    return np.ascontiguousarray(codes).view(np.complex128).ravel()


def _differing(left: NDArray[np.complex128], right: NDArray[np.complex128]) -> NDArray[np.uint16]:
    """Count the bits in which 16-byte items differ."""
    counts = np.bitwise_count(left.view(np.uint64) ^ right.view(np.uint64)).view(np.uint16)
    both: NDArray[np.uint16] = (counts & 0xFF) + (counts >> 8)
    return both


def _bands(codes: Codes) -> NDArray[np.uint16]:
    """Cut codes into bands, shape (n, 8)."""
    return np.ascontiguousarray(codes).view(np.uint16).reshape(-1, _BANDS)
