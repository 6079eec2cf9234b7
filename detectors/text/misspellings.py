"""Finding marks with one letter wrong, or two where they are long, without trying them all."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from itertools import chain, islice
from typing import Final

from detectors.text import edits, words
from detectors.text.forms import MASKED_FROM, Hit, Place
from detectors.text.spelling import Spelling
from detectors.text.tokens import MASKS, Squeezed, Token, class_key

_LONGEST_CHAIN: Final = 4
_GAP: Final = 3
_ODD: Final = re.compile(r"[*_#?~^%@$!|]|[^\x00-\x7f\w\s]")
"""What may stand for a letter: sought first, since most texts have none."""

_SIGN: Final = re.compile(r"[^\W_](?:[*_#?~^%@$!|]|[^\x00-\x7f\w\s]){1,2}[^\W_]|[@$€£][^\W_]|[^\W_][@$€£]")
_WORDS_KEPT: Final = 200_000
_LEAST_FAR: Final = edits.TWICE_FROM - 2
"""Letters of a word that may be a long mark with two of them left out."""

Window = tuple[int, int]
Judge = Callable[[Place, Spelling, edits.Company], Hit | None]
Suspects = tuple[tuple[Judge, Spelling], ...]
"""Spellings that a stretch may be a slip of, each with who judges that."""


class Misspellings:
    """The spellings of a register by their letters with one left out, and by thirds.

    Parameters
    ----------
    spellings : tuple of Spelling
        What to look for.
    brands : frozenset of str
        Names of other makes: none of them is a misspelling.

    References
    ----------
    .. [1] W. Garbe, "SymSpell: 1 million times faster spelling correction", 2012 (deletions on both sides).
    """

    def __init__(self, spellings: tuple[Spelling, ...], brands: frozenset[str] = frozenset()) -> None:
        self._spellings = spellings
        self._words = frozenset(class_key(w) for s in spellings if len(s.words) > 1 for w in s.words)
        self._company = edits.company_of(spellings, brands)
        self._shortened: defaultdict[str, list[Spelling]] = defaultdict(list)
        self._thirds: defaultdict[tuple[int, str], list[Spelling]] = defaultdict(list)
        self._by_ear: defaultdict[str, list[Spelling]] = defaultdict(list)
        for spelling in spellings:
            for shorter in {spelling.letters, *_shortened(spelling.letters)} if _may_be_edited(spelling) else ():
                self._shortened[shorter].append(spelling)
            for at, third in edits.thirds(spelling.compact) if edits.may_be_edited_twice(spelling) else ():
                self._thirds[at, third].append(spelling)
            if _may_be_heard(spelling):
                self._by_ear[edits.as_heard(spelling.compact)].append(spelling)
        self._places = sorted({(at, len(third)) for at, third in self._thirds})
        self._of_word: dict[str, Suspects] = {}

    def hits(self, look: Squeezed, *, branded: bool) -> Iterator[Hit]:
        """Yield every misspelt mark in the look-alike view."""
        for number, token in enumerate(look.tokens):
            suspects = self._of_word.get(token.word)
            if suspects is None:
                suspects = self._remembered(token)
            for judge, spelling in suspects:
                yield from self._judged(judge, _window(look, number, number, branded=branded), spelling)
        for first, last in _chains(look, self._words):
            letters = "".join([token.letters for token in look.tokens[first : last + 1]])
            for spelling in self._neighbours(letters):
                yield from self._judged(edits.near, _window(look, first, last, branded=branded), spelling)

    def brute_force(self, look: Squeezed, *, branded: bool) -> Iterator[Hit]:
        """Yield the same by trying every spelling everywhere."""
        single = ((number, number) for number, token in enumerate(look.tokens) if _may_be_mark(token))
        for first, last in chain(single, _chains(look, self._words)):
            place = _window(look, first, last, branded=branded)
            for spelling in filter(_may_be_edited, self._spellings):
                yield from self._judged(edits.near, place, spelling)
                if first == last:
                    yield from self._judged(edits.far, place, spelling)
                    yield from self._judged(edits.by_ear, place, spelling)

    def _judged(self, judge: Judge, place: Place, spelling: Spelling) -> Iterator[Hit]:
        hit = judge(place, spelling, self._company)
        if hit is not None:
            yield hit

    def _remembered(self, token: Token) -> Suspects:
        """Find out which spellings a word may be a slip of, and remember it."""
        if len(self._of_word) >= _WORDS_KEPT:
            self._of_word.clear()
        near = self._neighbours(token.letters) if _may_be_mark(token) else []
        far = self._sharing(token.word) if not token.cjk and _may_be_far(token.word) else []
        heard = self._by_ear.get(edits.as_heard(token.word), ()) if len(token.word) >= edits.HEARD_FROM else ()
        judges = ((edits.near, near), (edits.far, far), (edits.by_ear, heard))
        found = self._of_word[token.word] = tuple((judge, spelling) for judge, some in judges for spelling in some)
        return found

    def _neighbours(self, key: str) -> list[Spelling]:
        """Return the spellings that are one edit from a key."""
        shorter = {key, *_shortened(key)} if len(key) >= MASKED_FROM - 1 else set()
        near = {id(s): s for k in shorter if k in self._shortened for s in self._shortened[k] if s.letters != key}
        return [spelling for spelling in near.values() if edits.is_edited(key, spelling.letters)]

    def _sharing(self, word: str) -> list[Spelling]:
        """Return the spellings that are two edits from a word."""
        shared: dict[int, Spelling] = {}
        for at, length in self._places:
            for start in range(max(0, at - 2), min(at + 3, len(word) - length + 1)):
                shared |= {id(s): s for s in self._thirds.get((at, word[start : start + length]), ())}
        return [spelling for spelling in shared.values() if edits.is_twice_edited(word, spelling.compact)]


def _may_be_edited(spelling: Spelling) -> bool:
    return not spelling.distinctiveness.cjk and spelling.distinctiveness.letters >= MASKED_FROM


def _may_be_heard(spelling: Spelling) -> bool:
    return _may_be_edited(spelling) and len(spelling.words) == 1 and spelling.compact.isascii()


def _may_be_far(word: str) -> bool:
    return len(word) >= _LEAST_FAR and word.isalpha() and not words.is_seen(word)


def _shortened(key: str) -> Iterator[str]:
    for i in range(len(key)):
        yield key[:i] + key[i + 1 :]


def _window(look: Squeezed, first: int, last: int, *, branded: bool) -> Place:
    return Place(squeezed=look, view="look-alike", first=first, last=last, branded=branded)


def _may_be_mark(token: Token) -> bool:
    return not token.cjk and len(token.letters) >= MASKED_FROM - 1


def _chains(look: Squeezed, mark_words: frozenset[str]) -> Iterator[Window]:
    """Yield the stretches of several words that hold a word of a mark or a sign for a letter."""
    text = look.folded.text
    signed = _ODD.search(text) and _SIGN.search(text)
    if signed or (mark_words and not mark_words.isdisjoint([token.key for token in look.tokens])):
        for first, token in enumerate(look.tokens):
            if not token.cjk:
                yield from _chains_from(look, first, mark_words)


def _chains_from(look: Squeezed, first: int, mark_words: frozenset[str]) -> Iterator[Window]:
    """Yield those that begin with a certain word."""
    tokens = look.tokens
    known = tokens[first].key in mark_words
    signed, chained = not look.word(first).isalnum(), True
    for last, following in islice(enumerate(tokens), first + 1, first + _LONGEST_CHAIN):
        gap = look.between(last - 1)
        if following.cjk or len(gap) > _GAP:
            return
        known = known or following.key in mark_words
        chained = chained and not gap.isspace() and len(gap) < _GAP
        signed = signed or gap[:1] in MASKS or not gap.isascii() or not look.word(last).isalnum()
        if known or (chained and signed):
            yield first, last
