"""A printed document: headings, paragraphs, tables and pictures on A4, in every script that the fonts have.

The fonts are packages: Noto Sans CJK, and where they are installed Noto Sans, Arabic, Thai and Devanagari. Only the
letters used are embedded. A character that no font has is printed as its code point, so nothing vanishes.

References
----------
.. [1] ISO 32000-1, "Document management: Portable document format".
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import datetime
from functools import cache
from importlib.metadata import PackageNotFoundError, files
from pathlib import Path
from typing import Any, Final

from fontTools.ttLib import TTFont
from fpdf import FPDF
from fpdf.enums import TableBordersLayout, XPos, YPos
from fpdf.fonts import FontFace
from PIL import Image, ImageOps

from pipeline.errors import PhotoRefusedError
from pipeline.plain import reveal, shorten

PACKAGES: Final = {
    "latin": "fontpkg-noto-sans",
    "cjk": "cvttf-notosanscjk-regular",
    "arabic": "fontpkg-noto-sans-arabic",
    "thai": "fontpkg-noto-sans-thai",
    "devanagari": "fontpkg-noto-sans-devanagari",
}
"""Fonts by the order in which they are asked for a letter; all but "cjk" may be absent."""
MAX_CELL: Final = 3_000
"""Code points in one value; a longer one is cut, so that nobody's text fills a hundred pages."""
MAX_TABLE_CELL: Final = 600
"""Code points in a cell of a table: no row is higher than a page."""
MAX_PIXELS: Final = 60_000_000
PRINTED_PIXELS: Final = 900
"""Longer edge of a printed picture."""
INK, ACCENT, QUIET, RULE = (28, 32, 38), (24, 58, 104), (96, 104, 116), (200, 206, 214)
_SIZES: Final = {1: 17.0, 2: 12.5, 3: 10.5}
_BODY, _SMALL = 9.0, 7.5
_LABEL_MM: Final = 46.0
_GAP_MM, _TALLEST_MM, _CAPTION_MM = 5.0, 75.0, 16.0
_JOINED: Final = ("\u0590", "\u1cff")
"""Scripts from Hebrew to the Vedic extensions: written from the right, or with letters that change beside others."""


