"""What a platform's answer says of a listing: gone, delisted, still there, changed, or nothing that one may count.

Down and up are both to be proven: a listing is down where the answer says so in words or by its status, and up where
the page shows the listing. Everything else is unknown, and unknown is never counted as down.
"""

from __future__ import annotations

import csv
import html
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Final

from pipeline.enforcement import RecheckResult
from pipeline.errors import InputError

COLUMNS: Final = ("platforms", "result", "where", "words", "note")
EVERYWHERE: Final = "*"
GONE: Final = frozenset({404, 410})
REFUSED: Final = frozenset({403, 405, 407, 418, 429, 451, 503})
SIGN_IN: Final = 401
OK: Final = 200
MOST_PAGE: Final = 2_000_000
"""Characters of a page that are looked at."""
SAME_TITLE: Final = 0.5
"""Share of a title's words that a page must show for the listing to be called unchanged."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came back from a listing's address.

    Attributes
    ----------
    status : int or None
        Of HTTP; None if nothing came back.
    address : str
        Where the answer came from in the end, after redirects.
    page : str
        The body as text; empty if there is none.
    """

    status: int | None
    address: str
    page: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """The listing that was looked for."""

    platform: str
    listing_id: str
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Pattern:
    """Words in an address or a page that say what became of a listing, on some platforms or on all (`EVERYWHERE`)."""

    platforms: frozenset[str]
    result: RecheckResult
    where: str
    words: str

    def fits(self, platform: str, address: str, page: str) -> bool:
        """Tell whether an answer has the words; both texts are folded already."""
        return (EVERYWHERE in self.platforms or platform in self.platforms) and self.words in (
            address if self.where == "address" else page
        )


def classify(answer: Answer, wanted: Wanted, patterns: Sequence[Pattern]) -> RecheckResult:
    """Say what an answer proves about a listing.

    Parameters
    ----------
    answer : Answer
        As it came.
    wanted : Wanted
        The listing.
    patterns : sequence of Pattern
        Words of platforms; the first that fits decides.

    Returns
    -------
    RecheckResult
        `BLOCKED` also where a page neither says that the listing is gone nor shows it: pages that programs fill in
        the browser, front pages to which one was sent on.
    """
    if answer.status is None:
        return RecheckResult.UNREACHABLE
    address, page = _fold(answer.address[:4_000]), _fold(answer.page[:MOST_PAGE])
    said = next((p.result for p in patterns if p.fits(wanted.platform, address, page)), None)
    if answer.status == SIGN_IN or said is RecheckResult.LOGIN_WALL:
        return RecheckResult.LOGIN_WALL
    if answer.status in REFUSED or said is RecheckResult.BLOCKED:
        return RecheckResult.BLOCKED
    if answer.status in GONE:
        return RecheckResult.GONE
    if answer.status != OK:
        return RecheckResult.UNREACHABLE
    return said or _shown(page, wanted)


def _shown(page: str, wanted: Wanted) -> RecheckResult:
    words = _words(_fold(wanted.title))
    share = sum(word in page for word in words) / len(words) if words else 0.0
    named = len(wanted.listing_id) >= 4 and _fold(wanted.listing_id) in page  # noqa: PLR2004  shorter ids are in any page
    if share >= SAME_TITLE and (named or share == 1.0):
        return RecheckResult.UP
    return RecheckResult.CHANGED if named else RecheckResult.BLOCKED


def _fold(text: str) -> str:
    plain = unicodedata.normalize("NFKC", html.unescape(text)).casefold()
    return " ".join(plain.replace("\N{RIGHT SINGLE QUOTATION MARK}", "'").split())


def _words(text: str) -> list[str]:
    """Return the words of a title, and single characters where a script has no spaces."""
    return re.findall(r"[\u3040-\u30ff\u3400-\u9fff]|[^\W_]+", text)


def read_patterns(text: str, place: str) -> tuple[Pattern, ...]:
    """Read patterns from a table of tab-separated values.

    Raises
    ------
    InputError
        With place, problem, got and expected.
    """
    return tuple(_patterns(text, place))


def _patterns(text: str, place: str) -> Iterator[Pattern]:
    lines = list(csv.reader(text.splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE))
    if not lines or tuple(lines[0]) != COLUMNS:
        raise InputError(f"{place}:1: not the columns of patterns, got {lines[:1]}, expected {', '.join(COLUMNS)}")
    for number, row in enumerate(lines[1:], start=2):
        if not row:
            continue
        if len(row) != len(COLUMNS) or row[2] not in {"address", "page"} or not row[3].strip():
            expected = f"{len(COLUMNS)} cells, the third `address` or `page`, the fourth not empty"
            raise InputError(f"{place}:{number}: not a pattern, got {row}, expected {expected}")
        try:
            result = RecheckResult(row[1])
        except ValueError:
            known = ", ".join(RecheckResult)
            raise InputError(f"{place}:{number}: result: got {row[1]!r}, expected one of {known}") from None
        yield Pattern(platforms=frozenset(row[0].split(",")), result=result, where=row[2], words=_fold(row[3]))


@cache
def shipped_patterns() -> tuple[Pattern, ...]:
    """Return the patterns that ship with the program."""
    return read_patterns((files("pipeline.followup") / "pages.tsv").read_text("utf-8"), "pages.tsv")
