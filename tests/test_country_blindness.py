"""A seller's country, language, place of dispatch or stated origin of the goods changes no score."""

import itertools
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from detectors.image import describe, enrol
from detectors.learned import Learned
from detectors.price import learn, observe
from detectors.table import Reference, build
from pipeline.errors import PhotoRefusedError
from pipeline.photos import Photo
from pipeline.records import Candidate, Detector, Listing, ListingBatch, Register
from pipeline.register import load_register, read_image
from pipeline.scoring import score_listing
from pipeline.snapshots import find_inputs, read_photo, read_rows

FIXTURES = Path(__file__).parents[1] / "fixtures"
COUNTRIES = itertools.cycle(["CN", "GB", "RU", "US", "KP", None])
LANGUAGES = itertools.cycle(["zh", "en", "ru", None])
HOLDERS = {"tarnwick", "novalumo", "quillmere"}
"""Who have assets of every kind together; each of their pictures takes a while to enrol."""
ORIGINS = itertools.cycle(["China", "Italy", "中国", "Россия"])


@pytest.fixture(scope="module")
def register() -> Register:
    whole = load_register(FIXTURES / "register")
    holders = (holder for holder in whole.rights_holders if holder.id in HOLDERS)
    return replace(whole, rights_holders=tuple(holders))


@pytest.fixture(scope="module")
def batch() -> ListingBatch:
    rows = [
        (file.folder, numbered.listing)
        for file in find_inputs(sorted((FIXTURES / "snapshots").iterdir())[:1])
        for chunk in read_rows(file, 1000)
        for numbered in chunk.listings
    ][::2]
    return ListingBatch(
        listings=tuple(listing for _, listing in rows),
        photos=tuple(tuple(usable_photos(folder, listing)) for folder, listing in rows),
    )


@pytest.fixture(scope="module")
def detectors(register: Register, batch: ListingBatch) -> tuple[Detector, ...]:
    enrolled = enrol(register, lambda name: read_image(FIXTURES / "register", name))
    levels = learn(observe(batch, register), register)
    return build(register, Reference(enrolled_images=enrolled, learned=Learned(levels=levels)))


def usable_photos(folder: Path, listing: Listing) -> Iterator[Photo]:
    for index, image in enumerate(listing.images):
        try:
            yield Photo(index=index, name=image.name, description=describe(read_photo(folder, image)))
        except PhotoRefusedError:
            continue


def moved(listing: Listing) -> Listing:
    """Return the same listing from elsewhere: everything that speaks of a place or a language is another."""
    return replace(
        listing,
        seller=replace(listing.seller, country=next(COUNTRIES)),
        language=next(LANGUAGES),
        ships_from=next(COUNTRIES),
        ships_to=("FR",),
        attributes={**listing.attributes, "Country of origin": next(ORIGINS), "产地": next(ORIGINS)},
    )


def scored(batch: ListingBatch, register: Register, detectors: tuple[Detector, ...]) -> list[tuple[Candidate, ...]]:
    seen = [detector.detect(batch) for detector in detectors]
    return [
        score_listing(listing, tuple(s for signals in seen for s in signals[i]), register)
        for i, listing in enumerate(batch.listings)
    ]


def test_moving_every_seller_to_another_country_changes_no_score(
    register: Register, batch: ListingBatch, detectors: tuple[Detector, ...]
) -> None:
    elsewhere = ListingBatch(listings=tuple(map(moved, batch.listings)), photos=batch.photos)

    here = scored(batch, register, detectors)
    there = scored(elsewhere, register, detectors)

    assert sum(map(len, here)) > 30
    assert [[(c.candidate_id, c.score, c.label) for c in cs] for cs in here] == [
        [(c.candidate_id, c.score, c.label) for c in cs] for cs in there
    ]
