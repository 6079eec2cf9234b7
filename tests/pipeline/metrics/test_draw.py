"""The draw is the one that the published sampler makes."""

import hashlib

import consistent_sampler
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.metrics.draw import allocate, draw, seed_of, splits_by_size, ticket

ITEMS = [hashlib.sha256(str(number).encode()).hexdigest() for number in range(3_000)]


@pytest.mark.parametrize("seed", ["2f" * 32, "", "a seed of words"])
def test_the_sample_is_that_of_the_consistent_sampler(seed: str) -> None:
    theirs = consistent_sampler.sampler(ITEMS, seed=seed, take=600, output="id")

    ours = draw(seed, reversed(ITEMS), 600)

    assert [item for _, item in ours] == list(theirs)


@given(st.text(max_size=80), st.text(max_size=80))
@settings(derandomize=True, max_examples=200)
def test_a_ticket_is_that_of_the_consistent_sampler(seed: str, item: str) -> None:
    assert ticket(seed, item) == consistent_sampler.first_fraction(item, seed)


def test_a_larger_sample_contains_the_smaller() -> None:
    assert draw("x", ITEMS, 700)[:600] == draw("x", ITEMS, 600)


def test_every_part_changes_the_seed() -> None:
    seeds = {
        seed_of(root, randomness, nonces)
        for root in (b"r" * 32, b"s" * 32)
        for randomness in (b"", b"d" * 32)
        for nonces in ((), (b"n" * 32,), (b"n" * 32, b"m" * 32), (b"m" * 32, b"n" * 32))
    }

    assert len(seeds) == 16


@given(
    st.dictionaries(
        st.sampled_from(["sme/flagged", "sme/rest", "large/flagged", "large/rest"]), st.integers(0, 5_000), min_size=1
    ),
    st.integers(0, 6_000),
)
@settings(derandomize=True, max_examples=300)
def test_labels_never_exceed_the_budget_or_a_stratum(strata: dict[str, int], labels: int) -> None:
    shared = allocate(strata, labels)

    assert sum(shared.values()) <= labels
    assert all(0 <= shared[name] <= size for name, size in strata.items())
    assert set(shared) == set(strata)


def test_seven_of_ten_labels_go_below_the_band_of_each_size() -> None:
    strata = {f"{size}/{band}": 50_000 for size in ("large", "sme") for band in ("flagged", "rest")}

    shared = allocate(strata, 2_400)

    assert shared == {"large/flagged": 360, "large/rest": 840, "sme/flagged": 360, "sme/rest": 840}


@pytest.mark.parametrize(
    ("sizes", "labels", "splits"),
    [
        pytest.param({"sme": 9, "large": 9}, 2_400, True, id="enough"),
        pytest.param({"sme": 9, "large": 9}, 2_399, False, id="too-few-labels"),
        pytest.param({"sme": 9, "large": 0}, 9_999, False, id="one-size-only"),
    ],
)
def test_strata_are_split_by_size_from_1200_labels_each(sizes: dict[str, int], labels: int, *, splits: bool) -> None:
    assert splits_by_size(sizes, labels) is splits
