"""Silhouettes of logos: enrolment, search and signals."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw, ImageOps

from detectors.image import enrol
from detectors.image.hashes import ORIENTATIONS, distances, oriented
from detectors.image.shapes import Shapes, describe_shapes
from detectors.image.silhouette_detector import SilhouetteSeen
from detectors.image.silhouette_index import Resemblance, SilhouetteIndex
from detectors.image.silhouettes import MOST_BITS, Silhouettes, silhouettes_of
from pipeline.photos import Photo
from pipeline.records import AssetKind, Signal
from tests.detectors.image.marks import SIDE, mark, printed, registered
from tests.detectors.image.pictures import asset, batch, encoded, listing, photos, register, thumbnail

MARKS = range(6)
LOGO = AssetKind.FIGURATIVE_MARK


@cache
def silhouettes(seed: int) -> Silhouettes:
    return silhouettes_of(registered(mark(seed)))


@cache
def index() -> SilhouetteIndex:
    return SilhouetteIndex([silhouettes(seed) for seed in MARKS])


def shapes(photo: Image.Image) -> Shapes:
    return describe_shapes(thumbnail(photo), photo.width / photo.height)


def found(photo: Image.Image) -> dict[int, Resemblance]:
    return index().find(shapes(photo))


@pytest.mark.parametrize("turn", [-9, 0, 9])
@pytest.mark.parametrize("seed", MARKS)
def test_a_tilted_print_resembles_its_mark_and_no_other(seed: int, turn: int) -> None:
    assert list(found(printed(mark(seed), turn=turn))) == [seed]


@pytest.mark.parametrize("orientation", ORIENTATIONS, ids=lambda o: o.name)
def test_a_mirrored_or_turned_print_is_found_and_named(orientation: tuple[str, bool, bool, bool]) -> None:
    name, *_ = orientation
    logo = ImageOps.mirror(mark(1)) if "mirrored" in name else mark(1)
    degrees = next((int(word) for word in name.split() if word.isdigit()), 0)
    seen = found(printed(logo.rotate(-degrees)))

    assert ORIENTATIONS[seen[1].orientation].name == name


def test_a_ground_without_a_print_resembles_nothing() -> None:
    assert found(printed(Image.new("RGBA", (SIDE, SIDE), (0, 0, 0, 255)))) == {}


def test_a_mark_registered_on_white_paper_is_found_as_one_on_a_transparent_ground() -> None:
    sheet = Image.new("RGBA", (SIDE, SIDE), (255, 255, 255, 255))
    sheet.alpha_composite(mark(1))
    on_paper = SilhouetteIndex([silhouettes_of(registered(sheet.convert("RGB")))])

    assert list(on_paper.find(shapes(printed(mark(1))))) == [0]


def test_a_mark_is_found_without_its_light_parts() -> None:
    badge = Image.new("RGBA", (SIDE, SIDE))
    ImageDraw.Draw(badge).ellipse((4, 4, SIDE - 4, SIDE - 4), fill=(250, 240, 210, 255))
    badge.alpha_composite(mark(1))
    enrolled = SilhouetteIndex([silhouettes_of(registered(badge))])

    assert list(enrolled.find(shapes(printed(mark(1))))) == [0]


def plain(name: str) -> Image.Image:
    picture = Image.new("RGBA", (SIDE, SIDE))
    draw = ImageDraw.Draw(picture)
    if name == "disc":
        draw.ellipse((20, 20, 220, 220), fill=(0, 0, 0, 255))
    if name == "ring":
        draw.ellipse((20, 20, 220, 220), outline=(0, 0, 0, 255), width=40)
    if name == "triangle":
        draw.polygon([(120, 20), (220, 200), (20, 200)], fill=(0, 0, 0, 255))
    if name == "rounded square":
        draw.rounded_rectangle((20, 20, 220, 220), 50, fill=(0, 0, 0, 255))
    return picture


@pytest.mark.parametrize("name", ["disc", "ring", "triangle", "rounded square", "nothing"])
def test_a_plain_mark_is_refused_with_a_reason(name: str) -> None:
    refused = silhouettes_of(registered(plain(name)))

    assert len(refused) == 0
    assert refused.reason


def test_no_radius_is_larger_than_the_most() -> None:
    assert max(int(silhouettes(seed).radii.max()) for seed in MARKS) <= MOST_BITS


def by_hand(photo: Shapes, logo: Silhouettes) -> int | None:
    """Return the fewest bits by which a figure resembles a silhouette, by comparing all in the plainest way."""
    fewest = []
    for shape in range(len(photo)):
        for place, orientation in enumerate(ORIENTATIONS):
            look = oriented(photo.codes[shape : shape + 1], orientation)[0]
            proportion = float(photo.proportions[shape]) * (-1 if orientation.transposed else 1)
            for row in range(len(logo)):
                bits = int(distances(look, logo.codes[row]))
                near = bits <= (1.0 if place == 0 else 0.8) * int(logo.radii[row])
                alike = abs(proportion - float(logo.proportions[row])) <= 0.4
                same = 1 / 1.28 <= float(logo.outlines[row]) / float(photo.outlines[shape]) <= 1.28
                if near and alike and same and (place == 0 or logo.upright[row]):
                    fewest.append(bits)
    return min(fewest, default=None)


@settings(max_examples=25, derandomize=True, deadline=None)
@given(seed=st.sampled_from(MARKS), turn=st.integers(-20, 20), width=st.integers(90, 280), ground=st.integers(90, 220))
def test_the_index_finds_what_comparing_everything_finds(seed: int, turn: int, width: int, ground: int) -> None:
    photo = shapes(printed(mark(seed), turn=turn, width=width, ground=ground))
    seen = index().find(photo)

    assert {m: by_hand(photo, silhouettes(m)) for m in MARKS} == {m: seen[m].bits if m in seen else None for m in MARKS}


REGISTER = register(
    asset("first", "1.png", kind=LOGO), asset("both", "1.png", "2.png", kind=LOGO), asset("photo", "1.png")
)
SHOWN = photos(encoded(printed(mark(3))), encoded(printed(mark(1))), encoded(printed(mark(2), turn=4)))
FILES = {f"{m}.png": encoded(mark(m), "PNG") for m in (1, 2)}
DETECTOR = SilhouetteSeen(enrol(REGISTER, FILES.__getitem__), REGISTER)


def signals(*shown: Photo) -> tuple[Signal, ...]:
    return DETECTOR.detect(batch([shown]))[0]


def test_a_signal_points_to_the_photo_and_says_what_a_reviewer_can_check() -> None:
    signal = signals(*SHOWN)[0]

    assert (signal.asset_id, signal.observation) == ("first", "logo.silhouette.near")
    assert signal.reason.startswith("Photo 2 shows the silhouette of the registered logo 1.png in one colour, dark on")
    assert signal.evidence["image"] == 1
    left, top, right, bottom = signal.evidence["box"]
    assert 0.3 < left < right < 0.85
    assert 0.2 < top < bottom < 0.8


def test_only_figurative_marks_are_looked_for() -> None:
    assert {signal.asset_id for signal in signals(*SHOWN)} == {"first", "both"}


def test_detecting_a_batch_equals_comparing_each_listing_with_each_mark() -> None:
    several = [SHOWN, SHOWN[:1], SHOWN[1:], (), SHOWN[2:]]
    marks = REGISTER.rights_holders[0].assets

    slow = [tuple(s for m in marks for s in DETECTOR.compare(listing(), shown, m)) for shown in several]

    assert DETECTOR.detect(batch(several)) == slow
    assert any(slow)


def test_figures_and_silhouettes_are_kept_without_loss() -> None:
    seen, logo = shapes(printed(mark(1))), silhouettes(1)

    kept = Shapes.of(replace(SHOWN[0].description, figures=seen.figures()))
    again = Silhouettes.of(logo.rows())

    assert len(seen) > 0
    for name in ("codes", "boxes", "outlines", "proportions", "dark"):
        assert np.array_equal(getattr(kept, name), getattr(seen, name))
    for name in ("codes", "boxes", "outlines", "proportions", "radii", "upright"):
        assert np.array_equal(getattr(again, name), getattr(logo, name))


def test_an_index_of_nothing_finds_nothing() -> None:
    assert SilhouetteIndex([]).find(shapes(printed(mark(1)))) == {}
    assert index().find(describe_shapes(np.zeros((256, 256), dtype=np.uint8), 1)) == {}
