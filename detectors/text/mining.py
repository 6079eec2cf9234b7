"""Finding new aliases: words that listings of a mark's infringers have in common, and other listings do not.

References
----------
.. [1] B. L. Monroe, M. P. Colaresi, K. M. Quinn, "Fightin' Words: lexical feature selection and evaluation for
   identifying the content of political conflict", Political Analysis 16, 2008 (log odds with a prior).
"""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from pypinyin import lazy_pinyin
from rapidfuzz import fuzz

from detectors.text import words
from detectors.text.distinctiveness import Grade, grade
from detectors.text.folding import CJK, look_alike, raw, syllabary
from detectors.text.forms import Form
from detectors.text.index import MarkIndex
from detectors.text.sounds import sound
from detectors.text.spelling import Spelling

LEAST_LISTINGS: Final = 2
MOST: Final = 20
_PRIOR: Final = 0.1
_LONGEST: Final = 6
_TITLES: Final = 20_000
_LATIN: Final = re.compile(rf"[^\W_{CJK}]{{2,24}}")
_CJK: Final = re.compile(f"[{CJK}]+")
_HAN: Final = re.compile(r"[\u3400-\u9fff]")
_HOUSE: Final = re.compile(rf"(?<![^\W_])[^\W\d_{CJK}]家|[\u3400-\u9fff]家")
_CLOSE_COUNTS: Final = 2.0
"""How much more a word counts that is close to the mark."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """The title of a listing that speaks of a mark's goods, its seller, and why it is taken to."""

    title: str
    seller: str
    because: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """A word that may be an alias, with the evidence.

    Attributes
    ----------
    kind : str
        How it may come from the mark: "part", "misspelling", "sound", "initials" or "nickname".
    rank : float
        Standard errors by which its log odds exceed those elsewhere, more if it is close to the mark.
    near : float
        0 to 1: how close it is to the mark in letters or sound.
    listings, sellers, elsewhere : int
        Listings and sellers that use it, and other listings that do.
    because : tuple of str
        Why those listings are taken to speak of the mark.
    example : str
        One of the titles.
    """

    alias: str
    script: str
    kind: str
    strong: bool
    rank: float
    near: float
    listings: int
    sellers: int
    elsewhere: int
    because: tuple[str, ...]
    example: str


def suggest(
    spellings: Sequence[Spelling], told: Sequence[Told], others: Iterable[str], *, most: int = MOST
) -> tuple[Suggestion, ...]:
    """Suggest aliases of one mark, the likeliest first; a person decides.

    Parameters
    ----------
    spellings : sequence of Spelling
        The mark as registered, with its variants.
    told : sequence of Told
        Listings that speak of its goods.
    others : iterable of str
        Titles of other listings.
    most : int
        How many at most.

    Returns
    -------
    tuple of Suggestion
        Words of at least two listings that are no everyday words, and that the mark's own search does not find yet.
    """
    index = MarkIndex(tuple(spellings))
    here: defaultdict[str, set[int]] = defaultdict(set)
    for number, listing in enumerate(told[:_TITLES]):
        for word in set(_words(listing.title)):
            here[word].add(number)
    wanted = {word for word, numbers in here.items() if len(numbers) >= LEAST_LISTINGS and not _is_ordinary(word)}
    elsewhere = Counter(
        word for title, _ in zip(others, range(_TITLES), strict=False) for word in {*_words(title)} & wanted
    )
    total = max(len(told), 1), max(min(sum(1 for _ in elsewhere.elements()), _TITLES), 1)
    found = [
        _suggestion(word, spellings, [told[n] for n in sorted(here[word])], elsewhere[word], total)
        for word in _longest_only(wanted, here)
        if not any(hit.form is not Form.FRAGMENT for hit in index.hits(word, branded=True))
    ]
    likely = [one for one in found if one.rank > 1]
    return tuple(sorted(likely, key=lambda s: (-s.rank, s.alias))[:most])


