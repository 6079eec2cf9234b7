"""Periods are read, or refused with a reason, whatever somebody writes."""

from datetime import date

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pipeline.errors import InputError
from pipeline.metrics.periods import closing, days_of, quarter_of, year_before

YEARS = st.integers(0, 9999).map("{:04d}".format)
PERIODS = st.one_of(
    st.text(max_size=30),
    st.builds("{}-Q{}".format, YEARS, st.integers(0, 5)),
    st.builds("{}/{}".format, st.dates(), st.dates()),
)


def read(period: str) -> tuple[date, date] | None:
    try:
        return days_of(period)
    except InputError:
        return None


@settings(max_examples=300, derandomize=True)
@given(period=PERIODS)
@example(period="9999-12-01/9999-12-31")
@example(period="9999-Q4")
def test_a_period_ends_before_its_numbers_are_final_or_is_refused(period: str) -> None:
    days = read(period)

    assert days is None or days[0] < days[1] < closing(period).date()


@pytest.mark.parametrize("quarter", ["2026-Q1", "2026-Q2", "2026-Q3", "2026-Q4"])
def test_a_quarter_begins_in_itself_and_has_one_a_year_before(quarter: str) -> None:
    first, after = days_of(quarter)

    assert quarter_of(first) == quarter != quarter_of(after)
    assert year_before(quarter) == quarter_of(first.replace(year=2025))
