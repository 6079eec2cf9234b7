"""Enrolment: each picture once, unusable ones reported, the archive safe to read."""

from __future__ import annotations

from io import BytesIO
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from detectors.image import EnrolledImages, enrol
from pipeline.errors import InputError
from pipeline.records import AssetKind
from tests.detectors.image.pictures import asset, encoded, register, scene

FILES = {
    "a.jpg": encoded(scene(1)),
    "b.png": encoded(scene(2), "PNG"),
    "flat.png": encoded(Image.new("RGB", (200, 200), (250, 250, 250)), "PNG"),
    "page.jpg": b"<html></html>",
}


def enrolled(*names: str) -> EnrolledImages:
    return enrol(register(asset("one", *names)), FILES.__getitem__)


def read_or_fail(name: str) -> bytes:
    if name not in FILES:
        raise FileNotFoundError(name)
    return FILES[name]


ARCHIVE = enrolled("a.jpg").to_bytes()


def test_a_picture_that_two_assets_name_is_enrolled_once() -> None:
    both = register(asset("photo", "a.jpg"), asset("shape", "a.jpg", "b.png", kind=AssetKind.DESIGN))

    assert enrol(both, FILES.__getitem__).names == ("a.jpg", "b.png")


def test_unusable_pictures_are_reported_and_do_not_stop_the_others() -> None:
    result = enrol(register(asset("one", "page.jpg", "flat.png", "gone.jpg", "a.jpg")), read_or_fail)

    assert result.names == ("a.jpg",)
    assert {refused.name: refused.reason.partition(",")[0] for refused in result.refused} == {
        "flat.png": "the image has no detail",
        "gone.jpg": "gone.jpg",
        "page.jpg": "the image cannot be decoded",
    }


def test_a_register_without_pictures_enrols_nothing() -> None:
    empty = enrol(register(), FILES.__getitem__)

    assert (empty.names, len(empty.hashes)) == ((), 0)
    assert EnrolledImages.from_bytes(empty.to_bytes()).digest == empty.digest


def test_pictures_enrolled_one_by_one_are_the_same_as_together() -> None:
    names = ("b.png", "flat.png", "a.jpg")
    mark = register(asset("one", *names, kind=AssetKind.FIGURATIVE_MARK))
    apart = [enrol(register(asset("one", name, kind=AssetKind.FIGURATIVE_MARK)), FILES.__getitem__) for name in names]

    joined, together = EnrolledImages.joined(apart), enrol(mark, FILES.__getitem__)

    assert (joined.to_bytes(), joined.digest) == (together.to_bytes(), together.digest)


def test_writing_and_reading_lose_nothing() -> None:
    before = enrolled("a.jpg", "b.png", "flat.png")

    after = EnrolledImages.from_bytes(before.to_bytes())

    assert after.names == before.names
    assert after.refused == before.refused
    assert after.digest == before.digest
    for name in set(EnrolledImages.__slots__) - {"names", "refused"}:
        assert np.array_equal(getattr(after, name), getattr(before, name))


def test_the_same_pictures_are_written_alike_and_others_have_another_digest() -> None:
    assert enrolled("a.jpg").to_bytes() == enrolled("a.jpg").to_bytes()
    assert enrolled("a.jpg").digest != enrolled("b.png").digest


@settings(max_examples=100, derandomize=True, deadline=None)
@given(seed=st.integers(0, 2**32), cut=st.booleans())
def test_a_damaged_archive_is_refused_or_still_consistent(seed: int, cut: bool) -> None:
    random, data = Random(seed), bytearray(ARCHIVE)
    if cut:
        del data[random.randrange(len(data)) :]
    else:
        data[random.randrange(len(data))] ^= 1 << random.randrange(8)

    try:
        result = EnrolledImages.from_bytes(bytes(data))
    except InputError:
        return

    assert len(result.hashes) == len(result.images) == len(result.views) == len(result.boxes)


def test_an_archive_that_holds_code_or_points_outside_is_refused() -> None:
    with np.load(BytesIO(enrolled("a.jpg").to_bytes())) as archive:
        arrays = {name: archive[name] for name in archive.files}
    hostile = [
        arrays | {"hashes": np.array([print], dtype=object)},
        arrays | {"images": arrays["images"] + 1},
        arrays | {"owners": arrays["owners"] - 1},
        arrays | {"sizes": arrays["sizes"] * 0},
        arrays | {"codes": arrays["codes"][1:]},
        arrays | {"thumbs": arrays["thumbs"][:, 1:]},
        arrays | {"views": arrays["views"] - 1},
        arrays | {"boxes": arrays["boxes"].astype(np.float64)},
        arrays | {"boxes": arrays["boxes"][1:]},
        arrays | {"header": np.frombuffer(b'{"version": "enrolled-0"}', dtype=np.uint8)},
        arrays | {"header": np.frombuffer(b"[]", dtype=np.uint8)},
    ]

    for changed in hostile:
        buffer = BytesIO()
        np.savez(buffer, allow_pickle=True, **changed)
        with pytest.raises(InputError):
            EnrolledImages.from_bytes(buffer.getvalue())
