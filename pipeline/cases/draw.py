"""A random share of what is reviewed: without it nobody could tell how often the score is right, or what it misses."""

from __future__ import annotations

import hashlib
from typing import Final

_WORDS: Final = 16


def ticket(seed: str, case_id: str) -> float:
    """Return a case's permanent random number, from 0 up to 1: it is drawn wherever its probability is greater.

    The same in every scan, so that a case is drawn with the greatest probability of all scans that saw it, whatever
    their number.

    References
    ----------
    .. [1] E. Ohlsson, "Coordination of samples using permanent random numbers", in Business Survey Methods, 1995.

    Examples
    --------
    >>> round(ticket("seed", "a"), 6), round(ticket("seed", "b"), 6)
    (0.36371, 0.780317)
    """
    digest = hashlib.sha256(f"{seed}|{case_id}".encode()).hexdigest()
    return int(digest[:_WORDS], 16) / 16.0**_WORDS


def probability(share: float, chosen: int, candidates: int) -> float:
    """Return the probability with which each candidate is drawn, so that draws are a share of what is reviewed.

    Parameters
    ----------
    share : float
        Share of the review slots that is to be random, from 0 up to below 1.
    chosen : int
        Candidates that are reviewed for their score.
    candidates : int
        All candidates, among whom is drawn.

    Examples
    --------
    >>> probability(0.1, 90, 1000)
    0.01
    """
    if candidates == 0 or share <= 0:
        return 0.0
    return min(1.0, share / (1 - share) * chosen / candidates)
