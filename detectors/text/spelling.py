"""The ways in which one registered word mark is written, prepared for the search."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from itertools import accumulate
from typing import Final

from detectors.text import folding
from detectors.text.distinctiveness import Distinctiveness, grade
from detectors.text.tokens import class_key, class_letters, words_of
from pipeline.records import Asset, AssetKind, Register

_AND: Final = ("and", "und", "et", "e", "y", "i")
_UMLAUTS: Final = str.maketrans(
    {"ä": "ae", "ö": "oe", "ü": "ue", "ø": "oe", "å": "aa", "æ": "ae", "œ": "oe", "ß": "ss"}
)
_LONGEST: Final = 80
"""Longer texts are no marks and are not looked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spelling:
    """One way to write a mark: the mark itself, a registered variant, or either with "and" or umlauts spelt out.

    Attributes
    ----------
    rights_holder_id, asset_id : str
        Whose mark it is.
    mark : str
        The text or variant in the register.
    words : tuple of str
        Its words in the look-alike view.
    plain : tuple of str
        The same in the raw view.
    distinctiveness : Distinctiveness
        How freely it may be looked for.
    """

    rights_holder_id: str
    asset_id: str
    mark: str
    words: tuple[str, ...]
    plain: tuple[str, ...]
    distinctiveness: Distinctiveness

    @property
    def compact(self) -> str:
        """The words of the look-alike view, joined."""
        return "".join(self.words)

    @property
    def letters(self) -> str:
        """The classes of its letters, one for one: what a spelling with one edit is compared with."""
        return "".join(class_letters(word) for word in self.words)

    @property
    def keys(self) -> frozenset[str]:
        """Every class key under which the mark may stand in a squeezed text, in the look-alike and the raw view."""
        found: set[str] = set()
        for parts in (self.words, self.plain):
            compact = "".join(parts)
            found |= {
                "".join(class_key(word) for word in parts),
                class_key(compact),
                class_letters(compact),
            }
        return frozenset(found - {""})

    @property
    def cuts(self) -> frozenset[int]:
        """Offsets in the class key, word by word, at which the mark itself has a space or a sign."""
        return cuts([class_key(word) for word in self.words])


def cuts(parts: list[str]) -> frozenset[int]:
    """Return where in the joined parts one part ends and another begins.

    >>> sorted(cuts(["kel", "mar", "o"]))
    [3, 6]
    """
    return frozenset(accumulate(map(len, parts[:-1])))


def spellings_of(register: Register, brands: frozenset[str] = frozenset()) -> tuple[Spelling, ...]:
    """Return the spellings of every word mark of a register, in its order, graded among some other brands."""
    return tuple(
        spelling
        for holder in register.rights_holders
        for asset in holder.assets
        if asset.kind is AssetKind.WORD_MARK
        for spelling in _spell(holder.id, asset, brands)
    )


def _spell(rights_holder_id: str, asset: Asset, brands: frozenset[str]) -> list[Spelling]:
    made: dict[tuple[str, ...], Spelling] = {}
    for mark in filter(None, (asset.text, *asset.variants)):
        strictness = grade(mark, brands)
        for written in _written(mark[:_LONGEST]):
            words = tuple(words_of(folding.look_alike(written).text))
            plain = tuple(words_of(folding.raw(written).text))
            if words and sum(map(len, words)) > 1:
                made.setdefault(
                    plain,
                    Spelling(
                        rights_holder_id=rights_holder_id,
                        asset_id=asset.id,
                        mark=mark,
                        words=words,
                        plain=plain,
                        distinctiveness=strictness,
                    ),
                )
    return list(made.values())


def _written(mark: str) -> list[str]:
    """Return the mark, with "and" spelt out where it has an ampersand between words, and with umlauts spelt out."""
    ways = [mark]
    if re.search(r"\w{2,}\s*&\s*\w{2,}", mark):
        ways += [re.sub(r"\s*&\s*", f" {word} ", mark) for word in _AND]
    spelt = unicodedata.normalize("NFC", mark).casefold().translate(_UMLAUTS)
    if spelt != unicodedata.normalize("NFC", mark).casefold():
        ways.append(spelt)
    return ways
