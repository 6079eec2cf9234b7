"""Blocks agree where a photo shows the registered picture, and nowhere else."""

from __future__ import annotations

import numpy as np
import pytest

from detectors.image.agreement import Agreement, agreement, least_share, refined, thumbnail
from detectors.image.decode import Grey
from tests.detectors.image.pictures import scene

SIZE = np.array([320, 240], dtype=np.int32)
SAME = np.array([[1.0, 0, 0], [0, 1, 0]])


def grey(seed: int, width: int = 320, height: int = 240) -> Grey:
    return np.array(scene(seed, width, height).convert("L"))


def test_a_picture_agrees_with_itself_everywhere() -> None:
    seen = agreement(thumbnail(grey(1)), SIZE, grey(1), SAME)

    assert seen.agreeing == seen.visible == seen.textured > 40
    assert seen.share == 1
    assert seen.box == (0, 0, 1, 1)


@pytest.mark.parametrize("seed", range(2, 12))
def test_other_pictures_agree_in_few_blocks(seed: int) -> None:
    assert agreement(thumbnail(grey(1)), SIZE, grey(seed), SAME).likeness < 0.04


def test_brightness_and_contrast_do_not_matter() -> None:
    paler = (grey(1) * 0.5 + 100).astype(np.uint8)

    assert agreement(thumbnail(grey(1)), SIZE, paler, SAME).share > 0.95


def test_a_negative_agrees_with_its_picture() -> None:
    assert agreement(thumbnail(grey(1)), SIZE, ~grey(1), SAME).share > 0.95


def test_only_what_lies_in_the_photo_is_visible() -> None:
    left = np.ascontiguousarray(grey(1)[:, :160])
    doubled = np.array([[320 / 240, 0, 0], [0, 320 / 240, 0]])

    seen = agreement(thumbnail(grey(1)), SIZE, left, doubled)

    assert seen.agreeing == seen.visible < 0.6 * seen.textured
    assert seen.box[2] == 0.5


@pytest.mark.parametrize("seen", [pytest.param(grey(1), id="as it is"), pytest.param(~grey(1), id="in negative")])
def test_a_picture_laid_a_little_beside_its_place_is_moved_there(seen: Grey) -> None:
    beside = np.array([[1.04, 0.03, 0.015], [-0.02, 0.97, -0.015]])

    closer = refined(thumbnail(grey(1)), SIZE, seen, beside)

    assert np.abs(closer - SAME).max() < 0.004
    assert agreement(thumbnail(grey(1)), SIZE, seen, beside).likeness < 0.5
    assert agreement(thumbnail(grey(1)), SIZE, seen, closer).likeness > 0.8


def test_a_picture_laid_over_nothing_stays_where_it_is() -> None:
    flat = np.full((240, 320), 128, dtype=np.uint8)

    assert np.array_equal(refined(thumbnail(grey(1)), SIZE, flat, SAME), SAME)


def test_the_part_around_the_agreeing_blocks_is_told() -> None:
    photo = grey(1)
    photo[:, 160:] = grey(2)[:, 160:]

    left, top, right, bottom = agreement(thumbnail(grey(1)), SIZE, photo, SAME).box

    assert (left, top, bottom) == (0, 0, 1)
    assert right <= 0.75


def test_a_flat_picture_agrees_with_nothing() -> None:
    flat = np.full((240, 320), 200, dtype=np.uint8)

    assert agreement(thumbnail(flat), SIZE, grey(1), SAME) == Agreement(0, 0, 0, (0, 0, 0, 0), 0, 0)
    assert agreement(thumbnail(flat), SIZE, grey(1), SAME).likeness == 0
    assert agreement(thumbnail(grey(1)), SIZE, flat, SAME).agreeing == 0


@pytest.mark.parametrize("visible", [1, 4, 16, 64])
def test_the_least_share_lies_below_the_share_and_rises_with_the_blocks(visible: int) -> None:
    assert 0 < least_share(visible, visible) < least_share(2 * visible, 2 * visible) < 1
    assert least_share(0, visible) == pytest.approx(0)


def patched(inside: int, outside: int) -> Grey:
    """Return one picture in the middle of another."""
    sheet = grey(outside)
    sheet[60:180, 80:240] = grey(inside)[60:180, 80:240]
    return sheet


def test_a_copy_before_another_background_is_more_alike_than_other_goods_before_the_same() -> None:
    goods = agreement(thumbnail(grey(1)), SIZE, patched(1, 2), SAME)
    carpet = agreement(thumbnail(grey(1)), SIZE, patched(2, 1), SAME)

    assert goods.agreeing < carpet.agreeing
    assert goods.agreeing_inside == goods.visible_inside > carpet.agreeing_inside
    assert goods.likeness > 1.5 * carpet.likeness


def test_where_the_middle_is_not_visible_all_blocks_speak_alone() -> None:
    edge = Agreement(12, 12, 60, (0, 0, 0.2, 1), agreeing_inside=0, visible_inside=3)

    assert edge.likeness == least_share(12, 12) ** 2
    assert edge._replace(visible_inside=4).likeness == pytest.approx(edge.likeness / 2)
