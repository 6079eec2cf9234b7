"""Logos on goods: printed on a photo's product, laid flat over a photo, or recoloured to one ink."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from benchmarks.images.overlays import Picture, some_colour

Numbers = NDArray[np.float32]
Other = Callable[[], Picture]

WIDTH = 800
"""Photos are brought to this width first, so that a small logo is as sharp as on a platform."""
LEGIBLE = 40
"""Grey levels by which ink and ground differ in four fifths of a logo, if `_DRAWS` draws give such a place."""
_DRAWS = 20
_LIGHT = 200


def trimmed(logo: Picture) -> Picture:
    """Cut off what is transparent all around."""
    rgba = logo.convert("RGBA")
    return rgba.crop(rgba.getchannel("A").getbbox())


def one_ink(logo: Picture, ink: tuple[int, int, int]) -> Picture:
    """Recolour a logo to one ink; its light parts stay without."""
    pixels = np.asarray(logo.convert("RGBA"))
    light = np.asarray(logo.convert("RGB").convert("L")) > _LIGHT
    bright = pixels[..., 3] > 0
    alpha = pixels[..., 3] if light[bright].all() else np.where(light, 0, pixels[..., 3])
    recoloured = np.empty_like(pixels)
    recoloured[..., :3] = ink
    recoloured[..., 3] = alpha
    return Image.fromarray(recoloured)


def printed(logo: Picture, other: Other, share: float, random: Random) -> Picture:
    """Print a logo on the goods of a photo: bent, tilted, shaded by the goods, its ink mixed with theirs."""
    layer = _bent(_sized(logo, share), random)
    photo, place = _legible_place(layer, other, random)
    return _laid(layer, photo, place, opacity=random.uniform(0.82, 0.95), shaded=True)


def flat(logo: Picture, other: Other, share: float, random: Random) -> Picture:
    """Lay a logo over a photo as it is."""
    layer = _sized(logo, share)
    photo, place = _legible_place(layer, other, random)
    return _laid(layer, photo, place, opacity=1, shaded=False)


def silhouette_on_plain(logo: Picture, share: float, random: Random) -> Picture:
    """Print a logo in one ink on an even ground."""
    ink, ground = some_colour(random), some_colour(random)
    while abs(_grey(ink) - _grey(ground)) < 2 * LEGIBLE:
        ink, ground = some_colour(random), some_colour(random)
    layer = _bent(_sized(one_ink(logo, ink), share), random)
    photo = Image.new("RGB", (WIDTH, WIDTH), ground)
    return _laid(layer, photo, _place(layer, photo, random), opacity=1, shaded=False)


def silhouette_on_textile(logo: Picture, other: Other, share: float, random: Random) -> Picture:
    """Print a logo in one ink on the goods of a photo."""
    return printed(
        one_ink(logo, random.choice(((20, 20, 24), (245, 245, 240), some_colour(random)))), other, share, random
    )


def _sized(logo: Picture, share: float) -> Picture:
    """Bring a logo to a share of the photo's width; a tall one no higher than two fifths of it."""
    factor = min(share * WIDTH / logo.width, 0.4 * WIDTH / logo.height)
    size = (max(8, round(logo.width * factor)), max(8, round(logo.height * factor)))
    return logo.resize(size, Image.Resampling.LANCZOS)


def _bent(logo: Picture, random: Random) -> Picture:
    """Wrap a logo around an upright cylinder, let it wave, and tilt it by up to 10 degrees."""
    margin = max(logo.size) // 4
    sheet = Image.new("RGBA", (logo.width + 2 * margin, logo.height + 2 * margin))
    sheet.paste(logo, (margin, margin))
    sheet = sheet.rotate(random.uniform(-10, 10), Image.Resampling.BICUBIC)
    height, width = sheet.height, sheet.width
    rows, columns = np.mgrid[0:height, 0:width].astype(np.float32)
    reach = random.uniform(0.6, 1.1)
    across = (columns / width * 2 - 1) * np.sin(reach)
    wave = [
        0.015 * max(logo.size) * np.sin(2 * np.pi * (random.uniform(0.5, 1.5) * axis + random.random()))
        for axis in (rows / height, columns / width)
    ]
    source_x = (np.arcsin(across) / reach + 1) / 2 * width + wave[0]
    source_y = rows + wave[1] + 0.06 * height * across**2
    pixels = np.asarray(sheet).astype(np.float32)
    pixels[..., :3] *= pixels[..., 3:] / 255
    bent = cv2.remap(pixels, source_x.astype(np.float32), source_y.astype(np.float32), cv2.INTER_LINEAR)
    bent[..., :3] = bent[..., :3] * (255 / np.maximum(bent[..., 3:], 1))
    return trimmed(Image.fromarray(np.clip(bent, 0, 255).astype(np.uint8)))


def _legible_place(layer: Picture, other: Other, random: Random) -> tuple[Picture, tuple[int, int]]:
    """Draw a photo and a place near its middle where the logo stands out; the best of some draws if none will do."""
    best: tuple[float, Picture, tuple[int, int]] | None = None
    ink = np.asarray(layer.convert("RGB").convert("L"), dtype=np.float32)
    covered = np.asarray(layer.getchannel("A")) > 127
    for _ in range(_DRAWS):
        photo = other()
        photo = photo.resize((WIDTH, round(WIDTH * photo.height / photo.width)), Image.Resampling.BICUBIC)
        left, top = _place(layer, photo, random)
        ground = np.asarray(photo.crop((left, top, left + layer.width, top + layer.height)).convert("L"), np.float32)
        contrast = float(np.percentile(np.abs(ink - ground)[covered], 20)) if covered.any() else 0.0
        if best is None or contrast > best[0]:
            best = contrast, photo, (left, top)
        if contrast >= LEGIBLE:
            break
    assert best is not None
    return best[1:]


def _place(layer: Picture, photo: Picture, random: Random) -> tuple[int, int]:
    """Return where a logo goes: in the middle half of the photo, where goods are."""
    free = photo.width - layer.width, photo.height - layer.height
    left, top = (round(side * random.uniform(0.3, 0.7)) for side in free)
    return left, top


def _laid(layer: Picture, photo: Picture, place: tuple[int, int], *, opacity: float, shaded: bool) -> Picture:
    """Blend a logo into a photo; a shaded one is lit as its ground is."""
    pixels = np.asarray(photo, dtype=np.float32).copy()
    window = np.s_[place[1] : place[1] + layer.height, place[0] : place[0] + layer.width]
    ground, ink = pixels[window], np.asarray(layer, dtype=np.float32)
    colour, alpha = ink[..., :3], opacity * ink[..., 3:] / 255
    if shaded:
        light = cv2.GaussianBlur(ground.mean(axis=2), (0, 0), 2)
        colour = colour * (np.clip(light / max(1.0, float(light.mean())), 0.5, 1.4))[..., None]
    pixels[window] = alpha * colour + (1 - alpha) * ground
    return Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8))


def _grey(colour: tuple[int, int, int]) -> float:
    return 0.299 * colour[0] + 0.587 * colour[1] + 0.114 * colour[2]
