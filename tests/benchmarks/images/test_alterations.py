"""The attacks do what their names say, and the same each time."""

from collections.abc import Callable
from io import BytesIO
from random import Random

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageOps

from benchmarks.images import geometry, overlays
from benchmarks.images.alterations import ATTACKS, FURTHER, KNOWN, LARGEST, attacked
from benchmarks.images.overlays import Picture
from tests.detectors.image.pictures import scene

PHOTO, OTHER = scene(1, 120, 160), scene(2, 160, 120)


def altered(name: str, seed: int = 3) -> Picture:
    return ATTACKS[name](PHOTO, lambda: OTHER, Random(seed))


def grey(picture: Picture) -> NDArray[np.float64]:
    return np.asarray(picture.convert("L"), dtype=np.float64)


def likeness(left: Picture, right: Picture) -> float:
    """Correlation of two pictures at the size of the first."""
    return float(np.corrcoef(grey(left).ravel(), grey(right.resize(left.size)).ravel())[0, 1])


def test_there_are_the_21_known_attacks_and_at_least_10_further_ones() -> None:
    assert (len(KNOWN), len(ATTACKS)) == (21, 21 + len(FURTHER))
    assert len(FURTHER) >= 10


@pytest.mark.parametrize("name", ATTACKS)
def test_an_attack_changes_the_photo_the_same_way_for_the_same_seed(name: str) -> None:
    uploads = [attacked(name, PHOTO.copy(), lambda: OTHER, Random(5)) for _ in range(2)]

    with Image.open(BytesIO(uploads[0])) as upload:
        assert max(upload.size) <= LARGEST
    assert uploads[0] == uploads[1]
    assert np.asarray(altered(name)).tobytes() != np.asarray(PHOTO).tobytes()


@pytest.mark.parametrize(
    ("name", "undone"),
    [
        ("horizontal flip", ImageOps.mirror),
        ("inverted", ImageOps.invert),
        ("resize 50 %", lambda photo: photo.resize(PHOTO.size)),
        ("stretched 15-35 %", lambda photo: photo.resize(PHOTO.size)),
        ("pad to square", lambda photo: ImageOps.fit(photo, PHOTO.size)),
        ("JPEG q30", lambda photo: photo),
        ("grey", lambda photo: photo),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_an_attack_that_loses_little_can_be_undone(name: str, undone: Callable[[Picture], Picture]) -> None:
    assert likeness(PHOTO, undone(altered(name))) > 0.97


@pytest.mark.parametrize("share", [0.1, 0.2, 0.4, 0.6])
def test_a_crop_takes_away_its_share_of_the_area_and_keeps_the_proportions(share: float) -> None:
    crop = geometry.cropped(PHOTO, share, Random(1))

    assert crop.width * crop.height == pytest.approx((1 - share) * PHOTO.width * PHOTO.height, rel=0.01)
    assert crop.width / crop.height == pytest.approx(PHOTO.width / PHOTO.height, rel=0.02)


@pytest.mark.parametrize("seed", range(5))
def test_a_frame_surrounds_the_whole_photo(seed: int) -> None:
    framed = geometry.framed(PHOTO, Random(seed))
    width = (framed.width - PHOTO.width) // 2

    assert 0.06 <= width / PHOTO.width <= 0.125
    assert framed.crop((width, width, width + PHOTO.width, width + PHOTO.height)).tobytes() == PHOTO.tobytes()


@pytest.mark.parametrize("tiles", [2, 3])
@pytest.mark.parametrize("seed", range(4))
def test_a_collage_shows_the_photo_in_one_tile_and_others_in_the_rest(tiles: int, seed: int) -> None:
    red, blue = Image.new("RGB", (50, 50), (255, 0, 0)), Image.new("RGB", (50, 50), (0, 0, 255))

    sheet = np.asarray(geometry.collage(red, lambda: blue, Random(seed), tiles))

    shares = [(sheet == colour).all(axis=2).mean() * tiles * tiles for colour in ((255, 0, 0), (0, 0, 255))]
    assert shares == pytest.approx([1, tiles * tiles - 1], rel=0.1)


def test_picture_in_picture_shows_a_small_copy_on_a_larger_photo() -> None:
    red = Image.new("RGB", (300, 400), (255, 0, 0))

    sheet = geometry.inset(red, OTHER, Random(1))

    rows, columns = np.nonzero((np.asarray(sheet) == (255, 0, 0)).all(axis=2))
    assert max(sheet.size) == 800
    assert (int(np.ptp(rows)) + 1, int(np.ptp(columns)) + 1) == (380, 285)


def test_another_ground_keeps_what_stands_in_the_middle() -> None:
    photo = Image.new("RGB", (200, 200), (90, 160, 90))
    photo.paste((200, 30, 30), (60, 50, 140, 150))

    shown = np.asarray(geometry.on_another_ground(photo, Image.new("RGB", (50, 50), (0, 0, 255))))

    assert tuple(shown[100, 100]) == (200, 30, 30)
    assert tuple(shown[5, 5]) == (0, 0, 255)


def test_where_no_foreground_can_be_told_an_ellipse_is_taken() -> None:
    mask = geometry.foreground(Image.new("RGB", (200, 200), (90, 160, 90)))

    assert mask[0, 0] == 0
    assert mask[100, 100] == 255
    assert 0.3 < (mask > 0).mean() < 0.7


def test_strips_are_cut_out_and_the_photo_closed_up() -> None:
    shorter = geometry.without_strips(PHOTO, Random(1))

    assert shorter.width == PHOTO.width
    assert 0.85 <= shorter.height / PHOTO.height <= 0.93


@pytest.mark.parametrize(
    ("lay", "least", "most"),
    [
        pytest.param(overlays.banner_and_sticker, 0.08, 0.3, id="banner and sticker"),
        pytest.param(overlays.stickers, 0.02, 0.3, id="stickers"),
        pytest.param(overlays.words_over_the_middle, 0.02, 0.4, id="words"),
        pytest.param(overlays.watermark, 0.02, 0.5, id="watermark"),
    ],
)
@pytest.mark.parametrize("seed", range(3))
def test_what_is_laid_over_covers_a_part(
    lay: Callable[[Picture, Random], Picture], least: float, most: float, seed: int
) -> None:
    covered = np.abs(grey(lay(PHOTO, Random(seed))) - grey(PHOTO)) > 8

    assert least <= covered.mean() <= most


def test_a_screenshot_shows_the_whole_photo_below_a_status_bar() -> None:
    screen = overlays.screenshot(PHOTO, Random(1))

    shown = screen.crop((0, 44, 540, 44 + 720))
    assert screen.height > 1.5 * screen.width
    assert likeness(PHOTO, shown) > 0.97
