"""Cuts, frames, turns and sheets: where on an upload the copied photo ends up."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

import cv2
import numpy as np
from PIL import Image, ImageOps

from benchmarks.images.overlays import Picture, some_colour

_WHITE = (255, 255, 255)


def cropped(photo: Picture, share: float, random: Random) -> Picture:
    """Cut away a share of the area at a random place, keeping the proportions."""
    side = (1 - share) ** 0.5
    width, height = round(photo.width * side), round(photo.height * side)
    left, top = random.randint(0, photo.width - width), random.randint(0, photo.height - height)
    return photo.crop((left, top, left + width, top + height))


def framed(photo: Picture, random: Random) -> Picture:
    """Add a frame of one colour, 6 to 12 % of the width."""
    return ImageOps.expand(photo, round(photo.width * random.uniform(0.06, 0.12)), some_colour(random))


def padded(photo: Picture) -> Picture:
    """Fill up to a white square."""
    side = max(photo.size)
    return ImageOps.pad(photo, (side, side), color=_WHITE)


def rotated(photo: Picture, degrees: float, random: Random) -> Picture:
    """Turn to either side, keeping the corners, on white."""
    turn = degrees * random.choice((-1, 1))
    return photo.rotate(turn, Image.Resampling.BICUBIC, expand=True, fillcolor=_WHITE)


def collage(photo: Picture, other: Callable[[], Picture], random: Random, tiles: int) -> Picture:
    """Put the photo among others on a sheet of tiles x tiles, with or without gaps."""
    cell = 800 // tiles
    gap = random.choice((0, 0, 8, 16))
    side = tiles * cell + (tiles - 1) * gap
    sheet = Image.new("RGB", (side, side), _WHITE)
    place, whole = random.randrange(tiles * tiles), random.random() < 0.5
    for i in range(tiles * tiles):
        shown = photo if i == place else other()
        tile = ImageOps.pad(shown, (cell, cell), color=_WHITE) if whole else ImageOps.fit(shown, (cell, cell))
        row, column = divmod(i, tiles)
        sheet.paste(tile, (column * (cell + gap), row * (cell + gap)))
    return sheet


def inset(photo: Picture, other: Picture, random: Random) -> Picture:
    """Put a copy of 380 pixels somewhere on another photo of 800 pixels."""
    shape = (800, 800)
    sheet = ImageOps.contain(other, shape) if 2 * min(other.size) > max(other.size) else ImageOps.fit(other, shape)
    small = ImageOps.contain(photo, (380, 380))
    sheet.paste(small, (random.randint(0, sheet.width - small.width), random.randint(0, sheet.height - small.height)))
    return sheet


def on_another_ground(photo: Picture, other: Picture) -> Picture:
    """Cut out the foreground (GrabCut [1]_ from a rectangle in the middle) and lay it on another photo.

    References
    ----------
    .. [1] C. Rother, V. Kolmogorov, A. Blake, "GrabCut", ACM Transactions on Graphics 23(3), 2004.
    """
    mask = Image.fromarray(foreground(photo)).resize(photo.size, Image.Resampling.BILINEAR)
    return Image.composite(photo, ImageOps.fit(other, photo.size), mask)


def foreground(photo: Picture) -> np.ndarray[tuple[int, int], np.dtype[np.uint8]]:
    """Return a mask of the foreground, 255 where it is; an ellipse where none can be told from the ground."""
    small = ImageOps.contain(photo, (200, 200))
    width, height = small.size
    mask = np.zeros((height, width), np.uint8)
    models = np.zeros((1, 65), np.float64), np.zeros((1, 65), np.float64)
    rectangle = (round(0.08 * width), round(0.06 * height), round(0.84 * width), round(0.88 * height))
    cv2.setRNGSeed(1)
    cv2.grabCut(np.asarray(small)[..., ::-1].copy(), mask, rectangle, *models, 3, cv2.GC_INIT_WITH_RECT)
    found = np.isin(mask, (cv2.GC_FGD, cv2.GC_PR_FGD))
    if not 0.1 <= found.mean() <= 0.75:
        rows, columns = np.mgrid[-1 : 1 : height * 1j, -1 : 1 : width * 1j]
        found = (rows / 0.85) ** 2 + (columns / 0.8) ** 2 <= 1
    return (255 * found).astype(np.uint8)


def in_perspective(photo: Picture, random: Random) -> Picture:
    """Photograph the photo from aside: each corner moves inwards by up to 15 % of a side."""
    width, height = photo.size
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    inwards = np.array([[1, 1], [-1, 1], [-1, -1], [1, -1]], np.float32)
    shifts = np.array([[random.uniform(0, 0.15) for _ in range(2)] for _ in range(4)], np.float32)
    matrix = cv2.getPerspectiveTransform(corners, corners + (inwards * shifts * (width, height)).astype(np.float32))
    ground = some_colour(random)
    return Image.fromarray(cv2.warpPerspective(np.asarray(photo), matrix, (width, height), borderValue=ground))


def without_strips(photo: Picture, random: Random) -> Picture:
    """Cut two horizontal strips of 4 to 7 % of the height out of the photo and close it up."""
    rows = np.asarray(photo)
    for middle in (0.66, 0.33):
        top = round(photo.height * (middle + random.uniform(-0.12, 0.12)))
        rows = np.delete(rows, np.s_[top : top + round(photo.height * random.uniform(0.04, 0.07))], axis=0)
    return Image.fromarray(rows)


def stretched(photo: Picture, random: Random) -> Picture:
    """Change the proportions by 15 to 35 %, either way."""
    factor = random.uniform(1.15, 1.35) ** random.choice((-1, 1))
    return photo.resize((round(photo.width * factor), photo.height), Image.Resampling.LANCZOS)
