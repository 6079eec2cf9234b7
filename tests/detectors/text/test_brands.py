"""Other makes that the user knows are no misspellings of a mark."""

from __future__ import annotations

from pathlib import Path

import pytest

from detectors.kit import DetectorKit
from detectors.text import MarkInText
from detectors.text.brands import load_brands
from detectors.text.distinctiveness import grade
from pipeline.errors import SettingsError
from tests.detectors.text.builders import REGISTER, batch, listing


def listed(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "brands.txt"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_known_brand_is_no_misspelling(tmp_path: Path) -> None:
    brands = load_brands(listed(tmp_path, "# makes\nZorvano\n\nKelmar & Co\n")).names()

    found = [
        {signal.asset_id for signal in MarkInText(REGISTER, known).detect(batch(listing("Zorvano tote")))[0]}
        for known in (frozenset(), brands)
    ]

    assert brands == {"zorvano", "kelmarco"}
    assert found == [{"zor-word"}, set()]


def test_a_mark_that_known_brands_crowd_is_not_looked_for_with_mistakes() -> None:
    near = frozenset({"zorvani", "zorvano", "zorvant"})

    assert grade("Zorvane").edits
    assert not grade("Zorvane", near).edits
    assert grade("Zorvane", near).near == ("zorvani", "zorvano", "zorvant")


def test_the_list_is_part_of_the_version(tmp_path: Path) -> None:
    brands = load_brands(listed(tmp_path, "Zorvano\n"))

    kits = (DetectorKit(), DetectorKit(brands=brands))

    assert len({kit.detectors["mark_in_text"] for kit in kits}) == 2
    assert len({kit.detectors["price_low"] for kit in kits}) == 1


def test_a_list_that_changes_during_a_scan_is_refused(tmp_path: Path) -> None:
    brands = load_brands(listed(tmp_path, "Zorvano\n"))
    listed(tmp_path, "Kelmaro\n")

    with pytest.raises(SettingsError, match="changed, expected the same list"):
        brands.names()


def test_a_list_that_is_no_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "brands.txt").write_bytes(b"\xff\xfe\xff")

    with pytest.raises(SettingsError, match="expected text in UTF-8"):
        load_brands(tmp_path / "brands.txt")
