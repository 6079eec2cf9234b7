"""Tables of weights that other brands would have taught: what the interval of a score is made of.

References
----------
.. [1] D. B. Rubin, "The Bayesian bootstrap", Annals of Statistics 9(1), 1981.
.. [2] J. M. Bardsley, A. Solonen, H. Haario, M. Laine, "Randomize-then-optimize", SIAM Journal on Scientific Computing
       36(4), 2014.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from pipeline.learning.fit import Labelled, Points, fit
from pipeline.scoring import WeightTable
from pipeline.spread import EXPERTS_DOUBT

_BARELY = 1e-3
"""Least distance of shaken points from 0: their sign is the expert's, however much they doubt the rest."""


def draw_points(
    rows: Sequence[Labelled], table: WeightTable, centre: Points, *, fixed: frozenset[str], number: int, seed: int
) -> Iterator[Points]:
    """Yield the points of fits to groups drawn anew, around points moved by the expert's own doubt.

    Parameters
    ----------
    rows : sequence of Labelled
        The labels; groups are drawn whole.
    table : WeightTable
        For the families and their caps.
    centre : Points
        The expert's points.
    fixed : frozenset of str
        Observations that are not fitted; they are moved all the same, for policy does not make them certain.
    number : int
        How many.
    seed : int
        Of the draws.
    """
    draw = np.random.default_rng(seed)
    groups = sorted({row.group for row in rows})
    for _ in range(number):
        weights = dict(zip(groups, draw.exponential(size=len(groups)), strict=True))
        drawn = [replace(row, weight=row.weight * weights[row.group]) for row in rows]
        yield fit(drawn, table, _shaken(centre, draw), fixed=fixed, shift=False)


def _shaken(centre: Points, draw: np.random.Generator) -> Points:
    moved = {name: _moved(points, draw) for name, points in sorted(centre.observations.items())}
    return replace(centre, observations=moved)


def _moved(points: float, draw: np.random.Generator) -> float:
    step = float(draw.normal(0.0, EXPERTS_DOUBT))
    if points == 0:
        return 0.0
    return max(points + step, _BARELY) if points > 0 else min(points + step, -_BARELY)
