"""Every word of the pages is in both languages, and times and money are written as each writes them."""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Iterator
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
from detectors.text import distinctiveness
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
    pytest.param(
        "Part of photo 1 (left half) is like the mirror image of the registered photo a.jpg to the model m.onnx "
        "(distance 0.1; 2% of innocent photos come as close to anything registered)",
        "照片 1 的一部分（左半部）经模型 m.onnx 判断与登记照片 a.jpg 的镜像相似"
        "（距离 0.1；无关照片中有 2% 与某一登记图片同样接近）",
        id="what a model says",
    ),
    pytest.param(
        "Photo 1 was confirmed on 2026-10-03 to show nothing of the rights holder's: a chart",
        "照片 1 已于 2026-10-03 确认不含该权利人的任何内容：a chart",
        id="what a person says",
    ),
    pytest.param(
        "case 7: undone: another's word, got 'lin', expected 'wei'",
        "案件 7：这是 'wei' 的判定，'lin' 不能撤销",
        id="a refusal",
    ),
    pytest.param(
        "rule ignored_image: value: no digest, got 'x', expected 64 hexadecimal digits",
        "规则“忽略的图片”：'x' 不是摘要，应为 64 位十六进制数字",
        id="a refusal in a refusal",
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
    others = [
        *_IDENTIFIED.values(),
        *(name for name, _ in _WAYS),
        *(text for clock in shipped_clocks() for text in (clock.title, clock.source)),
    ]
    others += [programme.title for programme in shipped_programmes()]

    said = language_of("zh_Hans").said

    assert [text for text in (*views, *texts, *others) if said(text) == text] == []


RAISED = ("InputError", "NoticeError", "TransitionError", "ConflictError", "HTTPException", "Problem", "Fault")
"""What modules behind the pages refuse with."""
BEHIND = (
    *(HOME.glob("*.py")),
    *((HOME.parent / "cases").glob("*.py")),
    *((HOME.parent / "notices").glob("checks.py")),
    *(
        HOME.parent / "stages" / f"{name}.py"
        for name in ("rules", "notify", "prepare", "export", "followup", "audit_review")
    ),
    *(HOME.parent / "store" / f"{name}.py" for name in ("cases", "dismissal_rules", "events", "search", "originals")),
)
"""Modules whose refusals pages show."""
JUDGED = sorted(
    {*(HOME.parents[1] / "detectors").rglob("*.py"), HOME.parent / "combinations.py", HOME.parent / "exclusions.py"}
    - {Path(distinctiveness.__file__)}
)
"""Modules that make reasons, and say how a mark is written (`hit_at`); what is said of registers is for the console."""


def sentences_in(path: Path, calls: Collection[str], names: Collection[str] = ()) -> Iterator[str]:
    """Yield the sentences that a module hands to some calls, or by some names, with what is filled in made a number."""
    given: list[ast.expr] = []
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Call):
            name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
            given += [*node.args, *(k.value for k in node.keywords)] if name in calls else []
            given += [k.value for k in node.keywords if k.arg in names]
        elif isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") in names:
            given.append(node.value)
    for value in given:
        parts = value.values if isinstance(value, ast.JoinedStr) else [value]
        text = "".join(str(part.value) if isinstance(part, ast.Constant) else "7" for part in parts)
        if re.search("[a-z]+ [a-z]+", text) and "7 7" not in text:  # that one is put together of others
            yield text


@pytest.mark.parametrize("path", BEHIND, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_every_refusal_that_a_page_shows_is_said_in_chinese(path: Path) -> None:
    said = language_of("zh_Hans").said

    assert [text for text in sentences_in(path, RAISED) if said(text) == text] == []


def test_every_reason_that_a_detector_writes_out_is_said_in_chinese() -> None:
    said = language_of("zh_Hans").said
    texts = {text for path in JUDGED for text in sentences_in(path, ["hit_at"], ["reason"])}

    assert len(texts) >= 8
    assert sorted(text for text in texts if said(text) == text) == []


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
