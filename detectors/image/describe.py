"""What is kept of a photo: its size, its hashes, its local features, a thumbnail and its colours."""

from __future__ import annotations

import hashlib

import cv2
import numpy as np
from numpy.typing import NDArray

from detectors.image import hashes, views
from detectors.image.decode import Grey, decode, fitted
from detectors.image.descriptor import Colours, Descriptor, Vectors
from detectors.image.features import MOST, NONE, features
from detectors.image.shapes import describe_shapes
from detectors.image.spectra import Boxes, Windows, reduced
from pipeline.photos import FIGURE, PhotoDescription

DESCRIBE_VERSION = "photo-8"
"""Changes whenever the same file would be described otherwise; stored descriptions are reused only within a version."""

_SIDE, _QUALITY = 256, 70
"""Longer side and JPEG quality of the thumbnail that is kept."""
MIN_DETAIL = 64
"""Coefficients of 256 that must stand clear of noise; with fewer, the hash would be that of any flat picture."""


def describe(data: bytes, *, local_features: bool = True, descriptor: Descriptor | None = None) -> PhotoDescription:
    """Describe a photo of a listing.

    Parameters
    ----------
    data : bytes
        The image file.
    local_features : bool
        Whether to look for them, and at figures and colours: most of the work.
    descriptor : Descriptor or None
        A model of the user's, if any.

    Returns
    -------
    PhotoDescription
        With one row in `views` and `boxes` for each name in `LISTING_VIEWS`, then two for each further layer. Views
        that the photo does not have, or without detail, are all zero in both.

    Raises
    ------
    PhotoRefusedError
        If the file cannot be decoded.
    """
    picture = decode(data, closely=local_features)
    first, *others = picture.layers
    looks = [hashed(first, views.LISTING, views.listing_boxes(first))]
    looks += [hashed(layer, views.LAYER, views.layer_boxes(layer)) for layer in others]
    found = np.concatenate([look for look, _ in looks])
    boxes = np.concatenate([box for _, box in looks])
    plain = not boxes.any()
    local, figures = NONE, np.zeros(0, dtype=FIGURE)
    if local_features:
        local = features(picture.detail, strongest=MOST)
        figures = describe_shapes(first, picture.width / picture.height).figures()
    vectors, seen_in = (np.zeros((0, 0), dtype=np.float32), np.zeros(0, dtype=np.uint8))
    if descriptor is not None and not plain:
        vectors, seen_in = described_by(descriptor, descriptor.look(data), boxes)
    return PhotoDescription(
        digest=hashlib.sha256(data).hexdigest(),
        width=picture.width,
        height=picture.height,
        plain=plain,
        phash=hashes.phash(first),
        views=found[:0] if plain else found,
        boxes=boxes[:0] if plain else boxes,
        codes=local.codes,
        places=local.places,
        thumb=_packed(picture.detail) if len(local.codes) else b"",
        figures=figures,
        chroma=picture.chroma.reshape(-1, 2),
        vectors=vectors,
        seen_in=seen_in,
    )


def described_by(descriptor: Descriptor, picture: Colours, boxes: Boxes) -> tuple[Vectors, NDArray[np.uint8]]:
    """Show a model the whole of a photo and whatever is framed in it: tiles of a collage, the picture in a screenshot.

    Parameters
    ----------
    descriptor : Descriptor
        The model.
    picture : ndarray of uint8, shape (rows, columns, 3)
        The photo.
    boxes : ndarray of float32, shape (n, 4)
        Its views; at least those of `LISTING_VIEWS`.

    Returns
    -------
    tuple of (ndarray of float32, ndarray of uint8)
        A vector a row, and the rows of `boxes` that they belong to.
    """
    rows = np.array([row for row in (0, *views.FRAMED_VIEWS) if boxes[row].any()], dtype=np.uint8)
    return descriptor.vectors(picture, boxes[rows].tolist()), rows


def _packed(detail: Grey) -> bytes:
    """Return a picture as a small JPEG file."""
    _, data = cv2.imencode(".jpg", fitted(detail, _SIDE), [cv2.IMWRITE_JPEG_QUALITY, _QUALITY])
    return data.tobytes()


def hashed(thumb: Grey, fixed: Windows, measured: Boxes) -> tuple[hashes.Hashes, Boxes]:
    """Hash the views of a picture; those without detail or extent are zeroed in both results.

    Parameters
    ----------
    thumb : ndarray of uint8, shape (256, 256)
        The picture.
    fixed : Windows
        The views that lie at the same place in every picture.
    measured : ndarray of float32, shape (m, 4)
        Where the other views lie; all zero for those that the picture does not have.

    Returns
    -------
    tuple of (ndarray of uint64, ndarray of float32), each of shape (n, 4)
        Hashes and boxes, of the fixed views first.
    """
    boxes = np.concatenate([fixed.boxes, measured])
    picture = reduced(thumb)
    spectra = fixed.spectra(picture)
    here = boxes[:, 2] > 0
    if len(there := measured[here[len(fixed.boxes) :]]):
        spectra = np.concatenate([spectra, Windows(there).spectra(picture)])
    clear = hashes.detail(spectra) >= MIN_DETAIL
    here[here] = clear
    found = np.zeros((len(boxes), hashes.WORDS), dtype=np.uint64)
    found[here] = hashes.dct_hash(spectra[clear])
    boxes[~here] = 0
    return found, boxes
