"""PhotoReused: copies are seen and explained, other pictures are not, and the fast path equals the definition."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import replace

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw, ImageOps

from detectors.image import PhotoReused, describe, enrol
from detectors.image.evidence import SCALES
from detectors.image.search import SCAN_LIMIT
from pipeline.photos import Photo
from pipeline.records import AssetKind, Register, RightsHolder, Signal
from tests.detectors.image.pictures import Picture, asset, batch, encoded, listing, photos, register, scene

KINDS = (AssetKind.PRODUCT_PHOTO, AssetKind.COPYRIGHT_WORK, AssetKind.DESIGN, AssetKind.FIGURATIVE_MARK)
ASSETS = tuple(asset(f"asset-{i}", f"photos/{i}.png", kind=KINDS[i % 4]) for i in range(8))
REGISTER = register(*ASSETS)
PHOTO = ASSETS[0]


def read(name: str) -> bytes:
    return encoded(scene(int(name.removeprefix("photos/").removesuffix(".png"))), "PNG")


ENROLLED = enrol(REGISTER, read)
DETECTORS = {limit: PhotoReused(ENROLLED, REGISTER, scan_limit=limit) for limit in (0, SCAN_LIMIT)}


@pytest.fixture
def detector() -> PhotoReused:
    return DETECTORS[SCAN_LIMIT]


def seen(detector: PhotoReused, *files: bytes) -> tuple[Signal, ...]:
    return detector.detect(batch([photos(*files)]))[0]


def collage(photo: Picture) -> Picture:
    sheet = Image.new("RGB", (640, 480), (255, 255, 255))
    for place, picture in enumerate((scene(90), photo, scene(91), scene(92))):
        sheet.paste(picture, ((place % 2) * 320, (place // 2) * 240))
    return sheet


def bannered(photo: Picture) -> Picture:
    photo = photo.copy()
    ImageDraw.Draw(photo).rectangle((0, 208, 320, 240), fill=(250, 220, 0))
    return photo


CHANGES: list[tuple[str, Callable[[Picture], Picture], str, str]] = [
    ("recompressed", lambda p: p, "photo.copy.near", "Photo 1 is a copy of the registered photo photos/0.png ("),
    ("half size", lambda p: p.resize((160, 120)), "photo.copy.near", "Photo 1 is a copy of the registered photo"),
    ("grey", lambda p: p.convert("L"), "photo.copy.near", "Photo 1 is a copy of the registered photo"),
    ("mirrored", ImageOps.mirror, "photo.copy.near", "Photo 1 is a mirrored copy of the registered photo"),
    ("on its side", lambda p: p.rotate(-90, expand=True), "photo.copy.near", "Photo 1 is a copy (rotated 90) of the"),
    ("upside down", lambda p: p.rotate(180), "photo.copy.near", "Photo 1 is a copy (rotated 180) of the"),
    ("in negative", ImageOps.invert, "photo.copy.near", "Photo 1 is a copy (in negative) of the registered photo"),
    (
        "a mirrored negative",
        lambda p: ImageOps.invert(ImageOps.mirror(p)),
        "photo.copy.near",
        "Photo 1 is a copy (in negative and mirrored) of the registered photo",
    ),
    ("framed", lambda p: ImageOps.expand(p, 20, "navy"), "photo.copy", "Photo 1 is a copy of the registered photo"),
    ("bannered", bannered, "photo.copy", "Photo 1 is a copy of the registered photo"),
    ("cut", lambda p: p.crop((10, 7, 298, 223)), "photo.part", "Photo 1 is a copy of part of the registered photo"),
    ("tiled", collage, "photo.part.near", "Part of photo 1 (top right quarter) is a copy of the registered photo"),
    ("mirrored tile", lambda p: collage(ImageOps.mirror(p)), "photo.part.near", "Part of photo 1 (top right quarter)"),
]


@pytest.mark.parametrize(("change", "observation", "reason"), [pytest.param(*case[1:], id=case[0]) for case in CHANGES])
def test_a_changed_copy_is_seen_and_explained(
    detector: PhotoReused, change: Callable[[Picture], Picture], observation: str, reason: str
) -> None:
    signals = seen(detector, encoded(change(scene(0)), quality=60))

    assert [signal.asset_id for signal in signals] == [PHOTO.id]
    assert signals[0].observation.startswith(observation)
    assert signals[0].reason.startswith(reason)
    assert signals[0].observation in detector.observations


@pytest.mark.parametrize(
    ("kind", "what"), [*zip(KINDS, ("photo", "artwork", "design", "logo"), strict=True)], ids=[*map(str, KINDS)]
)
def test_the_observation_names_the_kind_of_asset(detector: PhotoReused, kind: AssetKind, what: str) -> None:
    number = KINDS.index(kind)

    assert [s.observation for s in seen(detector, encoded(scene(number)))] == [f"{what}.copy.near"]


def test_other_pictures_are_not_seen(detector: PhotoReused) -> None:
    others = batch([photos(encoded(scene(seed))) for seed in range(100, 160)])

    assert detector.detect(others) == [()] * 60


def test_a_picture_without_detail_is_never_seen() -> None:
    flat = encoded(Image.new("RGB", (300, 300), (250, 250, 250)))
    dot = Image.new("RGB", (300, 300), (250, 250, 250))

    assert describe(flat).plain
    assert describe(flat).views.shape == (0, 4)
    assert not describe(encoded(scene(0))).plain
    assert describe(encoded(ImageOps.expand(dot, 1, (249, 249, 249)))).plain


def test_the_evidence_points_to_both_pictures(detector: PhotoReused) -> None:
    (signal,) = seen(detector, encoded(scene(300)), encoded(collage(ImageOps.mirror(scene(0)))))

    assert orjson.loads(orjson.dumps(signal.evidence)) == {
        "kind": "image",
        "image": 1,
        "also_in": [],
        "name": "images/1.jpg",
        "box": [0.5, 0.0, 1.0, 0.5],
        "view": "top right quarter",
        "asset_image": "photos/0.png",
        "asset_box": [0.0, 0.0, 1.0, 1.0],
        "asset_view": "the whole picture",
        "orientation": "mirrored",
        "distance_bits": signal.evidence["distance_bits"],
        "of_bits": 256,
        "identical_file": False,
        "phash_distance_bits": signal.evidence["phash_distance_bits"],
        "chances": 16,
        "recoloured": False,
        "colour_distance": 0.0,
    }
    assert signal.strength == SCALES["part"].certainty(signal.evidence["distance_bits"], 16)


def test_all_photos_that_show_an_asset_are_named(detector: PhotoReused) -> None:
    (signal,) = seen(detector, encoded(collage(scene(0))), encoded(scene(300)), encoded(scene(0)), encoded(scene(0)))

    assert (signal.evidence["image"], signal.evidence["also_in"]) == (2, [0, 3])
    assert signal.reason.endswith("bits differ); also in photos 1, 4")


def test_the_very_file_that_is_registered_is_said_to_be_so() -> None:
    file = encoded(scene(0))
    rights = replace(register(PHOTO), image_digests={PHOTO.images[0]: hashlib.sha256(file).hexdigest()})
    detector = PhotoReused(enrol(rights, lambda _: file), rights)

    same, other = (seen(detector, data)[0] for data in (file, encoded(scene(0), quality=50)))

    assert (same.evidence["identical_file"], other.evidence["identical_file"]) == (True, False)
    assert "bits differ), and the very same file" in same.reason
    assert "file" not in other.reason


def test_the_best_of_several_photos_is_reported(detector: PhotoReused) -> None:
    poor, good = encoded(scene(0).crop((6, 6, 320, 240))), encoded(scene(0), "PNG")

    (signal,) = seen(detector, poor, good, good)

    assert signal.evidence["image"] == 1
    assert signal.evidence["distance_bits"] == 0


def test_a_picture_registered_twice_signals_for_both_assets_and_holders() -> None:
    shared = asset("shape", "photos/0.png", kind=AssetKind.DESIGN)
    holders = tuple(RightsHolder(id=name, name=name, assets=(PHOTO, shared)) for name in ("one", "two"))
    both = Register(version=1, rights_holders=holders, digest="")

    signals = seen(PhotoReused(enrol(both, read), both), encoded(scene(0)))

    assert [(s.rights_holder_id, s.asset_id, s.observation) for s in signals] == [
        (holder, identity, observation)
        for holder in ("one", "two")
        for identity, observation in ((PHOTO.id, "photo.copy.near"), ("shape", "design.copy.near"))
    ]


def test_word_marks_and_empty_registers_and_listings_without_photos_give_nothing() -> None:
    empty = register(asset("word", kind=AssetKind.WORD_MARK))
    detector = PhotoReused(enrol(empty, read), empty)

    assert detector.detect(batch([photos(encoded(scene(0))), ()])) == [(), ()]
    assert detector.detect(batch([])) == []
    assert detector.compare(listing(), (), PHOTO) == ()


def test_a_transparent_logo_is_seen_on_white_and_on_black() -> None:
    mark = Image.new("RGBA", (240, 240))
    draw = ImageDraw.Draw(mark)
    for left, top, size in ((20, 30, 90), (130, 20, 60), (60, 140, 70), (150, 120, 80)):
        draw.ellipse((left, top, left + size, top + size), outline=(120, 90, 200, 255), width=12)
    one = register(asset("logo", "logo.png", kind=AssetKind.FIGURATIVE_MARK))
    detector = PhotoReused(enrol(one, lambda _: encoded(mark, "PNG")), one)

    for ground in ("white", "black"):
        shown = Image.new("RGB", mark.size, ground)
        shown.paste(mark, (0, 0), mark)
        assert [signal.asset_id for signal in seen(detector, encoded(shown))] == ["logo"]


ATTACKS: list[Callable[[Picture], Picture]] = [change for _, change, _, _ in CHANGES]
ATTACKS += [lambda p: p.rotate(2), lambda p: p.crop((0, 0, 300, 220))]


COPIES = [encoded(change(scene(number))) for change in ATTACKS for number in (0, 1, 6)]
POOL = [describe(data) for data in [*COPIES, *(encoded(scene(seed)) for seed in (2, 3, 200, 201))]]


@pytest.mark.parametrize("limit", [0, SCAN_LIMIT], ids=["tables", "scan"])
@settings(max_examples=40, derandomize=True, deadline=None)
@given(data=st.data())
def test_detect_gives_exactly_what_compare_gives(limit: int, data: st.DataObject) -> None:
    detector = DETECTORS[limit]
    chosen = data.draw(st.lists(st.lists(st.sampled_from(POOL), max_size=3), max_size=4))
    described = batch(
        [tuple(Photo(index=i, name="x", description=one) for i, one in enumerate(several)) for several in chosen]
    )

    expected = [
        tuple(signal for one in ASSETS for signal in detector.compare(row, its_photos, one))
        for row, its_photos in zip(described.listings, described.photos, strict=True)
    ]

    assert detector.detect(described) == expected
