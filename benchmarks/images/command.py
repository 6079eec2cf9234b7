"""How every command of this package ends: figures printed and written, or one line that says what is wrong."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from typing import TypeVar

from pipeline.errors import CounterfoilError

T = TypeVar("T")


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
