"""Train the model of use in context, and judge it on brands that it has not seen.

Run from the root of the repository::

    python -m benchmarks.context --offers PAIRS.csv.gz [--more PAIRS.csv.gz ...] [--corrections FILE.jsonl] [--write]

The recipe of the data stands in `benchmarks.context.examples`. Prints the area under the ROC curve on the offers by
brand-grouped cross-validation, of the model and of the rules alone, with the brands shared out over the folds in five
ways. More offers and corrections only teach, and never about a brand that is judged. `--write` trains on everything and
writes the package's model as JSON.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import dataclass
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
SHARINGS: Final = 5
SEED: Final = 20261121
Floats = NDArray[np.float64]
Booleans = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class Lessons:
    """Examples as arrays of one row each: features, whether the mark refers, weight and brand."""

    seen: Floats
    refers: Booleans
    weights: Floats
    brands: NDArray[np.str_]

    @classmethod
    def of(cls, examples: list[Example]) -> Lessons:
        """Return the features and labels of examples."""
        return cls(
            seen=np.array([features(e.window) for e in examples]).reshape(-1, len(FEATURES)),
            refers=np.array([e.refers for e in examples], dtype=bool),
            weights=np.array([e.weight for e in examples]),
            brands=np.array([e.group for e in examples], dtype=str),
        )

    def without(self, brands: NDArray[np.str_]) -> Lessons:
        """Return the lessons about other brands."""
        kept = ~np.isin(self.brands, brands)
        return Lessons(
            seen=self.seen[kept], refers=self.refers[kept], weights=self.weights[kept], brands=self.brands[kept]
        )


def trained(lessons: Lessons) -> GradientBoostingClassifier:
    """Return shallow trees, fitted with a fixed seed."""
    model = GradientBoostingClassifier(
        n_estimators=200,
        learning_rate=0.04,
        max_depth=3,
        subsample=0.4,
        min_samples_leaf=30,
        max_features=4,
        random_state=SEED,
    )
    return model.fit(lessons.seen, lessons.refers, sample_weight=lessons.weights)


def judged(offers: Lessons, everything: Lessons) -> Iterator[Floats]:
    """Yield the probabilities of offers whose brands the model has not seen, for each way to share the brands out."""
    for sharing in range(SHARINGS):
        given = np.zeros(len(offers.refers))
        folds = GroupKFold(FOLDS, shuffle=True, random_state=sharing)
        for _, test in folds.split(offers.seen, groups=offers.brands):
            model = trained(everything.without(offers.brands[test]))
            given[test] = model.predict_proba(offers.seen[test])[:, 1]
        yield given


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


def show(name: str, refers: Booleans, given: list[Floats], kept: Booleans) -> None:
    """Print the mean quality of several lots of probabilities, and the range of the area."""
    areas = [roc_auc_score(refers[kept], some[kept]) for some in given]
    precision = np.mean([average_precision_score(refers[kept], some[kept]) for some in given])
    spread = f" ({min(areas):.3f} to {max(areas):.3f})" if len(areas) > 1 else ""
    print(f"{name} ({kept.sum()}): AUC {np.mean(areas):.3f}{spread}, AP {precision:.3f}")


def main() -> None:
    """Train, judge and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--offers", type=Path, required=True, help="pairs of offers to learn from and to judge")
    parser.add_argument("--more", type=Path, nargs="*", default=[], help="pairs of offers to learn from alone")
    parser.add_argument("--corrections", type=Path)
    parser.add_argument("--write", action="store_true")
    arguments = parser.parse_args()
    examples = from_offers(arguments.offers)
    taught = [example for path in arguments.more for example in from_offers(path)]
    if arguments.corrections:
        taught += from_corrections(arguments.corrections, CORRECTION_WEIGHT)
    offers, everything = Lessons.of(examples), Lessons.of(examples + taught)
    sure = np.array([example.sure for example in examples])
    print(f"{len(examples)} mentions of {len(set(offers.brands))} brands, {offers.refers.mean():.1%} refer to others")
    rules = np.array([float(e.window.use in {Use.REFERENCE, Use.COMPARISON}) for e in examples])
    for name, given in (("rules", [rules]), ("model", list(judged(offers, everything)))):
        show(f"{name}, all offers", offers.refers, given, sure | True)
        show(f"{name}, offers of known brands", offers.refers, given, sure)
    if arguments.write:
        document = stored(trained(everything), len(everything.refers))
        MODEL_FILE.write_bytes(orjson.dumps(document) + b"\n")


if __name__ == "__main__":
    main()
