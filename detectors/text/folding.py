"""Views of a text: the same characters folded in different ways, each with the way back to the original.

No view replaces the original. The look-alike view reads "ＧΑᎷＭА" as a shopper does, but it also rewrites genuine
Cyrillic words; the spoken view romanises every script. Evidence always quotes the original through `Folded.span`.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources
from itertools import accumulate
from typing import Final

import disarm
from anyascii import anyascii
from opencc import OpenCC

CJK: Final = (
    "\u0e00-\u0e7f\u1100-\u11ff\u3005-\u3007\u3040-\u30fa\u30fc-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff"
    "\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff"
)
"""Character class of the scripts written without spaces, and of Hangul."""

_SIGNED: Final = (range(0x0900, 0x0E00), range(0x0E80, 0x10A0), range(0x1780, 0x1800))
VOWEL_SIGNS: Final = "".join(
    chr(code) for block in _SIGNED for code in block if unicodedata.category(chr(code)) in {"Mn", "Mc"}
)
"""What hangs on a letter and belongs to its word in Indian scripts and their kin; to Python it is no part of a word."""

WORD: Final = rf"[^\W_{CJK}]+(?:[{VOWEL_SIGNS}]+[^\W_{CJK}]*)*"
"""A word of a script that parts words."""

VOCALISED: Final = re.compile("[\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u064b-\u065f\u0670]")
"""Vowel signs of Hebrew and Arabic, which are written or left out."""

ARABIC: Final = str.maketrans("یىېکگةأإآٱہھ", "يييككهااااهه")
"""Letters of Arabic that are written one for another, or belong to the keyboards of its neighbours."""

_UNFOLDABLE: Final = re.compile(rf"[{CJK}\u0590-\u08ff\u0900-\u0dff\u0e80-\u0fff\u1000-\u109f\u1780-\u17ff]")
"""Scripts that a look-alike fold would only damage."""

_LETTERS: Final = (
    "A-Za-z\u00c0-\u024f\u0370-\u058f\u10a0-\u10ff\u13a0-\u167f\u1d00-\u1dbf\u2c60-\u2c7f\u2d30-\u2d7f"
    "\ua4d0-\ua4ff\ua640-\ua7ff"
)
"""Alphabets in which marks are disguised: signs among their letters stand for letters."""

_ALPHABET: Final = "abcdefghijklmnopqrstuvwxyz"
_FLAG: Final = 0x1F1E6
_NAMED: Final = re.compile(
    r"LATIN (?:SMALL |CAPITAL )?LETTER (?:SMALL CAPITAL |TURNED |REVERSED )?([A-Z])(?: WITH .*)?$"
)
_TURNED: Final = dict(zip("ɐqɔpǝɟƃɥᴉɾʞlɯuodbɹsʇnʌʍxʎz", _ALPHABET, strict=True)) | {
    "ı": "i",
    "ɓ": "g",
    "ʃ": "l",
    "ꞁ": "l",
}
_TURNED_ONLY: Final = re.compile("[ɐɔǝɟƃɥᴉɾʞɯɹʇʌʍʎ]")
_LEAST_TURNED: Final = 2

_ATTACHED_KANA: Final = "\u3099\u309a\uff9e\uff9f"
_DROPPED: Final = frozenset({"Cf", "Cc", "Cs"})
_BLANKS: Final = frozenset("\u034f\u0640\u115f\u1160\u2800\u3164\uffa0")
"""Letters and signs without ink."""

_ENTITY: Final = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,30});")
"""A character as pages write it; texts taken from pages keep some, and sellers type them."""

_MARKUP: Final = re.compile(
    rf"{_ENTITY.pattern}|</?(?:a|b|big|em|font|i|mark|s|small|span|strong|sub|sup|u|wbr)(?:\s[^<>]{{0,200}})?/?>"
)
"""An entity, or a tag of HTML that parts no words."""

_LONGEST_CLUSTER: Final = 8
_KEPT: Final = 2_048
"""Folded texts kept: those of a batch, since several readers ask for each, and listings repeat their attributes."""
_SIGNS: Final = frozenset("™®©℠")
_BETWEEN: Final = re.compile(
    rf"(?<=[{CJK}])(?:[*_~^#]|[^\w\s\x00-\xff\u2010-\u2027\u3000-\u303f\u30fb\uff00-\uffef]){{1,2}}(?=[{CJK}])"
    r"|(?<=(?<![^\W_])[^\W\d_])[\s.*_~-](?=[^\W\d_](?![^\W_]))"
)
"""Signs between hanzi, and whatever parts single letters."""

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
        first, last = sorted((self.origin[start], self.origin[end - 1]))
        last += 1
        entity = _ENTITY.match(self.original, last - 1)
        if entity is not None and html.unescape(entity.group()) != entity.group():
            last = entity.end()
        while last < len(self.original) and unicodedata.category(self.original[last]) in {"Mn", "Me"}:
            last += 1
        return first, last


@lru_cache(maxsize=_KEPT)
def raw(text: str) -> Folded:
    """Fold compatibility forms and case only (NFKC, casefold), with entities of HTML resolved and its tags left out."""
    return _unescaped(text, lambda plain: _fold(plain, _PLAIN))


@lru_cache(maxsize=_KEPT)
def look_alike(text: str) -> Folded:
    """Fold to what the text looks like: look-alikes, accents, invisible characters, traditional hanzi.

    References
    ----------
    .. [1] Unicode Technical Standard #39, "Unicode security mechanisms".
    """
    return _unescaped(text, _look_alike)


def _look_alike(text: str) -> Folded:
    if text.isascii():
        return Folded(text, text.lower())
    amid = _amid()
    read = amid.sub(lambda sign: _drawn()[sign.group()], text) if amid.search(text) else text
    folded = _fold(read, _LOOK)
    return folded if read is text else Folded(text, folded.text, folded.origin)


def turned(text: str) -> Folded | None:
    """Read a text upside down, from its end; None where nothing in it looks like a letter turned around.

    >>> turned("ǝuɐʌɹoz").text, turned("zorvane")
    ('zorvane', None)
    """
    if text.isascii() or len(_TURNED_ONLY.findall(text)) < _LEAST_TURNED:
        return None
    read = "".join(_TURNED.get(c, c) for c in reversed(text.lower())) if len(text.lower()) == len(text) else ""
    return Folded(text, read, tuple(range(len(text) - 1, -1, -1))) if read else None


def spoken(text: str) -> Folded:
    """Fold to how the text is read aloud, in Latin letters; hanzi stay, as their reading is compared elsewhere."""
    return _fold(text, _SAY)


def closed_up(folded: Folded) -> Folded:
    """Leave out signs between hanzi and spaces between single letters, which hide phrases from filters.

    >>> closed_up(look_alike("g r a d e a, 精*品")).text
    'gradea, 精品'
    """
    kept = [i for piece in _pieces(folded.text) for i in piece]
    if len(kept) == len(folded.text):
        return folded
    origin = tuple(i if folded.origin is None else folded.origin[i] for i in kept)
    return Folded(folded.original, "".join([folded.text[i] for i in kept]), origin)


def composed(first: Folded, fold: Callable[[str], Folded]) -> Folded:
    """Fold what was folded before, with offsets in the first original."""
    second = fold(first.text)
    if first.origin is None:
        return Folded(first.original, second.text, second.origin)
    at = range(len(second.text)) if second.origin is None else second.origin
    return Folded(first.original, second.text, tuple(first.origin[i] for i in at))


def _unescaped(text: str, fold: Callable[[str], Folded]) -> Folded:
    """Fold a text as a page shows it: with what its entities stand for ("&amp;"), each taken once, and without tags."""
    if not ("&" in text or "<" in text) or not _MARKUP.search(text):
        return fold(text)
    pieces, origin, at = [], [], 0
    for code in _MARKUP.finditer(text):
        meant = "" if code.group().startswith("<") else html.unescape(code.group())
        if meant != code.group():
            pieces += [text[at : code.start()], meant]
            origin += [*range(at, code.start()), *[code.start()] * len(meant)]
            at = code.end()
    plain = Folded(text, "".join([*pieces, text[at:]]), (*origin, *range(at, len(text))))
    return composed(plain, fold) if pieces else fold(text)


def _pieces(text: str) -> Iterator[range]:
    start = 0
    for match in _BETWEEN.finditer(text):
        yield range(start, match.start())
        start = match.end()
    yield range(start, len(text))


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


class _Table(dict[str, str]):
    """Folded characters, remembered one by one; longer clusters are folded anew."""

    def __init__(self, fold: Callable[[str], str]) -> None:
        super().__init__()
        self._fold = fold

    def __missing__(self, cluster: str) -> str:
        folded = self._fold(cluster)
        if len(cluster) == 1:
            self[cluster] = folded
        return folded


def _fold(text: str, table: _Table) -> Folded:
    if text.isascii():
        return Folded(text, text.lower())
    clusters = list(text) if _is_composed(text) else _clusters(text)
    pieces = [table[cluster] for cluster in clusters]
    joined = "".join(pieces)
    if len(clusters) == len(text) == len(joined) and all(pieces):
        return Folded(text, joined)
    starts = accumulate(map(len, clusters), initial=0)
    return Folded(text, joined, tuple(start for start, piece in zip(starts, pieces, strict=False) for _ in piece))


def _is_composed(text: str) -> bool:
    return unicodedata.is_normalized("NFC", text) and not any(c in text for c in _ATTACHED_KANA)


def _clusters(text: str) -> list[str]:
    """Return each character of a decomposed text with those that belong to it, a few at most."""
    clusters: list[str] = []
    for character in text:
        if clusters and _attaches(character) and len(clusters[-1]) < _LONGEST_CLUSTER:
            clusters[-1] += character
        else:
            clusters.append(character)
    return clusters


@cache
def _attaches(character: str) -> bool:
    return unicodedata.combining(character) != 0 or character in _ATTACHED_KANA or "\u1160" <= character <= "\u11ff"


def _plain(cluster: str) -> str:
    if cluster.isspace() or cluster in _SIGNS:
        return " "
    kept = "".join(c for c in cluster if unicodedata.category(c) not in _DROPPED and c not in _BLANKS)
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", kept).casefold())


@cache
def _drawn() -> dict[str, str]:
    """Return the letter that each character of the packaged table looks like."""
    table = resources.files("detectors.text").joinpath("look_alikes.tsv").read_text(encoding="utf-8")
    rows = (line.split("\t") for line in table.splitlines() if not line.startswith("#"))
    known = {character: letter for letter, characters in rows for character in characters.split()}
    return known | {chr(_FLAG + i): letter for i, letter in enumerate(_ALPHABET)}


def signs() -> dict[str, str]:
    """Return the letter that each sign of the packaged table looks like; letters themselves are left out."""
    return {c: letter for c, letter in _drawn().items() if not c.isalpha() and c < chr(_FLAG)}


@cache
def _amid() -> re.Pattern[str]:
    """Return where a character that is no letter of an alphabet stands among letters, or a letter of flags alone."""
    signs = "".join(c for c in _drawn() if not (_is_letter(c) or c.isascii() or c >= chr(_FLAG)))
    last = "".join(c for c in signs if c.isalnum())
    flags = f"{chr(_FLAG)}-{chr(_FLAG + 25)}"
    return re.compile(
        rf"(?<=[{_LETTERS}])[{re.escape(signs)}](?=[{_LETTERS}])|(?<=[{_LETTERS}]{{2}})[{last}](?!\w)"
        rf"|(?<![{flags}])[{flags}](?![{flags}])"
    )


@cache
def _is_letter(character: str) -> bool:
    return character.isalpha() and not _UNFOLDABLE.match(character)


def _by_name(character: str) -> str:
    """Return the letter that the Unicode name of a letter tells: "LATIN SMALL LETTER K WITH HOOK"."""
    if character.isascii() or not character.isalpha():
        return character
    named = _NAMED.match(unicodedata.name(character, ""))
    return named.group(1).lower() if named else character


def _look(cluster: str) -> str:
    plain = _plain(cluster)
    if not plain or plain == " ":
        return plain
    letter = _drawn().get(cluster) or _drawn().get(plain)
    if letter and _is_letter(cluster[0]):
        return letter
    if _UNFOLDABLE.search(plain):
        return "".join(simplified(c) if _HAN.match(c) else c for c in VOCALISED.sub("", plain).translate(ARABIC))
    seen = disarm.strip_obfuscation(cluster).casefold() or disarm.strip_obfuscation(plain)
    return "".join([_by_name(c) for c in seen if unicodedata.category(c) not in {"Mn", "Me"}])


def _say(cluster: str) -> str:
    plain = _plain(cluster)
    if not plain or _HAN.search(plain) or not plain[0].isalpha():
        return _look(cluster)
    return str(anyascii(plain)).lower()


def syllabary(character: str) -> str:
    """Return the script of a kana, Hangul or Thai character ("HIRAGANA"), by its Unicode name."""
    return unicodedata.name(character, " ").split()[0]


_PLAIN: Final = _Table(_plain)
_LOOK: Final = _Table(_look)
_SAY: Final = _Table(_say)
