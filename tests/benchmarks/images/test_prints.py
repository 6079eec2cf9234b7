"""Logos are put on goods as wide as asked, and so that they can be read."""

from random import Random

import numpy as np
import pytest
from PIL import Image, ImageDraw

from benchmarks.images import prints
from benchmarks.images.overlays import Picture
from tests.detectors.image.pictures import scene


def logo() -> Picture:
    sheet = Image.new("RGBA", (200, 120))
    draw = ImageDraw.Draw(sheet)
    draw.rectangle((20, 20, 179, 99), fill=(10, 10, 10, 255))
    draw.ellipse((60, 40, 100, 80), fill=(250, 250, 250, 255))
    return sheet


def plain() -> Picture:
    return Image.new("RGB", (300, 400), (190, 180, 170))


def test_a_logo_is_cut_to_what_is_drawn() -> None:
    assert prints.trimmed(logo()).size == (160, 80)


def test_one_ink_leaves_the_light_parts_bare() -> None:
    pixels = np.asarray(prints.one_ink(prints.trimmed(logo()), (200, 0, 0)))

    assert {tuple(pixel) for pixel in pixels[pixels[..., 3] > 0]} == {(200, 0, 0, 255)}
    assert pixels[40, 60, 3] == 0


def test_one_ink_keeps_a_logo_that_is_light_all_over() -> None:
    white = Image.new("RGBA", (20, 20), (255, 255, 255, 255))

    assert (np.asarray(prints.one_ink(white, (0, 0, 0)))[..., 3] == 255).all()


@pytest.mark.parametrize("share", [0.15, 0.25, 0.4])
def test_a_flat_logo_is_as_wide_as_asked(share: float) -> None:
    photo = np.asarray(prints.flat(prints.trimmed(logo()), plain, share, Random(1)).convert("L"))

    columns = np.flatnonzero((photo < 60).any(axis=0))
    assert (np.ptp(columns) + 1) / photo.shape[1] == pytest.approx(share, abs=0.01)


@pytest.mark.parametrize("seed", range(3))
def test_a_printed_logo_is_bent_and_stays_about_as_wide(seed: int) -> None:
    photo = np.asarray(prints.printed(prints.trimmed(logo()), plain, 0.3, Random(seed)).convert("L"))

    rows, columns = np.nonzero(photo < 120)
    box = (np.ptp(rows) + 1) * (np.ptp(columns) + 1)
    assert 0.2 <= (np.ptp(columns) + 1) / photo.shape[1] <= 0.4
    assert len(rows) / box < 0.95  # a flat print would fill its box but for the dot


@pytest.mark.parametrize("seed", range(3))
def test_a_place_is_found_where_the_logo_stands_out(seed: int) -> None:
    grounds = [Image.new("RGB", (300, 400), (12, 12, 12)), plain()]
    random = Random(seed)

    photo = prints.flat(prints.trimmed(logo()), lambda: random.choice(grounds), 0.3, random)

    assert photo.getpixel((1, 1)) == (190, 180, 170)


def test_a_print_is_the_same_for_the_same_seed() -> None:
    once, again = (
        prints.silhouette_on_textile(prints.trimmed(logo()), lambda: scene(4), 0.4, Random(7)) for _ in range(2)
    )

    assert once.tobytes() == again.tobytes()
