"""How many altered copies are found, at a rate of false alarms, beside other methods in the same run.

python -m benchmarks.images.attacks COLLECTION [--assets 300 10000] [--sample N] [--slow N] [--workers N] [--json FILE]

COLLECTION is what `prepare` wrote. 300 photos are registered, with drawings and logos up to the numbers of assets
asked for, and each photo is uploaded once for every attack. Innocent are other photos by the same senders, photos by
other senders, and altered copies of both. Thresholds are chosen on half of the innocent photos and reported on the
other; no sender is in both. An upload counts as found if its own photo has the best score, and that exceeds the
threshold. `--sample` takes so many registered photos to attack, and alters as large a share of the innocent ones.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from random import Random
from typing import Any

import numpy as np

from benchmarks.images.alterations import ATTACKS, FURTHER, KNOWN, Other, attacked
from benchmarks.images.collection import Collection, load
from benchmarks.images.command import carried_out, options
from benchmarks.images.methods import HASHES, CropResistant, Method, opened
from benchmarks.images.ours import Counterfoil
from benchmarks.images.outcomes import ATTACKED, Key, alarms_by_group, innocent_scores, recall_by_attack
from benchmarks.images.rates import share, threshold
from benchmarks.images.split import REFERENCES, Innocent, Split, split
from benchmarks.images.trials import AS_IT_IS, Bench, Subject, Trial, run

TOLERATED = {"1 %": 0.01, "0.1 %": 0.001}
MEANS = {"mean of 21": KNOWN, "mean of further": FURTHER}
ALTERED_COPIES = 4
INNOCENT_FOR_SLOW = 10
DRAWN = "drawing or logo"


def main() -> int:
    parser = options(__doc__)
    parser.add_argument("--assets", type=int, nargs="+", default=[REFERENCES, 10_000])
    parser.add_argument("--sample", type=int, default=REFERENCES)
    parser.add_argument("--slow", type=int, default=20, help="photos shown to crop_resistant_hash; 0 leaves it out")
    parser.add_argument("--workers", type=int, default=2)
    return carried_out(parser.parse_args(), measure, print_result)


def measure(arguments: argparse.Namespace) -> dict[str, Any]:
    """Run every method and return the figures, by number of assets and method."""
    collection = load(arguments.collection)
    parts = split(collection, arguments.seed)
    started = time.perf_counter()
    methods = (Counterfoil(), *HASHES)
    registers = [parts.assets(count) for count in arguments.assets]
    bench = Bench.of(collection, methods, registers, attack, seed=arguments.seed, workers=arguments.workers)
    print(f"registered after {time.perf_counter() - started:.0f} s", file=sys.stderr)
    trials = list(run(bench, subjects(parts, arguments.sample, arguments.seed), arguments.workers))
    rows = {count: {m.name: figures(trials, m, count) for m in methods} for count in arguments.assets}
    if arguments.slow:
        rows[arguments.slow] = slow_figures(collection, parts, arguments)
    return {"seed": arguments.seed, "seconds": time.perf_counter() - started, "assets": rows}


def slow_figures(collection: Collection, parts: Split, arguments: argparse.Namespace) -> dict[str, Any]:
    """Run the slow method alone, on as few photos as were asked for, as many of them registered, few innocent ones."""
    method = CropResistant()
    parts = replace(parts, innocent=parts.innocent[: INNOCENT_FOR_SLOW * arguments.slow])
    bench = Bench.of(
        collection, [method], [parts.assets(arguments.slow)], attack, seed=arguments.seed, workers=arguments.workers
    )
    trials = list(run(bench, subjects(parts, arguments.slow, arguments.seed), arguments.workers))
    return {method.name: figures(trials, method, arguments.slow)}


def subjects(parts: Split, sample: int, seed: int) -> list[Subject]:
    """Return what is uploaded: registered photos with every attack, innocent pictures as they are and altered."""
    photos = tuple(one.item for one in parts.innocent if one.group != DRAWN)
    copied = [
        Subject(item=item, attacks=tuple(ATTACKS), others=photos, group=ATTACKED) for item in parts.references[:sample]
    ]
    portion = round(len(parts.innocent) * sample / REFERENCES)
    shown = [(i, one) for i, one in enumerate(parts.innocent) if i < portion or one.group != DRAWN]
    return copied + [innocent_subject(one, parts, seed, altered=i < portion) for i, one in shown]


def innocent_subject(one: Innocent, parts: Split, seed: int, *, altered: bool) -> Subject:
    """Return an innocent picture as it is and perhaps altered, with only photos of its half beside it."""
    drawn = Random(f"{seed}/{one.item.file}").sample(list(ATTACKS), ALTERED_COPIES)
    attacks = (AS_IT_IS, *drawn) if altered and one.group != DRAWN else (AS_IT_IS,)
    beside = tuple(other.item for other in parts.innocent if other.half == one.half and other.group != DRAWN)
    return Subject(item=one.item, attacks=attacks, others=beside, group=one.group, half=one.half)


def attack(name: str, data: bytes, other: Other, random: Random) -> bytes:
    return attacked(name, opened(data), other, random)


def figures(trials: Sequence[Trial], method: Method, count: int) -> dict[str, Any]:
    """Return a method's recall and false alarms at thresholds and at its published operating points."""
    key = (method.name, count)
    known = innocent_scores(trials, key, 0, DRAWN)
    points = {name: threshold(known, tolerated) for name, tolerated in TOLERATED.items()}
    points |= {name: float(np.nextafter(least, -np.inf)) for name, least in method.published.items()}
    return {
        "milliseconds": 1e3 * float(np.median([trial.seconds[method.name] for trial in trials])),
        "points": {name: at(trials, key, above) for name, above in points.items()},
    }


