"""Search: the tables find exactly what comparing everything finds."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detectors.image.hashes import BITS, Hashes, pack, unpack
from detectors.image.search import HashIndex, Pairs, scan

seeds = st.integers(0, 2**32 - 1)


def drawn(count: int, random: np.random.Generator) -> Hashes:
    return random.integers(0, 2**64, (count, 4), dtype=np.uint64)


def flipped(hashes: Hashes, count: int, random: np.random.Generator) -> Hashes:
    """Flip some bits of each hash, now and then all in a few bands."""
    bits = unpack(hashes)
    for row in bits:
        clustered = random.random() < 0.5
        start = int(random.integers(0, BITS - count + 1)) if clustered else 0
        places = np.arange(start, start + count) if clustered else random.permutation(BITS)[:count]
        row[places] ^= True
    return pack(bits)


def rows(pairs: Pairs) -> list[tuple[int, int, int]]:
    return list(zip(pairs.query.tolist(), pairs.stored.tolist(), pairs.bits.tolist(), strict=True))


@settings(max_examples=60, derandomize=True, deadline=None)
@given(seed=seeds, radius=st.integers(0, 63))
def test_the_tables_find_exactly_what_comparing_everything_finds(seed: int, radius: int) -> None:
    random = np.random.default_rng(seed)
    stored = drawn(60, random)
    stored = np.concatenate([stored, stored[:3]])
    near = [flipped(stored[:20], bits, random) for bits in (0, radius, radius + 1)]
    queries = np.concatenate([*near, drawn(5, random)])

    found = HashIndex(stored, scan_limit=0).within(queries, radius)

    assert rows(found) == rows(scan(queries, radius, stored=stored))
    assert {(row, row) for row in range(20)} <= {(query, kept) for query, kept, _ in rows(found)}


@pytest.mark.parametrize("radius", range(49))
def test_no_pair_is_missed_when_the_bits_are_spread_as_evenly_as_can_be(radius: int) -> None:
    stored = drawn(1, np.random.default_rng(radius))
    index = HashIndex(stored, scan_limit=0)
    for shift in range(16):
        bits = unpack(stored)
        for bit in range(radius):
            bits[0, ((bit + shift) * 16 + bit // 16) % BITS] ^= True

        assert rows(index.within(pack(bits), radius)) == [(0, 0, radius)]


@pytest.mark.parametrize("limit", [0, 10], ids=["tables", "scan"])
@pytest.mark.parametrize(("queries", "stored"), [(0, 0), (0, 3), (3, 0)])
def test_nothing_is_found_in_nothing(limit: int, queries: int, stored: int) -> None:
    random = np.random.default_rng(1)

    assert rows(HashIndex(drawn(stored, random), scan_limit=limit).within(drawn(queries, random), 47)) == []


def test_pairs_come_by_query_and_then_by_stored_row() -> None:
    hashes = np.zeros((3, 4), dtype=np.uint64)

    found = HashIndex(hashes, scan_limit=0).within(hashes, 0)

    assert rows(found) == [(query, stored, 0) for query in range(3) for stored in range(3)]
