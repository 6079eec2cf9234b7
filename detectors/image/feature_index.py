"""Search for alike features: which features of a photo meet which of the registered pictures."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from detectors.image.features import BITS, HALF_BITS, Codes, mirrored

MOST_BITS = 24
"""Codes that differ in more bits are not alike: nine pairs of ten between copies differ in no more than 17 of 128, but
prints on goods need more."""
_BAND_BITS = 16
_BANDS = BITS // _BAND_BITS
_BANDS_ALIKE = HALF_BITS // _BAND_BITS
"""The first bands are the same in the mirror."""
_CROWD = 2_000
"""A value of a band that more stored codes share tells nothing and is not looked up: floods of textures stay cheap."""
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


class Met(NamedTuple):
    """What the features of a photo meet as they are, and what those of its mirror image meet."""

    upright: Meetings
    mirrored: Meetings


class FeatureIndex:
    """Codes of features, searched for those that are alike.

    Parameters
    ----------
    codes : ndarray of uint64, shape (n, 2)
        The codes to find.
    crowd : int
        How many codes may share a value of a band that counts.

    Attributes
    ----------
    crowded : ndarray of bool, shape (8, 65536)
        For each band, the values that do not count.

    Notes
    -----
    Two codes meet if one of their eight bands of 16 bits is equal and at most 24 bits differ in all [1]_. A code and
    the mirror image of another meet if one of the four bands is equal that a mirror leaves alone, so that one look into
    the tables serves both. Values of a band that 2,000 stored codes share do not count. Whether two meet depends on
    nothing else: a search through tables finds exactly what comparing all with all does (`meet`).

    References
    ----------
    .. [1] P. Indyk and R. Motwani, "Approximate nearest neighbors: towards removing the curse of dimensionality",
       STOC 1998.
    """

    def __init__(self, codes: Codes, *, crowd: int = _CROWD) -> None:
        values = _bands(codes).T
        self._stored = len(codes)
        self._items = _items(codes)
        self._rows = [np.argsort(column, kind="stable").astype(np.int32) for column in values]
        sizes = [np.bincount(column, minlength=2**_BAND_BITS) for column in values]
        self._starts = [np.cumsum(size, dtype=np.int32) - size.astype(np.int32) for size in sizes]
        self.crowded = np.array([size > crowd for size in sizes])
        self._sizes = [np.where(size > crowd, 0, size).astype(np.int32) for size in sizes]

    def meet(self, queries: Codes) -> Met:
        """Find every stored code that meets one of the queries, or the mirror image of one.

        Parameters
        ----------
        queries : ndarray of uint64, shape (m, 2)
            Codes to look for.

        Returns
        -------
        Met
            All of them.
        """
        found = ([np.zeros(0, dtype=np.int64)], [np.zeros(0, dtype=np.int64)])
        for start in range(0, len(queries), _AT_ONCE):
            part = queries[start : start + _AT_ONCE]
            for pairs, looked_up in zip(found, self._look_up(part), strict=True):
                pairs.append(np.unique(looked_up) + start * self._stored)
        return Met(*(Meetings(*np.divmod(np.concatenate(pairs), max(1, self._stored))) for pairs in found))

    def _look_up(self, queries: Codes) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return pairs, upright and mirrored, as query times the number stored plus row, perhaps several times."""
        upright: list[NDArray[np.int64]] = []
        turned: list[NDArray[np.int64]] = []
        for band in range(_BANDS):
            ends, row = self._probe(queries, band)
            left = np.repeat(_items(queries), np.diff(ends, prepend=0))
            even, odd = _differing(left, self._items.take(row))
            near = [(even + odd <= MOST_BITS, upright)]
            if band < _BANDS_ALIKE:
                near.append((even + (HALF_BITS - odd) <= MOST_BITS, turned))
            for alike, pairs in near:
                chosen = np.flatnonzero(alike)
                pairs.append(np.searchsorted(ends, chosen, side="right") * self._stored + row.take(chosen))
        return np.concatenate(upright), np.concatenate(turned)

    def _probe(self, queries: Codes, band: int) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
        """Return the rows equal to each query in a band, one query after another, and where each query's rows end."""
        values = _bands(queries)[:, band]
        sizes = self._sizes[band].take(values)
        ends = np.cumsum(sizes, dtype=np.int64)
        place = np.repeat(self._starts[band].take(values) + sizes - ends, sizes)
        place += np.arange(len(place))
        return ends, self._rows[band].take(place)


def meet(queries: Codes, stored: Codes, crowded: NDArray[np.bool_]) -> Met:
    """Find what `FeatureIndex.meet` finds, by comparing all with all: the definition."""
    counting = ~crowded[np.arange(_BANDS), _bands(queries)]
    equal = (_bands(queries)[:, None] == _bands(stored)[None]) & counting[:, None]
    upright = equal.any(axis=2) & (differing(queries[:, None], stored[None]) <= MOST_BITS)
    turned = equal[:, :, :_BANDS_ALIKE].any(axis=2)
    turned &= differing(mirrored(queries)[:, None], stored[None]) <= MOST_BITS
    return Met(Meetings(*np.nonzero(upright)), Meetings(*np.nonzero(turned)))


def differing(left: Codes, right: Codes) -> NDArray[np.uint8]:
    """Count the bits in which codes differ, 0 to 128; shapes (..., 2) are broadcast."""
    bits: NDArray[np.uint8] = np.bitwise_count(left ^ right).sum(axis=-1, dtype=np.uint8)
    return bits


def _items(codes: Codes) -> NDArray[np.complex128]:
    """Return codes as 16-byte items, which NumPy gathers fastest; the numbers mean nothing."""
    return np.ascontiguousarray(codes).view(np.complex128).ravel()


def _differing(
    left: NDArray[np.complex128], right: NDArray[np.complex128]
) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Count the bits in which the first and the second words of 16-byte items differ."""
    bits = np.bitwise_count(left.view(np.uint64) ^ right.view(np.uint64))
    return bits[0::2], bits[1::2]


def _bands(codes: Codes) -> NDArray[np.uint16]:
    """Cut codes into bands, shape (n, 8)."""
    return np.ascontiguousarray(codes).view(np.uint16).reshape(-1, _BANDS)
