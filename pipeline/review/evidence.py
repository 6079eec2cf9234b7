"""What a candidate carries, as the case page shows it: numbered signals, a waterfall, pictures, texts, the price."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from pipeline.records import Json

ODDS_LIMIT: Final = 1e-9
"""Scores nearer to 0 or 1 than this are drawn as if they were this far."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A signal or an exclusion of a candidate, with the number by which the page points at it.

    Attributes
    ----------
    weight : float
        Evidence weight, in natural-log odds.
    excludes : bool
        Whether it speaks of legitimate use.
    """

    number: int
    detector: str
    observation: str
    asset_id: str | None
    strength: float
    reason: str
    weight: float
    excludes: bool
    evidence: Mapping[str, Json]


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A bar of the waterfall: from where to where the log odds go, in per mille of the width."""

    seen: Seen | None
    points: float
    total: float
    left: float
    width: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Waterfall:
    """The sum that makes a score.

    Attributes
    ----------
    prior : float
        Log odds before any signal.
    steps : tuple of Step
        The prior first, then every signal that counts, in the order of their weights.
    zero : float
        Where even odds lie, in per mille of the width.
    total : float
        Log odds of the score.
    """

    prior: float
    steps: tuple[Step, ...]
    zero: float
    total: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """A photo of the listing beside the registered picture that it shows, with outlines as SVG points (0 to 1)."""

    seen: Seen
    photo: int
    outline: str
    asset_image: str
    asset_outline: str


def seen_in(row: Mapping[str, Json]) -> tuple[Seen, ...]:
    """Return what a candidate's row says was seen, the weightiest first, numbered from 1."""
    found = [(signal, excludes) for name, excludes in _SIDES for signal in row.get(name) or ()]
    ordered = sorted(found, key=lambda pair: -abs(pair[0].get("weight") or 0.0))
    return tuple(_seen(number, *pair) for number, pair in enumerate(ordered, start=1))


def waterfall(score: float, seen: Sequence[Seen]) -> Waterfall:
    """Lay out the sum of weights that makes a score.

    Parameters
    ----------
    score : float
        0 to 1.
    seen : sequence of Seen
        Everything that was weighed.

    Returns
    -------
    Waterfall
        The prior is what is left of the score's log odds without the weights, so that the bars always add up.
    """
    kept = min(max(score, ODDS_LIMIT), 1 - ODDS_LIMIT)
    total = math.log(kept / (1 - kept))
    counted = [s for s in seen if s.weight]
    prior = total - sum(s.weight for s in counted)
    bars: list[tuple[Seen | None, float, float]] = [(None, prior, prior)]
    for s in counted:
        bars.append((s, s.weight, bars[-1][2] + s.weight))
    reached = [0.0, *(after for _, _, after in bars)]
    low, high = min(reached), max(reached)
    scale = 1_000 / ((high - low) or 1.0)
    steps = tuple(
        Step(
            seen=s,
            points=points,
            total=after,
            left=round((min(after - points, after) - low) * scale, 1),
            width=round(max(abs(points) * scale, 2.0), 1),
        )
        for s, points, after in bars
    )
    zero = round((0.0 - low) * scale, 1)
    return Waterfall(prior=prior, steps=steps, zero=zero, total=total)


def pairs_of(seen: Iterable[Seen]) -> tuple[Pair, ...]:
    """Return the pictures that were recognised, the weightiest sighting of each photo and picture once."""
    found: dict[tuple[int, str], Pair] = {}
    for s in seen:
        pair = _pair(s)
        if pair is not None:
            found.setdefault((pair.photo, pair.asset_image), pair)
    return tuple(found.values())


def price_of(seen: Iterable[Seen]) -> Seen | None:
    """Return the signal that compares the price, if any."""
    prices = [s for s in seen if s.evidence.get("kind") == "price" and s.evidence.get("ratio")]
    return max(prices, key=lambda s: abs(s.weight), default=None)


_SIDES: Final = (("signals", False), ("exclusions", True))


def _seen(number: int, signal: Mapping[str, Any], excludes: bool) -> Seen:  # noqa: FBT001  one of a pair
    evidence = signal.get("evidence")
    return Seen(
        number=number,
        detector=str(signal.get("detector", "")),
        observation=str(signal.get("observation", "")),
        asset_id=signal.get("asset_id"),
        strength=float(signal.get("strength") or 0.0),
        reason=str(signal.get("reason", "")),
        weight=float(signal.get("weight") or 0.0),
        excludes=excludes,
        evidence=evidence if isinstance(evidence, Mapping) else {},
    )


def _pair(seen: Seen) -> Pair | None:
    evidence = seen.evidence
    photo, name = evidence.get("image"), evidence.get("asset_image")
    if not isinstance(photo, int) or not isinstance(name, str):
        return None
    outline = _points(evidence.get("corners")) or _points(_corners(evidence.get("box")))
    asset_outline = _points(_corners(evidence.get("asset_box")))
    return Pair(seen=seen, photo=photo, outline=outline, asset_image=name, asset_outline=asset_outline)


def _corners(box: Json) -> Json:
    if not isinstance(box, list) or len(box) != 4:  # noqa: PLR2004  left, top, right, bottom
        return None
    left, top, right, bottom = box
    return [[left, top], [right, top], [right, bottom], [left, bottom]]


def _points(corners: Json) -> str:
    try:
        return " ".join(f"{float(x):.4f},{float(y):.4f}" for x, y in corners or ())
    except (TypeError, ValueError):
        return ""
