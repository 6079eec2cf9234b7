"""Every word of the pages is in both languages, and times and money are written as each writes them."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir
from hypothesis import given, settings
from hypothesis import strategies as st

import pipeline.review
from detectors.image.hashes import CHANGES
from detectors.image.views import LAYER_VIEWS, LISTING_VIEWS
from detectors.price.low import _IDENTIFIED
from detectors.text.coded_vocabulary import _SAYS
from detectors.text.disguise import _WAYS
from detectors.text.fragments import Fragment
from detectors.text.mark_in_text import _FORM_WORDS, _USE_WORDS
from pipeline.cases.dismissal import RuleKind
from pipeline.enforcement import CaseState, EventKind, RecheckResult
from pipeline.followup.clocks import shipped_clocks
from pipeline.followup.health import shipped_programmes
from pipeline.people import EVERY_HOLDER, Role
from pipeline.records import Band, Condition, Label
from pipeline.review.keys import DEFAULTS
from pipeline.review.language import _catalogue, language_of
from pipeline.review.words import WORDS
from tests.pipeline.review.desk import Desk

HOME = Path(str(pipeline.review.__file__)).parent


def messages() -> set[str]:
    methods = [("templates/**.html", "jinja2"), ("words.py", "python")]
    found: set[str] = set()
    for _, _, message, _, _ in extract_from_dir(str(HOME), method_map=methods):
        found.update(message if isinstance(message, tuple) else (message,))
    return found


def test_every_text_of_the_pages_has_a_translation_and_no_translation_is_left_over() -> None:
    catalogue = language_of("zh_Hans").catalogue

    assert len(messages()) > 300
    assert sorted(messages() - set(catalogue)) == []
    assert sorted(set(catalogue) - messages()) == []


def test_a_translation_keeps_what_is_filled_in() -> None:
    language, sentences = language_of("zh_Hans"), _catalogue("zh_Hans", "sentences.")
    translated = {text: language.gettext(text) for text in messages()} | sentences

    wrong = [text for text, said in translated.items() if set(_names(text)) != set(_names(said))]

    assert wrong == []


def test_every_member_of_a_closed_set_has_a_word() -> None:
    members = [*Label, *Band, *CaseState, *Role, *Condition, *RecheckResult, *DEFAULTS]
    members += [f"event.{kind.value}" for kind in EventKind] + [f"rule.{kind.value}" for kind in RuleKind]

    assert [str(member) for member in members if str(member) not in WORDS] == []


SAID = [
    pytest.param(
        "The title has “Q.u.i” for the mark Qui (split by signs or spaces), used to praise the goods, as “top” tells.",
        "标题中以“Q.u.i”表示商标 Qui（以符号或空格拆开），用于夸赞商品（依据“top”）。",
        id="a mark, with how and a cue",
    ),
    pytest.param(
        "The brand has “Quıl” for the mark Quil (written with styled letters and accents), used in passing.",
        "品牌中以“Quıl”表示商标 Quil（使用花体字母和变音符号书写），顺带提及。",
        id="two ways of writing",
    ),
    pytest.param(
        "Photo 2 shows an element of the registered photo a of b (1).jpg in other colours, mirrored and turned by -90° "
        "(3 points match, 2 of 2 visible parts look alike)",
        "照片 2 显示登记照片 a of b (1).jpg 中的一个元素（颜色不同）（镜像并旋转 -90°）"
        "（3 个特征点吻合，2 个可见部分中有 2 个相似）",
        id="a picture in a picture",
    ),
    pytest.param(
        "Part of photo 1 (left half, without borders) is a copy (rotated 90) of part of the registered logo l.png "
        "(3 of 256 bits differ)",
        "照片 1 的一部分（左半部，去除边框）是登记标志 l.png 的一部分的副本（旋转 90°）（256 位中有 3 位不同）",
        id="a view and a turn",
    ),
    pytest.param(
        "The title says “used”, which sells the goods as used.", "标题中写有“used”：以二手出售。", id="a quote stays"
    ),
    pytest.param(
        "Photo 1 is a copy of the registered photo a.jpg (0 of 256 bits differ), and the very same file; "
        "also in photos 2, 4",
        "照片 1 是登记照片 a.jpg 的副本（256 位中有 0 位不同），且为同一文件；照片 2, 4 中亦有",
        id="other photos",
    ),
    pytest.param("Somebody's remark: nearly.", "Somebody's remark: nearly.", id="what is no sentence of ours stays"),
]


@pytest.mark.parametrize(("sentence", "expected"), SAID)
def test_a_sentence_of_a_detector_is_said_in_the_readers_language(sentence: str, expected: str) -> None:
    assert language_of("zh_Hans").said(sentence) == expected
    assert language_of("en").said(sentence) == sentence


def test_every_word_that_detectors_put_into_sentences_is_translated() -> None:
    views = [view for view in (*LISTING_VIEWS, *LAYER_VIEWS, *(change.name for change in CHANGES)) if view != "upright"]
    texts = [*_USE_WORDS.values(), *_FORM_WORDS.values(), *_SAYS.values(), *(f.value for f in Fragment)]
    others = [*_IDENTIFIED.values(), *(name for name, _ in _WAYS), *(clock.title for clock in shipped_clocks())]
    others += [programme.title for programme in shipped_programmes()]

    said = language_of("zh_Hans").said

    assert [text for text in (*views, *texts, *others) if said(text) == text] == []


@settings(derandomize=True, max_examples=200, deadline=None)
@given(
    st.sampled_from([text for text in _catalogue("zh_Hans", "sentences.") if "%(" in text]),
    st.text(st.sampled_from("a (%)s“”,.:1\n<") | st.characters(), min_size=1, max_size=300),
)
def test_whatever_strangers_write_into_a_sentence_it_can_be_said(template: str, written: str) -> None:
    sentence = re.sub(r"%\(\w+\)s", lambda _: written, template)

    assert written.strip()[:40] in language_of("zh_Hans").said(sentence)


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("en", ("Oct 3, 2026, 7:12:00\u202fAM UTC", "CN¥1,234.50", "3 Oct 2026", ">99%")),
        ("zh_Hans", ("2026年10月3日 07:12:00 UTC", "¥1,234.50", "2026年10月3日", ">99%")),
    ],
)
def test_times_and_money_are_written_as_the_language_does(code: str, expected: tuple[str, str, str, str]) -> None:
    language = language_of(code)
    at = datetime(2026, 10, 3, 7, 12, tzinfo=UTC)

    assert (
        language.time(at),
        language.money("1234.5", "CNY"),
        language.day(at),
        language.probability(0.9999),
    ) == expected


@pytest.mark.parametrize(
    ("amount", "currency"), [("x", "EUR"), ("1", "ZZZZ"), ("NaN", "EUR"), ("1", None), (None, "EUR")]
)
def test_money_that_is_none_is_shown_as_given(amount: object, currency: str | None) -> None:
    assert str(amount) in language_of("en").money(amount, currency)


def test_a_person_reads_every_page_in_their_language(tmp_path: Path) -> None:
    desk = Desk.at(tmp_path)
    case_id = desk.case()
    browser = desk.signed_in("lin", (EVERY_HOLDER, Role.ADMIN), language="zh_Hans")

    for path in (
        "/cases",
        f"/cases/{case_id}",
        "/approvals",
        "/notices",
        "/rules",
        "/people",
        "/account",
        "/cases/" + "0" * 32,
    ):
        page = browser.get(path)
        assert '<html lang="zh-Hans">' in page.text
        assert "队列" in page.text
        assert "Sign out" not in page.text


def test_somebody_who_is_not_signed_in_reads_what_their_browser_asks_for_or_what_they_chose(tmp_path: Path) -> None:
    browser = Desk.at(tmp_path).browser()

    asked = browser.get("/sign-in", headers={"Accept-Language": "zh-CN,en;q=0.5"})
    browser.post("/language", {"language": "en"})
    chosen = browser.get("/sign-in", headers={"Accept-Language": "zh-CN,en;q=0.5"})

    assert "登录" in asked.text
    assert "Sign in" in chosen.text


def _names(text: str) -> list[str]:
    return [part.split(")")[0] for part in text.split("%(")[1:]]
