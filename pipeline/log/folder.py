"""Reading the folder of a log, ours or a copy of it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

from pipeline.errors import LogError
from pipeline.verify.merkle import ReadHash
from pipeline.verify.notes import Checkpoint, Note
from pipeline.verify.tiles import TILE_WIDTH, Tile, hash_reader, tile_at, tiles_of, unpack_entries

CHECKPOINT = "checkpoint"


class LogFolder:
    """The public files of a log.

    Parameters
    ----------
    path : Path
        The folder that holds `checkpoint` and `tile`.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def note(self) -> Note | None:
        """Return the checkpoint with its signatures, unchecked; None if nothing was published yet."""
        path = self.path / CHECKPOINT
        return Note.parse(path.read_bytes()) if path.exists() else None

    def checkpoint(self) -> Checkpoint | None:
        """Return what the checkpoint says, unchecked."""
        note = self.note()
        return Checkpoint.parse(note.text) if note else None

    def read_tile(self, tile: Tile) -> bytes:
        """Return the bytes of one file.

        Raises
        ------
        LogError
            If it is missing.
        """
        path = self.path / tile.path
        try:
            return path.read_bytes()
        except OSError as error:
            raise LogError(f"{path}: a file of the log cannot be read: {error.strerror}") from error

    def hashes(self, size: int) -> ReadHash:
        """Return a reader of hashes of the tree with so many entries, which keeps the last tiles that it read."""
        return hash_reader(lru_cache(maxsize=64)(self.read_tile), size)

    def entries(self, start: int, size: int) -> Iterator[bytes]:
        """Yield entries from a number on, of the tree with so many."""
        for index in range(start // TILE_WIDTH, -(-size // TILE_WIDTH)):
            bundle = self.bundle(index, size)
            yield from bundle[max(start - index * TILE_WIDTH, 0) :]

    def bundle(self, index: int, size: int) -> list[bytes]:
        """Return the entries of one bundle."""
        tile = Tile(-1, index, tile_at(0, index, size).width)
        return unpack_entries(self.read_tile(tile), tile.width)

    def public_files(self) -> Iterator[tuple[str, bytes]]:
        """Yield name and bytes of every file that belongs to the published checkpoint, and of no other."""
        path = self.path / CHECKPOINT
        checkpoint = self.checkpoint()
        if checkpoint is None:
            raise LogError(f"{path}: nothing is published yet, `counterfoil log publish` does that")
        yield CHECKPOINT, path.read_bytes()
        for tile in tiles_of(checkpoint.size):
            yield tile.path, self.read_tile(tile)

    def all_entries(self) -> Iterator[bytes]:
        """Yield every published entry."""
        checkpoint = self.checkpoint()
        yield from self.entries(0, checkpoint.size if checkpoint else 0)

    def of_type(self, name: str) -> Iterator[dict[str, Any]]:
        """Yield the entries of a type."""
        mark = f'"type":"{name}"'.encode()
        found = (json.loads(entry) for entry in self.all_entries() if mark in entry)
        return (entry for entry in found if entry.get("type") == name)

    def find(self, id: str) -> int | None:  # noqa: A002  the field's name
        """Return the number of the entry with an id; None if there is none."""
        mark = f'"id":"{id}"'.encode()
        for number, entry in enumerate(self.all_entries()):
            if mark in entry and json.loads(entry).get("id") == id:
                return number
        return None

    def find_entry(self, entry: bytes) -> int | None:
        """Return the number of an entry with exactly these bytes; None if there is none."""
        return next((number for number, found in enumerate(self.all_entries()) if found == entry), None)
