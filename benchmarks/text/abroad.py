"""Ways in which marks in kana, Hangul, Cyrillic and Arabic letters are disguised, and marks of two words."""

from __future__ import annotations

import random
import unicodedata
from typing import Final

from benchmarks.text.coined import Mark, Writing
from benchmarks.text.disguises import insert, replaced, some
from benchmarks.text.keys import jamo, on_latin_keys

_HIRAGANA: Final = {code: code - 0x60 for code in range(0x30A1, 0x30F7)}
_HALF_WIDTH: Final = {ord(unicodedata.normalize("NFKC", chr(code))): code for code in range(0xFF66, 0xFFA0)}
_LATIN_LOOKS: Final = dict(zip("асеорхукмтнв", "aceopxykMTHB", strict=True))
_NEIGHBOURS: Final = str.maketrans("يكأه", "یکاة")
_TATWEEL: Final = "\u0640"

KANA: Final[dict[str, Writing]] = {
    "kana": lambda _, m: m.text,
    "other kana": lambda _, m: m.text.translate(_HIRAGANA),
    "half-width kana": lambda _, m: unicodedata.normalize("NFD", m.text).translate(_HALF_WIDTH),
    "kana spaced": lambda _, m: " ".join(m.text),
    "kana, one masked": lambda d, m: replaced(d, m.text, d.choice("○*〇")),
}
HANGUL: Final[dict[str, Writing]] = {
    "Hangul": lambda _, m: m.text,
    "Korean letters apart": lambda _, m: jamo(m.text),
    "Korean letters composed": lambda _, m: unicodedata.normalize("NFD", m.text),
    "Hangul dotted": lambda d, m: d.choice(". *").join(m.text),
    "Hangul, one masked": lambda d, m: replaced(d, m.text, d.choice("*○x")),
    "Hangul on Latin keys": lambda _, m: on_latin_keys(m.text),
}
CYRILLIC: Final[dict[str, Writing]] = {
    "Cyrillic, capitals": lambda _, m: m.text.upper(),
    "Cyrillic in Latin looks": lambda d, m: some(d, m.text, _LATIN_LOOKS),
    "Cyrillic dotted": lambda d, m: d.choice(". -").join(m.text),
    "Cyrillic, one masked": lambda d, m: replaced(d, m.text, "*"),
    "Cyrillic, zero width": lambda d, m: insert(d, m.text, "\u200b"),
}
ARABIC: Final[dict[str, Writing]] = {
    "Arabic": lambda _, m: m.text,
    "Arabic drawn out": lambda _, m: _TATWEEL.join(m.text),
    "Arabic, neighbours' letters": lambda _, m: m.text.translate(_NEIGHBOURS),
    "Arabic spaced": lambda _, m: " ".join(m.text),
    "Arabic with article": lambda _, m: "ال" + m.text,
    "Arabic, one masked": lambda d, m: replaced(d, m.text, "*"),
}
PAIRS: Final[dict[str, Writing]] = {
    "two words": lambda _, m: m.text.title(),
    "two words joined": lambda _, m: m.text.replace(" ", ""),
    "two words, leet": lambda d, m: some(d, m.text, {"o": "0", "e": "3", "a": "4", "i": "1"}),
    "two words, one letter wrong": lambda d, m: replaced(d, m.text.split()[0], "k") + " " + m.text.split()[1],
}
"""Ways that speak for themselves."""

PAIR_PARTS: Final[dict[str, Writing]] = {
    "one word abbreviated": lambda _, m: m.text.split()[0][0].upper() + ". " + m.text.split()[1].title(),
    "one of two words": lambda d, m: d.choice(m.text.split()).title(),
}


def pairs(draw: random.Random, latin: list[Mark]) -> list[Mark]:
    """Return marks of two made-up words."""
    some_marks = draw.sample(latin, len(latin))
    half = len(some_marks) // 2
    return [
        Mark(text=f"{one.text} {other.text}") for one, other in zip(some_marks[:half], some_marks[half:], strict=False)
    ]
