r"""What the interval of a score is worth: how often it holds the truth, on brands that nothing was learnt from.

Run from the root of the repository::

    python -m benchmarks.intervals --candidates candidates.jsonl --truth truth.jsonl [--draws 20] [--rounds 5]

Three questions. *Held back*: weights and intervals are learnt without some rights holders, theirs are put in order of
score and parted into ten; does the share of a tenth that infringes (with its own 95 % interval of Clopper and Pearson)
meet what lies between the mean lower and the mean upper end? *By group*: the same without some rights holders,
operators or platforms; is the number of each one's candidates that infringe among nine in ten of the numbers that the
drawn tables foretell?
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

from benchmarks.fit_weights import GROUPS, TABLE_FILE, experts, labelled
from pipeline.learning.draws import draw_points
from pipeline.learning.fit import Floats, Labelled, Points, fit, predict
from pipeline.scoring import WeightTable, default_weights, fixed_observations
from pipeline.spread import DRAWS, EACH_SIDE

SEED: Final = 20261121
ENDS: Final = (EACH_SIDE / DRAWS, 1 - EACH_SIDE / DRAWS)
PARTS: Final = 10
FORETOLD: Final = 50
"""Numbers that each drawn table foretells."""
OUTSIDE: Final = 0.05
"""Share of what is foretold below, and above, nine in ten of it."""
LEAST: Final = 3
"""Candidates of a group of which anything can be foretold."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """Scores of some candidates, also under each of the drawn tables (draws by candidates)."""

    score: Floats
    drawn: Floats

    @property
    def low(self) -> Floats:
        """Lower ends of the intervals."""
        return np.minimum(np.quantile(self.drawn, ENDS[0], axis=0), self.score)

    @property
    def high(self) -> Floats:
        """Upper ends of the intervals."""
        return np.maximum(np.quantile(self.drawn, ENDS[1], axis=0), self.score)


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
        drawn = np.array([predict(asked, one, self.table) for one in others])
        return Judged(score=predict(asked, points, self.table), drawn=drawn)


def held_back(rows: Sequence[Labelled], bench: Bench) -> Judged:
    """Judge every group by what the others taught."""
    score, drawn = np.zeros(len(rows)), np.zeros((bench.draws, len(rows)))
    for train, test in GroupKFold(5).split(rows, groups=[row.group for row in rows]):
        judged = bench.judge([rows[i] for i in train], [rows[i] for i in test])
        score[test], drawn[:, test] = judged.score, judged.drawn
    return Judged(score=score, drawn=drawn)


def foretold(rows: Sequence[Labelled], judged: Judged) -> list[bool]:
    """Say for each group whether the number that infringes is among nine in ten of those that drawn tables foretell."""
    draw = np.random.default_rng(SEED)
    groups = np.array([row.group for row in rows])
    wanted = np.array([row.actionable for row in rows])
    held = []
    for group in np.unique(groups):
        own = np.flatnonzero(groups == group)
        if len(own) >= LEAST:
            odds = judged.drawn[:, own]
            numbers = (draw.random((FORETOLD, *odds.shape)) < odds).sum(axis=2)
            found = wanted[own].sum()
            held.append(bool(min((numbers <= found).mean(), (numbers >= found).mean()) > OUTSIDE))
    return held


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
    by_group = {name: labelled(arguments.candidates, arguments.truth, field) for name, field in GROUPS.items()}
    rows = by_group["rights holders"]
    document = json.loads(TABLE_FILE.read_text("utf-8"))
    table, fixed = default_weights(), fixed_observations()
    bench = Bench(table=table, centre=experts(document), fixed=fixed, draws=arguments.draws)
    judgements = {name: held_back(some, bench) for name, some in by_group.items()}
    for name, some in by_group.items():
        held = foretold(some, judgements[name])
        print(f"{name} held back: the number that infringes is foretold for {sum(held)} of {len(held)}")
    tell_tenths(rows, judgements["rights holders"])
    of_all, of_open = simulated(rows, bench, arguments.rounds)
    print(
        f"simulated: {of_all:.3f} of all intervals hold the score; {of_open:.3f} of those with scores of 0.05 to 0.95"
    )


def tell_tenths(rows: Sequence[Labelled], judged: Judged) -> None:
    """Print the ends of the intervals beside the shares that infringe, tenth by tenth."""
    wanted = np.array([row.actionable for row in rows])
    low, high = judged.low, judged.high
    print(f"{len(rows)} candidates; rights holders held back, tenths by score")
    print(f"{'score':>8}{'low':>8}{'high':>8}  infringe")
    for part in np.array_split(np.argsort(judged.score), PARTS):
        ends = low[part].mean(), high[part].mean()
        told = binomtest(int(wanted[part].sum()), len(part)).proportion_ci()
        share = f"{wanted[part].mean():.3f} ({told.low:.3f} to {told.high:.3f})"
        held = "held" if told.low <= ends[1] and ends[0] <= told.high else "NOT held"
        print(f"{judged.score[part].mean():>8.3f}{ends[0]:>8.3f}{ends[1]:>8.3f}  {share}  {held}")
    print(f"width: median {np.median(high - low):.3f}, nine in ten at most {np.quantile(high - low, 0.9):.3f}")


if __name__ == "__main__":
    main()
