"""How many altered copies are found beside imagehash and pdqhash, and what searching a larger register costs.

python -m benchmarks.images_hashes PHOTOS... [--references 100] [--innocent 300] [--json FILE]

PHOTOS are folders of photos. The first photos drawn are registered and altered by each of `images_attacks.ATTACKS`; the
others stay innocent. Every other method gets the threshold that flags the same share of innocent photos as the detector
does, and at least 0.5 %, so that recall is compared at image-level false alarms.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from random import Random
from typing import Any

import imagehash
import numpy as np
import pdqhash
from PIL import Image

from benchmarks.images_attacks import ATTACKS, attacked
from detectors.image import EnrolledImages, PhotoReused, describe, enrol
from pipeline.records import Asset, AssetKind, Listing, ListingBatch, Photo, Register, RightsHolder

TOLERATED = 0.005
SUFFIXES = {".jpg", ".jpeg", ".png", ".webp"}
Hash = Callable[[bytes], Any]


def imagehash_of(method: Callable[[Image.Image], Any]) -> Hash:
    return lambda data: method(Image.open(BytesIO(data)))


def pdq(data: bytes) -> imagehash.ImageHash:
    bits, _ = pdqhash.compute(np.asarray(Image.open(BytesIO(data)).convert("RGB")))
    return imagehash.ImageHash(bits.astype(bool))


RIVALS: dict[str, Hash] = {"phash": imagehash_of(imagehash.phash), "dhash": imagehash_of(imagehash.dhash), "pdq": pdq}


def register_of(names: list[str]) -> Register:
    assets = tuple(Asset(id=name, kind=AssetKind.PRODUCT_PHOTO, images=(name,)) for name in names)
    return Register(version=1, rights_holders=(RightsHolder(id="holder", name="holder", assets=assets),), digest="")


def batch_of(files: list[bytes]) -> ListingBatch:
    """Return one listing for each photo."""
    day = datetime(2026, 1, 1, tzinfo=UTC)
    listings = tuple(
        Listing(platform="p", listing_id=str(i), url="u", captured_at=day, title="t") for i in range(len(files))
    )
    photos = tuple((Photo(index=0, name="x", description=describe(data)),) for data in files)
    return ListingBatch(listings=listings, photos=photos)


def recall_of_detector(
    references: dict[str, bytes], uploads: dict[str, list[tuple[str, bytes]]], innocent: list[bytes]
) -> tuple[dict[str, float], float]:
    """Return the share of each attack's uploads that signal their original, and of innocent photos flagged."""
    register = register_of(list(references))
    detector = PhotoReused(enrol(register, references.__getitem__), register)
    recall = {}
    for name, several in uploads.items():
        signals = detector.detect(batch_of([data for _, data in several]))
        found = [any(s.asset_id == one for s in row) for (one, _), row in zip(several, signals, strict=True)]
        recall[name] = float(np.mean(found))
    return recall, float(np.mean([bool(row) for row in detector.detect(batch_of(innocent))]))


def recall_of_rival(
    make: Hash,
    references: dict[str, bytes],
    uploads: dict[str, list[tuple[str, bytes]]],
    innocent: list[bytes],
    alarms: float,
) -> tuple[dict[str, float], int]:
    """Return the recall by attack at the largest threshold that flags no more than a share of innocent photos."""
    kept = {name: make(data) for name, data in references.items()}
    nearest = sorted(min(one - other for other in kept.values()) for one in map(make, innocent))
    threshold = int(nearest[int(len(nearest) * alarms)]) - 1
    recall = {
        name: float(np.mean([make(data) - kept[one] <= threshold for one, data in several]))
        for name, several in uploads.items()
    }
    return recall, threshold


def synthetic(sample: EnrolledImages, count: int, seed: int) -> EnrolledImages:
    """Return enrolled images with random hashes, as many views each as the sample's first images have."""
    per_image = np.bincount(sample.images, minlength=len(sample.names))
    sources = np.arange(count) % len(sample.names)
    starts = np.concatenate([[0], np.cumsum(per_image)])
    rows = np.concatenate([np.arange(starts[i], starts[i + 1]) for i in sources])
    random = np.random.default_rng(seed)
    return EnrolledImages(
        names=tuple(f"{i}.jpg" for i in range(count)),
        phashes=random.integers(0, 2**64, count, dtype=np.uint64),
        hashes=random.integers(0, 2**64, (len(rows), 4), dtype=np.uint64),
        images=np.repeat(np.arange(count, dtype=np.int32), per_image[sources]),
        views=sample.views[rows],
        boxes=sample.boxes[rows],
        refused=(),
    )


