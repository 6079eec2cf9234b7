"""Exact search for hashes within a few bits: every pair within the radius is found, none is missed."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from detectors.image.hashes import BITS, WORDS, Hashes, distances

_BAND_BITS = 16
_BANDS = BITS // _BAND_BITS
_SCAN_LIMIT = 20_000
"""Up to so many stored hashes, comparing with all of them is faster than tables."""
_SCAN_CELLS = 2_000_000
_PROBE_QUERIES = 64


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

    def __init__(self, hashes: Hashes) -> None:
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
        if len(self._hashes) <= _SCAN_LIMIT:
            return scan(queries, radius, stored=self._hashes)
        if self._tables is None:
            self._tables = _Bands(self._hashes)
        found = [self._tables.probe(part, start, radius) for start, part in _chunks(queries, _PROBE_QUERIES)]
        return _joined(found)


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
        self._hashes = hashes
        values = _bands(hashes)
        self._rows = np.concatenate([np.argsort(column, kind="stable") for column in values.T]).astype(np.int32)
        sizes = np.array([np.bincount(column, minlength=2**_BAND_BITS) for column in values.T])
        self._starts = np.concatenate([[0], np.cumsum(sizes.ravel())])

    def probe(self, queries: Hashes, first: int, radius: int) -> Pairs:
        """Find all pairs within a radius; `first` is added to the rows of the queries."""
        slots = self._slots(queries, radius)
        starts = self._starts[slots]
        sizes = self._starts[slots + 1] - starts
        ends = np.cumsum(sizes, axis=None)
        places = np.arange(ends[-1] if len(ends) else 0) + np.repeat(
            starts.ravel() - ends + sizes.ravel(), sizes.ravel()
        )
        stored = self._rows[places]
        query = np.repeat(np.arange(len(queries)), sizes.sum(axis=1))
        bits = distances(queries[query], self._hashes[stored])
        near = np.flatnonzero(bits <= radius)
        keys, at = np.unique(query[near] * len(self._hashes) + stored[near], return_index=True)
        return Pairs(keys // len(self._hashes) + first, keys % len(self._hashes), bits[near][at])

    def _slots(self, queries: Hashes, radius: int) -> NDArray[np.int64]:
        """Return the table slots to look into, shape (queries, neighbours of all bands)."""
        flips, rest = divmod(radius, _BAND_BITS)
        values = _bands(queries)
        slots = []
        for band in range(_BANDS):
            masks = _masks(flips if band <= rest else flips - 1)
            slots.append((values[:, band, None] ^ masks).astype(np.int64) + band * 2**_BAND_BITS)
        return np.concatenate(slots, axis=1)


def _bands(hashes: Hashes) -> NDArray[np.uint16]:
    """Cut hashes into bands, shape (n, 16)."""
    return np.ascontiguousarray(hashes).view(np.uint16).reshape(-1, _BANDS)


def _masks(flips: int) -> NDArray[np.uint16]:
    """Return all 16-bit words with at most `flips` bits set; none for fewer than zero."""
    chosen = [bits for count in range(flips + 1) for bits in combinations(range(_BAND_BITS), count)]
    return np.array([sum(1 << bit for bit in bits) for bits in chosen], dtype=np.uint16)
