"""Decoding: every format alike, every hostile file refused with a reason."""

from __future__ import annotations

import struct
import zlib
from io import BytesIO
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from detectors.image.decode import DETAIL, MAX_BYTES, MAX_FRAMES, NEUTRAL, THUMB, Grey, decode, fitted
from detectors.image.describe import describe, hashed
from detectors.image.hashes import distances
from detectors.image.views import LAYER, layer_boxes
from pipeline.errors import PhotoRefusedError
from tests.detectors.image.pictures import Picture, encoded, scene, thumbnail

EXIF_ORIENTATION = 0x0112
NOISE_BITS = 24


def bits_between(left: Grey, right: Grey) -> int:
    """Return the distance between two whole pictures."""
    (first, _), (second, _) = (hashed(thumb, LAYER, layer_boxes(thumb)) for thumb in (left, right))
    return int(distances(first[0], second[0]))


def png_header(width: int, height: int) -> bytes:
    """Return the start of a PNG of any size, up to where its pixels would begin."""
    chunk = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + chunk + struct.pack(">I", zlib.crc32(chunk)) + bytes(4) + b"IDAT"
    )


def sixteen_bits(picture: Picture) -> Picture:
    return Image.fromarray(np.asarray(picture.convert("L")).astype(np.uint16) * 257)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF", "AVIF"])
def test_every_format_gives_nearly_the_same_picture(kind: str) -> None:
    picture = scene(1)

    decoded = decode(encoded(picture, kind))

    assert (decoded.width, decoded.height) == picture.size
    assert bits_between(decoded.layers[0], thumbnail(picture)) <= NOISE_BITS


@pytest.mark.parametrize(
    ("kind", "picture"),
    [
        pytest.param("JPEG", scene(2).convert("CMYK"), id="cmyk"),
        pytest.param("JPEG", scene(2).convert("L"), id="grey"),
        pytest.param("PNG", sixteen_bits(scene(2)), id="16-bit grey"),
        pytest.param("PNG", scene(2).quantize(64), id="palette"),
        pytest.param("PNG", scene(2).convert("LA"), id="grey with alpha"),
        pytest.param("PNG", scene(2).convert("RGBA"), id="opaque alpha"),
        pytest.param("TIFF", scene(2).convert("F"), id="floating point"),
        pytest.param("TIFF", scene(2).convert("LAB"), id="lab"),
    ],
)
def test_every_colour_mode_gives_nearly_the_same_picture(kind: str, picture: Picture) -> None:
    decoded = decode(encoded(picture, kind))

    assert len(decoded.layers) == 1
    assert bits_between(decoded.layers[0], thumbnail(scene(2))) <= NOISE_BITS


@pytest.mark.parametrize("turn", range(1, 9))
def test_the_orientation_in_the_metadata_is_undone(turn: int) -> None:
    upright = scene(3)
    undo = {
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }
    stored = upright.transpose(undo[turn]) if turn in undo else upright
    exif = Image.Exif()
    exif[EXIF_ORIENTATION] = turn

    decoded = decode(encoded(stored, "JPEG", exif=exif))

    assert (decoded.width, decoded.height) == upright.size
    assert bits_between(decoded.layers[0], thumbnail(upright)) <= NOISE_BITS


@pytest.mark.parametrize(
    ("kind", "options"),
    [
        pytest.param("JPEG", {}, id="jpeg"),
        pytest.param("JPEG", {"keep_rgb": True}, id="jpeg of red, green and blue"),
        pytest.param("PNG", {}, id="png"),
        pytest.param("WEBP", {}, id="webp"),
        pytest.param("AVIF", {}, id="avif"),
    ],
)
def test_colours_lie_where_they_are_in_the_picture(kind: str, options: dict[str, bool]) -> None:
    picture = Image.new("RGB", (480, 320), "white")
    picture.paste((200, 30, 30), (0, 0, 240, 160))
    picture.paste((30, 30, 200), (240, 160, 480, 320))

    decoded = decode(encoded(picture, kind, **options))

    expected = np.asarray(picture.resize((2, 2), Image.Resampling.BOX).convert("YCbCr"))[:, :, 1:]
    assert np.abs(decoded.chroma[4::8, 4::8].astype(int) - expected).max() <= 4


@pytest.mark.parametrize(
    "picture",
    [
        pytest.param(scene(2).convert("L"), id="grey"),
        pytest.param(sixteen_bits(scene(2)), id="16-bit grey"),
        pytest.param(scene(2).convert("LA"), id="grey with alpha"),
        pytest.param(Image.new("RGBA", (64, 64), (255, 0, 0, 0)), id="red that is transparent"),
    ],
)
def test_what_has_no_colour_is_neutral(picture: Picture) -> None:
    assert np.abs(decode(encoded(picture, "PNG")).chroma.astype(int) - NEUTRAL).max() <= 1


