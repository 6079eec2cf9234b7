r"""What the interval of a score is worth: how often it holds the truth, on brands that nothing was learnt from.

Run from the root of the repository::

    python -m benchmarks.intervals --candidates candidates.jsonl --truth truth.jsonl [--draws 20] [--rounds 5]

Two questions. *Held back*: weights and intervals are learnt without some rights holders, theirs are put in order of
score and parted into ten; does the share of a tenth that infringes (with its own 95 % interval of Clopper and Pearson)
meet what lies between the mean lower and the mean upper end?
*Simulated*: labels are drawn from the fitted table, as if it were the truth, and everything is learnt again from them;
how often does the interval of a candidate hold the score that the labels were drawn from? Nominal are nine in ten.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import numpy as np
from scipy.stats import binomtest
from sklearn.model_selection import GroupKFold

from benchmarks.fit_weights import TABLE_FILE, experts, labelled
from pipeline.learning.draws import draw_points
from pipeline.learning.fit import Floats, Labelled, Points, fit, predict
from pipeline.scoring import WeightTable, default_weights, fixed_observations

SEED: Final = 20261121
ENDS: Final = (0.05, 0.95)
PARTS: Final = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """Scores of some candidates, with the ends of their intervals."""

    score: Floats
    low: Floats
    high: Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """What everything is learnt with."""

    table: WeightTable
    centre: Points
    fixed: frozenset[str]
    draws: int

    def judge(self, taught: Sequence[Labelled], asked: Sequence[Labelled]) -> Judged:
        """Learn from some candidates and score others."""
        points = fit(taught, self.table, self.centre, fixed=self.fixed, shift=False)
        others = draw_points(taught, self.table, self.centre, fixed=self.fixed, number=self.draws, seed=SEED)
        score = predict(asked, points, self.table)
        drawn = np.array([predict(asked, one, self.table) for one in others])
        low, high = np.quantile(drawn, ENDS, axis=0)
        return Judged(score=score, low=np.minimum(low, score), high=np.maximum(high, score))


def held_back(rows: Sequence[Labelled], bench: Bench) -> Judged:
    """Judge every rights holder by what the others taught."""
    found = np.zeros((3, len(rows)))
    for train, test in GroupKFold(5).split(rows, groups=[row.group for row in rows]):
        judged = bench.judge([rows[i] for i in train], [rows[i] for i in test])
        found[:, test] = judged.score, judged.low, judged.high
    return Judged(score=found[0], low=found[1], high=found[2])


def simulated(rows: Sequence[Labelled], bench: Bench, rounds: int) -> tuple[float, float]:
    """Return how often intervals hold the score that labels were drawn from: of all, and of those not near 0 or 1."""
    truth = predict(rows, fit(rows, bench.table, bench.centre, fixed=bench.fixed, shift=False), bench.table)
    draw = np.random.default_rng(SEED)
    open_ones = (truth > 0.05) & (truth < 0.95)
    holds = []
    for _ in range(rounds):
        said = draw.random(len(rows)) < truth
        again = [replace(row, actionable=bool(word)) for row, word in zip(rows, said, strict=True)]
        judged = bench.judge(again, rows)
        holds.append((judged.low <= truth) & (truth <= judged.high))
    held = np.array(holds)
    return float(held.mean()), float(held[:, open_ones].mean())


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--candidates", type=Path, required=True)
    parser.add_argument("--truth", type=Path, required=True)
    parser.add_argument("--draws", type=int, default=20)
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    rows = labelled(arguments.candidates, arguments.truth)
    document = json.loads(TABLE_FILE.read_text("utf-8"))
    table, fixed = default_weights(), fixed_observations()
    bench = Bench(table=table, centre=experts(document), fixed=fixed, draws=arguments.draws)
    judged, wanted = held_back(rows, bench), np.array([row.actionable for row in rows])
    print(f"{len(rows)} candidates; rights holders held back, tenths by score")
    print(f"{'score':>8}{'low':>8}{'high':>8}  infringe")
    for part in np.array_split(np.argsort(judged.score), PARTS):
        ends = judged.low[part].mean(), judged.high[part].mean()
        told = binomtest(int(wanted[part].sum()), len(part)).proportion_ci()
        share = f"{wanted[part].mean():.3f} ({told.low:.3f} to {told.high:.3f})"
        held = "held" if told.low <= ends[1] and ends[0] <= told.high else "NOT held"
        print(f"{judged.score[part].mean():>8.3f}{ends[0]:>8.3f}{ends[1]:>8.3f}  {share}  {held}")
    width = judged.high - judged.low
    print(f"width: median {np.median(width):.3f}, nine in ten at most {np.quantile(width, 0.9):.3f}")
    of_all, of_open = simulated(rows, bench, arguments.rounds)
    print(
        f"simulated: {of_all:.3f} of all intervals hold the score; {of_open:.3f} of those with scores of 0.05 to 0.95"
    )


if __name__ == "__main__":
    main()
