"""Listing text as a reviewer should see it: matched characters marked, and what hides or deceives made visible."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

from markupsafe import Markup, escape

SHOWN: Final = 20_000
"""Characters of a text that a page shows."""
_INVISIBLE: Final = frozenset({"Cc", "Cf", "Co", "Cn", "Cs", "Zl", "Zp"})
_PLAIN: Final = frozenset("\n\t")
_BLANK: Final = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u2800\u3164\uffa0")
"""Letters and marks that show nothing (Default_Ignorable_Code_Point of Unicode, and the empty braille pattern)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """A stretch of a text; `marks` are the numbers of the signals that point at it."""

    text: str
    marks: tuple[int, ...]


def stretches(text: str, spans: Sequence[tuple[int, int, int]]) -> tuple[Stretch, ...]:
    """Cut a text where marks begin and end.

    Parameters
    ----------
    text : str
        The original, as captured.
    spans : sequence of (start, end, number)
        Offsets in code points; those that lie outside the text are cut off.

    Returns
    -------
    tuple of Stretch
        Together they are the text, whatever the spans.

    Examples
    --------
    >>> [(s.text, s.marks) for s in stretches("a red bag", [(2, 5, 1), (4, 9, 2)])]
    [('a ', ()), ('re', (1,)), ('d', (1, 2)), (' bag', (2,))]
    """
    size = len(text)
    kept = [(max(0, start), min(size, end), number) for start, end, number in spans]
    kept = [span for span in kept if span[0] < span[1]]
    cuts = sorted({0, size, *(start for start, _, _ in kept), *(end for _, end, _ in kept)})
    return tuple(
        Stretch(text=text[left:right], marks=tuple(sorted({n for s, e, n in kept if s <= left and right <= e})))
        for left, right in pairwise(cuts)
    )


def text_spans(evidences: Iterable[tuple[int, Mapping[str, Any]]], field: str) -> list[tuple[int, int, int]]:
    """Return where numbered pieces of evidence point into one field of a listing; malformed ones point nowhere."""
    found = []
    for number, evidence in evidences:
        hits = evidence.get("hits")
        for hit in hits if isinstance(hits, list) and hits else [evidence]:
            if isinstance(hit, Mapping) and hit.get("field") == field:
                start, end = hit.get("start"), hit.get("end")
                if isinstance(start, int) and isinstance(end, int):
                    found.append((start, end, number))
    return found


def reveal(text: object) -> Markup:
    r"""Return text as safe HTML in which characters that cannot be seen, or turn the direction, stand as their number.

    Examples
    --------
    >>> str(reveal("Ko\u200bvel <b>"))
    'Ko<span class="hidden-character" title="ZERO WIDTH SPACE">U+200B</span>vel &lt;b&gt;'
    """
    return Markup("").join(_shown(character) for character in str(text)[:SHOWN])


def code_points(text: str) -> tuple[str, ...]:
    """Name the characters of a text that are not plain ASCII, each once.

    Examples
    --------
    >>> code_points("Kоrvelle")
    ('U+043E CYRILLIC SMALL LETTER O',)
    """
    odd = dict.fromkeys(character for character in text if not character.isascii())
    return tuple(f"U+{ord(c):04X} {unicodedata.name(c, 'UNNAMED')}" for c in odd)


def _shown(character: str) -> Markup:
    hidden = character in _BLANK or unicodedata.category(character) in _INVISIBLE
    if character in _PLAIN or not hidden:
        return escape(character)
    name = unicodedata.name(character, "CONTROL CHARACTER")
    number = f"U+{ord(character):04X}"
    return Markup('<span class="hidden-character" title="{}">{}</span>').format(name, number)
