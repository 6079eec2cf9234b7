"""Intervals for shares: Clopper-Pearson and Jeffreys limits, pooled over strata and subtracted by MOVER."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from scipy.special import betaincinv

LEVEL = 0.95
"""Confidence of every published interval."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """An estimate between two limits."""

    estimate: float
    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Stratum:
    """A part of a frame: its `size`, how many of it were `sampled`, and how many of these were `confirmed`.

    Where listings weigh differently, the last two are effective numbers and need not be whole.
    """

    size: int
    sampled: float
    confirmed: float


Limits = Callable[[float, float, float], Interval]
"""Makes an interval of confirmed, sampled and level."""


def clopper_pearson(confirmed: float, sampled: float, level: float = LEVEL) -> Interval:
    """Return the exact interval of a share: it never covers less than its level.

    Parameters
    ----------
    confirmed, sampled : float
        0 <= confirmed <= sampled, sampled > 0; effective numbers of weighted samples need not be whole.
    level : float
        Confidence, between 0 and 1.

    References
    ----------
    .. [1] C. Clopper, E. S. Pearson, "The use of confidence or fiducial limits illustrated in the case of the
       binomial", Biometrika 26, 1934.

    Examples
    --------
    >>> found = clopper_pearson(1, 420)
    >>> f"{found.low:.6f} {found.high:.6f}"
    '0.000060 0.013194'
    """
    _check(confirmed, sampled)
    tail = (1 - level) / 2
    low = float(betaincinv(confirmed, sampled - confirmed + 1, tail)) if confirmed else 0.0
    high = float(betaincinv(confirmed + 1, sampled - confirmed, 1 - tail)) if confirmed < sampled else 1.0
    return Interval(estimate=confirmed / sampled, low=low, high=high)


def jeffreys(confirmed: float, sampled: float, level: float = LEVEL) -> Interval:
    """Return the equal-tailed posterior interval under Jeffreys's prior: shorter, and right on average.

    References
    ----------
    .. [1] L. D. Brown, T. T. Cai, A. DasGupta, "Interval estimation for a binomial proportion", Statistical
       Science 16, 2001, section 4.3.
    """
    _check(confirmed, sampled)
    tail, a, b = (1 - level) / 2, confirmed + 0.5, sampled - confirmed + 0.5
    low = float(betaincinv(a, b, tail)) if confirmed else 0.0
    high = float(betaincinv(a, b, 1 - tail)) if confirmed < sampled else 1.0
    return Interval(estimate=confirmed / sampled, low=low, high=high)


def stratified(strata: Sequence[Stratum], limits: Limits = clopper_pearson, level: float = LEVEL) -> Interval | None:
    r"""Return the share of a frame from simple random samples of its strata (MOVER).

    Parameters
    ----------
    strata : sequence of Stratum
        Parts of the frame; empty ones do not count.
    limits : callable
        `clopper_pearson` for the headline, `jeffreys` beside it.
    level : float
        Confidence.

    Returns
    -------
    Interval or None
        None where nothing was sampled of a stratum that is not empty: no honest estimate exists.

    Notes
    -----
    With weights :math:`W_h = N_h / N`: :math:`p = \sum W_h x_h / n_h`,
    :math:`L = p - \sqrt{\sum W_h^2 (p_h - l_h)^2}`, :math:`U = p + \sqrt{\sum W_h^2 (u_h - p_h)^2}`.

    References
    ----------
    .. [1] G. Y. Zou, A. Donner, "Construction of confidence limits about effect measures: a general approach",
       Statistics in Medicine 27, 2008.

    Examples
    --------
    >>> rest, top = Stratum(size=95, sampled=420, confirmed=1), Stratum(size=5, sampled=180, confirmed=23)
    >>> found = stratified([rest, top])
    >>> f"{found.estimate:.3%} {found.low:.3%} {found.high:.3%}"
    '0.865% 0.550% 1.932%'
    """
    filled = [stratum for stratum in strata if stratum.size]
    total = sum(stratum.size for stratum in filled)
    if not filled or any(not stratum.sampled for stratum in filled):
        return None
    parts = [(s.size / total, limits(s.confirmed, s.sampled, level)) for s in filled]
    estimate = math.fsum(weight * part.estimate for weight, part in parts)
    below = math.sqrt(math.fsum((weight * (part.estimate - part.low)) ** 2 for weight, part in parts))
    above = math.sqrt(math.fsum((weight * (part.high - part.estimate)) ** 2 for weight, part in parts))
    return Interval(estimate=estimate, low=max(0.0, estimate - below), high=min(1.0, estimate + above))


def difference(first: Interval, second: Interval) -> Interval:
    """Return the interval of first minus second, of independent estimates (MOVER-D).

    References
    ----------
    .. [1] R. G. Newcombe, "Interval estimation for the difference between independent proportions: comparison of
       eleven methods", Statistics in Medicine 17, 1998, method 10; Zou and Donner as above.
    """
    estimate = first.estimate - second.estimate
    below = math.hypot(first.estimate - first.low, second.high - second.estimate)
    above = math.hypot(first.high - first.estimate, second.estimate - second.low)
    return Interval(estimate=estimate, low=estimate - below, high=estimate + above)


def recall(flagged: Sequence[Stratum], rest: Sequence[Stratum], level: float = LEVEL) -> Interval | None:
    """Return recall: of all that infringes in a frame, the share that was flagged.

    Parameters
    ----------
    flagged, rest : sequence of Stratum
        The strata above and below the band.
    level : float
        Confidence.

    Returns
    -------
    Interval or None
        None where a stratum is not sampled or nothing was confirmed at all.

    Notes
    -----
    Recall rises with the share confirmed among the flagged and falls with that among the rest. Limits of both at
    confidence (1 + level) / 2 hold together with confidence `level` at least (Bonferroni).
    """
    both = (1 + level) / 2
    top, low = stratified(flagged, level=both), stratified(rest, level=both)
    if top is None or low is None or not top.estimate + low.estimate:
        return None
    above, below = sum(stratum.size for stratum in flagged), sum(stratum.size for stratum in rest)

    def found(of_flagged: float, of_rest: float) -> float:
        return above * of_flagged / (above * of_flagged + below * of_rest) if of_flagged else 0.0

    return Interval(
        estimate=found(top.estimate, low.estimate), low=found(top.low, low.high), high=found(top.high, low.low)
    )


def _check(confirmed: float, sampled: float) -> None:
    if not 0 <= confirmed <= sampled or not sampled:
        raise ValueError(f"counts: not a share, got {confirmed} of {sampled}, expected 0 <= confirmed <= sampled > 0")
