"""Marks of which several letters are masked, each by a sign: "Zo**ane", "Z*rv*n*"."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Final

from detectors.text import words
from detectors.text.folding import Folded, raw
from detectors.text.forms import Form, Hit
from detectors.text.spelling import Spelling

LEAST: Final = 5
"""Letters a mark must have."""

_VISIBLE: Final = 3
"""Letters that must be seen; half of the mark's, too."""

_SIGNS: Final = "*#_•●○◯∗✱✻×░▒▓█❤♥★☆\U0001f300-\U0001faff"
_RUN: Final = re.compile(rf"(?<![^\W_])[a-z{_SIGNS}]{{{LEAST},24}}(?![^\W_])")
_MASKS: Final = re.compile(rf"[{_SIGNS}]")
_LEAST_MASKS: Final = 2


class MaskedMarks:
    """The spellings of a register that may be recognised with several letters masked.

    Parameters
    ----------
    spellings : sequence of Spelling
        Of which marks of one word in Latin letters are looked for.
    """

    def __init__(self, spellings: Sequence[Spelling]) -> None:
        self._spellings = tuple(s for s in spellings if _may_be_masked(s))
        self._by_letter: defaultdict[tuple[int, int, str], list[Spelling]] = defaultdict(list)
        for spelling in self._spellings:
            for at, letter in enumerate(spelling.compact):
                self._by_letter[len(spelling.compact), at, letter].append(spelling)

    def hits(self, text: str) -> Iterator[Hit]:
        """Yield every mark with several letters masked."""
        if _MASKS.search(text):
            folded = raw(text)
            for start, run in _runs(folded):
                at = next(i for i, c in enumerate(run) if c.isalpha())
                for spelling in self._by_letter.get((len(run), at, run[at]), ()):
                    yield from _judged(folded, start, run, spelling)

    def brute_force(self, text: str) -> Iterator[Hit]:
        """Yield the same by trying every spelling."""
        folded = raw(text)
        for start, run in _runs(folded):
            for spelling in self._spellings:
                yield from _judged(folded, start, run, spelling)


def _may_be_masked(spelling: Spelling) -> bool:
    return spelling.compact.isascii() and spelling.compact.isalpha() and len(spelling.compact) >= LEAST


def _runs(folded: Folded) -> Iterator[tuple[int, str]]:
    """Yield runs of letters and masks that may be a mark, each with its place."""
    for match in _RUN.finditer(folded.text):
        masks = len(_MASKS.findall(match.group()))
        if masks >= _LEAST_MASKS and len(match.group()) - masks >= max(_VISIBLE, masks):
            yield match.start(), match.group()


def _judged(folded: Folded, start: int, run: str, spelling: Spelling) -> Iterator[Hit]:
    """Yield the hit where every letter that is seen is the mark's."""
    if len(run) != len(spelling.compact) or any(
        c != wanted for c, wanted in zip(run, spelling.compact, strict=True) if c.isalpha()
    ):
        return
    if any(words.is_frequent(part) for part in _MASKS.split(run) if len(part) > _VISIBLE):
        return
    left, right = folded.span(start, start + len(run))
    yield Hit(
        spelling=spelling,
        form=Form.DISGUISED,
        view="raw",
        start=left,
        end=right,
        how="letters are masked",
        certainty=0.8,
    )
