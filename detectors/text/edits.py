"""Judging a place that is one or two edits away from a mark: a letter masked, mistyped, left out, put in or swapped."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from rapidfuzz.distance import OSA

from detectors.text import folding, words
from detectors.text.forms import EDITED_FROM, GAP, MASKED_FROM, Form, Hit, Place, hit_at
from detectors.text.spelling import Spelling
from detectors.text.tokens import MASKS, class_letters

_DOUBLED: Final = re.compile(r"(.)\1+")
_SEPARATORS: Final = frozenset("|!?")
"""Masks that mean nothing at the end of a word."""

TWICE_FROM: Final = 9
"""Letters a mark must have to be recognised with two mistakes, if a third of it stands as it is."""

HEARD_FROM: Final = 6
"""Letters that a mark, and a word, must have for one to be the other spelt by ear."""

_LONG: Final = 7
"""Letters from which on even the first one may be wrong."""


_HEARD: Final = (
    ("ch", "C"), ("qu", "k"), ("kw", "k"), ("ph", "f"), ("ck", "k"), ("x", "ks"), ("ce", "se"), ("ci", "si"),
    ("cy", "si"), ("c", "k"), ("z", "s"), ("y", "i"), ("ee", "i"), ("oo", "u"), ("th", "t"), ("v", "b"),
)  # fmt: skip
"""Letters that English or Spanish ears do not tell apart."""

MANY: Final = 2_000
"""In a register of so many spellings, marks of fewer than seven letters are not looked for with a letter wrong."""


@dataclass(frozen=True, slots=True)
class Company:
    """The other marks of a register: what they look like, and how many letters a mark among so many must have."""

    looks: frozenset[str]
    least: int


def company_of(spellings: Sequence[Spelling], brands: frozenset[str] = frozenset()) -> Company:
    """Return what the marks of a register, and other brands, mean to each other."""
    return Company(brands.union(s.compact for s in spellings), EDITED_FROM if len(spellings) < MANY else _LONG)


def near(place: Place, spelling: Spelling, others: Company) -> Hit | None:
    """Judge a place whose class key is one edit from that of a mark.

    Parameters
    ----------
    place : Place
        Whole words.
    spelling : Spelling
        The mark.
    others : Company
        All marks of the register: another's mark is no misspelling of this one.
    """
    strictness = spelling.distinctiveness
    key = "".join(class_letters(part) for part in place.parts)
    if strictness.cjk or strictness.letters < MASKED_FROM or not is_edited(key, spelling.letters):
        return None
    if _masked(place, spelling, key):
        if strictness.letters == MASKED_FROM and place.quote.upper() != place.quote:
            return None
        return hit_at(place, spelling, Form.DISGUISED, "a letter is masked", 0.9)
    if not _edited(place, spelling, others) or not (_starts_alike(place, spelling) or strictness.letters >= _LONG):
        return None
    return hit_at(place, spelling, Form.FUZZY, "one letter differs", 0.5 + min(strictness.letters, 12) / 40)


def far(place: Place, spelling: Spelling, others: Company) -> Hit | None:
    """Judge one word that is two edits from a long mark, of which a third stands in it unchanged, at its place."""
    word = place.parts[0]
    if not may_be_edited_twice(spelling) or not is_twice_edited(word, spelling.compact):
        return None
    if not place.quote.isalpha() or not _starts_alike(place, spelling) or not _edited(place, spelling, others):
        return None
    if words.is_compound(word):
        return None
    return hit_at(place, spelling, Form.FUZZY, "two letters differ", 0.55)


def by_ear(place: Place, spelling: Spelling, others: Company) -> Hit | None:
    """Judge one word that is spelt otherwise than a long mark, but sounds the same in English or Spanish."""
    word = place.parts[0]
    if len(spelling.words) > 1 or not spelling.compact.isascii() or word == spelling.compact:
        return None
    if min(len(word), len(spelling.compact)) < HEARD_FROM:
        return None
    if as_heard(word) != as_heard(spelling.compact) or not _edited(place, spelling, others):
        return None
    return hit_at(place, spelling, Form.FUZZY, "spelt by ear", 0.5)


def as_heard(word: str) -> str:
    """Return what a lower-case word and those that sound the same have in common.

    >>> as_heard("quillmere") == as_heard("kwilmere"), as_heard("vonzel") == as_heard("bonsel")
    (True, True)
    """
    for letters, one in _HEARD:
        word = word.replace(letters, one)
    return _DOUBLED.sub(r"\1", word)


def may_be_edited_twice(spelling: Spelling) -> bool:
    """Say whether a mark is looked for with two mistakes: one long word, not crowded by others."""
    strictness = spelling.distinctiveness
    return strictness.letters >= TWICE_FROM and len(spelling.words) == 1 and strictness.edits


def thirds(compact: str) -> tuple[tuple[int, str], ...]:
    """Return a mark in three parts, each with its offset: two mistakes leave one of them as it was.

    >>> thirds("quillmere")
    ((0, 'qui'), (3, 'llm'), (6, 'ere'))
    """
    cuts = [len(compact) * i // 3 for i in range(4)]
    return tuple((start, compact[start:end]) for start, end in pairwise(cuts))


def shared_third(word: str, compact: str) -> bool:
    """Say whether a third of a mark stands in a word, not more than two letters away from its place."""
    return any(third in word[max(0, at - 2) : at + 2 + len(third)] for at, third in thirds(compact))


def is_edited(key: str, letters: str) -> bool:
    """Say whether a class key is one edit from a mark's."""
    return OSA.distance(key, letters, score_cutoff=1) == 1


