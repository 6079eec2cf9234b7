"""Views: borders, tiles and screens are found where they are."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw, ImageOps

from detectors.image.views import (
    LAYER_VIEWS,
    LISTING_VIEWS,
    REFERENCE_VIEWS,
    Boxes,
    Grey,
    layer_boxes,
    listing_boxes,
    reference_boxes,
    sampled,
    view_name,
)
from tests.detectors.image.pictures import Picture, scene

TRIMMED = LISTING_VIEWS.index("without borders")
NEAR = 0.02


def grey(picture: Picture) -> Grey:
    return np.asarray(picture.convert("L"))


def regions(boxes: Boxes) -> Boxes:
    return boxes[LISTING_VIEWS.index("region 1") :]


@pytest.mark.parametrize("colour", [(255, 255, 255), (0, 0, 0), (200, 30, 90)], ids=["white", "black", "red"])
def test_a_frame_is_trimmed_off(colour: tuple[int, int, int]) -> None:
    framed = ImageOps.expand(ImageOps.expand(scene(1), 20, colour), 8, (255, 240, 240))

    box = listing_boxes(grey(framed))[TRIMMED]

    assert np.abs(box - np.array([28 / 376, 28 / 296, 348 / 376, 268 / 296])).max() < NEAR


def test_a_picture_without_borders_has_no_trimmed_view() -> None:
    assert not listing_boxes(grey(scene(1)))[TRIMMED].any()


def test_the_tiles_of_a_collage_are_found() -> None:
    sheet = Image.new("RGB", (408, 308), (255, 255, 255))
    places = [(0, 0), (204, 0), (0, 154), (204, 154)]
    for seed, place in enumerate(places):
        sheet.paste(scene(seed, 200, 150), place)

    boxes = listing_boxes(grey(sheet))

    for left, top in places:
        tile = np.array([left / 408, top / 308, (left + 200) / 408, (top + 150) / 308])
        assert np.abs(boxes - tile).max(axis=1).min() < NEAR


def test_the_photo_in_a_screenshot_is_found() -> None:
    screen = Image.new("RGB", (360, 640), (250, 250, 250))
    draw = ImageDraw.Draw(screen)
    draw.rectangle((0, 0, 360, 24), fill=(20, 20, 20))
    draw.text((14, 4), "12:00", fill=(240, 240, 240), font_size=14)
    screen.paste(scene(2, 300, 225), (30, 24))
    for line in range(3):
        draw.text((14, 290 + 30 * line), "in stock, ships today", fill=(40, 40, 40), font_size=18)

    boxes = regions(listing_boxes(grey(screen)))

    photo = np.array([30 / 360, 24 / 640, 330 / 360, 249 / 640])
    assert np.abs(boxes - photo).max(axis=1).min() < NEAR


@pytest.mark.parametrize("shape", [(16, 16), (16, 320), (384, 20), (200, 200)], ids=str)
@pytest.mark.parametrize("texture", ["flat", "noise", "stripes", "checks", "one line"])
@settings(max_examples=5, derandomize=True, deadline=None)
@given(seed=st.integers(0, 2**32 - 1))
def test_every_box_lies_in_the_picture(shape: tuple[int, int], texture: str, seed: int) -> None:
    rows, columns = np.indices(shape)
    picture = {
        "flat": np.full(shape, seed % 256),
        "noise": np.random.default_rng(seed).integers(0, 256, shape),
        "stripes": (rows // (1 + seed % 7) % 2) * 255,
        "checks": ((rows // (1 + seed % 5) + columns // (1 + seed % 3)) % 2) * 255,
        "one line": (rows == seed % shape[0]) * 255,
    }[texture].astype(np.uint8)

    for boxes, count in (
        (listing_boxes(picture), len(LISTING_VIEWS)),
        (layer_boxes(picture), len(LAYER_VIEWS)),
        (reference_boxes(picture), len(REFERENCE_VIEWS)),
    ):
        here = boxes[boxes.any(axis=1)]
        assert boxes.shape == (count, 4)
        assert boxes[0].tolist() == [0, 0, 1, 1]
        assert ((here >= 0) & (here <= 1)).all()
        assert (here[:, 0] < here[:, 2]).all()
        assert (here[:, 1] < here[:, 3]).all()


def test_a_sampled_view_is_the_part_of_the_picture_that_its_box_names() -> None:
    picture = np.zeros((128, 128), dtype=np.uint8)
    picture[64:, 64:] = 200

    quarter, whole = sampled(picture, np.array([[0.5, 0.5, 1, 1], [0, 0, 1, 1]], dtype=np.float32))

    assert quarter.min() == 200
    assert whole.mean() == pytest.approx(50)


def test_views_beyond_the_first_layer_are_named_as_such() -> None:
    count = len(LISTING_VIEWS)

    assert view_name(0) == "the whole photo"
    assert [view_name(count + i) for i in range(4)] == [*LAYER_VIEWS, *LAYER_VIEWS]
