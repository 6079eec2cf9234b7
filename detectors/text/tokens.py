"""A folded text cut into words, and the same words squeezed together under class keys.

Class keys are equal for strings that a reader takes for the same word: 0 and o, 1 and l and i, rn and m, vv and w,
letters doubled at will. A word ends where the script changes ("newモデル"), as neither side would be found otherwise.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import accumulate
from typing import Final, NamedTuple

from detectors.text.folding import CJK, Folded

LEET: Final = str.maketrans("0134567892i!|@$€£", "oleasgtbgzlllasel")
"""Digits and signs read as letters; i, l and 1 are one."""

MASKS: Final = frozenset("*✱_#?x×~.•·-^%@$€£!|♡♥❤")
"""Characters written in place of a letter."""

_TOKEN: Final = re.compile(rf"[^\W_{CJK}]+|[{CJK}]+|[@$€£]|(?<=[^\W_])[!|](?=[^\W_])")
_IS_CJK: Final = re.compile(f"[{CJK}]")
_DOUBLED: Final = re.compile(r"(.)\1+")
_KEYS_KEPT: Final = 200_000


class Token(NamedTuple):
    """A word of a view: where it stands, its class key, and whether it is written in a script without spaces."""

    start: int
    end: int
    key: str
    cjk: bool


@dataclass(slots=True)
class KeyCache:
    """Class keys of the words seen so far, because titles repeat their words."""

    keys: dict[str, str] = field(default_factory=dict)

    def key(self, word: str) -> str:
        """Return the class key of a folded word."""
        found = self.keys.get(word)
        if found is None:
            if len(self.keys) >= _KEYS_KEPT:
                self.keys.clear()
            found = self.keys[word] = class_key(word)
        return found


@dataclass(frozen=True, slots=True)
class Squeezed:
    """The words of one view of a text, and their class keys joined without anything between.

    Attributes
    ----------
    folded : Folded
        The view.
    tokens : tuple of Token
        Its words, in order.
    text : str
        Their keys, joined.
    bounds : tuple of int
        Where each key starts in `text`, then the length of `text`.
    """

    folded: Folded
    tokens: tuple[Token, ...]
    text: str
    bounds: tuple[int, ...]

    def token_at(self, position: int) -> int:
        """Return the number of the word whose key holds a position of the squeezed text."""
        return bisect_right(self.bounds, position) - 1

    def word(self, number: int) -> str:
        """Return a word as folded."""
        token = self.tokens[number]
        return self.folded.text[token.start : token.end]

    def between(self, number: int) -> str:
        """Return what stands between a word and the one after it."""
        return self.folded.text[self.tokens[number].end : self.tokens[number + 1].start]


def squeeze(folded: Folded, cache: KeyCache) -> Squeezed:
    """Cut a view into words and join their class keys."""
    key = cache.key
    tokens = tuple(
        Token(m.start(), m.end(), key(m.group()), _IS_CJK.match(m.group()) is not None)
        for m in _TOKEN.finditer(folded.text)
    )
    bounds = tuple(accumulate((len(token.key) for token in tokens), initial=0))
    return Squeezed(folded, tokens, "".join([token.key for token in tokens]), bounds)


def class_key(word: str) -> str:
    """Return the class key of one folded word.

    Digits count as letters only in company of a letter or a sign.

    >>> class_key("z0rvvane"), class_key("zzorvane"), class_key("2026")
    ('zorwane', 'zorwane', '2026')
    """
    if word.isdecimal() or _IS_CJK.match(word):
        return word
    return _DOUBLED.sub(r"\1", class_letters(word).replace("vv", "w").replace("rn", "m"))


def class_letters(word: str) -> str:
    """Return a word with each letter replaced by its class, one for one."""
    return word if word.isdecimal() else word.translate(LEET)


def words_of(text: str) -> Iterator[str]:
    """Yield the words of a folded text."""
    for match in _TOKEN.finditer(text):
        yield match.group()
