"""How the steps of a scan are carried out: plainly, or as tasks of a workflow engine."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol, TypeVar

T = TypeVar("T")


class Conductor(Protocol):
    """Carries out steps, and is told how far each stage is."""

    def perform(self, name: str, step: Callable[[], T]) -> T:
        """Carry out one step and return its result; a step may be carried out again if it fails."""
        ...

    def report(self, stage: str, done: int, total: int | None) -> None:
        """Hear how many units of a stage are done, of how many if that is known."""
        ...

    def now(self) -> datetime:
        """Return the time."""
        ...


@dataclass(frozen=True, slots=True)
class Stopwatch:
    """Seconds by stage.

    Parameters
    ----------
    conductor : Conductor
        Tells the time.
    """

    conductor: Conductor
    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Measure what happens inside."""
        start = self.conductor.now()
        yield
        self.seconds[name] = round((self.conductor.now() - start).total_seconds(), 3)
