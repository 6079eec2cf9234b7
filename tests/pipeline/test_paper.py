"""Printed documents: every letter is there, in its own size, and a hostile picture stops nothing."""

import io
import re
import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest
from PIL import Image

from pipeline.errors import PhotoRefusedError
from pipeline.paper import Paper, missing_fonts, printable

NOW = datetime(2026, 10, 20, tzinfo=UTC)
poppler = pytest.mark.skipif(shutil.which("pdftotext") is None, reason="poppler's tools are not installed")
all_fonts = pytest.mark.skipif(bool(missing_fonts()), reason="not every font is installed")


def paper() -> Paper:
    return Paper(title="Title", footer="foot", language="en", created_at=NOW)


def text_of(made: Paper, folder: Path, *options: str) -> str:
    path = folder / "a.pdf"
    path.write_bytes(made.pdf())
    return subprocess.run(["pdftotext", *options, path, "-"], capture_output=True, check=True, text=True).stdout


def jpeg(width: int = 40, height: int = 30) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (width, height), (200, 30, 30)).save(out, "JPEG")
    return out.getvalue()


@poppler
@all_fonts
@pytest.mark.parametrize(
    "words",
    ["Bramblewick", "侵权通知", "żółw Đặng", "Кружка", "Ελληνικά", "한국어", "ガギグ"],
)
def test_words_of_these_scripts_can_be_read_and_copied(words: str, tmp_path: Path) -> None:
    made = paper()
    made.paragraph(words)

    assert words in text_of(made, tmp_path)


@all_fonts
@pytest.mark.parametrize("words", ["العربية", "ภาษาไทย", "हिन्दी"])
def test_scripts_whose_letters_join_have_a_font_and_no_letter_is_missing(words: str) -> None:
    made = paper()

    assert made._safe(words) == words


@poppler
def test_a_letter_that_no_font_has_is_printed_as_its_code_point(tmp_path: Path) -> None:
    made = paper()
    made.paragraph("mug \U0001f600 and \u200b")

    assert "mug ‹U+1F600› and ‹U+200B›" in text_of(made, tmp_path)


@poppler
def test_letters_keep_their_size_where_a_line_begins_in_another_script(tmp_path: Path) -> None:
    made = paper()
    made.heading("English heading", 2)
    made.paragraph("该商品 Bramblewick mugs")
    made.paragraph("The same size")

    boxes = text_of(made, tmp_path, "-bbox")
    heights = {
        word: round(float(bottom) - float(top), 1)
        for top, bottom, word in re.findall(r'yMin="([\d.]+)"[^>]*yMax="([\d.]+)">(\w+)<', boxes)
    }
    assert heights["mugs"] == heights["same"] < heights["heading"]


def test_a_picture_is_encoded_anew_and_made_small() -> None:
    image = printable(jpeg(3_000, 2_000))

    assert max(image.size) <= 900
    assert image.mode == "RGB"


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"\xff\xd8\xff", id="cut off"),
        pytest.param(b"<svg onload=alert(1)>", id="a drawing that runs"),
        pytest.param(b"%PDF-1.4", id="a document"),
        pytest.param(b"GIF89a" + b"\xff" * 40, id="nonsense"),
    ],
)
def test_bytes_that_are_no_picture_are_refused(data: bytes) -> None:
    with pytest.raises(PhotoRefusedError):
        printable(data)


def test_a_picture_of_too_many_pixels_is_refused_before_it_is_decoded() -> None:
    out = io.BytesIO()
    Image.new("1", (9_000, 9_000)).save(out, "PNG")

    with pytest.raises(PhotoRefusedError, match="too many pixels"):
        printable(out.getvalue())


@poppler
def test_pictures_that_cannot_be_printed_leave_a_line(tmp_path: Path) -> None:
    made = paper()
    made.pictures([(jpeg(), "good"), (b"bad", "broken")])

    text = text_of(made, tmp_path)
    assert "good" in text
    assert "broken (cannot be decoded)" in text


def test_the_same_document_is_the_same_file() -> None:
    def make() -> bytes:
        made = paper()
        made.facts([("label", "value " * 50)])
        made.table(["a", "b"], [["1", "2"]] * 80, (1, 2))
        return made.pdf()

    assert make() == make()
