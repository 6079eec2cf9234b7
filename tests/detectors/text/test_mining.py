"""Aliases that listings have in common are suggested, and a person can see why."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detectors.text.mining import Told, kind_of, script_of, suggest
from detectors.text.spelling import spellings_of
from tests.detectors.text.builders import REGISTER

SPELLINGS = [spelling for spelling in spellings_of(REGISTER) if spelling.asset_id == "zor-word"]
OTHERS = ["leather tote bag for women", "new canvas tote", "手提包 女士 新款", "大容量 手提包", "white sneakers"]


def told(*titles: str) -> list[Told]:
    return [Told(title=title, seller=f"shop {n}", because="decision") for n, title in enumerate(titles)]


def test_a_nickname_that_only_confirmed_listings_use_comes_first() -> None:
    found = suggest(SPELLINGS, told("Zovvi tote bag", "new Zovvi leather tote", "zovvi 手提包"), OTHERS)

    assert found[0].alias == "zovvi"
    assert (found[0].listings, found[0].sellers, found[0].elsewhere) == (3, 3, 0)
    assert found[0].because == ("decision",)
    assert found[0].example == "Zovvi tote bag"


def test_a_nickname_in_hanzi_is_suggested_whole() -> None:
    found = suggest(SPELLINGS, told("梵尼姐手提包 新款", "大容量梵尼姐手提包", "梵尼姐 女士"), OTHERS)

    assert found[0].alias == "梵尼姐"
    assert found[0].script == "hanzi"


def test_what_everybody_writes_is_no_alias() -> None:
    assert suggest(SPELLINGS, told("leather tote bag", "canvas tote bag"), OTHERS * 3) == ()


def test_what_the_search_finds_anyway_is_not_suggested() -> None:
    found = suggest(SPELLINGS, told("Zorvane tote", "ZORVANE bag", "Z0RVANE tote"), OTHERS)

    assert [one.alias for one in found if one.alias.startswith("zor")] == []


def test_one_listing_suggests_nothing() -> None:
    assert suggest(SPELLINGS, told("Zovvi tote bag"), OTHERS) == ()


@pytest.mark.parametrize(
    ("alias", "mark", "kind"),
    [
        pytest.param("zorv", "Zorvane", "part", id="part"),
        pytest.param("zorwane", "Zorvane", "misspelling", id="misspelling"),
        pytest.param("左凡尼", "佐梵尼", "sound", id="sound"),
        pytest.param("Z家", "Zorvane", "initials", id="initials"),
        pytest.param("骆驼", "Zorvane", "nickname", id="nickname"),
    ],
)
def test_the_way_from_mark_to_alias_is_told(alias: str, mark: str, kind: str) -> None:
    assert kind_of(alias, [mark]) == kind


def test_every_script_has_a_name() -> None:
    assert [script_of(word) for word in ("zor", "佐梵", "ゾル", "조르", "зор", "زور")] == [
        "latin",
        "hanzi",
        "kana",
        "hangul",
        "cyrillic",
        "arabic",
    ]


@settings(max_examples=60, derandomize=True, deadline=None)
@given(st.lists(st.text(alphabet="ab z佐梵~*9家", max_size=20), max_size=6))
def test_any_titles_give_suggestions_in_order_of_rank(titles: list[str]) -> None:
    found = suggest(SPELLINGS, told(*titles), OTHERS, most=5)

    assert len(found) <= 5
    assert [one.rank for one in found] == sorted((one.rank for one in found), reverse=True)
    assert all(one.listings >= 2 and one.alias for one in found)
