"""How a command ends: what a user can mend becomes one line on standard error and an exit code."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

import click

from pipeline.errors import BundleError, CounterfoilError, EngineError, RegisterError

FAILED, UNUSABLE = 1, 2
"""Exit codes: work that failed or problems that were found; bad usage or unreadable input."""


@contextmanager
def one_line(*, unusable: int = UNUSABLE) -> Iterator[None]:
    """Turn what a user can mend into one line on standard error and an exit code: `unusable` for bad input."""
    try:
        yield
    except RegisterError as error:
        more = f" (and {len(error.problems) - 1} more)" if len(error.problems) > 1 else ""
        give_up(f"{error.problems[0]}{more}", unusable)
    except CounterfoilError as error:
        give_up(str(error), FAILED if isinstance(error, (EngineError, BundleError)) else unusable)


def give_up(message: str, code: int) -> None:
    """Say why, on one line, and end."""
    click.echo("counterfoil: " + " ".join(message.split()), err=True)
    sys.exit(code)
