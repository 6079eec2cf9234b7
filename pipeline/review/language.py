"""The languages of the pages: catalogues, and dates, numbers and money as each writes them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from functools import cache
from importlib.resources import files
from io import BytesIO
from typing import Final

from babel import Locale, UnknownLocaleError
from babel.core import negotiate_locale
from babel.dates import format_datetime, format_timedelta
from babel.messages.pofile import read_po
from babel.numbers import format_currency, format_decimal, format_percent, is_currency

from pipeline.review.sentences import Sentences, sentences_of
from pipeline.review.words import WORDS

SOURCE: Final = "en"
LANGUAGES: Final[Mapping[str, str]] = {"en": "English", "zh_Hans": "简体中文"}
"""Languages of the pages, each by its own name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Language:
    """One language: its catalogue and its habits.

    Attributes
    ----------
    code : str
        A key of `LANGUAGES`.
    catalogue : mapping of str to str
        Translations by English text; both forms of a plural are the keys of the same one where the language has one.
    sentences : Sentences
        What is said of what detectors, checks and clocks say.
    """

    code: str
    locale: Locale
    catalogue: Mapping[str, str]
    sentences: Sentences

    @property
    def tag(self) -> str:
        """The language as HTML names it."""
        return self.code.replace("_", "-")

    def gettext(self, text: str) -> str:
        """Translate; what is not in the catalogue stays English."""
        return self.catalogue.get(text, text)

    def ngettext(self, one: str, many: str, number: int) -> str:
        """Translate a text that depends on a number."""
        text = one if number == 1 else many
        return self.catalogue.get(text, text)

    def said(self, sentence: object) -> str:
        """Say a sentence that was made in English, as far as the language knows it."""
        text = str(sentence)
        return self.catalogue.get(text) or self.sentences.say(text)

    def time(self, moment: datetime) -> str:
        """Write a time, in UTC."""
        return f"{format_datetime(moment, 'medium', locale=self.locale)} UTC"

    def day(self, moment: datetime) -> str:
        """Write a day, in UTC."""
        return format_datetime(moment, "d MMM y" if self.code == SOURCE else "y年M月d日", locale=self.locale)

    def ago(self, moment: datetime, now: datetime) -> str:
        """Write how long ago something was."""
        return format_timedelta(moment - now, add_direction=True, locale=self.locale)

    def number(self, value: float | Decimal) -> str:
        """Write a number."""
        return format_decimal(value, locale=self.locale)

    def percent(self, share: float) -> str:
        """Write a share, in whole per cent; below ten with one decimal."""
        return format_percent(share, "#,##0.#%" if abs(share) < 0.1 else "#,##0%", locale=self.locale)  # noqa: PLR2004

    def probability(self, share: float) -> str:
        """Write a probability; one that is nearly certain is never written as if it were."""
        if 0.99 < share < 1:  # noqa: PLR2004
            return f">{self.percent(0.99)}"
        return f"<{self.percent(0.01)}" if 0 < share < 0.01 else self.percent(share)  # noqa: PLR2004

    def money(self, amount: object, currency: str | None) -> str:
        """Write an amount of money; one whose currency is unknown keeps its code, whatever it is."""
        try:
            value = Decimal(str(amount))
        except InvalidOperation:
            return f"{amount} {currency or ''}".strip()
        if not value.is_finite() or not currency or not is_currency(currency):
            return f"{amount} {currency or ''}".strip()
        return format_currency(value, currency, locale=self.locale)


@cache
def language_of(code: str) -> Language:
    """Return a language; an unknown one is English."""
    if code not in LANGUAGES or code == SOURCE:
        return Language(code=SOURCE, locale=Locale.parse(SOURCE), catalogue={}, sentences=sentences_of({}))
    catalogue = _catalogue(code)
    words = {key.rpartition(".")[2]: catalogue[word] for key, word in WORDS.items()}  # of events, states, kinds
    sentences = sentences_of(words | _catalogue(code, "sentences."))
    return Language(code=code, locale=Locale.parse(code), catalogue=catalogue, sentences=sentences)


def preferred(header: str, chosen: str = "") -> str:
    """Return the language to speak: the one chosen, or the first that a browser asks for and we have.

    Examples
    --------
    >>> preferred("zh-CN,zh;q=0.9,en;q=0.8"), preferred("fr-FR, en;q=0.5"), preferred("", "zh_Hans")
    ('zh_Hans', 'en', 'zh_Hans')
    """
    if chosen in LANGUAGES:
        return chosen
    asked = [part.partition(";")[0].strip() for part in header[:200].split(",")]
    spoken = {"zh": "zh_Hans", "zh-CN": "zh_Hans", "zh-SG": "zh_Hans", "zh-Hans": "zh_Hans", "zh-Hans-CN": "zh_Hans"}
    try:
        found = negotiate_locale([spoken.get(tag, tag) for tag in asked if tag], list(LANGUAGES))
    except (ValueError, UnknownLocaleError):
        found = None
    return found or SOURCE


def _catalogue(code: str, what: str = "") -> dict[str, str]:
    document = (files("pipeline.review") / "locale" / f"{what}{code}.po").read_bytes()
    found: dict[str, str] = {}
    for message in read_po(BytesIO(document), locale=code):
        text, *_ = _forms(message.string)
        if message.id and text and not message.fuzzy:
            found.update(dict.fromkeys(_forms(message.id), text))
    return found


def _forms(text: object) -> tuple[str, ...]:
    """Return the forms of a text: one for each number that the language tells apart."""
    return tuple(map(str, text)) if isinstance(text, list | tuple) else (str(text or ""),)
