"""Judging a place where a mark may stand: whether it is the mark, in which form, and how it is disguised."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby
from typing import Final

from detectors.text import folding, words
from detectors.text.disguise import describe, has_invisible, is_as_registered
from detectors.text.distinctiveness import SHORT, Grade
from detectors.text.spelling import Spelling, cuts
from detectors.text.tokens import MASKS, Squeezed, class_key, class_letters

MASKED_FROM: Final = 4
"""Letters a mark must have to be recognised with one of them masked."""

EDITED_FROM: Final = 5
"""Letters a mark must have to be recognised with one of them wrong, in leet or with letters doubled."""

GLUED_FROM: Final = 6
"""Letters a mark must have to be recognised inside a longer word without a change of case."""

_APART_FROM: Final = 8
"""Letters a mark must have to be recognised when cut into any two words, if not both are everyday words."""

_PART: Final = 3
"""A shorter mark cut by spaces is recognised if one of the parts is no longer than this."""

_LONGEST_WORD: Final = 100
"""Longer words whose class key is not one for one are not looked into: they are noise, and slow."""

GAP: Final = 4
"""Most characters between two parts of a mark."""

_DOUBLED: Final = re.compile(r"(.)\1+")
_MODEL: Final = re.compile(r"\D+\d{2,}")
_ATTACHED: Final = frozenset(
    "new top my hot best buy the real original genuine official authentic store shop outlet brand sale mini men women"  # noqa: SIM905
    " kids bag shoes".split()
)
"""What may be written together with a mark that is a word or name in use, before the whole counts as another name."""

_PLURALS: Final = frozenset({"s", "es"})

_CLITICS: Final = frozenset({*"بفكلو", "ال", "وال", "بال", "فال", "كال", "لل"})
"""What Arabic writes together with the word after it: with, then, like, for, and."""

_SYLLABIC: Final = re.compile(r"[\u1100-\u11ff\u3040-\u30ff\uac00-\ud7af\u0e00-\u0e7f]")


class Form(StrEnum):
    """How a mark is written in a listing."""

    EXACT = "exact"
    DISGUISED = "disguised"
    FUZZY = "fuzzy"
    GLUED = "glued"
    COMMON = "common"
    FRAGMENT = "fragment"


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """A mark found in a field: offsets in code points of the original, and how it is written, in plain words."""

    spelling: Spelling
    form: Form
    view: str
    start: int
    end: int
    how: str
    certainty: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A stretch of words of one view: from inside word `first` to inside word `last`.

    Attributes
    ----------
    squeezed : Squeezed
        The view, in words.
    view : str
        Its name.
    first, last : int
        Numbers of the outermost words.
    before, after : str
        What the outermost words have before and after the stretch.
    branded : bool
        The field itself names brands, so letter case says nothing.
    """

    squeezed: Squeezed
    view: str
    first: int
    last: int
    before: str = ""
    after: str = ""
    branded: bool = False

    @property
    def _stretch(self) -> tuple[int, int]:
        """Offsets in the view."""
        return self.squeezed.start(self.first) + len(self.before), self.squeezed.end(self.last) - len(self.after)

    @property
    def span(self) -> tuple[int, int]:
        """Offsets in the original."""
        return self.squeezed.folded.span(*self._stretch)

    @property
    def closed_up(self) -> bool:
        """Whether something that stands in the original was left out of the stretch."""
        start, end = self.span
        first, last = self._stretch
        return end - start > last - first

    @property
    def quote(self) -> str:
        """The stretch in the original's characters."""
        start, end = self.span
        return self.squeezed.folded.original[start:end]

    @property
    def parts(self) -> list[str]:
        """The words, without what lies outside the stretch."""
        found = [self.squeezed.word(number) for number in range(self.first, self.last + 1)]
        found[0] = found[0][len(self.before) :]
        found[-1] = found[-1][: len(found[-1]) - len(self.after)]
        return found

    @property
    def gaps(self) -> list[str]:
        """What stands between the words."""
        return [self.squeezed.between(number) for number in range(self.first, self.last)]


