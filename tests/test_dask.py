"""A scan on a Dask cluster started by hand: a scheduler and two workers, one of which is killed on the way."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import orjson
import pytest

from pipeline.engine import DaskEngine
from pipeline.errors import EngineError
from pipeline.stages import run_scan
from tests.market import PlainConductor, results, row, run, scan_of, write_register, write_snapshot

HOME = Path(__file__).parents[1]


@contextmanager
def started(*arguments: str) -> Iterator[subprocess.Popen[bytes]]:
    command = [sys.executable, "-m", "distributed.cli.dask_" + arguments[0], *arguments[1:]]
    process = subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=os.environ | {"PYTHONPATH": str(HOME)}
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait()


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """Return the address of the scheduler, and one of the two workers."""
    contact = tmp_path / "scheduler.json"
    alone = ("--no-dashboard", "--scheduler-file", str(contact))
    with ExitStack() as stack:
        stack.enter_context(started("scheduler", "--host", "127.0.0.1", "--port", "0", *alone))
        workers = [
            stack.enter_context(started("worker", *alone, "--no-nanny", "--nthreads", "1", "--host", "127.0.0.1"))
            for _ in range(2)
        ]
        _wait_for(contact, stack)
        yield orjson.loads(contact.read_bytes())["address"], workers[0]


def _wait_for(contact: Path, stack: ExitStack) -> None:
    from distributed import Client  # noqa: PLC0415

    while not contact.exists() or not contact.read_bytes().endswith(b"}"):
        subprocess.run(["sleep", "0.1"], check=True)
    client = stack.enter_context(Client(scheduler_file=str(contact), set_as_default=False))  # type: ignore[no-untyped-call]
    client.wait_for_workers(2, timeout=60)


def test_a_cluster_that_loses_a_worker_gives_the_same(
    tmp_path: Path, cluster: tuple[str, subprocess.Popen[bytes]]
) -> None:
    address, worker = cluster
    register = write_register(tmp_path / "register")
    snapshot = write_snapshot(tmp_path / "snapshot", [row(n) for n in range(80)])
    run(scan_of([snapshot], register, tmp_path / "local"))
    reported: list[tuple[str, int]] = []

    class Killing(PlainConductor):
        """Kills a worker once some partitions have been looked at."""

        def report(self, stage: str, done: int, total: int | None) -> None:
            reported.append((stage, done))
            if stage == "detect" and done >= 3:
                worker.kill()

    scan = scan_of([snapshot], register, tmp_path / "dask", engine=DaskEngine(address), chunk_rows=10)
    with scan.engine:
        run_scan(scan, Killing())

    assert worker.wait() == -9
    assert ("detect", 8) in reported  # every partition of ten rows
    assert results(tmp_path / "dask" / "out") == results(tmp_path / "local" / "out")


def test_a_scheduler_that_does_not_answer_is_reported() -> None:
    with pytest.raises(EngineError, match="no scheduler answers"), DaskEngine("tcp://127.0.0.1:9", timeout_s=1):
        pass
