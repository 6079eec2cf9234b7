"""Local features: the same wherever they are found, and known in the mirror."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from detectors.image.decode import Grey
from detectors.image.feature_index import MOST_BITS, differing
from detectors.image.features import BITS, MOST, UNIT, encode, features, features_and_negative, mirrored
from detectors.image.renditions import rendered_features
from tests.detectors.image.pictures import Picture, scene


def grey(picture: Picture) -> Grey:
    return np.array(picture.convert("L"))


@pytest.mark.parametrize("seed", range(4))
def test_mirrored_codes_are_the_codes_of_the_mirrored_picture(seed: int) -> None:
    picture = grey(scene(seed))

    ours, theirs = features(picture), features(np.ascontiguousarray(picture[:, ::-1]))

    nearest = differing(mirrored(ours.codes)[:, None], theirs.codes[None]).min(axis=1)
    unaware = differing(ours.codes[:, None], theirs.codes[None]).min(axis=1)
    assert np.mean(nearest <= 8) > 0.6
    assert np.mean(unaware <= 8) < 0.3


@settings(max_examples=200, derandomize=True, deadline=None)
@given(seed=st.integers(0, 2**32 - 1))
def test_a_mirror_exchanges_rows_of_cells_and_negates_directions(seed: int) -> None:
    descriptors = np.random.default_rng(seed).integers(0, 256, (20, 128)).astype(np.float32)
    cells = descriptors.reshape(-1, 4, 4, 8)
    turned = cells[:, ::-1][..., [0, 7, 6, 5, 4, 3, 2, 1]].reshape(-1, 128)

    assert np.mean(np.bitwise_count(encode(turned) ^ mirrored(encode(descriptors)))) < 0.01


def test_mirroring_twice_changes_nothing() -> None:
    codes = features(grey(scene(1))).codes

    assert np.array_equal(mirrored(mirrored(codes)), codes)


def test_the_bits_of_a_code_are_set_about_half_of_the_time() -> None:
    codes = np.concatenate([features(grey(scene(seed))).codes for seed in range(20)])

    set_bits = np.unpackbits(codes.astype(">u8").view(np.uint8).reshape(-1, BITS // 8), axis=1).mean(axis=0)

    assert 0.15 < set_bits.min() < set_bits.max() < 0.85


@pytest.mark.parametrize(
    "picture",
    [
        pytest.param(np.full((100, 200), 250, dtype=np.uint8), id="flat"),
        pytest.param(np.zeros((1, 1), dtype=np.uint8), id="one pixel"),
        pytest.param(np.zeros((384, 2), dtype=np.uint8), id="a line"),
    ],
)
def test_a_picture_without_detail_has_no_features(picture: Grey) -> None:
    found = features(picture)

    assert found.codes.shape == (0, 2)
    assert found.places.shape == (0, 4)


def test_a_picture_full_of_detail_has_no_more_than_the_most() -> None:
    noise = np.random.default_rng(5).integers(0, 256, (300, 384)).astype(np.uint8)

    assert len(features(noise).codes) == len(features(noise).places) == MOST
    assert len(features(noise, strongest=100).codes) == 150


def test_features_of_a_faint_half_are_kept_beside_a_loud_one() -> None:
    noise = np.random.default_rng(5).integers(0, 256, (300, 384))
    picture = np.where(np.arange(384) < 192, noise, 128 + noise // 4).astype(np.uint8)

    right = features(picture, strongest=100).places[:, 0] > UNIT // 2
    assert right[:100].mean() < right[100:].mean()
    assert right[100:].sum() >= 15


def test_places_are_shares_of_the_picture() -> None:
    small = grey(scene(3, 320, 240))
    large = np.array(Image.fromarray(small).resize((640, 480)))

    ours, theirs = features(small), features(large)

    near = differing(ours.codes[:, None], theirs.codes[None])
    pairs = np.argwhere(near <= 6)
    apart = np.abs(ours.places[pairs[:, 0]].astype(int) - theirs.places[pairs[:, 1]].astype(int))[:, :3] / UNIT
    assert len(pairs) > 20
    assert np.median(apart) < 0.005


@pytest.mark.parametrize("seed", range(4))
def test_the_features_of_a_negative_follow_from_those_of_the_picture(seed: int) -> None:
    picture = grey(scene(seed))

    plain, negative = features_and_negative(picture)
    looked_at = features(~picture)

    assert np.array_equal(plain.codes, features(picture).codes)
    bits = differing(negative.codes[:, None], looked_at.codes[None])
    nearest = bits.argmin(axis=1)
    apart = negative.places.astype(np.int16) - looked_at.places[nearest].astype(np.int16)  # whole turns vanish
    same = (bits.min(axis=1) <= 4) & (np.abs(apart).max(axis=1) <= 2)
    assert np.mean(same) > 0.95


def test_a_picture_that_goods_bear_is_enrolled_in_negative_too() -> None:
    picture = grey(scene(6))

    plain, printed = features(picture), rendered_features(picture)
    negative = features(~picture)

    found = differing(negative.codes[:, None], printed.codes[None]).min(axis=1)
    missed = differing(negative.codes[:, None], plain.codes[None]).min(axis=1)
    assert np.mean(found <= 8) > 2 * np.mean(missed <= 8)
    assert np.mean(found <= 8) > 0.5  # features at the edge and those of the margin have no partner


def test_a_transparent_picture_is_enrolled_as_it_looks_on_black_too() -> None:
    picture, on_black = grey(scene(6)), grey(scene(7))
    layer = np.asarray(cv2.resize(on_black, (256, 256), interpolation=cv2.INTER_AREA), dtype=np.uint8)

    on_white, on_both = rendered_features(picture), rendered_features(picture, [layer])

    wanted = features(on_black)
    found, missed = (differing(wanted.codes[:, None], seen.codes[None]).min(axis=1) for seen in (on_both, on_white))
    assert np.mean(found <= MOST_BITS) > 0.5
    assert np.mean(found <= MOST_BITS) > 2 * np.mean(missed <= MOST_BITS)


def test_features_of_renditions_lie_where_the_picture_has_them() -> None:
    picture = grey(scene(6))

    found = rendered_features(picture)
    whole = features(picture)

    pairs = np.argwhere(differing(whole.codes[:, None], found.codes[None]) <= 6)
    apart = np.abs(whole.places[pairs[:, 0], :2].astype(int) - found.places[pairs[:, 1], :2].astype(int)) / UNIT
    assert len(pairs) > 10
    assert np.median(apart) < 0.01
