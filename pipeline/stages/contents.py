"""Partitions of listings and shelves of photo descriptions, as the lake holds them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from pipeline.errors import PhotoRefusedError
from pipeline.photos import FIGURE, Photo, PhotoDescription
from pipeline.records import Listing
from pipeline.store.codec import from_json, to_json
from pipeline.store.lake import Lake, digest_of

CONTENT_VERSION = "1"
"""Raised when `Listing` or the files below change shape; older contents are then taken in again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """Why an image of a listing could not be used."""

    reason: str
    expected: str

    @classmethod
    def of(cls, error: PhotoRefusedError) -> Refusal:
        """Return what a refused photo leaves behind."""
        return cls(reason=error.reason, expected=error.expected)


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundPhoto:
    """An image that a listing names: the digest of its bytes, or why there are none."""

    name: str
    digest: str | None
    refusal: Refusal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """A listing with the photos that it showed."""

    listing: Listing
    photos: tuple[FoundPhoto, ...]

    def digest(self) -> str:
        """Return the digest of all that a detector may look at, the photos' bytes included."""
        return digest_of(CONTENT_VERSION, self.listing.content_digest(), [p.digest for p in self.photos])

    def photo_digests(self) -> frozenset[str]:
        """Return the digests of the photos that could be read."""
        return frozenset(photo.digest for photo in self.photos if photo.digest is not None)


def write_partition(lake: Lake, contents: Iterable[tuple[str, Content]]) -> str:
    """Write distinct contents as one partition and return its name, the digest of theirs."""
    rows = list(contents)
    name = digest_of([digest for digest, _ in rows])
    if not lake.has("listings", name):
        columns = {
            "content": pa.array([digest for digest, _ in rows], pa.string()),
            "listing": pa.array([to_json(content.listing) for _, content in rows], pa.binary()),
            "photos": pa.array([to_json(content.photos) for _, content in rows], pa.binary()),
            "digests": pa.array([sorted(content.photo_digests()) for _, content in rows], pa.list_(pa.string())),
        }
        lake.write("listings", name, pa.table(columns))
    return name


def read_partition(lake: Lake, name: str) -> tuple[Content, ...]:
    """Read the contents of a partition, by row."""
    table = lake.read("listings", name, columns=["listing", "photos"])
    return tuple(
        Content(listing=from_json(Listing, listing), photos=from_json(tuple[FoundPhoto, ...], photos))
        for listing, photos in zip(table["listing"].to_pylist(), table["photos"].to_pylist(), strict=True)
    )


def photos_in(lake: Lake, partition: str) -> frozenset[str]:
    """Return the digests of the photos of a partition, without reading its listings."""
    column = lake.read("listings", partition, columns=["digests"])["digests"]
    return frozenset(column.combine_chunks().flatten().to_pylist())


Described = dict[str, PhotoDescription | Refusal]
"""What is known of photos, by digest of their bytes."""


def write_shelf(lake: Lake, name: str, described: Described) -> None:
    """Write descriptions of photos, and refusals, as one shelf."""
    rows = [_shelf_row(digest, seen) for digest, seen in described.items()]
    lake.write("photos", name, pa.Table.from_pylist(rows, schema=_SHELF))


def read_shelves(lake: Lake, names: Iterable[str], contents: Iterable[Content]) -> Described:
    """Read the descriptions of the photos of some listings from the shelves that hold them."""
    return {row["digest"]: _from_shelf_row(row) for row in _shelf_rows(lake, names, contents)}


def read_shelf(lake: Lake, name: str) -> Described:
    """Read a whole shelf."""
    return {row["digest"]: _from_shelf_row(row) for row in lake.read("photos", name).to_pylist()}


def read_refusals(lake: Lake, names: Iterable[str], contents: Iterable[Content]) -> dict[str, Refusal | None]:
    """Read which photos of some listings could be described (None), and why the others could not."""
    rows = _shelf_rows(lake, names, contents, ["digest", "reason", "expected"])
    return {row["digest"]: _refusal(row) for row in rows}


