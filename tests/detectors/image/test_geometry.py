"""The movement between two pictures is found among false pairs, and none where there is none."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detectors.image.geometry import Movement, Poses, align, most_agreeing, poses

SQUARE = np.array([100, 100], dtype=np.int32)


def moved(picture: Poses, turn: float, scale: float, shift: tuple[float, float]) -> tuple[Poses, Movement]:
    """Return where features lie once the picture is turned, grown and shifted, and that movement."""
    linear = scale * np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    movement = np.column_stack([linear, shift])
    photo = picture.copy()
    photo[:, :2] = picture[:, :2] @ linear.T + shift
    photo[:, 2] *= scale
    photo[:, 3] += turn
    return photo, movement


def some_poses(random: np.random.Generator, count: int) -> Poses:
    return np.column_stack([random.random((count, 2)), random.uniform(0.01, 0.1, count), random.uniform(0, 6, count)])


@settings(max_examples=200, derandomize=True, deadline=None)
@given(
    seed=st.integers(0, 2**32 - 1),
    turn=st.floats(-3.1, 3.1),
    scale=st.floats(0.2, 3),
    counts=st.tuples(st.integers(8, 60), st.integers(0, 60)),
)
def test_a_movement_is_recovered_among_false_pairs(
    seed: int, turn: float, scale: float, counts: tuple[int, int]
) -> None:
    random = np.random.default_rng(seed)
    true, false = counts
    shift = (random.uniform(-1, 1), random.uniform(-1, 1))
    picture = some_poses(random, true + false)
    photo, movement = moved(picture, turn, scale, shift)
    photo[true:] = some_poses(random, false)

    found = align(picture, photo)

    assert found is not None
    assert set(range(true)) - set(found.pairs.tolist()) <= {i for i in range(true) if crowded(picture, photo, i)}
    corners = np.array([[0, 0, 1], [1, 0, 1], [0, 1, 1], [1, 1, 1]])
    assert np.abs(corners @ (found.movement - movement).T).max() < 0.05


def crowded(picture: Poses, photo: Poses, pair: int) -> bool:
    """Say whether another feature lies on nearly the same spot of either picture."""
    near = [np.hypot(*(side[:, :2] - side[pair, :2]).T) < 0.02 for side in (picture, photo)]
    return bool((near[0] | near[1]).sum() > 1)


def test_a_sheared_picture_is_followed() -> None:
    picture = some_poses(np.random.default_rng(3), 40)
    shear = np.array([[0.9, 0.12], [-0.05, 0.75]])
    photo = picture.copy()
    photo[:, :2] = picture[:, :2] @ shear.T + 0.1

    found = align(picture, photo)

    assert found is not None
    assert np.abs(found.movement[:, :2] - shear).max() < 0.02


@pytest.mark.parametrize("seed", range(10))
def test_pairs_at_random_agree_on_no_more_than_a_few(seed: int) -> None:
    random = np.random.default_rng(seed)

    found = align(some_poses(random, 40), some_poses(random, 40))

    assert found is None or len(found.pairs) < 5


@pytest.mark.parametrize("count", range(3))
def test_fewer_than_three_pairs_are_no_movement(count: int) -> None:
    picture = some_poses(np.random.default_rng(1), count)

    assert align(picture, picture) is None


def test_one_spot_seen_many_times_is_no_movement() -> None:
    picture = np.tile([[0.5, 0.5, 0.1, 1.0]], (30, 1))

    assert align(picture, picture) is None


@settings(max_examples=100, derandomize=True, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), sizes=st.lists(st.integers(1, 30), max_size=8))
def test_counting_for_many_pictures_at_once_equals_counting_for_each(seed: int, sizes: list[int]) -> None:
    random = np.random.default_rng(seed)
    picture = some_poses(random, sum(sizes))
    photo, _ = moved(picture, 0.3, 0.5, (0.2, 0.1))
    false = random.random(len(picture)) < 0.5
    photo[false] = some_poses(random, int(false.sum()))
    ends = np.cumsum(sizes).tolist()

    together = most_agreeing(picture, photo, np.array(sizes, dtype=np.int64))

    parts = (slice(end - size, end) for size, end in zip(sizes, ends, strict=True))
    assert together.tolist() == [most_agreeing(picture[p], photo[p], np.array([p.stop - p.start]))[0] for p in parts]


def test_the_mirror_image_of_a_place_is_on_the_other_side() -> None:
    places = np.array([[0, 65535, 6553, 16384]], dtype=np.uint16)

    (here,) = poses(places, SQUARE).round(3).tolist()
    (there,) = poses(places, SQUARE, mirrored=True).round(3).tolist()

    assert here == [0, 1, 0.1, 1.571]
    assert there == [1, 1, 0.1, 1.571]
