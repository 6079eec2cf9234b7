"""From a match to a signal: the sentence and the evidence that a reviewer can check."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from detectors.image.enrol import EnrolledImages
from detectors.image.hashes import BITS, ORIENTATIONS
from detectors.image.views import REFERENCE_VIEWS, Shown, shown, shown_of_reference, view_name
from pipeline.photos import Photo
from pipeline.records import Asset, AssetKind, Signal

DETECTOR = "photo_reused"
NEAR_BITS = 24
SUBJECTS = {
    AssetKind.PRODUCT_PHOTO: ("photo", "photo"),
    AssetKind.COPYRIGHT_WORK: ("artwork", "work"),
    AssetKind.DESIGN: ("design", "design picture"),
    AssetKind.FIGURATIVE_MARK: ("logo", "logo"),
}
"""What observations call a kind of asset, and what sentences do."""
OBSERVATIONS = tuple(
    f"{what}.{extent}.{distance}"
    for what, _ in SUBJECTS.values()
    for extent in ("copy", "part")
    for distance in ("near", "far")
)


class Match(NamedTuple):
    """The best match of one registered picture in a listing; the smaller, the better.

    Attributes
    ----------
    bits : int
        Bits of 256 that differ.
    photo : int
        Place of the photo among those searched.
    orientation : int
        Place in `ORIENTATIONS`.
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


def signal(match: Match, photo: Photo, holder: str, asset: Asset, enrolled: EnrolledImages) -> Signal:
    """Return the signal of a match.

    Parameters
    ----------
    match : Match
        What was found.
    photo : Photo
        The photo it was found in.
    holder : str
        The rights holder's id.
    asset : Asset
        The asset that names the registered picture.
    enrolled : EnrolledImages
        The registered pictures.

    Returns
    -------
    Signal
        With `strength` 1 for equal hashes, falling to 0 at the 128 bits by which unrelated pictures differ.
    """
    what, _ = SUBJECTS[asset.kind]
    extent = "copy" if _is_all_of_photo(match) and _is_all_of_picture(match, enrolled) else "part"
    return Signal(
        detector=DETECTOR,
        observation=f"{what}.{extent}.{'near' if match.bits <= NEAR_BITS else 'far'}",
        rights_holder_id=holder,
        asset_id=asset.id,
        strength=1 - match.bits / (BITS / 2),
        reason=_sentence(match, photo, asset, enrolled),
        evidence={
            "kind": "image",
            "image": photo.index,
            "name": photo.name,
            "box": _edges(photo.description.boxes[match.view]),
            "view": view_name(match.view),
            "asset_image": enrolled.names[match.image],
            "asset_box": _edges(enrolled.boxes[match.stored]),
            "asset_view": REFERENCE_VIEWS[enrolled.views[match.stored]],
            "orientation": ORIENTATIONS[match.orientation].name,
            "distance_bits": match.bits,
            "of_bits": BITS,
            "phash_distance_bits": (photo.description.phash ^ int(enrolled.phashes[match.image])).bit_count(),
        },
    )


def _sentence(match: Match, photo: Photo, asset: Asset, enrolled: EnrolledImages) -> str:
    """Say what is a copy of what, counting photos from 1."""
    part = "" if _is_all_of_photo(match) else f"part of photo {photo.index + 1} ({view_name(match.view)})"
    place = part.capitalize() or f"Photo {photo.index + 1}"
    turned = ORIENTATIONS[match.orientation].name
    copy = {"upright": "a copy", "mirrored": "a mirrored copy"}.get(turned, f"a copy ({turned})")
    extent = "" if _is_all_of_picture(match, enrolled) else "part of "
    subject = f"the registered {SUBJECTS[asset.kind][1]} {enrolled.names[match.image]}"
    return f"{place} is {copy} of {extent}{subject} ({match.bits} of {BITS} bits differ)"


def _is_all_of_photo(match: Match) -> bool:
    return bool(shown(np.array([match.view]))[0] != Shown.PART)


def _is_all_of_picture(match: Match, enrolled: EnrolledImages) -> bool:
    return bool(shown_of_reference(enrolled.views[match.stored : match.stored + 1])[0] != Shown.PART)


def _edges(box: NDArray[np.float32]) -> list[float]:
    return [round(float(edge), 4) for edge in box]
