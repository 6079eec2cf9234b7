"""Exact search for hashes within a few bits: every pair within the radius is found, none is missed."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from itertools import combinations
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from detectors.image.hashes import BITS, WORDS, Hashes

_BAND_BITS = 16
_BANDS = BITS // _BAND_BITS
SCAN_LIMIT = 20_000
"""Up to so many stored hashes, comparing with all of them is faster than tables."""
_SCAN_CELLS = 2_000_000
_PROBE_CELLS = 200_000
"""So many candidates are looked at together: few enough to stay in the cache."""


class Pairs(NamedTuple):
    """Pairs of a query and a stored hash, sorted by query, then by stored hash.

    Attributes
    ----------
    query, stored : ndarray of int64, shape (k,)
        Rows in the queries and in the stored hashes.
    bits : ndarray of uint16, shape (k,)
        In how many bits the two differ.
    """

    query: NDArray[np.int64]
    stored: NDArray[np.int64]
    bits: NDArray[np.uint16]


class HashIndex:
    """Stored 256-bit hashes, searched by radius.

    Parameters
    ----------
    hashes : ndarray of uint64, shape (n, 4)
        The hashes to find.
    scan_limit : int
        Up to so many, all are compared; the result is the same.

    Notes
    -----
    A small store is compared column by column with every query. A large one is searched by multi-index hashing [1]_:
    each hash is cut into 16 bands of 16 bits and filed in 16 tables. If two hashes differ in at most r = 16 f + a bits
    (0 <= a < 16), then one of the first a + 1 bands differs in at most f bits, or one of the others in at most f - 1;
    else they would differ in at least (a + 1)(f + 1) + (15 - a) f = r + 1. It is enough to look up those neighbours and
    to count the bits of what they bring.

    References
    ----------
    .. [1] M. Norouzi, A. Punjani, D. J. Fleet, "Fast search in Hamming space with multi-index hashing", CVPR 2012.
    """

    def __init__(self, hashes: Hashes, *, scan_limit: int = SCAN_LIMIT) -> None:
        self._scan_limit = scan_limit
        self._hashes = np.ascontiguousarray(hashes, dtype=np.uint64)
        self._tables: _Bands | None = None

    def __len__(self) -> int:
        return len(self._hashes)

    def within(self, queries: Hashes, radius: int) -> Pairs:
        """Find every pair of a query and a stored hash that differ in at most `radius` bits.

        Parameters
        ----------
        queries : ndarray of uint64, shape (m, 4)
            Hashes to look for.
        radius : int
            Bits, 0 to 255.

        Returns
        -------
        Pairs
            All of them.
        """
        if len(self._hashes) <= self._scan_limit:
            return scan(queries, radius, stored=self._hashes)
        if self._tables is None:
            self._tables = _Bands(self._hashes)
        found = [
            (start, self._tables.probe(part, radius))
            for start, part in _chunks(queries, self._tables.queries_at_once(radius))
        ]
        return _joined([Pairs(pairs.query + start, pairs.stored, pairs.bits) for start, pairs in found])


def scan(queries: Hashes, radius: int, *, stored: Hashes) -> Pairs:
    """Find every pair within a radius by comparing all: the definition of the search.

    Parameters
    ----------
    queries : ndarray of uint64, shape (m, 4)
        Hashes to look for.
    radius : int
        Bits, 0 to 255.
    stored : ndarray of uint64, shape (n, 4)
        The hashes to find.

    Returns
    -------
    Pairs
        All of them.
    """
    columns = np.ascontiguousarray(stored.T)
    found = []
    for start, part in _chunks(queries, max(1, _SCAN_CELLS // max(1, len(stored)))):
        bits = np.zeros((len(part), len(stored)), dtype=np.uint16)
        for word in range(WORDS):
            bits += np.bitwise_count(part[:, word, None] ^ columns[word])
        query, row = np.nonzero(bits <= radius)
        found.append(Pairs(query + start, row, bits[query, row]))
    return _joined(found)


def _chunks(queries: Hashes, size: int) -> Iterator[tuple[int, Hashes]]:
    return ((start, queries[start : start + size]) for start in range(0, len(queries), size))


def _joined(found: list[Pairs]) -> Pairs:
    if not found:
        nothing = np.zeros(0, dtype=np.int64)
        return Pairs(nothing, nothing, np.zeros(0, dtype=np.uint16))
    return Pairs(*(np.concatenate(parts) for parts in zip(*found, strict=True)))


class _Bands:
    """The tables of multi-index hashing: for each value of each band, the rows that have it (compressed rows)."""

    def __init__(self, hashes: Hashes) -> None:
        values = _bands(hashes)
        self._rows = np.concatenate([np.argsort(column, kind="stable") for column in values.T]).astype(np.int32)
        sizes = np.array([np.bincount(column, minlength=2**_BAND_BITS) for column in values.T])
        self._starts = np.concatenate([[0], np.cumsum(sizes.ravel())])
        self._halves = _halves(hashes)

    def queries_at_once(self, radius: int) -> int:
        """Return how many queries are best probed together."""
        candidates = len(_neighbours(radius)[0]) * len(self._halves[0]) / 2**_BAND_BITS
        return max(1, int(_PROBE_CELLS / (1 + candidates)))

    def probe(self, queries: Hashes, radius: int) -> Pairs:
        """Find all pairs within a radius."""
        bands, masks = _neighbours(radius)
        slots = (_bands(queries)[:, bands] ^ masks) + bands * 2**_BAND_BITS
        starts = self._starts.take(slots)
        sizes = self._starts.take(slots + 1) - starts
        query = np.repeat(np.arange(len(queries)), sizes.sum(axis=1))
        stored = self._filed(starts.ravel(), sizes.ravel())
        bits = np.zeros(len(query), dtype=np.uint16)
        for asked, kept in zip(_halves(queries), self._halves, strict=True):
            bits = bits + _differing(asked.take(query), kept.take(stored))
            near = np.flatnonzero(bits <= radius)  # half of each hash settles nearly all
            query, stored, bits = query[near], stored[near], bits[near]
        pairs, at = np.unique(query * len(self._halves[0]) + stored, return_index=True)
        return Pairs(*np.divmod(pairs, len(self._halves[0])), bits[at])

    def _filed(self, starts: NDArray[np.int64], sizes: NDArray[np.int64]) -> NDArray[np.int32]:
        """Return the stored rows in some slots, with repeats."""
        ends = np.cumsum(sizes)
        return self._rows.take(np.arange(ends[-1]) + np.repeat(starts - ends + sizes, sizes))


def _halves(hashes: Hashes) -> tuple[NDArray[np.complex128], ...]:
    """Return hashes as two columns of 16-byte items, which NumPy gathers fastest; the numbers mean nothing."""
    return tuple(np.ascontiguousarray(half).view(np.complex128).ravel() for half in np.hsplit(hashes, 2))


def _differing(left: NDArray[np.complex128], right: NDArray[np.complex128]) -> NDArray[np.uint8]:
    """Count the bits in which 16-byte items differ, 0 to 128."""
    counts = np.bitwise_count(left.view(np.uint64) ^ right.view(np.uint64))
    pairs: NDArray[np.uint8] = counts[::2] + counts[1::2]
    return pairs


def _bands(hashes: Hashes) -> NDArray[np.uint16]:
    """Cut hashes into bands, shape (n, 16)."""
    return np.ascontiguousarray(hashes).view(np.uint16).reshape(-1, _BANDS)


@cache
def _neighbours(radius: int) -> tuple[NDArray[np.int64], NDArray[np.uint16]]:
    """Return in which bands to look up a query for a radius, and with which bits flipped (see `HashIndex`)."""
    flips, rest = divmod(radius, _BAND_BITS)
    pairs = [
        (band, sum(1 << bit for bit in bits))
        for band in range(_BANDS)
        for count in range((flips if band <= rest else flips - 1) + 1)
        for bits in combinations(range(_BAND_BITS), count)
    ]
    bands, masks = np.array(pairs).T
    return bands, masks.astype(np.uint16)
