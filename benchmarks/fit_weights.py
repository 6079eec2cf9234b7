"""Fit the table of weights to labelled candidates: maximum a posteriori around the expert's points.

python -m benchmarks.fit_weights --candidates out/candidates.jsonl --truth truth.jsonl [--write]

Each weight is drawn to the points that the expert gave (`expert` in the table; a normal prior of standard deviation 1)
and keeps their sign: no observation of legitimate use can come to speak against a seller, however few labels there are.
Weights marked `fixed`, and the prior, are policy and are not fitted. Without --write only the comparison is printed:
log loss, average precision and calibration error of the table as it stands, and of tables fitted without the rights
holders, operators (seller accounts of one hand) or platforms on which they are judged. With --write the draws behind
the intervals of scores (`pipeline.spread`) are written too.
"""

import argparse
import json
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.model_selection import GroupKFold

from pipeline.learning.draws import draw_points
from pipeline.learning.fit import Floats, Labelled, Points, fit, predict
from pipeline.learning.quality import quality
from pipeline.scoring import WeightTable, default_weights, fixed_observations
from pipeline.spread import DRAWS

TABLE_FILE = Path(__file__).parents[1] / "pipeline/weights.json"
DRAWS_FILE = TABLE_FILE.with_name("weight_draws.json")
SEED = 20261121


GROUPS = {"rights holders": "rights_holder_id", "operators": "operator_id", "platforms": "platform"}
"""What stands on one side of a split, and the field of a candidate or of its label that tells it."""


def labelled(candidates: Path, truth: Path, group: str = "rights_holder_id") -> list[Labelled]:
    """Return each candidate with a label; its group is the rights holder, or what another field says."""
    labels = {
        (t["platform"], t["listing_id"], t["seller_id"]): t for t in map(json.loads, truth.open(encoding="utf-8"))
    }
    found = []
    for line in candidates.open(encoding="utf-8"):
        row = json.loads(line)
        label = labels.get((row["platform"], row["listing_id"], row["seller_id"]))
        holder = row["rights_holder_id"]
        if label is None or holder in (label.get("also_rights_holder_ids") or []):
            continue
        seen = tuple(s["observation"] for s in (*row["signals"], *row["exclusions"]))
        actionable = label["actionable"] and label["rights_holder_id"] == holder
        found.append(Labelled(observations=seen, actionable=actionable, group=row.get(group) or label[group]))
    return found


def experts(document: dict[str, Any]) -> Points:
    """Return the points that the expert gave."""
    given = {name: float(weight["expert"]) for name, weight in document["observations"].items()}
    return Points(observations=given, prior=float(document["prior"]["expert"]))


def judge(name: str, rows: list[Labelled], given: Floats) -> None:
    found = quality(rows, given)
    print(
        f"{name:40s} log loss {found.log_loss:.4f}   AP {found.average_precision:.4f}"
        f"   ECE {found.calibration_error:.4f}"
    )


def write(points: Points, rows: list[Labelled], document: dict[str, Any]) -> None:
    for name, weight in document["observations"].items():
        seen = sum(name in row.observations for row in rows)
        if not weight.get("fixed") and seen > 0 and weight["expert"] != 0:
            weight["points"] = round(points.observations[name], 1)
            weight["source"] = f"expert, drawn to {seen} labelled synthetic candidates"
    TABLE_FILE.write_text(json.dumps(document, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def write_draws(rows: list[Labelled], table: WeightTable, document: dict[str, Any], fixed: frozenset[str]) -> None:
    """Write how far the points that labels speak of lie from the table's in fits to brands drawn anew."""
    drawn = list(draw_points(rows, table, experts(document), fixed=fixed, number=DRAWS, seed=SEED))
    spoken_of = {name for row in rows for name in row.observations}
    steps = {
        name: [round(points.observations[name] - weight["points"], 2) for points in drawn]
        for name, weight in document["observations"].items()
        if name in spoken_of and weight["points"] != 0
    }
    lines = ",\n".join(f" {json.dumps(name)}: {json.dumps(values)}" for name, values in steps.items())
    DRAWS_FILE.write_text("{\n" + lines + "\n}\n", encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--candidates", type=Path, required=True)
    parser.add_argument("--truth", type=Path, required=True)
    parser.add_argument("--write", action="store_true", help="write the fitted points into the package's table")
    arguments = parser.parse_args()
    table, document = default_weights(), json.loads(TABLE_FILE.read_text("utf-8"))
    rows = labelled(arguments.candidates, arguments.truth)
    centre, fixed = experts(document), fixed_observations()
    judge("the table as it stands", rows, predict(rows, Points.of(table), table))
    for name, field in GROUPS.items():
        grouped = labelled(arguments.candidates, arguments.truth, field)
        given = np.zeros(len(rows))
        for train, test in GroupKFold(5).split(rows, groups=[row.group for row in grouped]):
            points = fit([rows[i] for i in train], table, centre, fixed=fixed, shift=False)
            given[test] = predict([rows[i] for i in test], points, table)
        judge(f"fitted, judged on other {name}", rows, given)
    points = fit(rows, table, centre, fixed=fixed, shift=False)
    judge("fitted, judged on the same", rows, predict(rows, points, table))
    if arguments.write:
        write(points, rows, document)
        write_draws(rows, table, document, fixed)


if __name__ == "__main__":
    main()
