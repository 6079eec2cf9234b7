"""The register's pictures, hashed and described once: what the detectors search."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from io import BytesIO
from typing import Any, NamedTuple

import numpy as np
import orjson
from numpy.typing import NDArray

from detectors.image.agreement import SIDE, thumbnail
from detectors.image.decode import CELLS, Chroma, Grey, decode
from detectors.image.describe import DESCRIBE_VERSION, hashed
from detectors.image.descriptor import Descriptor, Vectors
from detectors.image.features import NONE, Codes, Features, Places, features
from detectors.image.hashes import Hashes, library_phash
from detectors.image.renditions import rendered_features
from detectors.image.silhouettes import SILHOUETTE, silhouettes_of
from detectors.image.spectra import Boxes
from detectors.image.views import REFERENCE, REFERENCE_VIEWS, reference_boxes
from pipeline.errors import InputError, PhotoRefusedError
from pipeline.records import AssetKind, Register

ENROL_VERSION = f"enrolled-9/{DESCRIBE_VERSION}"
_ARRAYS: Mapping[str, tuple[Any, tuple[int | None, ...]]] = {
    "hashes": (np.uint64, (4,)),
    "boxes": (np.float32, (4,)),
    "images": (np.int32, ()),
    "views": (np.int32, ()),
    "phashes": (np.uint64, ()),
    "sizes": (np.int32, (2,)),
    "thumbs": (np.uint8, (SIDE, SIDE)),
    "thresholds": (np.float32, ()),
    "codes": (np.uint64, (2,)),
    "places": (np.uint16, (4,)),
    "owners": (np.int32, ()),
    "counts": (np.int32, ()),
    "printed": (np.bool_, ()),
    "silhouettes": (SILHOUETTE, ()),
    "bearers": (np.int32, ()),
    "chroma": (np.uint8, (CELLS, CELLS, 2)),
    "vectors": (np.float32, (2, None)),
    "reaches": (np.float32, ()),
    "nearest": (np.float32, ()),
}
"""Type and shape of a row of each array; a model gives vectors of any length."""
_WHOLE = (0.0, 0.0, 1.0, 1.0)
_POINTERS = ("images", "owners", "bearers")
"""Arrays that point to pictures."""
_PRINTED_KINDS = (AssetKind.FIGURATIVE_MARK, AssetKind.COPYRIGHT_WORK)
"""What goods may bear."""
_THRESHOLD, _THRESHOLD_ON_GOODS = 0.4, 0.42
"""The scores from which a picture counts as seen, and one that goods may bear, unless it is known to need another."""
_ALIKE = (
    ("names", "phashes", "sizes", "thumbs", "thresholds", "counts", "printed", "chroma", "vectors", "reaches"),
    ("hashes", "images", "views", "boxes"),
    ("codes", "places", "owners"),
    ("silhouettes", "bearers"),
)
"""What has one row for each picture, each view, each local feature and each silhouette."""


class RefusedImage(NamedTuple):
    """A registered image that cannot be used, with the reason."""

    name: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class EnrolledImages:
    """Hashes and local features of every usable picture that a register's assets name.

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
    sizes : ndarray of int32, shape (m, 2)
        Width and height of each picture.
    thumbs : ndarray of uint8, shape (m, 128, 128)
        Each picture in grey, square whatever its proportions.
    thresholds : ndarray of float32, shape (m,)
        The score from which each picture counts as seen; infinite if it is parked.
    codes : ndarray of uint64, shape (k, 2)
        What the local features of the pictures and of their renditions look like.
    places : ndarray of uint16, shape (k, 4)
        Where each local feature lies in its picture.
    owners : ndarray of int32, shape (k,)
        To which of `names` each local feature belongs.
    counts : ndarray of int32, shape (m,)
        How many local features each picture has as it is: with few, it is hard to find on goods.
    printed : ndarray of bool, shape (m,)
        Which of them goods may bear: those have renditions.
    silhouettes : ndarray of SILHOUETTE, shape (l,)
        How the logos among them look in one ink.
    bearers : ndarray of int32, shape (l,)
        To which of `names` each silhouette belongs.
    chroma : ndarray of uint8, shape (m, 16, 16, 2)
        The mean colours of the parts of each picture.
    vectors : ndarray of float32, shape (m, 2, length)
        What the user's own model makes of each picture and of its mirror image; of length 0 without a model.
    reaches : ndarray of float32, shape (m,)
        How close to each picture a photo must come to be like it: as close as hardly an innocent photo.
    nearest : ndarray of float32, shape (n,)
        How close each innocent photo came to some picture, in reaches of that picture, the closest first.
    refused : tuple of RefusedImage
        Pictures that cannot be used.
    """

    names: tuple[str, ...]
    phashes: NDArray[np.uint64]
    hashes: Hashes
    images: NDArray[np.int32]
    views: NDArray[np.int32]
    boxes: Boxes
    sizes: NDArray[np.int32]
    thumbs: NDArray[np.uint8]
    thresholds: NDArray[np.float32]
    codes: Codes
    places: Places
    owners: NDArray[np.int32]
    counts: NDArray[np.int32]
    printed: NDArray[np.bool_]
    silhouettes: NDArray[np.void]
    bearers: NDArray[np.int32]
    chroma: NDArray[np.uint8]
    vectors: NDArray[np.float32]
    reaches: NDArray[np.float32]
    nearest: NDArray[np.float32]
    refused: tuple[RefusedImage, ...]

    def __post_init__(self) -> None:
        for rows, *others in _ALIKE:
            if any(len(getattr(self, other)) != len(getattr(self, rows)) for other in others):
                raise ValueError("the arrays of enrolled images differ in length")

    @property
    def parked(self) -> NDArray[np.bool_]:
        """Which pictures are not looked for, because innocent photos show them too; shape (m,)."""
        return np.isinf(self.thresholds)

    @property
    def digest(self) -> str:
        """SHA-256 over everything that the detector uses."""
        digest = hashlib.sha256(orjson.dumps([ENROL_VERSION, self.names]))
        for name in _ARRAYS:
            digest.update(np.ascontiguousarray(getattr(self, name)).tobytes())
        return digest.hexdigest()

    @classmethod
    def joined(cls, parts: Iterable[EnrolledImages]) -> EnrolledImages:
        """Lay what was enrolled apart one after another; pictures that stand in several parts are not allowed."""
        several = sorted(parts, key=lambda part: part.names)
        ahead = np.cumsum([0, *(len(part.names) for part in several)], dtype=np.int32)

        def column(name: str) -> NDArray[Any]:
            rows = [getattr(part, name) for part in several]
            if name in _POINTERS:
                rows = [numbers + first for numbers, first in zip(rows, ahead, strict=False)]
            return _column(name, rows)

        return cls(
            names=tuple(name for part in several for name in part.names),
            refused=tuple(sorted(refused for part in several for refused in part.refused)),
            **{name: column(name) for name in _ARRAYS},
        )

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
    for name, (kind, row) in _ARRAYS.items():
        array = arrays[name]
        if array.dtype != kind or not _fits(array.shape[1:], row):
            raise ValueError(f"{name} is {array.dtype} of shape {array.shape}")
    pictures = len(header["names"])
    for name, limit in (*((name, pictures) for name in _POINTERS), ("views", len(REFERENCE_VIEWS))):
        if not np.all((arrays[name] >= 0) & (arrays[name] < limit)):  # type: ignore[operator]
            raise ValueError(f"{name} points outside")
    if not np.all(arrays["sizes"] > 0):  # type: ignore[operator]
        raise ValueError("a picture has no extent")


def _fits(shape: tuple[int, ...], row: tuple[int | None, ...]) -> bool:
    return len(shape) == len(row) and all(wanted in (None, got) for got, wanted in zip(shape, row, strict=True))


class _Enrolled(NamedTuple):
    """What is kept of one picture."""

    phash: int
    hashes: Hashes
    views: NDArray[np.int32]
    boxes: Boxes
    size: tuple[int, int]
    thumb: Grey
    features: Features
    plenty: int
    printed: bool
    silhouettes: NDArray[np.void]
    chroma: Chroma
    vectors: Vectors


def enrol(
    register: Register,
    read: Callable[[str], bytes],
    hashes_only: frozenset[AssetKind] = frozenset(),
    descriptor: Descriptor | None = None,
) -> EnrolledImages:
    """Hash and describe every picture that an asset of the register names.

    Parameters
    ----------
    register : Register
        Whose figurative marks, designs, works and product photos are taken.
    read : callable
        From the name of a picture to its bytes; may raise OSError.
    hashes_only : frozenset of AssetKind
        Pictures that only assets of these kinds name get no local features and no silhouettes.
    descriptor : Descriptor or None
        A model of the user's, if any.

    Returns
    -------
    EnrolledImages
        A picture that several assets name stands there once. One that cannot be read or decoded, or that has no
        detail, is listed under `refused`.
    """
    kinds: dict[str, set[AssetKind]] = {}
    for asset in (asset for holder in register.rights_holders for asset in holder.assets):
        for name in asset.images:
            kinds.setdefault(name, set()).add(asset.kind)
    pictures: dict[str, _Enrolled] = {}
    refused = []
    for name in sorted(kinds):
        try:
            pictures[name] = _enrolled(read(name), kinds[name] - hashes_only, descriptor)
        except (OSError, PhotoRefusedError) as error:
            refused.append(RefusedImage(name, str(error)))
    return _gathered(pictures, tuple(refused))


def usual_thresholds(printed: NDArray[np.bool_]) -> NDArray[np.float32]:
    """Return the score from which each picture counts as seen, by whether goods may bear it."""
    return np.where(printed, _THRESHOLD_ON_GOODS, _THRESHOLD).astype(np.float32)


def _column(name: str, parts: list[NDArray[Any]]) -> NDArray[Any]:
    """Lay parts of an array one after another; without any, an empty one of its type and shape."""
    kind, row = _ARRAYS[name]
    filled = [part for part in parts if len(part)] or [np.zeros((0, *(n or 0 for n in row)), dtype=kind)]
    return np.concatenate(filled).astype(kind, copy=False)


def _gathered(pictures: dict[str, _Enrolled], refused: tuple[RefusedImage, ...]) -> EnrolledImages:
    """Lay the pictures' arrays one after another."""
    kept = list(pictures.values())
    numbers = np.arange(len(kept), dtype=np.int32)
    printed = np.array([picture.printed for picture in kept], dtype=np.bool_)
    return EnrolledImages(
        names=tuple(pictures),
        phashes=np.array([picture.phash for picture in kept], dtype=np.uint64),
        hashes=_column("hashes", [picture.hashes for picture in kept]),
        images=np.repeat(numbers, [len(picture.hashes) for picture in kept]),
        views=_column("views", [picture.views for picture in kept]),
        boxes=_column("boxes", [picture.boxes for picture in kept]),
        sizes=np.array([picture.size for picture in kept], dtype=np.int32).reshape(-1, 2),
        thumbs=_column("thumbs", [picture.thumb[None] for picture in kept]),
        thresholds=usual_thresholds(printed),
        codes=_column("codes", [picture.features.codes for picture in kept]),
        places=_column("places", [picture.features.places for picture in kept]),
        owners=np.repeat(numbers, [len(picture.features.codes) for picture in kept]),
        counts=np.array([picture.plenty for picture in kept], dtype=np.int32),
        printed=printed,
        silhouettes=_column("silhouettes", [picture.silhouettes for picture in kept]),
        bearers=np.repeat(numbers, [len(picture.silhouettes) for picture in kept]),
        chroma=_column("chroma", [picture.chroma[None] for picture in kept]),
        vectors=_column("vectors", [picture.vectors[None] for picture in kept]),
        reaches=np.full(len(kept), np.inf, dtype=np.float32),
        nearest=np.zeros(0, dtype=np.float32),
        refused=refused,
    )


