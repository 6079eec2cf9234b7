"""What sellers do to a copied photo: the 21 attacks of the published measurements, and further ones.

Each attack is a function of the photo, of further photos to put beside or behind it, and of a seeded source of chance.
"""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from random import Random

import numpy as np
from PIL import Image, ImageEnhance, ImageFilter, ImageOps

from benchmarks.images import geometry, overlays
from benchmarks.images.overlays import Picture

Other = Callable[[], Picture]
Attack = Callable[[Picture, Other, Random], Picture]

LARGEST = 1_000
QUALITY = 82


def recompressed(photo: Picture, quality: int) -> Picture:
    buffer = BytesIO()
    photo.save(buffer, "JPEG", quality=quality)
    return Image.open(buffer).convert("RGB")


def scaled(photo: Picture, factor: float) -> Picture:
    return photo.resize((round(photo.width * factor), round(photo.height * factor)), Image.Resampling.LANCZOS)


def recoloured(photo: Picture, random: Random) -> Picture:
    """Shift brightness, contrast, saturation and hue."""
    for enhance in (ImageEnhance.Brightness, ImageEnhance.Contrast, ImageEnhance.Color):
        photo = enhance(photo).enhance(random.uniform(0.7, 1.3))
    hue, saturation, value = photo.convert("HSV").split()
    shift = random.randint(-20, 20)
    hue = hue.point([(level + shift) % 256 for level in range(256)])
    return Image.merge("HSV", (hue, saturation, value)).convert("RGB")


def combined(photo: Picture, random: Random) -> Picture:
    """Crop 15 %, perhaps a mirror, a banner, and JPEG at 45."""
    photo = geometry.cropped(photo, 0.15, random)
    photo = ImageOps.mirror(photo) if random.random() < 0.5 else photo
    return recompressed(overlays.banner_and_sticker(photo, random), 45)


def photographed_screen(photo: Picture, random: Random) -> Picture:
    """Moire, a slant and a slight blur."""
    slanted = geometry.in_perspective(overlays.moire(photo, random), random)
    return slanted.filter(ImageFilter.GaussianBlur(0.7))


def blurred_and_sharpened(photo: Picture, random: Random) -> Picture:
    blurred = photo.filter(ImageFilter.GaussianBlur(random.uniform(1.2, 2.2)))
    return blurred.filter(ImageFilter.UnsharpMask(3, 180, 2))


def pixelated(photo: Picture, random: Random) -> Picture:
    """Make blocks of one colour, 70 to 110 across."""
    small = ImageOps.contain(photo, (random.randint(70, 110),) * 2, Image.Resampling.BOX)
    return small.resize(photo.size, Image.Resampling.NEAREST)


def unevenly_lit(photo: Picture, random: Random) -> Picture:
    """Fall from light to dark across the photo, to between a third and a half."""
    rows, columns = np.mgrid[0 : 1 : photo.height * 1j, 0 : 1 : photo.width * 1j]
    angle, floor = random.uniform(0, 2 * np.pi), random.uniform(0.33, 0.5)
    slope = np.cos(angle) * (columns - 0.5) + np.sin(angle) * (rows - 0.5)
    light = floor + (1.2 - floor) * (slope - slope.min()) / np.ptp(slope)
    return Image.fromarray(np.clip(np.asarray(photo) * light[..., None], 0, 255).astype(np.uint8))


KNOWN: dict[str, Attack] = {
    "JPEG q30": lambda photo, _, __: recompressed(photo, 30),
    "resize 50 %": lambda photo, _, __: scaled(photo, 0.5),
    "grey": lambda photo, _, __: photo.convert("L").convert("RGB"),
    "colour shift": lambda photo, _, random: recoloured(photo, random),
    "tiled watermark": lambda photo, _, random: overlays.watermark(photo, random),
    "price banner and sticker": lambda photo, _, random: overlays.banner_and_sticker(photo, random),
    "frame 6-12 %": lambda photo, _, random: geometry.framed(photo, random),
    "pad to square": lambda photo, _, __: geometry.padded(photo),
    "crop 10 %": lambda photo, _, random: geometry.cropped(photo, 0.10, random),
    "crop 20 %": lambda photo, _, random: geometry.cropped(photo, 0.20, random),
    "crop 40 %": lambda photo, _, random: geometry.cropped(photo, 0.40, random),
    "crop 60 %": lambda photo, _, random: geometry.cropped(photo, 0.60, random),
    "horizontal flip": lambda photo, _, __: ImageOps.mirror(photo),
    "rotate 5": lambda photo, _, random: geometry.rotated(photo, 5, random),
    "rotate 15": lambda photo, _, random: geometry.rotated(photo, 15, random),
    "rotate 90": lambda photo, _, random: geometry.rotated(photo, 90, random),
    "phone screenshot": lambda photo, _, random: overlays.screenshot(photo, random),
    "collage 2x2": lambda photo, other, random: geometry.collage(photo, other, random, 2),
    "picture in picture": lambda photo, other, random: geometry.inset(photo, other(), random),
    "background replaced": lambda photo, other, _: geometry.on_another_ground(photo, other()),
    "combo": lambda photo, _, random: combined(photo, random),
}
"""The attacks that published measurements name, by the same names."""

FURTHER: dict[str, Attack] = {
    "perspective": lambda photo, _, random: geometry.in_perspective(photo, random),
    "photographed screen": lambda photo, _, random: photographed_screen(photo, random),
    "stickers and emoji": lambda photo, _, random: overlays.stickers(photo, random),
    "collage 3x3": lambda photo, other, random: geometry.collage(photo, other, random, 3),
    "words over the middle": lambda photo, _, random: overlays.words_over_the_middle(photo, random),
    "blur and sharpen": lambda photo, _, random: blurred_and_sharpened(photo, random),
    "stretched 15-35 %": lambda photo, _, random: geometry.stretched(photo, random),
    "pixelated": lambda photo, _, random: pixelated(photo, random),
    "inverted": lambda photo, _, __: ImageOps.invert(photo),
    "posterised": lambda photo, _, __: ImageOps.posterize(photo, 2),
    "strips cut out": lambda photo, _, random: geometry.without_strips(photo, random),
    "uneven light": lambda photo, _, random: unevenly_lit(photo, random),
    "flip, crop 20 %, banner": lambda photo, _, random: overlays.banner_and_sticker(
        geometry.cropped(ImageOps.mirror(photo), 0.20, random), random
    ),
    "rotate 8, frame, JPEG q40": lambda photo, _, random: recompressed(
        geometry.framed(geometry.rotated(photo, 8, random), random), 40
    ),
    "screenshot of a collage": lambda photo, other, random: overlays.screenshot(
        geometry.collage(photo, other, random, 2), random
    ),
}

ATTACKS = KNOWN | FURTHER


def attacked(name: str, photo: Picture, other: Other, random: Random) -> bytes:
    """Return the upload that an attack makes of a photo."""
    return uploaded(ATTACKS[name](photo, other, random))


def uploaded(picture: Picture) -> bytes:
    """Return a picture as the JPEG that a platform serves: at most `LARGEST` pixels a side."""
    picture.thumbnail((LARGEST, LARGEST))
    buffer = BytesIO()
    picture.save(buffer, "JPEG", quality=QUALITY)
    return buffer.getvalue()
