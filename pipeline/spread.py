"""How sure a score is: between which probabilities it lies, had the weights been learnt from other brands.

The points of an observation are an estimate. `weight_draws.json` holds how far they lie from those of the table in 40
other fits: for each the brands of the labelled candidates were drawn anew (a weight from the exponential distribution
for each), and the points that the expert gave were moved by their own uncertainty, a standard deviation of 1 [1]_ [2]_.
An observation that no label speaks of is as uncertain as the expert's word alone.

The interval leaves out the lowest and the highest of the scores that the 40 tables give. Put to labels whose scores
were known, it held at least nine in ten of those between 0.05 and 0.95 in every round, which is what is said of it;
with two left out on each side it did not. It says nothing of markets with other base rates, and nothing of detectors
that err in another way than they did where the labels come from.

References
----------
.. [1] D. B. Rubin, "The Bayesian bootstrap", Annals of Statistics 9(1), 1981.
.. [2] J. M. Bardsley, A. Solonen, H. Haario, M. Laine, "Randomize-then-optimize", SIAM Journal on Scientific Computing
       36(4), 2014.
"""

from __future__ import annotations

import math
import random
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files
from typing import Final

import orjson

DRAWS: Final = 40
"""Tables that stand beside the one that scores."""
EACH_SIDE: Final = 1
"""Of the 40 scores in order, those on each side that the interval leaves out."""
EXPERTS_DOUBT: Final = 1.0
"""Standard deviation of points that an expert gave, in natural-log odds; the same as in `pipeline.learning.fit`."""

Steps = tuple[float, ...]


@cache
def fitted_steps() -> Mapping[str, Steps]:
    """Return how far the points of each observation that labels speak of lie from the table's, draw by draw."""
    raw = orjson.loads((files("pipeline") / "weight_draws.json").read_bytes())
    return {name: tuple(steps) for name, steps in raw.items()}


@cache
def steps_of(observation: str) -> Steps:
    """Return how far the points of an observation lie from the table's, draw by draw."""
    fitted = fitted_steps().get(observation)
    if fitted is not None:
        return fitted
    draw = random.Random(observation)  # noqa: S311  statistics, and the same in every process
    return tuple(round(draw.gauss(0.0, EXPERTS_DOUBT), 2) for _ in range(DRAWS))


def interval(log_odds: float, counted: Iterable[tuple[str, float, float]]) -> tuple[float, float]:
    """Return between which probabilities a score lies.

    Parameters
    ----------
    log_odds : float
        Of the score.
    counted : iterable of (str, float, float)
        Observation, its points in the table, and its points as its family counts them, for each signal.

    Returns
    -------
    tuple of float
        Lower and upper end; the score lies between them.

    Notes
    -----
    Points never change their sign, and those of a signal that its family does not count stay uncounted.

    Examples
    --------
    >>> interval(0.0, [])
    (0.5, 0.5)
    """
    drawn = [log_odds] * DRAWS
    for observation, points, taken in counted:
        if points and taken:
            share = taken / points
            moved = (max(step, -points) if points > 0 else min(step, -points) for step in steps_of(observation))
            drawn = [odds + share * step for odds, step in zip(drawn, moved, strict=True)]
    inner = sorted(drawn)[EACH_SIDE : DRAWS - EACH_SIDE]
    return _probability(min(inner[0], log_odds)), _probability(max(inner[-1], log_odds))


def _probability(log_odds: float) -> float:
    return 1.0 / (1.0 + math.exp(-log_odds))
