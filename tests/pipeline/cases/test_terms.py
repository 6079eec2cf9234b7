"""By what a case is found."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.cases.card import Card
from pipeline.cases.terms import MOST, MOST_SOUGHT, sought_terms, terms_of
from pipeline.records import ListingKey

CARD = Card(content="", captured_at=datetime(2026, 10, 3, tzinfo=UTC), title="", url="https://item.example/1")
KEY = ListingKey("ebay", "it-4711", "corner_goods")


def finds(text: str, title: str = "") -> bool:
    return set(sought_terms(text)) <= set(terms_of(replace(CARD, title=title), KEY))


@pytest.mark.parametrize(
    ("text", "title"),
    [
        pytest.param("VASE quillmere", "Quillmere: vase, white", id="words in any order and case"),
        pytest.param("elancay", "Élançay candle", id="without its accents"),
        pytest.param("quillmere", "Quill\u200bmere vase", id="though something unseen stands in between"),
        pytest.param("手提包", "白色手提包 包邮", id="within a run of Chinese"),
        pytest.param("包", "白色手提包", id="one Chinese letter"),
        pytest.param("バッグ", "ルヴァンテルバッグ", id="within a run of Japanese"),
        pytest.param("ｖａｓｅ", "vase", id="full-width letters"),
        pytest.param("it-4711", "", id="the listing's id"),
        pytest.param("corner_goods", "", id="the seller's id"),
        pytest.param("http://ITEM.example/1/#photos", "", id="the address, however written"),
    ],
)
def test_a_case_is_found_by(text: str, title: str) -> None:
    assert finds(text, title)


@pytest.mark.parametrize(
    ("text", "title"),
    [
        pytest.param("vase", "vases", id="a part of a word"),
        pytest.param("包提", "手提包", id="the letters in another order"),
        pytest.param("quillmere vase", "quillmere mug", id="one word of two"),
        pytest.param("https://item.example/12", "", id="another address"),
    ],
)
def test_a_case_is_not_found_by(text: str, title: str) -> None:
    assert not finds(text, title)


def test_nothing_is_sought_where_there_are_neither_letters_nor_digits() -> None:
    assert sought_terms("“–” *%_ \u200b") == ()


@settings(derandomize=True, max_examples=200)
@given(st.text(max_size=2_000))
def test_every_title_is_found_by_itself_and_terms_are_plain(title: str) -> None:
    terms = terms_of(replace(CARD, title=title), KEY)

    assert finds(title[:80], title[:80])
    assert len(terms) <= MOST
    assert len(sought_terms(title)) <= MOST_SOUGHT
    assert all(term.isalnum() or not set(term) & set(" \"'%_&|!:*()\\\x00") for term in terms)
