"""Growing a log gives the files that it would have if it had been written at once."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.log.growth import grow, superseded
from pipeline.verify.merkle import leaf_hash
from pipeline.verify.tiles import Tile, pack_entries, tiles_of
from tests.pipeline.verify.test_tiles import tiles_over


def entries_of(start: int, count: int) -> list[bytes]:
    return [number.to_bytes(4, "big") for number in range(start, start + count)]


def grown(steps: list[int]) -> dict[Tile, bytes]:
    files: dict[Tile, bytes] = {}
    size = 0
    for step in steps:
        files |= dict(grow(size, entries_of(size, step), files.__getitem__))
        size += step
    return files


def at_once(size: int) -> dict[Tile, bytes]:
    files = tiles_over([leaf_hash(entry) for entry in entries_of(0, size)])
    for tile in tiles_of(size):
        if tile.level < 0:
            files[tile] = pack_entries(entries_of(tile.index * 256, tile.width))
    return files


@given(st.lists(st.integers(0, 600), max_size=6))
@settings(derandomize=True, deadline=None, max_examples=60)
def test_in_whatever_steps_a_log_grows_its_files_are_the_same(steps: list[int]) -> None:
    files = grown(steps)

    expected = at_once(sum(steps))
    assert {tile: files[tile] for tile in expected} == expected


@pytest.mark.parametrize("steps", [[65_535, 1], [65_536, 1], [70_000], [1, 65_300, 300, 65_500]], ids=str)
def test_levels_far_above_the_entries_grow_too(steps: list[int]) -> None:
    files = grown(steps)

    expected = at_once(sum(steps))
    assert {tile: files[tile] for tile in expected} == expected


@given(st.integers(0, 200_000), st.integers(0, 200_000))
@settings(derandomize=True, deadline=None, max_examples=300)
def test_incomplete_files_go_exactly_when_the_full_one_is_there(before: int, more: int) -> None:
    incomplete = {Tile(tile.level, tile.index) for tile in tiles_of(before) if tile.width < 256}
    whole = set(tiles_of(before + more))

    assert set(superseded(before, before + more)) == incomplete & whole
