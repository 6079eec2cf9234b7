"""What every command of this package takes, and how it ends: with figures, or with one line that says what is wrong."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from pipeline.errors import CounterfoilError

T = TypeVar("T")


def options(description: str | None) -> argparse.ArgumentParser:
    """Return a parser of what every command takes: a collection, a seed and where to write the figures."""
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("collection", type=Path)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", type=Path)
    return parser


def carried_out(
    arguments: argparse.Namespace, measure: Callable[[argparse.Namespace], T], show: Callable[[T], None]
) -> int:
    """Measure, print the result, write it to `--json` if given, and return the exit status."""
    try:
        result = measure(arguments)
    except CounterfoilError as error:
        print(error, file=sys.stderr)
        return 2
    show(result)
    if arguments.json:
        arguments.json.write_text(json.dumps(result, indent=1), encoding="utf-8")
    return 0
