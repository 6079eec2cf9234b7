r"""What the scores are worth in another market: brands, platforms, disguises and base rates that taught nothing.

Run from the root of the repository::

    python -m benchmarks.markets --candidates candidates.jsonl --truth truth.jsonl

The unit is a listing with a label; its score is that of its highest candidate for the holder concerned, or of any where
nobody is. *Left out*: the table of weights is fitted anew without one rights holder, platform or operator, who is then
scored with it; and without one disguise of the text or one alteration of the pictures, of which only the share that is
still flagged is told. *Base rate*: infringing and honest listings are weighted as if more or fewer of them infringed,
scored as they are, and with the prior alone learnt from 60 decisions, as `counterfoil weights fit` does.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import average_precision_score, precision_recall_curve

from benchmarks.fit_weights import TABLE_FILE, experts
from pipeline.learning.fit import Floats, Labelled, Points, fit, predict, shift_prior
from pipeline.learning.quality import quality
from pipeline.scoring import EVEN, default_weights, fixed_observations

SEED: Final = 20261122
TOLD: Final = 60
ROUNDS: Final = 10
RATES: Final = (0.005, 0.02, 0.05, 0.2, 0.4, 0.6)
LEAST: Final = 5
"""Listings of a disguise of which a share is told."""

Key = tuple[str, str, str]
Scorer = Callable[[Sequence[Labelled]], Floats]


class Market:
    """Labelled listings, with their candidates.

    Parameters
    ----------
    candidates, truth : Path
        What a scan wrote, and the labels.
    """

    def __init__(self, candidates: Path, truth: Path) -> None:
        labels = [json.loads(line) for line in truth.open(encoding="utf-8")]
        self.labels: dict[Key, dict[str, Any]] = {_key(label): label for label in labels}
        self.places = {key: place for place, key in enumerate(self.labels)}
        self.rows: list[Labelled] = []
        self.keys: list[Key] = []
        for row in map(json.loads, candidates.open(encoding="utf-8")):
            label = self.labels.get(_key(row))
            if label is None or row["rights_holder_id"] in (label.get("also_rights_holder_ids") or []):
                continue
            rightly = label["actionable"] and label["rights_holder_id"] == row["rights_holder_id"]
            if label["actionable"] and not rightly:
                continue
            seen = tuple(s["observation"] for s in (*row["signals"], *row["exclusions"]))
            self.rows.append(Labelled(observations=seen, actionable=rightly, group=row["rights_holder_id"]))
            self.keys.append(_key(row))
        self.wanted = np.array([bool(label["actionable"]) for label in self.labels.values()])

    def by_listing(self, given: Floats) -> Floats:
        """Return the score of every listing: the highest of its candidates', 0 where it has none."""
        scores = np.zeros(len(self.labels))
        np.maximum.at(scores, [self.places[key] for key in self.keys], given)
        return scores

    def values(self, field: str) -> list[frozenset[str]]:
        """Return what a field of its label says of each candidate's listing, or for which rights holder it is one."""
        if field == "rights_holder_id":
            return [frozenset([row.group]) for row in self.rows]
        found = (self.labels[key].get(field) for key in self.keys)
        return [frozenset(value if isinstance(value, list) else [str(value)]) for value in found]


def _key(row: dict[str, Any]) -> Key:
    return row["platform"], row["listing_id"], row["seller_id"]


def taught_by(rows: Sequence[Labelled]) -> Scorer:
    """Return what scores candidates by weights fitted to some."""
    table, centre = default_weights(), experts(json.loads(TABLE_FILE.read_text("utf-8")))
    points = fit(rows, table, centre, fixed=fixed_observations(), shift=False)
    return lambda asked: predict(asked, points, table)


def left_out(market: Market, values: Sequence[frozenset[str]]) -> dict[str, Floats]:
    """Return the scores of all candidates, for each value by weights fitted without those that have it."""
    found = {}
    for value in sorted(frozenset().union(*values)):
        taught = [row for row, said in zip(market.rows, values, strict=True) if value not in said]
        found[value] = taught_by(taught)(market.rows)
    return found


