"""Fit the table of weights to labelled candidates: maximum a posteriori around the expert's points.

python benchmarks/fit_weights.py --candidates out/candidates.jsonl --truth truth.jsonl [--write]

Each weight is drawn to the points that the expert gave (`expert` in the table; a normal prior of standard deviation 1)
and keeps their sign: no observation of legitimate use can come to speak against a seller, however few labels there are.
Weights marked `fixed`, and the prior, are policy and are not fitted. Without --write only the comparison is printed:
log loss and average precision of the table as it stands, and of tables fitted without the rights holders on whom they
are judged.
"""

import argparse
import json
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from sklearn.metrics import average_precision_score, log_loss
from sklearn.model_selection import GroupKFold

from pipeline.scoring import Room, WeightTable, default_weights

Floats = NDArray[np.float64]
TABLE_FILE = Path(__file__).parents[1] / "pipeline/weights.json"
ROUNDS = 8
"""Which signal of a family is the strongest depends on the points: the fit is repeated, and the best round counts."""


def labelled(candidates: Path, truth: Path) -> tuple[list[list[str]], Floats, list[str]]:
    """Return the observations, the truth and the rights holder of each candidate with a label."""
    labels = {
        (t["platform"], t["listing_id"], t["seller_id"]): t for t in map(json.loads, truth.open(encoding="utf-8"))
    }
    observations, wanted, holders = [], [], []
    for line in candidates.open(encoding="utf-8"):
        row = json.loads(line)
        label = labels.get((row["platform"], row["listing_id"], row["seller_id"]))
        holder = row["rights_holder_id"]
        if label is None or holder in (label.get("also_rights_holder_ids") or []):
            continue
        observations.append([s["observation"] for s in (*row["signals"], *row["exclusions"])])
        wanted.append(float(label["actionable"] and label["rights_holder_id"] == holder))
        holders.append(holder)
    return observations, np.array(wanted), holders


def counted(observations: list[str], points: dict[str, float], table: WeightTable) -> dict[str, float]:
    """Return how much of each observation's points its family counts, as a share."""
    room = {name: Room(family) for name, family in table.families.items()}
    shares: dict[str, float] = {}
    for name in sorted(observations, key=lambda o: (-abs(points[o]), o)):
        taken = room[table.weight(name).family].take(points[name])
        shares[name] = shares.get(name, 0.0) + (taken / points[name] if points[name] else 0.0)
    return shares


def matrix(rows: list[list[str]], names: list[str], points: dict[str, float], table: WeightTable) -> Floats:
    column = {name: i for i, name in enumerate(names)}
    design = np.zeros((len(rows), len(names) + 1))
    design[:, -1] = 1.0
    for i, row in enumerate(rows):
        for name, share in counted(row, points, table).items():
            design[i, column[name]] += share
    return design


def fit(rows: list[list[str]], wanted: Floats, table: WeightTable) -> tuple[dict[str, float], float]:
    """Return points by observation, and the prior."""
    names = sorted(table.observations)
    raw = json.loads(TABLE_FILE.read_text("utf-8"))
    expert = np.array([raw["observations"][n]["expert"] for n in names] + [raw["prior"]["expert"]])
    bounds: list[Any] = [
        (p, p)
        if raw["observations"][n].get("fixed")
        else (0.0, None)
        if p > 0
        else (None, 0.0)
        if p < 0
        else (0.0, 0.0)
        for n, p in zip(names, expert[:-1], strict=True)
    ]
    bounds.append((table.prior, table.prior))

    def cost(w: Floats, design: Floats) -> tuple[float, Floats]:
        z = design @ w
        gap = w - expert
        loss = np.logaddexp(0.0, z).sum() - wanted @ z + 0.5 * gap @ gap
        return float(loss), design.T @ (1 / (1 + np.exp(-z)) - wanted) + gap

    solution = expert
    design = matrix(rows, names, dict(zip(names, solution[:-1], strict=True)), table)
    rounds: list[tuple[float, Floats]] = []
    for _ in range(ROUNDS):
        start = (solution + expert) / 2 if rounds else expert
        solution = minimize(cost, start, args=(design,), jac=True, method="L-BFGS-B", bounds=bounds).x
        design = matrix(rows, names, dict(zip(names, solution[:-1], strict=True)), table)
        rounds.append((cost(solution, design)[0], solution))
    _, best = min(rounds, key=lambda found: found[0])
    return dict(zip(names, best[:-1], strict=True)), float(best[-1])


def predict(rows: list[list[str]], points: dict[str, float], prior: float, table: WeightTable) -> Floats:
    names = sorted(points)
    design = matrix(rows, names, points, table)
    z = design @ np.array([points[n] for n in names] + [prior])
    return np.asarray(1 / (1 + np.exp(-z)), dtype=np.float64)


def judge(name: str, wanted: Floats, given: Floats) -> None:
    print(f"{name:40s} log loss {log_loss(wanted, given):.4f}   AP {average_precision_score(wanted, given):.4f}")


def write(points: dict[str, float], rows: list[list[str]]) -> None:
    raw = json.loads(TABLE_FILE.read_text("utf-8"))
    seen = {name: sum(name in row for row in rows) for name in points}
    for name, weight in raw["observations"].items():
        if not weight.get("fixed") and seen[name] > 0 and weight["expert"] != 0:
            weight["points"] = round(points[name], 1)
            weight["source"] = f"expert, drawn to {seen[name]} labelled synthetic candidates"
    TABLE_FILE.write_text(json.dumps(raw, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--candidates", type=Path, required=True)
    parser.add_argument("--truth", type=Path, required=True)
    parser.add_argument("--write", action="store_true", help="write the fitted points into the package's table")
    arguments = parser.parse_args()
    table = default_weights()
    rows, wanted, holders = labelled(arguments.candidates, arguments.truth)
    expert = {name: weight.points for name, weight in table.observations.items()}
    judge("the table as it stands", wanted, predict(rows, expert, table.prior, table))
    given = np.zeros(len(rows))
    for train, test in GroupKFold(5).split(rows, wanted, holders):
        points, prior = fit([rows[i] for i in train], wanted[train], table)
        given[test] = predict([rows[i] for i in test], points, prior, table)
    judge("fitted, judged on other rights holders", wanted, given)
    points, prior = fit(rows, wanted, table)
    judge("fitted, judged on the same", wanted, predict(rows, points, prior, table))
    if arguments.write:
        write(points, rows)


if __name__ == "__main__":
    main()
