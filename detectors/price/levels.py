"""How far authentic offers lie below the list price, by authorised sellers and, where they are few, a measured null."""

from __future__ import annotations

import hashlib
import math
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from statistics import median
from typing import Final, Self

import numpy as np
import orjson

from pipeline.records import Condition, Json, Register

FULL_SAMPLE: Final = 199
"""Observations from which a group speaks for itself; a smaller one is topped up to this number from the null."""
LEAST_SAMPLE: Final = 19
"""Least observations of a condition that the null says nothing about (p is then at least 1/20)."""
LEAST_IN_WEEK: Final = 20
"""Authentic observations that a week needs to have a shift of its own."""
SURE_FROM: Final = 3.0
"""Standard errors by which a week must lie below the others to be a promotion."""
WIDENING: Final = 1.15
"""How much closer to normal a price counts, against the null, where the condition is unknown."""

_OWN_LEVELS_ONLY: Final = frozenset({Condition.USED, Condition.REFURBISHED})
_NULL_RATIOS: Final = (0.1, 0.2, 0.25, 0.3, 0.33, 0.4, 0.43, 0.5, 0.56, 0.68, 0.8, 1.0)
_NULL_SHARES: Final = (0.001, 0.003, 0.005, 0.008, 0.01, 0.017, 0.02, 0.033, 0.05, 0.1, 0.18, 0.5)


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceObservation:
    """One authentic offer: an authorised seller's unit price as a share of the list price, in one week."""

    rights_holder_id: str
    listing: str
    sku: str
    identified_by: str
    condition: Condition
    week: str
    ratio: float


@dataclass(frozen=True, slots=True, kw_only=True)
class PValue:
    """How rare so low a price is among authentic offers, from how many of them, and the share that the null adds."""

    p: float
    n: int
    from_null: float
    week_shift: float


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceLevels:
    """Authentic price levels: sorted log ratios of each group, and how much lower each promotion week lies.

    Attributes
    ----------
    residuals : mapping of str to tuple of float
        Log of offer over list price, less the week's shift, ascending, by group (condition and kind of reference).
    week_shifts : mapping of str to float
        Log shift of the weeks (ISO 8601) in which authentic prices lie lower; never above 0.
    promotion_weeks : mapping of str to tuple of float
        Residuals of those weeks alone, ascending, by week and group: in a promotion some prices fall further than the
        shift.
    register_digest : str
        The register whose authorised sellers and list prices were used.
    """

    residuals: Mapping[str, tuple[float, ...]] = field(default_factory=dict)
    week_shifts: Mapping[str, float] = field(default_factory=dict)
    promotion_weeks: Mapping[str, tuple[float, ...]] = field(default_factory=dict)
    register_digest: str = ""

    @property
    def digest(self) -> str:
        """SHA-256 of the canonical JSON."""
        return hashlib.sha256(orjson.dumps(self.to_json(), option=orjson.OPT_SORT_KEYS)).hexdigest()

    def to_json(self) -> Json:
        """Return the levels as JSON."""
        return {
            "residuals": {group: list(values) for group, values in self.residuals.items()},
            "week_shifts": dict(self.week_shifts),
            "promotion_weeks": {week: list(values) for week, values in self.promotion_weeks.items()},
            "register_digest": self.register_digest,
        }

    @classmethod
    def from_json(cls, document: Json) -> Self:
        """Read the levels back from what `to_json` gave."""
        return cls(
            residuals={group: tuple(map(float, values)) for group, values in document["residuals"].items()},
            week_shifts={week: float(shift) for week, shift in document["week_shifts"].items()},
            promotion_weeks={week: tuple(map(float, values)) for week, values in document["promotion_weeks"].items()},
            register_digest=document["register_digest"],
        )

    def p_value(self, ratio: float, *, condition: Condition, identified_by: str, week: str) -> PValue | None:
        """Return the share of authentic offers expected at or below a ratio; None where nothing is known of them.

        Parameters
        ----------
        ratio : float
            Offer over list price, above 0.
        condition : Condition
            Used and refurbished goods are only ever held against their like.
        identified_by : str
            How the product was identified; a loose reference is held against loosely referenced offers.
        week : str
            ISO week of the capture; a promotion week has its own level.

        Notes
        -----
        The one-sided conformal p-value is (k + 1) / (n + 1), with k of n authentic offers at or below the ratio: if the
        offer is exchangeable with them, it is at most α with probability at most α [1]_. A group of fewer than 199 is
        topped up to 199 with the null of [2]_: prices of the same product in two honest shops. In a promotion week
        the p-value among that week's offers of the group alone decides; where they are fewer than 199, the larger of
        the two. A promotion week's offers are left out of the group, if enough others are known.

        References
        ----------
        .. [1] V. Vovk, A. Gammerman, G. Shafer, "Algorithmic Learning in a Random World", 2005, chapter 2.
        .. [2] Magellan benchmark pairs (Walmart-Amazon, Amazon-Google, Abt-Buy) and ProMap, 4,594 directed ratios of
           prices of matching products, measured.
        """
        shift = self.week_shifts.get(week, 0.0)
        residual = math.log(ratio) - shift
        group = self.residuals.get(_group(condition, identified_by), ())
        missing = max(0, FULL_SAMPLE - len(group))
        if condition in _OWN_LEVELS_ONLY:
            if len(group) < LEAST_SAMPLE:
                return None
            missing = 0
        wide = math.exp(residual) * (WIDENING if condition == Condition.UNKNOWN else 1.0)
        p = _conformal(group, residual, missing, _null_share(wide))
        own_week = self.promotion_weeks.get(f"{week}/{_group(condition, identified_by)}", ())
        if own_week:
            p_week = _conformal(own_week, residual, 0, 0.0)
            p = p_week if len(own_week) >= FULL_SAMPLE else max(p, p_week)
        return PValue(p=p, n=len(group), from_null=missing / (missing + len(group)), week_shift=shift)


