"""How a word sounds, roughly: a key that a mark and its transliterations into other scripts have in common."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from functools import lru_cache
from typing import Final

from anyascii import anyascii
from rapidfuzz.distance import Levenshtein

from detectors.text import words
from detectors.text.folding import Folded, raw
from detectors.text.forms import Form, Hit
from detectors.text.spelling import Spelling

LEAST_SOUNDS: Final = 3
"""Consonants that a mark must have to be recognised by its sound."""

_LATIN: Final = (
    ("kh", ""), ("tch", "C"), ("sch", "S"), ("sh", "S"), ("ch", "S"), ("ts", "S"), ("ck", "k"), ("ph", "f"),
    ("th", "t"), ("qu", "k"), ("gh", "k"), ("dj", "S"), ("x", "ks"), ("q", "k"), ("c", "k"), ("z", "S"), ("s", "S"),
    ("j", "S"), ("C", "S"), ("v", "b"), ("f", "b"), ("p", "b"), ("w", ""), ("h", ""), ("y", ""), ("l", "r"), ("d", "t"),
    ("g", "k"), ("m", "n"),
)  # fmt: skip
"""Consonants that one script or another does not tell apart, as one letter each."""

_SOFTENED: Final = (
    ("l", "r"), ("v", "b"), ("qu", "k"), ("c", "k"), ("f", "b"), ("w", "u"), ("eo", "o"), ("eu", "u"),
)  # fmt: skip
_NO_CONSONANT: Final = re.compile(r"[^a-zA-Z]|[aeiou]")
_DOUBLED: Final = re.compile(r"(.)\1+")
OF_SOUND: Final = re.compile(
    r"[\u30a1-\u30fa\u30fc-\u30ff]{2,24}|[\uac00-\ud7af]{2,16}|[\u0370-\u03ff]{3,24}|[\u0400-\u052f]{3,24}"
    r"|[\u0620-\u064a\u0671-\u06d3]{3,24}|[\u0e00-\u0e7f]{3,32}|[\u05d0-\u05ea]{3,24}|[\u0900-\u097f]{3,32}"
)
"""Runs of one script that may spell a mark by its sound: katakana, Hangul, Greek, Cyrillic, Arabic, Thai, Hebrew,
Devanagari."""

_CODA_R: Final = re.compile(r"r(?=[^aeiouyr]|$)")
_GREEK_STOPS: Final = (("ντ", "δ"), ("μπ", "β"), ("γκ", "γ"))
"""Greek writes d, b and g with two letters."""

_KANA_FILL: Final = re.compile(r"[ッー・]")
_KEPT: Final = 65_536


class Sounds:
    """The spellings of a register by their sound.

    Parameters
    ----------
    spellings : tuple of Spelling
        What to look for.
    """

    def __init__(self, spellings: tuple[Spelling, ...]) -> None:
        self._spellings = tuple(filter(is_heard, spellings))
        self._by_sound: defaultdict[str, list[Spelling]] = defaultdict(list)
        for spelling in self._spellings:
            for key in _keys_of(spelling):
                self._by_sound[key].append(spelling)

    def hits(self, text: str) -> Iterator[Hit]:
        """Yield every mark that a text spells by its sound in another script."""
        folded = raw(text)
        for run in runs(folded):
            for key in sounds(folded.text[slice(*run)]):
                yield from filter(None, [heard(folded, run, spelling) for spelling in self._by_sound.get(key, ())])

    def brute_force(self, text: str) -> Iterator[Hit]:
        """Yield the same by trying every spelling."""
        folded = raw(text)
        for run in runs(folded):
            keys = sounds(folded.text[slice(*run)])
            alike = [spelling for spelling in self._spellings if keys & _keys_of(spelling)]
            yield from filter(None, [heard(folded, run, spelling) for spelling in alike])


def _keys_of(spelling: Spelling) -> frozenset[str]:
    """Return the sounds of a mark: with every r, and without those that end a syllable, as in Japanese and Korean."""
    mute = _key(_romanised(_CODA_R.sub("", spelling.compact)))
    return frozenset({sound(spelling.compact)} | ({mute} if len(mute) >= LEAST_SOUNDS else set()))


def runs(folded: Folded) -> list[tuple[int, int]]:
    """Return where runs of a script that may spell a Latin mark stand in a view."""
    return [] if folded.text.isascii() else [match.span() for match in OF_SOUND.finditer(folded.text)]


def is_heard(spelling: Spelling) -> bool:
    """Say whether a mark has enough consonants, and is no everyday word, to be recognised by its sound."""
    strictness = spelling.distinctiveness
    if strictness.cjk or strictness.everyday or len(spelling.words) > 2 or not spelling.compact.isascii():  # noqa: PLR2004
        return False
    return len(sound(spelling.compact)) >= LEAST_SOUNDS


def heard(folded: Folded, run: tuple[int, int], spelling: Spelling) -> Hit | None:
    """Judge a run of another script whose sound is that of a mark."""
    word = folded.text[slice(*run)]
    if words.is_known_abroad(word) or not sounds_like(word, spelling.compact):
        return None
    start, end = folded.span(*run)
    return Hit(
        spelling=spelling,
        form=Form.FRAGMENT,
        view="sound",
        start=start,
        end=end,
        how="the mark's sound in another script",
        certainty=0.4,
    )


@lru_cache(maxsize=_KEPT)
def sounds(word: str) -> frozenset[str]:
    """Return the sounds that a word may stand for: Cyrillic writes the w of other languages as v."""
    return frozenset({sound(word), _key(_romanised(word).replace("v", ""))})


@lru_cache(maxsize=_KEPT)
def sound(word: str) -> str:
    """Return the consonants of a word in any script that has letters or syllables, in classes.

    >>> sound("Zorvane"), sound("ゾルヴァン"), sound("조르반"), sound("Зорвейн")
    ('Srbn', 'Srbn', 'Srbn', 'Srbn')
    """
    return _key(_romanised(word))


def sounds_like(word: str, mark: str) -> bool:
    """Say whether a word of another script, of the same consonants, has about as many letters as a mark.

    Notes
    -----
    Vowels differ from one transliteration to the next, and Arabic leaves short ones out: half of the letters may.
    """
    allowed = len(mark) // 2
    return Levenshtein.distance(_softened(_romanised(word)), _softened(mark), score_cutoff=allowed) <= allowed


def _romanised(word: str) -> str:
    for letters, one in _GREEK_STOPS:
        word = word.replace(letters, one)
    return str(anyascii(_KANA_FILL.sub("", word))).lower().replace("'", "")


def _key(romanised: str) -> str:
    for letters, one in _LATIN:
        romanised = romanised.replace(letters, one)
    return _DOUBLED.sub(r"\1", _NO_CONSONANT.sub("", romanised))


def _softened(word: str) -> str:
    for letters, one in _SOFTENED:
        word = word.replace(letters, one)
    return word
