"""Charts as inline SVG: no script, readable in print, every number in a title that a screen reader speaks."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

WIDTH, ROW, RIGHT = 640, 26, 28
LEAST_LEFT, MOST_LEFT, LETTER = 30, 290, 6.2
"""Room for labels, and how wide a letter is at 12 pixels."""
COLUMN_HEIGHT, FOOT = 220, 34
NICE = (1, 2, 2.5, 5, 10)
"""Steps between ticks, times a power of ten."""
OPEN = Markup('<svg viewBox="0 0 {} {}" role="img" aria-label="{}" xmlns="http://www.w3.org/2000/svg">')
CLOSE = Markup("</svg>")
LINE = Markup('<line class="{}" x1="{}" y1="{}" x2="{}" y2="{}"/>')
TEXT = Markup('<text class="{}" x="{}" y="{}">{}</text>')
DOT = Markup('<circle class="dot" cx="{}" cy="{}" r="4"><title>{}</title></circle>')
PATH = Markup('<polyline class="line" points="{}"/>')


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """A labelled number with its limits, where it has any."""

    label: str
    value: float
    low: float | None = None
    high: float | None = None


def forest(points: Sequence[Point], title: str, unit: str = "%") -> Markup:
    """Return a chart with a row for each point: a dot, and a bar from low to high.

    Parameters
    ----------
    points : sequence of Point
        From top to bottom.
    title : str
        Read out in place of the chart.
    unit : str
        Behind every number.
    """
    if not points:
        return Markup("")
    low = min(0.0, *(p.low if p.low is not None else p.value for p in points))
    high = max(0.0, *(p.high if p.high is not None else p.value for p in points))
    ticks = _ticks(low, high)
    low, high = min(low, ticks[0]), max(high, ticks[-1])
    left = min(MOST_LEFT, LEAST_LEFT + LETTER * max(len(point.label) for point in points))

    def x(value: float) -> float:
        return round(left + (value - low) / ((high - low) or 1) * (WIDTH - left - RIGHT), 1)

    height = ROW * len(points) + FOOT
    parts = [OPEN.format(WIDTH, height, title)]
    for tick in ticks:
        parts += [LINE.format("grid", x(tick), 4, x(tick), height - FOOT + 4)]
        parts += [TEXT.format("tick", x(tick), height - 14, _number(tick, unit))]
    for number, point in enumerate(points):
        y = ROW * number + ROW // 2 + 4
        parts.append(TEXT.format("label", left - 10, y + 4, _cut(point.label)))
        if point.low is not None and point.high is not None:
            parts.append(LINE.format("bar", x(point.low), y, x(point.high), y))
        parts.append(DOT.format(x(point.value), y, _spoken(point, unit)))
    return Markup("").join([*parts, CLOSE])


def highest(points: Sequence[Point]) -> float:
    """Return the highest limit or value of some points, at least 0."""
    return max((p.high if p.high is not None else p.value for p in points), default=0.0)


def trend(points: Sequence[Point], title: str, unit: str = "%", reach: float = 0.0) -> Markup:
    """Return a chart with a column for each period: a dot, a bar from low to high, and a pale line between the dots.

    Parameters
    ----------
    points : sequence of Point
        From left to right.
    title, unit
        As for `forest`.
    reach : float
        How high the axis goes at least: charts that stand side by side need one scale.
    """
    if not points:
        return Markup("")
    high = max(reach, highest(points), 0.0)
    ticks = _ticks(0.0, high)
    top = max(high, ticks[-1]) or 1
    step = (WIDTH - 60 - RIGHT) / len(points)
    places = [round(60 + step * (number + 0.5), 1) for number in range(len(points))]

    def y(value: float) -> float:
        return round(10 + (1 - value / top) * (COLUMN_HEIGHT - 10), 1)

    parts = [OPEN.format(WIDTH, COLUMN_HEIGHT + FOOT, title)]
    for tick in ticks:
        parts += [LINE.format("grid", 60, y(tick), WIDTH - RIGHT, y(tick))]
        parts += [TEXT.format("label", 52, y(tick) + 4, _number(tick, unit))]
    path = " ".join(f"{x},{y(point.value)}" for x, point in zip(places, points, strict=True))
    parts.append(PATH.format(path))
    for x, point in zip(places, points, strict=True):
        if point.low is not None and point.high is not None:
            parts.append(LINE.format("bar", x, y(point.low), x, y(point.high)))
        parts.append(DOT.format(x, y(point.value), _spoken(point, unit)))
        parts.append(TEXT.format("tick", x, COLUMN_HEIGHT + 20, point.label))
    return Markup("").join([*parts, CLOSE])


def _spoken(point: Point, unit: str) -> str:
    said = f"{point.label}: {_number(point.value, unit)}"
    if point.low is None or point.high is None:
        return said
    return f"{said}, {_number(point.low, unit)} to {_number(point.high, unit)}"


def _cut(label: str) -> str:
    """Shorten a label to what there is room for; the dot's title has all of it."""
    most = int((MOST_LEFT - LEAST_LEFT) / LETTER)
    return label if len(label) <= most else f"{label[: most - 1]}…"


def _number(value: float, unit: str) -> str:
    return f"{value:.3g}{unit}"


def _ticks(low: float, high: float) -> list[float]:
    span = (high - low) or 1.0
    rough = span / 4
    scale = 10.0 ** math.floor(math.log10(rough))
    step = next(nice * scale for nice in NICE if nice * scale >= rough * 0.999)
    first, last = math.floor(low / step), math.ceil(high / step)
    return [round(number * step, 12) for number in range(first, last + 1)]