def _enrolled(data: bytes, kinds: set[AssetKind], descriptor: Descriptor | None) -> _Enrolled:
    """Hash the views of all layers of one registered picture, leaving out views without detail.

    `kinds` are those of the assets that it is to be found for by more than its hashes.
    """
    picture = decode(data)
    shape = picture.width / picture.height
    looks = [hashed(layer, REFERENCE, reference_boxes(layer, shape)) for layer in picture.layers]
    hashes, boxes = np.concatenate([look for look, _ in looks]), np.concatenate([box for _, box in looks])
    views = np.tile(np.arange(len(REFERENCE_VIEWS), dtype=np.int32), len(looks))
    kept = boxes.any(axis=1)
    if not kept.any():
        raise PhotoRefusedError("the image has no detail", got="a flat picture", expected="something to recognise")
    found = [features(picture.detail)] if kinds else [NONE]
    plenty = len(found[0].codes)
    printed = not kinds.isdisjoint(_PRINTED_KINDS)
    if printed:
        found.append(rendered_features(picture.detail, picture.layers[1:]))
    return _Enrolled(
        phash=library_phash(picture.layers[0]),
        hashes=hashes[kept],
        views=views[kept],
        boxes=boxes[kept],
        size=(picture.width, picture.height),
        thumb=thumbnail(picture.detail),
        features=Features(*map(np.concatenate, zip(*found, strict=True))),
        plenty=plenty,
        printed=printed,
        silhouettes=silhouettes_of(picture).rows()
        if AssetKind.FIGURATIVE_MARK in kinds
        else np.zeros(0, dtype=SILHOUETTE),
        chroma=picture.chroma,
        vectors=_vectors(data, descriptor) if descriptor else np.zeros((2, 0), dtype=np.float32),
    )


def _vectors(data: bytes, descriptor: Descriptor) -> Vectors:
    """Return what a model makes of a picture and of its mirror image."""
    picture = descriptor.look(data)
    return np.concatenate([descriptor.vectors(seen, [_WHOLE]) for seen in (picture, picture[:, ::-1])])
