"""Views: borders, tiles and screens are found where they are."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageOps

from detectors.image.decode import THUMB
from detectors.image.views import (
    LAYER,
    LAYER_VIEWS,
    LISTING,
    LISTING_VIEWS,
    REFERENCE,
    REFERENCE_VIEWS,
    Shown,
    layer_boxes,
    listing_boxes,
    reference_boxes,
    shown,
    shown_of_reference,
    view_name,
)
from tests.detectors.image.pictures import scene, thumbnail

MEASURED = LISTING_VIEWS[len(LISTING.boxes) :]
TRIMMED = MEASURED.index("without borders")
NEAR = 0.02


@pytest.mark.parametrize("colour", [(255, 255, 255), (0, 0, 0), (200, 30, 90)], ids=["white", "black", "red"])
def test_a_frame_is_trimmed_off(colour: tuple[int, int, int]) -> None:
    framed = ImageOps.expand(ImageOps.expand(scene(1), 20, colour), 8, (255, 240, 240))

    box = listing_boxes(thumbnail(framed))[TRIMMED]

    assert np.abs(box - np.array([28 / 376, 28 / 296, 348 / 376, 268 / 296])).max() < NEAR


def test_a_picture_without_borders_has_no_trimmed_view() -> None:
    assert not listing_boxes(thumbnail(scene(1)))[TRIMMED].any()


def test_the_tiles_of_a_collage_are_found() -> None:
    sheet = Image.new("RGB", (408, 308), (255, 255, 255))
    places = [(0, 0), (204, 0), (0, 154), (204, 154)]
    for seed, place in enumerate(places):
        sheet.paste(scene(seed, 200, 150), place)

    boxes = listing_boxes(thumbnail(sheet))

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

    boxes = listing_boxes(thumbnail(screen))[MEASURED.index("region 1") :]

    photo = np.array([30 / 360, 24 / 640, 330 / 360, 249 / 640])
    assert np.abs(boxes - photo).max(axis=1).min() < NEAR


@pytest.mark.parametrize("texture", ["flat", "noise", "stripes", "checks", "one line"])
@settings(max_examples=20, derandomize=True, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), shape=st.floats(0.05, 20))
def test_every_box_lies_in_the_picture_and_differs_from_the_others(texture: str, seed: int, shape: float) -> None:
    rows, columns = np.indices((THUMB, THUMB))
    picture = {
        "flat": np.full((THUMB, THUMB), seed % 256),
        "noise": np.random.default_rng(seed).integers(0, 256, (THUMB, THUMB)),
        "stripes": (rows // (1 + seed % 7) % 2) * 255,
        "checks": ((rows // (1 + seed % 5) + columns // (1 + seed % 3)) % 2) * 255,
        "one line": (rows == seed % THUMB) * 255,
    }[texture].astype(np.uint8)

    for fixed, boxes, names in (
        (LISTING, listing_boxes(picture), LISTING_VIEWS),
        (LAYER, layer_boxes(picture), LAYER_VIEWS),
        (REFERENCE, reference_boxes(picture, shape), REFERENCE_VIEWS),
    ):
        here = np.concatenate([fixed.boxes, boxes[boxes.any(axis=1)]])
        assert len(fixed.boxes) + len(boxes) == len(names)
        assert here[0].tolist() == [0, 0, 1, 1]
        assert ((here >= 0) & (here <= 1)).all()
        assert (here[:, 0] < here[:, 2]).all()
        assert (here[:, 1] < here[:, 3]).all()
        assert len(np.unique(here, axis=0)) == len(here)


def test_a_square_picture_has_no_middle_square_beside_the_whole() -> None:
    middle = REFERENCE_VIEWS.index("the middle square") - len(REFERENCE.boxes)

    assert not reference_boxes(thumbnail(scene(1)), 1.0)[middle].any()
    assert reference_boxes(thumbnail(scene(1)), 2.0)[middle].tolist() == [0.25, 0, 0.75, 1]
    assert reference_boxes(thumbnail(scene(1)), 0.5)[middle].tolist() == [0, 0.25, 1, 0.75]


@pytest.mark.parametrize(
    ("names", "extents"),
    [
        pytest.param(LISTING_VIEWS, lambda: shown(np.arange(len(LISTING_VIEWS))), id="listing"),
        pytest.param(
            REFERENCE_VIEWS, lambda: shown_of_reference(np.arange(len(REFERENCE_VIEWS), dtype=np.int32)), id="reference"
        ),
    ],
)
def test_views_show_as_much_as_their_names_say(
    names: tuple[str, ...], extents: Callable[[], NDArray[np.int64]]
) -> None:
    parts = {name for name, extent in zip(names, extents(), strict=True) if extent == Shown.PART}

    assert parts == {name for name in names if any(word in name for word in ("half", "quarter", "region", "crop"))}


def test_views_beyond_the_first_layer_are_named_as_such() -> None:
    count = len(LISTING_VIEWS)

    assert view_name(0) == "the whole photo"
    assert [view_name(count + i) for i in range(4)] == [*LAYER_VIEWS, *LAYER_VIEWS]
    assert shown(np.arange(count, count + 4)).tolist() == [Shown.ALL, Shown.ALL_BUT_BORDERS] * 2
