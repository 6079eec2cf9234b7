"""What listings say about their goods is read, in many languages, and false friends are not."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detectors.text.coded_vocabulary import CodedVocabulary, vocabulary
from pipeline.records import Asset, AssetKind
from tests.detectors.text.builders import WORDS, batch, listing, said_in

ANY_ASSET = Asset(id="any", kind=AssetKind.WORD_MARK, text="any")


@pytest.mark.parametrize(
    ("title", "observation", "quote"),
    [
        pytest.param("高仿手提包", "replica", "高仿", id="zh"),
        pytest.param("tote 1:1 copy", "replica", "1:1 copy", id="en"),
        pytest.param("TOTE REPLICA", "replica", "REPLICA", id="en capitals"),
        pytest.param("tote ｒｅｐｌｉｃａ", "replica", "ｒｅｐｌｉｃａ", id="en full width"),
        pytest.param("tote r e p l i c a", "replica", "r e p l i c a", id="en spaced"),
        pytest.param("高*仿手提包", "replica", "高*仿", id="zh with a sign inside"),
        pytest.param("復刻 手提包", "replica", "復刻", id="zh traditional"),
        pytest.param("バッグ スーパーコピー", "replica", "スーパーコピー", id="ja"),
        pytest.param("가방 레플리카", "replica", "레플리카", id="ko"),
        pytest.param("СУМКА КОПИЯ 1:1", "replica", "КОПИЯ 1:1", id="ru capitals"),
        pytest.param("bolsa primeira linha", "replica", "primeira linha", id="pt"),
        pytest.param("手提包 懂的来", "evasive", "懂的来", id="zh winks"),
        pytest.param("tote, logo covered in photos", "evasive", "logo covered in photos", id="en covered"),
        pytest.param("Das Logo wird auf Fotos verdeckt", "evasive", "Logo", id="de a sign that is hidden"),
        pytest.param("介意勿拍，不支持验货", "evasive", "介意勿拍", id="zh with talk of inspection"),
        pytest.param("详情请加微信", "contact", "加微信", id="zh contact"),
        pytest.param("catalogue on whatsapp", "contact", "catalogue on whatsapp", id="en contact"),
        pytest.param("二手手提包", "second_hand", "二手", id="zh used"),
        pytest.param("tote pre-owned", "second_hand", "pre-owned", id="en used"),
        pytest.param("Tasche gebraucht", "second_hand", "gebraucht", id="de used"),
        pytest.param("sac d'occasion", "second_hand", "d'occasion", id="fr used"),
        pytest.param("sac occasion cuir", "second_hand", "occasion", id="fr used, without the article"),
        pytest.param("Tasche aus tierfreiem Nichtraucherhaushalt", "second_hand", "Nichtraucherhaushalt", id="de home"),
        pytest.param("トート 目立った傷や汚れなし", "second_hand", "目立った傷や汚れなし", id="ja grade"),
        pytest.param("حقيبة استعمال خفيف", "second_hand", "استعمال خفيف", id="ar used"),
        pytest.param("torba używka", "second_hand", "używka", id="pl used"),
        pytest.param("ốp lưng điện thoại", "accessory", "ốp lưng", id="vi case"),
        pytest.param("сумка б/у", "second_hand", "б/у", id="ru used"),
        pytest.param("가방 중고", "second_hand", "중고", id="ko used"),
        pytest.param("手提包 海外版", "grey_market", "海外版", id="zh grey"),
        pytest.param("tote parallel import", "grey_market", "parallel import", id="en grey"),
        pytest.param("чехол для сумки", "accessory", "чехол для", id="ru accessory"),
        pytest.param("手提包保护套", "accessory", "保护套", id="zh accessory"),
        pytest.param("tote dupe", "lookalike", "dupe", id="en dupe"),
        pytest.param("大牌平替手提包", "lookalike", "大牌平替", id="zh longest phrase"),
        pytest.param("手提包测评", "denial", "测评", id="zh review"),
        pytest.param("book about totes", "denial", "book about", id="en book"),
        pytest.param("tote official stockist", "authorised_claim", "official stockist", id="en official"),
        pytest.param("empty box for tote", "damaged_or_parts", "empty box", id="en box"),
        pytest.param("taška ze sekáče", "second_hand", "ze sekáče", id="cs used"),
        pytest.param("حقيبة بدون ضمان محلي", "grey_market", "بدون ضمان محلي", id="ar grey"),
        pytest.param("tom æske til taske", "damaged_or_parts", "tom æske", id="da box"),
    ],
)
def test_a_phrase_of_the_trade_is_read(title: str, observation: str, quote: str) -> None:
    evidence = said_in(listing(title))[observation].evidence

    assert evidence["quote"] == quote
    assert title[evidence["start"] : evidence["end"]] == quote


@pytest.mark.parametrize(
    ("title", "observation"),
    [
        pytest.param("Pack of 20 AAA quality batteries", "replica", id="batteries"),
        pytest.param("翡翠手镯A货", "replica", id="jade of grade A"),
        pytest.param("1:1 scale model car", "replica", id="scale model"),
        pytest.param("拒绝高仿手提包", "replica", id="zh refused"),
        pytest.param("this is not a replica", "replica", id="en denied"),
        pytest.param("kein Replik", "replica", id="de denied"),
        pytest.param("tote with our logo", "evasive", id="a sign that is not hidden"),
        pytest.param("best flat cap worn by sailors", "second_hand", id="worn by somebody"),
        pytest.param("最高 仿真花", "replica", id="zh across a space"),
        pytest.param("replicated study", "replica", id="inside a word"),
        pytest.param("used for hiking", "second_hand", id="used for"),
        pytest.param("花瓶 非二手", "second_hand", id="zh not used"),
        pytest.param("ins风 手提包", "lookalike", id="a style of pictures"),
        pytest.param("介意勿拍 颜色略有差异", "evasive", id="a common phrase alone"),
        pytest.param("vintage style tote", "second_hand", id="a style"),
        pytest.param("tote for any occasion", "second_hand", id="French for used in English"),
        pytest.param("相机带挂绳", "accessory", id="zh with a cord"),
        pytest.param("Kamera mit Schutzhülle", "accessory", id="de with a cover"),
        pytest.param("カメラ ケース付き", "accessory", id="ja with a case"),
        pytest.param("海报 装饰画", "denial", id="a poster is goods"),
        pytest.param("", "replica", id="nothing"),
    ],
)
def test_a_false_friend_is_not(title: str, observation: str) -> None:
    assert observation not in said_in(listing(title))


def test_the_category_tells_a_false_friend() -> None:
    assert "replica" in said_in(listing("AAA quality", category="Fashion > Bags"))
    assert "replica" not in said_in(listing("AAA quality", category="Electronics > Batteries"))


def test_an_accessory_is_told_by_the_title_only() -> None:
    assert "accessory" not in said_in(listing("tote", description="comes with a cover for rain"))


def test_all_hits_stand_in_one_signal() -> None:
    said = said_in(listing("高仿 tote", description="top replica"))

    assert [hit["quote"] for hit in said["replica"].evidence["hits"]] == ["高仿", "top replica"]


def test_signals_concern_no_rights_holder() -> None:
    said = said_in(listing("高仿 二手 加微信"))

    assert set(said) == {"replica", "second_hand", "contact"}
    assert {(signal.rights_holder_id, signal.asset_id) for signal in said.values()} == {(None, None)}


def test_every_observation_has_phrases_in_many_languages() -> None:
    observations = {f"vocabulary.{phrase.observation}" for phrase in vocabulary()}

    assert observations == set(CodedVocabulary.observations)


def test_every_phrase_of_the_table_is_folded_and_has_a_weight_and_fields() -> None:
    for phrase in vocabulary():
        assert phrase.text == phrase.text.casefold().strip() != ""
        assert 0 < phrase.weight <= 1
        assert phrase.fields
        assert set(phrase.fields) <= set("tdas")


PHRASES = st.sampled_from([phrase.text for phrase in vocabulary()])
TEXTS = st.lists(PHRASES | st.sampled_from(["not", "非", "tote", "手提包", "。", "battery", "拒绝"]), max_size=5).map(
    " ".join
)


@given(title=TEXTS, description=TEXTS)
@settings(derandomize=True, max_examples=100, deadline=None)
def test_the_automaton_reads_exactly_what_trying_every_phrase_reads(title: str, description: str) -> None:
    one = listing(title, description=description, attributes={"note": title}, seller=description)

    assert WORDS.detect(batch(one))[0] == WORDS.compare(one, (), ANY_ASSET)


@given(title=st.text(max_size=60))
@settings(derandomize=True, max_examples=200, deadline=None)
def test_any_text_is_read_to_the_end(title: str) -> None:
    for signal in WORDS.detect(batch(listing(title)))[0]:
        start, end = signal.evidence["start"], signal.evidence["end"]
        assert title[start:end] == signal.evidence["quote"]
