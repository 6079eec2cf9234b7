"""What ordinary words are: the guard that keeps a mark from being found in everyday language."""

from __future__ import annotations

import math
from functools import cache
from string import ascii_lowercase
from typing import Final

from wordfreq import get_frequency_dict, zipf_frequency

LANGUAGES: Final = ("en", "de", "fr", "es", "it", "pt", "nl", "pl", "ru")
"""Languages written with spaces whose everyday vocabulary is guarded."""

COMMON_ZIPF: Final = 2.3
"""From here on (occurrences per thousand million words, log10) a noun is taken for an everyday word."""

KNOWN_ZIPF: Final = 2.7
"""From here on a word is no misspelling of a mark."""

SEEN_ZIPF: Final = 1.8
"""From here on a word of English text is more than a slip of the pen: the names of most makes are."""

FREQUENT_ZIPF: Final = 3.6
"""From here on a word of a mark brings the mark to nobody's mind."""

FOREIGN_LEAD: Final = 1.0
"""So much more frequent than in English, a word belongs to the other language; names are used alike in all."""

INFLECTED_WITHIN: Final = 1.3
"""A noun's plural is seldom rarer than this (log10); the plural of a name is."""

COMMON_HANZI_ZIPF: Final = 4.0
"""From here on a word of hanzi is taken for an everyday word."""

_PART: Final = 3
_LONGEST_HANZI_WORD: Final = 4


def is_known(word: str) -> bool:
    """Say whether a lower-case word is in everyday use in a language written with spaces, names included."""
    return word in _vocabulary() or _english(word) >= KNOWN_ZIPF


def is_seen(word: str) -> bool:
    """Say whether a lower-case word is met often enough to be a word, a name or a make of its own, however rare."""
    return word in _seen()


def is_compound(word: str) -> bool:
    """Say whether a lower-case word is two everyday words in one.

    >>> is_compound("smartscale"), is_compound("zorvanelle")
    (True, False)
    """
    return any(is_common(word[:i]) and is_common(word[i:]) for i in range(_PART, len(word) - _PART + 1))


def is_frequent(word: str) -> bool:
    """Say whether a lower-case word is so frequent in any language that it brings no mark to mind, names included."""
    return _english(word) >= FREQUENT_ZIPF or any(_zipf(word, code) >= FREQUENT_ZIPF for code in LANGUAGES)


def frequency(word: str) -> float:
    """Return how frequent a lower-case word is in English: log10 of occurrences per thousand million words, or 0."""
    return _english(word)


def neighbours(word: str, names: frozenset[str] = frozenset()) -> frozenset[str]:
    """Return the words that are met (`is_seen`), and those of some names, one edit away from a lower-case word.

    >>> sorted(neighbours("zorvane")), len(neighbours("mason")) > 5
    ([], True)
    """
    near = _one_edit(word)
    return ((near & _seen()) | (near & names)) - {word}


def is_common(word: str) -> bool:
    """Say whether a lower-case word is an everyday word rather than a name.

    A word is taken for everyday English if it is frequent and inflects, and for another language's if it is much more
    frequent there than in English: names neither inflect nor vary much from one language to the next.

    >>> is_common("harvest"), is_common("lunchbox"), is_common("zorvane")
    (True, True, False)
    """
    english = _english(word)
    if english >= COMMON_ZIPF and english - max(map(_english, _inflected(word))) <= INFLECTED_WITHIN:
        return True
    return any(_zipf(word, language) >= max(english + FOREIGN_LEAD, 3.0) for language in LANGUAGES[1:])


def is_known_abroad(word: str) -> bool:
    """Say whether a word of another script is in everyday use in a language written in it, names included."""
    return word in _abroad()


def is_known_hanzi(word: str) -> bool:
    """Say whether a string of simplified hanzi is a word of Chinese or Japanese, names included."""
    return word in _hanzi()


def is_common_hanzi(word: str) -> bool:
    """Say whether a string of simplified hanzi is an everyday word of Chinese or Japanese."""
    return word in _hanzi() and max(_zipf(word, "zh"), _zipf(word, "ja")) >= COMMON_HANZI_ZIPF


def cuts_a_word(text: str, start: int, end: int) -> bool:
    """Say whether a known word of hanzi lies partly inside and partly outside `text[start:end]`, or around it."""
    for first in range(max(0, start - _LONGEST_HANZI_WORD + 1), end):
        for last in range(max(first + 2, start + 1), min(first + _LONGEST_HANZI_WORD, len(text)) + 1):
            reaches_out = first < start or last > end
            if reaches_out and text[first:last] in _hanzi():
                return True
    return False


@cache
def _vocabulary() -> frozenset[str]:
    return frozenset(word for language in LANGUAGES for word in get_frequency_dict(language, "small"))


@cache
def _hanzi() -> frozenset[str]:
    return frozenset(
        word for language in ("zh", "ja") for word in get_frequency_dict(language, "small") if len(word) > 1
    )


@cache
def _abroad() -> frozenset[str]:
    return frozenset(
        word for code in ("ru", "uk", "bg", "el", "ar", "ja", "ko") for word in get_frequency_dict(code, "small")
    )


@cache
def _seen() -> frozenset[str]:
    least = 10 ** (SEEN_ZIPF - 9.0)
    english = (w for w, share in get_frequency_dict("en", "large").items() if share >= least and w.isalpha())
    return frozenset(english) | _vocabulary()


def _one_edit(word: str) -> frozenset[str]:
    cuts = [(word[:i], word[i:]) for i in range(len(word) + 1)]
    found = {head + tail[1:] for head, tail in cuts if tail}
    found |= {head + tail[1] + tail[0] + tail[2:] for head, tail in cuts if len(tail) > 1}
    for letter in ascii_lowercase:
        found |= {head + letter + tail[1:] for head, tail in cuts if tail}
        found |= {head + letter + tail for head, tail in cuts}
    return frozenset(found)


def _zipf(word: str, language: str) -> float:
    frequency = get_frequency_dict(language, "small").get(word, 0.0)
    return 9.0 + math.log10(frequency) if frequency else 0.0


@cache
def _english(word: str) -> float:
    return float(zipf_frequency(word, "en", wordlist="large")) if word.isascii() and word.isalpha() else 0.0


def _inflected(word: str) -> tuple[str, ...]:
    stem = word[:-1]
    forms = [f"{word}s", f"{word}es", f"{word}ed", f"{word}ing", f"{word}er", f"{word}ly"]
    if word.endswith("y"):
        forms.append(f"{stem}ies")
    if word.endswith("e"):
        forms += [f"{stem}ing", f"{word}d"]
    if word.endswith("s"):
        forms.append(stem)
    return tuple(forms)
