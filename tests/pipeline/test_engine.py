"""The engines: every unit is done once, failures come through, nothing is left behind."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from pipeline.engine import DaskEngine, LocalEngine, check_dask_address
from pipeline.errors import EngineError, SettingsError


def square(number: int) -> int:
    return number * number


def refuse(number: int) -> int:
    raise OSError(number, "the disk is full")


def die(number: int) -> None:
    os._exit(number)


@pytest.mark.parametrize("workers", [1, 2])
@pytest.mark.parametrize("units", [0, 1, 50])
def test_every_unit_is_done_once(workers: int, units: int) -> None:
    with LocalEngine(workers) as engine:
        assert sorted(engine.map(square, iter(range(units)))) == [n * n for n in range(units)]


@pytest.mark.parametrize("workers", [1, 2])
def test_a_failure_comes_through_as_it_is(workers: int) -> None:
    with LocalEngine(workers) as engine, pytest.raises(OSError, match="the disk is full"):
        list(engine.map(refuse, [28]))


def test_an_engine_can_be_used_again_after_a_failure() -> None:
    with LocalEngine(2) as engine:
        with pytest.raises(OSError, match="full"):
            list(engine.map(refuse, [28]))

        assert list(engine.map(square, [3])) == [9]


def test_a_worker_that_dies_is_reported_and_replaced() -> None:
    with LocalEngine(2) as engine:
        with pytest.raises(EngineError, match="a worker process died"):
            list(engine.map(die, [9]))

        assert list(engine.map(square, [3])) == [9]


def test_units_are_asked_for_as_they_are_needed() -> None:
    asked: list[int] = []

    def units() -> Iterator[int]:
        for n in range(1_000):
            asked.append(n)
            yield n

    with LocalEngine(2) as engine:
        results = engine.map(square, units())
        next(results)

        assert len(asked) < 20


def test_the_workers_of_a_killed_scan_end(tmp_path: Path) -> None:
    program = (
        "import time\nfrom pipeline.engine import LocalEngine\n"
        "if __name__ == '__main__':\n    with LocalEngine(2) as engine:\n"
        "        print(*engine.map(abs, [-1, -2]), flush=True)\n        time.sleep(60)\n"
    )
    (tmp_path / "program.py").write_text(program)
    parent = subprocess.Popen(
        [sys.executable, str(tmp_path / "program.py")],
        stdout=subprocess.PIPE,
        env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])},
    )
    assert parent.stdout is not None
    assert sorted(parent.stdout.readline().split()) == [b"1", b"2"]
    workers = psutil.Process(parent.pid).children(recursive=True)
    assert len(workers) >= 2

    parent.send_signal(signal.SIGKILL)
    parent.wait()

    _, alive = psutil.wait_procs(workers, timeout=20)
    assert alive == []


@pytest.mark.parametrize(
    "address",
    ["tcp://127.0.0.1:8786", "tcp://localhost:8786", "tcp://[::1]:8786", "tcp://127.8.9.1:1", "tls://scheduler:8786"],
)
def test_a_scheduler_here_or_behind_tls_may_be_used(address: str) -> None:
    check_dask_address(address, allow_plain=False)


@pytest.mark.parametrize(
    ("address", "problem"),
    [
        ("tcp://10.0.0.7:8786", "plain TCP to another machine"),
        ("tcp://scheduler:8786", "plain TCP to another machine"),
        ("tcp://localhost.evil.example:8786", "plain TCP to another machine"),
        ("http://127.0.0.1:8786", "not the address of a scheduler"),
        ("tcp://127.0.0.1", "not the address of a scheduler"),
        ("tcp://127.0.0.1:eighty", "not the address of a scheduler"),
        ("tcp://[::1:8786", "not the address of a scheduler"),
        ("", "not the address of a scheduler"),
    ],
)
def test_any_other_scheduler_is_refused(address: str, problem: str) -> None:
    with pytest.raises(SettingsError, match=problem):
        DaskEngine(address)


def test_plain_tcp_to_another_machine_needs_leave() -> None:
    check_dask_address("tcp://10.0.0.7:8786", allow_plain=True)
