"""Run a module that ends with whoever started it: ``python -m pipeline.attached MODULE ARGUMENTS...``.

A process that is killed cannot end its children, but the pipe to their standard input closes with it.
"""

from __future__ import annotations

import os
import runpy
import signal
import sys
import threading


def main() -> None:
    """Run the module that the arguments name, until it ends or standard input does."""
    threading.Thread(target=_end_with_input, daemon=True, name="watch-input").start()
    sys.argv = sys.argv[1:]
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)


def _end_with_input() -> None:
    while os.read(0, 1024):
        pass
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    main()
