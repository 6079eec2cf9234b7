"""PictureAlike: what a model of the user's puts close to a registered picture, measured against innocent photos."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PIL import Image, ImageOps

from detectors.image import EnrolledImages
from detectors.image.alike import PictureAlike
from detectors.image.descriptor import Descriptor, load_descriptor
from detectors.image.reaches import closest
from detectors.kit import DetectorKit
from pipeline.photos import Photo
from pipeline.records import AssetKind, Signal
from tests.detectors.image.models import write_model
from tests.detectors.image.pictures import Picture, asset, batch, encoded, listing, register, scene

FILES = {f"{seed}.png": encoded(scene(seed), "PNG") for seed in (1, 2, 3)}
RIGHTS = register(asset("photo", "1.png"), asset("art", "2.png", kind=AssetKind.COPYRIGHT_WORK), asset("two", "3.png"))


@pytest.fixture(scope="module")
def descriptor(tmp_path_factory: pytest.TempPathFactory) -> Descriptor:
    return load_descriptor(write_model(tmp_path_factory.mktemp("model")))


@pytest.fixture(scope="module")
def kit(descriptor: Descriptor) -> DetectorKit:
    return DetectorKit(descriptor=descriptor)


@pytest.fixture(scope="module")
def enrolled(kit: DetectorKit) -> EnrolledImages:
    """Enrol the register and measure it against the photos that ship."""
    document = kit.join([kit.enrol(RIGHTS, FILES.__getitem__)], ())
    return EnrolledImages.from_bytes(document)


def taken(kit: DetectorKit, *pictures: Picture) -> tuple[Photo, ...]:
    return tuple(Photo(index=i, name=str(i), description=kit.describe(encoded(p))) for i, p in enumerate(pictures))


def seen(kit: DetectorKit, enrolled: EnrolledImages, *pictures: Picture) -> tuple[Signal, ...]:
    """Return the signals of one listing with these photos."""
    detector = PictureAlike(enrolled, RIGHTS, kit.descriptor)
    return detector.detect(batch([taken(kit, *pictures)]))[0]


def collage() -> Picture:
    sheet = Image.new("RGB", (480, 700), "white")
    sheet.paste(scene(1).resize((440, 320)), (20, 20))
    sheet.paste(scene(9, 440, 320), (20, 360))
    return sheet


@pytest.mark.parametrize(
    ("picture", "mirrored", "whole"),
    [(scene(1), False, True), (ImageOps.mirror(scene(1)), True, True), (collage(), False, False)],
    ids=["a copy", "mirrored", "in a collage"],
)
def test_a_registered_picture_is_found(
    kit: DetectorKit, enrolled: EnrolledImages, picture: Picture, mirrored: bool, whole: bool
) -> None:
    (signal,) = seen(kit, enrolled, scene(20), picture)

    evidence = signal.evidence
    assert (signal.asset_id, signal.observation) == ("photo", "photo.alike")
    assert (evidence["image"], evidence["mirrored"], evidence["view"] == "the whole photo") == (1, mirrored, whole)
    assert evidence["distance"] < evidence["reach"]
    assert 0.5 < signal.strength < 1
    assert signal.reason.startswith("Photo 2" if whole else "Part of photo 2")


def test_other_photos_are_not_alike(kit: DetectorKit, enrolled: EnrolledImages) -> None:
    assert seen(kit, enrolled, *(scene(seed) for seed in range(30, 40))) == ()


def test_a_copy_means_less_in_a_listing_of_many_photos(kit: DetectorKit, enrolled: EnrolledImages) -> None:
    alone, among = (seen(kit, enrolled, scene(1), *map(scene, others))[0] for others in ((), range(30, 36)))

    assert alone.strength > among.strength


def test_pictures_that_innocent_photos_resemble_reach_less_far(kit: DetectorKit, enrolled: EnrolledImages) -> None:
    blurred = [photo.description for photo in taken(kit, *(scene(1).reduce(n) for n in (2, 3, 4)))]
    document = kit.join(
        [kit.enrol(RIGHTS, FILES.__getitem__)],
        [replace(p, views=p.views[:0], codes=p.codes[:0], places=p.places[:0], boxes=p.boxes[:0]) for p in blurred],
    )
    strict = EnrolledImages.from_bytes(document)

    assert strict.reaches[0] < 0.2 * enrolled.reaches[0]
    assert np.array_equal(strict.reaches[1:], enrolled.reaches[1:])


def test_looking_at_everything_equals_comparing_one_by_one(kit: DetectorKit, enrolled: EnrolledImages) -> None:
    detector = PictureAlike(enrolled, RIGHTS, kit.descriptor)
    photos = taken(kit, collage(), scene(2), scene(40))

    one_by_one = tuple(s for a in RIGHTS.rights_holders[0].assets for s in detector.compare(listing(), photos, a))
    assert detector.detect(batch([photos]))[0] == one_by_one
    assert {signal.asset_id for signal in one_by_one} == {"photo", "art"}


def test_the_closest_of_many_are_those_of_each_alone(descriptor: Descriptor, enrolled: EnrolledImages) -> None:
    random = np.random.default_rng(1)
    vectors = random.normal(size=(4, descriptor.length)).astype(np.float32)
    pictures = random.normal(size=(50, 2, descriptor.length)).astype(np.float32)

    alone = [closest(vectors, picture[None], descriptor)[0] for picture in pictures]
    assert closest(vectors, pictures, descriptor).tolist() == alone


def test_a_parked_picture_is_not_looked_for(kit: DetectorKit, enrolled: EnrolledImages) -> None:
    parked = replace(enrolled, thresholds=np.full(3, np.inf, dtype=np.float32))

    assert seen(kit, parked, scene(1)) == ()


def test_without_a_model_nothing_is_asked_and_nothing_is_kept() -> None:
    plain = DetectorKit()
    photo = plain.describe(encoded(scene(1)))
    enrolled = EnrolledImages.from_bytes(plain.enrol(RIGHTS, FILES.__getitem__))

    assert "picture_alike" not in plain.detectors
    assert (len(photo.vectors), len(photo.seen_in), enrolled.vectors.shape) == (0, 0, (3, 2, 0))


def test_a_model_enters_the_versions(kit: DetectorKit) -> None:
    plain = DetectorKit()

    assert "picture_alike" in kit.detectors
    assert (kit.describer, kit.enroller) != (plain.describer, plain.enroller)
    assert kit.describer.startswith(plain.describer)


def test_images_are_joined_whether_or_not_one_is_refused(kit: DetectorKit) -> None:
    flat = {"flat.png": encoded(Image.new("RGB", (64, 64)), "PNG"), **FILES}
    parts = [kit.enrol(register(asset("a", name)), flat.__getitem__) for name in flat]

    joined = EnrolledImages.joined(map(EnrolledImages.from_bytes, parts))
    assert joined.vectors.shape == (3, 2, kit.descriptor.length if kit.descriptor else 0)