def show(name: str, market: Market, scores: Floats, weights: Floats) -> None:
    """Print what scores of listings are worth."""
    precision, recall, least = precision_recall_curve(market.wanted, scores, sample_weight=weights)
    at = {p: (recall[:-1][precision[:-1] >= p].max(initial=0.0), least[precision[:-1] >= p]) for p in (0.95, 0.99)}
    worst = max(
        (float(np.mean(scores[own] >= EVEN)), label) for label, own in _honest(market).items() if own.sum() >= LEAST
    )
    threshold = at[0.95][1].min(initial=1.0)
    print(
        f"{name:34s} AP {average_precision_score(market.wanted, scores, sample_weight=weights):.3f}"
        f"  R@.95 {at[0.95][0]:.3f} (from {threshold:.2f})  R@.99 {at[0.99][0]:.3f}"
        f"  ECE {_error(market, scores, weights):.3f}  worst class {worst[1]} {worst[0]:.3f}"
    )


def _honest(market: Market) -> dict[str, NDArray[np.bool_]]:
    labels = np.array([label["label"] for label in market.labels.values()])
    return {str(label): labels == label for label in np.unique(labels[~market.wanted])}


def show_left_out(market: Market) -> None:
    """Print what scores are worth on groups that taught nothing, and how many of the disguised are still flagged."""
    even = np.ones(len(market.labels))
    same = taught_by(market.rows)(market.rows)
    show("fitted, judged on the same", market, market.by_listing(same), even)
    for field in ("rights_holder_id", "platform", "operator_id"):
        values = _parted(market.values(field))
        given = np.zeros(len(market.rows))
        for value, scores in left_out(market, values).items():
            own = np.array([value in said for said in values])
            given[own] = scores[own]
        show(f"judged on others of {field}", market, market.by_listing(given), even)
    for field in ("text_evasion", "image_attacks"):
        values = market.values(field)
        for value, scores in left_out(market, values).items():
            own = np.array([row.actionable and value in said for row, said in zip(market.rows, values, strict=True)])
            if own.sum() >= LEAST and value != "none":
                flagged = f"{np.mean(scores[own] >= EVEN):.3f} (all taught: {np.mean(same[own] >= EVEN):.3f})"
                print(f"without {field} {value:16s} {own.sum():4d} candidates, flagged {flagged}")


def _parted(values: Sequence[frozenset[str]]) -> list[frozenset[str]]:
    """Return values as they are, or in ten parts where there are too many to leave out one after the other."""
    names = sorted(frozenset().union(*values))
    if len(names) <= 40:
        return list(values)
    part = {name: str(place % 10) for place, name in enumerate(names)}
    return [frozenset(part[name] for name in said) for said in values]


def show_base_rates(market: Market) -> None:
    """Print what scores are worth where more or fewer listings infringe, before and after decisions."""
    table = default_weights()
    points, draw = Points.of(table), np.random.default_rng(SEED)
    for rate in RATES:
        odds = np.where(market.wanted, rate / market.wanted.mean(), (1 - rate) / (1 - market.wanted.mean()))
        show(f"base rate {rate}, as it is", market, market.by_listing(predict(market.rows, points, table)), odds)
        chances = odds[[market.places[key] for key in market.keys]]
        errors = []
        for _ in range(ROUNDS):
            told = draw.choice(len(market.rows), TOLD, p=chances / chances.sum())
            learnt = shift_prior([market.rows[i] for i in told], table, points)
            errors.append(_error(market, market.by_listing(predict(market.rows, learnt, table)), odds))
        print(f"{'':34s} ECE after {TOLD} decisions {np.median(errors):.3f}, at most {max(errors):.3f}")


def _error(market: Market, scores: Floats, weights: Iterable[float]) -> float:
    rows = [
        Labelled(observations=(), actionable=bool(wanted), group="", weight=float(weight))
        for wanted, weight in zip(market.wanted, weights, strict=True)
    ]
    return quality(rows, scores).calibration_error


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--candidates", type=Path, required=True)
    parser.add_argument("--truth", type=Path, required=True)
    arguments = parser.parse_args()
    market = Market(arguments.candidates, arguments.truth)
    show_base_rates(market)
    show_left_out(market)


if __name__ == "__main__":
    main()
