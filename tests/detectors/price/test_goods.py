"""Goods and cues are read in many languages, and a word inside another does not count."""

import pytest

from detectors.price.goods import CUES, KINDS, cues_in, families, goods_in, goods_offered
from detectors.price.words import fold, lexicon, table

SAME = {
    "backpack": "backpack|Rucksack|sac à dos|mochila|zaino|plecak|рюкзак|双肩包|リュック|백팩|rugzak|ryggsäck|ba lô",
    "outerwear": "rain jacket|Regenjacke|veste|chaqueta|giacca|kurtka|куртка|夹克|ジャケット|재킷|jaqueta|ceket",
    "mug": "mug|Kaffeetasse tasse|taza|tazza|kubek|кружка|马克杯|マグカップ|머그컵|caneca|kupa|cốc|แก้วมัค",
    "headphones": "headphones|Kopfhörer|écouteurs|auriculares|cuffie|наушники|耳机|ヘッドホン|헤드폰|kulaklık",
    "shoe": "sneakers|Laufschuhe|chaussures|zapatillas|scarpe|buty|кроссовки|运动鞋|スニーカー|운동화|schoenen|giày",
}


@pytest.mark.parametrize(
    ("word", "kind"), [pytest.param(word, kind, id=word) for kind, words in SAME.items() for word in words.split("|")]
)
def test_the_kind_of_goods_is_read_in_any_language(word: str, kind: str) -> None:
    assert goods_in(word).kinds == {kind}


@pytest.mark.parametrize(
    ("title", "category", "kinds"),
    [
        pytest.param("sleeping bag", None, {"sleeping_bag"}, id="a longer word goes first"),
        pytest.param("capital", None, set(), id="a word inside another"),
        pytest.param("新品 包邮", None, set(), id="free postage is no bag"),
        pytest.param("laptop backpack", None, set(), id="two families"),
        pytest.param("laptop backpack", "Bags", {"backpack"}, id="two families and a category"),
        pytest.param("classic", "Shoes > Sneakers", {"shoe"}, id="the category alone"),
        pytest.param("backpack strap", "Bags", {"strap"}, id="a part of it"),
        pytest.param("thenorth双肩包", None, {"backpack"}, id="a change of script is a border"),
    ],
)
def test_the_goods_offered_are(title: str, category: str | None, kinds: set[str]) -> None:
    assert goods_offered(title, category).kinds == kinds


@pytest.mark.parametrize(
    ("title", "cue"),
    [
        ("bolso de segunda mano", "used"),
        ("中古 バッグ", "used"),
        ("รองเท้ามือสอง", "used"),
        ("tweedehands jas", "used"),
        ("聯名 双肩包 替换装", "fits"),
        ("capa compatível com caneca", "fits"),
        ("flacon vide", "empty"),
        ("kiralık çadır", "rental"),
    ],
)
def test_the_cue_is_read(title: str, cue: str) -> None:
    assert cue in cues_in(title)


@pytest.mark.parametrize("name", [KINDS, CUES])
def test_no_word_of_a_table_stands_twice(name: str) -> None:
    words = [(entry, fold(word)) for entry, _, row in table(name) for word in row]
    owners = {word: entry for entry, word in words}

    assert all(word for _, word in words)
    assert [(entry, word) for entry, word in words if owners[word] != entry] == []


def test_every_word_of_the_table_is_found_and_of_one_family() -> None:
    assert len({(kind, family) for kind, family, _ in table(KINDS)}) == len(families())
    for kind, _, words in table(KINDS):
        for word in words:
            assert kind in {found.entry for found in lexicon(KINDS).find(fold(word.strip("*")))}
