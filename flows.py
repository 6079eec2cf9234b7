"""The composition root: joins the pipeline to the detectors, and the only place that knows Prefect.

``python flows.py`` serves the scan, the re-check and the publication of the settings file on their schedules.
"""

from __future__ import annotations

import logging
import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

from detectors.image.descriptor import load_descriptor
from detectors.kit import DetectorKit
from detectors.text.brands import load_brands
from detectors.text.tesseract import find_tesseract
from pipeline import attached
from pipeline.aliases import with_aliases
from pipeline.commands.metrics import publish_now
from pipeline.commands.recheck import recheck_now
from pipeline.engine import DaskEngine, Engine, LocalEngine
from pipeline.errors import CounterfoilError, EngineError, InputError
from pipeline.progress import TerminalProgress
from pipeline.records import AssetKind, Json
from pipeline.register import load_register, register_folder
from pipeline.settings import Settings, lake_folder, prefect_switches, read_settings
from pipeline.snapshots import find_inputs
from pipeline.stages import Scan, run_scan
from pipeline.store.aliases import read_aliases
from pipeline.store.database import open_store
from pipeline.store.lake import Lake
from pipeline.store.weights import adopted_weights

for _name, _value in prefect_switches(Path.cwd()).items():
    os.environ.setdefault(_name, _value)
with suppress(OSError):  # Prefect makes its folder, but not the one above it
    Path(os.environ["PREFECT_HOME"]).mkdir(parents=True, exist_ok=True)

from prefect import flow, task  # noqa: E402  Prefect reads the environment when it is imported
from prefect import serve as serve_deployments  # noqa: E402
from prefect.artifacts import create_table_artifact  # noqa: E402
from prefect.cache_policies import NO_CACHE  # noqa: E402
from prefect.client.orchestration import get_client  # noqa: E402
from prefect.settings import PREFECT_API_URL, temporary_settings  # noqa: E402

T = TypeVar("T")

RETRIES = 3
RETRY_AFTER_S = 2
SERVER_STARTS_WITHIN_S = 120
SERVER_IS_ASKED_EVERY_S = 0.2


class FlowConductor:
    """Carries out each step as a Prefect task that is tried again after an I/O error.

    Parameters
    ----------
    progress : TerminalProgress
        Shows how far the stages are.
    """

    def __init__(self, progress: TerminalProgress) -> None:
        self._progress = progress

    def perform(self, name: str, step: Callable[[], T]) -> T:
        """Carry out one step as a task without parameters: listings are no business of Prefect's database."""

        def carry_out() -> T:
            return step()

        as_task = task(
            name=name,
            retries=RETRIES,
            retry_delay_seconds=RETRY_AFTER_S,
            retry_condition_fn=_is_io_error,
            cache_policy=NO_CACHE,
            persist_result=False,
        )
        return as_task(carry_out)()

    def report(self, stage: str, done: int, total: int | None) -> None:
        """Show how far a stage is."""
        self._progress.report(stage, done, total)

    def now(self) -> datetime:
        """Return the time."""
        return datetime.now(UTC)


def _is_io_error(_task: object, _run: object, state: Any) -> bool:
    return isinstance(state.result(raise_on_failure=False), OSError)


def prepare_scan(settings: Settings, *, again: bool = False) -> Scan:
    """Read what a scan needs and open its store.

    Parameters
    ----------
    settings : Settings
        With a register and snapshots.
    again : bool
        Scan what the store has seen instead of snapshots.

    Raises
    ------
    CounterfoilError
        If anything cannot be read or opened.
    """
    if not settings.register or not (again or settings.snapshots):
        raise InputError("a scan needs snapshots and a register, got none, expected their paths")
    register = Path(settings.register)
    inputs = () if again else find_inputs([Path(path) for path in settings.snapshots])
    rights = load_register(register)
    out, lake = Path(settings.out), lake_folder(settings).resolve()
    for folder in (out, lake):
        _make_folder(folder)
    store = open_store(settings.store)
    with store.read() as connection:
        weights = adopted_weights(connection)
        rights = with_aliases(rights, read_aliases(connection))
    return Scan(
        inputs=inputs,
        register=rights,
        register_folder=register_folder(register),
        out=out,
        store=store,
        lake=Lake(lake),
        engine=make_engine(settings),
        innocents=_innocents(settings),
        kit=_kit(settings),
        random_percent=settings.random_percent,
        open_low=settings.open_low,
        read_photos=settings.photo_words,
        weights=weights,
    )


def _kit(settings: Settings) -> DetectorKit:
    return DetectorKit(
        hashes_only=frozenset(map(AssetKind, settings.hashes_only)),
        descriptor=load_descriptor(Path(settings.descriptor)) if settings.descriptor else None,
        brands=load_brands(Path(settings.known_brands)) if settings.known_brands else None,
        words=find_tesseract(settings.photo_languages) if settings.photo_words else None,
    )


