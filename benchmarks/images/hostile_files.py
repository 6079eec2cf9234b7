"""Image files that mean harm, or are merely odd, made from a seed."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from io import BytesIO
from random import Random

import numpy as np
from PIL import Image, ImageDraw

FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF")
MODES = ("1", "L", "LA", "P", "PA", "RGB", "RGBA", "CMYK", "YCbCr", "I;16", "I", "F")
_ORIENTATION = 0x0112
_SIDE = 96


def scene(seed: int, side: int = _SIDE) -> Image.Image:
    """Return a picture with detail, in RGBA with some transparency."""
    random = Random(seed)
    picture = Image.new("RGBA", (side, side), (120, 140, 160, 255))
    draw = ImageDraw.Draw(picture)
    for _ in range(30):
        left, top = random.randrange(side), random.randrange(side)
        corners = (left, top, left + random.randrange(8, side // 2), top + random.randrange(8, side // 2))
        colour = *(random.randrange(256) for _ in range(3)), random.choice((255, 255, 128))
        random.choice((draw.ellipse, draw.rectangle))(corners, fill=colour)
    return picture


def in_mode(picture: Image.Image, mode: str) -> Image.Image:
    """Convert an RGBA picture to any mode, the deep ones included."""
    if mode == "I;16":
        return Image.fromarray(np.asarray(picture.convert("L")).astype(np.uint16) * 257)
    if mode in ("LA", "PA"):
        return picture.convert("LA").convert(mode)
    if mode in ("I", "F"):
        return picture.convert("L").convert(mode)
    return picture.convert("RGB").convert(mode) if mode != "RGBA" else picture


def odd_files() -> Iterator[tuple[str, bytes]]:
    """Yield every mode in every format that can hold it, orientations, animations, and headers that lie."""
    for kind in FORMATS:
        for mode in MODES:
            try:
                yield f"{kind} {mode}", _saved(in_mode(scene(1), mode), kind)
            except (OSError, KeyError, ValueError):
                continue  # the format does not know the mode
    for turn in range(10):
        exif = Image.Exif()
        exif[_ORIENTATION] = turn
        for kind in ("JPEG", "PNG", "WEBP", "TIFF"):
            yield f"{kind} orientation {turn}", _saved(scene(2).convert("RGB"), kind, exif=exif)
    frames = [scene(seed) for seed in range(12)]
    for kind in ("GIF", "WEBP", "PNG", "TIFF"):
        yield f"{kind} animated", _saved(frames[0], kind, save_all=True, append_images=frames[1:])
    yield from lying_headers()


def lying_headers() -> Iterator[tuple[str, bytes]]:
    """Yield files whose headers claim what is not there, and files that are no pictures."""
    plain = scene(3).convert("RGB")
    for side in (0, 1, 65_535, 2**31 - 1):
        yield f"PNG claims {side} a side", _png(side, side, b"\0" * 100)
        bitmap = bytearray(_saved(plain, "BMP"))
        bitmap[18:26] = struct.pack("<2i", side, side)
        yield f"BMP claims {side} a side", bytes(bitmap)
    for side in (0, 65_535):
        gif, jpeg = bytearray(_saved(plain, "GIF")), bytearray(_saved(plain, "JPEG"))
        gif[6:10] = struct.pack("<2H", side, side)
        yield f"GIF claims {side} a side", bytes(gif)
        frame = jpeg.index(b"\xff\xc0") + 5
        jpeg[frame : frame + 4] = struct.pack(">2H", side, side)
        yield f"JPEG claims {side} a side", bytes(jpeg)
    yield "no bytes", b""
    yield "a web page", b"<!doctype html><title>not found</title>" * 20
    yield "an SVG", b'<svg xmlns="http://www.w3.org/2000/svg"><rect width="9" height="9"/></svg>'
    yield "noise", Random(4).randbytes(20_000)


def heavy_files() -> Iterator[tuple[str, bytes]]:
    """Yield files that unfold to far more than they weigh."""
    yield "PNG of 60 megapixels, all black", _png(10_000, 6_000, b"\0" * (10_001 * 6_000))
    yield (
        "PNG with 200 MB of text",
        _png(96, 96, b"\0" * (97 * 96), text=b"a\0\0" + zlib.compress(b"x" * 200_000_000, 9)),
    )
    yield "WebP of 16383 a side", _saved(Image.new("L", (16_383, 4_000)), "WEBP", lossless=True, quality=0, method=0)


def fuzzed_files(kind: str, count: int, seed: int) -> Iterator[tuple[str, bytes]]:
    """Yield damaged files of a format: bytes flipped, cut off, spliced with others, or garbled at the start."""
    sound = [
        _saved(in_mode(scene(number), mode), kind)
        for number, mode in enumerate(("L", "RGB", "P"))
        if kind != "JPEG" or mode != "P"
    ]
    for number in range(count):
        random = Random(f"{seed}/{kind}/{number}")
        damage = random.choice((_flipped, _cut, _spliced, _garbled))
        yield f"{kind} {damage.__name__.strip('_')} {number}", damage(random.choice(sound), random)


def _flipped(data: bytes, random: Random) -> bytes:
    damaged = bytearray(data)
    for _ in range(random.randint(1, 30)):
        damaged[random.randrange(len(damaged))] ^= 1 << random.randrange(8)
    return bytes(damaged)


def _cut(data: bytes, random: Random) -> bytes:
    return data[: random.randrange(len(data))]


def _spliced(data: bytes, random: Random) -> bytes:
    start, end = sorted(random.randrange(len(data)) for _ in range(2))
    return data[:start] + data[start:end] * random.randint(2, 6) + data[random.randrange(len(data)) :]


def _garbled(data: bytes, random: Random) -> bytes:
    damaged = bytearray(data)
    for _ in range(random.randint(1, 8)):
        damaged[random.randrange(min(64, len(damaged)))] = random.choice(
            (0, 1, 0x7F, 0x80, 0xFF, random.randrange(256))
        )
    return bytes(damaged)


def _saved(picture: Image.Image, kind: str, **options: object) -> bytes:
    buffer = BytesIO()
    picture.save(buffer, kind, **options)
    return buffer.getvalue()


def _png(width: int, height: int, rows: bytes, text: bytes = b"") -> bytes:
    """Put a grey PNG together by hand, whatever its header says."""
    chunks = [
        (b"IHDR", struct.pack(">2I5B", width, height, 8, 0, 0, 0, 0)),
        (b"IDAT", zlib.compress(rows)),
        (b"IEND", b""),
    ]
    if text:
        chunks.insert(1, (b"zTXt", text))
    parts = (struct.pack(">I", len(d)) + n + d + struct.pack(">I", zlib.crc32(n + d)) for n, d in chunks)
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)
