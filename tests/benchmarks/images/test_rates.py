"""Thresholds keep to the false alarms that are tolerated."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.images.rates import share, threshold

SCORES = st.lists(st.one_of(st.integers(-64, 0).map(float), st.just(float("-inf"))), min_size=1, max_size=300)


@settings(derandomize=True, deadline=None)
@given(scores=SCORES, tolerated=st.sampled_from([0.1, 0.01, 0.001]))
def test_no_more_than_the_tolerated_share_lies_above_the_threshold(scores: list[float], tolerated: float) -> None:
    above = threshold(scores, tolerated)

    assert sum(score > above for score in scores) <= tolerated * len(scores)


@settings(derandomize=True, deadline=None)
@given(scores=SCORES, tolerated=st.sampled_from([0.1, 0.01]))
def test_no_lower_threshold_would_do(scores: list[float], tolerated: float) -> None:
    above = threshold(scores, tolerated)

    assert sum(score >= above for score in scores) > tolerated * len(scores)


@pytest.mark.parametrize(
    ("hits", "low", "high"),
    [
        pytest.param([False] * 100, 0.0, 0.037, id="none of 100"),
        pytest.param([True] * 100, 0.963, 1.0, id="all of 100"),
        pytest.param([True] * 50 + [False] * 50, 0.404, 0.596, id="half of 100"),
        pytest.param([], 0.0, 1.0, id="of nothing"),
    ],
)
def test_a_share_has_wilsons_interval(hits: list[bool], low: float, high: float) -> None:
    found = share(hits)

    assert (found["low"], found["high"]) == pytest.approx((low, high), abs=5e-4)
    assert found["of"] == len(hits)
