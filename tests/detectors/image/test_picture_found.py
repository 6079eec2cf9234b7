"""PictureFound: registered pictures are seen wherever they lie, others are not, and the index equals the definition."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from random import Random

import numpy as np
import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw, ImageOps

from detectors.image import EnrolledImages, PictureFound, describe, enrol
from detectors.image.feature_index import FeatureIndex
from detectors.image.sightings import Sighting, sightings
from pipeline.photos import Photo, PhotoDescription
from pipeline.records import AssetKind, Signal
from tests.detectors.image.pictures import Picture, asset, batch, encoded, listing, photos, register, scene

KINDS = (AssetKind.PRODUCT_PHOTO, AssetKind.COPYRIGHT_WORK, AssetKind.DESIGN, AssetKind.FIGURATIVE_MARK)
ASSETS = tuple(asset(f"asset-{i}", f"photos/{i}.png", kind=KINDS[i % 4]) for i in range(8))
REGISTER = register(*ASSETS)


def read(name: str) -> bytes:
    return encoded(scene(int(name.removeprefix("photos/").removesuffix(".png"))), "PNG")


ENROLLED = enrol(REGISTER, read)
DETECTOR = PictureFound(ENROLLED, REGISTER)


def seen(*files: bytes, detector: PictureFound = DETECTOR) -> tuple[Signal, ...]:
    return detector.detect(batch([photos(*files)]))[0]


def collage(photo: Picture) -> Picture:
    sheet = Image.new("RGB", (960, 720), "white")
    for place in range(9):
        sheet.paste(photo if place == 5 else scene(90 + place), (place % 3 * 320, place // 3 * 240))
    return sheet


def inset(photo: Picture) -> Picture:
    sheet = scene(95, 800, 600)
    sheet.paste(photo.resize((280, 210)), (480, 330))
    return sheet


def turned(photo: Picture) -> Picture:
    return photo.rotate(-12, expand=True, fillcolor="white")


def before_another_background(photo: Picture) -> Picture:
    mask = Image.new("L", photo.size)
    ImageDraw.Draw(mask).ellipse((30, 10, 300, 230), fill=255)
    return Image.composite(photo, scene(96), mask)


CHANGES: list[tuple[str, Callable[[Picture], Picture], str, str]] = [
    ("recompressed", lambda p: p, "photo.found.clear", "Photo 1 shows the registered photo photos/0.png ("),
    ("cut", lambda p: p.crop((60, 40, 300, 220)), "photo.found", "Photo 1 shows the registered photo"),
    ("cut small", lambda p: p.crop((100, 60, 240, 200)), "photo.element", "Photo 1 shows an element of the registered"),
    ("turned", turned, "photo.found.clear", "Photo 1 shows the registered photo photos/0.png, turned by 12° ("),
    ("mirrored", ImageOps.mirror, "photo.found.clear", "Photo 1 shows the registered photo photos/0.png, mirrored ("),
    ("tiled", collage, "photo.found", "Photo 1 shows the registered photo photos/0.png ("),
    ("inset", inset, "photo.found", "Photo 1 shows the registered photo photos/0.png ("),
    ("cut out", before_another_background, "photo", "Photo 1 shows"),
]


@pytest.mark.parametrize(("change", "observation", "reason"), [pytest.param(*case[1:], id=case[0]) for case in CHANGES])
def test_a_changed_copy_is_seen_and_explained(
    change: Callable[[Picture], Picture], observation: str, reason: str
) -> None:
    signals = seen(encoded(change(scene(0)), quality=70))

    assert [signal.asset_id for signal in signals] == ["asset-0"]
    assert signals[0].observation.startswith(observation)
    assert signals[0].reason.startswith(reason)
    assert signals[0].observation in DETECTOR.observations


@pytest.mark.parametrize(
    ("kind", "what"), [*zip(KINDS, ("photo", "artwork", "design", "logo"), strict=True)], ids=[*map(str, KINDS)]
)
def test_the_observation_names_the_kind_of_asset(kind: AssetKind, what: str) -> None:
    assert [s.observation for s in seen(encoded(scene(KINDS.index(kind))))] == [f"{what}.found.clear"]


def test_other_pictures_are_not_seen() -> None:
    others = batch([photos(encoded(scene(seed))) for seed in range(100, 140)])

    assert DETECTOR.detect(others) == [()] * 40


def test_the_evidence_points_to_both_pictures() -> None:
    sheet = Image.new("RGB", (800, 600), "white")
    sheet.paste(ImageOps.mirror(scene(0)), (400, 300))

    (signal,) = seen(encoded(scene(300)), encoded(sheet))
    evidence = orjson.loads(orjson.dumps(signal.evidence))

    assert (evidence["kind"], evidence["image"], evidence["name"]) == ("image", 1, "images/1.jpg")
    assert evidence["asset_image"] == "photos/0.png"
    assert evidence["mirrored"] is True
    assert evidence["rotation_degrees"] == pytest.approx(0, abs=1)
    assert evidence["scale"] == pytest.approx(0.4, abs=0.01)
    assert evidence["box"] == pytest.approx([0.5, 0.5, 0.9, 0.9], abs=0.02)
    assert evidence["corners"][0] == pytest.approx([0.9, 0.5], abs=0.02)
    assert evidence["agreeing_blocks"] <= evidence["visible_blocks"] <= 64
    assert evidence["share_of_asset"] > 0.8
    assert 0 < signal.strength < 1


def mark() -> Picture:
    """Return a made-up mark: dark strokes on white."""
    random = Random(7)
    picture = Image.new("RGB", (300, 300), "white")
    draw = ImageDraw.Draw(picture)
    for _ in range(9):
        points = [(random.randrange(20, 280), random.randrange(20, 280)) for _ in range(3)]
        draw.line(points, fill=(30, 40, 90), width=random.randrange(8, 22), joint="curve")
    return picture


@pytest.mark.parametrize(("ink", "goods"), [("black", 200), ("white", 60)], ids=["dark on light", "light on dark"])
def test_a_mark_printed_on_goods_is_seen(ink: str, goods: int) -> None:
    one = register(asset("logo", "logo.png", kind=AssetKind.FIGURATIVE_MARK))
    detector = PictureFound(enrol(one, lambda _: encoded(mark(), "PNG")), one)
    shirt = Image.fromarray(np.random.default_rng(1).normal(goods, 4, (500, 400)).clip(0, 255).astype(np.uint8))
    shirt = shirt.convert("RGB")
    stencil = ImageOps.invert(mark().convert("L")).point(lambda level: 255 * (level > 100)).resize((120, 120))
    shirt.paste(Image.new("RGB", (120, 120), ink), (140, 150), stencil.rotate(8))

    signals = seen(encoded(shirt), detector=detector)

    assert [signal.asset_id for signal in signals] == ["logo"]
    assert signals[0].evidence["box"] == pytest.approx([0.35, 0.3, 0.65, 0.54], abs=0.06)


def best_of_asset_1(photo: PhotoDescription, *, printed: bool) -> Sighting | None:
    """Return how picture 1 is seen if goods may bear what is registered, or may not."""
    one = replace(ENROLLED, printed=np.full(len(ENROLLED.names), printed))
    found = sightings(photo, one, FeatureIndex(one.codes).meet)
    return max((s for s in found if s.image == 1), key=lambda sighting: sighting.score, default=None)


def test_features_of_prints_may_differ_more_than_those_of_copies() -> None:
    photo = describe(encoded(scene(1), "PNG"))
    unlike = replace(photo, codes=photo.codes ^ np.array([0, 2**22 - 1], dtype=np.uint64))

    assert best_of_asset_1(unlike, printed=False) is None
    assert best_of_asset_1(unlike, printed=True) is not None


def test_a_print_of_which_few_features_are_left_is_seen_where_its_blocks_agree() -> None:
    photo = describe(encoded(scene(1), "PNG"))
    few = np.arange(0, len(photo.codes), len(photo.codes) // 6)
    beside = photo.places[few] - np.array([1_600, 1_600, 0, 0], dtype=np.uint16)
    moved = replace(photo, codes=photo.codes[few], places=beside)

    copy, print_ = best_of_asset_1(moved, printed=False), best_of_asset_1(moved, printed=True)

    assert copy is not None
    assert print_ is not None
    assert len(print_.alignment.pairs) == len(copy.alignment.pairs) < 12
    assert print_.agreement.agreeing > copy.agreement.agreeing
    assert print_.score > copy.score


def test_the_best_of_several_photos_is_reported() -> None:
    poor, good = encoded(scene(0).crop((60, 40, 300, 220))), encoded(scene(0), "PNG")

    (signal,) = seen(poor, good, encoded(scene(300)), good)

    assert (signal.evidence["image"], signal.evidence["also_in"]) == (1, [0, 3])
    assert signal.reason.endswith("; also in photos 1, 4")


def test_word_marks_and_empty_registers_and_plain_photos_give_nothing() -> None:
    empty = register(asset("word", kind=AssetKind.WORD_MARK))
    detector = PictureFound(enrol(empty, read), empty)
    flat = encoded(Image.new("RGB", (300, 300), "white"))

    assert detector.detect(batch([photos(encoded(scene(0))), ()])) == [(), ()]
    assert detector.compare(listing(), (), ASSETS[0]) == ()
    assert DETECTOR.detect(batch([photos(flat), ()])) == [(), ()]


def test_a_higher_threshold_of_a_picture_silences_it_alone() -> None:
    thresholds = ENROLLED.thresholds.copy()
    thresholds[ENROLLED.names.index("photos/0.png")] = 100
    arrays = {name: getattr(ENROLLED, name) for name in EnrolledImages.__slots__}
    deaf = PictureFound(EnrolledImages(**arrays | {"thresholds": thresholds}), REGISTER)

    files = [encoded(scene(0)), encoded(scene(1))]

    assert [s.asset_id for s in seen(*files)] == ["asset-0", "asset-1"]
    assert [s.asset_id for s in seen(*files, detector=deaf)] == ["asset-1"]


POOL = [describe(encoded(change(scene(number)))) for _, change, _, _ in CHANGES for number in (0, 1, 6)]
POOL += [describe(encoded(scene(seed))) for seed in (2, 3, 200, 201)]


@settings(max_examples=12, derandomize=True, deadline=None)
@given(data=st.data())
def test_detect_gives_exactly_what_compare_gives(data: st.DataObject) -> None:
    chosen = data.draw(st.lists(st.lists(st.sampled_from(POOL), max_size=2), max_size=3))
    described = batch(
        [tuple(Photo(index=i, name="x", description=one) for i, one in enumerate(several)) for several in chosen]
    )

    expected = [
        tuple(signal for one in ASSETS for signal in DETECTOR.compare(row, its_photos, one))
        for row, its_photos in zip(described.listings, described.photos, strict=True)
    ]

    assert DETECTOR.detect(described) == expected


def test_what_is_seen_in_a_listing_does_not_depend_on_its_batch() -> None:
    rows = [(Photo(index=0, name="x", description=one),) for one in POOL]

    together = DETECTOR.detect(batch(rows))

    assert together == [DETECTOR.detect(batch([row]))[0] for row in rows]
    assert together == DETECTOR.detect(batch(rows[::-1]))[::-1]
