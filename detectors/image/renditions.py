"""Renditions of a registered picture: how it looks when goods bear it, small, in one colour or on dark goods."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import cv2
import numpy as np

from detectors.image.decode import Grey, fitted
from detectors.image.features import UNIT, Features, features, features_and_negative

_SIDES = (128, 64)
"""Longer sides at which a print is enrolled again: its features depend on the pixels it is drawn with."""
_MARGIN = 0.15
"""Share of the longer side that is added around, since features are not found at an edge."""
_CONTRAST = 40
"""Grey levels by which ink differs from the ground that it stands on."""
_INK, _PAPER = 30, 225


def rendered_features(picture: Grey, layers: Sequence[Grey] = ()) -> Features:
    """Return the features of a registered picture's renditions: of a logo or an artwork as goods may bear it.

    Parameters
    ----------
    picture : ndarray of uint8, shape (rows, columns)
        The picture in its own proportions, on white where it is transparent.
    layers : sequence of ndarray of uint8, shape (256, 256)
        How else it looks: on black, and the next frames of an animation.

    Returns
    -------
    Features
        Their places are shares of the picture as it is.
    """
    found = [_without_margin(each, picture.shape) for each in _seen(picture)]
    for layer in layers:
        other = _in_proportion(layer, picture.shape)
        for side in (max(other.shape), *_SIDES):
            small = fitted(other, side)
            found.append(_without_margin(features(_with_margin(small)), small.shape))
    return Features(np.concatenate([each.codes for each in found]), np.concatenate([each.places for each in found]))


def _seen(picture: Grey) -> Iterator[Features]:
    """Yield features of the picture as it is, in negative, and in one colour both ways, each in several sizes."""
    ground = _ground(picture)
    ink = np.abs(picture.astype(np.int16) - ground) > _CONTRAST
    printed = np.where(ink, _INK, _PAPER).astype(np.uint8)
    silhouette = np.asarray(cv2.GaussianBlur(printed, (3, 3), 0), dtype=np.uint8)
    yield features_and_negative(_with_margin(picture))[1]  # as it is, it is enrolled anyway
    yield from features_and_negative(_with_margin(silhouette))
    for whole in (picture, silhouette):
        for side in _SIDES:
            yield from features_and_negative(_with_margin(fitted(whole, side)))


def _ground(picture: Grey) -> int:
    """Return the usual grey level along the edges."""
    return int(np.median(np.concatenate([picture[0], picture[-1], picture[:, 0], picture[:, -1]])))


def _with_margin(picture: Grey) -> Grey:
    margin = round(_MARGIN * max(picture.shape))
    ground = float(_ground(picture))
    widened = cv2.copyMakeBorder(picture, margin, margin, margin, margin, cv2.BORDER_CONSTANT, value=(ground,))
    return np.asarray(widened, dtype=np.uint8)


def _in_proportion(layer: Grey, shape: tuple[int, ...]) -> Grey:
    """Give a square layer the proportions of a picture."""
    rows, columns = (max(1, round(side * len(layer) / max(shape))) for side in shape)
    return np.asarray(cv2.resize(layer, (columns, rows), interpolation=cv2.INTER_AREA), dtype=np.uint8)


def _without_margin(found: Features, shape: tuple[int, ...]) -> Features:
    """Count places in shares of the picture without its margin; those that lie in the margin are left out."""
    rows, columns = shape
    longer = max(rows, columns)
    margin = _MARGIN * longer
    widths = np.array([columns, rows, longer])
    places = (found.places[:, :3] + 0.5) / UNIT * (widths + 2 * margin) - [margin, margin, 0]
    shares = places / widths
    inside = np.all((shares >= 0) & (shares < 1), axis=1)
    scaled = np.column_stack([shares[inside] * UNIT, found.places[inside, 3]]).astype(np.uint16)
    return Features(found.codes[inside], scaled)
