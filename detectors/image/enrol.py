"""The register's pictures, hashed once: what the detector searches."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from typing import Any, NamedTuple

import numpy as np
import orjson
from numpy.typing import NDArray

from detectors.image.decode import decode
from detectors.image.describe import DESCRIBE_VERSION, hashed
from detectors.image.hashes import Hashes, library_phash
from detectors.image.spectra import Boxes
from detectors.image.views import REFERENCE, REFERENCE_VIEWS, reference_boxes
from pipeline.errors import InputError, PhotoRefusedError
from pipeline.records import Register

ENROL_VERSION = f"enrolled-4/{DESCRIBE_VERSION}"
_ARRAYS = {
    "hashes": (np.uint64, 4),
    "boxes": (np.float32, 4),
    "images": (np.int32, 0),
    "views": (np.int32, 0),
    "phashes": (np.uint64, 0),
}


class RefusedImage(NamedTuple):
    """A registered image that cannot be used, with the reason."""

    name: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class EnrolledImages:
    """Hashes of every usable picture that a register's assets name.

    Attributes
    ----------
    names : tuple of str
        The pictures, as the register names them, sorted; m of them.
    phashes : ndarray of uint64, shape (m,)
        64-bit DCT hash of each picture.
    hashes : ndarray of uint64, shape (n, 4)
        Hashes of their views, upright.
    images : ndarray of int32, shape (n,)
        To which of `names` each hash belongs.
    views : ndarray of int32, shape (n,)
        Which of `REFERENCE_VIEWS` each hash shows.
    boxes : ndarray of float32, shape (n, 4)
        Where the view lies, in shares of the picture.
    refused : tuple of RefusedImage
        Pictures that cannot be used.
    """

    names: tuple[str, ...]
    phashes: NDArray[np.uint64]
    hashes: Hashes
    images: NDArray[np.int32]
    views: NDArray[np.int32]
    boxes: Boxes
    refused: tuple[RefusedImage, ...]

    def __post_init__(self) -> None:
        rows = len(self.hashes)
        if not rows == len(self.images) == len(self.views) == len(self.boxes) or len(self.phashes) != len(self.names):
            raise ValueError("the arrays of enrolled images differ in length")

    @property
    def digest(self) -> str:
        """SHA-256 over everything that the detector uses."""
        digest = hashlib.sha256(orjson.dumps([ENROL_VERSION, self.names]))
        for name in _ARRAYS:
            digest.update(np.ascontiguousarray(getattr(self, name)).tobytes())
        return digest.hexdigest()

    def to_bytes(self) -> bytes:
        """Return the record as a NumPy archive, to be read by `from_bytes`."""
        header = orjson.dumps(
            {"version": ENROL_VERSION, "names": self.names, "refused": [list(r) for r in self.refused]}
        )
        buffer = BytesIO()
        arrays = {name: getattr(self, name) for name in _ARRAYS}
        np.savez(buffer, header=np.frombuffer(header, dtype=np.uint8), **arrays)
        return buffer.getvalue()

    @classmethod
    def from_bytes(cls, data: bytes) -> EnrolledImages:
        """Read what `to_bytes` wrote.

        Raises
        ------
        InputError
            If the archive is broken or was written by another version.
        """
        try:
            with np.load(BytesIO(data), allow_pickle=False) as archive:
                header = orjson.loads(archive["header"].tobytes())
                arrays = {name: archive[name] for name in _ARRAYS}
            _check(header, arrays)
            refused = tuple(RefusedImage(*map(str, row)) for row in header["refused"])
            return cls(names=tuple(map(str, header["names"])), refused=refused, **arrays)
        except Exception as error:  # NumPy and zipfile meet damaged bytes with any of a dozen exceptions
            problem = f"{type(error).__name__}: {error}"
            raise InputError(f"enrolled images: the archive cannot be read ({problem})") from error


def _check(header: dict[str, Any], arrays: dict[str, NDArray[np.generic]]) -> None:
    """Raise ValueError unless version, types and shapes are right and every row points to a picture and a view."""
    if header["version"] != ENROL_VERSION:
        raise ValueError(f"got version {header['version']!r}, expected {ENROL_VERSION!r}")
    for name, (kind, columns) in _ARRAYS.items():
        array = arrays[name]
        if array.dtype != kind or array.shape[1:] != ((columns,) if columns else ()):
            raise ValueError(f"{name} is {array.dtype} of shape {array.shape}")
    for name, limit in (("images", len(header["names"])), ("views", len(REFERENCE_VIEWS))):
        if not np.all((arrays[name] >= 0) & (arrays[name] < limit)):  # type: ignore[operator]
            raise ValueError(f"{name} points outside")


class _Enrolled(NamedTuple):
    """One picture's hashes."""

    phash: int
    hashes: Hashes
    views: NDArray[np.int32]
    boxes: Boxes


def enrol(register: Register, read: Callable[[str], bytes]) -> EnrolledImages:
    """Hash every picture that an asset of the register names.

    Parameters
    ----------
    register : Register
        Whose figurative marks, designs, works and product photos are taken.
    read : callable
        From the name of a picture to its bytes; may raise OSError.

    Returns
    -------
    EnrolledImages
        A picture that several assets name stands there once. One that cannot be read or decoded, or that has no
        detail, is listed under `refused`.
    """
    names = sorted({name for holder in register.rights_holders for asset in holder.assets for name in asset.images})
    pictures: dict[str, _Enrolled] = {}
    refused = []
    for name in names:
        try:
            pictures[name] = _enrolled(read(name))
        except (OSError, PhotoRefusedError) as error:
            refused.append(RefusedImage(name, str(error)))
    kept = list(pictures.values())
    sizes = [len(picture.hashes) for picture in kept]
    return EnrolledImages(
        names=tuple(pictures),
        phashes=np.array([picture.phash for picture in kept], dtype=np.uint64),
        hashes=np.concatenate([np.zeros((0, 4), dtype=np.uint64), *(picture.hashes for picture in kept)]),
        images=np.repeat(np.arange(len(kept), dtype=np.int32), sizes),
        views=np.concatenate([np.zeros(0, dtype=np.int32), *(picture.views for picture in kept)]),
        boxes=np.concatenate([np.zeros((0, 4), dtype=np.float32), *(picture.boxes for picture in kept)]),
        refused=tuple(refused),
    )


def _enrolled(data: bytes) -> _Enrolled:
    """Hash the views of all layers of one registered picture, leaving out views without detail."""
    picture = decode(data)
    shape = picture.width / picture.height
    looks = [hashed(layer, REFERENCE, reference_boxes(layer, shape)) for layer in picture.layers]
    hashes, boxes = np.concatenate([look for look, _ in looks]), np.concatenate([box for _, box in looks])
    views = np.tile(np.arange(len(REFERENCE_VIEWS), dtype=np.int32), len(looks))
    kept = boxes.any(axis=1)
    if not kept.any():
        raise PhotoRefusedError("the image has no detail", got="a flat picture", expected="something to recognise")
    return _Enrolled(library_phash(picture.layers[0]), hashes[kept], views[kept], boxes[kept])
