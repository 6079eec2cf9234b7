"""Marks in hanzi, kana or Hangul of which one character is hidden: masked, or written in Latin letters by its sound.

"青*阁", "青lan阁" and "青L阁" stand for "青岚阁". Two characters of a mark beside such a stand-in are no accident.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from detectors.text.forms import Form, Hit, Place, hit_at
from detectors.text.readings import HAN, reading, zhuyin
from detectors.text.spelling import Spelling
from detectors.text.tokens import class_key

_LEAST: Final = 3
"""Characters that a mark must have."""

_STANDING_IN: Final = "某x口〇"
_MASK: Final = re.compile(r"\s?(?:[*~#_×✱○●◯□■△☆★]|[\U0001f000-\U0001faff❤♥])\ufe0f?\s?")


def masked_of(compact: str) -> Iterator[str]:
    """Yield a mark with each of its characters left out, as it stands in a squeezed text where a sign covers it."""
    if len(compact) >= _LEAST:
        for at in range(1, len(compact) - 1):
            yield compact[:at] + compact[at + 1 :]


def lettered_of(compact: str) -> Iterator[str]:
    """Yield a mark with one of its characters replaced by its reading, the first letter of that, or a stand-in.

    >>> sorted(lettered_of("青岚阁"))[:4]
    ['qlng岚阁', 'q岚阁', 'x岚阁', '〇岚阁']
    """
    if len(compact) < _LEAST:
        return
    for at, character in enumerate(compact):
        sounds = {reading(character), reading(character)[:1], zhuyin(character)} if HAN.match(character) else set()
        for stand_in in {*map(class_key, sounds), *_STANDING_IN}:
            yield compact[:at] + stand_in + compact[at + 1 :]


def masked(place: Place, spelling: Spelling) -> Hit | None:
    """Judge a place that has all characters of a mark but one: a mask must stand where that is missing."""
    if len(place.parts) != 2 or not _MASK.fullmatch(place.gaps[0]):  # noqa: PLR2004
        return None
    head, tail = place.parts
    if not (spelling.compact.startswith(head) and spelling.compact.endswith(tail)):
        return None
    return hit_at(place, spelling, Form.DISGUISED, "one character is masked", 0.7)


def lettered(place: Place, spelling: Spelling) -> Hit | None:
    """Judge a place that has a mark's characters with Latin letters or a stand-in for one of them."""
    if any(gap.strip() for gap in place.gaps):
        return None
    return hit_at(place, spelling, Form.DISGUISED, "one character is written by its sound, or hidden", 0.7)
