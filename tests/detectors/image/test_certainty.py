"""Certainty is a probability on one scale: it rises with what is measured and falls with the chances to err."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detectors.image import EnrolledImages, PhotoReused, PictureFound, describe, enrol
from detectors.image.certainty import LEAST, Scale, certain
from detectors.image.evidence import SCALES
from detectors.image.finding import PLAIN, PRINTED
from detectors.image.silhouette_detector import SCALE as SILHOUETTE
from pipeline.photos import Photo
from pipeline.records import Asset, AssetKind, Detector, Signal
from tests.detectors.image.pictures import Picture, asset, batch, encoded, register, scene

MEASURES = st.floats(-300, 300)
NUMBERS = st.integers(1, 10**7)
FOUND = [pytest.param(PLAIN, id="as they are"), pytest.param(PRINTED, id="printed")]
BITS = [*(pytest.param(scale, id=name) for name, scale in SCALES.items()), pytest.param(SILHOUETTE, id="silhouette")]


@settings(max_examples=300, derandomize=True, deadline=None)
@given(measure=MEASURES, more=st.floats(0, 100), chances=NUMBERS, further=NUMBERS)
def test_certainty_rises_with_the_measure_and_falls_with_the_chances(
    measure: float, more: float, chances: int, further: int
) -> None:
    scale = Scale(4.0, 2.0)
    certainty = scale.certainty(measure, chances)

    assert 0 <= certainty <= 1
    assert scale.certainty(measure + more, chances) >= certainty
    assert scale.certainty(measure, chances + further) <= certainty


def test_ten_times_the_chances_are_a_tenth_of_the_odds() -> None:
    few, many = (Scale(5.0, 1.0).certainty(1.0, chances) for chances in (100, 1_000))

    assert few / (1 - few) == pytest.approx(10 * many / (1 - many), rel=1e-3)


@pytest.mark.parametrize("scale", FOUND)
def test_a_higher_score_is_surer(scale: Scale) -> None:
    assert scale.certainty(0.0, 300) < scale.certainty(1.0, 300)


@pytest.mark.parametrize("scale", BITS)
def test_fewer_bits_that_differ_are_surer(scale: Scale) -> None:
    assert scale.certainty(40, 300) < scale.certainty(10, 300)


def test_what_is_hardly_certain_is_not_given() -> None:
    signal = seen(PictureFound, 1, scene(0).crop((10, 7, 298, 223)))
    weakest = replace(signal, strength=LEAST)

    assert certain([signal, weakest, replace(signal, strength=LEAST - 1e-6)]) == (signal, weakest)


def read(name: str) -> bytes:
    return encoded(scene(int(name.removesuffix(".png"))), "PNG")


def assets(count: int) -> tuple[Asset, ...]:
    return tuple(asset(f"asset-{i}", f"{i}.png", kind=AssetKind.PRODUCT_PHOTO) for i in range(count))


def seen(kind: type[PhotoReused | PictureFound], count: int, *pictures: Picture) -> Signal:
    """Return what is seen of the first of some registered pictures in a listing."""
    enrolled: EnrolledImages = enrol(register(*assets(count)), read)
    detector: Detector = kind(enrolled, register(*assets(count)))
    described = [describe(encoded(picture)) for picture in pictures]
    photos = tuple(Photo(index=i, name=f"{i}", description=one) for i, one in enumerate(described))
    (signal,) = detector.detect(batch([photos]))[0]
    return signal


@pytest.mark.parametrize("kind", [PhotoReused, PictureFound])
def test_chances_are_registered_pictures_times_photos(kind: type[PhotoReused | PictureFound]) -> None:
    cut = scene(0).crop((10, 7, 298, 223))

    one, several, listing = seen(kind, 1, cut), seen(kind, 3, cut), seen(kind, 3, cut, scene(100))

    assert [signal.evidence["chances"] for signal in (one, several, listing)] == [1, 3, 6]
    assert one.strength > several.strength > listing.strength
