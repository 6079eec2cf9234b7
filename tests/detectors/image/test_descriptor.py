"""A model of the user's: read, tried, and shown pictures in the form that it asks for."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from detectors.image.descriptor import load_descriptor
from pipeline.errors import SettingsError
from tests.detectors.image.models import SIDE, write_model
from tests.detectors.image.pictures import encoded, scene

WHOLE = [(0.0, 0.0, 1.0, 1.0)]


def test_vectors_are_what_the_model_says(tmp_path: Path) -> None:
    descriptor = load_descriptor(write_model(tmp_path, distance="euclidean"))
    picture = np.random.default_rng(1).integers(0, 256, (SIDE, SIDE, 3), dtype=np.uint8)

    squares = picture.reshape(8, 4, 8, 4, 3).mean(axis=(1, 3)).transpose(2, 0, 1)
    assert descriptor.vectors(picture, WHOLE)[0] == pytest.approx((squares / 255 - 0.5).ravel() / 0.5, abs=1e-4)


@pytest.mark.parametrize(
    ("changes", "order"),
    [({}, [0, 1, 2]), ({"channels": "bgr"}, [2, 1, 0])],
    ids=["rgb", "bgr"],
)
def test_channels_come_in_the_order_that_is_asked_for(
    tmp_path: Path, changes: dict[str, Any], order: list[int]
) -> None:
    descriptor = load_descriptor(write_model(tmp_path, distance="euclidean", **changes))
    picture = np.zeros((SIDE, SIDE, 3), dtype=np.uint8)
    picture[:] = (10, 100, 200)

    planes = descriptor.vectors(picture, WHOLE).reshape(3, -1)[:, 0]
    assert planes == pytest.approx((np.array([10, 100, 200])[order] / 255 - 0.5) / 0.5, abs=1e-5)


def test_vectors_for_the_cosine_have_length_one_and_its_distance_is_half_their_square(tmp_path: Path) -> None:
    descriptor = load_descriptor(write_model(tmp_path))
    one, other = (descriptor.vectors(descriptor.look(encoded(scene(seed))), WHOLE) for seed in (1, 2))

    assert np.linalg.norm(one) == pytest.approx(1, abs=1e-5)
    assert descriptor.distances(one, other)[0] == pytest.approx(1 - float((one * other).sum()), abs=1e-5)


def test_a_vector_of_zeros_lies_close_to_nothing(tmp_path: Path) -> None:
    descriptor = load_descriptor(write_model(tmp_path))
    nothing = np.zeros((1, descriptor.length), dtype=np.float32)

    assert np.isinf(descriptor.distances(nothing, nothing)).all()


def test_parts_of_a_picture_are_shown_as_pictures_of_their_own(tmp_path: Path) -> None:
    descriptor = load_descriptor(write_model(tmp_path))
    picture = np.asarray(scene(3, 200, 100))

    part = descriptor.vectors(picture, [(0.5, 0.0, 1.0, 1.0)])
    assert np.array_equal(part, descriptor.vectors(np.ascontiguousarray(picture[:, 100:]), WHOLE))


def test_the_version_changes_with_the_model_and_with_what_is_said_of_it(tmp_path: Path) -> None:
    path = write_model(tmp_path)
    versions = {load_descriptor(path).version, load_descriptor(write_model(tmp_path, threshold=0.3)).version}
    path.write_bytes(path.read_bytes() + b"\x12\x01x")  # the name of who made the model
    versions.add(load_descriptor(path).version)

    assert len(versions) == 3


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"width": None}, r"means\.json: width: .* got"),
        ({"height": 4}, r"means\.json: height: got 4, expected 8 to 1024"),
        ({"width": 10**9}, r"means\.json: width: got 1000000000, expected 8 to 1024"),
        ({"mean": [0.5]}, r"means\.json: mean: got \(0\.5,\), expected 3 numbers"),
        ({"std": [1, 0, 1]}, r"means\.json: std: got .* expected 3 numbers above 0"),
        ({"threshold": -1}, r"means\.json: threshold: got -1\.0, expected a number above 0"),
        ({"channels": "cmyk"}, r"means\.json: channels: .* got 'cmyk'"),
        ({"layers": 3}, r"means\.json: layers: .* got 3"),
        ({"output": "nothing"}, r"means\.onnx: cannot be run, got .* expected an ONNX model as means\.json says"),
    ],
    ids=["missing", "small", "large", "one mean", "zero std", "threshold", "channels", "unknown", "output"],
)
def test_what_cannot_be_used_is_one_error_with_its_place(tmp_path: Path, changes: dict[str, Any], said: str) -> None:
    path = write_model(tmp_path, **changes)

    with pytest.raises(SettingsError, match=said) as caught:
        load_descriptor(path)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("data", [b"", b"no model " * 9, None], ids=["empty", "other", "cut off"])
def test_a_broken_model_is_one_error(tmp_path: Path, data: bytes | None) -> None:
    path = write_model(tmp_path)
    path.write_bytes(path.read_bytes()[:90] if data is None else data)

    with pytest.raises(SettingsError, match=r"means\.onnx: cannot be run, got .* expected an ONNX model"):
        load_descriptor(path)


@pytest.mark.parametrize("missing", ["means.onnx", "means.json"])
def test_a_missing_file_is_named(tmp_path: Path, missing: str) -> None:
    path = write_model(tmp_path)
    (tmp_path / missing).unlink()

    with pytest.raises(SettingsError, match=f"{missing}: No such file.*expected an ONNX model and a JSON file"):
        load_descriptor(path)
