"""What becomes of damaged, odd and hostile image files: each must be described or refused, soon and in little memory.

python -m benchmarks.images.hostile [--each 200] [--folder FOLDER] [--limit SECONDS] [--megabytes N] [--json FILE]

Every file is described in a process of its own kind, which is ended and counted when it exceeds the limit. FOLDER may
hold further files. Exit status 1 if a file does anything but being described or refused.
"""

from __future__ import annotations

import argparse
import json
import resource
import sys
from collections import Counter
from collections.abc import Iterator
from multiprocessing import Pipe, get_context
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

from benchmarks.images.hostile_files import FORMATS, fuzzed_files, heavy_files, odd_files
from benchmarks.images.ours import KIT
from pipeline.errors import PhotoRefusedError

DESCRIBED, REFUSED = "described", "refused"


class Describer:
    """A process that describes one file after another, and is replaced when it hangs or dies.

    Parameters
    ----------
    limit : float
        Seconds a file may take.
    """

    def __init__(self, limit: float) -> None:
        self._limit = limit
        self._start()

    def outcome(self, data: bytes) -> tuple[str, int]:
        """Return what became of a file, and the megabytes by which the process's peak has grown since it started."""
        self._pipe.send_bytes(data)
        try:
            if self._pipe.poll(self._limit):
                answer: tuple[str, int] = self._pipe.recv()
                return answer
            self._process.kill()
            self._process.join()
            outcome = "hung"
        except (EOFError, ConnectionError):
            self._process.join()
            outcome = f"died with {self._process.exitcode}"
        self._start()
        return outcome, 0

    def _start(self) -> None:
        self._pipe, far = Pipe()
        self._process: BaseProcess = get_context("fork").Process(target=_describe_all, args=(far,), daemon=True)
        self._process.start()
        far.close()


def _describe_all(pipe: Connection) -> None:
    _described(next(fuzzed_files("PNG", 1, 0))[1])  # libraries are loaded once, and are no file's fault
    start = _peak_megabytes()
    while True:
        outcome = _described(pipe.recv_bytes())
        pipe.send((outcome, _peak_megabytes() - start))


def _peak_megabytes() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def _described(data: bytes) -> str:
    try:
        KIT.describe(data)
    except PhotoRefusedError:
        return REFUSED
    except BaseException as error:  # noqa: BLE001  (whatever it is, it is the finding)
        return f"raised {type(error).__name__}: {error}"[:120]
    return DESCRIBED


def groups(each: int, folder: Path | None, seed: int) -> dict[str, Iterator[tuple[str, bytes]]]:
    """Return the files to try, by group."""
    found = {"modes, orientations, animations, headers": odd_files(), "bombs": heavy_files()}
    found |= {f"{kind}, damaged": fuzzed_files(kind, each, seed) for kind in FORMATS}
    if folder is not None:
        found["folder"] = ((p.name, p.read_bytes()) for p in sorted(folder.rglob("*")) if p.is_file())
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--each", type=int, default=200)
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--limit", type=float, default=5.0)
    parser.add_argument("--megabytes", type=int, default=600)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    counts: dict[str, Any] = {}
    bad: list[str] = []
    for group, files in groups(arguments.each, arguments.folder, arguments.seed).items():
        describer = Describer(arguments.limit)
        counter: Counter[str] = Counter()
        peak = 0
        for name, data in files:
            outcome, grown = describer.outcome(data)
            counter[outcome] += 1
            if outcome not in (DESCRIBED, REFUSED) or grown > max(peak, arguments.megabytes):
                bad.append(f"{name}: {outcome}, {grown} MB more")
            peak = max(peak, grown)
        counts[group] = {"files": counter.total(), "megabytes": peak, **counter}
        print(f"{group:44}" + ", ".join(f"{name} {number}" for name, number in counts[group].items()))
    print("\n".join(bad) or "every file was described or refused")
    if arguments.json:
        arguments.json.write_text(json.dumps({"groups": counts, "bad": bad}, indent=1), encoding="utf-8")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
