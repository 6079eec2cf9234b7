"""Measure how well and how fast word marks are found in titles, beside other ways of finding them.

Run from the root of the repository::

    python -m benchmarks.text [--titles FILE ...] [--marks FILE] [--out FILE]

Marks and disguises are made up from a seed; so are the titles, unless files of real ones are given (lines of text,
JSON lines with `title`, or CSV tables, gzip or not) and a file of real marks (one a line) for the false alarms.
"""

from __future__ import annotations

import argparse
import random
from pathlib import Path
from typing import Final

import orjson

from benchmarks.text import coined
from benchmarks.text.measures import (
    FalseAlarms,
    Result,
    Speed,
    false_alarms,
    recall_of_disguises,
    recall_of_parts,
    speed,
)
from benchmarks.text.sources import free_of, read_marks, read_titles

SEED: Final = 20261121
MARKS: Final = 200
MANY: Final = 10_000
TITLES: Final = 20_000


def main() -> None:
    """Measure, print tables and write JSON."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--titles", type=Path, nargs="*", default=[], help="files of real titles")
    parser.add_argument("--marks", type=Path, help="real marks, one a line, in place of made-up ones for false alarms")
    parser.add_argument("--most", type=int, default=TITLES, help="titles to read, drawn from all")
    parser.add_argument("--out", type=Path, default=Path("out/benchmark-text.json"))
    arguments = parser.parse_args()
    draw = random.Random(SEED)
    real = [title for path in arguments.titles for title in read_titles(path)]
    titles = draw.sample(real, min(arguments.most, len(real))) if real else coined.titles(draw, 3_000)
    latin, hanzi = coined.latin_marks(draw, MARKS), coined.hanzi_marks(draw, MARKS)
    known = read_marks(arguments.marks) if arguments.marks else [m.text for m in coined.latin_marks(draw, MANY)]
    watched = [draw.sample(known, min(count, len(known))) for count in (MARKS, MANY)]
    result: Result = {
        "disguises": recall_of_disguises(draw, latin, hanzi, titles),
        "parts": recall_of_parts(draw, latin, hanzi, titles),
        "false_alarms": [false_alarms(marks, free_of(marks, titles)) for marks in watched],
        "speed": [speed(marks, titles) for marks in watched],
    }
    show(result)
    arguments.out.parent.mkdir(parents=True, exist_ok=True)
    arguments.out.write_bytes(orjson.dumps(result, option=orjson.OPT_INDENT_2))


def show(result: Result) -> None:
    """Print the result as tables."""
    _show_recall("recall of disguises", result["disguises"])
    _show_recall("recall by sound or part", result["parts"])
    for alarms in result["false_alarms"]:
        _show_alarms(alarms)
    for row in result["speed"]:
        _show_speed(row)


def _show_recall(name: str, table: dict[str, dict[str, float]]) -> None:
    ways = list(next(iter(table.values())))
    print(f"\n{name:<28}" + "".join(f"{way:>19}" for way in ways))
    for disguise, row in table.items():
        print(f"{disguise:<28}" + "".join(f"{row[way]:>19.3f}" for way in ways))
    means = {way: sum(row[way] for row in table.values()) / len(table) for way in ways}
    print(f"{'mean':<28}" + "".join(f"{means[way]:>19.3f}" for way in ways))


def _show_alarms(alarms: FalseAlarms) -> None:
    print(f"\n{alarms['marks']} marks: false titles per million, of {alarms['titles']} without a mark")
    for way, row in alarms["found"].items():
        low, high = row["interval"]
        print(f"{way:<28}{1e6 * row['share']:>10.0f}  ({1e6 * low:.0f} to {1e6 * high:.0f}) of {row['titles']}")
    for example in alarms["examples"]:
        print(f"    {example}")


def _show_speed(row: Speed) -> None:
    print(
        f"{row['marks']:>6.0f} marks: built in {row['build_seconds']:.1f} s, {row['titles_per_second']:.0f} titles/s"
        f" with {row['processes']:.0f} processes, {row['titles_per_cpu_second']:.0f} per second of processor time"
    )
    for way, titles in row["others_per_cpu_second"].items():
        print(f"{way:>24}: {titles:.0f} per second of processor time")


if __name__ == "__main__":
    main()
