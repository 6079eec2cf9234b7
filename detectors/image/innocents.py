"""Innocent photos: what a registered picture is measured against before it is looked for.

A picture that is seen in photos of other goods proves nothing: it is looked for with a higher threshold, or parked.
The photos that ship with the package are described, not included: clothes on floors, beds and hangers taken by their
owners [1]_, clip art and logos [2]_ [3]_ [4]_, and drawn size charts, shipping banners and cartons. Users add photos of
their own trade.

References
----------
.. [1] A. Grigorev, "Clothing dataset" (CC0), github.com/alexeygrigorev/clothing-dataset-small.
.. [2] Open Clip Art Library 0.18 (public domain dedication).
.. [3] Simple Icons 16 (CC0).
.. [4] SVG Logos, Iconify JSON 1.2 (CC0).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import cache
from importlib.resources import files
from io import BytesIO
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from detectors.image.describe import DESCRIBE_VERSION
from detectors.image.enrol import EnrolledImages
from detectors.image.feature_index import FeatureIndex
from detectors.image.matches import Rows, matches, queries
from detectors.image.search import HashIndex
from detectors.image.sightings import sightings
from detectors.image.views import Shown, shown_of_reference
from pipeline.photos import Photo, PhotoDescription

PARKED = np.inf
"""The threshold of a picture that is not looked for."""
FLOODS_AT = 0.01
"""Share of innocent photos (and two of them at least) in which a picture must be seen to be parked."""
_MARGIN = 1.2
"""A threshold lies so many times above the scores of innocent photos."""
_FILE = "innocents.npz"
_SEVERAL = ("views", "boxes", "codes", "places")
"""Arrays of which a description has several rows."""


class Measured(NamedTuple):
    """How a register's pictures fare among innocent photos.

    Attributes
    ----------
    enrolled : EnrolledImages
        With thresholds that the innocent photos stay below.
    sightings : ndarray of int64, shape (m,)
        In how many innocent photos each picture would be seen without them.
    photos : int
        Number of innocent photos.
    """

    enrolled: EnrolledImages
    sightings: NDArray[np.int64]
    photos: int


def measure(enrolled: EnrolledImages, innocent: Sequence[PhotoDescription]) -> Measured:
    """Set each picture's threshold by what is seen of it in innocent photos.

    Parameters
    ----------
    enrolled : EnrolledImages
        With the usual thresholds.
    innocent : sequence of PhotoDescription
        Photos that show none of the pictures.

    Returns
    -------
    Measured
        A picture that is seen in several photos, whether by its hashes or by its local features, is parked. Otherwise
        its threshold lies above the second best score: the best may be a photo that does show it.
    """
    scores = np.zeros((len(innocent), len(enrolled.names)))
    index = FeatureIndex(enrolled.codes)
    for row, photo in zip(scores, innocent, strict=True):
        for sighting in sightings(photo, enrolled, index.meet):
            row[sighting.image] = max(row[sighting.image], sighting.score)
    seen = (scores >= enrolled.thresholds) | _matched(enrolled, innocent)
    counts = seen.sum(axis=0)
    second = np.sort(scores, axis=0)[-2] if len(innocent) > 1 else np.zeros(len(enrolled.names))
    raised = np.maximum(enrolled.thresholds, _MARGIN * second)
    floods = counts >= max(2, FLOODS_AT * len(innocent))
    thresholds = np.where(floods, PARKED, raised).astype(np.float32)
    return Measured(replace(enrolled, thresholds=thresholds), counts, len(innocent))


def _matched(enrolled: EnrolledImages, innocent: Iterable[PhotoDescription]) -> NDArray[np.bool_]:
    """Return which pictures are matched by hashes in which photos."""
    photos = [Photo(index=i, name="", description=photo) for i, photo in enumerate(innocent)]
    extents = shown_of_reference(enrolled.views)
    rows = {extent: np.flatnonzero(extents == extent) for extent in Shown}
    stored = {extent: Rows(some, HashIndex(enrolled.hashes[some]).within) for extent, some in rows.items()}
    found = matches(queries(photos), stored)
    matched = np.zeros((len(photos), len(enrolled.names)), dtype=np.bool_)
    matched[found.photo, enrolled.images[found.stored]] = True
    return matched


def _shipped() -> bytes:
    return (files("detectors.image") / _FILE).read_bytes()


BANK_VERSION = f"measured-4-{hashlib.sha256(_shipped()).hexdigest()[:8]}"
"""Changes whenever pictures would be measured otherwise."""


@cache
def shipped() -> tuple[PhotoDescription, ...]:
    """Return the innocent photos that ship with the package."""
    return read_innocents(_shipped())


def write_innocents(photos: Sequence[PhotoDescription]) -> bytes:
    """Return descriptions as a NumPy archive, to be read by `read_innocents`."""
    arrays: dict[str, Any] = {name: np.concatenate([getattr(photo, name) for photo in photos]) for name in _SEVERAL}
    thumbs = [np.frombuffer(photo.thumb, dtype=np.uint8) for photo in photos]
    buffer = BytesIO()
    np.savez(
        buffer,
        sizes=np.array([(photo.width, photo.height) for photo in photos], dtype=np.int32),
        rows=np.array([[len(getattr(photo, name)) for name in _SEVERAL] for photo in photos], dtype=np.int32),
        thumbs=np.concatenate(thumbs),
        lengths=np.array([len(thumb) for thumb in thumbs], dtype=np.int32),
        version=np.array(DESCRIBE_VERSION),
        **arrays,
    )
    return buffer.getvalue()


def read_innocents(data: bytes) -> tuple[PhotoDescription, ...]:
    """Read what `write_innocents` wrote; digests and `phash` are not kept."""
    with np.load(BytesIO(data), allow_pickle=False) as archive:
        found = {name: archive[name] for name in archive.files}
    if str(found["version"]) != DESCRIBE_VERSION:
        raise ValueError(
            f"innocent photos described by {found['version']}, expected {DESCRIBE_VERSION}: make them again"
        )
    ends = np.cumsum(found["rows"], axis=0)
    several = {name: np.split(found[name], ends[:-1, i]) for i, name in enumerate(_SEVERAL)}
    thumbs = np.split(found["thumbs"], np.cumsum(found["lengths"])[:-1])
    return tuple(
        PhotoDescription(
            digest="",
            width=int(width),
            height=int(height),
            plain=not len(several["views"][i]),
            phash=0,
            thumb=thumbs[i].tobytes(),
            **{name: rows[i] for name, rows in several.items()},
        )
        for i, (width, height) in enumerate(found["sizes"].tolist())
    )
