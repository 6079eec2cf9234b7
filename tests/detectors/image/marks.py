"""Made marks, and prints of them in one ink."""

from __future__ import annotations

from random import Random

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from detectors.image.decode import Picture, decode
from tests.detectors.image.pictures import encoded

SIDE = 240


def mark(seed: int) -> Image.Image:
    """Return a mark on a transparent ground: a thick broken line with a dot and a bar."""
    random = Random(seed + 4)  # the first six of these are none too plain
    picture = Image.new("RGBA", (SIDE, SIDE))
    draw = ImageDraw.Draw(picture)
    points = [(random.randrange(30, 210), random.randrange(30, 210)) for _ in range(6)]
    draw.line(points, fill=(20, 30, 120, 255), width=24, joint="curve")
    x, y = points[-1]
    draw.ellipse((x - 28, y - 28, x + 28, y + 28), fill=(20, 30, 120, 255))
    return picture


def registered(picture: Image.Image) -> Picture:
    """Return a mark as enrolment sees it."""
    return decode(encoded(picture, "PNG"))


def printed(
    picture: Image.Image,
    *,
    ink: int = 30,
    ground: int = 170,
    size: tuple[int, int] = (600, 800),
    width: int = 200,
    turn: float = 0,
) -> Image.Image:
    """Print a mark in one ink near the middle of a slightly uneven ground."""
    noise = np.random.default_rng(1).normal(ground, 6, (size[1], size[0]))
    photo = Image.fromarray(np.clip(noise, 0, 255).astype(np.uint8)).filter(ImageFilter.GaussianBlur(1))
    layer = picture.getchannel("A").rotate(turn, Image.Resampling.BICUBIC, expand=True)
    layer = layer.crop(layer.getbbox())
    layer = layer.resize((width, max(1, round(width * layer.height / layer.width))))
    photo.paste(ink, ((size[0] - width) // 2 + 40, size[1] // 3), layer)
    return photo
