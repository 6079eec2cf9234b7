"""Innocent photos: a registered picture that they show too is looked for more strictly, or not at all."""

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from detectors.image import EnrolledImages, PhotoReused, PictureFound, describe, enrol
from detectors.image.innocents import measure, read_innocents, shipped, write_innocents
from detectors.image.remarks import remarks
from pipeline.photos import PhotoDescription
from pipeline.records import AssetKind
from tests.detectors.image.pictures import Picture, asset, batch, encoded, photos, register, scene

MARK = AssetKind.FIGURATIVE_MARK


def banner() -> Picture:
    """Draw what many shops show."""
    image = Image.new("RGB", (480, 300), (20, 90, 160))
    draw = ImageDraw.Draw(image)
    for row, words in enumerate(("FREE SHIPPING", "24 HOURS", "SIZE CHART", "THANK YOU")):
        draw.text((30, 20 + row * 68), words, fill="white", font=ImageFont.load_default(46))
    return image


FILES = {"banner.png": encoded(banner(), "PNG"), "photo.png": encoded(scene(1), "PNG")}
RIGHTS = register(asset("banner", "banner.png", kind=MARK), asset("photo", "photo.png"))
ENROLLED = enrol(RIGHTS, FILES.__getitem__)


def shop(seed: int) -> Picture:
    """Return a photo with the banner across it."""
    photo = scene(seed, 640, 640)
    photo.paste(banner(), (60 + seed % 40, 200))
    return photo


def bank(*pictures: Picture) -> tuple[PhotoDescription, ...]:
    return tuple(describe(encoded(picture)) for picture in pictures)


def found(enrolled: EnrolledImages, photo: Picture) -> set[str | None]:
    seen = batch([photos(encoded(photo))])
    return {s.asset_id for kind in (PhotoReused, PictureFound) for s in kind(enrolled, RIGHTS).detect(seen)[0]}


def test_a_picture_that_floods_is_parked_and_the_others_are_still_found() -> None:
    measured = measure(ENROLLED, bank(shop(11), shop(12), scene(13)))

    assert measured.sightings.tolist() == [2, 0]
    assert measured.enrolled.parked.tolist() == [True, False]
    assert "banner" in found(ENROLLED, shop(14))
    assert "banner" not in found(measured.enrolled, shop(14))
    assert found(measured.enrolled, banner()) == set()
    assert found(measured.enrolled, scene(1)) == {"photo"}


def test_one_photo_alone_parks_nothing_for_it_may_be_a_copy() -> None:
    measured = measure(ENROLLED, bank(scene(1), scene(13), scene(14)))

    assert measured.sightings.tolist() == [0, 1]
    assert np.array_equal(measured.enrolled.thresholds, ENROLLED.thresholds)


@pytest.mark.parametrize("photos", [(), bank(scene(5))], ids=["none", "one"])
def test_few_innocent_photos_change_nothing(photos: tuple[PhotoDescription, ...]) -> None:
    assert measure(ENROLLED, photos).enrolled.digest == ENROLLED.digest


def test_the_photos_that_ship_are_described_as_photos_are_now() -> None:
    assert len(shipped()) >= 100
    assert sum(len(photo.codes) > 0 and not photo.plain for photo in shipped()) >= 0.9 * len(shipped())


def test_writing_and_reading_keep_what_is_measured() -> None:
    before = bank(shop(11), scene(13))

    after = read_innocents(write_innocents(before))

    for one, other in zip(before, after, strict=True):
        assert (one.width, one.height, one.thumb, one.plain) == (other.width, other.height, other.thumb, other.plain)
        assert all(np.array_equal(getattr(one, n), getattr(other, n)) for n in ("views", "boxes", "codes", "places"))


def test_a_user_is_told_what_cannot_be_relied_on() -> None:
    ring = Image.new("RGB", (240, 240), "white")
    ImageDraw.Draw(ring).ellipse((40, 40, 200, 200), outline="black", width=30)
    files = {**FILES, "ring.png": encoded(ring, "PNG"), "flat.png": encoded(Image.new("RGB", (99, 99)), "PNG")}
    enrolled = enrol(register(asset("all", *files, kind=MARK)), files.__getitem__)

    said = list(remarks(measure(enrolled, bank(shop(11), shop(12)))))

    assert [line.split(",")[0].rpartition(" features")[1] or line for line in said] == [
        "flat.png: cannot be used: the image has no detail, got a flat picture, expected something to recognise",
        "banner.png: seen in 2 of 2 innocent photos: parked, it will not be looked for",
        " features",
    ]
    assert said[-1].startswith("ring.png: yields ")
    assert said[-1].endswith(" features: matching will be weak")
