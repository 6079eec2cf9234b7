"""Marks are found among the words read in photos; the reader is the real program where it is installed."""

from __future__ import annotations

import shutil
from io import BytesIO

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from detectors.kit import DetectorKit
from detectors.text import MarkInPhoto
from detectors.text.tesseract import Tesseract, find_tesseract
from pipeline.errors import SettingsError
from pipeline.photos import Photo, PhotoDescription, PhotoWord
from pipeline.records import ListingBatch, Signal
from tests.detectors.text.builders import REGISTER, listing

DETECTOR = MarkInPhoto(REGISTER)
tesseract = pytest.mark.skipif(
    shutil.which("tesseract") is None, reason="Tesseract is not installed (Debian: apt-get install tesseract-ocr)"
)


def photo(*words: PhotoWord, index: int = 0) -> Photo:
    none = np.zeros((0, 4))
    seen = PhotoDescription(
        digest="0", width=8, height=8, plain=True, phash=0, views=none.astype(np.uint64), boxes=none.astype(np.float32)
    )
    return Photo(index=index, name=f"{index}.jpg", description=seen, words=words)


def words(text: str, certainty: float = 0.9, line: int = 1) -> list[PhotoWord]:
    return [
        PhotoWord(text=word, line=(1, 1, line), box=(0.1 * at, 0.2, 0.1 * at + 0.1, 0.3), certainty=certainty)
        for at, word in enumerate(text.split())
    ]


def seen_in(*photos: Photo) -> dict[str | None, Signal]:
    found = DETECTOR.detect(ListingBatch(listings=(listing("bag"),), photos=(photos,)))[0]
    return {signal.asset_id: signal for signal in found}


def printed(text: str) -> bytes:
    image = Image.new("RGB", (640, 200), "white")
    ImageDraw.Draw(image).text((40, 60), text, "black", ImageFont.load_default(60))
    file = BytesIO()
    image.save(file, "JPEG")
    return file.getvalue()


@pytest.mark.parametrize(
    ("text", "asset", "observation"),
    [
        pytest.param("new ZORVANE bag", "zor-word", "photo_text.exact", id="as registered"),
        pytest.param("zorvane", "zor-word", "photo_text.exact", id="small letters"),
        pytest.param("Z0RVANE", "zor-word", "photo_text.disguised", id="a digit for a letter"),
        pytest.param("ZORVNE", "zor-word", "photo_text.fuzzy", id="a letter missed"),
        pytest.param("KELMAR & WYSE", "kel-word", "photo_text.exact", id="three words of a line"),
        pytest.param("Harvest", "har-word", "photo_text.common", id="an everyday word"),
    ],
)
def test_a_mark_among_the_words_of_a_photo_is_found(text: str, asset: str, observation: str) -> None:
    assert seen_in(photo(*words(text)))[asset].observation == observation


def test_the_evidence_has_the_photo_and_the_box_around_the_words() -> None:
    signal = seen_in(photo(), photo(*words("by KELMAR & WYSE"), index=1))["kel-word"]

    assert signal.evidence["image"] == 1
    assert signal.evidence["box"] == [0.1, 0.2, 0.4, 0.3]
    assert signal.reason == "Photo 2 shows the words “KELMAR & WYSE”, for the mark Kelmar & Wyse."


@pytest.mark.parametrize(
    "shown",
    [
        pytest.param([], id="no words"),
        pytest.param(words("ZORVANE", certainty=0.3), id="hardly legible"),
        pytest.param(words("QVN", certainty=0.7), id="three letters, not quite legible"),
        pytest.param([*words("KELMAR", line=1), *words("WYSE", line=2)], id="words of two lines"),
        pytest.param(words("Z家"), id="a part of a mark"),
    ],
)
def test_what_may_be_misread_says_nothing(shown: list[PhotoWord]) -> None:
    assert seen_in(photo(*shown)) == {}


def test_the_batch_finds_what_is_found_mark_by_mark() -> None:
    photos = (photo(*words("ZORVANE and Z0RVANE by KELMAR & WYSE HARVEST QVN")),)
    assets = [asset for holder in REGISTER.rights_holders for asset in holder.assets]

    found = DETECTOR.detect(ListingBatch(listings=(listing("bag"),), photos=(photos,)))[0]

    assert found == tuple(
        sorted(
            (s for asset in assets for s in DETECTOR.compare(listing("bag"), photos, asset)),
            key=lambda s: (s.rights_holder_id or "", s.asset_id or ""),
        )
    )


@tesseract
def test_tesseract_reads_a_mark_in_a_photo() -> None:
    kit = DetectorKit(words=find_tesseract("eng"))

    read = kit.read_words(printed("ZORVANE bag"))

    assert [word.text for word in read] == ["ZORVANE", "bag"]
    assert "zor-word" in seen_in(photo(*read))
    left, top, right, bottom = read[0].box
    assert 0 < left < 0.2 < right < 0.8
    assert 0.2 < top < bottom < 0.7


@tesseract
def test_a_language_that_is_not_installed_is_refused() -> None:
    with pytest.raises(SettingsError, match="lacks a language, got 'xxx'"):
        find_tesseract("eng+xxx")


def test_a_program_that_fails_reads_nothing() -> None:
    broken = Tesseract(program=shutil.which("false") or "false", languages="eng", release="0")

    assert broken.read(b"", 1, 1) == ()


def test_without_the_program_the_settings_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")

    with pytest.raises(SettingsError, match="apt install tesseract-ocr"):
        find_tesseract("eng")
