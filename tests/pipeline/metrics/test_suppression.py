"""Nothing that is published, added or subtracted, speaks of fewer notices or holders than the rule allows."""

from collections import Counter, defaultdict
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.metrics.suppression import WITHHELD, Unit, enough, publishable

UNITS = st.lists(
    st.builds(
        lambda holder, notices, a, b: Unit(holder=f"h{holder}", notices=notices, values=(f"a{a}", f"b{b}")),
        st.integers(0, 8),
        st.integers(0, 3),
        st.integers(0, 4),
        st.integers(0, 3),
    ),
    max_size=120,
)


def unit(holder: str, *values: str, notices: int = 1) -> Unit:
    return Unit(holder=holder, notices=notices, values=values)


def many(count: int, *values: str, holders: str = "xyz") -> list[Unit]:
    return [unit(holders[number % len(holders)], *values) for number in range(count)]


@given(UNITS)
@settings(derandomize=True, max_examples=400)
def test_every_group_of_cases_that_look_alike_is_large_enough(units: list[Unit]) -> None:
    shown = publishable(units)
    if shown is None:
        assert not enough(units)
        return

    atoms = defaultdict(list)
    for one, values in zip(units, shown, strict=True):
        atoms[values].append(one)
    assert all(enough(members) for members in atoms.values())


@given(UNITS)
@settings(derandomize=True, max_examples=300)
def test_no_sum_or_difference_of_two_published_groups_leaves_a_small_rest(units: list[Unit]) -> None:
    shown = publishable(units) or []
    cells: dict[tuple[int, str], set[int]] = defaultdict(set)
    for place, values in enumerate(shown):
        cells[-1, "all"].add(place)
        for depth, value in enumerate(values):
            cells[depth, value].add(place)

    for one, other in combinations(cells.values(), 2):
        for rest in (one - other, other - one, one & other):
            assert not rest or enough([units[place] for place in rest])


@given(UNITS)
@settings(derandomize=True, max_examples=200)
def test_a_value_is_either_true_or_withheld(units: list[Unit]) -> None:
    for one, values in zip(units, publishable(units) or [u.values for u in units], strict=True):
        assert all(shown in (true, WITHHELD) for shown, true in zip(values, one.values, strict=True))


@pytest.mark.parametrize(
    ("units", "groups"),
    [
        pytest.param(many(10, "a"), {"a": 10}, id="just-enough"),
        pytest.param(many(9, "a"), None, id="too-few-notices"),
        pytest.param(many(30, "a", holders="xy"), None, id="too-few-holders"),
        pytest.param(many(20, "a") + many(20, "b"), {"a": 20, "b": 20}, id="two-that-are-large"),
        pytest.param(
            many(20, "a") + many(20, "b") + many(4, "c"), {"b": 20, WITHHELD: 24}, id="the-next-smallest-joins"
        ),
        pytest.param(many(20, "a") + many(6, "b") + many(6, "c"), {"a": 20, WITHHELD: 12}, id="two-small-ones-merge"),
        pytest.param(many(20, "a") + many(2, "b"), {WITHHELD: 22}, id="no-subtraction-from-the-total"),
        pytest.param(many(20, "a") + many(12, "b", holders="x"), {WITHHELD: 32}, id="one-holder-is-not-shown"),
    ],
)
def test_small_groups_are_merged_until_they_are_large(units: list[Unit], groups: dict[str, int] | None) -> None:
    shown = publishable(units)

    assert (shown and Counter(values[0] for values in shown)) == groups
