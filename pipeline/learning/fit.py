"""Fit a table of weights to labelled candidates: maximum a posteriori around given points.

Each weight is drawn to its centre (a normal prior of standard deviation 1) and keeps its sign: no observation of
legitimate use can come to speak against a seller, however few labels there are.

References
----------
.. [1] A. Gelman, A. Jakulin, M. G. Pittau, Y.-S. Su, "A weakly informative default prior distribution for logistic and
       other regression models", Annals of Applied Statistics 2(4), 2008.
.. [2] J. B. Copas, "Binary regression models for contaminated data", Journal of the Royal Statistical Society B 50(2),
       1988.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from pipeline.scoring import Room, WeightTable

Floats = NDArray[np.float64]

ROUNDS: Final = 8
"""Which signal of a family is the strongest depends on the points: the fit is repeated, and the best round counts."""
MOST_PRIOR: Final = 10.0
"""Log odds between which the intercept is looked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Labelled:
    """A candidate with a person's word on it.

    Attributes
    ----------
    observations : tuple of str
        What its signals and exclusions saw.
    actionable : bool
        The person's word.
    group : str
        What must not stand on both sides of a split: a seller, a rights holder.
    weight : float
        How many candidates it stands for: one over the probability with which it was chosen.
    """

    observations: tuple[str, ...]
    actionable: bool
    group: str
    weight: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Points:
    """Points by observation, and the prior: what a fit finds."""

    observations: Mapping[str, float]
    prior: float

    @classmethod
    def of(cls, table: WeightTable) -> Points:
        """Return the points of a table."""
        return cls(observations={name: w.points for name, w in table.observations.items()}, prior=table.prior)


def counted(observations: Sequence[str], points: Mapping[str, float], table: WeightTable) -> dict[str, float]:
    """Return how much of each observation's points its family counts, as a share."""
    room = {name: Room(family) for name, family in table.families.items()}
    shares: dict[str, float] = {}
    for name in sorted(observations, key=lambda o: (-abs(points[o]), o)):
        taken = room[table.weight(name).family].take(points[name])
        shares[name] = shares.get(name, 0.0) + (taken / points[name] if points[name] else 0.0)
    return shares


def fit(
    rows: Sequence[Labelled],
    table: WeightTable,
    centre: Points,
    *,
    fixed: frozenset[str],
    shift: bool,
    slips: float = 0.0,
) -> Points:
    """Return the points that agree best with labels and centre.

    Parameters
    ----------
    rows : sequence of Labelled
        The labels.
    table : WeightTable
        For the families and their caps.
    centre : Points
        To which the points are drawn; their signs are kept.
    fixed : frozenset of str
        Observations whose weights are policy and stay.
    shift : bool
        Whether the prior may move too.
    slips : float
        Share of the labels that are taken to be wrong, whichever. Without it a few slips about sure candidates would
        pull all points towards zero; with it a label that all else speaks against counts for little [2]_.
    """
    names = sorted(table.observations)
    middle = np.array([*(centre.observations[name] for name in names), centre.prior])
    bounds: list[Any] = [_bounds(centre.observations[name], fixed=name in fixed) for name in names]
    bounds.append((-MOST_PRIOR, MOST_PRIOR) if shift else (centre.prior, centre.prior))
    wanted = np.array([float(row.actionable) for row in rows])
    weights = np.array([row.weight for row in rows])

    def cost(w: Floats, design: Floats) -> tuple[float, Floats]:
        sign = 2 * wanted - 1
        right = _sigmoid(sign * (design @ w))
        agreed = np.maximum(slips + (1 - 2 * slips) * right, np.finfo(float).tiny)
        gap = w - middle
        loss = -weights @ np.log(agreed) + 0.5 * gap @ gap
        slope = -sign * (1 - 2 * slips) * right * (1 - right) / agreed
        return float(loss), design.T @ (weights * slope) + gap

    from scipy.optimize import minimize  # noqa: PLC0415  half a second that scans, which fit nothing, need not pay

    solution = middle
    rounds: list[tuple[float, Floats]] = []
    for _ in range(ROUNDS):
        design = _matrix(rows, names, solution, table)
        start = (solution + middle) / 2 if rounds else middle
        solution = minimize(cost, start, args=(design,), jac=True, method="L-BFGS-B", bounds=bounds).x
        rounds.append((cost(solution, _matrix(rows, names, solution, table))[0], solution))
    _, best = min(rounds, key=lambda found: found[0])
    return Points(observations=dict(zip(names, map(float, best[:-1]), strict=True)), prior=float(best[-1]))


def shift_prior(rows: Sequence[Labelled], table: WeightTable, centre: Points, *, slips: float = 0.0) -> Points:
    """Return the points with another prior alone: all that few labels can teach."""
    everything = frozenset(table.observations)
    return fit(rows, table, centre, fixed=everything, shift=True, slips=slips)


def predict(rows: Sequence[Labelled], points: Points, table: WeightTable) -> Floats:
    """Return the score of each candidate under some points."""
    names = sorted(table.observations)
    solution = np.array([*(points.observations[name] for name in names), points.prior])
    return _sigmoid(_matrix(rows, names, solution, table) @ solution)


def _bounds(centre: float, *, fixed: bool) -> tuple[float | None, float | None]:
    if fixed or centre == 0:
        return centre, centre
    return (0.0, None) if centre > 0 else (None, 0.0)


def _matrix(rows: Sequence[Labelled], names: Sequence[str], solution: Floats, table: WeightTable) -> Floats:
    column = {name: i for i, name in enumerate(names)}
    points = dict(zip(names, map(float, solution[:-1]), strict=True))
    design = np.zeros((len(rows), len(names) + 1))
    design[:, -1] = 1.0
    for i, row in enumerate(rows):
        for name, share in counted(row.observations, points, table).items():
            design[i, column[name]] += share
    return design


def _sigmoid(z: Floats) -> Floats:
    return np.asarray(1 / (1 + np.exp(-z)), dtype=np.float64)
