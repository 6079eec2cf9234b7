"""Prices read from text, held against a table read by hand."""

from __future__ import annotations

import re
from collections import Counter
from decimal import Decimal
from importlib.resources import files
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detectors.price.quoted import prices_in
from detectors.price.roles import Role
from detectors.price.settled import Quoted

TABLES = [Path(__file__).with_name(name) for name in ("quoted_prices.tsv", "unseen_prices.tsv")]
ROLES = {
    Role.SALE: "s",
    Role.LIST: "l",
    Role.LOW: "lo",
    Role.HIGH: "hi",
    Role.TIER: "t",
    Role.DEPOSIT: "d",
    Role.SHIPPING: "h",
    Role.COUPON: "c",
    Role.INSTALMENT: "i",
}
LINES = [line for table in TABLES for line in table.read_text("utf-8").splitlines()]
ROWS = [line.split("\t") for line in LINES if not line.startswith("#")]
FIRST_SIGHT = [
    line.split("\t")
    for line in Path(__file__).with_name("first_sight_prices.tsv").read_text("utf-8").splitlines()
    if not line.startswith("#")
]
KNOWN_SILENCE = frozenset({"3 pezzi a 15 €", "$1.2M"})
"""Strings of the table about which the parser says nothing, though a reader could."""


def written(price: Quoted) -> str:
    units = f" x{price.units}" if price.units > 1 else ""
    least = f" min{price.min_qty}" if price.min_qty > 1 else ""
    return f"{ROLES[price.role]} {_plain(price.amount)} {price.currencies[0]}{units}{least}"


def _plain(amount: Decimal) -> str:
    return f"{amount.normalize():f}"


def _expected(cell: str) -> str:
    """Return what is expected, with amounts as plain as those that are read."""
    return re.sub(r"\d+\.\d+", lambda number: _plain(Decimal(number.group())), cell)


def read(text: str) -> str:
    return " | ".join(map(written, prices_in(text))) or "-"


@pytest.mark.parametrize(("text", "expected"), [pytest.param(*row, id=row[0]) for row in ROWS])
def test_a_price_string_is_read_as_a_person_reads_it(text: str, expected: str) -> None:
    assert read(text) == ("-" if text in KNOWN_SILENCE else _expected(expected))


@pytest.mark.parametrize(("text", "expected"), [pytest.param(*row, id=row[0]) for row in FIRST_SIGHT])
def test_what_a_hard_price_string_is_said_to_name_it_names(text: str, expected: str) -> None:
    said = Counter(read(text).split(" | ")) - Counter(["-"])

    assert said <= Counter(_expected(expected).split(" | "))


def test_most_hard_price_strings_are_read_in_full() -> None:
    full = [text for text, expected in FIRST_SIGHT if read(text) == _expected(expected)]

    assert len(full) >= 0.8 * len(FIRST_SIGHT)


def test_the_table_is_large_and_nearly_all_of_it_is_read() -> None:
    assert len({text for text, _ in ROWS}) >= 850
    assert len(KNOWN_SILENCE) <= len(ROWS) // 100


@settings(max_examples=300, derandomize=True, deadline=None)
@given(st.text(alphabet="0123456789٣.,-–~/ $€¥元円₩x×件pcsabRr满减ofvdtİıſKwas", max_size=80))
def test_any_text_is_read_without_harm_and_evidence_points_into_it(text: str) -> None:
    for price in prices_in(text):
        assert 0 <= price.start < price.end <= len(text)
        assert price.amount >= 0
        assert price.units >= 1
        assert price.min_qty >= 1


@pytest.mark.parametrize("text", ["prİce $45", "$45 prıx", "45 \u017fek, 40 \u212ac"])
def test_letters_that_only_look_like_others_in_small_do_no_harm(text: str) -> None:
    assert len(prices_in(text)) <= 1


def test_no_word_says_two_things_of_an_amount() -> None:
    table = (files("detectors.price") / "quotes.tsv").read_text("utf-8").splitlines()
    words = Counter(word for row in table if not row.startswith("#") for word in row.split("\t")[1].lower().split("|"))

    assert [word for word, times in words.items() if times > 1] == []


def test_a_text_of_nothing_but_digits_and_signs_ends_soon() -> None:
    assert prices_in("1 " * 10_000) == ()
    assert prices_in("$" * 10_000) == ()
