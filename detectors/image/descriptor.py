"""A descriptor: a model of the user's own (ONNX) that turns a picture into a vector, so that copies lie close together.

None ships. The model's file stands beside a JSON file of the same name that says what the model takes and gives. It is
run by ONNX Runtime [1]_ where that is installed, else by OpenCV, on one thread of the processor.

References
----------
.. [1] ONNX Runtime, onnxruntime.ai.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import import_module
from pathlib import Path
from typing import Any, Final, Literal

import cv2
import numpy as np
from numpy.typing import NDArray
from pydantic import ConfigDict, TypeAdapter, ValidationError

from detectors.image.decode import decode_in_colour
from pipeline.errors import SettingsError

Vectors = NDArray[np.float32]
"""Shape (n, length): one row a view of a picture; a row of zeros lies close to nothing."""
Colours = NDArray[np.uint8]
"""Shape (rows, columns, 3): red, green and blue."""
MOST_LENGTH: Final = 4_096
_LEAST_SIDE, _MOST_SIDE = 8, 1_024
_UNIT: Final = 255.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Specification:
    """What a model takes and gives; the JSON file beside it.

    Attributes
    ----------
    width, height : int
        Pixels of the picture that it takes; proportions are not kept.
    channels : str
        "rgb", "bgr" or "grey".
    layout : str
        "nchw" (one plane a channel) or "nhwc" (one pixel after another).
    range : int
        A white pixel before `mean` and `std`: 1 or 255.
    mean, std : tuple of float
        Taken away from each channel, and what it is divided by then; one each.
    output : str
        Name of the output that is the vector.
    distance : str
        "cosine" (one less the cosine of the angle between two vectors) or "euclidean".
    threshold : float
        Vectors farther apart are never called alike; innocent photos usually ask for much less.
    """

    __pydantic_config__ = ConfigDict(extra="forbid")

    width: int
    height: int
    channels: Literal["rgb", "bgr", "grey"] = "rgb"
    layout: Literal["nchw", "nhwc"] = "nchw"
    range: Literal[1, 255] = 1
    mean: tuple[float, ...]
    std: tuple[float, ...]
    output: str
    distance: Literal["cosine", "euclidean"] = "cosine"
    threshold: float

    @property
    def depth(self) -> int:
        """Number of channels."""
        return 1 if self.channels == "grey" else 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Descriptor:
    """A model that was read and tried.

    Attributes
    ----------
    path : Path
        Of the model; workers read it there.
    digest : str
        SHA-256 of model and specification.
    specification : Specification
        What the model takes and gives.
    length : int
        Numbers of a vector.
    """

    path: Path
    digest: str
    specification: Specification
    length: int

    @property
    def version(self) -> str:
        """Changes with the model, its specification, and the way in which views are shown to it."""
        return f"descriptor-1-{self.digest[:16]}"

    def look(self, data: bytes) -> Colours:
        """Decode a picture as large as the model makes use of.

        Raises
        ------
        PhotoRefusedError
            If it cannot be decoded.
        """
        side = min(2 * max(self.specification.width, self.specification.height), _MOST_SIDE)
        return np.asarray(decode_in_colour(data, side))

    def vectors(self, picture: Colours, boxes: Sequence[Sequence[float]]) -> Vectors:
        """Return the vectors of parts of a picture.

        Parameters
        ----------
        picture : ndarray of uint8, shape (rows, columns, 3)
            From `look`.
        boxes : sequence of four floats
            The parts: left, top, right, bottom in shares.

        Returns
        -------
        ndarray of float32, shape (n, length)
            One row a part.
        """
        run = _network(self.path, self.digest)
        rows = [_vector(run, _cut(picture, box), self.specification) for box in boxes]
        return np.array(rows, dtype=np.float32).reshape(len(rows), self.length)

    def distances(self, vectors: Vectors, others: Vectors) -> NDArray[np.float32]:
        """Return the distances of paired vectors; the same for a pair whatever stands beside it.

        Parameters
        ----------
        vectors, others : ndarray of float32, shape (..., length)
            Broadcast against each other.

        Returns
        -------
        ndarray of float32, shape (...)
            Infinite where one of the two is all zero.
        """
        squares = ((vectors - others) ** 2).sum(axis=-1)
        apart = squares / 2 if self.specification.distance == "cosine" else np.sqrt(squares)
        there = vectors.any(axis=-1) & others.any(axis=-1)
        found: NDArray[np.float32] = np.where(there, apart, np.inf).astype(np.float32)
        return found


def load_descriptor(path: Path) -> Descriptor:
    """Read a model and its specification, and try the one by the other.

    Parameters
    ----------
    path : Path
        Of the model; the specification has the same name and ends in ".json".

    Raises
    ------
    SettingsError
        If a file cannot be read, the specification cannot be used, or the model does not do what it says.
    """
    specification = path.with_suffix(".json")
    try:
        model, said = path.read_bytes(), specification.read_bytes()
    except OSError as error:
        wanted = "an ONNX model and a JSON file of the same name beside it"
        raise SettingsError(f"descriptor: {error.filename}: {error.strerror}, expected {wanted}") from error
    checked = _checked(said, specification)
    digest = hashlib.sha256(hashlib.sha256(model).digest() + hashlib.sha256(said).digest()).hexdigest()
    try:
        blank = np.zeros((checked.height, checked.width, 3), dtype=np.uint8)
        vector = _vector(_opened(model), blank, checked)
    except Exception as error:  # either library meets a damaged model with exceptions of its own
        problem = " ".join(str(error).split())[:300]
        wanted = f"an ONNX model as {specification.name} says"
        raise SettingsError(f"descriptor: {path}: cannot be run, got {problem!r}, expected {wanted}") from error
    if not 0 < len(vector) <= MOST_LENGTH:
        wanted = f"1 to {MOST_LENGTH} numbers"
        raise SettingsError(f"descriptor: {path}: output {checked.output}: got {len(vector)}, expected {wanted}")
    return Descriptor(path=path.resolve(), digest=digest, specification=checked, length=len(vector))


def _checked(said: bytes, place: Path) -> Specification:
    try:
        checked = _SPECIFICATION.validate_json(said)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"])) or "document"
        raise SettingsError(f"descriptor: {place}: {where}: {first['msg']}, got {first['input']!r}") from error
    limits = (
        ("width", _LEAST_SIDE <= checked.width <= _MOST_SIDE, f"{_LEAST_SIDE} to {_MOST_SIDE}"),
        ("height", _LEAST_SIDE <= checked.height <= _MOST_SIDE, f"{_LEAST_SIDE} to {_MOST_SIDE}"),
        ("mean", len(checked.mean) == checked.depth, f"{checked.depth} numbers"),
        ("std", len(checked.std) == checked.depth and min(checked.std) > 0, f"{checked.depth} numbers above 0"),
        ("threshold", 0 < checked.threshold < np.inf, "a number above 0"),
    )
    for name, holds, wanted in limits:
        if not holds:
            raise SettingsError(f"descriptor: {place}: {name}: got {getattr(checked, name)!r}, expected {wanted}")
    return checked


_SPECIFICATION: Final = TypeAdapter(Specification)

Run = Callable[[NDArray[np.float32], str], NDArray[Any]]
"""From a model's input and the name of an output to that output."""


