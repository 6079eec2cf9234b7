"""A p-value is honest: authentic offers are not called low more often than stated."""

import math
import random

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detectors.price import PriceLevels, PriceObservation, learn
from detectors.price.levels import FULL_SAMPLE
from pipeline.records import Condition
from tests.detectors.price.builders import REGISTER


def seen(
    ratio: float, number: int = 0, week: str = "2026-W40", condition: Condition = Condition.NEW
) -> PriceObservation:
    return PriceObservation(
        rights_holder_id="ostervik",
        listing=str(number),
        sku="OV-1",
        identified_by="name",
        condition=condition,
        week=week,
        ratio=ratio,
    )


def p_of(
    levels: PriceLevels, ratio: float, week: str = "2026-W40", condition: Condition = Condition.NEW
) -> float | None:
    found = levels.p_value(ratio, condition=condition, identified_by="name", week=week)
    return None if found is None else found.p


observations = st.lists(
    st.builds(
        seen,
        ratio=st.floats(0.01, 10),
        number=st.integers(0, 30),
        week=st.sampled_from(["2026-W40", "2026-W46"]),
        condition=st.sampled_from(Condition),
    ),
    max_size=80,
)


@settings(derandomize=True, max_examples=60, deadline=None)
@given(observations, st.randoms(use_true_random=False))
def test_the_order_of_observations_does_not_matter(given_: list[PriceObservation], chance: random.Random) -> None:
    shuffled = chance.sample(given_, len(given_))

    assert learn(shuffled, REGISTER).digest == learn(given_, REGISTER).digest


@settings(derandomize=True, max_examples=60, deadline=None)
@given(observations)
def test_levels_survive_json(given_: list[PriceObservation]) -> None:
    levels = learn(given_, REGISTER)

    assert PriceLevels.from_json(orjson.loads(orjson.dumps(levels.to_json()))) == levels


@settings(derandomize=True, max_examples=60, deadline=None)
@given(observations, st.floats(0.001, 100), st.floats(0.001, 100), st.sampled_from(Condition))
def test_a_lower_price_is_never_likelier(
    given_: list[PriceObservation], a: float, b: float, condition: Condition
) -> None:
    levels = learn(given_, REGISTER)

    low, high = p_of(levels, min(a, b), condition=condition), p_of(levels, max(a, b), condition=condition)

    if low is not None and high is not None:
        assert 0 < low <= high <= 1


@settings(derandomize=True, max_examples=20, deadline=None)
@given(st.lists(st.floats(0.05, 5), min_size=FULL_SAMPLE + 1, max_size=FULL_SAMPLE + 40, unique=True))
def test_left_out_authentic_offers_are_called_low_no_more_often_than_nominal(ratios: list[float]) -> None:
    everyone = [seen(ratio, number) for number, ratio in enumerate(ratios)]

    p_values = [p_of(learn(everyone[:i] + everyone[i + 1 :], REGISTER), ratio) for i, ratio in enumerate(ratios[:20])]
    full = learn(everyone, REGISTER)
    in_sample = [p_of(full, ratio) for ratio in ratios]

    assert all(p is not None and p >= 1 / (len(ratios) + 1) for p in (*p_values, *in_sample))
    for alpha in (0.01, 0.05, 0.2):
        assert sum(p <= alpha for p in in_sample if p is not None) <= alpha * (len(ratios) + 1)


@pytest.mark.parametrize("shift", [0.0, -0.5], ids=["quiet weeks", "a promotion week"])
def test_the_false_alarm_rate_on_fresh_authentic_offers_stays_at_the_level(shift: float) -> None:
    chance = random.Random(7)
    draws, alarms = 0, 0
    for _ in range(40):
        weeks = [("2026-W40", 0.0)] * 150 + [("2026-W46", shift)] * 110
        past = [seen(math.exp(chance.gauss(-0.2, 0.3) + s), i, week) for i, (week, s) in enumerate(weeks)]
        levels = learn(past, REGISTER)
        fresh = [math.exp(chance.gauss(-0.2, 0.3) + shift) for _ in range(25)]
        alarms += sum((p_of(levels, ratio, "2026-W46") or 1) <= 0.05 for ratio in fresh)
        draws += len(fresh)

    assert alarms / draws <= 0.05 + 3 * math.sqrt(0.05 * 0.95 / draws)


def test_without_observations_the_measured_null_speaks() -> None:
    levels = PriceLevels()

    assert [round(p_of(levels, ratio) or 0, 3) for ratio in (0.1, 0.25, 0.5, 0.8)] == [0.006, 0.01, 0.038, 0.184]


def test_an_unknown_condition_makes_low_prices_likelier() -> None:
    levels = PriceLevels()

    new, unknown = p_of(levels, 0.3), p_of(levels, 0.3, condition=Condition.UNKNOWN)

    assert new is not None
    assert unknown is not None
    assert new < unknown


@pytest.mark.parametrize(("count", "known"), [(18, False), (19, True)])
def test_used_goods_are_held_against_used_goods_alone(count: int, known: bool) -> None:
    levels = learn([seen(0.5, i, condition=Condition.USED) for i in range(count)], REGISTER)

    assert (p_of(levels, 0.1, condition=Condition.USED) is not None) == known


def test_a_promotion_week_has_its_own_level() -> None:
    usual = [seen(0.8 + i / 1000, i) for i in range(150)]
    promoted = [seen(0.4 + i / 1000, i, "2026-W46") for i in range(100)]
    levels = learn(usual + promoted, REGISTER)

    quiet, loud = p_of(levels, 0.42), p_of(levels, 0.42, "2026-W46")

    assert quiet is not None
    assert loud is not None
    assert quiet < 0.05 < loud


def test_a_listing_seen_twice_in_a_week_counts_once() -> None:
    once = learn([seen(0.5, 1)], REGISTER)

    assert learn([seen(0.5, 1), seen(0.9, 1)], REGISTER) == once


def test_a_dear_week_makes_no_offer_look_cheaper() -> None:
    levels = learn([seen(0.5, i) for i in range(60)] + [seen(0.9, i, "2026-W46") for i in range(30)], REGISTER)

    assert "2026-W46" not in levels.week_shifts