def _conformal(sample: tuple[float, ...], residual: float, missing: int, null_share: float) -> float:
    """Return (k + 1) / (n + 1) for an ascending sample and so many more observations shared out like the null."""
    return (bisect_right(sample, residual) + missing * null_share + 1) / (len(sample) + missing + 1)


def learn(observations: Iterable[PriceObservation], register: Register) -> PriceLevels:
    """Learn the authentic price levels; the order of the observations does not matter.

    A listing seen several times in a week counts once, with its lowest ratio.

    Parameters
    ----------
    observations : iterable of PriceObservation
        From `observe`, of any number of batches.
    register : Register
        The register that they were observed with.
    """
    lowest: dict[tuple[str, str, str], PriceObservation] = {}
    for seen in sorted(observations, key=lambda o: (o.ratio, o.listing, o.rights_holder_id, o.week, o.sku)):
        lowest.setdefault((seen.listing, seen.rights_holder_id, seen.week), seen)
    kept = tuple(lowest.values())
    groups: defaultdict[str, list[PriceObservation]] = defaultdict(list)
    for seen in kept:
        groups[_group(seen.condition, seen.identified_by)].append(seen)
    centres = {group: median(math.log(seen.ratio) for seen in members) for group, members in groups.items()}
    shifts = _week_shifts(kept, centres)

    def residual(seen: PriceObservation) -> float:
        return round(math.log(seen.ratio) - shifts.get(seen.week, 0.0), 6)

    weeks: defaultdict[str, list[float]] = defaultdict(list)
    for seen in kept:
        if seen.week in shifts:
            weeks[f"{seen.week}/{_group(seen.condition, seen.identified_by)}"].append(residual(seen))
    return PriceLevels(
        residuals={
            group: tuple(sorted(map(residual, _outside_promotions(members, shifts))))
            for group, members in sorted(groups.items())
        },
        week_shifts=shifts,
        promotion_weeks={week: tuple(sorted(members)) for week, members in sorted(weeks.items())},
        register_digest=register.digest,
    )


def _outside_promotions(members: list[PriceObservation], shifts: Mapping[str, float]) -> list[PriceObservation]:
    """Return the offers of ordinary weeks, or all of them where those are too few."""
    ordinary = [seen for seen in members if seen.week not in shifts]
    return ordinary if len(ordinary) >= FULL_SAMPLE else members


def _week_shifts(observations: Iterable[PriceObservation], centres: Mapping[str, float]) -> dict[str, float]:
    """Return by how much weeks lie below the whole, if by more than chance does; no week gets stricter."""
    by_week: defaultdict[str, list[float]] = defaultdict(list)
    for seen in observations:
        by_week[seen.week].append(math.log(seen.ratio) - centres[_group(seen.condition, seen.identified_by)])
    shifts = {week: round(median(logs), 6) for week, logs in sorted(by_week.items()) if len(logs) >= LEAST_IN_WEEK}
    return {week: shift for week, shift in shifts.items() if shift < -SURE_FROM * _error_of_median(by_week[week])}


def _error_of_median(values: list[float]) -> float:
    """Return the standard error of a median, by the median absolute deviation, as if the values were normal."""
    centre = median(values)
    spread = 1.4826 * median(abs(value - centre) for value in values)
    return 1.2533 * spread / math.sqrt(len(values))


def _group(condition: Condition, identified_by: str) -> str:
    return f"{condition.value}/{'product' if identified_by in {'gtin', 'name'} else 'range'}"


def _null_share(ratio: float) -> float:
    """Return the share of honest shops at or below a ratio, log-linear between measured points, flat outside them."""
    return float(np.exp(np.interp(math.log(ratio), np.log(_NULL_RATIOS), np.log(_NULL_SHARES))))
