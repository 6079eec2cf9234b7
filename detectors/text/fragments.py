"""Weak forms of a mark: one of its words, its sound in other characters, its first hanzi with a mask, initials.

Replica traders write these when platforms filter the mark itself; ordinary language holds them too. A fragment never
counts alone.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from enum import StrEnum
from itertools import combinations
from typing import Final

from anyascii import anyascii

from detectors.text import hidden, keyboards, words
from detectors.text.forms import Form, Hit, Place, is_foreign
from detectors.text.readings import HAN, numbered, reading, sounded
from detectors.text.spelling import Spelling
from detectors.text.tokens import class_key

_HOUSE: Final = ("家", "牌", "记", "ブランド", "社", "브랜드", "사")
_HOUSE_OF_HANZI: Final = "家牌记"
_BETWEEN_HANZI: Final = ("家", "家小", "家大", "家的")
_KANA: Final = re.compile(r"[\u3041-\u3096\u30a1-\u30f6]")
_HIRAGANA, _KATAKANA = range(0x3041, 0x3097), range(0x30A1, 0x30F7)
_OTHER_KANA: Final = dict(zip(_HIRAGANA, _KATAKANA, strict=True)) | dict(zip(_KATAKANA, _HIRAGANA, strict=True))
_ABBREVIATED_TO: Final = 4
_CONSONANTS_FROM: Final = 4
_INITIALS_FROM: Final = 3
_MASK: Final = re.compile(r"\s?[*~✱某×]")
_LETTER_MASK: Final = re.compile(r"(?:[*~✱✻]{1,6}|[\U0001f300-\U0001faff])(?!\w)")
_ABBREVIATED_FROM: Final = 5
_STYLED_FROM: Final = 4
_SOUND_FROM: Final = 3
_REVERSED_FROM: Final = 6
_WORD_FROM: Final = 4
_PINYIN_FROM: Final = 6
_VOWELS: Final = re.compile(r"[aeiou]")


class Fragment(StrEnum):
    """Which part of a mark, or what instead of it, stands in the text."""

    WORD = "one word of the mark"
    NAME = "one word of the mark, which is a name of others too"
    PART = "the beginning or the end of the mark"
    STYLED_PART = "a part of the mark in styled letters"
    HOUSE = 'the first character of the mark with "house" or "brand"'
    MASKED = "the first character of the mark and a mask"
    MASKED_START = "the first letters of the mark and a mask"
    INITIALS = "the initials of the mark"
    PINYIN = "the mark's reading in Latin letters"
    SOUND = "other characters with the mark's reading"
    REVERSED = "the mark from its end to its beginning"
    TRANSLITERATION = "the mark in the letters of another script"
    HIDDEN = "one character of the mark is masked"
    LETTERED = "one character of the mark is written by its sound"
    TWO = "two characters of the mark around the word for house"
    OTHER_KANA = "the mark in the other kana"
    ABBREVIATED = "a word of the mark abbreviated, the others whole"
    WITH_SIGN = "the initials of the mark with its sign"
    CONSONANTS = "the consonants of the mark"
    ROMANISED = "the mark's letters in Latin ones"
    TYPED = "the keys of the mark"


_LITERAL: Final = frozenset({Fragment.WORD, Fragment.NAME, Fragment.PART, Fragment.STYLED_PART})
"""Fragments that count in their own letters only: in class keys "Queen" is the beginning of "Quennora"."""

_WORDS: Final = _LITERAL | {Fragment.INITIALS, Fragment.MASKED_START, Fragment.REVERSED, Fragment.CONSONANTS}
_JOINED: Final = frozenset({Fragment.PINYIN, Fragment.ABBREVIATED, Fragment.ROMANISED, Fragment.WITH_SIGN})
"""Fragments that may be several words."""

_CERTAINTY: Final = {
    Fragment.WORD: 0.4,
    Fragment.NAME: 0.15,
    Fragment.PART: 0.25,
    Fragment.STYLED_PART: 0.4,
    Fragment.HOUSE: 0.25,
    Fragment.MASKED: 0.4,
    Fragment.MASKED_START: 0.2,
    Fragment.INITIALS: 0.15,
    Fragment.PINYIN: 0.5,
    Fragment.SOUND: 0.4,
    Fragment.REVERSED: 0.8,
    Fragment.TRANSLITERATION: 0.6,
    Fragment.TWO: 0.4,
    Fragment.OTHER_KANA: 0.9,
    Fragment.ABBREVIATED: 0.6,
    Fragment.WITH_SIGN: 0.3,
    Fragment.CONSONANTS: 0.25,
    Fragment.ROMANISED: 0.5,
}


def fragments_of(spelling: Spelling) -> Iterator[tuple[str, Fragment]]:
    """Yield what to look for in a squeezed text, as class keys, and which fragment each is."""
    compact = spelling.compact
    if HAN.fullmatch(compact[0]) and spelling.distinctiveness.letters > 1:
        yield from _of_hanzi(compact)
    elif spelling.distinctiveness.cjk:
        yield from _hidden(compact)
        yield from _typed(spelling)
        if len(compact) >= _WORD_FROM:
            yield compact[:2], Fragment.PART
        if len(compact) >= _SOUND_FROM and _KANA.search(compact):
            yield compact.translate(_OTHER_KANA), Fragment.OTHER_KANA
    else:
        yield from _of_letters(spelling)


def _hidden(compact: str) -> Iterator[tuple[str, Fragment]]:
    for pattern in hidden.masked_of(compact):
        yield pattern, Fragment.HIDDEN
    for pattern in hidden.lettered_of(compact):
        yield pattern, Fragment.LETTERED


def _typed(spelling: Spelling) -> Iterator[tuple[str, Fragment]]:
    keys = keyboards.keys_of(spelling)
    if keys is not None:
        yield class_key(keys), Fragment.TYPED


def _of_hanzi(compact: str) -> Iterator[tuple[str, Fragment]]:
    yield compact[0], Fragment.MASKED
    for character in _HOUSE_OF_HANZI:
        yield compact[0] + character, Fragment.HOUSE
    yield from _hidden(compact)
    for first, second in combinations(compact[:_WORD_FROM], 2):
        for between in _BETWEEN_HANZI:
            yield first + between + second, Fragment.TWO
    if not all(map(HAN.fullmatch, compact)):
        return
    yield sounded(compact), Fragment.SOUND
    syllables = [reading(c) for c in compact]
    if sum(map(len, syllables)) >= _PINYIN_FROM:
        yield class_key("".join(syllables)), Fragment.PINYIN
        yield "".join(map(class_key, syllables)), Fragment.PINYIN
        yield class_key("".join(map(numbered, compact))), Fragment.PINYIN
        yield "".join(class_key(numbered(c)) for c in compact), Fragment.PINYIN
    if len(compact) >= _SOUND_FROM:
        yield compact[::-1], Fragment.REVERSED
        yield "".join(class_key(s[0]) for s in syllables), Fragment.INITIALS
    for length in range(2, len(compact)):
        yield compact[:length], Fragment.PART
        yield compact[-length:], Fragment.PART


def _of_letters(spelling: Spelling) -> Iterator[tuple[str, Fragment]]:
    yield from _houses(spelling.compact)
    yield from _typed(spelling)
    romanised = str(anyascii("".join(spelling.plain))).lower()
    if romanised != spelling.compact and romanised.isalpha():
        yield class_key(romanised), Fragment.ROMANISED
    if len(spelling.words) > 1:
        yield from _of_words(spelling)
        for word, plain in zip(spelling.words, spelling.plain, strict=False):
            if len(word) >= _WORD_FROM and not words.is_frequent(plain):
                known = words.is_known(word) or words.is_known(plain)
                yield class_key(word), Fragment.NAME if known else Fragment.WORD
    elif not spelling.distinctiveness.everyday:
        yield from _parts(spelling.compact)
    strictness = spelling.distinctiveness
    if strictness.letters >= _REVERSED_FROM and len(spelling.words) == 1 and not strictness.everyday:
        yield class_key(spelling.compact[::-1]), Fragment.REVERSED
    if strictness.letters >= _ABBREVIATED_FROM:
        for length in (2, 3, 4):
            yield class_key(spelling.compact[:length]), Fragment.MASKED_START


def _houses(compact: str) -> Iterator[tuple[str, Fragment]]:
    for house in _HOUSE:
        yield class_key(compact[0]) + house, Fragment.HOUSE
    for length in (2, 3):
        yield class_key(compact[:length]) + _HOUSE[0], Fragment.HOUSE


def _of_words(spelling: Spelling) -> Iterator[tuple[str, Fragment]]:
    """Yield a mark of several words by its initials, and with one of its words abbreviated."""
    first_letters = "".join(word[0] for word in spelling.words)
    if len(first_letters) >= _INITIALS_FROM:
        yield class_key(first_letters), Fragment.INITIALS
    elif "&" in spelling.mark:
        yield class_key(first_letters), Fragment.WITH_SIGN
    for at, word in enumerate(spelling.words if len(spelling.words) <= _INITIALS_FROM else ()):
        for length in range(1, min(_ABBREVIATED_TO, len(word) - 1) + 1):
            parts = [*spelling.words[:at], word[:length], *spelling.words[at + 1 :]]
            yield "".join(map(class_key, parts)), Fragment.ABBREVIATED


def _consonants(compact: str) -> str:
    """Return the first letter of a mark and its consonants.

    >>> _consonants("zorvane")
    'zrvn'
    """
    return compact[:1] + _VOWELS.sub("", compact[1:])


def _parts(compact: str) -> Iterator[tuple[str, Fragment]]:
    """Yield what a mark of one word is cut down to: its ends, shorter ones if in styled letters; its consonants."""
    if len(_consonants(compact)) >= _CONSONANTS_FROM:
        yield class_key(_consonants(compact)), Fragment.CONSONANTS
    for length in range(_STYLED_FROM, len(compact) - 1):
        for part in (compact[:length], compact[-length:]):
            yield class_key(part), Fragment.STYLED_PART
            if length >= _ABBREVIATED_FROM and not words.is_known(part):
                yield class_key(part), Fragment.PART


def is_whole_word(pattern: str, fragment: Fragment) -> bool:
    """Say whether a pattern counts only where it is the key of a whole word, so that words can be looked up."""
    return fragment in _WORDS and not has_hanzi(pattern)


def has_hanzi(text: str) -> bool:
    """Say whether a text has hanzi."""
    return HAN.search(text) is not None


def is_masked(rest: str) -> bool:
    """Say whether a text begins with a mask that stands for the rest of a word."""
    return _LETTER_MASK.match(rest) is not None


def judge(place: Place, spelling: Spelling, fragment: Fragment) -> Hit | None:
    """Judge a place that has the class key of a fragment."""
    if fragment in _OF_THEIR_OWN:
        return _OF_THEIR_OWN[fragment](place, spelling)
    if has_hanzi(place.quote):
        text = place.squeezed.word(place.last)
        start = len(place.before) if place.first == place.last else 0
        end = len(text) - len(place.after)
        if place.first != place.last and fragment not in {Fragment.HOUSE, Fragment.ABBREVIATED}:
            return None
        if words.is_known_hanzi(text[start:end]) or words.cuts_a_word(text, start, end):
            return None
    elif place.before or place.after or (place.first != place.last and fragment not in _JOINED | {Fragment.HOUSE}):
        return None
    return _hit(place, spelling, fragment) if _meant(place, spelling, fragment) else None


def _meant(place: Place, spelling: Spelling, fragment: Fragment) -> bool:
    test = _TESTS.get(fragment)
    if test is not None:
        return test(place, spelling)
    quote, word = place.quote, place.parts[0]
    if fragment in _LITERAL and word not in spelling.compact:
        return False
    if fragment is Fragment.PART and not has_hanzi(quote) and (len(quote) < _ABBREVIATED_FROM or words.is_seen(word)):
        return False
    return quote.isupper() or quote[0].isupper() or place.branded or not quote.isascii()


def _is_styled(place: Place, spelling: Spelling) -> bool:
    quote = place.quote
    return place.parts[0] in spelling.compact and not any(c.isascii() or is_foreign(c) for c in quote)


def _is_house(place: Place, _: Spelling) -> bool:
    quote = place.quote
    return HAN.match(quote) is not None or (quote[0].isupper() and not place.before and not any(place.gaps))


def _are_initials(place: Place, spelling: Spelling) -> bool:
    quote = place.quote
    if len(spelling.words) > 1:
        return quote.isupper() and place.parts == ["".join(word[0] for word in spelling.words)]
    return quote.isascii() and quote.isalpha() and (quote.isupper() or quote.islower())


def _is_pinyin(place: Place, _: Spelling) -> bool:
    return place.first == place.last or all(part[:1].isupper() for part in place.quote.split())


def _is_reversed(place: Place, spelling: Spelling) -> bool:
    return place.parts[0] == spelling.compact[::-1] and not words.is_seen(place.parts[0])


def _is_abbreviated(place: Place, spelling: Spelling) -> bool:
    """Say whether a place has every word of a mark, in order, one of them cut short before a full stop or a mask."""
    if len(place.parts) != len(spelling.words):
        return False
    cut = [at for at, (part, word) in enumerate(zip(place.parts, spelling.words, strict=True)) if part != word]
    if len(cut) != 1 or not spelling.words[cut[0]].startswith(place.parts[cut[0]]):
        return False
    following = _following(place) if cut[0] == len(place.parts) - 1 else place.gaps[cut[0]]
    rest = "".join(place.parts[at] for at in range(len(place.parts)) if at != cut[0])
    return following[:1] in {".", "*", "~"} and len(rest) >= _INITIALS_FROM and not words.is_frequent(rest)


def _has_sign(place: Place, spelling: Spelling) -> bool:
    return [gap.strip() for gap in place.gaps] == ["&"] and place.parts == [word[0] for word in spelling.words]


def _are_consonants(place: Place, spelling: Spelling) -> bool:
    return place.quote.isupper() and place.parts[0] == _consonants(spelling.compact)


def _masked(place: Place, spelling: Spelling) -> Hit | None:
    """Judge a first hanzi: a mask must follow it, and no word of hanzi may end with it."""
    word = place.squeezed.word(place.first)
    if place.after and not place.after.startswith("某"):
        return None
    if not place.after and not _MASK.match(_following(place)):
        return None
    if words.cuts_a_word(word, len(place.before), len(word) - len(place.after)):
        return None
    return _hit(place, spelling, Fragment.MASKED)


_OF_THEIR_OWN: Final[Mapping[Fragment, Callable[[Place, Spelling], Hit | None]]] = {
    Fragment.MASKED: _masked,
    Fragment.HIDDEN: hidden.masked,
    Fragment.LETTERED: hidden.lettered,
    Fragment.TYPED: keyboards.of_other,
}
"""Fragments whose surroundings are judged in a way of their own."""

_TESTS: Final[Mapping[Fragment, Callable[[Place, Spelling], bool]]] = {
    Fragment.STYLED_PART: _is_styled,
    Fragment.HOUSE: _is_house,
    Fragment.INITIALS: _are_initials,
    Fragment.PINYIN: _is_pinyin,
    Fragment.ROMANISED: _is_pinyin,
    Fragment.ABBREVIATED: _is_abbreviated,
    Fragment.WITH_SIGN: _has_sign,
    Fragment.CONSONANTS: _are_consonants,
    Fragment.TWO: lambda place, _: place.first == place.last,
    Fragment.OTHER_KANA: lambda place, _: place.first == place.last,
    Fragment.REVERSED: _is_reversed,
    Fragment.SOUND: lambda place, spelling: place.parts[0] != spelling.compact,
    Fragment.MASKED_START: lambda place, spelling: (
        spelling.compact.startswith(place.parts[0]) and is_masked(_following(place))
    ),
}
"""What else must hold for a fragment to be meant; for the others, that it is written like a name."""


def _following(place: Place) -> str:
    return place.squeezed.following(place.last)


def transliterated(place: Place, spelling: Spelling) -> Hit | None:
    """Judge a place of the spoken view that reads like the mark."""
    letters_needed = _ABBREVIATED_FROM
    if place.before or place.after or place.quote.isascii() or spelling.distinctiveness.letters < letters_needed:
        return None
    if place.first != place.last and len(spelling.words) != len(place.parts):
        return None
    if words.is_known(place.quote.casefold()) and spelling.distinctiveness.everyday:
        return None
    return _hit(place, spelling, Fragment.TRANSLITERATION)


def _hit(place: Place, spelling: Spelling, fragment: Fragment) -> Hit:
    start, end = place.span
    sounded_out = fragment is Fragment.SOUND and spelling.distinctiveness.letters >= _SOUND_FROM
    disguised = sounded_out or fragment in {Fragment.REVERSED, Fragment.OTHER_KANA}
    return Hit(
        spelling=spelling,
        form=Form.DISGUISED if disguised else Form.FRAGMENT,
        view=place.view,
        start=start,
        end=end,
        how=fragment.value,
        certainty=_CERTAINTY[fragment] / (2 if _is_far(place, spelling.compact, fragment) else 1),
    )


def _is_far(place: Place, mark: str, fragment: Fragment) -> bool:
    """Say whether two hanzi only sound like the mark's two, without sharing one."""
    return fragment is Fragment.SOUND and len(mark) == 2 and not set(mark) & set(place.parts[0])  # noqa: PLR2004
