"""Whether a photo shows a registered picture in other colours: the hue of one part after another."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from detectors.image.decode import CELLS, NEUTRAL, Chroma

COLOUR_VERSION = "colour-1"
"""Changes whenever the same two pictures would be judged otherwise."""
RECOLOURED = 0.6
"""The colour distance from which a picture counts as recoloured."""
_COLOURED = 3.0
"""Distance from grey, in levels of Cb and Cr, from which a part has a hue."""
_FEWEST = 4
_TURN = np.radians(40)
"""Lights and cameras turn a hue by less."""
_CAST = 0.7
"""A cast over the whole picture keeps its colours' differences; from this correlation on they count as kept."""


def colour_distance(
    photo: Chroma, picture: Chroma, box: NDArray[np.float64], corners: NDArray[np.float64]
) -> float | None:
    """Measure how much of a registered picture's colour has another hue in a photo that shows it.

    Parameters
    ----------
    photo : ndarray of uint8, shape (256, 2)
        Colours of the photo's parts.
    picture : ndarray of uint8, shape (16, 16, 2)
        Colours of the registered picture's parts.
    box : ndarray of float64, shape (4,)
        The part of the picture to compare: left, top, right, bottom in shares of width and height.
    corners : ndarray of float64, shape (3, 2)
        Where its top left, top right and bottom left corners lie in the photo, in shares of width and height.

    Returns
    -------
    float or None
        Share of the colour, 0 to 1, that is turned by more than 40 degrees in the plane of Cb and Cr. It is 0 where a
        cast over the whole picture explains that, and colour that faded to grey is not turned. None if there is too
        little colour to judge by: a white thing sold in red is not told from a white one in red light.
    """
    if len(photo) == 0:
        return None
    left, top, right, bottom = box
    across, down = np.meshgrid(_MIDDLES, _MIDDLES)
    places = corners[0] + across[..., None] * (corners[1] - corners[0]) + down[..., None] * (corners[2] - corners[0])
    inside = np.all((places >= 0) & (places <= 1), axis=-1)
    theirs = _hues(photo.reshape(CELLS, CELLS, 2), places[..., 0], places[..., 1])[inside]
    ours = _hues(picture, left + across * (right - left), top + down * (bottom - top))[inside]
    coloured = np.abs(ours) > _COLOURED
    if np.count_nonzero(coloured) < _FEWEST:
        return None
    if _correlation(theirs, ours) >= _CAST:
        return 0.0
    weights = np.abs(ours[coloured])
    change = np.angle(theirs[coloured] * ours[coloured].conj())
    turned = (np.abs(change) > _TURN) & (np.abs(theirs[coloured]) > _COLOURED)
    return round(float(weights[turned].sum() / weights.sum()), 4)


def recoloured(distance: float | None) -> bool:
    """Tell whether a colour distance means other colours.

    Examples
    --------
    >>> recoloured(0.95), recoloured(0.2), recoloured(None)
    (True, False, False)
    """
    return distance is not None and distance >= RECOLOURED


_MIDDLES = (np.arange(CELLS) + 0.5) / CELLS


def _hues(chroma: Chroma, x: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.complex128]:
    """Return the colours at some places, in shares, as complex numbers: how strong, and in which direction."""
    columns, rows = ((places * CELLS - 0.5).astype(np.float32) for places in (x, y))
    seen = cv2.remap(chroma.astype(np.float32), columns, rows, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    blue, red = np.moveaxis(np.asarray(seen, dtype=np.float64) - NEUTRAL, -1, 0)
    hues: NDArray[np.complex128] = blue + 1j * red
    return hues


def _correlation(theirs: NDArray[np.complex128], ours: NDArray[np.complex128]) -> float:
    """Correlate colours without regard to their means: 1 where all were shifted and strengthened alike."""
    theirs, ours = theirs - theirs.mean(), ours - ours.mean()
    energy = np.sqrt((np.abs(theirs) ** 2).sum() * (np.abs(ours) ** 2).sum())
    return float((theirs * ours.conj()).sum().real / max(energy, 1e-9))
