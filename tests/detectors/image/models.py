"""A model as small as can be, in the ONNX format: the mean colours of the squares of a picture.

The file is a protobuf message [1]_ of a few hundred bytes, written here field by field.

References
----------
.. [1] ONNX, "Open Neural Network Exchange intermediate representation specification", onnx.proto3.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

SIDE, SQUARE = 32, 4
SPECIFICATION = {
    "width": SIDE,
    "height": SIDE,
    "channels": "rgb",
    "mean": [0.5, 0.5, 0.5],
    "std": [0.5, 0.5, 0.5],
    "output": "means",
    "distance": "cosine",
    "threshold": 0.4,
}
_FLOAT, _INTS = 1, 7


def _varint(number: int) -> bytes:
    octets = bytearray()
    while number > 0x7F:
        octets.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*octets, number])


def _field(number: int, value: int | str | bytes) -> bytes:
    if isinstance(value, int):
        return _varint(number << 3) + _varint(value)
    data = value.encode() if isinstance(value, str) else value
    return _varint(number << 3 | 2) + _varint(len(data)) + data


def _tensor(name: str, *sides: int) -> bytes:
    shape = b"".join(_field(1, _field(1, side)) for side in sides)
    return _field(1, name) + _field(2, _field(1, _field(1, _FLOAT) + _field(2, shape)))


def _attribute(name: str, *numbers: int) -> bytes:
    return _field(5, _field(1, name) + b"".join(_field(8, number) for number in numbers) + _field(20, _INTS))


def model() -> bytes:
    """Return a model that averages the squares of a picture of 32 x 32 pixels and lays them in a row."""
    pool = _field(1, "picture") + _field(2, "squares") + _field(4, "AveragePool")
    pool += _attribute("kernel_shape", SQUARE, SQUARE) + _attribute("strides", SQUARE, SQUARE)
    row = _field(1, "squares") + _field(2, "means") + _field(4, "Flatten")
    graph = _field(1, pool) + _field(1, row) + _field(2, "graph")
    graph += _field(11, _tensor("picture", 1, 3, SIDE, SIDE))
    graph += _field(12, _tensor("means", 1, 3 * (SIDE // SQUARE) ** 2))
    return _field(1, 8) + _field(7, graph) + _field(8, _field(2, 13))


def write_model(folder: Path, **changes: Any) -> Path:
    """Write the model with its specification beside it; `changes` go over the usual ones, None takes one away."""
    path = folder / "means.onnx"
    path.write_bytes(model())
    said = {name: value for name, value in {**SPECIFICATION, **changes}.items() if value is not None}
    path.with_suffix(".json").write_text(json.dumps(said), "utf-8")
    return path
