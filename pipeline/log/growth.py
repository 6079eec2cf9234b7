"""Which files of a log are new when entries are added."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from pipeline.verify.merkle import HASH_BYTES, leaf_hash
from pipeline.verify.tiles import TILE_WIDTH, Tile, levels_of, pack_entries, tile_at, tile_root


def grow(size: int, entries: Sequence[bytes], read_tile: Callable[[Tile], bytes]) -> Iterator[tuple[Tile, bytes]]:
    """Yield every file that is new when entries are added to a log.

    Parameters
    ----------
    size : int
        Entries in the log before.
    entries : sequence of bytes
        Those to add.
    read_tile : callable
        Gives the last, incomplete files of the log as it was.
    """
    bundle = _last(-1, size, read_tile)
    yield from _fill(-1, size, bundle, [pack_entries([entry]) for entry in entries])
    level, below, added = 0, size, [leaf_hash(entry) for entry in entries]
    while added:
        last, above = _last(level, below, read_tile), []
        for tile, data in _fill(level, below, last, added):
            yield tile, data
            if tile.width == TILE_WIDTH:
                above.append(tile_root(data))
        level, below, added = level + 1, below // TILE_WIDTH, above


def _last(level: int, count: int, read_tile: Callable[[Tile], bytes]) -> bytes:
    """Return the bytes of the last file of a level, where it is not full."""
    if not count % TILE_WIDTH:
        return b""
    data = read_tile(Tile(level, count // TILE_WIDTH, count % TILE_WIDTH))
    return data if level < 0 else data[: count % TILE_WIDTH * HASH_BYTES]


def _fill(level: int, count: int, last: bytes, parts: Sequence[bytes]) -> Iterator[tuple[Tile, bytes]]:
    """Share parts out over files, the first of which has something in it already."""
    room = TILE_WIDTH - count % TILE_WIDTH
    total = count + len(parts)
    starts = [0, *range(room, len(parts), TILE_WIDTH)]
    for number, (start, end) in enumerate(zip(starts, [*starts[1:], len(parts)], strict=True)):
        tile = _tile(level, count // TILE_WIDTH + number, total)
        yield tile, (last if number == 0 else b"") + b"".join(parts[start:end])


def _tile(level: int, index: int, count: int) -> Tile:
    return Tile(level, index, tile_at(0, index, count).width)


def superseded(before: int, after: int) -> Iterator[Tile]:
    """Name the files that were incomplete and are full since a log has grown; nothing needs the incomplete ones."""
    for level in levels_of(before):
        scale = TILE_WIDTH ** max(level, 0)
        index = before // scale // TILE_WIDTH
        if before // scale % TILE_WIDTH and after // scale // TILE_WIDTH > index:
            yield Tile(level, index)
