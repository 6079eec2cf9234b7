"""One store for several: scans at the same time, and a scan killed in the middle, on both databases."""

import multiprocessing
import os
import signal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from pipeline.stages import run_scan
from pipeline.store.database import open_store
from pipeline.store.lake import Lake
from pipeline.store.schema import candidates
from tests.market import PlainConductor, results, row, run, scan_of, write_register, write_snapshot

FORKED = multiprocessing.get_context("forkserver")
FORKED.set_forkserver_preload(["tests.market", "pandas"])


@pytest.fixture
def register(tmp_path: Path) -> Path:
    return write_register(tmp_path / "register")


def scan(snapshot: Path, register: Path, home: Path, url: str) -> None:
    run(scan_of([snapshot], register, home, url=url, lake=Lake(home.parent / "lake"), chunk_rows=20))


def scan_until_merging(snapshot: Path, register: Path, home: Path, url: str) -> None:
    """Scan, and kill this process when the first candidates are in the store."""

    class Killing(PlainConductor):
        def report(self, stage: str, done: int, total: int | None) -> None:
            if stage == "merge":
                os.kill(os.getpid(), signal.SIGKILL)

    lake = Lake(home.parent / "lake")
    run_scan(scan_of([snapshot], register, home, url=url, lake=lake, chunk_rows=20), Killing())


def exit_codes(*processes: Any) -> list[int | None]:
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    return [process.exitcode for process in processes]


@pytest.mark.parametrize("same", [pytest.param(True, id="of the same"), pytest.param(False, id="that overlap")])
def test_two_scans_at_once_end_like_each_alone(tmp_path: Path, register: Path, store_url: str, *, same: bool) -> None:
    first = write_snapshot(tmp_path / "first", [row(n) for n in range(120)])
    second = first if same else write_snapshot(tmp_path / "second", [row(n) for n in range(60, 180)])
    alone = [tmp_path / "alone-1", tmp_path / "alone-2"]
    for snapshot, home in zip((first, second), alone, strict=True):
        run(scan_of([snapshot], register, home))
    together = [tmp_path / "together-1", tmp_path / "together-2"]

    arguments = [
        (snapshot, register, home, store_url) for snapshot, home in zip((first, second), together, strict=True)
    ]
    codes = exit_codes(*(FORKED.Process(target=scan, args=a) for a in arguments))

    assert codes == [0, 0]
    assert [results(home / "out") for home in together] == [results(home / "out") for home in alone]


def test_a_scan_killed_while_it_stores_candidates_ends_the_same(tmp_path: Path, register: Path, store_url: str) -> None:
    snapshot = write_snapshot(tmp_path / "snapshot", [row(n) for n in range(100)])
    run(scan_of([snapshot], register, tmp_path / "alone"))
    place = (snapshot, register, tmp_path / "killed", store_url)

    codes = exit_codes(FORKED.Process(target=scan_until_merging, args=place))
    codes += exit_codes(FORKED.Process(target=scan, args=place))

    assert codes == [-signal.SIGKILL, 0]
    assert results(tmp_path / "killed" / "out") == results(tmp_path / "alone" / "out")
    with open_store(store_url).read() as connection:
        stored = connection.execute(select(func.count()).select_from(candidates)).scalar_one()
    assert stored == len((tmp_path / "killed" / "out" / "candidates.jsonl").read_bytes().splitlines())
