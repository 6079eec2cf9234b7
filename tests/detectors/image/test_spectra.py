"""Spectra: the transform of a part is that of the part cut out."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.fft import dctn

from detectors.image.spectra import FREQUENCIES, Windows
from tests.detectors.image.pictures import scene, thumbnail

SIDE = 128
sides = st.tuples(st.integers(0, SIDE - 32), st.integers(32, SIDE)).map(lambda s: (s[0], min(SIDE, s[0] + s[1])))


@settings(max_examples=40, derandomize=True, deadline=None)
@given(seed=st.integers(0, 9), across=sides, down=sides)
def test_a_part_has_the_spectrum_of_the_part_cut_out(seed: int, across: tuple[int, int], down: tuple[int, int]) -> None:
    picture = np.asarray(scene(seed, SIDE, SIDE).convert("L"))
    box = np.array([[across[0], down[0], across[1], down[1]]], dtype=np.float32) / np.float32(SIDE)
    part = picture[slice(*down), slice(*across)].astype(np.float64)
    lowest = np.arange(1, FREQUENCIES + 1)
    blur = [np.sinc(lowest / (2 * length)) for length in part.shape]  # a DCT sees points, the integral sees pixels
    scale = 64 / np.sqrt(part.size)

    expected = dctn(part, norm="ortho")[1 : FREQUENCIES + 1, 1 : FREQUENCIES + 1] * scale * np.outer(*blur)

    assert Windows(box).spectra(picture.astype(np.float32))[0] == pytest.approx(expected, abs=0.05)


def test_parts_come_in_the_order_of_their_boxes() -> None:
    picture = thumbnail(scene(1))[::2, ::2]
    boxes = np.array([(0, 0.5, 1, 1), (0.25, 0, 1, 0.5), (0, 0.5, 0.5, 1), (0, 0, 1, 1)], dtype=np.float32)

    together = Windows(boxes).spectra(picture.astype(np.float32))

    for box, spectrum in zip(boxes, together, strict=True):
        assert spectrum == pytest.approx(Windows(box[None]).spectra(picture.astype(np.float32))[0], abs=0.01)
