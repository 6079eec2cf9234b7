"""Hashes: near PDQ, and exact under mirrors and quarter turns."""

from __future__ import annotations

import numpy as np
import pdqhash
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from detectors.image.decode import THUMB, Grey
from detectors.image.hashes import (
    BITS,
    CHANGES,
    ORIENTATIONS,
    Orientation,
    dct_hash,
    detail,
    distances,
    library_phash,
    oriented,
    pack,
    phash,
    unpack,
)
from detectors.image.spectra import Windows, reduced
from tests.detectors.image.pictures import scene, thumbnail

WHOLE = Windows(np.array([[0, 0, 1, 1]], dtype=np.float32))
seeds = st.integers(0, 2**32 - 1)


def changed(picture: Grey, orientation: Orientation) -> Grey:
    """Undo an orientation on the pixels."""
    if orientation.transposed:
        picture = picture.T
    if orientation.rows_reversed:
        picture = picture[::-1]
    if orientation.columns_reversed:
        picture = picture[:, ::-1]
    if orientation.negative:
        picture = 255 - picture
    return np.ascontiguousarray(picture)


@pytest.mark.parametrize("orientation", CHANGES, ids=lambda orientation: orientation.name)
@settings(max_examples=25, derandomize=True, deadline=None)
@given(seed=seeds)
def test_undoing_an_orientation_on_the_hash_equals_undoing_it_on_the_pixels(
    orientation: Orientation, seed: int
) -> None:
    picture = np.random.default_rng(seed).integers(0, 256, (THUMB, THUMB)).astype(np.uint8)
    spectra = np.concatenate([WHOLE.spectra(reduced(picture)), WHOLE.spectra(reduced(changed(picture, orientation)))])
    before, after = dct_hash(spectra)

    near = 1.0 if orientation.negative else 0.01  # half of 255 is no whole number, and is rounded
    rounding = int((np.abs(spectra[1]) < near).sum())
    assert distances(oriented(before[None], orientation)[0], after) <= rounding


@pytest.mark.parametrize(
    ("name", "turn"),
    [
        pytest.param("mirrored", Image.Transpose.FLIP_LEFT_RIGHT, id="mirrored"),
        pytest.param("rotated 180", Image.Transpose.ROTATE_180, id="upside down"),
        pytest.param("rotated 90", Image.Transpose.ROTATE_270, id="clockwise"),
        pytest.param("rotated 270", Image.Transpose.ROTATE_90, id="anticlockwise"),
        pytest.param("rotated 180 and mirrored", Image.Transpose.FLIP_TOP_BOTTOM, id="top to bottom"),
        pytest.param("rotated 270 and mirrored", Image.Transpose.TRANSPOSE, id="transposed"),
        pytest.param("rotated 90 and mirrored", Image.Transpose.TRANSVERSE, id="transverse"),
    ],
)
def test_orientations_are_named_after_what_was_done_to_the_picture(name: str, turn: Image.Transpose) -> None:
    picture = scene(1, 256, 256).convert("L")
    hashes = [dct_hash(WHOLE.spectra(reduced(thumbnail(p)))) for p in (picture, picture.transpose(turn))]

    nearest = min(ORIENTATIONS, key=lambda orientation: int(distances(oriented(hashes[1], orientation), hashes[0])[0]))

    assert nearest.name == name


@pytest.mark.parametrize("seed", range(8))
def test_the_whole_picture_hashes_nearly_as_pdq_does(seed: int) -> None:
    picture = scene(seed, 512, 512)
    ours = unpack(dct_hash(WHOLE.spectra(reduced(thumbnail(picture)))))[0]

    theirs, _ = pdqhash.compute(np.asarray(picture))

    assert int((ours != theirs[::-1].astype(np.bool_)).sum()) <= 20


@pytest.mark.parametrize("seed", range(40))
def test_the_short_hash_is_that_of_imagehash(seed: int) -> None:
    picture = thumbnail(scene(seed))

    assert phash(picture) == library_phash(picture)


@settings(derandomize=True)
@given(seed=seeds, rows=st.integers(0, 5))
def test_packing_loses_nothing(seed: int, rows: int) -> None:
    bits = np.random.default_rng(seed).integers(0, 2, (rows, BITS)).astype(np.bool_)

    packed = pack(bits)

    assert packed.shape == (rows, 4)
    assert np.array_equal(unpack(packed), bits)


def test_the_first_bit_is_the_topmost() -> None:
    bits = np.zeros((1, BITS), dtype=np.bool_)
    bits[0, 0] = True

    assert pack(bits).tolist() == [[2**63, 0, 0, 0]]


@settings(derandomize=True)
@given(seed=seeds, flips=st.integers(0, BITS))
def test_the_distance_is_the_number_of_flipped_bits(seed: int, flips: int) -> None:
    random = np.random.default_rng(seed)
    bits = random.integers(0, 2, (1, BITS)).astype(np.bool_)
    other = bits.copy()
    other[0, random.permutation(BITS)[:flips]] ^= True

    assert distances(pack(bits), pack(other)).tolist() == [flips]


def test_a_flat_picture_has_no_detail_and_a_scene_has_much() -> None:
    flat = np.full((THUMB, THUMB), 200, dtype=np.uint8)

    assert detail(WHOLE.spectra(reduced(flat))).tolist() == [0]
    assert detail(WHOLE.spectra(reduced(thumbnail(scene(1)))))[0] > 200
