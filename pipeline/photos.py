"""Photos, as the pipeline keeps them: never their bytes, only what the image detectors made of these."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

FIGURE = np.dtype([("code", "<u8", 4), ("box", "<f4", 4), ("outline", "<f4"), ("proportion", "<f4"), ("dark", "?")])
"""A figure: its 256-bit code, box, length of outline, log of its proportion, and whether it is dark on light."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PhotoDescription:
    """What the image detector keeps of one photo, so that its bytes are never needed again.

    Attributes
    ----------
    digest : str
        SHA-256 of the file's bytes.
    width, height, phash : int
        Pixels, after EXIF orientation; 64-bit DCT hash of the whole photo (imagehash.phash).
    plain : bool
        Without detail (flat, or nearly): never compared with anything.
    views, boxes : ndarray of uint64 and of float32, shape (n, 4)
        256-bit hashes of the photo's views, most significant word first, and where each view lies: left, top, right,
        bottom as shares of width and height. None for a plain photo.
    codes, places : ndarray of uint64, shape (m, 2), and of uint16, shape (m, 4)
        Local features: what each looks like, and where it lies (`detectors.image.features`).
    thumb : bytes
        The photo in grey, small, as a JPEG file; empty without local features.
    figures : ndarray of FIGURE, shape (k,)
        What stands out in one tone.
    chroma : ndarray of uint8, shape (256, 2)
        Mean colour differences (Cb, Cr) of 16 x 16 parts of the photo, row by row.
    vectors, seen_in : ndarray of float32, shape (j, length), and of uint8, shape (j,)
        What the user's own model made of some views, and which rows of `boxes` these are; none without a model.
    """

    digest: str
    width: int
    height: int
    plain: bool
    phash: int
    views: NDArray[np.uint64]
    boxes: NDArray[np.float32]
    codes: NDArray[np.uint64] = field(default_factory=lambda: np.zeros((0, 2), dtype=np.uint64))
    places: NDArray[np.uint16] = field(default_factory=lambda: np.zeros((0, 4), dtype=np.uint16))
    thumb: bytes = b""
    figures: NDArray[np.void] = field(default_factory=lambda: np.zeros(0, dtype=FIGURE))
    chroma: NDArray[np.uint8] = field(default_factory=lambda: np.zeros((0, 2), dtype=np.uint8))
    vectors: NDArray[np.float32] = field(default_factory=lambda: np.zeros((0, 0), dtype=np.float32))
    seen_in: NDArray[np.uint8] = field(default_factory=lambda: np.zeros(0, dtype=np.uint8))


@dataclass(frozen=True, slots=True, kw_only=True)
class PhotoWord:
    """A word read in a photo.

    Attributes
    ----------
    text : str
        As read.
    line : tuple of int
        Words of one line have this in common.
    box : tuple of float
        Left, top, right, bottom as shares of width and height.
    certainty : float
        0 to 1, the reader's own measure.
    """

    text: str
    line: tuple[int, ...]
    box: tuple[float, float, float, float]
    certainty: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Photo:
    """A usable image of a listing: its place in `Listing.images`, the name as given, its description, words read."""

    index: int
    name: str
    description: PhotoDescription
    words: tuple[PhotoWord, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class BenignPhoto:
    """A photo that proves nothing against its seller.

    Attributes
    ----------
    rights_holder_id : str
        Whose assets it does not show; one holder's word does not bind another.
    photo : str
        SHA-256 of the file's bytes.
    describer, whole : str
        The 256-bit hash of the whole photo in hexadecimal, and the version of the describer that made it.
    reason : str
        What it is, in a person's words.
    added_at : datetime
        When it was confirmed.
    """

    rights_holder_id: str
    photo: str
    describer: str
    whole: str
    reason: str
    added_at: datetime