def is_twice_edited(word: str, compact: str) -> bool:
    """Say whether a word is two edits from a mark and shares a third of it."""
    return OSA.distance(word, compact, score_cutoff=2) == 2 and shared_third(word, compact)  # noqa: PLR2004


def _starts_alike(place: Place, spelling: Spelling) -> bool:
    return place.parts[0][:1] == spelling.compact[0]


def _edited(place: Place, spelling: Spelling, others: Company) -> bool:
    """Say whether what differs can be a mistake or a trick, and the place is no word, name or mark of its own."""
    strictness, parts = spelling.distinctiveness, place.parts
    compact = "".join(parts)
    least = others.least if len(spelling.words) == 1 else _LONG
    if not strictness.edits or strictness.letters < least or compact in others.looks:
        return False
    if not (parts[0].isalnum() and parts[-1].isalnum()) or len(parts) < min(len(spelling.words), 2):
        return False
    if len(parts) > 1 and not (set(parts) & set(spelling.words) and len(spelling.words) > 1):
        return False
    if any(map(str.isdecimal, place.quote)) or compact.startswith(spelling.compact):
        return False
    if not spelling.plain[0].isascii() and (strictness.letters < _LONG or _is_known_abroad(place)):
        return False
    return _is_misspelling(parts, spelling)


def _is_known_abroad(place: Place) -> bool:
    """Say whether a place has a word of the language that it is written in."""
    return any(map(words.is_known, folding.raw(place.quote).text.split()))


def _is_misspelling(parts: list[str], spelling: Spelling) -> bool:
    """Say whether the wrong words are no words of their own, unless a right word that is no other anchors them."""
    right = [part for part in parts if part in spelling.words]
    if len(set(parts)) < len(parts):
        return False
    return any(not words.is_seen(part) for part in right) or not any(
        words.is_seen(part) for part in parts if part not in right
    )


def _masked(place: Place, spelling: Spelling, key: str) -> bool:
    """Say whether the one edit is a sign written for, over or between letters."""
    wanted, at = spelling.letters, 0
    ending = place.squeezed.following(place.last)[:1]
    if _is_mask(ending) and ending not in _SEPARATORS and key == wanted[:-1]:
        return True
    for number, part in enumerate(place.parts[:-1]):
        at += len(part)
        gap = place.gaps[number].strip()
        if _is_mask(gap[:1]) and len(gap) < GAP and key[:at] + wanted[at : at + 1] + key[at:] == wanted:
            return True
        follower = place.parts[number + 1]
        over, between = key[:at] + wanted[at : at + 1] + key[at + 1 :], key[:at] + key[at + 1 :]
        ends = number + 2 == len(place.parts) and follower in _SEPARATORS
        if not ends and not follower.isalnum() and wanted in {over, between}:
            return True
    return False


def _is_mask(sign: str) -> bool:
    return sign in MASKS or not (sign.isascii() or sign.isalnum())
