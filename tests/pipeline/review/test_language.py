"""Every word of the pages is in both languages, and times and money are written as each writes them."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir

import pipeline.review
from pipeline.cases.dismissal import RuleKind
from pipeline.enforcement import CaseState, EventKind, RecheckResult
from pipeline.people import EVERY_HOLDER, Role
from pipeline.records import Band, Condition, Label
from pipeline.review.keys import DEFAULTS
from pipeline.review.language import language_of
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
    names = {text: set(_names(text)) for text in messages()}

    wrong = [text for text, held in names.items() if set(_names(language_of("zh_Hans").gettext(text))) != held]

    assert wrong == []


def test_every_member_of_a_closed_set_has_a_word() -> None:
    members = [*Label, *Band, *CaseState, *Role, *Condition, *RecheckResult, *DEFAULTS]
    members += [f"event.{kind.value}" for kind in EventKind] + [f"rule.{kind.value}" for kind in RuleKind]

    assert [str(member) for member in members if str(member) not in WORDS] == []


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
