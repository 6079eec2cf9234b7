"""Units sold as a weight: what an audit says of what is bought, beside what it says of what is offered."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence

from pipeline.metrics.audits import Audit
from pipeline.metrics.intervals import Stratum

STEPS = (0, *(digit * 10**zeros for zeros in range(12) for digit in (1, 2, 5)))
"""Units sold are rounded down to one of these, as platforms show them; an exact count would be as good as a name."""
LEAST_ALIKE = 10
"""Fewer listings of a platform than this with one count are told with the next lower one."""


def told(sold: Sequence[tuple[str, int | None]]) -> list[int | None]:
    """Return the units of each listing as a frame tells them.

    Parameters
    ----------
    sold : sequence of (str, int or None)
        Platform and units sold of each listing; None where the platform does not say.

    Examples
    --------
    >>> told([("m", 7)] * 10 + [("m", 60), ("m", None)])[8:]
    [5, 5, 5, None]
    """
    rounded = [(platform, None if n is None else STEPS[bisect_right(STEPS, max(n, 0)) - 1]) for platform, n in sold]
    alike: dict[str, Counter[int]] = defaultdict(Counter)
    for platform, step in rounded:
        if step is not None:
            alike[platform][step] += 1
    lower = {platform: _joined(steps) for platform, steps in alike.items()}
    return [None if step is None else lower[platform][step] for platform, step in rounded]


def _joined(listings: Mapping[int, int]) -> dict[int, int]:
    """Return as which step each step of a platform is told: from the top, those of too few join the next lower one."""
    groups: list[list[int]] = [[]]
    for step in sorted(listings, reverse=True):
        if sum(listings[s] for s in groups[-1]) >= LEAST_ALIKE:
            groups.append([])
        groups[-1].append(step)
    if len(groups) > 1 and sum(listings[s] for s in groups[-1]) < LEAST_ALIKE:
        last = groups.pop()
        groups[-1] += last
    return {step: min(steps) for steps in groups for step in steps}


def weighted_strata(audit: Audit, dimension: str, group: str, counted: Mapping[str, bool]) -> dict[str, Stratum]:
    """Return the strata of a part of a frame, with units sold in place of listings.

    Parameters
    ----------
    audit : Audit
        Of a frame that tells units sold of some listings; the others are left out.
    dimension, group : str
        As for `Audit.strata`.
    counted : mapping
        By item, whether it counts.
    """
    frame: dict[str, Counter[int]] = defaultdict(Counter)
    drawn: dict[str, Counter[int]] = defaultdict(Counter)
    confirmed: dict[str, Counter[int]] = defaultdict(Counter)
    for cell, listings in audit.cells(dimension, group):
        if cell.sold is not None:
            frame[cell.stratum][cell.sold] += listings
    for item in audit.members(dimension, group):
        if item.sold is not None:
            drawn[item.stratum][item.sold] += 1
            confirmed[item.stratum][item.sold] += counted[item.item]
    return {name: weighted_stratum(frame[name], drawn[name], confirmed[name]) for name in sorted(frame)}


def weighted_stratum(frame: Mapping[int, int], drawn: Mapping[int, int], confirmed: Mapping[int, int]) -> Stratum:
    r"""Return a stratum in which listings weigh as much as they sold.

    Parameters
    ----------
    frame, drawn, confirmed : mapping of int to int
        How many listings of the stratum, of its sample, and of the confirmed in it sold so many units.

    Returns
    -------
    Stratum
        `size` is the stratum's units. `sampled` is the effective number of listings: how many that all sold the same
        would tell as much. `confirmed` is the confirmed share of the sample's units, of that number.

    Notes
    -----
    Of :math:`n` listings of a stratum of :math:`N`, drawn with equal chances, with units :math:`w`, the share is
    :math:`p = \sum w y / \sum w`. The effective number is the smallest of three: :math:`(\sum w)^2 / \sum w^2` over the
    sample [1]_; :math:`n (\sum w)^2 / (N \sum w^2)` over the stratum, so that one listing that sold as much as all
    others makes the interval wide whether it was drawn or not; and :math:`p (1 - p) / v` with the linearised variance
    :math:`v = \sum w^2 (y - p)^2 / (\sum w)^2` [2]_, which is larger where what infringes sells more.

    References
    ----------
    .. [1] L. Kish, "Survey Sampling", Wiley, 1965, section 11.7.
    .. [2] E. L. Korn, B. I. Graubard, "Confidence intervals for proportions with small expected number of positive
       counts estimated from survey data", Survey Methodology 24, 1998.

    Examples
    --------
    >>> found = weighted_stratum({10: 900}, {10: 90}, {10: 9})
    >>> found.size, round(found.sampled, 9), round(found.confirmed, 9)
    (9000, 90.0, 9.0)
    """
    size, bought = _units(frame), _units(drawn)
    if not bought:
        return Stratum(size=size, sampled=0, confirmed=0)
    effective = min(
        bought**2 / _squares(drawn),
        sum(drawn.values()) * size**2 / (sum(frame.values()) * _squares(frame)),
    )
    share, squares = _units(confirmed) / bought, _squares(confirmed)
    if 0 < share < 1:
        variance = (squares * (1 - share) ** 2 + (_squares(drawn) - squares) * share**2) / bought**2
        effective = min(effective, share * (1 - share) / variance)
    return Stratum(size=size, sampled=effective, confirmed=share * effective)


def _units(counts: Mapping[int, int]) -> int:
    return sum(sold * listings for sold, listings in counts.items())


def _squares(counts: Mapping[int, int]) -> int:
    return sum(sold**2 * listings for sold, listings in counts.items())
