"""Vocabulary found in running text of any script: the packaged tables of kinds of goods and of cues."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import cache, lru_cache
from importlib.resources import files
from typing import NamedTuple

from ahocorasick_rs import AhoCorasick, MatchKind

_ACCENTS = re.compile("[\u0300-\u036f]")
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u2064\ufeff]")
_SPACES = re.compile(r"\s+")
MAX_TEXT = 2_000
"""Characters of a text that are read; titles are far shorter, and hostile ones are cut here."""
_KEPT = 2_048
"""Folded texts kept: those of a batch, since each is asked for by several readers."""


@lru_cache(maxsize=_KEPT)
def fold(text: str) -> str:
    """Return a text for comparison: compatibility forms, case, accents, invisible characters and spaces evened out.

    Examples
    --------
    >>> fold("ＣＡＦÉ\u200b  Noir’s")
    "cafe noir's"
    """
    decomposed = unicodedata.normalize("NFKD", text[:MAX_TEXT]).casefold()
    bare = _INVISIBLE.sub("", _ACCENTS.sub("", unicodedata.normalize("NFKD", decomposed)))
    return _SPACES.sub(" ", unicodedata.normalize("NFC", bare)).replace("’", "'").strip()


def spaced(character: str) -> bool:
    """Say whether a character belongs to a script that puts spaces between words (Latin, Cyrillic, digits and so on).

    Examples
    --------
    >>> [spaced(c) for c in "aж7包ク가 -"]
    [True, True, True, False, False, False, False, False]
    """
    return character.isalnum() and not ("\u0e00" <= character <= "\u0eff" or character >= "\u2e80")


class Found(NamedTuple):
    """A word found in a folded text: what it stands for, and where."""

    entry: str
    start: int
    end: int


class Lexicon:
    """Words that stand for entries, found in one pass whatever their number.

    A word of a spaced script must stand alone, a change of script counting as a border; a leading or trailing ``*``
    lets it go on. A word inside a longer one of any entry does not count ("bag" in "sleeping bag").

    Parameters
    ----------
    words : mapping of str to iterable of str
        Words of each entry, raw.

    Examples
    --------
    >>> lexicon = Lexicon({"bag": ["bag", "*tasche", "包"], "bed": ["sleeping bag"]})
    >>> [found.entry for found in lexicon.find(fold("Sleeping bag, Reisetasche, baggage, 新款bag包"))]
    ['bed', 'bag', 'bag', 'bag']
    """

    def __init__(self, words: Mapping[str, Iterable[str]]) -> None:
        patterns = {(fold(w.strip("*")), w.startswith("*"), w.endswith("*"), e) for e, ws in words.items() for w in ws}
        self._patterns = sorted(pattern for pattern in patterns if pattern[0])
        self._automaton = AhoCorasick([pattern[0] for pattern in self._patterns], matchkind=MatchKind.Standard)

    def find(self, folded: str) -> tuple[Found, ...]:
        """Return the words in a folded text, by place."""
        matches = self._automaton.find_matches_as_indexes(folded, overlapping=True) if self._patterns else []
        hits = sorted(
            {
                Found(self._patterns[index][3], start, end)
                for index, start, end in matches
                if self._stands(index, folded, start, end)
            },
            key=lambda hit: (hit.start, -hit.end, hit.entry),
        )
        kept: list[Found] = []
        furthest = (0, 0)
        for hit in hits:
            if hit.end > furthest[1] or (hit.start, hit.end) == furthest:
                kept.append(hit)
                furthest = (hit.start, hit.end)
        return tuple(kept)

    def _stands(self, index: int, folded: str, start: int, end: int) -> bool:
        _, open_left, open_right, _ = self._patterns[index]
        left = open_left or start == 0 or not (spaced(folded[start - 1]) and spaced(folded[start]))
        right = open_right or end == len(folded) or not (spaced(folded[end - 1]) and spaced(folded[end]))
        return left and right


@cache
def table(name: str) -> tuple[tuple[str, str, tuple[str, ...]], ...]:
    """Return the rows of a packaged table: entry, family or reading, words."""
    text = files("detectors.price").joinpath(name).read_text("utf-8")
    rows = (line.split("\t") for line in text.splitlines() if not line.startswith("#"))
    return tuple((entry, second, tuple(words.split("|"))) for entry, second, words in rows)


@cache
def lexicon(name: str) -> Lexicon:
    """Return the vocabulary of a packaged table; an entry may have several rows."""
    words: defaultdict[str, list[str]] = defaultdict(list)
    for entry, _, more in table(name):
        words[entry] += more
    return Lexicon(words)
