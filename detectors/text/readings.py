"""How hanzi are read: in pinyin, in zhuyin, and as a sign that homophones share."""

from __future__ import annotations

import re
from functools import cache
from typing import Final

from pypinyin import Style, lazy_pinyin

from detectors.text.folding import simplified

HAN: Final = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]")
_TONES: Final = re.compile("[ˊˇˋ˙]")
_SOUND_ORIGIN: Final = 0xF0000


@cache
def reading(character: str) -> str:
    """Return the usual reading of a hanzi without its tone."""
    return str(lazy_pinyin(character)[0])


def numbered(character: str) -> str:
    """Return the reading with the number of its tone.

    >>> numbered("青")
    'qing1'
    """
    return str(lazy_pinyin(character, style=Style.TONE3)[0])


def zhuyin(character: str) -> str:
    """Return the reading in zhuyin, without its tone.

    >>> zhuyin("岚")
    'ㄌㄢ'
    """
    return _TONES.sub("", str(lazy_pinyin(character, style=Style.BOPOMOFO)[0]))


def sounded(text: str) -> str:
    """Replace each hanzi by a private character that stands for its reading, so that homophones become equal.

    >>> sounded("青岚") == sounded("轻蓝"), sounded("青岚") == sounded("山")
    (True, False)
    """
    return text.translate(_SOUNDS)


class _Sounds(dict[int, int]):
    """Private characters for the readings of hanzi, by code point; other characters stand for themselves."""

    def __missing__(self, code_point: int) -> int:
        character = chr(code_point)
        self[code_point] = _sound(character) if HAN.match(character) else code_point
        return self[code_point]


def _sound(character: str) -> int:
    number = 0
    for letter in reading(simplified(character)).ljust(6, "`")[:6]:
        number = number * 31 + (ord(letter) - 96) % 31
    return _SOUND_ORIGIN + number % 0xFFFD


_SOUNDS: Final = _Sounds()
