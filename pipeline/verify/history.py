"""Checking a whole log: every entry against the tree, every file of hashes, and what entries must be."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from pipeline.errors import BundleError, ProofError
from pipeline.verify.canonical import read_canonical
from pipeline.verify.files import BundleFiles
from pipeline.verify.merkle import HASH_BYTES, ReadHash, complete_subtrees, leaf_hash, root_of
from pipeline.verify.notes import Checkpoint
from pipeline.verify.tiles import (
    MAX_ENTRY_BYTES,
    TILE_BITS,
    TILE_WIDTH,
    Tile,
    levels_of,
    tile_at,
    tiles_of,
    unpack_entries,
)

LOG: Final = "log/"
CHECKPOINT: Final = "log/checkpoint"
_MAX_TILE_BYTES: Final = TILE_WIDTH * (MAX_ENTRY_BYTES + 2)
_TIME: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z")
TYPES: Final = frozenset(
    {
        "policy",
        "holder",
        "event",
        "frame",
        "nonce-commit",
        "seed",
        "sample",
        "label",
        "metric",
        "correction",
        "challenge",
        "stamp",
    }
)
"""Types of entries; those of signatures have none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """A log that holds.

    Attributes
    ----------
    checkpoint : Checkpoint
        Signed.
    raw : tuple of bytes
        The entries as logged.
    entries : tuple of dict
        The same as JSON.
    hashes : callable
        Hashes of complete subtrees over them.
    """

    checkpoint: Checkpoint
    raw: tuple[bytes, ...]
    entries: tuple[dict[str, Any], ...]
    hashes: ReadHash

    def root_at(self, size: int) -> bytes:
        """Return the root of the tree when it had so many entries."""
        return root_of(size, self.hashes)


def read_history(files: BundleFiles, checkpoint: Checkpoint) -> History:
    """Read a log and check all of it.

    Parameters
    ----------
    files : BundleFiles
        With the log under "log/".
    checkpoint : Checkpoint
        Whose signature was checked.

    Raises
    ------
    BundleError
        Naming the first file that does not hold: the entries are hashed, and what they lead to is compared with the
        checkpoint; only where these agree can a file of hashes be wrong alone.
    """
    wanted = {LOG + tile.path for tile in tiles_of(checkpoint.size)}
    for name in sorted(wanted - files.names):
        raise BundleError(name, f"missing, expected with {checkpoint.size} entries")
    raw = [entry for index in range(_bundles(checkpoint.size)) for entry in _entries(files, index, checkpoint.size)]
    hashes = complete_subtrees(leaf_hash(entry) for entry in raw)
    if root_of(checkpoint.size, hashes) != checkpoint.root:
        raise _culprit(files, checkpoint.size, hashes)
    for level in levels_of(checkpoint.size):
        for tile in _tiles(level, checkpoint.size):
            if files.read(LOG + tile.path, _MAX_TILE_BYTES) != _hashes(tile, hashes):
                raise BundleError(LOG + tile.path, "not the hashes of the entries")
    return History(checkpoint=checkpoint, raw=tuple(raw), entries=tuple(_parsed(raw)), hashes=hashes)


def _bundles(size: int) -> int:
    return -(-size // TILE_WIDTH)


def _entries(files: BundleFiles, index: int, size: int) -> list[bytes]:
    tile = tile_at(0, index, size)
    name = LOG + Tile(-1, index, tile.width).path
    try:
        return unpack_entries(files.read(name, _MAX_TILE_BYTES), tile.width)
    except BundleError:
        raise
    except ProofError as error:
        raise BundleError(name, str(error)) from error


def _tiles(level: int, size: int) -> Iterable[Tile]:
    """Return the files of hashes of a level."""
    if level < 0:
        return ()
    count = size >> (TILE_BITS * level)
    return (tile_at(level, index, size) for index in range(-(-count // TILE_WIDTH)))


def _hashes(tile: Tile, hashes: ReadHash) -> bytes:
    first = tile.index * TILE_WIDTH
    return b"".join(hashes(tile.level * TILE_BITS, first + at) for at in range(tile.width))


def _culprit(files: BundleFiles, size: int, hashes: ReadHash) -> BundleError:
    """Tell which file is wrong when the entries do not lead to the root that was signed."""
    for tile in _tiles(0, size):
        data = files.read(LOG + tile.path, _MAX_TILE_BYTES)
        name = LOG + Tile(-1, tile.index, tile.width).path
        for at in range(tile.width):
            if data[at * HASH_BYTES : (at + 1) * HASH_BYTES] != hashes(0, tile.index * TILE_WIDTH + at):
                return BundleError(name, f"entry {tile.index * TILE_WIDTH + at} is not the one that was logged")
    return BundleError(CHECKPOINT, "the log signed another history: its entries lead to another root")


def _parsed(raw: list[bytes]) -> Iterable[dict[str, Any]]:
    order = _Order()
    for number, data in enumerate(raw):
        try:
            yield _entry(data, order)
        except ProofError as error:
            tile = tile_at(0, number // TILE_WIDTH, len(raw))
            raise BundleError(LOG + Tile(-1, tile.index, tile.width).path, f"entry {number}: {error}") from error


def _entry(data: bytes, order: _Order) -> dict[str, Any]:
    match read_canonical(data):
        case {"type": str(kind), "id": str(identifier), "logged_at": str(logged_at)} as entry:
            order.take(kind, identifier, logged_at)
            if kind == "event":
                order.take_event(entry.get("sequence"), entry.get("at"))
        case {"kind": "hashedrekord", "apiVersion": "0.0.2"} as entry if "type" not in entry:
            pass
        case _:
            raise ProofError("neither an entry with type, id and time, nor a signature")
    return dict(entry)


@dataclass(slots=True)
class _Order:
    """What must hold of one entry after another: ids, times, numbers of events."""

    ids: set[str] = field(default_factory=set)
    sequence: int = 0
    logged_at: str = ""

    def take(self, kind: str, identifier: str, logged_at: str) -> None:
        if kind not in TYPES:
            raise ProofError(f"no such type, got {kind!r:.40}")
        if identifier in self.ids:
            raise ProofError(f"an id that another entry has, got {identifier!r:.40}")
        _check_time(logged_at)
        if logged_at < self.logged_at:
            raise ProofError(f"logged before the entry before it, got {logged_at}, expected {self.logged_at} or later")
        self.ids.add(identifier)
        self.logged_at = logged_at

    def take_event(self, sequence: Any, at: Any) -> None:
        self.sequence += 1
        if sequence != self.sequence:
            raise ProofError(f"an event is missing, got number {sequence!r:.40}, expected {self.sequence}")
        _check_time(at)


def _check_time(value: Any) -> None:
    problem = f"not a time, got {value!r:.40}, expected RFC 3339 in UTC with whole seconds"
    if not isinstance(value, str) or not _TIME.fullmatch(value):
        raise ProofError(problem)
    try:
        datetime.fromisoformat(value)
    except ValueError as error:
        raise ProofError(problem) from error
