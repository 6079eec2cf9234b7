"""Colour variants are told from copies, however the photo was cut, turned or lit."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from PIL import Image, ImageOps

from detectors.image import PhotoReused, PictureFound, enrol
from detectors.image.colour import RECOLOURED, colour_distance
from detectors.image.decode import CELLS, NEUTRAL
from pipeline.records import Signal
from tests.detectors.image.pictures import Picture, asset, encoded, listing, photos, register, scene

WHOLE = np.array([0.0, 0.0, 1.0, 1.0])
CORNERS = np.array([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0]])
ASSET = asset("photo", "photos/goods.png")
REGISTER = register(ASSET)
CHROMA = arrays(np.uint8, (CELLS, CELLS, 2), elements=st.integers(0, 255))


def goods(seed: int = 1) -> Picture:
    """Return something of many shapes and hues, with white around it."""
    picture = Image.new("RGB", (400, 300), "white")
    picture.paste(paler(scene(seed, 240, 220)), (90, 40))
    return picture


def hued(picture: Picture, degrees: float) -> Picture:
    """Turn every hue and keep the brightness."""
    bands = np.asarray(picture.convert("YCbCr")).astype(np.float64)
    turn = np.radians(degrees)
    around = np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])
    bands[..., 1:] = NEUTRAL + (bands[..., 1:] - NEUTRAL) @ around
    return Image.fromarray(bands.clip(0, 255).round().astype(np.uint8), "YCbCr").convert("RGB")


def lit(picture: Picture, *gains: float) -> Picture:
    """Strengthen or weaken red, green and blue."""
    bands = [
        band.point([min(255, round(level * gain)) for level in range(256)])
        for band, gain in zip(picture.split(), gains, strict=True)
    ]
    return Image.merge("RGB", bands)


def paler(picture: Picture) -> Picture:
    return Image.blend(picture, ImageOps.grayscale(picture).convert("RGB"), 0.5)


ENROLLED = enrol(REGISTER, lambda _: encoded(goods(), "PNG"))
REUSED, FOUND = PhotoReused(ENROLLED, REGISTER), PictureFound(ENROLLED, REGISTER)


def seen(detector: PhotoReused | PictureFound, picture: Picture) -> Signal:
    (signal,) = detector.compare(listing(), photos(encoded(picture, quality=80)), ASSET)
    return signal


@pytest.mark.parametrize("detector", [pytest.param(REUSED, id="whole"), pytest.param(FOUND, id="by features")])
@pytest.mark.parametrize(
    ("picture", "recoloured"),
    [
        pytest.param(goods(), False, id="as it is"),
        pytest.param(paler(goods()), False, id="paler"),
        pytest.param(ImageOps.grayscale(goods()), False, id="grey"),
        pytest.param(lit(goods(), 1.1, 1.0, 0.85), False, id="in warm light"),
        pytest.param(lit(goods(), 0.9, 1.0, 1.1), False, id="in cold light"),
        pytest.param(hued(goods(), 20), False, id="a little off"),
        pytest.param(hued(goods(), 90), True, id="a quarter round"),
        pytest.param(hued(goods(), 180), True, id="opposite colours"),
        pytest.param(ImageOps.mirror(hued(goods(), 120)), True, id="other colours, mirrored"),
    ],
)
def test_other_colours_are_told_from_another_light(
    detector: PhotoReused | PictureFound, picture: Picture, recoloured: bool
) -> None:
    signal = seen(detector, picture)

    assert signal.evidence["recoloured"] is recoloured
    assert ("in other colours" in signal.reason) is recoloured


@pytest.mark.parametrize("turn", [None, *Image.Transpose])
def test_a_turned_or_mirrored_copy_is_compared_part_by_part(turn: Image.Transpose | None) -> None:
    picture = scene(1, 300, 300)
    enrolled = enrol(REGISTER, lambda _: encoded(picture, "PNG"))
    photo = picture if turn is None else picture.transpose(turn)

    signal = seen(PhotoReused(enrolled, REGISTER), photo)

    assert signal.evidence["colour_distance"] == 0.0


def test_a_part_of_a_photo_is_compared_with_the_picture_it_shows() -> None:
    collage = Image.new("RGB", (800, 600))
    for place, picture in enumerate((hued(goods(), 120), scene(7, 400, 300), scene(8, 400, 300), scene(9, 400, 300))):
        collage.paste(picture, (place % 2 * 400, place // 2 * 300))

    assert seen(REUSED, collage).evidence["recoloured"]
    assert seen(FOUND, collage).evidence["recoloured"]


def test_a_picture_with_too_little_colour_is_not_judged() -> None:
    grey = np.full((CELLS, CELLS, 2), NEUTRAL, dtype=np.uint8)
    red = np.full((CELLS * CELLS, 2), 60, dtype=np.uint8)

    assert colour_distance(red, grey, WHOLE, CORNERS) is None


def test_a_photo_described_without_colours_is_not_judged() -> None:
    picture = np.full((CELLS, CELLS, 2), 60, dtype=np.uint8)

    assert colour_distance(np.zeros((0, 2), dtype=np.uint8), picture, WHOLE, CORNERS) is None


@settings(max_examples=200, derandomize=True, deadline=None)
@given(
    photo=CHROMA,
    picture=CHROMA,
    corners=arrays(np.float64, (3, 2), elements=st.floats(-1e6, 1e6)),
    box=arrays(np.float64, 4, elements=st.floats(0, 1)),
)
def test_a_distance_is_a_share_wherever_the_picture_lies(
    photo: np.ndarray, picture: np.ndarray, corners: np.ndarray, box: np.ndarray
) -> None:
    distance = colour_distance(photo.reshape(-1, 2), picture, box, corners)

    assert distance is None or 0 <= distance <= 1


@settings(max_examples=200, derandomize=True, deadline=None)
@given(picture=CHROMA)
def test_a_picture_is_no_variant_of_itself(picture: np.ndarray) -> None:
    distance = colour_distance(picture.reshape(-1, 2), picture, WHOLE, CORNERS)

    assert distance is None or distance < RECOLOURED