def locate(squeezed: Squeezed, view: str, start: int, end: int, *, branded: bool) -> Place | None:
    """Return the place of a stretch of the squeezed text, or None where no letter of a word begins or ends there."""
    first, last = squeezed.token_at(start), squeezed.token_at(end - 1)
    if any(len(squeezed.word(n)) != len(squeezed.tokens[n].key) > _LONGEST_WORD for n in (first, last)):
        return None
    head = _head(squeezed, first, start - squeezed.bounds[first])
    tail = _tail(squeezed, last, end - squeezed.bounds[last])
    if head is None or tail is None:
        return None
    return Place(
        squeezed=squeezed,
        view=view,
        first=first,
        last=last,
        before=squeezed.word(first)[:head],
        after=squeezed.word(last)[tail:],
        branded=branded,
    )


def _head(squeezed: Squeezed, number: int, cut: int) -> int | None:
    """Return where in a word the rest of its class key begins, as late as possible: letters doubled stay outside."""
    key, word = squeezed.tokens[number].key, squeezed.word(number)
    if cut == 0 or len(key) == len(word):
        return cut
    return next((i for i in range(len(word) - 1, 0, -1) if class_key(word[i:]) == key[cut:]), None)


def _tail(squeezed: Squeezed, number: int, cut: int) -> int | None:
    """Return where in a word the first part of its class key ends, as early as possible."""
    key, word = squeezed.tokens[number].key, squeezed.word(number)
    if cut == len(key):
        return len(word)
    if len(key) == len(word):
        return cut
    return next((i for i in range(1, len(word)) if class_key(word[:i]) == key[:cut]), None)


def whole(place: Place, spelling: Spelling) -> Hit | None:
    """Judge a place whose class key is that of a mark."""
    if any(len(gap) > GAP or "\n" in gap for gap in place.gaps):
        return None
    if spelling.distinctiveness.cjk:
        return _cjk(place, spelling)
    same = "".join(place.parts) in {spelling.compact, "".join(spelling.plain)}
    if not ((place.before in _CLITICS or _outside(place.before)) and _outside(place.after)):
        return _glued(place, spelling) if same else None
    split = place.view == "spelt" or not _cuts(place) <= spelling.cuts
    if split and place.view != "spelt" and not _split_on_purpose(place, spelling):
        return None
    if same and not split and is_as_registered(place.quote, spelling):
        return _exact(place, spelling)
    return _hidden(place, spelling, split=split) if same else _respelt(place, spelling)


def _hidden(place: Place, spelling: Spelling, *, split: bool) -> Hit | None:
    """Judge a place that has the mark's letters in other characters or with signs between."""
    if not split and _is_native_word(place, spelling):
        return None
    if spelling.distinctiveness.grade is Grade.SHORT and not _stands_out(place):
        return None
    return hit_at(place, spelling, Form.DISGUISED, describe(place.quote, spelling, split=split), 1.0)


def _exact(place: Place, spelling: Spelling) -> Hit | None:
    strictness = spelling.distinctiveness
    if strictness.grade is Grade.SHORT and not place.branded and not _cased_like_a_mark(place.quote, spelling):
        return None
    if not strictness.everyday or (place.branded and len(place.parts) == len(place.squeezed.tokens)):
        return hit_at(place, spelling, Form.EXACT, "", 1.0)
    capital = any(c.isupper() for c in place.quote)
    if capital and len(spelling.words) > 1:
        return hit_at(place, spelling, Form.EXACT, "", 1.0)
    if capital or place.branded or len(spelling.words) > 1:
        return hit_at(place, spelling, Form.COMMON, "an everyday word", 1.0 if capital else 0.5)
    return None


def _cased_like_a_mark(quote: str, spelling: Spelling) -> bool:
    """Say whether a short mark is in capitals, or can be nothing else."""
    strictness = spelling.distinctiveness
    if quote.isupper() or strictness.everyday or strictness.letters <= 2:  # noqa: PLR2004
        return quote.isupper()
    return quote[0].isupper() or not words.is_known(spelling.compact)


