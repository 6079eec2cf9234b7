"""What a user should know of registered pictures before relying on them."""

from __future__ import annotations

from collections.abc import Iterator

from detectors.image.enrol import usual_thresholds
from detectors.image.innocents import Measured

FEW_FEATURES = 30
"""With fewer local features, a picture that was cut, turned or printed is seldom found."""


def remarks(measured: Measured) -> Iterator[str]:
    """Yield a sentence for each registered picture that cannot be used, is hard to find, or proves little.

    Parameters
    ----------
    measured : Measured
        The register's pictures, measured against innocent photos.
    """
    enrolled = measured.enrolled
    for refused in enrolled.refused:
        yield f"{refused.name}: cannot be used: {refused.reason}"
    usual = usual_thresholds(enrolled.printed)
    columns = (enrolled.names, enrolled.counts, measured.sightings, enrolled.parked, enrolled.thresholds, usual)
    for name, features, seen, parked, threshold, least in zip(*columns, strict=True):
        if parked:
            yield f"{name}: seen in {seen} of {measured.photos} innocent photos: parked, it will not be looked for"
        elif threshold > least:
            yield f"{name}: resembles innocent photos: looked for from a score of {threshold:.2f}, not {least:.2f}"
        if features < FEW_FEATURES:
            yield f"{name}: yields {features} features: matching will be weak"
