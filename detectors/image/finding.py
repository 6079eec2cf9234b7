"""From a sighting to a signal: the sentence and the evidence that a reviewer can check."""

from __future__ import annotations

from collections.abc import Sequence
from math import log
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from detectors.image.certainty import Scale
from detectors.image.colour import colour_distance, recoloured
from detectors.image.enrol import EnrolledImages
from detectors.image.owners import SUBJECTS, Owner, also_in
from detectors.image.sightings import Sighting
from pipeline.photos import Photo
from pipeline.records import Asset, Signal

DETECTOR = "picture_found"
CLEAR = 1.5
"""The score from which a sighting is clear."""
WHOLE = 1 / 3
"""The share of a picture's blocks from which it counts as seen whole."""
OBSERVATIONS = tuple(
    f"{what}.{extent}.{clarity}"
    for what, _ in SUBJECTS.values()
    for extent in ("found", "element")
    for clarity in ("clear", "faint")
)


PLAIN, PRINTED = Scale(4.1, 3.0), Scale(4.9, 3.6)
"""How the logarithm of a score, in thresholds, is read: of pictures as they are, and of those that goods may bear."""


class Chances(NamedTuple):
    """How the score of what was found is read, among how many pairs of a picture and a photo, and where else it is."""

    scale: Scale
    number: int
    also_in: tuple[int, ...] = ()


class Finding(NamedTuple):
    """A sighting, and the photo it was made in."""

    sighting: Sighting
    photo: Photo

    @property
    def rank(self) -> tuple[float, int, int, bool]:
        """The smaller, the better: by score, then in the order of photos and pictures."""
        return -self.sighting.score, self.photo.index, self.sighting.image, self.sighting.mirrored

    @property
    def clear(self) -> bool:
        """Whether it means something by itself."""
        return self.sighting.score >= CLEAR

    def box(self, enrolled: EnrolledImages) -> list[float]:
        """Return the part of the photo that shows the picture: left, top, right, bottom in shares."""
        return _box(_corners(self.sighting, enrolled.sizes[self.sighting.image], self.photo))


def covers(box: Sequence[float], other: Sequence[float]) -> bool:
    """Tell whether two boxes share more than half of the smaller one.

    Examples
    --------
    >>> covers([0, 0, 1, 1], [0.2, 0.2, 0.4, 0.4]), covers([0, 0, 0.5, 1], [0.4, 0, 1, 1])
    (True, False)
    """
    width = min(box[2], other[2]) - max(box[0], other[0])
    height = min(box[3], other[3]) - max(box[1], other[1])
    smaller = min((b[2] - b[0]) * (b[3] - b[1]) for b in (box, other))
    return max(width, 0) * max(height, 0) > smaller / 2


def signal(finding: Finding, owner: Owner, enrolled: EnrolledImages, chances: Chances) -> Signal:
    """Return the signal of a finding.

    Parameters
    ----------
    finding : Finding
        What was found, and in which photo.
    owner : Owner
        The asset that names the registered picture, and its holder.
    enrolled : EnrolledImages
        The registered pictures.
    chances : Chances
        Among how many it was found.

    Returns
    -------
    Signal
        Its `strength` is the probability that the photo shows the picture.
    """
    sighting, photo = finding
    seen, asset = sighting.agreement, owner.asset
    threshold = float(enrolled.thresholds[sighting.image])
    what, _ = SUBJECTS[asset.kind]
    extent = "found" if seen.share >= WHOLE else "element"
    clarity = "clear" if finding.clear else "faint"
    size = enrolled.sizes[sighting.image]
    corners = _corners(sighting, size, photo)
    turn, scale = _turn_and_scale(sighting)
    distance = _colour_distance(finding, corners, enrolled)
    return Signal(
        detector=DETECTOR,
        observation=f"{what}.{extent}.{clarity}",
        rights_holder_id=owner.holder,
        asset_id=asset.id,
        strength=chances.scale.certainty(log(sighting.score / threshold), chances.number),
        reason=_sentence(finding, asset, enrolled, distance) + also_in(chances.also_in),
        evidence={
            "kind": "image",
            "image": photo.index,
            "also_in": list(chances.also_in),
            "name": photo.name,
            "box": _box(corners),
            "corners": corners.round(4).tolist(),
            "asset_image": enrolled.names[sighting.image],
            "asset_box": [round(edge, 4) for edge in seen.box],
            "tier": "local features",
            "mirrored": sighting.mirrored,
            "rotation_degrees": round(turn, 1),
            "scale": round(scale, 4),
            "share_of_asset": round(seen.share, 4),
            "inliers": len(sighting.alignment.pairs),
            "agreeing_blocks": seen.agreeing,
            "visible_blocks": seen.visible,
            "agreeing_inside": seen.agreeing_inside,
            "visible_inside": seen.visible_inside,
            "score": round(sighting.score, 4),
            "threshold": round(threshold, 4),
            "chances": chances.number,
            "recoloured": recoloured(distance),
            "colour_distance": distance,
        },
    )


