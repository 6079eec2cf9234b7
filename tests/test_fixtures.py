"""The sample market is what its script builds, and holds what the demo is meant to show."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageChops

from fixtures.build import BROKEN, FIRST, SECOND, sample
from fixtures.disguises import PHOTO, TEXT
from pipeline.records import Label, Rejected
from pipeline.register import check_register
from pipeline.snapshots.inputs import find_inputs
from pipeline.snapshots.reader import read_rows

FIXTURES = Path(__file__).parents[1] / "fixtures"
SAMPLE = sample()
TRUTH: list[dict[str, Any]] = [json.loads(line) for line in SAMPLE.documents["truth.jsonl"].splitlines()]


@pytest.mark.parametrize("path", SAMPLE.documents)
def test_documents_are_built_byte_for_byte(path: str) -> None:
    assert (FIXTURES / path).read_bytes() == SAMPLE.documents[path].encode()


def test_the_pictures_in_the_folder_are_those_that_are_built() -> None:
    kept = {str(path.relative_to(FIXTURES)) for kind in ("jpg", "png") for path in FIXTURES.glob(f"**/*.{kind}")}

    assert kept == {*SAMPLE.pictures, BROKEN}


@pytest.mark.parametrize("path", sorted(SAMPLE.pictures)[::16])
def test_pictures_are_built_alike(path: str) -> None:
    drawn = SAMPLE.pictures[path]().convert("RGB")

    with Image.open(FIXTURES / path) as kept:
        difference = np.asarray(ImageChops.difference(kept.convert("RGB"), drawn))

    assert kept.size == drawn.size
    assert difference.mean() < 4


def test_every_label_every_disguise_and_every_alteration_occurs() -> None:
    labels = Counter(row["label"] for row in TRUTH)

    assert labels.keys() == set(Label)
    assert {row["text_evasion"] for row in TRUTH} >= TEXT.keys()
    assert {attack for row in TRUTH for attack in row["image_attacks"]} == PHOTO.keys()
    assert any(row["relisted_from"] for row in TRUTH)


def test_a_disguised_mark_does_not_read_as_the_mark() -> None:
    titles = {row["listing_id"]: row["title"] for row in _rows(SECOND)}
    marks = {
        holder["id"]: [asset["text"] for asset in holder["assets"] if asset["kind"] == "word_mark"]
        for holder in json.loads(SAMPLE.documents["register/register.json"])["rights_holders"]
    }

    disguised = [row for row in TRUTH if row["text_evasion"] not in {"none", "plain"} and row["listing_id"] in titles]

    assert len(disguised) > 10
    for row in disguised:
        assert not any(mark in titles[row["listing_id"]] for mark in marks[row["rights_holder_id"]])


def test_every_listing_says_that_it_is_synthetic() -> None:
    assert all(row["synthetic"] is True for row in _rows(SECOND))


def test_the_register_has_no_problems() -> None:
    assert check_register(FIXTURES / "register") == ()


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        pytest.param(
            FIRST, [("row", "line"), ("row", "title"), ("row", "captured_at"), ("field", "prices[0].amount")], id=FIRST
        ),
        pytest.param(SECOND, [], id=SECOND),
    ],
)
def test_only_the_broken_rows_and_values_are_rejected(day: str, expected: list[tuple[str, str]]) -> None:
    rejected: list[Rejected] = []
    for file in find_inputs([FIXTURES / "snapshots" / day]):
        for batch in read_rows(file, 1_000):
            rejected += batch.rejected

    assert sorted((each.kind, each.field) for each in rejected) == sorted(expected)


def test_the_folder_stays_small() -> None:
    pictures = {path.read_bytes() for path in FIXTURES.glob("**/*.jpg")}

    assert sum(map(len, pictures)) < 5_000_000


def _rows(day: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in SAMPLE.documents[f"snapshots/{day}/listings.jsonl"].splitlines()]