def _stands_out(place: Place) -> bool:
    """Say whether a short mark in disguise is meant: in capitals, or with signs that no honest text has."""
    return place.branded or place.quote.upper() == place.quote or not place.quote.isascii()


def _cjk(place: Place, spelling: Spelling) -> Hit | None:
    """Judge a mark in hanzi, kana or Hangul: no spaces mark its ends, so words around it decide."""
    strictness, split = spelling.distinctiveness, not _cuts(place) <= spelling.cuts
    text = place.squeezed.word(place.first)
    if place.first == place.last:
        at = len(place.before)
        if strictness.letters <= 2 and words.cuts_a_word(text, at, len(text) - len(place.after)):  # noqa: PLR2004
            return None
        letters = place.parts[0]
        if place.before and strictness.letters <= SHORT and _same_syllabary(place.before[-1], letters[0]):
            return None
        if place.after and strictness.letters <= 2 and _same_syllabary(letters[-1], place.after[0]):  # noqa: PLR2004
            return None
    elif split and not _split_on_purpose(place, spelling):
        return None
    if split or has_invisible(place.quote):
        how = "split by signs or spaces" if split else describe(place.quote, spelling)
        return hit_at(place, spelling, Form.DISGUISED, how, 1.0)
    form = Form.COMMON if strictness.everyday else Form.EXACT
    return hit_at(place, spelling, form, "an everyday word" if strictness.everyday else "", 1.0)


def _same_syllabary(left: str, right: str) -> bool:
    return bool(_SYLLABIC.match(left) and _SYLLABIC.match(right)) and folding.syllabary(left) == folding.syllabary(
        right
    )


def _outside(rest: str) -> bool:
    return not rest or rest.isdecimal()


def _cuts(place: Place) -> frozenset[int]:
    return cuts([class_key(part) for part in place.parts])


def _split_on_purpose(place: Place, spelling: Spelling) -> bool:
    """Say whether a mark cut where it has no cut was cut to hide it, rather than put together from other words."""
    parts, gaps = place.parts, place.gaps
    if all(len(part) == 1 for part in parts):
        return len(parts) > 1 and not _goes_on(place)
    if spelling.distinctiveness.grade is Grade.SHORT:
        return all(gap and not gap.isascii() for gap in gaps) or not any(gaps)
    if all(gap and MASKS.issuperset(gap) for gap in gaps):
        return True
    if all(gap.strip() or not gap for gap in gaps):
        return not all(map(words.is_common, parts)) or not all(gap.isascii() for gap in gaps)
    if spelling.distinctiveness.letters >= _APART_FROM and not spelling.distinctiveness.everyday:
        return not all(map(words.is_common, parts))
    in_syllables = len(parts) > 2 and max(map(len, parts)) <= _PART  # noqa: PLR2004
    known = words.is_common if in_syllables and spelling.distinctiveness.letters >= GLUED_FROM else words.is_known
    return min(map(len, parts)) <= _PART and not all(map(known, parts))


def _goes_on(place: Place) -> bool:
    """Say whether a few single letters, spaced in the same way, go on before or after the place."""
    squeezed, gap = place.squeezed, place.gaps[0]
    if gap.strip() or len(place.parts) > SHORT:
        return False
    left, right = place.first - 1, place.last + 1
    return (left >= 0 and len(squeezed.word(left)) == 1 and squeezed.between(left) == gap) or (
        right < len(squeezed.tokens) and len(squeezed.word(right)) == 1 and squeezed.between(place.last) == gap
    )


def _respelt(place: Place, spelling: Spelling) -> Hit | None:
    """Judge a place that reads like the mark with other letters: leet, doubled letters, rn for m."""
    strictness = spelling.distinctiveness
    if strictness.letters < EDITED_FROM:
        return None
    if not _has_every_letter(place.parts, spelling) or _is_model(place, spelling):
        return None
    letters_only = _in_plain_letters(place)
    if letters_only and strictness.grade is Grade.COMMON:
        return None
    if all(words.is_seen(part) for part in place.parts if part.isalpha()) and letters_only:
        return None
    return hit_at(place, spelling, Form.DISGUISED, describe(place.quote, spelling), 0.9)


