"""Plain figures that everybody uses: what a mark must differ from to be looked for by its silhouette."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray

from detectors.image.decode import Grey
from detectors.image.hashes import Hashes
from detectors.image.shapes import Mask, codes, figure

_SIDE = 256
_MID = _SIDE // 2
_RADIUS = 100
_TURNS = (-10, 0, 10)
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789&?!"
_FACES = ((cv2.FONT_HERSHEY_SIMPLEX, 8), (cv2.FONT_HERSHEY_SIMPLEX, 18), (cv2.FONT_HERSHEY_COMPLEX, 12))
_POINTED = ((4, 0.4), (5, 0.38), (5, 0.5), (6, 0.58), (8, 0.6))
"""Points of a star and how deep it is cut."""


@cache
def plain_codes() -> Hashes:
    """Return the codes of discs, rings, polygons, stars, crosses, hearts and letters, each at three tilts."""
    return codes(_pictures())


def likeness(picture: Grey) -> float:
    """Return the highest correlation of a figure's picture with that of a plain figure, 0 to 1.

    Unlike codes, which say little of what is symmetric, since half of its frequencies are nothing but noise.
    """
    return float((_centred([picture]) @ _all_centred().T).max())


@cache
def _pictures() -> tuple[Grey, ...]:
    found = (figure(mask, 1, turn) for mask in _plain() for turn in _TURNS)
    return tuple(plain.picture for plain in found if plain is not None)


@cache
def _all_centred() -> NDArray[np.float32]:
    return _centred(_pictures())


def _centred(pictures: Sequence[Grey]) -> NDArray[np.float32]:
    """Return pictures as rows with mean 0 and length 1."""
    rows = np.stack(pictures).reshape(len(pictures), -1).astype(np.float32)
    rows -= rows.mean(axis=1, keepdims=True)
    centred: NDArray[np.float32] = rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1)
    return centred


def _plain() -> Iterator[Mask]:
    yield from _rings()
    yield from _squares()
    yield from _polygons()
    yield from _crosses()
    yield from _hearts()
    yield from _letters()


def _rings() -> Iterator[Mask]:
    yield _disc(_RADIUS)
    for hole in range(20, 96, 5):
        ring = _disc(_RADIUS) - _disc(hole)
        yield ring
        for dot in (0.3, 0.5, 0.7, 0.85):
            yield ring | _disc(round(hole * dot))


def _squares() -> Iterator[Mask]:
    square = _square(_RADIUS)
    yield square
    for hole in (30, 50, 70, 85):
        yield square - _square(hole)
        yield square - _disc(hole)
    for corner in (20, 40, 60):
        brush = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * corner + 1, 2 * corner + 1))
        yield from _filled_and_drawn(np.asarray(cv2.morphologyEx(square, cv2.MORPH_OPEN, brush), dtype=np.uint8))


def _polygons() -> Iterator[Mask]:
    for corners in (3, 4, 5, 6, 8):
        yield from _filled_and_drawn(_star(corners, 1))
        yield _star(corners, 1, turn=np.pi / corners)
    for points, depth in _POINTED:
        yield _star(points, depth)


def _crosses() -> Iterator[Mask]:
    for breadth in (20, 33, 50):
        bar = _empty()
        bar[_MID - breadth : _MID + breadth, _MID - _RADIUS : _MID + _RADIUS] = 1
        yield bar | bar.T


def _hearts() -> Iterator[Mask]:
    t = np.linspace(0, 2 * np.pi, 200)
    across = 16 * np.sin(t) ** 3
    down = -(13 * np.cos(t) - 5 * np.cos(2 * t) - 2 * np.cos(3 * t) - np.cos(4 * t))
    yield from _filled_and_drawn(_inside(np.stack([across, down], axis=1) * 6))


def _letters() -> Iterator[Mask]:
    for letter in _LETTERS:
        for face, stroke in _FACES:
            mask = _empty()
            cv2.putText(mask, letter, (50, 190), face, 6, 1, stroke)
            yield mask


def _filled_and_drawn(mask: Mask) -> Iterator[Mask]:
    """Yield a figure filled, and its outline as a band."""
    yield mask
    yield mask - np.asarray(cv2.erode(mask, np.ones((27, 27), dtype=np.uint8)), dtype=np.uint8)


def _empty() -> Mask:
    return np.zeros((_SIDE, _SIDE), dtype=np.uint8)


def _disc(radius: int) -> Mask:
    mask = _empty()
    cv2.circle(mask, (_MID, _MID), radius, 1, cv2.FILLED)
    return mask


def _square(half: int) -> Mask:
    mask = _empty()
    mask[_MID - half : _MID + half, _MID - half : _MID + half] = 1
    return mask


def _star(points: int, depth: float, turn: float = 0) -> Mask:
    """Return a star; one with depth 1 is a polygon."""
    angles = np.pi * np.arange(2 * points) / points - np.pi / 2 + turn
    reach = np.where(np.arange(2 * points) % 2 == 0, 1, depth) * _RADIUS
    corners = np.stack([np.cos(angles), np.sin(angles)], axis=1) * reach[:, None]
    return _inside(corners[::2] if depth == 1 else corners)


def _inside(corners: NDArray[np.float64]) -> Mask:
    """Return the inside of a polygon whose corners are given from the middle."""
    mask = _empty()
    cv2.fillPoly(mask, [np.round(corners + _MID).astype(np.int32)], 1)
    return mask
