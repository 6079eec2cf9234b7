"""What looking at a photo costs, beside libraries that read the same files, and what a large register adds.

python -m benchmarks.images.cost COLLECTION [--photos 60] [--assets 1000 10000] [--json FILE]

COLLECTION is what `prepare` wrote; its photos of at least 512 pixels on the longer side are used as they are. CPU time
of one thread, in milliseconds a photo: the median over photos, each shown to every method by turns. Searching is timed
over 250 photos together, as a scan does, with photos repeated where there are fewer.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from io import BytesIO
from multiprocessing import get_context
from pathlib import Path

import imagehash
import psutil
from PIL import Image

from benchmarks.images.collection import Collection, Item, load
from benchmarks.images.command import carried_out, options
from benchmarks.images.ours import KIT, batch_of, enrolled, image_detectors, register_of
from benchmarks.images.split import split
from detectors.image import describe
from pipeline.errors import InputError
from pipeline.photos import PhotoDescription
from pipeline.records import Detector, ListingBatch
from pipeline.stages.contents import Content, Described, FoundPhoto, read_shelves, write_shelf
from pipeline.store.lake import Lake

SMALLEST, LARGEST = 512, 1_000
SLOW_PHOTOS = 12
BATCH = 250
"""Photos searched together; a partition of a scan has 500 listings."""
HASH_DETECTOR = "photo_reused"


def main() -> int:
    parser = options(__doc__)
    parser.add_argument("--photos", type=int, default=60)
    parser.add_argument("--assets", type=int, nargs=2, default=[1_000, 10_000])
    return carried_out(parser.parse_args(), measure, print_result)


def print_result(result: dict[str, float]) -> None:
    for name, figure in result.items():
        print(f"{name:66}{figure:12.3f}")


def measure(arguments: argparse.Namespace) -> dict[str, float]:
    """Return every figure by name: milliseconds of CPU a photo, ratios, megabytes."""
    collection = load(arguments.collection)
    parts = split(collection, arguments.seed)
    files = photos_of_usual_size(collection, [one.item for one in parts.innocent], arguments.photos)
    small, large = (parts.assets(count) for count in arguments.assets)
    detectors = [built(collection, assets) for assets in (small, large)]
    cost = {f"ms {name}": value for name, value in seeing(files).items()}
    described = [KIT.describe(data) for data in files]
    searches = [searching(several, described) for several in detectors]
    for assets, search in zip((small, large), searches, strict=True):
        cost |= {f"ms search by {name}, {len(assets)} assets": ms for name, ms in search.items()}
    cost["ms description taken from a shelf"] = from_a_shelf(described)
    cost["ms search again"] = searching_again(detectors[0], described)
    cost |= ratios(cost, [sum(search.values()) for search in searches], searches[0][HASH_DETECTOR])
    return cost | memory(collection, large)


def built(collection: Collection, assets: Sequence[Item]) -> tuple[Detector, ...]:
    """Return the image detectors of a register."""
    register = register_of(assets)
    return image_detectors(register, enrolled(collection, register))


def photos_of_usual_size(collection: Collection, items: Iterable[Item], count: int) -> list[bytes]:
    """Return photos that are neither smaller nor larger than what platforms serve."""
    files = []
    for item in items:
        data = collection.read(item.file)
        with Image.open(BytesIO(data)) as image:
            if item.kind == "photo" and SMALLEST <= max(image.size) <= LARGEST:
                files.append(data)
        if len(files) == count:
            return files
    raise InputError(f"photos: too few of {SMALLEST} to {LARGEST} pixels, got {len(files)}, expected {count}")


def seeing(files: Sequence[bytes]) -> dict[str, float]:
    """Return milliseconds of CPU to see one photo, the median over photos."""
    ways: dict[str, Callable[[bytes], object]] = {
        "Pillow decode": lambda data: Image.open(BytesIO(data)).load(),
        "imagehash.phash": lambda data: imagehash.phash(Image.open(BytesIO(data))),
        "imagehash.crop_resistant_hash": lambda data: imagehash.crop_resistant_hash(Image.open(BytesIO(data))),
        "decoded and hashed": hash_tier,
        "described": KIT.describe,
    }
    times: dict[str, list[float]] = {name: [] for name in ways}
    for number, data in enumerate(files):
        for name, way in ways.items():
            if "crop_resistant" not in name or number < SLOW_PHOTOS:
                times[name].append(min(clocked(lambda way=way, data=data: way(data)) for _ in range(2)))  # type: ignore[misc]
    return {name: statistics.median(several) for name, several in times.items()}


def hash_tier(data: bytes) -> object:
    """Do what is done of a photo where hashes are all that is looked for."""
    return describe(data, local_features=False)


def clocked(work: Callable[[], object]) -> float:
    """Return the milliseconds of CPU that this thread spends."""
    started = time.thread_time()
    work()
    return 1e3 * (time.thread_time() - started)


def searching(several: Sequence[Detector], described: Sequence[PhotoDescription]) -> dict[str, float]:
    """Return milliseconds of CPU a photo by detector, of photos never seen before: the better of two runs."""
    copies = -(-BATCH // len(described))
    batches = [
        batch_of([replace(photo, digest=f"{photo.digest}/{run}/{i}") for i in range(copies) for photo in described])
        for run in range(2)
    ]
    photos = copies * len(described)
    return {d.name: min(clocked(lambda d=d, b=b: d.detect(b)) for b in batches) / photos for d in several}  # type: ignore[misc]


def searching_again(several: Sequence[Detector], described: Sequence[PhotoDescription]) -> float:
    """Return milliseconds of CPU a photo by all detectors, of photos seen before."""
    batch: ListingBatch = batch_of(described)
    for detector in several:
        detector.detect(batch)
    return sum(min(clocked(lambda d=d: d.detect(batch)) for _ in range(3)) for d in several) / len(described)  # type: ignore[misc]


def from_a_shelf(described: Sequence[PhotoDescription]) -> float:
    """Return the milliseconds of CPU a photo to read what an earlier scan described."""
    listings = batch_of(described).listings
    contents = [
        Content(listing=listing, photos=(FoundPhoto(name="photo", digest=seen.digest),))
        for listing, seen in zip(listings, described, strict=True)
    ]
    with tempfile.TemporaryDirectory() as folder:
        lake = Lake(Path(folder))
        rows: Described = {seen.digest: seen for seen in described}
        write_shelf(lake, "shelf", rows)
        times = [clocked(lambda: read_shelves(lake, ["shelf"], contents)) for _ in range(4)]
    return min(times) / len(described)


def ratios(cost: dict[str, float], search: Sequence[float], hash_search: float) -> dict[str, float]:
    """Return what the aims are set in."""
    whole = cost["ms described"] + search[0]
    return {
        "tiers up to the hash / imagehash.phash": (cost["ms decoded and hashed"] + hash_search)
        / cost["ms imagehash.phash"],
        "whole cascade / imagehash.crop_resistant_hash": whole / cost["ms imagehash.crop_resistant_hash"],
        "second sight / first sight": (cost["ms description taken from a shelf"] + cost["ms search again"]) / whole,
        "large register / small register": (cost["ms described"] + search[1]) / whole,
    }


def memory(collection: Collection, assets: Sequence[Item]) -> dict[str, float]:
    """Return the megabytes of a fresh process that has built the image detectors."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(_memory, collection, assets).result()


def _memory(collection: Collection, assets: Sequence[Item]) -> dict[str, float]:
    process = psutil.Process()
    before = process.memory_full_info()
    several = built(collection, assets)
    searching(several, [KIT.describe(collection.read(assets[0].file))])
    after = process.memory_full_info()
    return {
        f"MB of a process with {len(assets)} assets (PSS)": after.pss / 2**20,
        f"MB of which for {len(assets)} assets": (after.pss - before.pss) / 2**20,
    }


if __name__ == "__main__":
    sys.exit(main())
