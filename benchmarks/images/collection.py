"""The pictures that benchmarks draw from, as `prepare` laid them down."""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from pipeline.errors import InputError

INDEX = "collection.csv"
KINDS = ("photo", "drawing", "mark", "logo")
"""Photos of goods; drawings (clip art); one-colour marks and full-colour logos, both with transparency."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One picture.

    Attributes
    ----------
    file : str
        Path inside the collection.
    kind : str
        One of `KINDS`.
    group : str
        What must not be torn apart: the sender of a photo, the folder of a drawing, the name of a logo.
    """

    file: str
    kind: str
    group: str


@dataclass(frozen=True, slots=True)
class Collection:
    """A folder of pictures with their index."""

    folder: Path
    items: tuple[Item, ...]

    def of(self, *kinds: str) -> list[Item]:
        """Return the pictures of some kinds."""
        return [item for item in self.items if item.kind in kinds]

    def read(self, file: str) -> bytes:
        """Return the bytes of a picture."""
        return (self.folder / file).read_bytes()

    def kept(self, key: object, make: Callable[[], bytes]) -> bytes:
        """Return what was made for a key in an earlier run, or make it now."""
        path = self.folder / "kept" / hashlib.sha256(repr(key).encode()).hexdigest()
        if not path.exists():
            path.parent.mkdir(exist_ok=True)
            part = path.with_suffix(".part")
            part.write_bytes(make())
            part.rename(path)
        return path.read_bytes()


def load(folder: Path, *, bank: bool = False) -> Collection:
    """Read the index of a collection, without the package's innocent photos; or of these, the index alone.

    Raises
    ------
    InputError
        If there is none.
    """
    try:
        with (folder / INDEX).open(encoding="utf-8", newline="") as lines:
            items = (Item(**row) for row in csv.DictReader(lines))
            return Collection(folder, tuple(item for item in items if _in_bank(item) is bank))
    except (OSError, TypeError) as error:
        raise InputError(f"{folder / INDEX}: cannot be read, expected what `prepare` wrote ({error})") from error


def _in_bank(item: Item) -> bool:
    """Tell whether every register is measured against a picture: photos of one sender in eight, and some drawings."""
    if item.kind == "photo":
        return hashlib.sha256(item.group.encode()).digest()[0] % 8 == 0
    return hashlib.sha256(item.file.encode()).digest()[0] % 64 == 0


def save(folder: Path, items: Iterable[Item]) -> None:
    """Write the index of a collection, in the order of the files' names."""
    rows = [[item.file, item.kind, item.group] for item in sorted(items, key=lambda item: item.file)]
    with (folder / INDEX).open("w", encoding="utf-8", newline="") as lines:
        csv.writer(lines, lineterminator="\n").writerows([["file", "kind", "group"], *rows])