def test_the_grey_of_a_jpeg_is_its_luminance() -> None:
    data = encoded(scene(2, 500, 400))
    with Image.open(BytesIO(data)) as file:
        file.draft("L", (DETAIL, DETAIL))
        luminance = np.asarray(file)

    assert np.array_equal(decode(data).detail, fitted(luminance, DETAIL))


def test_a_transparent_picture_is_seen_on_white_and_on_black() -> None:
    picture = Image.new("RGBA", (64, 64), (255, 255, 255, 0))
    picture.paste((255, 255, 255, 255), (16, 16, 48, 48))

    on_white, on_black = decode(encoded(picture, "PNG")).layers

    assert on_white.min() == 255
    assert on_black[0, 0] == 0
    assert on_black[128, 128] == 255


def test_a_palette_with_a_transparent_colour_is_seen_on_white_and_on_black() -> None:
    picture = scene(4).quantize(16)

    assert len(decode(encoded(picture, "PNG", transparency=0)).layers) == 2


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "PNG", "TIFF"])
def test_no_more_than_the_first_frames_of_an_animation_are_decoded(kind: str) -> None:
    frames = [scene(seed, 96, 96) for seed in range(6)]

    decoded = decode(encoded(frames[0], kind, save_all=True, append_images=frames[1:]))

    assert len(decoded.layers) == MAX_FRAMES
    for layer, frame in zip(decoded.layers, frames, strict=False):
        assert bits_between(layer, thumbnail(frame)) <= NOISE_BITS


def test_a_large_picture_is_reduced() -> None:
    layer = decode(encoded(scene(5, 2000, 900), "PNG")).layers[0]

    assert layer.shape == (THUMB, THUMB)
    assert bits_between(layer, thumbnail(scene(5, 2000, 900))) <= NOISE_BITS


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        pytest.param(b"", "empty", id="zero bytes"),
        pytest.param(bytes(MAX_BYTES + 1), "file is too large", id="32 MB and a byte"),
        pytest.param(b"<!DOCTYPE html><html></html>", "cannot be decoded", id="web page"),
        pytest.param(b"<svg xmlns='http://www.w3.org/2000/svg'/>", "cannot be decoded", id="svg"),
        pytest.param(b"%!PS-Adobe-3.0 EPSF-3.0\n", "cannot be decoded", id="postscript"),
        pytest.param(encoded(scene(1))[:12], "cannot be decoded", id="twelve bytes of a JPEG"),
        pytest.param(encoded(scene(1))[:3000], "cannot be decoded", id="JPEG cut off"),
        pytest.param(encoded(scene(1), "PNG")[:9000], "cannot be decoded", id="PNG cut off"),
        pytest.param(png_header(20_000, 20_000), "too large", id="bomb of 400 megapixels"),
        pytest.param(png_header(8_001, 8_000), "too large", id="a row over 64 megapixels"),
        pytest.param(png_header(1, 1), "too small", id="1 x 1"),
        pytest.param(png_header(3000, 6), "too small", id="3000 x 6"),
        pytest.param(png_header(2000, 20), "too narrow", id="2000 x 20"),
        pytest.param(encoded(scene(1)).replace(b"\xff\xd9", b"\xff\xda" * 101), "too many passes", id="101 scans"),
    ],
)
def test_what_cannot_be_used_is_refused_with_a_reason(data: bytes, reason: str) -> None:
    with pytest.raises(PhotoRefusedError, match=reason) as refusal:
        decode(data)

    assert refusal.value.got
    assert len(refusal.value.got) < 200
    assert refusal.value.expected


FILES = {
    "jpeg": encoded(scene(6, 96, 64)),
    "progressive": encoded(scene(6, 96, 64), progressive=True),
    "png": encoded(scene(6, 48, 32), "PNG"),
    "palette": encoded(scene(6, 48, 32).quantize(16), "PNG", transparency=0),
    "gif": encoded(scene(6, 48, 32), "GIF", save_all=True, append_images=[scene(7, 48, 32)]),
    "webp": encoded(scene(6, 48, 32), "WEBP"),
    "tiff": encoded(scene(6, 48, 32), "TIFF", compression="tiff_lzw"),
    "bmp": encoded(scene(6, 48, 32), "BMP"),
    "avif": encoded(scene(6, 48, 32), "AVIF"),
}


@settings(max_examples=40, derandomize=True, deadline=None)
@given(seed=st.integers(0, 2**32), flips=st.integers(1, 12), header_only=st.booleans())
@pytest.mark.parametrize("kind", FILES)
def test_a_damaged_file_is_described_or_refused_and_nothing_else(
    kind: str, seed: int, flips: int, header_only: bool
) -> None:
    random, data = Random(seed), bytearray(FILES[kind])
    for _ in range(flips):
        data[random.randrange(min(len(data), 160) if header_only else len(data))] = random.randrange(256)

    try:
        description = describe(bytes(data))
    except PhotoRefusedError:
        return

    assert len(description.views) == len(description.boxes)
