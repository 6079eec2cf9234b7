"""Views of a text: the same characters folded in different ways, each with the way back to the original.

No view replaces the original. The look-alike view reads "ＧΑᎷＭА" as a shopper does, but it also rewrites genuine
Cyrillic words; the spoken view romanises every script. Evidence always quotes the original through `Folded.span`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Final

import disarm
from anyascii import anyascii
from opencc import OpenCC

CJK: Final = (
    "\u0e00-\u0e7f\u1100-\u11ff\u3005-\u3007\u3040-\u30fa\u30fc-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff"
    "\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff"
)
"""Character class of the scripts written without spaces, and of Hangul."""

_UNFOLDABLE: Final = re.compile(rf"[{CJK}\u0590-\u08ff\u0900-\u0dff\u0e80-\u0fff\u1000-\u109f\u1780-\u17ff]")
"""Scripts that a look-alike fold would only damage."""

_ATTACHED_KANA: Final = "\u3099\u309a\uff9e\uff9f"
_SIGNS: Final = frozenset("™®©℠")
_HAN: Final = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]")


@dataclass(frozen=True, slots=True)
class Folded:
    """A folded text and where each of its characters came from.

    Attributes
    ----------
    original : str
        The text as given.
    text : str
        The folded text, in lower case.
    origin : tuple of int or None
        Offset into `original` of each character of `text`; None where both have the same length, one for one.
    """

    original: str
    text: str
    origin: tuple[int, ...] | None = None

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Return the offsets in the original of `text[start:end]`, with the marks that hang on the last character."""
        if self.origin is None:
            return start, end
        first, last = self.origin[start], self.origin[end - 1] + 1
        while last < len(self.original) and unicodedata.category(self.original[last]) in {"Mn", "Me"}:
            last += 1
        return first, last


def raw(text: str) -> Folded:
    """Fold compatibility forms and case only (NFKC, casefold)."""
    return _fold(text, _plain)


def look_alike(text: str) -> Folded:
    """Fold to what the text looks like: look-alikes, accents, invisible characters, traditional hanzi.

    References
    ----------
    .. [1] Unicode Technical Standard #39, "Unicode security mechanisms".
    """
    return _fold(text, _look)


def spoken(text: str) -> Folded:
    """Fold to how the text is read aloud, in Latin letters; hanzi stay, as their reading is compared elsewhere."""
    return _fold(text, _say)


def strip_accents(text: str) -> str:
    """Return the text without combining marks, and with stroked letters plain.

    >>> strip_accents("Blåvång Øst")
    'Blavang Ost'
    """
    return "".join(disarm.strip_obfuscation(c) if c.isalpha() and not _UNFOLDABLE.match(c) else c for c in text)


@cache
def simplified(character: str) -> str:
    """Return the simplified form of a hanzi."""
    return str(_to_simplified().convert(character))


@cache
def _to_simplified() -> OpenCC:
    return OpenCC("t2s")


def _fold(text: str, fold: Callable[[str], str]) -> Folded:
    if text.isascii():
        return Folded(text, text.lower())
    pieces: list[str] = []
    origin: list[int] = []
    for start, cluster in _clusters(text):
        folded = fold(cluster)
        pieces.append(folded)
        origin.extend([start] * len(folded))
    joined = "".join(pieces)
    same = len(joined) == len(text) and all(map(int.__eq__, origin, range(len(text))))
    return Folded(text, joined, None if same else tuple(origin))


def _clusters(text: str) -> Iterator[tuple[int, str]]:
    """Yield each character with its offset; where the text is decomposed, with the characters that belong to it."""
    if unicodedata.is_normalized("NFC", text) and not any(c in text for c in _ATTACHED_KANA):
        yield from enumerate(text)
        return
    start = 0
    for i in range(1, len(text) + 1):
        if i == len(text) or not _attaches(text[i]) or i - start >= 8:  # noqa: PLR2004
            yield start, text[start:i]
            start = i


@cache
def _attaches(character: str) -> bool:
    return unicodedata.combining(character) != 0 or character in _ATTACHED_KANA or "\u1160" <= character <= "\u11ff"


@cache
def _plain(cluster: str) -> str:
    if cluster.isspace() or cluster in _SIGNS:
        return " "
    kept = "".join(c for c in cluster if unicodedata.category(c) not in {"Cf", "Cc"})
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", kept).casefold())


@cache
def _look(cluster: str) -> str:
    plain = _plain(cluster)
    if not plain or plain == " ":
        return plain
    if _UNFOLDABLE.search(plain):
        return "".join(simplified(c) if _HAN.match(c) else c for c in plain)
    seen = disarm.strip_obfuscation(cluster).casefold() or disarm.strip_obfuscation(plain)
    return "".join(c for c in seen if unicodedata.category(c) not in {"Mn", "Me"})


@cache
def _say(cluster: str) -> str:
    plain = _plain(cluster)
    if not plain or _HAN.search(plain) or not plain[0].isalpha():
        return _look(cluster)
    return str(anyascii(plain)).lower()


def syllabary(character: str) -> str:
    """Return the script of a kana, Hangul or Thai character ("HIRAGANA"), by its Unicode name."""
    return unicodedata.name(character, " ").split()[0]