def _colour_distance(finding: Finding, corners: NDArray[np.float64], enrolled: EnrolledImages) -> float | None:
    """Compare the colours of the part of the picture that is seen."""
    sighting, photo = finding
    origin, right, _, down = corners
    left, top, *_ = box = np.array(sighting.agreement.box)
    ends = np.array([[left, top], [box[2], top], [left, box[3]]])
    places = origin + ends[:, :1] * (right - origin) + ends[:, 1:] * (down - origin)
    return colour_distance(photo.description.chroma, enrolled.chroma[sighting.image], box, places)


def _sentence(finding: Finding, asset: Asset, enrolled: EnrolledImages, distance: float | None) -> str:
    """Say what is seen where and how well, counting photos from 1."""
    sighting, photo = finding
    seen = sighting.agreement
    extent = "" if seen.share >= WHOLE else "an element of "
    turned = round(_turn_and_scale(sighting)[0])
    changes = [change for change, there in (("mirrored", sighting.mirrored), (f"turned by {turned}°", turned)) if there]
    change = f", {' and '.join(changes)}" if changes else ""
    colours = " in other colours" if recoloured(distance) else ""
    return (
        f"Photo {photo.index + 1} shows {extent}the registered {SUBJECTS[asset.kind][1]} "
        f"{enrolled.names[sighting.image]}{colours}{change} ({len(sighting.alignment.pairs)} points match, "
        f"{seen.agreeing} of {seen.visible} visible parts look alike)"
    )


def _corners(sighting: Sighting, size: NDArray[np.int32], photo: Photo) -> NDArray[np.float64]:
    """Return where the picture's corners lie in the photo as it is, in shares of its width and height, clockwise."""
    across, down = size / size.max()
    corners = np.array([[0, 0], [across, 0], [across, down], [0, down]])
    movement = sighting.alignment.movement
    seen = np.array([photo.description.width, photo.description.height])
    shares: NDArray[np.float64] = (corners @ movement[:, :2].T + movement[:, 2]) * seen.max() / seen
    if sighting.mirrored:
        shares[:, 0] = 1 - shares[:, 0]
    return shares


def _box(corners: NDArray[np.float64]) -> list[float]:
    """Return the part of the photo around the corners: left, top, right, bottom."""
    inside = corners.clip(0, 1)
    return [round(float(edge), 4) for edge in (*inside.min(axis=0), *inside.max(axis=0))]


def _turn_and_scale(sighting: Sighting) -> tuple[float, float]:
    """Return by how many degrees clockwise the picture is turned, and its longer side in longer sides of the photo."""
    (a, b), (c, d) = sighting.alignment.movement[:, :2]
    return float(np.degrees(np.arctan2(c - b, a + d))), float(np.sqrt(abs(a * d - b * c)))
