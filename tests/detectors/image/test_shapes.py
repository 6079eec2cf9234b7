"""Figures: what stands out, and that ink, place, size and stretch do not matter."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from PIL import Image, ImageDraw

from detectors.image.hashes import ORIENTATIONS, Orientation, distances, oriented
from detectors.image.shapes import LEAST_OUTLINE, MOST_SHAPES, Mask, Shapes, codes, describe_shapes, figure, outlines
from tests.detectors.image.marks import mark, printed
from tests.detectors.image.pictures import thumbnail

QUICK = settings(max_examples=60, derandomize=True, deadline=None)


def mask(seed: int) -> Mask:
    return (np.asarray(mark(seed).getchannel("A")) > 127).view(np.uint8)


def shapes(picture: Image.Image) -> Shapes:
    return describe_shapes(thumbnail(picture), picture.width / picture.height)


def difference(left: Mask, right: Mask, *, right_proportion: float = 1, turn: float = 0) -> int:
    one, other = figure(left, 1, turn), figure(right, right_proportion)
    assert one is not None
    assert other is not None
    return int(distances(codes([one.picture]), codes([other.picture]))[0])


def nearest(found: Shapes, seed: int) -> int:
    wanted = figure(mask(seed), 1)
    assert wanted is not None
    return int(distances(found.codes, codes([wanted.picture])).min())


@pytest.mark.parametrize(
    "options",
    [
        pytest.param({}, id="dark on light"),
        pytest.param({"ink": 235, "ground": 90}, id="light on dark"),
        pytest.param({"ink": 120, "ground": 185}, id="faint"),
        pytest.param({"size": (900, 500), "width": 190}, id="on a wide photo"),
        pytest.param({"width": 130}, id="a fifth of the width"),
    ],
)
def test_a_print_is_found_whatever_its_ink_and_place(options: dict[str, Any]) -> None:
    assert nearest(shapes(printed(mark(1), **options)), 1) <= 60


def test_the_ink_and_the_box_of_a_figure_are_told() -> None:
    photo = Image.new("L", (256, 256), 200)
    ImageDraw.Draw(photo).line((64, 64, 96, 160, 128, 64, 160, 160), fill=20, width=9)

    found = shapes(photo)

    assert found.dark.all()
    assert found.boxes == pytest.approx(np.tile(np.array([0.24, 0.24, 0.64, 0.64]), (len(found), 1)), abs=0.03)


@pytest.mark.parametrize("seed", range(4))
def test_a_larger_or_moved_figure_is_the_same(seed: int) -> None:
    large = mask(seed).repeat(2, axis=0).repeat(2, axis=1)

    assert difference(mask(seed), np.pad(large, ((50, 0), (0, 90)))) <= 25


@pytest.mark.parametrize("seed", range(4))
def test_a_turned_figure_is_the_same_turned_back(seed: int) -> None:
    tilted = (np.asarray(mark(seed).getchannel("A").rotate(12)) > 127).view(np.uint8)

    assert difference(mask(seed), tilted, turn=12) <= 30 < difference(mask(seed), tilted, turn=-12)


def test_the_proportion_of_a_pixel_is_undone() -> None:
    upright = figure(mask(2), 1)
    squeezed = figure(mask(2)[:, ::2].copy(), 2)

    assert upright is not None
    assert squeezed is not None
    assert squeezed.proportion == pytest.approx(upright.proportion, abs=0.02)


def test_different_figures_differ() -> None:
    assert min(difference(mask(a), mask(b)) for a in range(8) for b in range(a)) > 80


@pytest.mark.parametrize("orientation", ORIENTATIONS, ids=lambda o: o.name)
def test_the_code_of_a_mirrored_or_turned_figure_follows_from_the_code(
    orientation: Orientation,
) -> None:
    turned = mask(3)[:: -1 if orientation.rows_reversed else 1, :: -1 if orientation.columns_reversed else 1]
    turned = turned.T if orientation.transposed else turned
    one, other = figure(mask(3), 1), figure(np.ascontiguousarray(turned), 1)
    assert one is not None
    assert other is not None

    back = min(
        int(distances(oriented(codes([other.picture]), o), codes([one.picture]))[0])
        for o in ORIENTATIONS
        if o.transposed == orientation.transposed
    )

    assert back <= 12


@pytest.mark.parametrize("plain", ["disc", "square", "nothing"])
def test_plain_figures_are_left_out(plain: str) -> None:
    photo = Image.new("L", (256, 256), 200)
    draw = ImageDraw.Draw(photo)
    if plain == "disc":
        draw.ellipse((80, 80, 180, 180), fill=30)
    if plain == "square":
        draw.rectangle((80, 80, 180, 180), fill=30)

    assert len(shapes(photo)) == 0


def test_figures_without_breadth_are_none() -> None:
    assert figure(np.zeros((40, 40), dtype=np.uint8), 1) is None
    assert figure(np.eye(2, dtype=np.uint8), 1) is None
    assert figure(np.zeros((0, 0), dtype=np.uint8), 1) is None


THUMBS = arrays(np.uint8, (16, 16)).map(lambda coarse: coarse.repeat(16, axis=0).repeat(16, axis=1))


@QUICK
@given(thumb=THUMBS, proportion=st.floats(0.05, 20))
def test_any_thumbnail_is_described_within_bounds(thumb: Mask, proportion: float) -> None:
    found = describe_shapes(thumb, proportion)
    again = describe_shapes(thumb.copy(), proportion)

    assert len(found) <= MOST_SHAPES
    assert np.isfinite(found.proportions).all()
    assert ((found.boxes > 0) & (found.boxes < 1)).all()
    assert (found.boxes[:, :2] < found.boxes[:, 2:]).all()
    assert np.array_equal(found.codes, again.codes)


def test_a_disc_has_a_shorter_outline_than_any_mark() -> None:
    photo = Image.new("L", (256, 256))
    ImageDraw.Draw(photo).ellipse((60, 60, 200, 200), fill=1)
    disc = figure(np.asarray(photo), 1)
    drawn = [figure(mask(seed), 1) for seed in range(6)]
    assert disc is not None

    assert outlines([disc.picture])[0] < LEAST_OUTLINE < outlines([d.picture for d in drawn if d is not None]).min()
