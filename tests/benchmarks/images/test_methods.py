"""Peers are used as their makers mean them, and the product as a scan uses it."""

from pathlib import Path
from random import Random

import imagehash
import numpy as np
import pytest
from PIL import Image, ImageOps

from benchmarks.images.alterations import attacked
from benchmarks.images.collection import Collection, Item
from benchmarks.images.methods import HASHES, CropResistant, Method, Nearest, Segments, opened
from benchmarks.images.ours import Counterfoil
from benchmarks.images.trials import AS_IT_IS, Bench, Subject, run
from tests.detectors.image.pictures import encoded, scene

FILES = {f"{seed}.jpg": encoded(scene(seed)) for seed in range(6)}
ITEMS = [Item(file=name, kind="photo", group="sender") for name in FILES]


@pytest.fixture
def collection(tmp_path: Path) -> Collection:
    for name, data in FILES.items():
        (tmp_path / name).write_bytes(data)
    return Collection(tmp_path, tuple(ITEMS))


@pytest.mark.parametrize("method", [Counterfoil(), *HASHES], ids=lambda method: method.name)
def test_every_method_finds_a_copy_among_its_register(method: Method, collection: Collection) -> None:
    matcher = method.matcher(collection, ITEMS)

    found = matcher.best([method.see(FILES[name]) for name in FILES])

    assert [set(one.assets) for one in found] == [{name} for name in FILES]


def test_the_vectorised_comparison_is_that_of_imagehash() -> None:
    hashes = [imagehash.phash(scene(seed)) for seed in range(20)]
    words = np.stack([np.packbits(one.hash.ravel()).view(np.uint64) for one in hashes])

    found = Nearest([str(seed) for seed in range(1, 20)], words[1:]).best([words[0]])[0]

    assert -found.score == min(hashes[0] - one for one in hashes[1:])


@pytest.mark.parametrize("seed", range(4))
def test_segments_are_ranked_as_imagehash_ranks_them(seed: int) -> None:
    random = np.random.default_rng(seed)
    base = random.integers(0, 2, (3, 8, 8)).astype(bool)
    hashes = [base ^ (random.random((3, 8, 8)) < share) for share in (0.05, 0.1, 0.2, 0.3, 0.5)]
    several = [imagehash.ImageMultiHash([imagehash.ImageHash(bits) for bits in one]) for one in (base, *hashes)]

    words = [np.packbits(one.reshape(-1, 64), axis=1).view(np.uint64) for one in (base, *hashes)]
    found = Segments(["5", "10", "20", "30", "50"], words[1:]).best([words[0]])[0]

    assert found.score == pytest.approx(3 - min(several[0] - one for one in several[1:]))
    assert found.assets == {"5"}


def test_a_photo_is_seen_as_the_segments_of_imagehash() -> None:
    two_squares = Image.new("RGB", (300, 300))
    two_squares.paste((200, 200, 200), (20, 20, 140, 280))
    two_squares.paste((255, 255, 255), (170, 40, 280, 260))
    data = encoded(two_squares, "PNG")

    segments = imagehash.crop_resistant_hash(opened(data)).segment_hashes

    assert CropResistant().see(data).tobytes() == b"".join(np.packbits(s.hash).tobytes() for s in segments)


def test_a_silhouette_on_nothing_is_seen_on_white() -> None:
    silhouette = Image.new("RGBA", (40, 40))
    silhouette.paste((0, 0, 0, 255), (10, 10, 30, 30))

    pixels = opened(encoded(silhouette, "PNG"))

    assert (pixels.getpixel((0, 0)), pixels.getpixel((20, 20))) == ((255, 255, 255), (0, 0, 0))


def test_a_photo_that_is_refused_is_not_found(collection: Collection) -> None:
    method = Counterfoil()

    found = method.matcher(collection, ITEMS).best([method.see(b"no picture"), method.see(FILES["2.jpg"])])

    assert [set(one.assets) for one in found] == [set(), {"2.jpg"}]


def test_trials_do_not_depend_on_the_number_of_processes(collection: Collection) -> None:
    bench = Bench.of(collection, HASHES[:1], [ITEMS[:4]], _attack, seed=1, workers=1)
    subjects = [
        Subject(item=item, attacks=(AS_IT_IS, "collage 2x2"), others=tuple(ITEMS), group="attacked") for item in ITEMS
    ]

    alone, together = ([(t.subject, t.attack, t.found) for t in run(bench, subjects, n)] for n in (1, 2))

    assert alone == together
    assert len(alone) == 2 * len(ITEMS)


def _attack(name: str, data: bytes, other: object, random: Random) -> bytes:
    return attacked(name, opened(data), lambda: ImageOps.mirror(opened(data)), random)