def read_wholes(lake: Lake, names: Iterable[str], contents: Iterable[Content]) -> dict[str, str]:
    """Read the perceptual hash of each whole photo of some listings, in hexadecimal; one without detail has none."""
    rows = _shelf_rows(lake, names, contents, ["digest", "plain", "views"])
    seen = {row["digest"]: row["views"] for row in rows if row["views"] and not row["plain"]}
    return {digest: np.frombuffer(views, "<u8", 4).astype(">u8").tobytes().hex() for digest, views in seen.items()}


def _shelf_rows(
    lake: Lake, names: Iterable[str], contents: Iterable[Content], columns: list[str] | None = None
) -> Iterator[dict[str, Any]]:
    digests = pa.array(sorted(frozenset[str]().union(*(content.photo_digests() for content in contents))), pa.string())
    for name in names:
        table = lake.read("photos", name, columns=columns)
        yield from table.filter(pc.is_in(table["digest"], value_set=digests)).to_pylist()


def usable_photos(content: Content, described: Described) -> tuple[Photo, ...]:
    """Return the photos of a listing that could be described, each with its place in the listing."""
    found = ((i, p.name, described.get(p.digest or "")) for i, p in enumerate(content.photos))
    return tuple(
        Photo(index=index, name=name, description=seen)
        for index, name, seen in found
        if isinstance(seen, PhotoDescription)
    )


_ARRAYS = {"views": ("<u8", 4), "boxes": ("<f4", 4), "codes": ("<u8", 2), "places": ("<u2", 4), "chroma": ("u1", 2)}
"""Arrays of a description: how their numbers are stored, and how many stand in a row."""
_SHELF = pa.schema(
    [
        ("digest", pa.string()),
        ("width", pa.int32()),
        ("height", pa.int32()),
        ("plain", pa.bool_()),
        ("phash", pa.uint64()),
        ("views", pa.binary()),
        ("boxes", pa.binary()),
        ("codes", pa.binary()),
        ("places", pa.binary()),
        ("thumb", pa.binary()),
        ("figures", pa.binary()),
        ("chroma", pa.binary()),
        ("vectors", pa.binary()),
        ("seen_in", pa.binary()),
        ("reason", pa.string()),
        ("expected", pa.string()),
    ]
)


def _shelf_row(digest: str, seen: PhotoDescription | Refusal) -> dict[str, object]:
    if isinstance(seen, Refusal):
        return {"digest": digest, "reason": seen.reason, "expected": seen.expected}
    return {
        "digest": digest,
        "width": seen.width,
        "height": seen.height,
        "plain": seen.plain,
        "phash": seen.phash,
        "thumb": seen.thumb,
        "figures": seen.figures.tobytes(),
        "vectors": seen.vectors.astype("<f4").tobytes(),
        "seen_in": seen.seen_in.tobytes(),
        **{name: getattr(seen, name).astype(kind).tobytes() for name, (kind, _) in _ARRAYS.items()},
    }


def _from_shelf_row(row: dict[str, object]) -> PhotoDescription | Refusal:
    refusal = _refusal(row)
    if refusal is not None:
        return refusal
    fields = {name: row[name] for name in ("digest", "width", "height", "plain", "phash", "thumb")}
    arrays = {
        name: np.frombuffer(row[name], dtype=kind).reshape(-1, columns)  # type: ignore[call-overload]
        for name, (kind, columns) in _ARRAYS.items()
    }
    figures = np.frombuffer(row["figures"], dtype=FIGURE)  # type: ignore[call-overload]
    return PhotoDescription(**fields, **arrays, figures=figures, **_by_model(row))  # type: ignore[arg-type]


def _by_model(row: dict[str, Any]) -> dict[str, NDArray[Any]]:
    """Return what a model of the user's made of a photo; shelves from before there were models say nothing of it."""
    seen_in = np.frombuffer(row.get("seen_in") or b"", dtype=np.uint8)
    if not len(seen_in):
        return {}
    return {"seen_in": seen_in, "vectors": np.frombuffer(row["vectors"], dtype="<f4").reshape(len(seen_in), -1)}


def _refusal(row: dict[str, Any]) -> Refusal | None:
    return None if row["reason"] is None else Refusal(reason=str(row["reason"]), expected=str(row["expected"]))
