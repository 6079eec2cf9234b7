"""The price of an offer among authentic ones, as points of a small drawing."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from statistics import NormalDist
from typing import Final

from pipeline.records import Json

WIDTH, HEIGHT = 360, 96
LOWEST, HIGHEST = 0.05, 3.0
"""Ends of the axis, as shares of the authentic price; it is logarithmic."""
NARROWEST, WIDEST = 0.05, 1.5
"""Bounds of the spread that is drawn, in natural-log units."""
TICKS: Final = (0.1, 0.25, 0.5, 1.0, 2.0)
_STEPS: Final = 72


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceChart:
    """A bell of authentic prices and a line for the offer.

    Attributes
    ----------
    curve : str
        Points of the bell; empty if too little is known to draw one.
    offer, level : float
        Where the offer and the authentic price lie, in pixels from the left.
    ticks : tuple of (float, float)
        Shares of the authentic price, and where they lie.
    """

    curve: str
    offer: float
    level: float
    ticks: tuple[tuple[float, float], ...]
    ratio: float
    share_below: float | None


def price_chart(evidence: Mapping[str, Json]) -> PriceChart | None:
    """Draw what a price signal says.

    Parameters
    ----------
    evidence : mapping
        With `ratio` (offer to authentic price) and, where it is known, `p_value` (share of authentic offers so low).

    Returns
    -------
    PriceChart or None
        None without a usable ratio.

    Notes
    -----
    The bell is the log-normal about the authentic price of which `p_value` lies below the offer: its spread is
    ln(ratio) / z(p). It shows what the signal's two numbers mean, and no more.
    """
    ratio, share = _number(evidence.get("ratio")), _number(evidence.get("p_value"))
    if ratio is None or ratio <= 0:
        return None
    return PriceChart(
        curve=_curve(ratio, share),
        offer=_place(ratio),
        level=_place(1.0),
        ticks=tuple((tick, _place(tick)) for tick in TICKS),
        ratio=ratio,
        share_below=share,
    )


def _curve(ratio: float, share: float | None) -> str:
    if share is None or not 0 < share < 0.5 or ratio >= 1:  # noqa: PLR2004  the lower half
        return ""
    spread = min(max(math.log(ratio) / NormalDist().inv_cdf(share), NARROWEST), WIDEST)
    span = math.log(HIGHEST / LOWEST)
    points = []
    for step in range(_STEPS + 1):
        at = math.log(LOWEST) + span * step / _STEPS
        height = math.exp(-0.5 * (at / spread) ** 2)
        points.append(f"{WIDTH * step / _STEPS:.1f},{HEIGHT - 4 - (HEIGHT - 16) * height:.1f}")
    return " ".join(points)


def _place(ratio: float) -> float:
    kept = min(max(ratio, LOWEST), HIGHEST)
    return round(WIDTH * math.log(kept / LOWEST) / math.log(HIGHEST / LOWEST), 1)


def _number(value: Json) -> float | None:
    try:
        number = float(value)
    except (TypeError, ValueError):
        return None
    return number if math.isfinite(number) else None
