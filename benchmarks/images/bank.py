"""Make the package's innocent photos: `python -m benchmarks.images.bank COLLECTION`.

Writes `detectors/image/innocents.npz`: descriptions of the photos of some senders and of some drawings and logos, all
of which the other benchmarks leave out, and of size charts, shipping banners and cartons drawn here. Run it again when
`describe` changes.
"""

import argparse
from io import BytesIO
from pathlib import Path
from random import Random

from PIL import Image, ImageDraw, ImageFont

import detectors.image
from benchmarks.images.collection import load
from detectors.image import describe
from detectors.image.innocents import write_innocents

DRAWN = 16
WORDS = ("FREE SHIPPING", "SIZE", "BUST", "WAIST", "LENGTH", "24 H", "NEW IN", "THANK YOU", "FRAGILE", "THIS SIDE UP")


def size_chart(random: Random) -> Image.Image:
    """Draw a table of sizes."""
    rows, columns = random.randint(4, 8), random.randint(3, 6)
    image = Image.new("RGB", (480, 60 + rows * 44), "white")
    draw = ImageDraw.Draw(image)
    draw.text((16, 14), "SIZE CHART (CM)", fill="black", font=ImageFont.load_default(28))
    width = 448 // columns
    for row in range(rows):
        for column in range(columns):
            left, top = 16 + column * width, 56 + row * 44
            draw.rectangle((left, top, left + width, top + 44), outline=(120, 120, 120), width=2)
            text = random.choice(WORDS[1:5]) if row == 0 else str(random.randint(34, 124))
            draw.text((left + 8, top + 10), text, fill="black", font=ImageFont.load_default(18))
    return image


def banner(random: Random) -> Image.Image:
    """Draw a shipping banner."""
    ground = tuple(random.randrange(256) for _ in range(3))
    image = Image.new("RGB", (640, random.randint(200, 640)), ground)
    draw = ImageDraw.Draw(image)
    for _ in range(random.randint(2, 5)):
        left, top = random.randrange(0, 420), random.randrange(0, image.height - 60)
        fill = tuple(255 - channel for channel in ground)
        draw.rounded_rectangle((left, top, left + 220, top + 58), radius=14, outline=fill, width=4)
        draw.text((left + 16, top + 14), random.choice(WORDS), fill=fill, font=ImageFont.load_default(24))
    return image


def carton(random: Random) -> Image.Image:
    """Draw a brown box with tape and handling marks."""
    image = Image.new("RGB", (512, 512), (226, 224, 220))
    draw = ImageDraw.Draw(image)
    brown = tuple(channel + random.randint(-12, 12) for channel in (186, 140, 92))
    draw.polygon([(60, 160), (250, 90), (450, 150), (450, 400), (260, 470), (60, 390)], fill=brown)
    draw.line([(60, 160), (260, 230), (450, 150)], fill=(120, 84, 50), width=3)
    draw.line([(260, 230), (260, 470)], fill=(120, 84, 50), width=3)
    draw.polygon([(140, 130), (180, 116), (372, 182), (334, 198)], fill=(214, 190, 150))
    draw.text(
        (90, random.randint(250, 330)), random.choice(WORDS[-2:]), fill=(40, 30, 20), font=ImageFont.load_default(20)
    )
    for step in range(3):
        left = 300 + step * 44
        draw.polygon([(left, 340), (left + 14, 310), (left + 28, 340)], outline=(40, 30, 20), width=3)
    return image


def encoded(image: Image.Image) -> bytes:
    buffer = BytesIO()
    image.save(buffer, "JPEG", quality=85)
    return buffer.getvalue()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("collection", type=Path)
    collection = load(parser.parse_args().collection, bank=True)
    photos = [collection.read(photo.file) for photo in collection.items]
    drawn = [encoded(draw(Random(seed))) for draw in (size_chart, banner, carton) for seed in range(DRAWN)]
    path = Path(next(iter(detectors.image.__path__))) / "innocents.npz"
    path.write_bytes(write_innocents([describe(data) for data in (*photos, *drawn)]))
    print(f"{path}: {len(photos)} pictures and {len(drawn)} drawings, {path.stat().st_size / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
