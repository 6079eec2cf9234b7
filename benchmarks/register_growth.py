"""What a larger register costs per listing: 100 to 10,000 word marks, 1,000 to 100,000 registered images.

python benchmarks/register_growth.py MARKET [--listings 400] [--json FILE]

The whole work on a listing is timed (photos read, decoded and described, every detector run, the score), in one
process, with the same listings against a small and a grown register; building the detectors is not. The further marks
are pronounceable made-up words; the further images are random hashes, as many views each as real images
have, without local features.
"""

import argparse
import dataclasses
import itertools
import json
import random
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from detectors.image import EnrolledImages, describe, enrol
from detectors.learned import Learned
from detectors.price import learn
from detectors.table import Reference, build
from pipeline.errors import PhotoRefusedError
from pipeline.photos import Photo
from pipeline.records import Asset, AssetKind, Listing, ListingBatch, Register, RightsHolder
from pipeline.register import load_register, read_image
from pipeline.scoring import score_listing
from pipeline.snapshots import find_inputs, read_photo, read_rows

CONSONANTS, VOWELS = "bdfgklmnprstvz", "aeiou"


def invented_marks(number: int, seed: int) -> list[str]:
    draw = random.Random(seed)
    syllables = ["".join(pair) for pair in itertools.product(CONSONANTS, VOWELS)]
    return ["".join(draw.choices(syllables, k=draw.randint(3, 5))).upper() for _ in range(number)]


def with_marks(register: Register, number: int) -> Register:
    """Add holders with one made-up word mark each, until there are `number` marks."""
    have = sum(a.kind is AssetKind.WORD_MARK for h in register.rights_holders for a in h.assets)
    added = tuple(
        RightsHolder(
            id=f"made-{i}", name=mark, assets=(Asset(id=f"made-{i}-word", kind=AssetKind.WORD_MARK, text=mark),)
        )
        for i, mark in enumerate(invented_marks(max(0, number - have), seed=7))
    )
    return dataclasses.replace(register, rights_holders=register.rights_holders + added)


def with_images(register: Register, enrolled: EnrolledImages, number: int) -> tuple[Register, EnrolledImages]:
    """Add product photos of a made-up holder, with random hashes, until there are `number`.

    They have no local features: `benchmarks.images.cost` grows those.
    """
    first = enrolled.images == 0
    rows, added = int(first.sum()), number - len(enrolled.names)
    names = tuple(f"made/{i:06d}.jpg" for i in range(added))
    bits = np.random.default_rng(7).integers(0, 2**64, size=(added * rows, 4), dtype=np.uint64)
    grown = dataclasses.replace(
        enrolled,
        names=enrolled.names + names,
        phashes=np.concatenate([enrolled.phashes, bits[::rows, 0]]),
        hashes=np.concatenate([enrolled.hashes, bits]),
        images=np.concatenate(
            [enrolled.images, np.repeat(np.arange(added, dtype=np.int32) + len(enrolled.names), rows)]
        ),
        views=np.concatenate([enrolled.views, np.tile(enrolled.views[first], added)]),
        boxes=np.concatenate([enrolled.boxes, np.tile(enrolled.boxes[first], (added, 1))]),
        **dict(_grown(enrolled, added)),
    )
    assets = tuple(Asset(id=name, kind=AssetKind.PRODUCT_PHOTO, images=(name,)) for name in names)
    holder = RightsHolder(id="made-photos", name="Made-up photos", assets=assets)
    return dataclasses.replace(register, rights_holders=(*register.rights_holders, holder)), grown


BY_PICTURE = ("sizes", "thumbs", "thresholds", "counts", "printed", "chroma")


def _grown(enrolled: EnrolledImages, rows: int) -> Iterator[tuple[str, Any]]:
    for name in BY_PICTURE:
        array = getattr(enrolled, name)
        yield name, np.concatenate([array, np.ones((rows, *array.shape[1:]), dtype=array.dtype)])


def photos_of(folder: Path, listing: Listing) -> tuple[Photo, ...]:
    photos = []
    for index, image in enumerate(listing.images):
        try:
            photos.append(Photo(index=index, name=image.name, description=describe(read_photo(folder, image))))
        except PhotoRefusedError:
            continue
    return tuple(photos)


def batch_of(listings: list[tuple[Path, Listing]]) -> ListingBatch:
    return ListingBatch(
        listings=tuple(listing for _, listing in listings),
        photos=tuple(photos_of(folder, listing) for folder, listing in listings),
    )


def work(listings: list[tuple[Path, Listing]], register: Register, reference: Reference) -> tuple[float, int]:
    """Return seconds per listing and the number of candidates."""
    detectors = build(register, reference)
    for detector in detectors:  # tables are made at the first look, once a process
        detector.detect(batch_of(listings[:2]))
    started = time.process_time()
    batch = batch_of(listings)
    seen = [d.detect(batch) for d in detectors]
    found = 0
    for i, listing in enumerate(batch.listings):
        found += len(score_listing(listing, tuple(s for signals in seen for s in signals[i]), register))
    return (time.process_time() - started) / len(listings), found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("market", type=Path)
    parser.add_argument("--listings", type=int, default=400)
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    folder = arguments.market / "register"
    register = load_register(folder)
    snapshots = sorted((arguments.market / "snapshots").iterdir())
    rows = (
        (file.folder, numbered.listing)
        for file in find_inputs(snapshots)
        for batch in read_rows(file, 1000)
        for numbered in batch.listings
    )
    listings = list(itertools.islice(rows, arguments.listings))
    enrolled = enrol(register, lambda name: read_image(folder, name))
    levels = learn((), register)
    figures = {}
    for marks, images in [(100, 1000), (10_000, 1000), (100, 100_000)]:
        grown, pictures = with_images(with_marks(register, marks), enrolled, images)
        reference = Reference(learned=Learned(levels=levels), enrolled_images=pictures)
        seconds, found = min(work(listings, grown, reference) for _ in range(3))
        figures[f"{marks} marks, {images} images"] = seconds
        print(f"{marks:7d} marks {images:7d} images: {seconds * 1000:7.2f} ms per listing, {found} candidates")
    base, marks_grown, images_grown = figures.values()
    print(f"100 times the marks: {marks_grown / base:.2f} times the cost")
    print(f"100 times the images: {images_grown / base:.2f} times the cost")
    if arguments.json:
        arguments.json.write_text(json.dumps(figures, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