class Paper:
    """A document that is written from top to bottom and becomes a PDF.

    Parameters
    ----------
    title : str
        Stands on top of the first page and in the file's properties.
    footer : str
        Stands at the foot of every page, beside its number.
    language : str
        BCP 47 tag of the main language.
    created_at : datetime
        Written into the file's properties.
    """

    def __init__(self, *, title: str, footer: str, language: str, created_at: datetime) -> None:
        self._page = _Page(footer)
        page = self._page
        page.set_title(reveal(title))
        page.set_creator("Counterfoil")
        page.set_creation_date(created_at)
        page.set_lang(language)
        page.alias_nb_pages()
        page.add_page()
        self.heading(title, 1)

    def heading(self, text: str, level: int, *, room_mm: float = 30) -> None:
        """Print a heading, with room below it; level 1 is the document's title, 2 a section, 3 a part of it."""
        page, size = self._page, _SIZES[level]
        if page.get_y() > page.eph + page.t_margin - room_mm - size / 2:
            page.add_page()
        page.ln(size / 3 if page.get_y() > page.t_margin else 0)
        page.set_font_size(size)
        page.set_text_color(*ACCENT)
        self._lines(text, size * 0.46)
        if level < 3:  # noqa: PLR2004
            page.set_draw_color(*(ACCENT if level == 1 else RULE))
            page.line(page.l_margin, page.get_y() + 0.6, page.w - page.r_margin, page.get_y() + 0.6)
        page.ln(size / 6)
        self._plain()

    def paragraph(self, text: str, *, quiet: bool = False) -> None:
        """Print a paragraph; a quiet one is small and grey."""
        page = self._page
        if quiet:
            page.set_font_size(_SMALL)
            page.set_text_color(*QUIET)
        self._lines(text, 3.6 if quiet else 4.6)
        page.ln(1.4)
        self._plain()

    def facts(self, rows: Sequence[tuple[str, str]]) -> None:
        """Print pairs of a label and a value, one below the other."""
        page = self._page
        for label, value in rows:
            if page.get_y() > page.eph + page.t_margin - 6:
                page.add_page()
            top = page.get_y()
            page.set_text_color(*QUIET)
            page.set_font_size(_SMALL)
            page.multi_cell(_LABEL_MM - 2, 4.2, self._safe(label), align="L", new_x=XPos.RIGHT, new_y=YPos.NEXT)
            below, printed_on = page.get_y(), page.page
            self._plain()
            page.set_xy(page.l_margin + _LABEL_MM, top)
            width = page.epw - _LABEL_MM
            page.multi_cell(width, 4.4, self._safe(value), align="L", new_x=XPos.LMARGIN, new_y=YPos.NEXT)
            if page.page == printed_on:
                page.set_y(max(page.get_y(), below) + 0.5)
        page.ln(1.4)

    def table(self, head: Sequence[str], rows: Sequence[Sequence[str]], widths: Sequence[float]) -> None:
        """Print a table; `widths` are shares of the page, and the head is repeated on every page."""
        page = self._page
        page.ln(1)
        page.set_font_size(_SMALL)
        page.set_draw_color(*RULE)
        cells = [[self._safe(shorten(cell, MAX_TABLE_CELL)) for cell in row] for row in (head, *rows)]
        self._shape("".join(cell for row in cells for cell in row))
        with page.table(
            col_widths=tuple(widths),
            line_height=4,
            text_align="LEFT",
            v_align="TOP",
            borders_layout=TableBordersLayout.HORIZONTAL_LINES,
            headings_style=FontFace(emphasis=None, color=ACCENT, fill_color=(240, 243, 247)),
            padding=(0.6, 1, 0.6, 1),
        ) as table:
            for line in cells:
                row = table.row()
                for cell in line:
                    row.cell(cell)
        page.ln(2)
        self._plain()

    def pictures(self, photos: Sequence[tuple[bytes, str]], *, columns: int = 4) -> None:
        """Print photos with their captions, some beside each other; bytes that are no picture leave a line.

        Notes
        -----
        Photos are decoded within limits and encoded anew: nothing else that their files hold gets into the document.
        """
        decoded = []
        for photo, caption in photos:
            try:
                decoded.append((printable(photo), caption))
            except PhotoRefusedError as error:
                self.paragraph(f"{caption} ({error.reason})", quiet=True)
        for start in range(0, len(decoded), columns):
            self._row(decoded[start : start + columns], columns)
        self._plain()

    def _row(self, photos: Sequence[tuple[Image.Image, str]], columns: int) -> None:
        page = self._page
        width = (page.epw - _GAP_MM * (columns - 1)) / columns
        scales = [min(width / image.width, _TALLEST_MM / image.height) for image, _ in photos]
        height = max(image.height * scale for (image, _), scale in zip(photos, scales, strict=True))
        if page.get_y() + height + _CAPTION_MM > page.eph + page.t_margin:
            page.add_page()
        top = below = page.get_y()
        page.set_font_size(_SMALL)
        page.set_text_color(*QUIET)
        for number, ((image, caption), scale) in enumerate(zip(photos, scales, strict=True)):
            left, said = page.l_margin + number * (width + _GAP_MM), self._safe(caption)
            page.image(image, x=left, y=top, w=image.width * scale, h=image.height * scale, alt_text=said)
            page.set_xy(left, top + height + 0.8)
            page.multi_cell(width, 3.4, said, align="L", padding=0, new_x=XPos.LMARGIN, new_y=YPos.NEXT)
            below = max(below, page.get_y())
        page.set_y(below + 1.6)

    def pdf(self) -> bytes:
        """Return the document."""
        return bytes(self._page.output())

    def _lines(self, text: str, line_mm: float) -> None:
        for line in text.split("\n"):
            self._page.multi_cell(0, line_mm, self._safe(line), align="L", new_x=XPos.LMARGIN, new_y=YPos.NEXT)

    def _plain(self) -> None:
        self._page.set_font_size(_BODY)
        self._page.set_text_color(*INK)

    def _safe(self, text: str) -> str:
        line = shorten(reveal(text[: 2 * MAX_CELL]), MAX_CELL)
        self._page.cover(line)
        safe = "".join(c if ord(c) in self._page.covered else f"‹U+{ord(c):04X}›" for c in line)
        self._shape(safe)
        return safe

    def _shape(self, text: str) -> None:
        """Join and order letters where the script wants it; elsewhere that would only take time."""
        self._page.set_text_shaping(use_shaping_engine=any(_JOINED[0] <= c <= _JOINED[1] for c in text))


