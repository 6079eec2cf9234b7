"""Which views of which photos are copies of which registered views: the passes of the search."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from detectors.image.hashes import CHANGES, NEGATIVES, ORIENTATIONS, WORDS, Hashes, Orientation, oriented
from detectors.image.search import Pairs
from detectors.image.views import Shown, shown
from pipeline.photos import Photo


class Rows(NamedTuple):
    """A choice of registered views, with a way to search them.

    Attributes
    ----------
    rows : ndarray of int64, shape (n,)
        Rows of `EnrolledImages`.
    find : callable
        From queries and a radius in bits to the pairs within it; `stored` counts in `rows`.
    """

    rows: NDArray[np.int64]
    find: Callable[[Hashes, int], Pairs]


class Pass(NamedTuple):
    """One pass of the search: which views of the photo are compared with which views of the registered pictures.

    Attributes
    ----------
    shown : tuple of Shown
        Which views of the photo are looked for.
    among : Shown
        Among which views of the registered pictures.
    orientations : tuple of Orientation
        Mirrors, turns and negatives to undo.
    radius : int
        Bits that may differ.
    """

    shown: tuple[Shown, ...]
    among: Shown
    orientations: tuple[Orientation, ...]
    radius: int


_LIKELY, _UNLIKELY = ORIENTATIONS[:2], ORIENTATIONS[2:]
_EVERYTHING = (Shown.ALL, Shown.ALL_BUT_BORDERS)
PASSES = (
    Pass(_EVERYTHING, Shown.ALL, _LIKELY, radius=43),
    Pass(_EVERYTHING, Shown.ALL, _UNLIKELY, radius=23),
    Pass(_EVERYTHING, Shown.ALL, NEGATIVES, radius=31),
    Pass((Shown.ALL_BUT_THE_TOP,), Shown.ALL_BUT_THE_TOP, _LIKELY, radius=39),
    Pass((Shown.ALL_BUT_THE_BOTTOM,), Shown.ALL_BUT_THE_BOTTOM, _LIKELY, radius=39),
    Pass((Shown.ALL,), Shown.PART, _LIKELY, radius=47),
    Pass((Shown.PART,), Shown.ALL, _LIKELY, radius=31),
)
"""The full cross of all views is left out: a part of the photo that equals a crop of a picture proves little and costs
most. The radii are the largest that stay cheap in a large register; they raise no false alarm on the
development photos (benchmarks/images measures both)."""


class Queries(NamedTuple):
    """The views of a batch of photos, with nothing that a photo does not have.

    Attributes
    ----------
    hashes : ndarray of uint64, shape (n, 4)
        One row a view.
    photos : ndarray of int64, shape (n,)
        Place of the photo in the batch.
    views : ndarray of int64, shape (n,)
        Row of the view in the photo's description.
    """

    hashes: Hashes
    photos: NDArray[np.int64]
    views: NDArray[np.int64]


class Matches(NamedTuple):
    """Everything within the radii, one row a match.

    Attributes
    ----------
    photo, view : ndarray of int64, shape (k,)
        Place of the photo in the batch and row of the view in its description.
    stored : ndarray of int64, shape (k,)
        Row of the registered view in `EnrolledImages`.
    orientation : ndarray of int64, shape (k,)
        Place in `CHANGES`.
    bits : ndarray of int64, shape (k,)
        Bits that differ.
    """

    photo: NDArray[np.int64]
    view: NDArray[np.int64]
    stored: NDArray[np.int64]
    orientation: NDArray[np.int64]
    bits: NDArray[np.int64]


def queries(photos: Sequence[Photo]) -> Queries:
    """Gather the views of some photos."""
    hashes: list[Hashes] = [np.zeros((0, WORDS), dtype=np.uint64)]
    views = [np.zeros(0, dtype=np.int64)]
    for photo in photos:
        there = np.flatnonzero(photo.description.boxes.any(axis=1))
        hashes.append(photo.description.views[there])
        views.append(there)
    owners = np.repeat(np.arange(len(photos)), [len(there) for there in views[1:]])
    return Queries(np.concatenate(hashes), owners, np.concatenate(views))


def matches(wanted: Queries, stored: Mapping[Shown, Rows]) -> Matches:
    """Run every pass over a batch of photos.

    Parameters
    ----------
    wanted : Queries
        The photos' views.
    stored : mapping of Shown to Rows
        The registered views, by how much of their picture they show.

    Returns
    -------
    Matches
        All of them, in no order that matters.
    """
    extents = shown(wanted.views)
    columns: list[tuple[NDArray[np.int64], ...]] = []
    for part in PASSES:
        chosen = np.flatnonzero(np.isin(extents, part.shown))
        rows, find = stored[part.among]
        for orientation in part.orientations:
            pairs = find(oriented(wanted.hashes[chosen], orientation), part.radius)
            asked = chosen[pairs.query]
            place = np.full(len(asked), CHANGES.index(orientation))
            bits = pairs.bits.astype(np.int64)
            columns.append((wanted.photos[asked], wanted.views[asked], rows[pairs.stored], place, bits))
    return Matches(*(np.concatenate(column) for column in zip(*columns, strict=True)))
