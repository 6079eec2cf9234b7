"""Words in photos are read where something points at a listing, within a budget, and never twice."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from pipeline.records import Signal
from pipeline.stages.read import worth
from tests.market import CALLS, FakeKit, results, row, run, scan_of, write_register, write_snapshot

READING = FakeKit(reader="1")


def market(tmp_path: Path) -> tuple[Path, Path]:
    snapshot = write_snapshot(tmp_path / "snapshot", [row(number) for number in range(1, 121)])
    return write_register(tmp_path / "register"), snapshot


def read_in(out: Path) -> dict[str, str]:
    """Return what was read in photos, by listing."""
    rows = [json.loads(line) for line in (out / "candidates.jsonl").read_text("utf-8").splitlines()]
    signals = [(found["listing_id"], signal) for found in rows for signal in found["signals"]]
    return {listing: s["evidence"]["quote"] for listing, s in signals if s["detector"] == "mark_in_photo"}


def signal(observation: str, strength: float = 0.5) -> Signal:
    return Signal(
        detector="d",
        observation=observation,
        rights_holder_id=None,
        asset_id=None,
        strength=strength,
        reason="",
        evidence={},
    )


def test_photos_are_read_where_something_points_at_a_listing_that_names_no_mark(tmp_path: Path) -> None:
    register, snapshot = market(tmp_path)

    run(scan_of([snapshot], register, tmp_path, kit=READING, read_photos=10))

    assert read_in(tmp_path / "out") == {"5": "PHOTO registered", "85": "PHOTO registered"}
    assert CALLS["read"] == 1


def test_without_a_reader_or_a_budget_nothing_is_read(tmp_path: Path) -> None:
    register, snapshot = market(tmp_path)

    runs = [
        run(scan_of([snapshot], register, tmp_path / name, kit=kit, read_photos=budget))
        for name, kit, budget in (("a", FakeKit(), 10), ("b", READING, 0), ("c", FakeKit(), 0))
    ]

    assert CALLS["read"] == 0
    assert len({done["run_id"] for done in runs}) == 1
    assert results(tmp_path / "a/out") == results(tmp_path / "b/out")


def test_the_budget_holds(tmp_path: Path) -> None:
    register, snapshot = market(tmp_path)

    run(scan_of([snapshot], register, tmp_path, kit=READING, read_photos=1))

    assert read_in(tmp_path / "out") == {"5": "PHOTO registered"}


def test_a_photo_is_read_once_whatever_scans_follow(tmp_path: Path) -> None:
    register, snapshot = market(tmp_path)
    run(scan_of([snapshot], register, tmp_path, kit=READING, read_photos=10))
    first = results(tmp_path / "out")

    again = scan_of([snapshot], register, tmp_path, kit=READING, read_photos=11)
    run(again)

    assert CALLS["read"] == 0
    assert results(tmp_path / "out") == first


def test_a_photo_that_went_is_passed_over(tmp_path: Path) -> None:
    register, snapshot = market(tmp_path)
    run(scan_of([snapshot], register, tmp_path, read_photos=0))
    (snapshot / "images/5.jpg").unlink()

    run(scan_of([snapshot], register, tmp_path, kit=READING, read_photos=10))

    assert read_in(tmp_path / "out") == {}


@pytest.mark.parametrize(
    ("observations", "expected"),
    [
        pytest.param(["photo.copy.near", "vocabulary.replica"], 1.0, id="what points adds up"),
        pytest.param(["mark.fragment.claim"], 0.5, id="a part of a mark"),
        pytest.param(["photo.copy.near", "mark.exact.claim"], 0.0, id="named already"),
        pytest.param(["vocabulary.second_hand", "price.low.p01"], 0.0, id="nothing that points"),
    ],
)
def test_what_points_at_a_listing_makes_it_worth_reading(observations: list[Any], expected: float) -> None:
    assert worth(tuple(map(signal, observations))) == expected
