"""From scores to thresholds, recall and false alarms, per image."""

from __future__ import annotations

from collections.abc import Sequence
from math import sqrt
from typing import TypedDict

import numpy as np

Z = 1.96


class Share(TypedDict):
    """A share of some pictures with its 95 % interval (Wilson)."""

    share: float
    low: float
    high: float
    of: int


def threshold(innocent: Sequence[float], tolerated: float) -> float:
    """Return the least score above which at most a share of innocent pictures lies.

    A picture is flagged if its score is greater. With fewer than 1 / `tolerated` pictures, none is flagged.
    """
    falling = sorted(innocent, reverse=True)
    return falling[int(len(falling) * tolerated)]


def share(hits: Sequence[bool]) -> Share:
    """Return the share that is true, with Wilson's interval [1]_.

    References
    ----------
    .. [1] E. B. Wilson, "Probable inference, the law of succession, and statistical inference", JASA 22, 1927.
    """
    of = len(hits)
    if not of:
        return Share(share=float("nan"), low=0.0, high=1.0, of=0)
    found = float(np.mean(hits))
    middle = (found + Z * Z / (2 * of)) / (1 + Z * Z / of)
    half = Z / (1 + Z * Z / of) * sqrt(found * (1 - found) / of + Z * Z / (4 * of * of))
    return Share(share=found, low=max(0.0, middle - half), high=min(1.0, middle + half), of=of)
