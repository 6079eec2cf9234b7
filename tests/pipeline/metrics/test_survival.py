"""Survival curves agree with a published hand-worked table; agreement and claims with their definitions."""

from math import exp, sqrt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.metrics.agreement import krippendorff_alpha, positive_agreement
from pipeline.metrics.intervals import Interval
from pipeline.metrics.rows import decimal
from pipeline.metrics.schedule import ALPHA, Claim, claim, level_at
from pipeline.metrics.survival import Span, quantile, rate_ratio, survival

REMISSION = [(6, 1), (6, 1), (6, 1), (6, 0), (7, 1), (9, 0), (10, 1), (10, 0), (11, 0), (13, 1), (16, 1), (17, 0)]
REMISSION += [(19, 0), (20, 0), (22, 1), (23, 1), (25, 0), (32, 0), (32, 0), (34, 0), (35, 0)]
"""Weeks of remission under 6-MP, and whether it ended: Freireich et al., Blood 21, 1963."""
PLACEBO = [1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23]
"""Weeks of remission of the same trial's other arm, which all ended."""
SPANS = [Span(length=weeks, ended=bool(ended)) for weeks, ended in REMISSION]


def test_the_curve_is_the_one_in_every_textbook() -> None:
    steps = survival(SPANS)

    assert [(step.time, round(step.surviving, 4)) for step in steps] == [
        (6, 0.8571),
        (7, 0.8067),
        (10, 0.7529),
        (13, 0.6902),
        (16, 0.6275),
        (22, 0.5378),
        (23, 0.4482),
    ]


def test_the_median_of_the_textbook_is_23_weeks_and_its_upper_limit_is_not_reached() -> None:
    median = quantile(survival(SPANS), 0.5)

    assert (median.estimate, median.low, median.high) == (23, 13, None)


def test_nothing_is_said_of_a_share_that_the_data_do_not_reach() -> None:
    assert quantile(survival(SPANS), 0.9).estimate is None
    assert quantile(survival([]), 0.5).estimate is None


def test_the_ratio_of_two_groups_is_that_of_the_log_rank_test_in_every_textbook() -> None:
    found = rate_ratio(SPANS, [Span(length=weeks, ended=True) for weeks in PLACEBO])

    assert found is not None
    excess, variance = 9 - 19.2505, 6.2570
    assert excess**2 / variance == pytest.approx(16.79, abs=0.01)
    assert found.estimate == pytest.approx(exp(excess / variance), rel=1e-4)
    assert found.high == pytest.approx(exp(excess / variance + 1.959964 / sqrt(variance)), rel=1e-4)


@given(*[st.lists(st.tuples(st.integers(0, 20), st.booleans()), max_size=30)] * 2)
@settings(derandomize=True, max_examples=200)
def test_exchanged_groups_have_the_inverse_ratio(ours: list[tuple[int, bool]], theirs: list[tuple[int, bool]]) -> None:
    groups = [[Span(length=length, ended=ended) for length, ended in spans] for spans in (ours, theirs)]

    first, second = groups
    found, inverse = rate_ratio(first, second), rate_ratio(second, first)

    assert (found is None) == (inverse is None)
    if found and inverse:
        assert found.estimate * inverse.estimate == pytest.approx(1)
        assert found.low * inverse.high == pytest.approx(1)
        assert 0 < found.low < found.estimate < found.high


def test_one_early_end_among_a_multitude_gives_a_ratio_that_can_be_written() -> None:
    multitude = [Span(length=9, ended=True) for _ in range(50_000)]

    found = rate_ratio([Span(length=1, ended=True)], multitude)

    assert found is not None
    assert decimal(found.high, "index") == "8886110.5205"


@given(st.lists(st.integers(0, 50), min_size=1, max_size=60), st.sampled_from([0.5, 0.9]))
@settings(derandomize=True, max_examples=200)
def test_without_censoring_a_quantile_is_that_of_the_sorted_lengths(lengths: list[int], share: float) -> None:
    found = quantile(survival(Span(length=length, ended=True) for length in lengths), share).estimate

    assert found is not None
    assert sum(length <= found for length in lengths) >= share * len(lengths) - 1e-9
    assert sum(length < found for length in lengths) < share * len(lengths)


@given(st.lists(st.tuples(st.integers(0, 30), st.booleans()), max_size=40))
@settings(derandomize=True, max_examples=200)
def test_a_curve_never_rises_and_lies_between_its_limits(spans: list[tuple[int, bool]]) -> None:
    steps = survival(Span(length=length, ended=ended) for length, ended in spans)

    assert [s.surviving for s in steps] == sorted((s.surviving for s in steps), reverse=True)
    assert all(0 <= s.low <= s.surviving <= s.high <= 1 for s in steps)


def test_dropping_open_spans_would_flatter() -> None:
    honest = quantile(survival(SPANS), 0.5).estimate
    dropped = quantile(survival(span for span in SPANS if span.ended), 0.5).estimate

    assert honest is not None
    assert dropped is not None
    assert dropped < honest


def test_agreement_of_the_worked_example() -> None:
    pairs = [(True, True)] * 4 + [(True, False)] * 2 + [(False, True)] + [(False, False)] * 993

    assert positive_agreement(pairs) == pytest.approx(8 / 11)
    assert krippendorff_alpha(pairs) == pytest.approx(1 - 1_999 * 6 / (2 * 11 * 1_989))


def test_a_tenth_of_what_was_called_clean_speaks_for_all_of_it() -> None:
    called_positive = [(True, True)] * 10 + [(True, False)] * 4
    whole = called_positive + [(False, True)] * 20 + [(False, False)] * 400
    tenth = called_positive + [(False, True)] * 2 + [(False, False)] * 40

    assert positive_agreement(tenth, 10) == pytest.approx(positive_agreement(whole))
    assert krippendorff_alpha(tenth, 10) == pytest.approx(krippendorff_alpha(whole))
    assert krippendorff_alpha(tenth, 10) != pytest.approx(krippendorff_alpha(tenth), abs=0.1)


def test_agreement_is_not_defined_where_nobody_said_positive() -> None:
    assert positive_agreement([(False, False)] * 9) is None
    assert krippendorff_alpha([(False, False)] * 9) is None


def test_all_looks_together_spend_no_more_than_alpha() -> None:
    spent = sum(1 - level_at(look) for look in range(1, 20_000))

    assert ALPHA - 1e-5 < spent <= ALPHA


@pytest.mark.parametrize(
    ("low", "high", "said"),
    [
        pytest.param(-0.02, -0.001, Claim.DECREASE, id="below-zero"),
        pytest.param(0.001, 0.02, Claim.INCREASE, id="above-zero"),
        pytest.param(-0.02, 0.0, Claim.NONE, id="touches-zero"),
    ],
)
def test_a_claim_needs_the_whole_interval_on_one_side(low: float, high: float, said: Claim) -> None:
    assert claim(Interval(estimate=(low + high) / 2, low=low, high=high)) is said