class _Page(FPDF):
    """A4 with fonts and a footer."""

    def __init__(self, footer: str) -> None:
        super().__init__(format="A4")
        self._said = footer
        self.set_margins(18, 16)
        self.set_auto_page_break(auto=True, margin=18)
        self.covered: frozenset[int] = frozenset()
        self._families: list[str] = []
        self.cover("A")
        self.set_font(self._families[0], size=_BODY)

    def cover(self, text: str) -> None:
        """Load the fonts that have the letters of a text, each when it is first needed: they are large."""
        missing = {ord(c) for c in text} - self.covered
        for family, package in PACKAGES.items():
            path = _font(package)
            if path is None or not missing & _letters(path):
                continue
            self.add_font(family, "", path)
            self._families.append(family)
            self.set_fallback_fonts(self._families[1:], exact_match=False)
            self.covered |= _letters(path)
            missing -= self.covered

    def footer(self) -> None:
        """Print what stands below every page."""
        self.set_y(-12)
        self.set_font_size(_SMALL)
        self.set_text_color(*QUIET)
        self.cell(0, 4, f"{self._said}   ·   {self.page_no()} / {{nb}}", align="C")

    def _set_font_for_page(self, font: Any, font_size_pt: float, wrap_in_text_object: bool = True) -> str:  # noqa: FBT001, FBT002
        """Set the font outside the line of text.

        fpdf2 2.8.9 sets it inside where a line begins in a fallback font, and takes it as set for the lines after it.
        """
        if wrap_in_text_object or self.current_font_is_set_on_page:
            return super()._set_font_for_page(font, font_size_pt, wrap_in_text_object)
        self._out(super()._set_font_for_page(font, font_size_pt))
        return ""


def missing_fonts() -> tuple[str, ...]:
    """Return the packages of fonts that are not installed: letters of their scripts are printed as code points."""
    return tuple(package for package in PACKAGES.values() if _font(package) is None)


@cache
def _font(package: str) -> Path | None:
    """Return the upright font file of a package, or None where it is not installed."""
    try:
        found = files(package) or []
    except PackageNotFoundError:
        return None
    fonts = [f for f in found if f.suffix in {".otf", ".ttf"} and "Italic" not in f.name]
    return Path(str(fonts[0].locate())) if fonts else None


@cache
def _letters(font: Path) -> frozenset[int]:
    with TTFont(font, lazy=True) as opened:
        return frozenset(opened.getBestCmap())


def printable(photo: bytes) -> Image.Image:
    """Decode a photo for printing: upright, at most `PRINTED_PIXELS` on its longer edge, in plain colours.

    Raises
    ------
    PhotoRefusedError
        If it is no picture, or has more than `MAX_PIXELS`.
    """
    try:
        with Image.open(io.BytesIO(photo), formats=("JPEG", "PNG", "WEBP", "GIF")) as opened:
            pixels = opened.width * opened.height
            if pixels <= MAX_PIXELS:
                opened.draft("RGB", (PRINTED_PIXELS, PRINTED_PIXELS))
                upright = ImageOps.exif_transpose(opened).convert("RGB")
                upright.thumbnail((PRINTED_PIXELS, PRINTED_PIXELS))
                return upright
    except Exception as error:  # decoders of hostile bytes fail in many ways
        raise PhotoRefusedError("cannot be decoded", got=type(error).__name__, expected="a picture") from error
    raise PhotoRefusedError("too many pixels", got=f"{pixels:,}", expected=f"at most {MAX_PIXELS:,}")
