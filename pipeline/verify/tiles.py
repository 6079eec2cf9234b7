"""How a log lies in files: tiles of 256 hashes, bundles of 256 entries.

References
----------
.. [1] C2SP, tlog-tiles, https://c2sp.org/tlog-tiles
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from pipeline.errors import ProofError
from pipeline.verify.merkle import HASH_BYTES, ReadHash, node_hash

TILE_WIDTH: Final = 256
TILE_BITS: Final = 8
MAX_ENTRY_BYTES: Final = 65_535


@dataclass(frozen=True, slots=True, order=True)
class Tile:
    """A file of a log.

    Attributes
    ----------
    level : int
        0 holds the hashes of entries, each level above those of 256 of the one below; -1 holds the entries themselves.
    index : int
        From the left, from 0.
    width : int
        Hashes or entries in it, 1 to 256.
    """

    level: int
    index: int
    width: int = TILE_WIDTH

    @property
    def path(self) -> str:
        """Where it lies in the log's folder.

        Examples
        --------
        >>> Tile(0, 1_234_067, 5).path
        'tile/0/x001/x234/067.p/5'
        >>> Tile(-1, 0).path
        'tile/entries/000'
        """
        parts = [f"{self.index % 1000:03}"]
        rest = self.index // 1000
        while rest:
            parts.append(f"x{rest % 1000:03}")
            rest //= 1000
        level = "entries" if self.level < 0 else str(self.level)
        partial = f".p/{self.width}" if self.width < TILE_WIDTH else ""
        return f"tile/{level}/{'/'.join(reversed(parts))}{partial}"


def tiles_of(size: int) -> Iterator[Tile]:
    """Name every file of a log with so many entries, except the checkpoint.

    Examples
    --------
    >>> [tile.path for tile in tiles_of(257)]
    ['tile/entries/000', 'tile/entries/001.p/1', 'tile/0/000', 'tile/0/001.p/1', 'tile/1/000.p/1']
    """
    for level in levels_of(size):
        count = size >> (TILE_BITS * max(level, 0))
        yield from (Tile(level, index) for index in range(count // TILE_WIDTH))
        if count % TILE_WIDTH:
            yield Tile(level, count // TILE_WIDTH, count % TILE_WIDTH)


def levels_of(size: int) -> Iterator[int]:
    """Name the levels that a log with so many entries has files of, from the entries (-1) up."""
    level = -1
    while size >> (TILE_BITS * max(level, 0)):
        yield level
        level += 1


def hash_reader(read_tile: Callable[[Tile], bytes], size: int) -> ReadHash:
    """Read hashes of complete subtrees from the tiles of a log.

    Parameters
    ----------
    read_tile : callable
        Gives the bytes of a tile.
    size : int
        Entries in the log, which decides how wide its last tiles are.
    """

    def read(level: int, index: int) -> bytes:
        height = level % TILE_BITS
        first = index << height
        tile = tile_at(level // TILE_BITS, first // TILE_WIDTH, size)
        data = read_tile(tile)
        if len(data) != tile.width * HASH_BYTES:
            raise ProofError(f"{tile.path}: not a tile, got {len(data)} bytes, expected {tile.width * HASH_BYTES}")
        start = first % TILE_WIDTH
        return tile_root(data[start * HASH_BYTES : (start + (1 << height)) * HASH_BYTES])

    return read


def tile_at(level: int, index: int, size: int) -> Tile:
    """Return a tile with the width that it has in a log of so many entries."""
    count = size >> (TILE_BITS * max(level, 0))
    return Tile(level, index, min(count - index * TILE_WIDTH, TILE_WIDTH))


def tile_root(hashes: bytes) -> bytes:
    """Hash a power of two of hashes that lie one after another into one."""
    level = [hashes[at : at + HASH_BYTES] for at in range(0, len(hashes), HASH_BYTES)]
    while len(level) > 1:
        level = [node_hash(left, right) for left, right in zip(level[::2], level[1::2], strict=True)]
    return level[0]


def pack_entries(entries: Iterable[bytes]) -> bytes:
    """Write entries one after another, each behind its length."""
    return b"".join(len(entry).to_bytes(2, "big") + entry for entry in entries)


def unpack_entries(data: bytes, count: int) -> list[bytes]:
    """Read the entries of a bundle.

    Raises
    ------
    ProofError
        If there are not exactly so many.
    """
    entries: list[bytes] = []
    at = 0
    while at < len(data):
        end = at + 2 + int.from_bytes(data[at : at + 2], "big")
        if end > len(data) or at + 2 > len(data):
            raise ProofError(f"entry {len(entries)} of the bundle is cut short")
        entries.append(data[at + 2 : end])
        at = end
    if len(entries) != count:
        raise ProofError(f"not the entries of the bundle, got {len(entries)}, expected {count}")
    return entries
