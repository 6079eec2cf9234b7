"""Single values: what is accepted, as what, and what is refused."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.codes import CURRENCIES, is_gtin
from pipeline.rules import Fault, Value, quote
from pipeline.values import AMOUNT, COUNTRY, CURRENCY, DATE, GTIN, INSTANT, RATING, SHA256, name_or_number, whole

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=12,
)


def read(rule: Value, raw: Any) -> Any:
    faults: list[Fault] = []
    value = rule.read(raw, faults)
    assert (value is None) == bool(faults)
    return value


@pytest.mark.parametrize(
    ("raw", "amount"),
    [
        pytest.param("39.90", "39.90", id="as the contract says"),
        pytest.param(" 5 ", "5", id="spaces around"),
        pytest.param(5, "5", id="a whole number"),
        pytest.param(19.9, "19.9", id="a float is what it prints as"),
        pytest.param(0, "0", id="nothing to pay"),
        pytest.param("1,299.00", "1299.00", id="thousands comma and decimal point"),
        pytest.param("1,299,000", "1299000", id="two thousands commas"),
        pytest.param("1000000000000", "1000000000000", id="the largest"),
    ],
)
def test_an_amount_is_read_exactly(raw: Any, amount: str) -> None:
    assert str(read(AMOUNT, raw)) == amount


@pytest.mark.parametrize(
    "raw",
    [
        pytest.param("1,299", id="a comma that may be either"),
        pytest.param("12,50", id="decimal comma"),
        pytest.param("1.299,00", id="swapped separators"),
        pytest.param("-3", id="negative"),
        pytest.param(-3, id="negative number"),
        pytest.param("NaN", id="not a number"),
        pytest.param(float("nan"), id="float NaN"),
        pytest.param(float("inf"), id="infinite"),
        pytest.param("1e308", id="exponent"),
        pytest.param(1e308, id="absurd float"),
        pytest.param("1000000000001", id="beyond the largest"),
        pytest.param("", id="empty"),
        pytest.param("about 5", id="words"),
        pytest.param("\u0665", id="digits of another script"),
        pytest.param(True, id="a truth value"),
        pytest.param(["5"], id="a list"),
        pytest.param(None, id="nothing"),
    ],
)
def test_an_amount_that_could_mean_two_things_or_none_is_refused(raw: Any) -> None:
    assert read(AMOUNT, raw) is None


@given(st.decimals(min_value=0, max_value=10**12, places=2))
@settings(derandomize=True, deadline=None)
def test_a_written_amount_comes_back_the_same(amount: Decimal) -> None:
    assert read(AMOUNT, f"{amount:f}") == amount


@pytest.mark.parametrize(
    ("raw", "utc"),
    [
        pytest.param("2026-10-03T07:12:00Z", datetime(2026, 10, 3, 7, 12, tzinfo=UTC), id="UTC"),
        pytest.param("2026-10-03T08:00:00+08:00", datetime(2026, 10, 3, tzinfo=UTC), id="an offset"),
        pytest.param("2026-10-03t07:12:00.250z", datetime(2026, 10, 3, 7, 12, 0, 250000, UTC), id="small letters"),
        pytest.param("2024-02-29 23:30:00-01:00", datetime(2024, 3, 1, 0, 30, tzinfo=UTC), id="a space, leap day"),
    ],
)
def test_a_time_with_any_offset_is_read_as_utc(raw: str, utc: datetime) -> None:
    value = read(INSTANT, raw)

    assert (value, value.tzinfo) == (utc, UTC)


@pytest.mark.parametrize(
    "raw",
    [
        "2026-10-03T07:12:00",
        "03/10/2026",
        "2026-10-03",
        "2026-13-45T99:00:00Z",
        "0001-01-01T00:00:00+10:00",
        1759475520,
    ],
)
def test_a_time_without_zone_or_sense_is_refused(raw: Any) -> None:
    assert read(INSTANT, raw) is None


def test_a_gtin_is_accepted_exactly_with_its_check_digit() -> None:
    bodies = ["400638133393", "1234567", "03600029145", "1061414100041"]

    accepted = [[digit for digit in "0123456789" if is_gtin(body + digit)] for body in bodies]

    assert accepted == [["1"], ["0"], ["2"], ["5"]]


@given(body=st.from_regex(r"[0-9]{12}", fullmatch=True), place=st.integers(0, 12), step=st.integers(1, 9))
@settings(derandomize=True, deadline=None)
def test_any_single_wrong_digit_breaks_a_gtin(body: str, place: int, step: int) -> None:
    gtin = next(body + digit for digit in "0123456789" if is_gtin(body + digit))

    wrong = gtin[:place] + str((int(gtin[place]) + step) % 10) + gtin[place + 1 :]

    assert not is_gtin(wrong)


@pytest.mark.parametrize(
    ("rule", "raw", "value"),
    [
        pytest.param(GTIN, 4006381333931, "4006381333931", id="a GTIN as a number"),
        pytest.param(GTIN, "4006381333932", None, id="a wrong check digit"),
        pytest.param(GTIN, "123", None, id="a short GTIN"),
        pytest.param(CURRENCY, "CNY", "CNY", id="a currency"),
        pytest.param(CURRENCY, " eur", "EUR", id="a currency in small letters"),
        pytest.param(CURRENCY, "¥", None, id="a sign of two currencies"),
        pytest.param(CURRENCY, "ZZZ", None, id="no currency"),
        pytest.param(CURRENCY, ["CNY"], None, id="a list of currencies"),
        pytest.param(COUNTRY, "GB", "GB", id="a country"),
        pytest.param(COUNTRY, "gb", None, id="a country in small letters"),
        pytest.param(SHA256, "0g" * 32, None, id="no digest"),
        pytest.param(RATING, "4.5", 4.5, id="a rating as text"),
        pytest.param(RATING, 101, None, id="a rating beyond percent"),
        pytest.param(whole(1), "12", 12, id="a count as text"),
        pytest.param(whole(1), 12.0, 12, id="a whole float"),
        pytest.param(whole(1), 1.5, None, id="a broken count"),
        pytest.param(whole(1), 0, None, id="a count below the least"),
        pytest.param(whole(0), True, None, id="a truth value is no count"),
        pytest.param(name_or_number(5), 12345, "12345", id="an id as a number"),
        pytest.param(name_or_number(5), "123456", None, id="an id that is too long"),
        pytest.param(name_or_number(5), "  ", None, id="a blank id"),
        pytest.param(name_or_number(5), 1.5, None, id="a broken number is no id"),
    ],
)
def test_a_code_is_read_or_refused(rule: Value, raw: Any, value: Any) -> None:
    assert read(rule, raw) == value


@given(JSON)
@settings(derandomize=True, max_examples=150, deadline=None)
def test_of_any_json_a_rule_makes_a_value_or_one_fault(raw: Any) -> None:
    for rule in (AMOUNT, COUNTRY, CURRENCY, DATE, GTIN, INSTANT, RATING, SHA256, whole(0), name_or_number(9)):
        faults: list[Fault] = []

        value = rule.read(raw, faults)

        assert (value is None) == (len(faults) == 1)
        assert len(faults) <= 1


@given(JSON)
@settings(derandomize=True, max_examples=150, deadline=None)
def test_what_was_got_is_shown_short_and_printable(raw: Any) -> None:
    shown = quote(raw)

    assert 0 < len(shown) <= 80
    assert shown.isprintable()


def test_a_number_of_thousands_of_digits_is_shown() -> None:
    assert quote(10**5000) == "a huge int"


def test_currencies_have_three_capital_letters() -> None:
    assert all(len(code) == 3 and code.isupper() and code.isascii() for code in CURRENCIES)
    assert {"CNY", "USD", "EUR", "GBP", "JPY", "KRW"} <= CURRENCIES
    assert not {"XXX", "XTS", "XAU", "RMB"} & CURRENCIES
