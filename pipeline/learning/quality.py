"""How good a table's scores are on decisions that it has not seen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import average_precision_score
from sklearn.model_selection import GroupKFold

from pipeline.learning.fit import Floats, Labelled, Points, fit, predict, shift_prior
from pipeline.scoring import WeightTable

FEW: Final = 100
"""Labels below which nothing but the prior is fitted."""
SLIPS: Final = 0.05
"""Share of decisions that are taken to be wrong: what people who work through a queue err by, or somewhat more."""
FOLDS: Final = 5
BINS: Final = 10
_EDGE: Final = 1e-12


@dataclass(frozen=True, slots=True, kw_only=True)
class Bin:
    """Decisions whose scores lie between two tenths: how many, their mean score, and the share that was actionable."""

    least: float
    number: int
    score: float
    actionable: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Quality:
    """Quality of scores, each decision counted with its weight.

    Attributes
    ----------
    log_loss : float
        Mean of -log of the probability given to what was decided, slips included.
    average_precision : float or None
        Area under precision and recall; None if all decisions are alike.
    calibration_error : float
        Mean distance of score and share over `reliability` (ECE).
    reliability : tuple of Bin
        Without the empty ones.
    """

    log_loss: float
    average_precision: float | None
    calibration_error: float
    reliability: tuple[Bin, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """The old table beside one fitted without the decisions that it is judged on, and the one fitted to all."""

    labels: int
    actionable: int
    prior_only: bool
    old: Quality
    new: Quality
    points: Points


def quality(rows: Sequence[Labelled], scores: Floats, slips: float = 0.0) -> Quality:
    """Return how good scores are, where a share of the decisions are slips."""
    wanted = np.array([float(row.actionable) for row in rows])
    weights = np.array([row.weight for row in rows])
    given = np.clip(slips + (1 - 2 * slips) * scores, _EDGE, 1 - _EDGE)
    losses = -(wanted * np.log(given) + (1 - wanted) * np.log(1 - given))
    bins = _reliability(scores, wanted, weights)
    shares = [(weights[_places(scores) == i].sum(), one) for i, one in bins]
    both = 0 < wanted.sum() < len(rows)
    return Quality(
        log_loss=float(weights @ losses / weights.sum()),
        average_precision=float(average_precision_score(wanted, scores, sample_weight=weights)) if both else None,
        calibration_error=float(sum(w * abs(one.score - one.actionable) for w, one in shares) / weights.sum()),
        reliability=tuple(one for _, one in bins),
    )


def compare(rows: Sequence[Labelled], table: WeightTable, fixed: frozenset[str]) -> Comparison:
    """Fit a table to decisions and compare it with the old one on decisions that neither has seen.

    Parameters
    ----------
    rows : sequence of Labelled
        At least two groups.
    table : WeightTable
        The old one: also what the new one is drawn to.
    fixed : frozenset of str
        Observations whose weights are policy.

    Notes
    -----
    No group stands on both sides of a split. With fewer than `FEW` labels the prior alone is fitted. `SLIPS` of the
    labels are taken to be wrong, in the fit and in the comparison: else a table that is less sure of everything would
    look better than one that is right, for it loses less where people slipped.
    """
    few = len(rows) < FEW
    old = Points.of(table)

    def fitted(some: Sequence[Labelled]) -> Points:
        if few:
            return shift_prior(some, table, old, slips=SLIPS)
        return fit(some, table, old, fixed=fixed, shift=True, slips=SLIPS)

    groups = [row.group for row in rows]
    given = np.zeros(len(rows))
    for train, test in GroupKFold(min(FOLDS, len(set(groups)))).split(groups, groups=groups):
        given[test] = predict([rows[i] for i in test], fitted([rows[i] for i in train]), table)
    return Comparison(
        labels=len(rows),
        actionable=sum(row.actionable for row in rows),
        prior_only=few,
        old=quality(rows, predict(rows, old, table), SLIPS),
        new=quality(rows, given, SLIPS),
        points=fitted(rows),
    )


def _places(scores: Floats) -> NDArray[np.int64]:
    return np.minimum((scores * BINS).astype(np.int64), BINS - 1)


def _reliability(scores: Floats, wanted: Floats, weights: Floats) -> list[tuple[int, Bin]]:
    places = _places(scores)
    found = []
    for i in range(BINS):
        here = places == i
        if here.any():
            share = weights[here] / weights[here].sum()
            mean = Bin(
                least=i / BINS,
                number=int(here.sum()),
                score=float(share @ scores[here]),
                actionable=float(share @ wanted[here]),
            )
            found.append((i, mean))
    return found
