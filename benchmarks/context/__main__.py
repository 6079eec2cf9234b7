"""Train the model of use in context, and judge it on brands that it has not seen.

Run from the root of the repository::

    python -m benchmarks.context --offers PAIRS.csv.gz [--corrections FILE.jsonl] [--write]

The recipe of the data stands in `benchmarks.context.examples`. Prints the area under the ROC curve by brand-grouped
cross-validation, of the model and of the rules alone; `--write` trains on everything and writes the package's model as
JSON.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any, Final

import numpy as np
import orjson
from numpy.typing import NDArray
from sklearn.ensemble import GradientBoostingClassifier
from sklearn.metrics import average_precision_score, roc_auc_score
from sklearn.model_selection import GroupKFold

from benchmarks.context.examples import Example, from_corrections, from_offers
from detectors.text.context import FEATURES, features
from detectors.text.use import Use

MODEL_FILE: Final = Path(__file__).parents[2] / "detectors/text/context.json"
CORRECTION_WEIGHT: Final = 5.0
FOLDS: Final = 5
Floats = NDArray[np.float64]


def trained(seen: Floats, refers: Floats, weights: Floats) -> GradientBoostingClassifier:
    """Return shallow trees, fitted with a fixed seed."""
    model = GradientBoostingClassifier(
        n_estimators=200,
        learning_rate=0.04,
        max_depth=3,
        subsample=0.6,
        min_samples_leaf=30,
        max_features=5,
        random_state=20261121,
    )
    return model.fit(seen, refers, sample_weight=weights)


def judged(examples: list[Example], seen: Floats, refers: Floats, weights: Floats) -> Floats:
    """Return probabilities for brands that the model has not seen."""
    given = np.zeros(len(examples))
    for train, test in GroupKFold(FOLDS).split(seen, refers, [example.group for example in examples]):
        given[test] = trained(seen[train], refers[train], weights[train]).predict_proba(seen[test])[:, 1]
    return given


def stored(model: GradientBoostingClassifier, examples: int) -> dict[str, Any]:
    """Return a model as JSON."""
    start = float(model.init_.class_prior_[1])
    return {
        "features": list(FEATURES),
        "prior": float(np.log(start / (1 - start))),
        "trained_on": f"{examples} examples, by the recipe of benchmarks/context",
        "trees": [
            {
                "feature": [int(f) if f >= 0 else -1 for f in tree.feature],
                "threshold": [round(float(t), 6) for t in tree.threshold],
                "left": tree.children_left.tolist(),
                "right": tree.children_right.tolist(),
                "value": [round(float(v) * model.learning_rate, 6) for v in tree.value[:, 0, 0]],
            }
            for tree in (estimator.tree_ for estimator in model.estimators_[:, 0])
        ],
    }


def main() -> None:
    """Train, judge and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--offers", type=Path, nargs="+", required=True)
    parser.add_argument("--corrections", type=Path)
    parser.add_argument("--write", action="store_true")
    arguments = parser.parse_args()
    examples = [example for path in arguments.offers for example in from_offers(path)]
    if arguments.corrections:
        examples += from_corrections(arguments.corrections, CORRECTION_WEIGHT)
    seen = np.array([features(example.window) for example in examples])
    refers = np.array([float(example.refers) for example in examples])
    weights = np.array([example.weight for example in examples])
    sure = np.array([example.sure for example in examples])
    print(f"{len(examples)} mentions of {len({e.group for e in examples})} brands, {refers.mean():.1%} refer to others")
    rules = np.array([float(e.window.use in {Use.REFERENCE, Use.COMPARISON}) for e in examples])
    for name, given in (("rules", rules), ("model", judged(examples, seen, refers, weights))):
        for which, kept in (("all offers", sure | True), ("offers of known brands", sure)):
            auc, ap = (score(refers[kept], given[kept]) for score in (roc_auc_score, average_precision_score))
            print(f"{name}, {which} ({kept.sum()}): AUC {auc:.3f}, AP {ap:.3f}")
    if arguments.write:
        document = stored(trained(seen[sure], refers[sure], weights[sure]), int(sure.sum()))
        MODEL_FILE.write_bytes(orjson.dumps(document) + b"\n")


if __name__ == "__main__":
    main()