def at(trials: Sequence[Trial], key: Key, above: float) -> dict[str, Any]:
    """Return recall and false alarms at one threshold."""
    recall = recall_by_attack(trials, key, above)
    return {
        "threshold": above if np.isfinite(above) else None,
        "false alarms": share([score > above for score in innocent_scores(trials, key, 1, DRAWN)]),
        "false alarms by group": alarms_by_group(trials, key, above),
        "recall": recall,
        **{title: float(np.mean([recall[name]["share"] for name in names])) for title, names in MEANS.items()},
    }


def print_result(result: dict[str, Any]) -> None:
    for count, methods in result["assets"].items():
        for point in TOLERATED:
            print(f"\n{count} assets, {point} of innocent photos tolerated")
            columns = {name: figures["points"][point] for name, figures in methods.items()}
            print_recall(columns)
        print(f"\n{count} assets, published operating points")
        columns = {
            f"{name}, {point}": figures["points"][point]
            for name, figures in methods.items()
            for point in figures["points"]
            if point not in TOLERATED
        }
        print_recall(columns)
        print("CPU ms to see an upload: " + ", ".join(f"{n} {f['milliseconds']:.1f}" for n, f in methods.items()))
    print(f"{result['seconds']:.0f} s")


def print_recall(columns: dict[str, Any]) -> None:
    """Print one line an attack, one column a method."""
    widths = [max(9, len(name)) for name in columns]
    groups = sorted({group for column in columns.values() for group in column["false alarms by group"]})
    lines = {"recall": list(columns)}
    lines |= {name: [f"{c['recall'][name]['share']:.3f}" for c in columns.values()] for name in ATTACKS}
    lines |= {title: [f"{c[title]:.3f}" for c in columns.values()] for title in MEANS}
    lines["false alarms"] = [f"{c['false alarms']['share']:.4f}" for c in columns.values()]
    lines |= {g: [f"{c['false alarms by group'][g]['share']:.4f}" for c in columns.values()] for g in groups}
    for name, cells in lines.items():
        print(f"{name:28}" + "  ".join(f"{cell:>{width}}" for cell, width in zip(cells, widths, strict=True)))


if __name__ == "__main__":
    sys.exit(main())
