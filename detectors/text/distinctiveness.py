"""How distinctive a word mark is, and so how freely it may be looked for."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from detectors.text import folding, words

SHORT: Final = 4
"""Marks of so few letters are found as whole words only."""

SHORT_CJK: Final = 2
"""The same for marks in hanzi, kana or Hangul."""

CROWDED: Final = 3
"""A mark with so many words one letter away is not looked for with a letter wrong: it would be another word."""

_LETTER: Final = re.compile(rf"[^\W_]|[{folding.VOWEL_SIGNS}]")
_PART: Final = re.compile(folding.WORD)
_CJK: Final = re.compile(f"[{folding.CJK}]")


class Grade(StrEnum):
    """How far a mark stands out from ordinary language."""

    DISTINCTIVE = "distinctive"
    COMMON = "common"
    SHORT = "short"


@dataclass(frozen=True, slots=True, kw_only=True)
class Distinctiveness:
    """What may be concluded from finding a mark, and which liberties its search may take.

    Attributes
    ----------
    grade : Grade
        `short` (up to four letters, or two hanzi or syllables), `common` (an everyday word) or `distinctive`.
    letters : int
        Letters and digits of the mark.
    everyday : bool
        An everyday word, or everyday words only, whatever the length.
    cjk : bool
        Written in hanzi, kana, Hangul or Thai.
    edits : bool
        Found with one letter wrong.
    glue : bool
        Found inside a longer word.
    reason : str
        Why, in plain words.
    near : tuple of str
        Words, names and makes in use that are one letter away, in alphabetical order.
    """

    grade: Grade
    letters: int
    everyday: bool
    cjk: bool
    edits: bool
    glue: bool
    reason: str
    near: tuple[str, ...] = ()

    @property
    def cost(self) -> str:
        """What the grade costs: how the mark is not looked for, in plain words; empty where it costs nothing."""
        if self.grade is Grade.SHORT:
            return (
                "found as a whole word only" if self.cjk else "found as a whole word only, in capitals or in disguise"
            )
        if self.grade is Grade.COMMON:
            return "found as a whole word only, and counts for less"
        if self.cjk:
            return ""
        lost = [name for name, sought in (("misspellings", self.edits), ("longer words", self.glue)) if not sought]
        return f"not looked for in {' or '.join(lost)}" if lost else ""


def grade(mark_text: str, brands: frozenset[str] = frozenset()) -> Distinctiveness:
    """Grade a word mark by its length, its script and whether it is an everyday word.

    Parameters
    ----------
    mark_text : str
        The mark.
    brands : frozenset of str
        Names of other makes, in lower case, their words joined.

    Examples
    --------
    >>> grade("Zorvane Peak").grade, grade("Zorvane Peak").edits
    (<Grade.DISTINCTIVE: 'distinctive'>, True)
    >>> grade("Harvest").grade, grade("ZV").grade
    (<Grade.COMMON: 'common'>, <Grade.SHORT: 'short'>)
    """
    folded = folding.look_alike(mark_text).text
    letters = "".join(_LETTER.findall(folded))
    if _CJK.search(letters):
        return _grade_cjk(letters)
    parts = _PART.findall(folding.raw(mark_text).text)
    everyday = all(len(word) > 1 and words.is_common(word) for word in parts)
    if len(letters) <= SHORT:
        return _made(Grade.SHORT, letters, everyday=everyday, reason=f"only {len(letters)} letters")
    if everyday and len(parts) == 1:
        return _made(Grade.COMMON, letters, everyday=True, reason="an everyday word")
    near = tuple(sorted(words.neighbours(letters, brands))) if len(parts) == 1 else ()
    known = len(parts) == 1 and words.is_known(parts[0])
    return Distinctiveness(
        grade=Grade.DISTINCTIVE,
        letters=len(letters),
        everyday=everyday,
        cjk=False,
        edits=len(near) < CROWDED and all(len(word) > 1 for word in parts),
        glue=not everyday and not known and all(len(word) > 1 for word in parts),
        reason=_reason(everyday=everyday, known=known, near=near),
        near=near,
    )


def _reason(*, everyday: bool, known: bool, near: tuple[str, ...]) -> str:
    if everyday:
        return "everyday words in a combination of their own"
    of_others = "a name or place that others have too" if known else "not an everyday word"
    return f"{of_others}, {len(near)} others one letter away ({', '.join(near[:CROWDED])})" if near else of_others


def _grade_cjk(letters: str) -> Distinctiveness:
    if words.is_common_hanzi(letters):
        return _made(Grade.COMMON, letters, cjk=True, everyday=True, reason="an everyday word")
    if len(letters) <= SHORT_CJK:
        return _made(Grade.SHORT, letters, cjk=True, reason=f"only {len(letters)} characters")
    return _made(Grade.DISTINCTIVE, letters, cjk=True, reason="not an everyday word")


def _made(rank: Grade, letters: str, *, reason: str, cjk: bool = False, everyday: bool = False) -> Distinctiveness:
    return Distinctiveness(
        grade=rank, letters=len(letters), everyday=everyday, cjk=cjk, edits=False, glue=False, reason=reason
    )
