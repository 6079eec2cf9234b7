"""Shelves keep descriptions of photos as they were."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from pipeline.photos import PhotoDescription
from pipeline.stages.contents import Content, FoundPhoto, Refusal, read_shelf, read_shelves, write_shelf
from pipeline.store.lake import Lake
from tests.detectors.image.pictures import listing

RANDOM = np.random.default_rng(3)


def description(digest: str, views: int, features: int) -> PhotoDescription:
    return PhotoDescription(
        digest=digest,
        width=40,
        height=30,
        plain=views == 0,
        phash=2**63 + 5,
        views=RANDOM.integers(0, 2**64, (views, 4), dtype=np.uint64),
        boxes=RANDOM.random((views, 4), dtype=np.float32),
        codes=RANDOM.integers(0, 2**64, (features, 2), dtype=np.uint64),
        places=RANDOM.integers(0, 2**16, (features, 4), dtype=np.uint16),
        thumb=bytes(range(features)),
        chroma=RANDOM.integers(0, 2**8, (256, 2), dtype=np.uint8),
        vectors=RANDOM.random((views // 10, 8 * bool(views)), dtype=np.float32),
        seen_in=np.arange(views // 10, dtype=np.uint8),
    )


@pytest.mark.parametrize(
    ("views", "features"), [pytest.param(20, 200, id="a photo"), pytest.param(0, 0, id="a plain one")]
)
def test_a_description_is_read_as_it_was_written(tmp_path: Path, views: int, features: int) -> None:
    before = description("d1", views, features)
    lake = Lake(tmp_path)
    write_shelf(lake, "shelf", {"d1": before, "d2": Refusal(reason="broken", expected="a picture")})
    content = Content(listing=listing(), photos=(FoundPhoto(name="a", digest="d1"), FoundPhoto(name="b", digest="d2")))

    after = read_shelves(lake, ["shelf"], [content])

    assert after["d2"] == Refusal(reason="broken", expected="a picture")
    seen = after["d1"]
    assert isinstance(seen, PhotoDescription)
    for name in PhotoDescription.__slots__:
        assert np.array_equal(getattr(seen, name), getattr(before, name)), name
        assert type(getattr(seen, name)) is type(getattr(before, name)), name
        if isinstance(getattr(before, name), np.ndarray):
            assert getattr(seen, name).dtype == getattr(before, name).dtype, name


def test_shelves_from_before_there_were_models_are_read(tmp_path: Path) -> None:
    lake = Lake(tmp_path)
    write_shelf(lake, "shelf", {"d1": description("d1", 20, 1)})
    lake.write("photos", "old", lake.read("photos", "shelf").drop_columns(["vectors", "seen_in"]))

    seen = read_shelf(lake, "old")["d1"]
    assert isinstance(seen, PhotoDescription)
    assert (len(seen.views), len(seen.vectors), len(seen.seen_in)) == (20, 0, 0)


def test_photos_of_other_listings_are_not_read(tmp_path: Path) -> None:
    lake = Lake(tmp_path)
    write_shelf(lake, "shelf", {"d1": description("d1", 1, 1), "d3": description("d3", 1, 1)})
    content = Content(listing=listing(), photos=(FoundPhoto(name="a", digest="d3"),))

    assert list(read_shelves(lake, ["shelf"], [content])) == ["d3"]
