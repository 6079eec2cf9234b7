"""The journal: entries that were acknowledged and are not yet in a published tree."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from pipeline.errors import LogError, ProofError
from pipeline.log.disk import Disk
from pipeline.verify.tiles import pack_entries, unpack_entries

_HEAD: Final = 16
"""Bytes before the first batch: a magic word, and how many entries the tree had when the journal was begun."""
_MAGIC: Final = b"cfjrnl01"
_BATCH_HEAD: Final = 12
"""Bytes before each batch: its length, how many entries it has, and a checksum of all of it."""


class Journal:
    """A file to which batches of entries are added.

    Parameters
    ----------
    path : Path
        The file.
    disk : Disk
        How it is written.

    Notes
    -----
    A batch is acknowledged when it is kept, before the next one is begun; so only the last can be half there after a
    crash, and is cut off then. Damage anywhere else is an error, never repaired by forgetting.
    """

    def __init__(self, path: Path, disk: Disk) -> None:
        self._path = path
        self._disk = disk

    def begin(self, base: int) -> None:
        """Start an empty journal after so many entries."""
        self._disk.replace(self._path, _MAGIC + base.to_bytes(8, "big"))

    def add(self, entries: Sequence[bytes]) -> None:
        """Add a batch and wait until it is kept.

        Raises
        ------
        LogError
            If it cannot be written; then nothing of it is left.
        """
        size = self._path.stat().st_size
        packed = pack_entries(entries)
        head = len(packed).to_bytes(4, "big") + len(entries).to_bytes(4, "big")
        try:
            self._disk.append(self._path, head + zlib.crc32(head + packed).to_bytes(4, "big") + packed)
        except OSError as error:
            self._disk.cut(self._path, size)
            raise LogError(f"{self._path}: cannot be written: {error.strerror}") from error

    def read(self) -> tuple[int, list[bytes]]:
        """Return how many entries there were before, and those in the journal; cut off a batch that is half there.

        Raises
        ------
        LogError
            If it is no journal, or damaged elsewhere than at its end.
        """
        data = self._path.read_bytes()
        if data[:8] != _MAGIC or len(data) < _HEAD:
            raise LogError(f"{self._path}: not a journal, or damaged")
        entries: list[bytes] = []
        at = _HEAD
        while at < len(data):
            batch = self._batch(data, at)
            if batch is None:
                self._disk.cut(self._path, at)
                break
            entries += batch[0]
            at = batch[1]
        return int.from_bytes(data[8:_HEAD], "big"), entries

    def _batch(self, data: bytes, at: int) -> tuple[list[bytes], int] | None:
        head, packed_at = data[at : at + 8], at + _BATCH_HEAD
        end = packed_at + int.from_bytes(head[:4], "big")
        packed = data[packed_at:end]
        if packed_at > len(data) or end > len(data):
            return None
        if zlib.crc32(head + packed) != int.from_bytes(data[at + 8 : packed_at], "big"):
            if end == len(data):
                return None
            raise LogError(f"{self._path}: damaged at byte {at}, restore it from a copy")
        try:
            return unpack_entries(packed, int.from_bytes(head[4:], "big")), end
        except ProofError as error:
            raise LogError(f"{self._path}: damaged at byte {at}: {error}") from error
