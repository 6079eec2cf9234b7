"""Finding any of many phrases in a folded text, as whole words."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from ahocorasick_rs import AhoCorasick, Implementation, MatchKind

from detectors.text.folding import CJK

_LETTER: Final = re.compile(rf"[^\W_{CJK}]")


class Phrases:
    """Folded phrases, ready to be looked for.

    Parameters
    ----------
    phrases : sequence of str
        Not empty, each once.
    """

    def __init__(self, phrases: Sequence[str]) -> None:
        self._phrases = tuple(phrases)
        self._automaton = AhoCorasick(
            self._phrases,
            matchkind=MatchKind.Standard,
            store_patterns=False,
            implementation=Implementation.ContiguousNFA,
        )

    def find(self, text: str) -> list[tuple[int, int, str]]:
        """Return start, end and phrase of every occurrence as whole words, overlapping ones too.

        >>> Phrases(["case for", "for"]).find("showcase for forty 用for用")
        [(9, 12, 'for'), (20, 23, 'for')]
        """
        found = self._automaton.find_matches_as_indexes(text, overlapping=True)
        return sorted((start, end, self._phrases[n]) for n, start, end in found if is_whole(text, start, end))


def is_whole(text: str, start: int, end: int) -> bool:
    """Say whether `text[start:end]` does not stop inside a word; where the script changes a word ends."""
    cut_left = start > 0 and _LETTER.match(text[start]) and _LETTER.match(text[start - 1])
    cut_right = end < len(text) and _LETTER.match(text[end - 1]) and _LETTER.match(text[end])
    return not (cut_left or cut_right)


def holds(text: str, phrase: str) -> bool:
    """Say whether a text has a phrase, as whole words."""
    start = text.find(phrase)
    while start >= 0:
        if is_whole(text, start, start + len(phrase)):
            return True
        start = text.find(phrase, start + 1)
    return False
