"""What a team's decisions teach the table of weights: a queue decided with errors, fitted, judged by the truth.

python -m benchmarks.team --candidates out/candidates.jsonl --truth truth.jsonl [--errors 0.05]

Two thirds of the sellers (drawn anew in each round) are what the team has seen. It decides high and medium candidates
and one low candidate in ten, drawn at random, in random order, and errs in a share of its words. After so many
decisions the table is fitted as `counterfoil weights fit` does, from two beginnings: the table that ships, and the
expert's points, which know no label at all. Judged on all candidates of the other sellers, by the truth: in how many
rounds the fitted table is worse there, and in how many of these the command would have said that it is better.
"""

import argparse
import json
from dataclasses import replace
from pathlib import Path
from statistics import mean

import numpy as np

from benchmarks.fit_weights import TABLE_FILE, experts, labelled
from pipeline.learning.fit import Labelled, Points, predict
from pipeline.learning.quality import Quality, compare, quality
from pipeline.records import Band
from pipeline.scoring import WeightTable, band_of, default_weights, fixed_observations

ROUNDS = 10
DECISIONS = (50, 100, 200, 400, 800)
DRAWN = 0.1
"""Share of the low candidates that is drawn for review."""


def queue(rows: list[Labelled], table: WeightTable, errors: float, draw: np.random.Generator) -> list[Labelled]:
    """Return candidates as a team decides them, in the order in which it comes to them."""
    bands = [band_of(float(score)) for score in predict(rows, Points.of(table), table)]
    drawn = draw.random(len(rows)) < DRAWN
    chosen = [i for i in draw.permutation(len(rows)) if bands[i] is not Band.LOW or drawn[i]]
    wrong = draw.random(len(rows)) < errors
    return [
        replace(
            rows[i],
            actionable=rows[i].actionable != bool(wrong[i]),
            weight=1 / DRAWN if bands[i] is Band.LOW else 1.0,
        )
        for i in chosen
    ]


def beginning(table: WeightTable, points: Points) -> WeightTable:
    """Return a table with other points."""
    observations = {n: replace(w, points=points.observations[n]) for n, w in table.observations.items()}
    return replace(table, prior=points.prior, observations=observations)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--candidates", type=Path, required=True)
    parser.add_argument("--truth", type=Path, required=True)
    parser.add_argument("--errors", type=float, default=0.05)
    arguments = parser.parse_args()
    table = default_weights()
    rows = labelled(arguments.candidates, arguments.truth, "seller_id")
    sellers = sorted({row.group for row in rows})
    expert = experts(json.loads(TABLE_FILE.read_text("utf-8")))
    found: dict[tuple[str, int], list[tuple[Quality, bool]]] = {}
    for number in range(ROUNDS):
        draw = np.random.default_rng(number)
        held = {sellers[i] for i in draw.permutation(len(sellers))[: len(sellers) // 3]}
        unseen = [row for row in rows if row.group in held]
        decided = queue([row for row in rows if row.group not in held], table, arguments.errors, draw)
        for name, start in (("shipped", table), ("expert", beginning(table, expert))):
            before = quality(unseen, predict(unseen, Points.of(start), start))
            found.setdefault((name, 0), []).append((before, False))
            for most in (most for most in DECISIONS if most <= len(decided)):
                taught = compare(decided[:most], start, fixed_observations())
                after = quality(unseen, predict(unseen, taught.points, start))
                misled = taught.new.log_loss < taught.old.log_loss and after.log_loss > before.log_loss
                found.setdefault((name, most), []).append((after, misled))
    print(f"{len(rows)} candidates, {len(sellers)} sellers, {arguments.errors:.0%} errors, {ROUNDS} rounds")
    print(f"{'from':8} {'decisions':>9} {'log loss':>9} {'AP':>7} {'ECE':>7} {'worse':>6} {'misled':>7}")
    for (name, most), rounds in sorted(found.items(), key=lambda item: (item[0][0] != "shipped", item[0][1])):
        qualities = [one for one, _ in rounds]
        first = [before.log_loss for before, _ in found[name, 0]]
        worse = sum(one.log_loss > before for one, before in zip(qualities, first, strict=False))
        precision = mean(one.average_precision or 0.0 for one in qualities)
        losses, calibration = mean(one.log_loss for one in qualities), mean(one.calibration_error for one in qualities)
        wrongly = sum(misled for _, misled in rounds)
        print(f"{name:8} {most:>9} {losses:>9.4f} {precision:>7.4f} {calibration:>7.4f} {worse:>6} {wrongly:>7}")


if __name__ == "__main__":
    main()
