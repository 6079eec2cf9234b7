"""Letters drawn with characters of other scripts, and letters written one by one: views of a text made where needed.

"卂乙ㄖ尺ᐯ" is read by its shapes, "Z|o|r|v|a|n|e" without what parts its letters. Neither is read so anywhere else.
"""

from __future__ import annotations

import re
from functools import cache
from importlib import resources
from typing import Final

from detectors.text.folding import Folded, composed, look_alike, signs

_LEAST: Final = 4
"""Letters that a run must have to be read."""

_LEAST_DRAWN: Final = 2
_SPELT: Final = re.compile(
    r"(?<![^\W_])(?:[^\W_]|[@$€£!])(?P<gap>[^\w@$€£]{1,3}|_)(?:[^\W_]|[@$€£!])(?:(?P=gap)(?:[^\W_]|[@$€£!])){2,}(?![^\W_])"
)
"""Single letters with the same between each two of them."""

_SINGLE: Final = re.compile(r"\b\w\b")
"""A letter alone: sought first, since most texts have none."""


def drawn(text: str) -> Folded | None:
    """Read runs of letters drawn with characters of other scripts; None where there is no such run.

    >>> drawn("新款乙ㄖ尺ᐯ卂几乇手提包").text, drawn("千山万水")
    ('新款zorvane手提包', None)
    """
    if text.isascii():
        return None
    runs = [run.span() for run in _runs().finditer(text) if _is_drawn(run.group())]
    if not runs:
        return None
    letters = list(text)
    for start, end in runs:
        letters[start:end] = [_letters().get(c, c) for c in text[start:end]]
    return composed(Folded(text, "".join(letters)), look_alike)


def spelt(text: str) -> Folded | None:
    """Read letters written one by one as words; None where there are none.

    >>> spelt("bag Z|0|R|V|A|N|E new").text, spelt("a-b or 1.2.3.4")
    ('bag z0rvane new', None)
    """
    if not (_SINGLE.search(text) or "_" in text):
        return None
    runs = [run for run in _SPELT.finditer(text) if any(map(str.isalpha, run.group()))]
    if not runs:
        return None
    left_out = {i for run in runs for i in range(*run.span()) if _is_gap(i - run.start(), len(run["gap"]))}
    kept = [i for i in range(len(text)) if i not in left_out]
    return composed(Folded(text, "".join([text[i] for i in kept]), tuple(kept)), look_alike)


def _is_gap(offset: int, gap: int) -> bool:
    return offset % (gap + 1) != 0


def _is_drawn(run: str) -> bool:
    return sum(c in _letters() for c in run) >= _LEAST_DRAWN


@cache
def _runs() -> re.Pattern[str]:
    characters = re.escape("".join(_letters()))
    return re.compile(
        rf"[{characters}A-Za-z\u00c0-\u024f\u0370-\u04ff\u13a0-\u167f\u1d00-\u1dbf\u2c60-\u2c7f]{{{_LEAST},24}}"
    )


@cache
def _letters() -> dict[str, str]:
    """Return the letter that each character of the packaged tables stands for; the first that claims it."""
    table = resources.files("detectors.text").joinpath("scripts_as_letters.tsv").read_text(encoding="utf-8")
    found: dict[str, str] = {}
    for line in table.splitlines():
        if not line.startswith("#"):
            letter, characters = line.split("\t")
            for character in characters.split():
                found.setdefault(character, letter)
    return signs() | found