@lru_cache(maxsize=1)
def _network(path: Path, digest: str) -> Run:
    """Return a model, opened once in each process."""
    del digest  # another model at the same place is another entry
    return _opened(path.read_bytes())


def _opened(model: bytes) -> Run:
    """Open a model by ONNX Runtime where that is installed, else by OpenCV."""
    try:
        onnxruntime = import_module("onnxruntime")
    except ImportError:
        network = cv2.dnn.readNetFromONNX(np.frombuffer(model, dtype=np.uint8))

        def run(given: NDArray[np.float32], output: str) -> NDArray[Any]:
            network.setInput(given)
            return np.asarray(network.forward(output))

        return run
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    (first,) = session.get_inputs()
    kind = np.uint8 if first.type == "tensor(uint8)" else np.float16 if "float16" in first.type else np.float32

    def run_session(given: NDArray[np.float32], output: str) -> NDArray[Any]:
        return np.asarray(session.run([output], {first.name: given.astype(kind)})[0])

    return run_session


def _vector(run: Run, picture: Colours, given: Specification) -> Vectors:
    """Return the vector of one picture; zeros where the model gives no finite numbers."""
    found = run(_input(picture, given), given.output).ravel().astype(np.float32)
    if not np.isfinite(found).all():
        return np.zeros_like(found)
    norm = float(np.linalg.norm(found)) if given.distance == "cosine" else 1.0
    return found / norm if norm > 0 else found


def _input(picture: Colours, given: Specification) -> NDArray[np.float32]:
    """Bring a picture into the form that a model takes."""
    shrinks = picture.shape[0] > given.height or picture.shape[1] > given.width
    how = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
    sized = np.asarray(cv2.resize(picture, (given.width, given.height), interpolation=how))
    if given.channels == "grey":
        sized = np.asarray(cv2.cvtColor(sized, cv2.COLOR_RGB2GRAY))[:, :, None]
    elif given.channels == "bgr":
        sized = sized[:, :, ::-1]
    levels = sized.astype(np.float32) * (given.range / _UNIT)
    usual = (levels - np.array(given.mean, dtype=np.float32)) / np.array(given.std, dtype=np.float32)
    ordered = usual.transpose(2, 0, 1) if given.layout == "nchw" else usual
    return np.ascontiguousarray(ordered[None], dtype=np.float32)


def _cut(picture: Colours, box: Sequence[float]) -> Colours:
    """Return a part of a picture, of one pixel at least."""
    rows, columns = picture.shape[:2]
    left, top, right, bottom = box
    first, above = min(int(left * columns), columns - 1), min(int(top * rows), rows - 1)
    last, below = max(round(right * columns), first + 1), max(round(bottom * rows), above + 1)
    return np.ascontiguousarray(picture[above:below, first:last])