def _has_every_letter(parts: list[str], spelling: Spelling) -> bool:
    """Say whether letters are only doubled: each run of one class is at least as long as the mark's, doubles undone."""
    wanted = "".join(class_letters(_DOUBLED.sub(r"\1", word)) for word in spelling.words)
    given = "".join(class_letters(part) for part in parts)
    return all(
        len(list(run)) >= len(list(least))
        for (_, run), (_, least) in zip(groupby(_merged(given)), groupby(_merged(wanted)), strict=False)
    )


def _merged(letters: str) -> str:
    return letters.replace("vv", "w").replace("rn", "m")


def _is_model(place: Place, spelling: Spelling) -> bool:
    """Say whether digits make a number of a word, or stand together at the end of a short one, as in a model's name."""
    word = "".join(place.parts)
    digits = sum(map(str.isdecimal, word))
    if digits > len(word) // 2 or (digits and (place.before or place.after)):
        return True
    return spelling.distinctiveness.letters < _APART_FROM and _MODEL.fullmatch(word) is not None


def _in_plain_letters(place: Place) -> bool:
    """Say whether a place is written in letters of one language, accented or not."""
    quote = unicodedata.normalize("NFC", place.quote)
    return all(part.isalpha() for part in place.parts) and all(
        c.isascii() or unicodedata.name(c, "").startswith(("LATIN SMALL LETTER", "LATIN CAPITAL LETTER")) for c in quote
    )


def _glued(place: Place, spelling: Spelling) -> Hit | None:
    """Judge a mark inside a longer word: "newZORVANE", "zorvanestore"."""
    strictness = spelling.distinctiveness
    if strictness.grade is Grade.SHORT or strictness.letters < EDITED_FROM:
        return None
    if len(place.parts) > 1:
        return _spelt_out(place, spelling)
    if words.is_seen(place.squeezed.word(place.first)):
        return None
    quote, original = place.quote, place.squeezed.folded.original
    start, end = place.span
    camel = (not place.before or _changes_case(original[start - 1], quote[0])) and (
        not place.after or _changes_case(original[end], quote[-1])
    )
    rests = [rest for rest in (place.before, place.after) if not _outside(rest)]
    known = all(len(rest) > 1 and words.is_known(rest) for rest in rests)
    if not strictness.glue and not _ATTACHED.issuperset(rests):
        return None
    plural = rests == [place.after] and place.after in _PLURALS
    if camel or plural or (known and strictness.letters >= GLUED_FROM):
        return hit_at(place, spelling, Form.GLUED, "written together with another word", 0.9)
    return None


def _spelt_out(place: Place, spelling: Spelling) -> Hit | None:
    """Judge a mark written letter by letter with a sign between, and then another word: "Z.o.r.v.a.n.eBag"."""
    if any(len(part) > 1 for part in place.parts) or len(set(place.gaps)) > 1 or not place.gaps[0].strip():
        return None
    return hit_at(place, spelling, Form.DISGUISED, describe(place.quote, spelling, split=True), 0.9)


def _changes_case(outer: str, inner: str) -> bool:
    return outer.islower() and inner.isupper()


def _is_native_word(place: Place, spelling: Spelling) -> bool:
    """Say whether a place that only looks like a mark is a word of another alphabet: Cyrillic "вата" is no "BATA"."""
    if not spelling.compact.isascii() or not all(is_foreign(c) for c in place.quote):
        return False
    if len({unicodedata.name(c, "").split()[0] for c in place.quote if c.isalpha()}) > 1:
        return False
    return words.is_known(folding.raw(place.quote).text) or place.quote.islower()


def is_foreign(character: str) -> bool:
    """Say whether a character belongs to an alphabet whose letters look like Latin ones."""
    return unicodedata.name(character, "").startswith(("CYRILLIC", "GREEK", "ARMENIAN"))


def hit_at(place: Place, spelling: Spelling, form: Form, how: str, certainty: float) -> Hit:
    """Return the hit of a mark at a place."""
    start, end = place.span
    return Hit(spelling=spelling, form=form, view=place.view, start=start, end=end, how=how, certainty=certainty)
