"""Ways of finding marks in titles: ours, and those that others use."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Final

from ahocorasick_rs import AhoCorasick
from rapidfuzz import fuzz, process

from detectors.text.forms import Form
from detectors.text.index import MarkIndex
from detectors.text.phrases import is_whole
from detectors.text.spelling import spellings_of
from pipeline.records import Asset, AssetKind, Register, RightsHolder

OURS: Final = "counterfoil"
WITH_FRAGMENTS: Final = "with fragments"
QUICK: Final = frozenset({"words (flashtext)", "plain automaton"})
SLOW: Final = frozenset({"partial_ratio>=90", "extractOne>=90"})
_WORD: Final = re.compile(r"\w+")

Finder = Callable[[str], set[str]]
"""Gives the marks that a title holds."""


def register_of(marks: list[str]) -> Register:
    """Return a register with one holder for each mark."""
    holders = [
        RightsHolder(
            id=mark, name=mark, assets=(Asset(id=mark, kind=AssetKind.WORD_MARK, text=" ".join(_titled(mark))),)
        )
        for mark in marks
    ]
    return Register(version=1, digest="", rights_holders=tuple(holders))


def _titled(mark: str) -> Iterator[str]:
    return (word[:1].upper() + word[1:] for word in mark.split())


def finders(marks: list[str], built: MarkIndex | None = None) -> dict[str, Finder]:
    """Return the ways of finding to compare.

    `counterfoil` are hits that speak for themselves; `with fragments` adds parts, sounds, initials and masks, which
    weigh next to nothing without other evidence.
    """
    index = built or MarkIndex(spellings_of(register_of(marks)))
    return {
        OURS: lambda title: {h.spelling.asset_id for h in index.hits(title) if h.form is not Form.FRAGMENT},
        WITH_FRAGMENTS: lambda title: {h.spelling.asset_id for h in index.hits(title)},
        "partial_ratio>=90": lambda title: {m for m in marks if fuzz.partial_ratio(m, title.lower()) >= 90},
        "extractOne>=90": lambda title: _one(title.lower(), marks),
        "words (flashtext)": _by_words(marks),
        "plain automaton": _by_automaton(marks),
    }


def _one(title: str, marks: list[str]) -> set[str]:
    found = process.extractOne(title, marks, scorer=fuzz.WRatio, score_cutoff=90)
    return {found[0]} if found else set()


def _by_words(marks: list[str]) -> Finder:
    """Return flashtext's way: runs of whole words in lower case, looked up."""
    wanted = {tuple(_WORD.findall(mark)): mark for mark in marks}
    longest = max(map(len, wanted))

    def find(title: str) -> set[str]:
        words = _WORD.findall(title.lower())
        runs = (tuple(words[i : i + n]) for i in range(len(words)) for n in range(1, longest + 1))
        return {wanted[run] for run in runs if run in wanted}

    return find


def _by_automaton(marks: list[str]) -> Finder:
    automaton = AhoCorasick(marks)

    def find(title: str) -> set[str]:
        lower = title.lower()
        found = automaton.find_matches_as_indexes(lower, overlapping=True)
        return {marks[number] for number, start, end in found if is_whole(lower, start, end)}

    return find