def search_times(sample: EnrolledImages, files: list[bytes]) -> list[dict[str, float]]:
    """Time describing and searching photos against growing registers, beside a loop of imagehash subtractions."""
    started = time.thread_time()
    batch = batch_of(files)
    describing = (time.thread_time() - started) / len(files)
    rows: list[dict[str, float]] = []
    for count in (1_000, 10_000, 100_000):
        enrolled = synthetic(sample, count, seed=count)
        detector = PhotoReused(enrolled, register_of(list(enrolled.names)))
        detector.detect(batch)
        started = time.thread_time()
        detector.detect(batch)
        searching = (time.thread_time() - started) / len(files)
        loop = subtraction_time(count)
        rows.append(
            {
                "images": count,
                "hashes": len(enrolled.hashes),
                "describe_ms": 1e3 * describing,
                "search_ms": 1e3 * searching,
                "imagehash_loop_ms": 1e3 * loop,
                "times_faster_than_loop": loop / searching,
                "total_over_smallest": (describing + searching)
                / (rows[0]["total_s"] if rows else describing + searching),
                "total_s": describing + searching,
            }
        )
    return rows


def subtraction_time(count: int) -> float:
    """Return the seconds that imagehash takes to subtract one 64-bit hash from that of each registered image."""
    bits = np.random.default_rng(1).integers(0, 2, (2_000, 8, 8)).astype(bool)
    hashes = [imagehash.ImageHash(one) for one in bits]
    started = time.thread_time()
    for one in hashes:
        _ = hashes[0] - one
    return (time.thread_time() - started) * count / len(hashes)


def drawn(folders: list[Path], references: int, innocent: int, seed: int) -> tuple[dict[str, bytes], list[bytes]]:
    """Draw photos to register and innocent ones."""
    paths = sorted(path for folder in folders for path in folder.rglob("*") if path.suffix.lower() in SUFFIXES)
    Random(seed).shuffle(paths)
    chosen, rest = paths[:references], paths[references : references + innocent]
    return {str(path): path.read_bytes() for path in chosen}, [path.read_bytes() for path in rest]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("photos", nargs="+", type=Path)
    parser.add_argument("--references", type=int, default=100)
    parser.add_argument("--innocent", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    references, innocent = drawn(arguments.photos, arguments.references, arguments.innocent, arguments.seed)
    random = Random(arguments.seed)
    pictures = {name: Image.open(BytesIO(data)).convert("RGB") for name, data in references.items()}
    others = [Image.open(BytesIO(data)).convert("RGB") for data in innocent[:20]]
    uploads = {
        attack: [(name, attacked(attack, picture, random.choice(others), random)) for name, picture in pictures.items()]
        for attack in ATTACKS
    }
    ours, flagged = recall_of_detector(references, uploads, innocent)
    table = {"photo_reused": ours}
    thresholds = {}
    for name, make in RIVALS.items():
        table[name], thresholds[name] = recall_of_rival(make, references, uploads, innocent, max(TOLERATED, flagged))
    register = register_of(list(references))
    times = search_times(enrol(register, references.__getitem__), innocent[:100])
    print_tables(table, times)
    print(
        f"innocent photos flagged by photo_reused: {flagged:.2%} of {len(innocent)}; thresholds in bits: {thresholds}"
    )
    if arguments.json:
        result = {"recall": table, "innocent_flagged": flagged, "thresholds_bits": thresholds, "search": times}
        arguments.json.write_text(json.dumps(result, indent=1))


def print_tables(table: dict[str, dict[str, float]], times: list[dict[str, float]]) -> None:
    print(f"{'recall':26}" + "".join(f"{name:>14}" for name in table))
    for attack in ATTACKS:
        print(f"{attack:26}" + "".join(f"{row[attack]:14.2f}" for row in table.values()))
    print(f"{'mean':26}" + "".join(f"{np.mean(list(row.values())):14.3f}" for row in table.values()))
    for row in times:
        print(", ".join(f"{key} {value:,.3g}" for key, value in row.items() if key != "total_s"))


if __name__ == "__main__":
    main()
