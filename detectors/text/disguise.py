"""How a quote differs from the mark it stands for, in plain words."""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Callable
from typing import Final

from detectors.text import folding
from detectors.text.spelling import Spelling

_NAMED_ENTITY: Final = re.compile(r"&[A-Za-z]{2,31};")
"""What pages write for a sign or an accented letter; a number is how a letter is hidden."""


def is_as_registered(quote: str, spelling: Spelling) -> bool:
    """Say whether a quote has the mark's own letters, in any case, with or without its accents."""
    plain = folding.VOCALISED.sub("", _NAMED_ENTITY.sub(lambda entity: html.unescape(entity.group()), quote))
    composed = unicodedata.normalize("NFC", plain)
    if any(unicodedata.category(c) in {"Cf", "Cc", "Mn"} and c not in folding.VOWEL_SIGNS for c in composed):
        return False
    letters = [c for c in composed.casefold().translate(folding.ARABIC) if c.isalnum() or c in folding.VOWEL_SIGNS]
    wanted = "".join(spelling.plain).translate(folding.ARABIC)
    if "".join(letters) in {wanted, spelling.compact}:
        return True
    return len(letters) == len(wanted) and all(
        c in {w, folding.strip_accents(w)} for c, w in zip(letters, wanted, strict=True)
    )


def has_invisible(quote: str) -> bool:
    """Say whether a quote has characters that nobody sees."""
    return any(unicodedata.category(c) in {"Cf", "Cc"} for c in quote)


_WAYS: Final[tuple[tuple[str, Callable[[str], bool]], ...]] = (
    ("invisible characters", has_invisible),
    ("full-width letters", lambda c: unicodedata.east_asian_width(c) == "F" and c.isalpha()),
    (
        "styled letters",
        lambda c: unicodedata.name(c, "").startswith(("MATHEMATICAL", "CIRCLED", "NEGATIVE", "SQUARED")),
    ),
    ("accents", lambda c: unicodedata.category(c) == "Mn" or unicodedata.decomposition(c)[:1].isalnum()),
    ("letters of another alphabet", lambda c: c.isalpha() and not unicodedata.name(c, "LATIN").startswith("LATIN")),
    ("look-alike letters", str.isalpha),
    ("signs", lambda c: not c.isspace()),
)


def describe(quote: str, spelling: Spelling, *, split: bool = False) -> str:
    """Say in plain words how a quote differs from the mark."""
    odd = odd_characters(quote, spelling)
    ways = []
    for c in odd:
        way = next((name for name, test in _WAYS if test(c)), None)
        if way is not None and way not in ways:
            ways.append(way)
    if ways:
        return "written with " + " and ".join(ways[:2])
    if split:
        return "split by signs or spaces"
    letters = [c for c in quote if not c.isspace()]
    return (
        "digits or signs stand for letters" if not all(c.isalpha() for c in letters) else "letters repeated or swapped"
    )


def odd_characters(quote: str, spelling: Spelling) -> list[str]:
    """Return the characters of a quote, each once, that neither ASCII nor the mark itself has."""
    own = set(spelling.mark) | set(spelling.mark.casefold()) | set(spelling.mark.upper())
    return [c for c in dict.fromkeys(quote) if not c.isascii() and c not in own]
