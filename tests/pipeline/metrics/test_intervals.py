"""Intervals are the published ones, ordered, and hold what they promise."""

from math import comb

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import beta

from pipeline.metrics.intervals import (
    Interval,
    Stratum,
    clopper_pearson,
    difference,
    jeffreys,
    recall,
    stratified,
)

COUNTS = st.integers(1, 500).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))
STRATA = st.lists(
    st.tuples(st.integers(1, 100_000), COUNTS).map(lambda s: Stratum(size=s[0], sampled=s[1][1], confirmed=s[1][0])),
    min_size=1,
    max_size=6,
)


def test_the_worked_example_of_the_design_comes_out() -> None:
    strata = [Stratum(size=95, sampled=420, confirmed=1), Stratum(size=5, sampled=180, confirmed=23)]

    headline, beside = stratified(strata), stratified(strata, jeffreys)

    assert headline is not None
    assert beside is not None
    assert [round(100 * x, 3) for x in (headline.estimate, headline.low, headline.high)] == [0.865, 0.550, 1.932]
    assert [round(100 * x, 3) for x in (beside.low, beside.high)] == [0.571, 1.735]


@given(COUNTS)
@settings(derandomize=True, max_examples=300)
def test_limits_are_the_quantiles_of_beta_distributions(counts: tuple[int, int]) -> None:
    x, n = counts
    exact, average = clopper_pearson(x, n), jeffreys(x, n)

    assert exact.low == pytest.approx(beta.ppf(0.025, x, n - x + 1) if x else 0, abs=1e-12)
    assert exact.high == pytest.approx(beta.ppf(0.975, x + 1, n - x) if x < n else 1, abs=1e-12)
    assert average.low == pytest.approx(beta.ppf(0.025, x + 0.5, n - x + 0.5) if x else 0, abs=1e-12)
    assert average.high == pytest.approx(beta.ppf(0.975, x + 0.5, n - x + 0.5) if x < n else 1, abs=1e-12)


@given(COUNTS)
@settings(derandomize=True, max_examples=300)
def test_jeffreys_lies_inside_clopper_pearson_around_the_estimate(counts: tuple[int, int]) -> None:
    exact, average = clopper_pearson(*counts), jeffreys(*counts)

    assert 0 <= exact.low <= average.low <= average.estimate <= average.high <= exact.high <= 1


@given(COUNTS)
@settings(derandomize=True, max_examples=300)
def test_one_more_confirmed_moves_every_limit_up(counts: tuple[int, int]) -> None:
    x, n = counts
    if x < n:
        fewer, more = clopper_pearson(x, n), clopper_pearson(x + 1, n)

        assert fewer.low < more.low
        assert fewer.high < more.high or more.high == 1


@pytest.mark.parametrize("sampled", [5, 20, 60])
@pytest.mark.parametrize("share", [0.0, 0.01, 0.08, 0.3, 0.5, 0.97])
def test_clopper_pearson_covers_every_share_by_the_binomial_itself(sampled: int, share: float) -> None:
    chances = [comb(sampled, x) * share**x * (1 - share) ** (sampled - x) for x in range(sampled + 1)]

    covered = sum(c for x, c in enumerate(chances) if (i := clopper_pearson(x, sampled)).low <= share <= i.high)

    assert covered >= 0.95


@given(STRATA)
@settings(derandomize=True, max_examples=300)
def test_pooled_limits_are_ordered_and_wider_than_those_of_jeffreys(strata: list[Stratum]) -> None:
    headline, beside = stratified(strata), stratified(strata, jeffreys)

    assert headline is not None
    assert beside is not None
    assert 0 <= headline.low <= beside.low <= beside.estimate <= beside.high <= headline.high <= 1


@given(COUNTS, st.integers(1, 9_999))
@settings(derandomize=True, max_examples=200)
def test_one_stratum_is_a_simple_random_sample(counts: tuple[int, int], size: int) -> None:
    pooled = stratified([Stratum(size=size, sampled=counts[1], confirmed=counts[0])])
    plain = clopper_pearson(*counts)

    assert pooled is not None
    assert [pooled.estimate, pooled.low, pooled.high] == pytest.approx([plain.estimate, plain.low, plain.high])


def test_nothing_is_claimed_of_a_stratum_that_nobody_looked_at() -> None:
    looked, unseen = Stratum(size=9, sampled=5, confirmed=1), Stratum(size=1, sampled=0, confirmed=0)

    assert stratified([looked, unseen]) is None
    assert stratified([]) is None


@given(COUNTS, COUNTS)
@settings(derandomize=True, max_examples=200)
def test_a_difference_read_the_other_way_round_is_its_mirror_image(a: tuple[int, int], b: tuple[int, int]) -> None:
    there, back = (
        difference(clopper_pearson(*a), clopper_pearson(*b)),
        difference(clopper_pearson(*b), clopper_pearson(*a)),
    )

    assert there.low <= there.estimate <= there.high
    assert [there.low, there.estimate, there.high] == pytest.approx([-back.high, -back.estimate, -back.low])


def test_a_difference_from_certainty_is_the_interval_itself() -> None:
    zero = Interval(estimate=0, low=0, high=0)
    found = clopper_pearson(3, 40)

    change = difference(found, zero)

    assert [change.estimate, change.low, change.high] == pytest.approx([found.estimate, found.low, found.high])


@given(COUNTS, COUNTS)
@settings(derandomize=True, max_examples=200)
def test_recall_is_ordered_and_lower_the_more_is_found_among_the_rest(a: tuple[int, int], b: tuple[int, int]) -> None:
    flagged = [Stratum(size=50, sampled=a[1], confirmed=a[0])]
    found = recall(flagged, [Stratum(size=950, sampled=b[1], confirmed=b[0])])
    if found is None:
        assert a[0] + b[0] == 0
        return

    assert 0 <= found.low <= found.estimate <= found.high <= 1
    if b[0] < b[1]:
        worse = recall(flagged, [Stratum(size=950, sampled=b[1], confirmed=b[0] + 1)])
        assert worse is not None
        assert worse.estimate <= found.estimate


@pytest.mark.parametrize("counts", [(-1, 3), (4, 3), (0, 0)])
def test_counts_that_are_no_share_are_refused(counts: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match="expected 0 <= confirmed <= sampled"):
        clopper_pearson(*counts)
