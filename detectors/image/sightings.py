"""Which registered pictures are seen in a photo by their local features: vote, movement, blocks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

import cv2
import numpy as np

from detectors.image.agreement import Agreement, agreement, refined
from detectors.image.decode import Grey
from detectors.image.enrol import EnrolledImages
from detectors.image.feature_index import MOST_BITS, Meetings, Met, differing
from detectors.image.features import Codes, mirrored
from detectors.image.geometry import FEWEST, MOST_PAIRS, Alignment, Poses, align, most_agreeing, poses
from pipeline.photos import PhotoDescription

_MOST_BITS_OF_COPIES = 20
"""Features of what no goods bear must be more alike than those of prints."""
_SURE = 12
"""So many pairs that agree say exactly enough where a picture lies."""
_WHEN_MOVED = 0.6
"""What a likeness counts for after a picture was moved to where it is greatest, as anything is likelier there."""

Find = Callable[[Codes], Met]
"""From codes of a photo to the enrolled codes that they and their mirror images meet."""


class Sighting(NamedTuple):
    """A registered picture that lies somewhere in a photo.

    Attributes
    ----------
    image : int
        Place of the registered picture in `EnrolledImages.names`.
    mirrored : bool
        Whether the photo shows its mirror image; the movement is then that into the mirrored photo.
    alignment : Alignment
        How it lies there.
    agreement : Agreement
        How far the two look alike.
    score : float
        The logarithm of one more than the agreeing features, times the likeness of the blocks; three fifths of it if
        the features alone did not say exactly where.
    """

    image: int
    mirrored: bool
    alignment: Alignment
    agreement: Agreement
    score: float


def sightings(photo: PhotoDescription, enrolled: EnrolledImages, find: Find) -> Iterator[Sighting]:
    """Yield every registered picture that a photo seems to show, however faintly.

    Parameters
    ----------
    photo : PhotoDescription
        The photo.
    enrolled : EnrolledImages
        The registered pictures.
    find : callable
        From codes to the enrolled codes that they meet.

    Yields
    ------
    Sighting
        At most two a picture, one of them mirrored.
    """
    if not len(photo.codes):
        return
    size = np.array([photo.width, photo.height], dtype=np.int32)
    for turned, met in zip((False, True), find(photo.codes), strict=True):
        codes = mirrored(photo.codes) if turned else photo.codes
        places = poses(photo.places, size, mirrored=turned)
        for image, ours, theirs in _shortlist(codes, places, enrolled, met):
            alignment = align(ours, theirs)
            if alignment is not None:
                yield _sighting(enrolled, image, photo.thumb, alignment, turned=turned)


def _shortlist(
    codes: Codes, places: Poses, enrolled: EnrolledImages, met: Meetings
) -> Iterator[tuple[int, Poses, Poses]]:
    """Yield the pictures with which enough features agree on some movement, and the poses of the pairs."""
    images = enrolled.owners[met.stored]
    bits = differing(codes[met.query], enrolled.codes[met.stored])
    alike = bits <= np.where(enrolled.printed[images], MOST_BITS, _MOST_BITS_OF_COPIES)
    met, images, bits = Meetings(met.query[alike], met.stored[alike]), images[alike], bits[alike]
    order = np.lexsort((met.stored, met.query, bits, images))
    counts = np.bincount(images, minlength=len(enrolled.names))
    rank = np.arange(len(order)) - np.repeat(np.cumsum(counts) - counts, counts)
    kept = order[(rank < MOST_PAIRS) & (counts[images[order]] >= FEWEST)]
    query, stored, images = met.query[kept], met.stored[kept], images[kept]
    if not len(kept):
        return
    theirs = places[query]
    ours = poses(enrolled.places[stored], enrolled.sizes[images])
    named, starts, sizes = np.unique(images, return_index=True, return_counts=True)
    agreeing = most_agreeing(ours, theirs, sizes)
    for place in np.flatnonzero(agreeing >= FEWEST).tolist():
        rows = slice(starts[place], starts[place] + sizes[place])
        yield int(named[place]), ours[rows], theirs[rows]


def _sighting(enrolled: EnrolledImages, image: int, data: bytes, alignment: Alignment, *, turned: bool) -> Sighting:
    """Compare a picture with a photo's thumbnail, block by block: where the pairs lay it, or beside if they may err."""
    thumb, size, photo = enrolled.thumbs[image], enrolled.sizes[image], _thumb(data, turned=turned)
    seen = agreement(thumb, size, photo, alignment.movement)
    agreeing = float(np.log1p(len(alignment.pairs)))
    there = Sighting(image, turned, alignment, seen, agreeing * seen.likeness)
    if len(alignment.pairs) >= _SURE or not enrolled.printed[image]:
        return there
    moved = alignment._replace(movement=refined(thumb, size, photo, alignment.movement))
    closer = agreement(thumb, size, photo, moved.movement)
    beside = Sighting(image, turned, moved, closer, _WHEN_MOVED * agreeing * closer.likeness)
    return max(there, beside, key=lambda sighting: sighting.score)


def _thumb(data: bytes, *, turned: bool) -> Grey:
    """Decode a photo's thumbnail, mirrored or not."""
    thumb = np.asarray(cv2.imdecode(np.frombuffer(data, dtype=np.uint8), cv2.IMREAD_GRAYSCALE), dtype=np.uint8)
    return np.ascontiguousarray(thumb[:, ::-1]) if turned else thumb
