"""Units sold as a weight: told so that no listing stands out, and never worth more than what was drawn."""

import random
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.sales_coverage import finding
from pipeline.metrics.sales import LEAST_ALIKE, told, weighted_stratum

SALES = st.lists(st.tuples(st.sampled_from("mn"), st.none() | st.integers(0, 30) | st.integers(0, 10**15)), max_size=90)
COUNTS = st.dictionaries(st.sampled_from((0, 1, 2, 5, 10, 500, 10**11)), st.integers(1, 40), min_size=1)


@given(SALES)
@settings(derandomize=True, max_examples=400)
def test_units_are_never_told_higher_and_never_of_few_listings(sold: list[tuple[str, int | None]]) -> None:
    shown = told(sold)

    assert all(
        (was is None) == (now is None) and (now or 0) <= (was or 0) for (_, was), now in zip(sold, shown, strict=True)
    )
    known = Counter(platform for platform, was in sold if was is not None)
    alike = Counter((platform, now) for (platform, _), now in zip(sold, shown, strict=True) if now is not None)
    assert all(count >= min(LEAST_ALIKE, known[platform]) for (platform, _), count in alike.items())


@given(COUNTS, st.randoms(use_true_random=False))
@settings(derandomize=True, max_examples=400)
def test_a_weighted_sample_is_worth_no_more_than_its_listings(frame: dict[int, int], chance: random.Random) -> None:
    listed = [sold for sold, listings in frame.items() for _ in range(listings)]
    drawn = chance.sample(listed, chance.randint(1, len(listed)))
    confirmed = drawn[: chance.randint(0, len(drawn))]

    found = weighted_stratum(Counter(listed), Counter(drawn), Counter(confirmed))

    assert found.size == sum(listed)
    assert 0 <= found.confirmed <= found.sampled <= len(drawn) * (1 + 1e-9)
    assert bool(found.sampled) == bool(sum(drawn))


def test_a_best_seller_that_was_not_drawn_makes_the_sample_worth_little() -> None:
    even = weighted_stratum(Counter({10: 1_000}), Counter({10: 100}), Counter())
    uneven = weighted_stratum(Counter({10: 999, 100_000: 1}), Counter({10: 100}), Counter())

    assert even.sampled == pytest.approx(100)
    assert uneven.sampled < 1


@pytest.mark.parametrize(
    ("prevalence", "effect", "spread"), [(0.008, 3.0, 1.0), (0.18, 1.0, 2.0)], ids=["few, which sell more", "uneven"]
)
def test_the_interval_by_sales_covers_the_truth(prevalence: float, effect: float, spread: float) -> None:
    assert finding(prevalence, effect, spread, draws=400, labels=600).covered >= 0.945
