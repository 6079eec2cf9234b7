"""Reaches: how close a photo must come to a registered picture, by a model's distance, to be like it.

A model's distances mean something else for each model, each trade and each picture: a plain bag lies close to every
plain bag. So each picture is measured against innocent photos, as search engines normalise scores by a background
[1]_, and what is left is counted: which share of the innocent photos comes as close to anything registered.

References
----------
.. [1] E. Pizzi et al., "A Self-Supervised Descriptor for Image Copy Detection", CVPR 2022.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from detectors.image.describe import described_by
from detectors.image.descriptor import Descriptor, Vectors
from detectors.image.enrol import EnrolledImages
from detectors.image.innocents import shipped
from pipeline.photos import PhotoDescription


def measure_reaches(
    enrolled: EnrolledImages, descriptor: Descriptor, innocent: Sequence[PhotoDescription]
) -> EnrolledImages:
    """Set how close a photo must come to each picture, and keep how close innocent photos came.

    Parameters
    ----------
    enrolled : EnrolledImages
        With vectors.
    descriptor : Descriptor
        The model that made them.
    innocent : sequence of PhotoDescription
        The user's photos in which nothing registered may be seen, described with the model. Those that ship are kept
        in grey and small, and are shown to the model so.

    Returns
    -------
    EnrolledImages
        A picture reaches as far as the second closest innocent photo (the closest may show it), and no farther than
        the model's threshold.
    """
    bank = [*_shipped(descriptor), *(photo.vectors for photo in innocent if len(photo.vectors))]
    wanted = ~enrolled.parked
    threshold = descriptor.specification.threshold
    apart = np.array([closest(vectors, enrolled.vectors, descriptor) for vectors in bank])
    apart = apart.reshape(len(bank), len(enrolled.names))
    second = np.sort(apart, axis=0)[1] if len(bank) > 1 else np.full(len(enrolled.names), threshold)
    reaches = np.clip(second, np.finfo(np.float32).tiny, threshold).astype(np.float32)
    nearest = np.sort((apart[:, wanted] / reaches[wanted]).min(axis=1, initial=np.inf)).astype(np.float32)
    return replace(enrolled, reaches=reaches, nearest=nearest)


def closest(vectors: Vectors, pictures: NDArray[np.float32], descriptor: Descriptor) -> NDArray[np.float32]:
    """Return how close the views of a photo come to each picture or its mirror image.

    Parameters
    ----------
    vectors : ndarray of float32, shape (j, length)
        The views.
    pictures : ndarray of float32, shape (m, 2, length)
        The pictures.

    Returns
    -------
    ndarray of float32, shape (m,)
        Infinite where a vector is missing.
    """
    apart = np.full(len(pictures), np.inf, dtype=np.float32)
    for vector in vectors:
        apart = np.minimum(apart, descriptor.distances(pictures, vector).min(axis=1))
    return apart


@lru_cache(maxsize=1)
def _shipped(descriptor: Descriptor) -> tuple[Vectors, ...]:
    """Return what a model makes of the innocent photos that ship."""
    return tuple(_of_thumbs(descriptor))


def _of_thumbs(descriptor: Descriptor) -> Iterator[Vectors]:
    for photo in shipped():
        if photo.thumb and not photo.plain:
            small = cv2.imdecode(np.frombuffer(photo.thumb, dtype=np.uint8), cv2.IMREAD_COLOR)
            yield described_by(descriptor, np.asarray(small, dtype=np.uint8), photo.boxes)[0]
