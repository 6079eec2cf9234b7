"""What sellers lay over a photo, and the screens they show it on."""

from __future__ import annotations

from random import Random

import numpy as np
from PIL import Image, ImageDraw, ImageOps

Picture = Image.Image
Colour = tuple[int, int, int]

_WHITE: Colour = (255, 255, 255)
_CALLS = ("SALE -50%", "FREE SHIPPING", "1+1 GIFT", "NEW 2026", "BEST PRICE 9.99")
_YELLOW, _BLACK, _RED = (255, 213, 60), (30, 30, 30), (220, 30, 50)


def some_colour(random: Random) -> Colour:
    return random.randrange(256), random.randrange(256), random.randrange(256)


def watermark(photo: Picture, random: Random) -> Picture:
    """Tile a half-transparent name over the photo, at a slant."""
    side = 2 * max(photo.size)
    layer = Image.new("RGBA", (side, side))
    draw = ImageDraw.Draw(layer)
    step, opacity = photo.width // random.randint(3, 6), random.randint(70, 130)
    for row, top in enumerate(range(0, side, step)):
        for left in range(-(row % 2) * step, side, 2 * step):
            draw.text((left, top), "shop-no-5", fill=(*_WHITE, opacity), font_size=step // 3)
    layer = layer.rotate(random.uniform(-40, 40))
    left, top = (side - photo.width) // 2, (side - photo.height) // 2
    layer = layer.crop((left, top, left + photo.width, top + photo.height))
    return Image.alpha_composite(photo.convert("RGBA"), layer).convert("RGB")


def banner_and_sticker(photo: Picture, random: Random) -> Picture:
    """Lay a banner with words along the top or the bottom, and a round price sticker over a side."""
    photo = photo.copy()
    draw = ImageDraw.Draw(photo)
    height = round(photo.height * random.uniform(0.10, 0.18))
    top = random.choice((0, photo.height - height))
    draw.rectangle((0, top, photo.width, top + height), fill=some_colour(random))
    words = random.choice(_CALLS)
    draw.text((photo.width // 12, top + height // 4), words, fill=_WHITE, font_size=max(10, height // 2))
    radius = round(photo.width * random.uniform(0.09, 0.13))
    middle = (random.choice((radius, photo.width - radius)), round(photo.height * random.uniform(0.25, 0.75)))
    draw.circle(middle, radius, fill=some_colour(random))
    draw.text(middle, f"{random.randint(3, 99)}.90", fill=_WHITE, font_size=radius * 2 // 3, anchor="mm")
    return photo


def stickers(photo: Picture, random: Random) -> Picture:
    """Scatter smiling faces, hearts and stars, together about a tenth of the photo."""
    photo = photo.copy()
    draw = ImageDraw.Draw(photo)
    for _ in range(random.randint(5, 8)):
        radius = round(min(photo.size) * random.uniform(0.05, 0.1))
        x, y = random.randint(radius, photo.width - radius), random.randint(radius, photo.height - radius)
        random.choice((_face, _heart, _star))(draw, x, y, radius)
    return photo


def _face(draw: ImageDraw.ImageDraw, x: int, y: int, radius: int) -> None:
    draw.circle((x, y), radius, fill=_YELLOW)
    for eye in (-1, 1):
        draw.circle((x + eye * radius // 3, y - radius // 4), radius // 8, fill=_BLACK)
    mouth = (x - radius // 2, y - radius // 4, x + radius // 2, y + radius // 2)
    draw.arc(mouth, 10, 170, fill=_BLACK, width=max(1, radius // 8))


def _heart(draw: ImageDraw.ImageDraw, x: int, y: int, radius: int) -> None:
    half = radius // 2
    draw.circle((x - half, y - half), half, fill=_RED)
    draw.circle((x + half, y - half), half, fill=_RED)
    draw.polygon([(x - radius, y - half // 2), (x + radius, y - half // 2), (x, y + radius)], fill=_RED)


def _star(draw: ImageDraw.ImageDraw, x: int, y: int, radius: int) -> None:
    angles = np.linspace(0, 2 * np.pi, 11)[:10] - np.pi / 2
    reach = np.where(np.arange(10) % 2 == 0, radius, radius * 0.4)
    points = zip(x + reach * np.cos(angles), y + reach * np.sin(angles), strict=True)
    draw.polygon([(float(a), float(b)) for a, b in points], fill=_YELLOW)


def words_over_the_middle(photo: Picture, random: Random) -> Picture:
    """Write two lines in large letters across the middle."""
    photo = photo.copy()
    draw = ImageDraw.Draw(photo)
    size = photo.width // random.randint(6, 8)
    ink = some_colour(random)
    for line, words in enumerate(random.sample(_CALLS, 2)):
        place = (photo.width / 2, photo.height / 2 + (line - 0.5) * 1.2 * size)
        draw.text(place, words, fill=ink, font_size=size, anchor="mm", stroke_width=size // 10, stroke_fill=_WHITE)
    return photo


def screenshot(photo: Picture, random: Random) -> Picture:
    """Show the photo on the screen of a phone: status bar, the photo, title, price, ratings and buttons."""
    width, height, bar = 540, 1140, 44
    dark = random.random() < 0.3
    ground, ink = ((24, 24, 26), (235, 235, 235)) if dark else ((250, 250, 250), (40, 40, 40))
    screen = Image.new("RGB", (width, height), ground)
    draw = ImageDraw.Draw(screen)
    draw.text((24, 10), f"{random.randint(7, 22)}:{random.randint(10, 59)}", fill=ink, font_size=22)
    draw.rounded_rectangle((width - 70, 14, width - 24, 34), 5, outline=ink, fill=ink)
    shown = ImageOps.contain(photo, (width, 720))
    screen.paste(shown, ((width - shown.width) // 2, bar))
    top = bar + shown.height + 20
    draw.text((24, top), f"$ {random.randint(3, 99)}.90", fill=_RED, font_size=44)
    lines = ("free returns within 30 days", f"{random.randint(2, 90)}k+ sold", "4.8 of 5, 312 ratings", "see all")
    for i, line in enumerate(lines):
        draw.text((24, top + 64 + 36 * i), line, fill=ink, font_size=24)
    for left, right, label in ((24, 262, "Add to cart"), (278, 516, "Buy now")):
        draw.rounded_rectangle((left, height - 80, right, height - 20), 30, fill=some_colour(random))
        draw.text(((left + right) / 2, height - 50), label, fill=_WHITE, font_size=24, anchor="mm")
    return screen


def moire(photo: Picture, random: Random) -> Picture:
    """Lay the beat of a screen's grid with a camera's over the photo, in each colour a little otherwise."""
    rows, columns = np.mgrid[0 : photo.height, 0 : photo.width].astype(np.float32)
    pixels = np.asarray(photo, dtype=np.float32)
    slant, pitch = random.uniform(-0.3, 0.3), random.uniform(5, 12)
    for channel in range(3):
        across = columns * np.cos(slant) + rows * np.sin(slant)
        bent = 6 * np.sin(rows / photo.height * np.pi * 2 + channel)
        wave = np.sin(2 * np.pi * (across + bent) / (pitch + 0.2 * channel)) + np.sin(2 * np.pi * rows / 3.3)
        pixels[..., channel] *= 1 + 0.08 * wave
    return Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8))
