"""The benchmark of marks in titles measures what it says."""

from __future__ import annotations

import gzip
import random
from pathlib import Path

import pytest

from benchmarks.text import coined
from benchmarks.text.disguises import DISGUISES, LONG
from benchmarks.text.finders import OURS, finders
from benchmarks.text.sources import free_of, read_titles
from detectors.text.words import is_seen

DRAWN_ALIKE = {"plain", "beside hanzi"}


def test_made_up_marks_are_the_same_for_a_seed_and_no_words() -> None:
    marks = coined.latin_marks(random.Random(7), 50)

    assert marks == coined.latin_marks(random.Random(7), 50)
    assert len({mark.text for mark in marks}) == 50
    assert not any(is_seen(mark.text) for mark in marks)
    assert all(len(mark.heard) == 4 for mark in marks)


@pytest.mark.parametrize("name", sorted({*DISGUISES, *LONG} - DRAWN_ALIKE))
def test_every_disguise_changes_a_mark(name: str) -> None:
    disguise = {**DISGUISES, **LONG}[name]

    assert all(disguise(random.Random(seed), "quillmereos") != "quillmereos" for seed in range(20))


def test_titles_that_name_a_mark_are_left_out_however_it_is_written() -> None:
    titles = ["Quill-Mere bag", "新款quillmere手提包", "quillmeres bag", "plain bag"]

    assert free_of(["quillmere"], titles) == ["quillmeres bag", "plain bag"]


def test_titles_are_read_from_lines_tables_and_json(tmp_path: Path) -> None:
    (tmp_path / "lines.txt").write_text("a leather bag\nshort\na leather bag\n", encoding="utf-8")
    (tmp_path / "rows.csv.gz").write_bytes(gzip.compress(b"title_a,price,title_b\ncanvas tote,3,wool scarf\n"))
    (tmp_path / "rows.jsonl").write_text('{"title": "ceramic mug"}\n', encoding="utf-8")

    assert read_titles(tmp_path / "lines.txt") == ["a leather bag"]
    assert read_titles(tmp_path / "rows.csv.gz") == ["canvas tote", "wool scarf"]
    assert read_titles(tmp_path / "rows.jsonl") == ["ceramic mug"]


def test_ours_and_the_peers_find_a_plain_mark() -> None:
    ways = finders(["quillmere", "novalumo"])

    found = {name: find("new quillmere leather bag for women") for name, find in ways.items()}

    assert found.pop("extractOne>=90") <= {"quillmere"}
    assert all(marks == {"quillmere"} for marks in found.values())
    assert ways[OURS]("leather bag") == set()