def _innocents(settings: Settings) -> Path | None:
    if not settings.innocents:
        return None
    folder = Path(settings.innocents)
    if not folder.is_dir():
        raise InputError(f"innocents: no such folder, got {settings.innocents!r}, expected a folder of photos")
    return folder.resolve()


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise InputError(f"{folder}: {error.strerror}, expected a folder that can be written to") from error


def make_engine(settings: Settings) -> Engine:
    """Return the engine that the settings ask for."""
    if settings.engine == "dask":
        return DaskEngine(settings.dask_address, allow_plain=settings.dask_allow_plain)
    return LocalEngine(settings.workers or os.cpu_count() or 1, [DetectorKit.__module__, run_scan.__module__])


def scan_now(prepared: Scan) -> dict[str, Json]:
    """Run the scan flow in this process and return the record of the run; what goes wrong is the caller's to tell.

    Its server is a process beside this one: where Prefect starts one by itself, it is imported here as well.
    """
    logging.getLogger("prefect").setLevel(logging.CRITICAL)

    @flow(name="scan", persist_result=False)
    def scan_once() -> dict[str, Json]:
        return _carry_out(prepared)

    with prepared.engine, prefect_server() as address, temporary_settings({PREFECT_API_URL: address}):
        return scan_once()


@flow(name="scan", persist_result=False)
def scan() -> dict[str, Json]:
    """Scan what the settings say: the flow that runs on a schedule."""
    prepared = prepare_scan(read_settings(os.environ, Path.cwd()))
    with prepared.engine:
        return _carry_out(prepared)


def _carry_out(prepared: Scan) -> dict[str, Json]:
    with TerminalProgress() as progress:
        run = run_scan(prepared, FlowConductor(progress))
    counts: dict[str, Any] = run["counts"]
    create_table_artifact(key="scan", table=[counts], description=f"Scan {run['run_id'][:12]}")
    return run


@flow(name="recheck", persist_result=False)
def recheck() -> list[dict[str, int]]:
    """Look whether listings with a notice out still stand: the flow that runs on a schedule."""
    settings = read_settings(os.environ, Path.cwd())
    looks = [Path(path) for path in settings.rechecks]
    tallies = recheck_now(settings, looks, ask=bool(settings.recheck_hosts), now=datetime.now(UTC))
    found = [{result.value: number for result, number in tally.results.items()} for tally in tallies]
    create_table_artifact(key="recheck", table=found, description="Looks at listings with a notice out")
    return found


@flow(name="publish", persist_result=False)
def publish() -> int:
    """Publish a bundle and renew the site, as the settings say."""
    settings = read_settings(os.environ, Path.cwd())
    numbers = publish_now(settings, datetime.now(UTC))
    create_table_artifact(key="publish", table=[{"numbers": numbers}], description="A bundle of published numbers")
    return numbers


def serve() -> None:
    """Serve the flows on the schedules of the settings, one run at a time, until stopped."""
    settings = read_settings(os.environ, Path.cwd())
    with prefect_server() as address, temporary_settings({PREFECT_API_URL: address}):
        served: list[Any] = [scan.to_deployment(name="scheduled", cron=settings.schedule)]
        if settings.rechecks or settings.recheck_hosts:
            served.append(recheck.to_deployment(name="scheduled", cron=settings.recheck_schedule))
        if settings.bundles:
            served.append(publish.to_deployment(name="scheduled", cron=settings.publish_schedule))
        serve_deployments(*served, limit=1, pause_on_shutdown=False)


@contextmanager
def prefect_server() -> Iterator[str]:
    """Yield the address of the Prefect server in use, or of one that runs on this machine until the end.

    A schedule needs a server that stays: the temporary one that Prefect starts for a flow has no scheduler.
    """
    address = PREFECT_API_URL.value()
    if address:
        yield address
        return
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = str(free.getsockname()[1])
    run = [sys.executable, "-m", attached.__name__]
    command = [*run, "prefect", "server", "start", "--host", "127.0.0.1", "--port", port, "--no-ui"]
    pipe, nothing = subprocess.PIPE, subprocess.DEVNULL
    with subprocess.Popen(command, stdin=pipe, stdout=nothing) as server:  # noqa: S603  nothing from outside
        try:
            yield _when_healthy(server, f"http://127.0.0.1:{port}/api")
        finally:
            server.terminate()


def _when_healthy(server: subprocess.Popen[bytes], address: str) -> str:
    with temporary_settings({PREFECT_API_URL: address}), get_client(sync_client=True) as client:
        for _ in range(round(SERVER_STARTS_WITHIN_S / SERVER_IS_ASKED_EVERY_S)):
            if client.api_healthcheck() is None:
                return address
            with suppress(subprocess.TimeoutExpired):
                server.wait(SERVER_IS_ASKED_EVERY_S)
                break
    raise EngineError(f"the Prefect server does not start, got none at {address}, expected an answer")


if __name__ == "__main__":
    try:
        serve()
    except CounterfoilError as error:
        sys.exit(f"counterfoil: {error}")
