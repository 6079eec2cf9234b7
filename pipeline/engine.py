"""One `map` over units of work: in this process, in local processes, or on a Dask cluster."""

from __future__ import annotations

import multiprocessing
import os
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import AbstractContextManager
from importlib import import_module
from ipaddress import ip_address
from itertools import islice
from multiprocessing.connection import wait as wait_for
from multiprocessing.forkserver import ensure_running
from types import TracebackType
from typing import Any, Protocol, Self, TypeVar
from urllib.parse import urlsplit

from pipeline.errors import EngineError, SettingsError

T = TypeVar("T")
R = TypeVar("R")

WINDOW = 3
"""Units handed out ahead for each worker: enough to keep it busy, few enough to hold no queue in memory."""


class Engine(AbstractContextManager["Engine"], Protocol):
    """Where units of work are done. Functions and units must be picklable by name."""

    def map(self, function: Callable[[T], R], units: Iterable[T]) -> Iterator[R]:
        """Yield the result of each unit, in whatever order they are done."""
        ...


class LocalEngine(Engine):
    """Units done in this process, or in so many processes of this machine.

    Parameters
    ----------
    workers : int
        1 does all the work in this process; more start that many others, when there is work for them.
    modules : sequence of str
        What the work needs, imported once for all workers.

    Notes
    -----
    Workers are forked from a process that does nothing but import `modules`, and never from this one: a fork of a
    process whose threads are at work may deadlock. Each watches its parent and ends with it, even if the parent is
    killed.
    """

    def __init__(self, workers: int, modules: Sequence[str] = ()) -> None:
        self._workers = workers
        self._context = multiprocessing.get_context("forkserver")
        self._context.set_forkserver_preload(list(modules))
        self._pool: ProcessPoolExecutor | None = None

    def __enter__(self) -> Self:
        """Begin to import what workers need, meanwhile."""
        if self._workers > 1:
            ensure_running()
        return self

    def map(self, function: Callable[[T], R], units: Iterable[T]) -> Iterator[R]:
        """Yield the result of each unit.

        Raises
        ------
        EngineError
            If a worker dies.
        """
        if self._workers == 1:
            yield from map(function, units)
            return
        pool = self._pool = self._pool or ProcessPoolExecutor(
            self._workers, mp_context=self._context, initializer=_end_with_parent
        )
        rest = iter(units)
        pending: set[Future[R]] = {pool.submit(function, u) for u in islice(rest, self._workers * WINDOW)}
        try:
            while pending:
                done, pending = wait(pending, return_when=FIRST_COMPLETED)
                pending |= {pool.submit(function, unit) for unit in islice(rest, len(done))}
                for future in done:
                    yield future.result()
        except BrokenProcessPool as error:
            self._pool = None
            raise EngineError(
                "a worker process died (out of memory?): what is done is kept, start the scan again"
            ) from error

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End the processes; what they have not begun is left."""
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)
            self._pool = None


class DaskEngine(Engine):
    """Units done by the workers of a Dask cluster, which must share the lake's folder and the snapshots' folders.

    Parameters
    ----------
    address : str
        Of the scheduler, such as ``tcp://127.0.0.1:8786`` or ``tls://scheduler:8786``.
    allow_plain : bool
        Whether a scheduler on another machine may be spoken to without TLS. Dask runs whatever it is sent, so the
        network between must be private then.
    timeout_s : float
        How long to wait for the scheduler to answer.

    Raises
    ------
    SettingsError
        If the address is none, or plain and elsewhere without leave.
    """

    def __init__(self, address: str, *, allow_plain: bool = False, timeout_s: float = 20) -> None:
        check_dask_address(address, allow_plain=allow_plain)
        self._address = address
        self._timeout_s = timeout_s
        self._client: Any = None

    def __enter__(self) -> Self:
        """Connect to the scheduler.

        Raises
        ------
        EngineError
            If it cannot be reached.
        """
        distributed: Any = import_module("distributed")  # a second of imports that local scans need not pay
        try:
            self._client = distributed.Client(self._address, timeout=self._timeout_s, set_as_default=False)
        except OSError as error:
            raise EngineError(f"dask_address: no scheduler answers, got {self._address!r}: {error}") from error
        return self

    def map(self, function: Callable[[T], R], units: Iterable[T]) -> Iterator[R]:
        """Yield the result of each unit; units of a worker that dies are done again by another.

        Raises
        ------
        EngineError
            If the cluster gives a unit up.
        """
        distributed: Any = import_module("distributed")
        rest = iter(units)
        cores = max(1, sum(self._client.ncores().values()))
        submit = self._client.submit
        first = [submit(function, unit, pure=False) for unit in islice(rest, cores * WINDOW)]
        pending = distributed.as_completed(first, loop=self._client.loop)
        try:
            for future in pending:
                for unit in islice(rest, 1):
                    pending.add(submit(function, unit, pure=False))
                yield future.result()
        except distributed.KilledWorker as error:
            raise EngineError(f"the Dask cluster gave up: {error}; what is done is kept, scan again") from error

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Leave the cluster as it was."""
        if self._client is not None:
            self._client.close()
            self._client = None


def check_dask_address(address: str, *, allow_plain: bool) -> None:
    """Refuse the address of a scheduler that anybody on the way could write to.

    Parameters
    ----------
    address : str
        ``tcp://HOST:PORT`` or ``tls://HOST:PORT``.
    allow_plain : bool
        Whether ``tcp`` may leave this machine.

    Raises
    ------
    SettingsError
        If it is neither, or plain and elsewhere without leave.

    Examples
    --------
    >>> check_dask_address("tcp://127.0.0.1:8786", allow_plain=False)
    >>> check_dask_address("tcp://10.0.0.7:8786", allow_plain=False)  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    ...
    pipeline.errors.SettingsError: dask_address: plain TCP to another machine, ...
    """
    scheme, host = _parse_address(address)
    if scheme == "tcp" and not allow_plain and not _is_this_machine(host):
        raise SettingsError(
            f"dask_address: plain TCP to another machine, got {address!r}, expected tls:// or dask_allow_plain"
        )


def _parse_address(address: str) -> tuple[str, str]:
    try:
        parsed = urlsplit(address)
        if parsed.scheme in {"tcp", "tls"} and parsed.hostname and parsed.port:
            return parsed.scheme, parsed.hostname
    except ValueError:
        pass
    raise SettingsError(f"dask_address: not the address of a scheduler, got {address!r}, expected tcp://HOST:PORT")


def _is_this_machine(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _end_with_parent() -> None:
    """Start a thread that ends this process when its parent is gone; a killed parent cannot tell its workers."""
    parent = multiprocessing.parent_process()
    if parent is None:
        return

    def watch() -> None:
        wait_for([parent.sentinel])
        os._exit(1)

    threading.Thread(target=watch, daemon=True, name="watch-parent").start()
