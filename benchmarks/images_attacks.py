"""What sellers do to a copied photo: twenty attacks on a picture, each drawn from a seed."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from random import Random

from PIL import Image, ImageDraw, ImageEnhance, ImageOps

Picture = Image.Image
Attack = Callable[[Picture, Picture, Random], Picture]
"""From a photo, another photo and a source of chance to what is uploaded."""


def _colour(random: Random) -> tuple[int, int, int]:
    return random.randrange(256), random.randrange(256), random.randrange(256)


def _cropped(photo: Picture, share: float, random: Random) -> Picture:
    """Cut away a share of the area, at a random place, keeping the aspect."""
    side = (1 - share) ** 0.5
    width, height = round(photo.width * side), round(photo.height * side)
    left, top = random.randint(0, photo.width - width), random.randint(0, photo.height - height)
    return photo.crop((left, top, left + width, top + height))


def _recompressed(photo: Picture, quality: int) -> Picture:
    buffer = BytesIO()
    photo.save(buffer, "JPEG", quality=quality)
    return Image.open(buffer).convert("RGB")


def _recoloured(photo: Picture, random: Random) -> Picture:
    for enhance in (ImageEnhance.Brightness, ImageEnhance.Contrast, ImageEnhance.Color):
        photo = enhance(photo).enhance(random.uniform(0.7, 1.3))
    return photo


def _watermarked(photo: Picture, random: Random) -> Picture:
    layer = Image.new("RGBA", photo.size)
    draw = ImageDraw.Draw(layer)
    step = max(24, photo.width // 5)
    for top in range(0, photo.height, step):
        for left in range(-step, photo.width, 2 * step):
            draw.text(
                (left + top % 40, top), "shop-no-5", fill=(255, 255, 255, random.randint(80, 140)), font_size=step // 4
            )
    return Image.alpha_composite(photo.convert("RGBA"), layer).convert("RGB")


def _bannered(photo: Picture, random: Random) -> Picture:
    photo = photo.copy()
    draw = ImageDraw.Draw(photo)
    height = round(photo.height * random.uniform(0.08, 0.16))
    top = random.choice((0, photo.height - height))
    draw.rectangle((0, top, photo.width, top + height), fill=_colour(random))
    draw.text((photo.width // 10, top + height // 4), "SALE -50%", fill=(255, 255, 255), font_size=max(8, height // 2))
    radius = photo.width // 9
    draw.ellipse(
        (photo.width - 2 * radius, photo.height // 4, photo.width, photo.height // 4 + 2 * radius), fill=_colour(random)
    )
    return photo


def _framed(photo: Picture, random: Random) -> Picture:
    return ImageOps.expand(photo, round(photo.width * random.uniform(0.03, 0.1)), _colour(random))


def _padded(photo: Picture, random: Random) -> Picture:
    side = round(max(photo.size) * random.uniform(1.0, 1.2))
    return ImageOps.pad(ImageOps.contain(photo, (side, side)), (side, side), color=(255, 255, 255))


def _collage(photo: Picture, other: Picture, random: Random, gap: int) -> Picture:
    cell = 240
    sheet = Image.new("RGB", (2 * cell + gap, 2 * cell + gap), (255, 255, 255))
    place = random.randrange(4)
    for i in range(4):
        tile = ImageOps.pad(photo if i == place else ImageOps.mirror(other), (cell, cell), color=(255, 255, 255))
        sheet.paste(tile, ((i % 2) * (cell + gap), (i // 2) * (cell + gap)))
    return sheet


def _screenshot(photo: Picture, random: Random) -> Picture:
    width = 360
    shown = ImageOps.contain(photo, (width, 420))
    screen = Image.new("RGB", (width, 640), (250, 250, 250))
    draw = ImageDraw.Draw(screen)
    draw.rectangle((0, 0, width, 24), fill=(20, 20, 20))
    draw.text((14, 4), "10:24", fill=(240, 240, 240), font_size=14)
    screen.paste(shown, ((width - shown.width) // 2, 24))
    for line in range(4):
        draw.text(
            (14, 40 + shown.height + 26 * line), "free returns  2k+ sold", fill=(200, 30 * line, 40), font_size=18
        )
    draw.rounded_rectangle((180, 596, 340, 630), 16, fill=_colour(random))
    return screen


def _inset(photo: Picture, other: Picture, random: Random) -> Picture:
    sheet = ImageOps.fit(other, (512, 512))
    small = ImageOps.contain(photo, (240, 240))
    sheet.paste(small, (random.randint(0, 512 - small.width), random.randint(0, 512 - small.height)))
    return sheet


def _rotated(photo: Picture, degrees: float) -> Picture:
    return photo.rotate(degrees, Image.Resampling.BICUBIC, fillcolor=(255, 255, 255))


def _combined(photo: Picture, random: Random) -> Picture:
    photo = _bannered(_cropped(photo, 0.15, random), random)
    return _recompressed(ImageOps.mirror(photo) if random.random() < 0.5 else photo, 45)


ATTACKS: dict[str, Attack] = {
    "recompressed (quality 30)": lambda photo, _, __: _recompressed(photo, 30),
    "half size": lambda photo, _, __: photo.resize((photo.width // 2, photo.height // 2), Image.Resampling.LANCZOS),
    "stretched by a tenth": lambda photo, _, __: photo.resize((photo.width, round(photo.height * 1.1))),
    "grey": lambda photo, _, __: photo.convert("L").convert("RGB"),
    "colours shifted": lambda photo, _, random: _recoloured(photo, random),
    "watermark": lambda photo, _, random: _watermarked(photo, random),
    "banner and sticker": lambda photo, _, random: _bannered(photo, random),
    "frame": lambda photo, _, random: _framed(photo, random),
    "padded to a square": lambda photo, _, random: _padded(photo, random),
    "cut to a square": lambda photo, _, __: ImageOps.fit(photo, (min(photo.size), min(photo.size))),
    "crop 5 %": lambda photo, _, random: _cropped(photo, 0.05, random),
    "crop 10 %": lambda photo, _, random: _cropped(photo, 0.10, random),
    "crop 20 %": lambda photo, _, random: _cropped(photo, 0.20, random),
    "crop 40 %": lambda photo, _, random: _cropped(photo, 0.40, random),
    "mirrored": lambda photo, _, __: ImageOps.mirror(photo),
    "rotated 3": lambda photo, _, __: _rotated(photo, 3),
    "rotated 90": lambda photo, _, __: photo.transpose(Image.Transpose.ROTATE_90),
    "screenshot": lambda photo, _, random: _screenshot(photo, random),
    "collage with gaps": lambda photo, other, random: _collage(photo, other, random, 8),
    "collage without gaps": lambda photo, other, random: _collage(photo, other, random, 0),
    "picture in picture": _inset,
    "crop, banner, mirror": lambda photo, _, random: _combined(photo, random),
}


def attacked(name: str, photo: Picture, other: Picture, random: Random) -> bytes:
    """Return the upload as a JPEG of at most 512 pixels a side."""
    picture = ATTACKS[name](photo.convert("RGB"), other.convert("RGB"), random)
    picture.thumbnail((512, 512))
    buffer = BytesIO()
    picture.save(buffer, "JPEG", quality=82)
    return buffer.getvalue()
