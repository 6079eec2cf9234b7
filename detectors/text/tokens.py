"""A folded text cut into words, and the same words squeezed together under class keys.

Class keys are equal for strings that a reader takes for the same word: 0 and o, 1 and l and i, rn and m, vv and w,
letters doubled at will. A word ends where the script changes ("newモデル"), as neither side would be found otherwise.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate
from typing import Final, NamedTuple

from detectors.text.folding import CJK, WORD, Folded

LEET: Final = str.maketrans("0134567892i!|@$€£", "oleasgtbgzlllasel")
"""Digits and signs read as letters; i, l and 1 are one."""

MASKS: Final = frozenset("*_#?~^%@$!|")
"""ASCII characters written in place of a letter; outside ASCII any sign may be."""

_TOKEN: Final = re.compile(rf"({WORD}|[{CJK}]+|[@$€£]|(?<=[^\W_])[!|](?=[^\W_]))")
_IS_CJK: Final = re.compile(f"[{CJK}]")
_DOUBLED: Final = re.compile(r"(.)\1+")
_WORDS_KEPT: Final = 200_000


class Token(NamedTuple):
    """What is to be known of a word, wherever it stands.

    Attributes
    ----------
    word : str
        As folded.
    key : str
        Its class key.
    letters : str
        The classes of its letters, one for one.
    cjk : bool
        Written in a script without spaces.
    """

    word: str
    key: str
    letters: str
    cjk: bool


class Tokens(dict[str, Token]):
    """The words seen so far, because titles repeat their words."""

    def __missing__(self, word: str) -> Token:
        if len(self) >= _WORDS_KEPT:
            self.clear()
        token = self[word] = Token(word, class_key(word), class_letters(word), _IS_CJK.match(word) is not None)
        return token


@dataclass(frozen=True, slots=True)
class Squeezed:
    """The words of one view of a text, and their class keys joined without anything between.

    Attributes
    ----------
    folded : Folded
        The view.
    tokens : tuple of Token
        Its words, in order.
    edges : tuple of int
        Where each word starts and ends, in turn, then the length of the view.
    text : str
        The keys of the words, joined.
    bounds : tuple of int
        Where each key starts in `text`, then the length of `text`.
    """

    folded: Folded
    tokens: tuple[Token, ...]
    edges: tuple[int, ...]
    text: str
    bounds: tuple[int, ...]

    def token_at(self, position: int) -> int:
        """Return the number of the word whose key holds a position of the squeezed text."""
        return bisect_right(self.bounds, position) - 1

    def word(self, number: int) -> str:
        """Return a word as folded."""
        return self.tokens[number].word

    def start(self, number: int) -> int:
        """Return where a word starts."""
        return self.edges[2 * number]

    def end(self, number: int) -> int:
        """Return where a word ends."""
        return self.edges[2 * number + 1]

    def between(self, number: int) -> str:
        """Return what stands between a word and the one after it."""
        return self.folded.text[self.end(number) : self.start(number + 1)]

    def following(self, number: int) -> str:
        """Return everything that stands after a word."""
        return self.folded.text[self.end(number) :]


def squeeze(folded: Folded, seen: Tokens) -> Squeezed:
    """Cut a view into words and join their class keys."""
    pieces = _TOKEN.split(folded.text)
    tokens = tuple([seen[word] for word in pieces[1::2]])
    keys = [token.key for token in tokens]
    bounds = tuple(accumulate(map(len, keys), initial=0))
    return Squeezed(folded, tokens, tuple(accumulate(map(len, pieces))), "".join(keys), bounds)


def class_key(word: str) -> str:
    """Return the class key of one folded word.

    Digits count as letters only in company of a letter or a sign.

    >>> class_key("z0rwane"), class_key("zzorvvane"), class_key("2026")
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
    yield from _TOKEN.findall(text)
