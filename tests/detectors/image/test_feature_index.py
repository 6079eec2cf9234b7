"""The index of features finds exactly what comparing all with all finds, which is nearly all that is alike."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detectors.image.feature_index import MOST_BITS, FeatureIndex, Met, differing, meet
from detectors.image.features import BITS, Codes, mirrored


def codes(seed: int, count: int) -> Codes:
    """Return made-up codes of which many are nearly alike, as those of textures are."""
    random = np.random.default_rng(seed)
    kinds = random.integers(0, 2**64, (max(1, count // 8), 2), dtype=np.uint64)
    return flipped(kinds[random.integers(0, len(kinds), count)], 0.06, seed)


def flipped(stored: Codes, share: float, seed: int) -> Codes:
    """Return codes with a share of their bits flipped at random."""
    flips = np.random.default_rng(seed).random((len(stored), BITS)) < share
    return stored ^ np.packbits(flips, axis=1).view(np.uint64)


def rows(met: Met) -> list[list[tuple[int, int]]]:
    return [list(zip(pairs.query.tolist(), pairs.stored.tolist(), strict=True)) for pairs in met]


@settings(max_examples=60, derandomize=True, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), stored=st.integers(0, 200), queries=st.integers(0, 700))
def test_the_tables_find_exactly_what_comparing_everything_finds(seed: int, stored: int, queries: int) -> None:
    enrolled = codes(seed, stored)
    wanted = np.concatenate([flipped(enrolled, 0.08, seed), mirrored(flipped(enrolled, 0.05, seed)), codes(9, queries)])

    for crowd in (3, 2000):
        index = FeatureIndex(enrolled, crowd=crowd)
        assert rows(index.meet(wanted)) == rows(meet(wanted, enrolled, index.crowded))


@pytest.mark.parametrize(
    ("flips", "least"), [pytest.param(0.04, 0.97, id="5 bits"), pytest.param(0.07, 0.9, id="9 bits")]
)
def test_nearly_all_codes_that_are_alike_meet(flips: float, least: float) -> None:
    enrolled = np.random.default_rng(1).integers(0, 2**64, (2000, 2), dtype=np.uint64)
    wanted = flipped(enrolled, flips, 2)

    met = FeatureIndex(enrolled).meet(wanted)

    alike = differing(wanted, enrolled) <= MOST_BITS
    found = np.isin(np.arange(2000), met.upright.query[met.upright.query == met.upright.stored])
    assert found.sum() >= least * alike.sum() > 1900 * least


def test_codes_that_differ_much_do_not_meet_though_a_band_is_equal() -> None:
    one = np.zeros((1, 2), dtype=np.uint64)
    other = np.array([[2 ** (MOST_BITS + 1) - 1 << 16, 0]], dtype=np.uint64)

    assert rows(FeatureIndex(one).meet(other)) == [[], []]
    assert rows(FeatureIndex(one).meet(other >> np.uint64(1))) == [[], []]
    assert rows(FeatureIndex(one).meet(np.array([[2**MOST_BITS - 1 << 16, 0]], dtype=np.uint64))) == [[(0, 0)], []]


def test_what_very_many_codes_share_is_not_looked_up() -> None:
    crowd = np.zeros((50, 2), dtype=np.uint64)

    assert len(FeatureIndex(crowd, crowd=50).meet(crowd[:1]).upright.stored) == 50
    assert len(FeatureIndex(crowd, crowd=49).meet(crowd[:1]).upright.stored) == 0


def test_a_mirrored_code_meets_among_the_mirrored_only() -> None:
    enrolled = np.random.default_rng(4).integers(0, 2**64, (5, 2), dtype=np.uint64)

    met = FeatureIndex(enrolled).meet(mirrored(enrolled))

    assert rows(met) == [[], [(i, i) for i in range(5)]]