def _words(title: str) -> Iterator[str]:
    """Yield what may be a name in a title: words, stretches of hanzi and syllables, a letter or hanzi with "house"."""
    text = look_alike(title).text
    yield from _LATIN.findall(text)
    yield from _HOUSE.findall(text)
    for run in _CJK.findall(raw(title).text):
        for length in range(2, min(_LONGEST, len(run)) + 1):
            yield from (run[i : i + length] for i in range(len(run) - length + 1))


def _is_ordinary(word: str) -> bool:
    """Say whether a word has digits or is common in English; of others, how often they stand elsewhere decides."""
    return any(map(str.isdecimal, word)) or words.is_common(word)


def _longest_only(wanted: set[str], here: dict[str, set[int]]) -> Iterator[str]:
    """Yield the words that are not part of a longer one wherever they stand."""
    for word in sorted(wanted):
        longer = (other for other in wanted if len(other) == len(word) + 1 and word in other)
        if not any(here[other] == here[word] for other in longer):
            yield word


def _suggestion(
    word: str, spellings: Sequence[Spelling], told: list[Told], elsewhere: int, total: tuple[int, int]
) -> Suggestion:
    near, kind = max(((_near(word, spelling.compact)) for spelling in spellings), default=(0.0, "nickname"))
    odds = _log_odds(len(told), total[0]) - _log_odds(elsewhere, total[1])
    error = math.sqrt(1 / (len(told) + _PRIOR) + 1 / (elsewhere + _PRIOR * 10))
    return Suggestion(
        alias=word,
        script=script_of(word),
        kind=kind,
        strong=not elsewhere and grade(word).grade is Grade.DISTINCTIVE and not words.is_seen(word),
        rank=round(odds / error * (1 + _CLOSE_COUNTS * near), 3),
        near=round(near, 3),
        listings=len(told),
        sellers=len({listing.seller for listing in told}),
        elsewhere=elsewhere,
        because=tuple(sorted({listing.because for listing in told})),
        example=told[0].title,
    )


def _log_odds(count: int, of: int) -> float:
    return math.log((count + _PRIOR) / (max(of - count, 0) + 1))


def _near(word: str, mark: str) -> tuple[float, str]:
    """Return how close a word is to a mark, and by what."""
    if _HOUSE.fullmatch(word):
        return (0.8, "initials") if word[0] == mark[0] else (0.0, "nickname")
    if word in mark:
        return max(0.5, len(word) / len(mark)), "part"
    ways = [(fuzz.ratio(word, mark) / 100, "misspelling")]
    if _HAN.match(word) and _HAN.match(mark):
        ways.append((fuzz.ratio("".join(lazy_pinyin(word)), "".join(lazy_pinyin(mark))) / 100, "sound"))
    elif not word.isascii() or not mark.isascii():
        ways.append((fuzz.ratio(sound(word), sound(mark)) / 100 if sound(word) else 0.0, "sound"))
    near, kind = max(ways)
    return (near, kind) if near >= 0.5 else (0.0, "nickname")  # noqa: PLR2004


def kind_of(alias: str, marks: Sequence[str]) -> str:
    """Return how an alias may come from a mark: "part", "misspelling", "sound", "initials" or "nickname"."""
    folded = look_alike(alias).text
    return max((_near(folded, look_alike(mark).text) for mark in marks), default=(0.0, "nickname"))[1]


def script_of(word: str) -> str:
    """Return the script of an alias.

    >>> script_of("zorv"), script_of("佐梵"), script_of("ゾル"), script_of("조르")
    ('latin', 'hanzi', 'kana', 'hangul')
    """
    if word.isascii():
        return "latin"
    if _HAN.search(word):
        return "hanzi"
    name = syllabary(word[0])
    return {"KATAKANA": "kana", "HIRAGANA": "kana"}.get(name, name.lower() if name in _SCRIPTS else "other")


_SCRIPTS: Final = frozenset({"HANGUL", "CYRILLIC", "ARABIC", "LATIN"})
