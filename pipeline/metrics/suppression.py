"""Which groups of notices are large enough to be published: no sum or difference of published numbers says more.

Cases are split by one dimension after another. At every split the values that are too small are merged and called
withheld, and the next smallest join them until they are large enough together. What is left in the end are atoms:
groups of cases that look alike. Each is large enough, and every published number is a sum over whole atoms, so that
whatever is added or subtracted, nobody learns of fewer than an atom holds.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace

MIN_NOTICES = 10
MIN_HOLDERS = 3
WITHHELD = "withheld"


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """What is counted: a case with its `holder`, its number of `notices`, and its `values` by dimension, in order."""

    holder: str
    notices: int
    values: tuple[str, ...]


def enough(units: Sequence[Unit]) -> bool:
    """Whether units may be published as one group."""
    noticed = [unit for unit in units if unit.notices]
    return sum(u.notices for u in noticed) >= MIN_NOTICES and len({u.holder for u in noticed}) >= MIN_HOLDERS


def publishable(units: Sequence[Unit]) -> list[tuple[str, ...]] | None:
    """Return the values of each unit as they may be published.

    Parameters
    ----------
    units : sequence of Unit
        Of one period.

    Returns
    -------
    list of tuple of str, or None
        For each unit its values, some withheld; None if even all together are too few.

    References
    ----------
    .. [1] L. Willenborg, T. de Waal, "Elements of Statistical Disclosure Control", Springer, 2001, chapters 1 and 8
       (local recoding; secondary suppression).
    """
    if not enough(units):
        return None
    shown = list(units)
    groups = [list(range(len(units)))]
    for depth in range(max(len(unit.values) for unit in units)):
        groups = [part for group in groups for part in _split(shown, group, depth)]
    return [unit.values for unit in shown]


def _split(units: list[Unit], group: list[int], depth: int) -> list[list[int]]:
    """Split a group by one dimension, withholding in place what would be too small; return the parts."""
    parts: dict[str, list[int]] = defaultdict(list)
    for index in group:
        parts[units[index].values[depth]].append(index)
    by_size = sorted(parts.values(), key=lambda part: (enough([units[i] for i in part]), len(part), part))
    pool: list[int] = []
    while by_size and not (enough([units[i] for i in by_size[0]]) and (not pool or enough([units[i] for i in pool]))):
        pool += by_size.pop(0)
    for index in pool:
        values = units[index].values
        units[index] = replace(units[index], values=(*values[:depth], WITHHELD, *values[depth + 1 :]))
    return [*by_size, pool] if pool else by_size
