"""How far a scan is, on a terminal or in a log."""

from __future__ import annotations

import sys
from types import TracebackType
from typing import Self, TextIO

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn


class TerminalProgress:
    """One bar a stage on a terminal; elsewhere one line when a stage begins.

    Parameters
    ----------
    stream : text file
        Standard error, so that standard output stays free for results.
    """

    def __init__(self, stream: TextIO = sys.stderr) -> None:
        self._stream = stream
        self._tasks: dict[str, TaskID | None] = {}
        columns = (TextColumn("{task.description:<10}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        self._bars = Progress(*columns, console=Console(file=stream), disable=not stream.isatty())

    def __enter__(self) -> Self:
        """Begin to draw."""
        self._bars.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Leave the terminal as it was."""
        self._bars.stop()

    def report(self, stage: str, done: int, total: int | None) -> None:
        """Show how many units of a stage are done."""
        if not self._bars.disable:
            task = self._tasks.get(stage)
            if task is None:
                task = self._tasks[stage] = self._bars.add_task(stage, total=total)
            self._bars.update(task, completed=done, total=total)
        elif stage not in self._tasks:
            self._tasks[stage] = None
            print(f"counterfoil: {stage}", file=self._stream, flush=True)
