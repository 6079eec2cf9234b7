"""A scan that is killed, wherever, and started again ends like one that was left alone."""

import multiprocessing
import os
import random
import signal
import sys
from multiprocessing.process import BaseProcess
from pathlib import Path
from types import FrameType

import pytest

from pipeline.store.cases import Filters, Sort, queue
from pipeline.store.database import open_store
from pipeline.store.events import events_after
from tests.market import results, row, run, scan_of, write_register, write_snapshot

FORKED = multiprocessing.get_context("forkserver")
FORKED.set_forkserver_preload(["tests.market", "pandas"])

DURABLE = frozenset({"execute", "executemany", "fsync", "replace", "unlink", "commit", "rollback"})
"""Functions of C whose effects outlive the process: SQL statements, flushes and renames."""


def scan(snapshot: Path, register: Path, home: Path) -> None:
    url = f"sqlite:///{home / 'store.db'}"
    run(scan_of([snapshot], register, home, url=url, chunk_rows=12))


def scan_until(snapshot: Path, register: Path, home: Path, *, durable: bool, last: int) -> None:
    """Scan, and kill this process at the so-manieth call of any function, or of one with durable effects.

    With a `last` that is never reached, the number of calls is written to a file.
    """
    calls = 0

    def count(_frame: FrameType, event: str, function: object) -> None:
        nonlocal calls
        if event == "c_call" and getattr(function, "__name__", "") in DURABLE if durable else event.endswith("call"):
            calls += 1
            if calls == last:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.setprofile(count)
    scan(snapshot, register, home)
    sys.setprofile(None)
    (home / "calls").write_text(str(calls))


def said_of_cases(home: Path) -> tuple[object, ...]:
    """Return the events of a scan's cases with what they left: all that must not depend on kills."""
    store = open_store(f"sqlite:///{home / 'store.db'}")
    with store.read() as connection:
        events = events_after(connection, 0, 999)
        page = queue(connection, Filters(), None, sort=Sort.SCORE, limit=999)
    store.close()
    assert len(events) == len(page.cases) > 0
    return events, page


def finished(process: BaseProcess) -> int | None:
    process.start()
    process.join()
    return process.exitcode


@pytest.mark.parametrize("durable", [pytest.param(True, id="at lasting effects"), pytest.param(False, id="anywhere")])
def test_killed_at_ten_random_points_and_started_again_it_ends_the_same(tmp_path: Path, *, durable: bool) -> None:
    register = write_register(tmp_path / "register")
    snapshot = write_snapshot(tmp_path / "snapshot", [row(n % 40, title=f"QUILLMERE {n}") for n in range(45)] + ["{"])
    market = (snapshot, register)
    whole = {"durable": durable, "last": 0}
    assert finished(FORKED.Process(target=scan_until, args=(*market, tmp_path / "whole"), kwargs=whole)) == 0
    undisturbed = results(tmp_path / "whole" / "out")
    said = said_of_cases(tmp_path / "whole")
    calls = int((tmp_path / "whole" / "calls").read_text())

    for point in random.Random(20261121).sample(range(1, calls + 1), 10):
        home = tmp_path / str(point)
        killed = {"durable": durable, "last": point}
        assert finished(FORKED.Process(target=scan_until, args=(*market, home), kwargs=killed)) == -signal.SIGKILL
        assert finished(FORKED.Process(target=scan, args=(*market, home))) == 0

        assert results(home / "out") == undisturbed, f"killed at call {point} of {calls}"
        assert said_of_cases(home) == said, f"killed at call {point} of {calls}"
        assert [path.name for path in (home / "out").iterdir() if path.suffix == ".part"] == []
