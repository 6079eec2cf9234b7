"""Times until something happens, when for some it has not happened yet: those are censored, never dropped."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from scipy.special import ndtri

from pipeline.metrics.intervals import LEVEL, Interval

FARTHEST = 16.0
"""Logarithm of the largest ratio that is told: about nine million to one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A time span that has `ended`, or is known to have lasted `length` so far."""

    length: float
    ended: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """Value of the survival function from `time` on, with its pointwise limits."""

    time: float
    surviving: float
    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Quantile:
    """A time within which a share of spans ends; None where the data do not reach that far."""

    estimate: float | None
    low: float | None
    high: float | None


def survival(spans: Iterable[Span], level: float = LEVEL) -> tuple[Step, ...]:
    """Return the Kaplan-Meier curve, a step for each time at which a span ended.

    Parameters
    ----------
    spans : iterable of Span
        Lengths in any unit; a span censored at the time at which another ends is still at risk then.
    level : float
        Confidence of the limits (Greenwood's variance on the log-log scale).

    References
    ----------
    .. [1] E. L. Kaplan, P. Meier, "Nonparametric estimation from incomplete observations", JASA 53, 1958.
    .. [2] J. D. Kalbfleisch, R. L. Prentice, "The Statistical Analysis of Failure Time Data", 2nd ed., 2002, 1.4.

    Examples
    --------
    >>> steps = survival([Span(length=6, ended=True), Span(length=6, ended=False), Span(length=7, ended=True)])
    >>> [(step.time, round(step.surviving, 3)) for step in steps]
    [(6, 0.667), (7, 0.0)]
    """
    known = list(spans)
    ends = Counter(span.length for span in known if span.ended)
    leaves = Counter(span.length for span in known)
    z = float(ndtri((1 + level) / 2))
    at_risk, surviving, variance = len(known), 1.0, 0.0
    steps: list[Step] = []
    for time in sorted(leaves):
        ended = ends[time]
        if ended:
            surviving *= 1 - ended / at_risk
            variance += ended / (at_risk * (at_risk - ended)) if at_risk > ended else math.inf
            steps.append(Step(time=time, surviving=surviving, **_limits(surviving, variance, z)))
        at_risk -= leaves[time]
    return tuple(steps)


def quantile(steps: Iterable[Step], share: float) -> Quantile:
    """Return the time within which a share of spans ends, from a survival curve.

    Notes
    -----
    The limits are the times at which the pointwise limits of the curve reach 1 - share.

    References
    ----------
    .. [1] R. Brookmeyer, J. Crowley, "A confidence interval for the median survival time", Biometrics 38, 1982.
    """
    curve = list(steps)
    left = 1 - share + 1e-12
    return Quantile(
        estimate=next((s.time for s in curve if s.surviving <= left), None),
        low=next((s.time for s in curve if s.low <= left), None),
        high=next((s.time for s in curve if s.high <= left), None),
    )


def rate_ratio(ours: Iterable[Span], theirs: Iterable[Span], level: float = LEVEL) -> Interval | None:
    """Return how fast our spans end, measured by theirs: below 1, ours last longer.

    Parameters
    ----------
    ours, theirs : iterable of Span
        Of two groups, lengths in one unit.
    level : float
        Confidence of the limits.

    Returns
    -------
    Interval or None
        None if there is no time at which a span of either could have ended, and one did.

    Notes
    -----
    The log-rank test as a ratio: with observed ends O, expected ends E if both groups were alike, and their
    hypergeometric variance V, the ratio is exp((O - E) / V), with exp((O - E) / V +- z / sqrt(V)) around it. All times
    count, censored ones for as long as they were seen, not two quantiles alone. The limits leave out 1 exactly where
    the log-rank test is significant; the ratio itself is drawn towards 1 where groups differ greatly.

    References
    ----------
    .. [1] R. Peto et al., "Design and analysis of randomized clinical trials requiring prolonged observation of each
       patient, II", Br. J. Cancer 35, 1977.

    Examples
    --------
    >>> slow, fast = ([Span(length=days, ended=True) for days in known] for known in ((3, 8, 9, 12), (1, 2, 4, 5)))
    >>> found = rate_ratio(slow, fast)
    >>> f"{found.estimate:.3f} {found.low:.3f} {found.high:.3f}"
    '0.161 0.026 1.008'
    """
    groups = [Counter((span.length, span.ended) for span in spans) for spans in (ours, theirs)]
    at_risk = [group.total() for group in groups]
    excess = variance = 0.0
    for time in sorted({length for group in groups for length, _ in group}):
        ended, risk = sum(group[time, True] for group in groups), sum(at_risk)
        excess += groups[0][time, True] - ended * at_risk[0] / risk
        if risk > 1:
            variance += at_risk[0] * at_risk[1] * ended * (risk - ended) / (risk**2 * (risk - 1))
        at_risk = [n - group[time, True] - group[time, False] for n, group in zip(at_risk, groups, strict=True)]
    if not variance:
        return None
    spread = float(ndtri((1 + level) / 2)) / math.sqrt(variance)
    ratio = excess / variance
    estimate, low, high = (math.exp(min(max(x, -FARTHEST), FARTHEST)) for x in (ratio, ratio - spread, ratio + spread))
    return Interval(estimate=estimate, low=low, high=high)


def _limits(surviving: float, variance: float, z: float) -> dict[str, float]:
    if surviving <= 0:
        return {"low": 0.0, "high": 0.0}
    spread = z * math.sqrt(variance) / math.log(surviving)
    return {"low": surviving ** math.exp(-spread), "high": surviving ** math.exp(spread)}
