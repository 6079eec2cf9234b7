"""When one may say that something fell: claims only on a schedule that was laid down beforehand."""

from __future__ import annotations

import math
from enum import StrEnum

from pipeline.metrics.intervals import Interval

ALPHA = 0.05
"""Chance of any false claim over all looks, however many."""


class Claim(StrEnum):
    """What may be said of a change."""

    DECREASE = "decrease"
    INCREASE = "increase"
    NONE = "none"
    UNSCHEDULED = "unscheduled"
    """No baseline was laid down before the data were drawn."""


def level_at(look: int) -> float:
    r"""Return the confidence that a claim needs at a look.

    Parameters
    ----------
    look : int
        1 for the first comparison with the baseline.

    Notes
    -----
    :math:`\alpha_t = 0.05 \cdot 6 / (\pi^2 t^2)`; over all looks these sum to 0.05.

    Examples
    --------
    >>> [round(1 - level_at(look), 4) for look in (1, 2, 3)]
    [0.0304, 0.0076, 0.0034]
    """
    if look < 1:
        raise ValueError(f"look: out of range, got {look}, expected 1 or more")
    return 1 - ALPHA * 6 / (math.pi**2 * look**2)


def claim(change: Interval) -> Claim:
    """Return what the interval of a change, at the level of its look, allows one to say."""
    if change.high < 0:
        return Claim.DECREASE
    return Claim.INCREASE if change.low > 0 else Claim.NONE
