"""Words as they come out of a keyboard that is set to another script."""

from __future__ import annotations

import unicodedata
from typing import Final

_RUSSIAN: Final = dict(zip("qwertyuiopasdfghjklzxcvbnm", "йцукенгшщзфывапролдячсмить", strict=True))
_KOREAN: Final = dict(
    zip("qwertyuiopasdfghjklzxcvbnm", "ㅂㅈㄷㄱㅅㅛㅕㅑㅐㅔㅁㄴㅇㄹㅎㅗㅓㅏㅣㅋㅌㅊㅍㅠㅜㅡ", strict=True)
)
_LATIN: Final = {jamo: key for key, jamo in _KOREAN.items()} | dict(zip("ㅃㅉㄸㄲㅆㅒㅖ", "QWERTOP", strict=True))
_TOGETHER: Final = {
    "ㅘ": "ㅗㅏ", "ㅙ": "ㅗㅐ", "ㅚ": "ㅗㅣ", "ㅝ": "ㅜㅓ", "ㅞ": "ㅜㅔ", "ㅟ": "ㅜㅣ", "ㅢ": "ㅡㅣ",
}  # fmt: skip
_LAST: Final = "ㄱㄲㄳㄴㄵㄶㄷㄹㄺㄻㄼㄽㄾㄿㅀㅁㅂㅄㅅㅆㅇㅈㅊㅋㅌㅍㅎ"
_FIRST: Final = "ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ"


def russian(mark: str) -> str:
    """Return what a Latin word is on a Russian keyboard."""
    return "".join(_RUSSIAN.get(letter, letter) for letter in mark)


def korean(mark: str) -> str:
    """Return what a Latin word is on a Korean keyboard, as letters that stand apart."""
    return "".join(_KOREAN.get(letter, letter) for letter in mark)


def jamo(text: str) -> str:
    """Return Hangul as letters that stand apart."""
    return "".join(map(_apart, unicodedata.normalize("NFD", text)))


def on_latin_keys(text: str) -> str:
    """Return what Hangul is on a Latin keyboard."""
    keys = (_LATIN.get(one, one) for letter in jamo(text) for one in _TOGETHER.get(letter, letter))
    return "".join(keys)


def _apart(conjoining: str) -> str:
    code = ord(conjoining)
    if 0x1100 <= code < 0x1100 + len(_FIRST):
        return _FIRST[code - 0x1100]
    if 0x1161 <= code <= 0x1175:
        return chr(0x314F + code - 0x1161)
    return _LAST[code - 0x11A8] if 0x11A8 <= code < 0x11A8 + len(_LAST) else conjoining
