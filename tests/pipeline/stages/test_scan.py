"""Whole scans: what is counted, what is looked at again, and what comes out, on both databases."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
import pyarrow.parquet as pq
import pytest
from sqlalchemy import select

from pipeline.engine import LocalEngine
from pipeline.errors import StoreError
from pipeline.stages import run_scan
from pipeline.store.database import Store
from pipeline.store.schema import candidates, listings, scans
from tests.market import CALLS, FakeKit, PlainConductor, results, row, run, scan_of, write_register, write_snapshot

DETECTORS = ("word_seen", "photo_seen", "price_seen")
LATER = "2026-10-10T08:00:00Z"


@pytest.fixture
def register(tmp_path: Path) -> Path:
    return write_register(tmp_path / "register")


def candidate_rows(out: Path) -> list[dict[str, Any]]:
    return [orjson.loads(line) for line in (out / "candidates.jsonl").read_bytes().splitlines()]


def test_every_row_is_accounted_for(tmp_path: Path, register: Path, store_url: str) -> None:
    rows = [
        row(1),
        row(2),
        row(1),
        row(1, captured_at=LATER),
        "{broken",
        row(2, title=None),
        row(3, seller={"id": "x"}),
    ]
    snapshot = write_snapshot(tmp_path / "snapshot", [*rows, row(3, seller={"id": "y"}), row(3, seller=None)])

    counts = run(scan_of([snapshot], register, tmp_path, url=store_url))["counts"]

    assert counts["rows_read"] == 9 == counts["listings"] + counts["repeats"] + counts["rejected_rows"]
    assert (counts["listings"], counts["repeats"], counts["rejected_rows"]) == (5, 2, 2)
    assert (counts["repeats_same_capture"], counts["observations"]) == (1, 6)


def test_a_second_scan_of_the_same_looks_at_nothing(tmp_path: Path, register: Path, store_url: str) -> None:
    snapshot = write_snapshot(tmp_path / "snapshot", [row(n) for n in range(120)])
    first = run(scan_of([snapshot], register, tmp_path, url=store_url))
    before = results(tmp_path / "out")

    second = run(scan_of([snapshot], register, tmp_path, url=store_url))

    assert [CALLS[name] for name in (*DETECTORS, "described")] == [0, 0, 0, 0]
    assert results(tmp_path / "out") == before
    assert {**first, "seconds": {}} == {**second, "seconds": {}}


def test_a_photo_of_many_listings_is_described_once_and_while_rows_are_read(tmp_path: Path, register: Path) -> None:
    snapshot = write_snapshot(tmp_path / "snapshot", [row(n) for n in range(120)])
    described: list[int] = []

    class Watching(PlainConductor):
        """Notes how many photos are described when the rows are taken in."""

        def perform(self, name: str, step: Callable[[], Any]) -> Any:
            done = super().perform(name, step)
            if name == "ingest 1":
                described.append(CALLS["described"])
            return done

    CALLS.clear()
    run_scan(scan_of([snapshot], register, tmp_path, chunk_rows=10), Watching())

    assert described == [CALLS["described"]] == [39]


def test_the_same_listings_a_week_later_are_not_looked_at(tmp_path: Path, register: Path) -> None:
    first = write_snapshot(tmp_path / "first", [row(n) for n in range(120)])
    later = write_snapshot(tmp_path / "later", [row(n, captured_at=LATER, sold_count=9) for n in range(119, -1, -1)])
    run(scan_of([first], register, tmp_path))

    counts = run(scan_of([later], register, tmp_path))["counts"]

    assert [CALLS[name] for name in (*DETECTORS, "described")] == [0, 0, 0, 0]
    assert (counts["listings"], counts["repeats"]) == (120, 0)
    assert {c["captured_at"] for c in candidate_rows(tmp_path / "out")} == {LATER}


def test_only_what_is_new_or_changed_is_looked_at(tmp_path: Path, register: Path) -> None:
    first = write_snapshot(tmp_path / "first", [row(n) for n in range(100)])
    changed: dict[int, dict[str, Any]] = {
        3: {"title": "QUILLMERE at last"},
        4: {"prices": [{"kind": "sale", "amount": "12", "currency": "EUR"}]},
    }
    later = write_snapshot(tmp_path / "later", [row(n, captured_at=LATER, **changed.get(n, {})) for n in range(103)])
    run(scan_of([first], register, tmp_path))

    run(scan_of([later], register, tmp_path))

    assert [CALLS[name] for name in DETECTORS] == [5, 5, 5]
    assert CALLS["described"] == 0


def test_a_photo_that_changed_under_its_name_is_looked_at(tmp_path: Path, register: Path) -> None:
    snapshot = write_snapshot(tmp_path / "snapshot", [row(n) for n in range(40)])
    run(scan_of([snapshot], register, tmp_path))
    (snapshot / "images" / "7.jpg").write_bytes((snapshot / "images" / "5.jpg").read_bytes())

    run(scan_of([snapshot], register, tmp_path))

    seen = [c["listing_id"] for c in candidate_rows(tmp_path / "out") if "quill-photo" in c["asset_ids"]]
    assert sorted(seen) == ["5", "7"]
    assert CALLS["described"] == 0
    assert CALLS["photo_seen"] == 1


def test_a_rescan_says_which_photos_a_new_describer_has_not_seen(tmp_path: Path, register: Path) -> None:
    snapshot = write_snapshot(tmp_path / "snapshot", [row(1)])
    run(scan_of([snapshot], register, tmp_path))

    run(scan_of([], register, tmp_path, kit=FakeKit(describer="2")))

    (refused,) = map(orjson.loads, (tmp_path / "out" / "rejected.jsonl").read_bytes().splitlines())
    assert (refused["got"], refused["reason"]) == ("images/1.jpg", "this version keeps no description of the photo")


def test_an_image_that_joins_the_register_is_the_only_one_enrolled(tmp_path: Path, register: Path) -> None:
    snapshot = write_snapshot(tmp_path / "snapshot", [row(1)])
    run(scan_of([snapshot], register, tmp_path))
    assert CALLS["enrolled"] == 1
    shutil.copyfile(register / "photo.png", register / "another.png")
    document = orjson.loads((register / "register.json").read_bytes())
    document["rights_holders"][0]["assets"][1]["images"].append("another.png")
    (register / "register.json").write_bytes(orjson.dumps(document))

    for enrolled in (1, 0):
        run(scan_of([snapshot], register, tmp_path))
        assert CALLS["enrolled"] == enrolled


def test_the_users_innocent_photos_are_described_and_measured_against_once(tmp_path: Path, register: Path) -> None:
    """Forty photos of which one is no image; a new one among them measures the register again."""
    snapshot = write_snapshot(tmp_path / "snapshot", [row(1)])
    innocents = write_snapshot(tmp_path / "stock", []) / "images"

    run(scan_of([snapshot], register, tmp_path, innocents=innocents))
    assert CALLS["innocent"] == 39
    run(scan_of([snapshot], register, tmp_path, innocents=innocents))
    assert (CALLS["innocent"], CALLS["described"]) == (0, 0)
    (innocents / "new.jpg").write_bytes(b"PHOTO new")
    run(scan_of([snapshot], register, tmp_path, innocents=innocents))
    assert CALLS["innocent"] == 40


def test_a_new_version_of_one_detector_runs_that_one_only(tmp_path: Path, register: Path) -> None:
    snapshot = write_snapshot(tmp_path / "snapshot", [row(n) for n in range(50)])
    run(scan_of([snapshot], register, tmp_path))

    run(scan_of([snapshot], register, tmp_path, kit=FakeKit(word_version="2")))

    assert [CALLS[name] for name in (*DETECTORS, "described")] == [50, 0, 0, 0]


def test_a_new_price_level_runs_the_price_detector_only(tmp_path: Path, register: Path) -> None:
    snapshot = write_snapshot(tmp_path / "snapshot", [row(n) for n in range(1, 50)])
    run(scan_of([snapshot], register, tmp_path))
    cheaper = row(70, seller={"id": "trusted"}, prices=[{"kind": "sale", "amount": "1", "currency": "EUR"}])
    write_snapshot(snapshot, [*(row(n) for n in range(1, 50)), cheaper])

    run(scan_of([snapshot], register, tmp_path))

    assert [CALLS[name] for name in DETECTORS] == [1, 1, 50]


def test_a_new_describer_describes_every_photo_again(tmp_path: Path, register: Path) -> None:
    snapshot = write_snapshot(tmp_path / "snapshot", [row(n) for n in range(40)])
    run(scan_of([snapshot], register, tmp_path))
    before = results(tmp_path / "out")

    run(scan_of([snapshot], register, tmp_path, kit=FakeKit(describer="2")))

    assert CALLS["described"] == 39
    assert results(tmp_path / "out") == before


def test_the_newest_capture_in_a_scan_makes_the_candidate(tmp_path: Path, register: Path) -> None:
    old, new = row(3, title="QUILLMERE bag"), row(3, title="QUILLMERE bag, blue", captured_at=LATER)
    gone = row(6, title="Canvas bag", captured_at=LATER)
    snapshot = write_snapshot(tmp_path / "snapshot", [new, old, row(6, title="QUILLMERE bag"), gone])

    run(scan_of([snapshot], register, tmp_path))

    found = [(c["listing_id"], c["title"], c["captured_at"]) for c in candidate_rows(tmp_path / "out")]
    assert found == [("3", "QUILLMERE bag, blue", LATER)]


def test_the_store_keeps_the_newest_word_and_every_candidate(tmp_path: Path, register: Path, store: Store) -> None:
    old = write_snapshot(tmp_path / "old", [row(3), row(6, title="QUILLMERE, old")])
    new = write_snapshot(tmp_path / "new", [row(6, title="QUILLMERE, new", captured_at=LATER)])

    for snapshot in (new, old):
        run(scan_of([snapshot], register, tmp_path, store=store))

    with store.read() as connection:
        titles = connection.execute(select(candidates.c.title).order_by(candidates.c.listing_id)).scalars().all()
        seen = connection.execute(select(listings).where(listings.c.listing_id == "6")).one()
    assert titles == ["QUILLMERE bag no. 3", "QUILLMERE, new"]
    assert (seen.first_seen_at.day, seen.last_seen_at.day) == (3, 10)


def test_unusable_images_are_reported_once_for_each_content(tmp_path: Path, register: Path) -> None:
    images = ["images/1.jpg", "images/6.jpg", "../register/photo.png", "https://shop.example/a.jpg", "images/gone.jpg"]
    rows = [row(1, images=images), row(1, images=images, captured_at=LATER)]
    snapshot = write_snapshot(tmp_path / "snapshot", rows)

    counts = run(scan_of([snapshot], register, tmp_path))["counts"]

    rejected = [orjson.loads(line) for line in (tmp_path / "out" / "rejected.jsonl").read_bytes().splitlines()]
    assert [(r["kind"], r["line"], r["field"], r["got"]) for r in rejected] == [
        ("image", 1, f"images[{i}]", images[i]) for i in range(1, 5)
    ]
    assert (counts["images"], counts["rejected_images"]) == (1, 4)


def test_candidates_are_ordered_and_the_same_in_three_formats(tmp_path: Path, register: Path) -> None:
    snapshot = write_snapshot(tmp_path / "snapshot", [row(n) for n in range(200)])
    counts = run(scan_of([snapshot], register, tmp_path))["counts"]

    rows = candidate_rows(tmp_path / "out")

    assert rows == sorted(rows, key=lambda c: (-c["score"], c["candidate_id"]))
    assert [c["candidate_id"] for c in rows] == pq.read_table(tmp_path / "out/candidates.parquet")[0].to_pylist()
    assert (tmp_path / "out" / "candidates.csv").read_bytes().count(b"\r\n") == len(rows) + 1
    assert counts["candidates"] == len(rows) == counts["high"] + counts["medium"] + counts["low"]


@pytest.mark.parametrize("rows", [pytest.param([], id="no rows"), pytest.param(["{"], id="no listings")])
def test_a_snapshot_without_listings_gives_empty_results(tmp_path: Path, register: Path, rows: list[str]) -> None:
    snapshot = write_snapshot(tmp_path / "snapshot", rows)

    counts = run(scan_of([snapshot], register, tmp_path))["counts"]

    assert counts["candidates"] == 0
    assert (tmp_path / "out" / "candidates.jsonl").read_bytes() == b""
    assert pq.read_table(tmp_path / "out" / "candidates.parquet").num_rows == 0


def test_more_workers_give_the_same(tmp_path: Path, register: Path) -> None:
    snapshots = [write_snapshot(tmp_path / name, [row(n) for n in range(i, i + 90)]) for i, name in enumerate("ab")]
    run(scan_of(snapshots, register, tmp_path / "one"))

    run(scan_of(snapshots, register, tmp_path / "two", engine=LocalEngine(2)))

    assert results(tmp_path / "one" / "out") == results(tmp_path / "two" / "out")


def test_both_databases_give_the_same(tmp_path: Path, register: Path, postgresql_url: str) -> None:
    rows = [row(n, title=f"QUILLMERE \x00 {n}", listing_id=f"\x00{n}") for n in range(30)]
    snapshot = write_snapshot(tmp_path / "snapshot", rows)
    run(scan_of([snapshot], register, tmp_path / "one"))

    run(scan_of([snapshot], register, tmp_path / "two", url=postgresql_url))

    assert results(tmp_path / "one" / "out") == results(tmp_path / "two" / "out")


def test_a_lake_that_was_deleted_is_made_again(tmp_path: Path, register: Path) -> None:
    snapshot = write_snapshot(tmp_path / "snapshot", [row(n) for n in range(60)])
    scan = scan_of([snapshot], register, tmp_path)
    run(scan)
    before = results(tmp_path / "out")
    scan.lake.root.rename(tmp_path / "lost")

    run(scan)

    assert results(tmp_path / "out") == before


def test_a_damaged_lake_is_reported_by_name(tmp_path: Path, register: Path) -> None:
    snapshot = write_snapshot(tmp_path / "snapshot", [row(n) for n in range(60)])
    scan = scan_of([snapshot], register, tmp_path)
    run(scan)
    partition = next((tmp_path / "lake" / "listings").glob("*/*.parquet"))
    partition.write_bytes(b"PAR1 and nothing more")

    with pytest.raises(StoreError, match=partition.name):
        run(scan)


@pytest.mark.parametrize(
    "happen",
    [pytest.param(Path.unlink, id="goes"), pytest.param(lambda p: p.write_bytes(b"PHOTO other"), id="changes")],
)
def test_a_photo_that_is_another_while_it_is_scanned_is_reported_and_found_again(
    tmp_path: Path, register: Path, happen: Callable[[Path], object]
) -> None:
    snapshot = write_snapshot(tmp_path / "snapshot", [row(5)])
    photo = snapshot / "images" / "5.jpg"
    kept = photo.read_bytes()

    class Interrupting(PlainConductor):
        """Lets something happen to the photo when the rows are taken in."""

        def report(self, stage: str, done: int, total: int | None) -> None:
            if stage == "ingest":
                happen(photo)

    counts: Any = run_scan(scan_of([snapshot], register, tmp_path), Interrupting())["counts"]
    photo.write_bytes(kept)
    again = run(scan_of([snapshot], register, tmp_path))["counts"]

    assert (counts["images"], counts["rejected_images"], counts["candidates"]) == (0, 1, 0)
    assert (again["images"], again["rejected_images"], again["candidates"]) == (1, 0, 1)


def test_the_ledger_tells_of_every_scan(tmp_path: Path, register: Path, store: Store) -> None:
    first = write_snapshot(tmp_path / "first", [row(1)])
    second = write_snapshot(tmp_path / "second", [row(2)])

    recorded = [run(scan_of([s], register, tmp_path, store=store)) for s in (first, second, first)]

    with store.read() as connection:
        rows = connection.execute(select(scans)).all()
    assert {r.run_id for r in rows} == {r["run_id"] for r in recorded}
    assert {r.state for r in rows} == {"finished"}
    assert all(orjson.loads(r.summary)["run_id"] == r.run_id for r in rows)


def test_a_changed_register_is_searched_for_in_all_that_was_seen(
    tmp_path: Path, register: Path, store_url: str
) -> None:
    """Without the snapshots and without their photos; the newest capture of each listing counts."""
    first = write_snapshot(tmp_path / "first", [row(1, title="Quokka bag"), row(2, title="Quokka bag")])
    second = write_snapshot(tmp_path / "second", [row(2, title="Plain bag", captured_at=LATER), row(3, title="Quokka")])
    for snapshot in (first, second):
        assert run(scan_of([snapshot], register, tmp_path, url=store_url))["counts"]["candidates"] == 0
        shutil.rmtree(snapshot)
    changed = write_register(tmp_path / "changed", text="Quokka")

    for _ in range(2):
        found = run(scan_of([], changed, tmp_path, url=store_url))

        assert [c["listing_id"] for c in candidate_rows(tmp_path / "out")] == ["1", "3"]
        assert (found["counts"]["rows_read"], found["counts"]["listings"], found["counts"]["repeats"]) == (3, 3, 0)
        assert (tmp_path / "out" / "rejected.jsonl").read_bytes() == b""
    assert CALLS["described"] == 0
