"""Exact search for hashes within a few bits: every pair within the radius is found, none is missed."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from itertools import combinations
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from detectors.image.hashes import BITS, Hashes, distances

_BAND_BITS = 16
_BANDS = BITS // _BAND_BITS
SCAN_LIMIT = 2_000
"""Up to so many stored hashes, comparing with all of them is faster than tables."""
_SCAN_CELLS = 16_000
_PROBE_CELLS = 50_000
"""So many pairs are looked at together: few enough to stay in the cache."""


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
        return self._tables.within(queries, radius)


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
        bits = np.bitwise_count(part[:, 0, None] ^ columns[0])
        bits += np.bitwise_count(part[:, 1, None] ^ columns[1])
        query, row = np.divmod(np.flatnonzero(bits <= radius), max(1, len(stored)))  # half of each hash settles most
        differing = distances(part[query], stored[row])
        near = differing <= radius
        found.append(Pairs(query[near] + start, row[near], differing[near]))
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
        values = _bands(hashes).T
        self._rows = [np.argsort(column, kind="stable").astype(np.int32) for column in values]
        sizes = (np.bincount(column, minlength=2**_BAND_BITS) for column in values)
        self._starts = [np.concatenate([[0], np.cumsum(size)]).astype(np.int32) for size in sizes]
        self._hashes, self._halves = hashes, _halves(hashes)

    def within(self, queries: Hashes, radius: int) -> Pairs:
        """Find all pairs within a radius, band by band, so that one table at a time fills the cache."""
        flips, rest = divmod(radius, _BAND_BITS)
        rows = len(self._hashes)
        found = [np.zeros(0, dtype=np.int64)]
        for band in range(_BANDS):
            masks = _masks(flips if band <= rest else flips - 1)
            at_once = max(1, int(_PROBE_CELLS / (1 + len(masks) * (1 + rows / 2**_BAND_BITS))))
            for start, part in _chunks(queries, at_once):
                asked, kept = self._probe(part, band, masks, radius)
                found.append((asked + start) * rows + kept)
        pairs = np.unique(np.concatenate(found))
        query, stored = pairs // max(1, rows), pairs % max(1, rows)
        bits = distances(queries[query], self._hashes[stored])
        near = np.flatnonzero(bits <= radius)
        return Pairs(query[near], stored[near], bits[near])

    def _probe(
        self, queries: Hashes, band: int, masks: NDArray[np.uint16], radius: int
    ) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
        """Return pairs that are near in a band and in the half of the hash without it, perhaps twice."""
        slots = (_bands(queries)[:, band, None] ^ masks).astype(np.int64)
        starts = self._starts[band].take(slots)
        sizes = self._starts[band].take(slots + 1) - starts
        ends = np.cumsum(sizes, dtype=np.int32)
        places = np.repeat(starts.ravel() - ends + sizes.ravel(), sizes.ravel())
        places += np.arange(len(places), dtype=np.int32)
        stored = self._rows[band].take(places)
        half = int(band < _BANDS // 2)
        of_query = sizes.sum(axis=1)
        asked = np.repeat(_halves(queries)[half], of_query)
        near = np.flatnonzero(_differing(asked, self._halves[half].take(stored)) <= radius)
        return np.searchsorted(np.cumsum(of_query), near, side="right"), stored[near]


def _halves(hashes: Hashes) -> tuple[NDArray[np.complex128], ...]:
    """Return hashes as two columns of 16-byte items, which NumPy gathers fastest; the numbers mean nothing."""
    return tuple(np.ascontiguousarray(half).view(np.complex128).ravel() for half in np.hsplit(hashes, 2))


def _differing(left: NDArray[np.complex128], right: NDArray[np.complex128]) -> NDArray[np.uint16]:
    """Count the bits in which 16-byte items differ, 0 to 128."""
    counts = np.bitwise_count(left.view(np.uint64) ^ right.view(np.uint64)).view(np.uint16)
    both: NDArray[np.uint16] = (counts & 0xFF) + (counts >> 8)
    return both


def _bands(hashes: Hashes) -> NDArray[np.uint16]:
    """Cut hashes into bands, shape (n, 16)."""
    return np.ascontiguousarray(hashes).view(np.uint16).reshape(-1, _BANDS)


@cache
def _masks(flips: int) -> NDArray[np.uint16]:
    """Return every value of a band with at most so many bits set."""
    return np.array(
        [
            sum(1 << bit for bit in bits)
            for count in range(flips + 1)
            for bits in combinations(range(_BAND_BITS), count)
        ],
        dtype=np.uint16,
    )
