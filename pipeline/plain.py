r"""Text of strangers made plain: what a reader sees is what is there, and no program runs it.

A seller's words may hold formulas, line breaks that look like fields of a form, marks that turn the direction of
writing, and characters that nobody sees. In letters, tables and on paper each stands for itself, visibly.
"""

from __future__ import annotations

import csv
import io
import unicodedata
from collections.abc import Iterable, Sequence
from typing import Final

FORMULA_STARTS: Final = frozenset("=+-@\t\r\n＝＋－＠")
"""First characters that make a spreadsheet run a cell as a formula, full-width forms included."""

_UNSEEN: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
ELLIPSIS: Final = "…"
MAX_CELL: Final = 32_767
"""Characters that a cell of a spreadsheet holds."""


def neutralise(cell: str) -> str:
    """Return text that a spreadsheet shows and does not run: an apostrophe goes before what may begin a formula.

    References
    ----------
    .. [1] OWASP, "CSV Injection", https://owasp.org/www-community/attacks/CSV_Injection

    Examples
    --------
    >>> neutralise("=HYPERLINK(0)"), neutralise("mug, blue")
    ("'=HYPERLINK(0)", 'mug, blue')
    """
    return "'" + cell if cell[:1] in FORMULA_STARTS else cell


def reveal(text: str) -> str:
    r"""Return a text on one line, with characters that nobody sees written as code points.

    White space of any kind becomes one space. Controls, marks of direction and invisible letters become ``‹U+202E›``.

    Examples
    --------
    >>> reveal("Bram\u200bble\n\nmug \u202egnp.exe")
    'Bram‹U+200B›ble mug ‹U+202E›gnp.exe'
    """
    line = " ".join(text.split())
    return "".join(_code_point(c) if unicodedata.category(c) in _UNSEEN else c for c in line)


def shorten(text: str, limit: int) -> str:
    """Return a text of at most `limit` code points, with an ellipsis where it was cut.

    Examples
    --------
    >>> shorten("enamel mug", 7), shorten("mug", 7)
    ('enamel…', 'mug')
    """
    if len(text) <= limit:
        return text
    return text[: max(limit - 1, 0)].rstrip() + ELLIPSIS if limit > 0 else ""


def plain(text: str, limit: int) -> str:
    """Return a text of strangers as it may stand in a letter: revealed, then shortened."""
    return shorten(reveal(text[: 4 * limit + 64]), limit)


def table(rows: Iterable[Sequence[str]]) -> bytes:
    r"""Return rows as CSV (RFC 4180, UTF-8 with a byte-order mark for spreadsheets), every cell neutralised and cut.

    Examples
    --------
    >>> table([["address"], ["=1+1"]])
    b"\xef\xbb\xbfaddress\r\n'=1+1\r\n"
    """
    text = io.StringIO(newline="")
    csv.writer(text).writerows([shorten(neutralise(cell), MAX_CELL) for cell in row] for row in rows)
    return text.getvalue().encode("utf-8-sig")


def _code_point(character: str) -> str:
    return f"‹U+{ord(character):04X}›"
