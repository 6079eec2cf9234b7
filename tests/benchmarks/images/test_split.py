"""Registered and innocent pictures are kept apart."""

from pathlib import Path

import pytest

from benchmarks.images.collection import Collection, Item, load, save
from benchmarks.images.split import REFERENCES, RESERVED_LETTER, split
from pipeline.errors import InputError

PHOTOS = [Item(file=f"photos/{i}.jpg", kind="photo", group=f"sender {i % 70}") for i in range(560)]
DRAWINGS = [Item(file=f"drawings/{i % 9}/{i // 2}.png", kind="drawing", group=f"{i % 9}/sub") for i in range(900)]
LOGOS = [
    Item(file=f"{kind}s/{name}.png", kind=kind, group=name) for kind in ("mark", "logo") for name in ("fox", "gnu")
]
PARTS = split(Collection(Path(), tuple(PHOTOS + DRAWINGS + LOGOS)), seed=1)
INNOCENT = [one.item for one in PARTS.innocent]


def test_every_picture_is_registered_or_innocent_and_none_is_both() -> None:
    registered = {item.file for item in PARTS.references + PARTS.fillers}

    assert not registered & {item.file for item in INNOCENT}
    assert {i.file for i in INNOCENT if i.kind == "photo"} | registered >= {i.file for i in PHOTOS}
    assert len(PARTS.references) == REFERENCES


def test_hard_negatives_share_a_sender_with_a_registered_photo_and_no_others_do() -> None:
    senders = {item.group for item in PARTS.references}

    assert {one.group: one.item.group in senders for one in PARTS.innocent if one.item.kind == "photo"} == {
        "same sender": True,
        "other sender": False,
    }


def test_no_sender_is_in_both_halves() -> None:
    halves: dict[str, set[int]] = {}
    for one in PARTS.innocent:
        if one.item.kind == "photo":
            halves.setdefault(one.item.group, set()).add(one.half)

    assert all(len(several) == 1 for several in halves.values())
    assert set.union(*halves.values()) == {0, 1}


def test_no_innocent_drawing_lies_beside_a_registered_one_or_has_its_name() -> None:
    fillers = [item for item in PARTS.fillers if item.kind == "drawing"]
    innocent = [item for item in INNOCENT if item.kind == "drawing"]

    assert not {item.group for item in fillers} & {item.group for item in innocent}
    assert not {Path(item.file).name for item in fillers} & {Path(item.file).name for item in innocent}


def test_a_brand_is_registered_or_innocent_in_both_sets_of_logos() -> None:
    assert {item.group for item in INNOCENT if item.kind in ("mark", "logo")} == {"fox"}
    assert RESERVED_LETTER == "f"
    assert {item.group for item in PARTS.fillers if item.kind in ("mark", "logo")} == {"gnu"}


def test_a_register_larger_than_the_collection_is_refused() -> None:
    with pytest.raises(InputError, match=r"too few pictures, got .* expected 100000"):
        PARTS.assets(100_000)


def test_a_collection_is_read_as_it_was_written(tmp_path: Path) -> None:
    save(tmp_path, reversed(LOGOS))

    assert load(tmp_path).items == tuple(sorted(LOGOS, key=lambda item: item.file))


def test_a_folder_without_an_index_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"collection\.csv: cannot be read"):
        load(tmp_path)


def test_what_was_made_once_is_kept(tmp_path: Path) -> None:
    collection = Collection(tmp_path, ())

    assert collection.kept(("a", 1), lambda: b"first") == b"first"
    assert collection.kept(("a", 1), lambda: b"second") == b"first"
    assert collection.kept(("a", 2), lambda: b"third") == b"third"
