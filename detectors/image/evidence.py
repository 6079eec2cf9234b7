"""From a match to a signal: the sentence and the evidence that a reviewer can check."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from detectors.image.certainty import Scale
from detectors.image.colour import colour_distance, recoloured
from detectors.image.enrol import EnrolledImages
from detectors.image.hashes import BITS, CHANGES
from detectors.image.owners import SUBJECTS, Owner, also_in
from detectors.image.views import REFERENCE_VIEWS, Shown, shown, shown_of_reference, view_name
from pipeline.photos import Photo
from pipeline.records import Asset, Signal

DETECTOR = "photo_reused"
NEAR_BITS = 24
OBSERVATIONS = tuple(
    f"{what}.{extent}.{distance}"
    for what, _ in SUBJECTS.values()
    for extent in ("copy", "part")
    for distance in ("near", "far")
)


SCALES = {"copy": Scale(16.0, -0.20), "part": Scale(18.5, -0.15)}
"""How bits that differ are read, by extent."""


class Match(NamedTuple):
    """The best match of one registered picture in a listing; the smaller, the better.

    Attributes
    ----------
    bits : int
        Bits of 256 that differ.
    photo : int
        Place of the photo among those searched.
    orientation : int
        Place in `CHANGES`.
    view : int
        Row of the view in the photo's description.
    stored : int
        Row of the registered view in `EnrolledImages`.
    image : int
        Place of the registered picture in `EnrolledImages.names`.
    """

    bits: int
    photo: int
    orientation: int
    view: int
    stored: int
    image: int


class Source(NamedTuple):
    """The registered picture of a match.

    Attributes
    ----------
    owner : Owner
        The asset that names it, and its holder.
    digest : str
        SHA-256 of its file, as far as the register knows it.
    """

    owner: Owner
    digest: str


def signal(
    match: Match, photo: Photo, source: Source, enrolled: EnrolledImages, chances: int, *, others: Sequence[int] = ()
) -> Signal:
    """Return the signal of a match.

    Parameters
    ----------
    match : Match
        What was found.
    photo : Photo
        The photo it was found in.
    source : Source
        The registered picture.
    enrolled : EnrolledImages
        The registered pictures.
    chances : int
        Among how many pairs of a picture and a photo it was found.
    others : sequence of int
        Further photos of the listing in which a picture of the asset was found.

    Returns
    -------
    Signal
        Its `strength` is the probability that the photo shows the picture.
    """
    asset = source.owner.asset
    identical = photo.description.digest == source.digest
    what, _ = SUBJECTS[asset.kind]
    distance = _colour_distance(match, photo, enrolled)
    extent = "copy" if _is_all_of_photo(match) and _is_all_of_picture(match, enrolled) else "part"
    return Signal(
        detector=DETECTOR,
        observation=f"{what}.{extent}.{'near' if match.bits <= NEAR_BITS else 'far'}",
        rights_holder_id=source.owner.holder,
        asset_id=asset.id,
        strength=SCALES[extent].certainty(match.bits, chances),
        reason=_sentence(match, photo, asset, enrolled, distance)
        + (", and the very same file" if identical else "")
        + also_in(others),
        evidence={
            "kind": "image",
            "image": photo.index,
            "also_in": list(others),
            "name": photo.name,
            "box": _edges(photo.description.boxes[match.view]),
            "view": view_name(match.view),
            "asset_image": enrolled.names[match.image],
            "asset_box": _edges(enrolled.boxes[match.stored]),
            "asset_view": REFERENCE_VIEWS[enrolled.views[match.stored]],
            "orientation": CHANGES[match.orientation].name,
            "distance_bits": match.bits,
            "of_bits": BITS,
            "identical_file": identical,
            "phash_distance_bits": (photo.description.phash ^ int(enrolled.phashes[match.image])).bit_count(),
            "chances": chances,
            "recoloured": recoloured(distance),
            "colour_distance": distance,
        },
    )


def _colour_distance(match: Match, photo: Photo, enrolled: EnrolledImages) -> float | None:
    left, top, right, bottom = photo.description.boxes[match.view].astype(np.float64)
    corners = np.array([[[left, top], [right, top]], [[left, bottom], [right, bottom]]])
    orientation = CHANGES[match.orientation]
    if orientation.transposed:
        corners = corners.swapaxes(0, 1)
    if orientation.rows_reversed:
        corners = corners[::-1]
    if orientation.columns_reversed:
        corners = corners[:, ::-1]
    box = enrolled.boxes[match.stored].astype(np.float64)
    chroma = ~photo.description.chroma if orientation.negative else photo.description.chroma
    return colour_distance(chroma, enrolled.chroma[match.image], box, np.array([*corners[0], corners[1, 0]]))


def _sentence(match: Match, photo: Photo, asset: Asset, enrolled: EnrolledImages, distance: float | None) -> str:
    """Say what is a copy of what, counting photos from 1."""
    part = "" if _is_all_of_photo(match) else f"part of photo {photo.index + 1} ({view_name(match.view)})"
    place = part.capitalize() or f"Photo {photo.index + 1}"
    turned = CHANGES[match.orientation].name
    copy = {"upright": "a copy", "mirrored": "a mirrored copy"}.get(turned, f"a copy ({turned})")
    extent = "" if _is_all_of_picture(match, enrolled) else "part of "
    subject = f"the registered {SUBJECTS[asset.kind][1]} {enrolled.names[match.image]}"
    colours = " in other colours" if recoloured(distance) else ""
    return f"{place} is {copy} of {extent}{subject}{colours} ({match.bits} of {BITS} bits differ)"


def _is_all_of_photo(match: Match) -> bool:
    return bool(shown(np.array([match.view]))[0] != Shown.PART)


def _is_all_of_picture(match: Match, enrolled: EnrolledImages) -> bool:
    return bool(shown_of_reference(enrolled.views[match.stored : match.stored + 1])[0] != Shown.PART)


def _edges(box: NDArray[np.float32]) -> list[float]:
    return [round(float(edge), 4) for edge in box]
