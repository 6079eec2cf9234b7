"""The interval that is published contains the truth as often as it says, and misses it the cautious way round."""

import pytest

from benchmarks.coverage import findings, market


@pytest.mark.parametrize(("prevalence", "evasive"), [(0.003, 0.4), (0.008, 0.15), (0.02, 0.0)])
def test_the_headline_covers_the_truth(prevalence: float, evasive: float) -> None:
    found = market(prevalence, evasive, listings=200_000)

    told = {f.interval: f for f in findings(found, prevalence, evasive, draws=2_000, labels=600)}

    assert told["headline"].covered >= 0.945
    assert told["headline"].below <= 0.02
    assert told["headline"].width_pp >= told["jeffreys"].width_pp


def test_strata_make_the_interval_narrower_than_a_simple_random_sample_does() -> None:
    found = market(0.008, 0.15, listings=200_000)

    told = {f.interval: f for f in findings(found, 0.008, 0.15, draws=500, labels=600)}

    assert told["headline"].width_pp < told["simple random"].width_pp
