"""Logs in files: the specification's worked examples."""

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.errors import ProofError
from pipeline.verify.merkle import HASH_BYTES, complete_subtrees, consistency_proof, inclusion_proof, leaf_hash, root_of
from pipeline.verify.tiles import Tile, hash_reader, pack_entries, tile_root, tiles_of, unpack_entries


def test_a_log_of_70_000_entries_has_the_tiles_of_the_specification() -> None:
    tiles = list(tiles_of(70_000))

    assert Counter((tile.level, tile.width) for tile in tiles) == {
        (-1, 256): 273,
        (-1, 112): 1,
        (0, 256): 273,
        (0, 112): 1,
        (1, 256): 1,
        (1, 17): 1,
        (2, 1): 1,
    }
    assert {tile.path for tile in tiles if tile.width < 256} == {
        "tile/entries/273.p/112",
        "tile/0/273.p/112",
        "tile/1/001.p/17",
        "tile/2/000.p/1",
    }


@pytest.mark.parametrize(
    ("index", "path"),
    [(0, "000"), (999, "999"), (1000, "x001/000"), (1_234_067, "x001/x234/067"), (10**9, "x001/x000/x000/000")],
)
def test_the_index_of_a_tile_is_written_in_thousands(index: int, path: str) -> None:
    assert Tile(3, index).path == f"tile/3/{path}"


@given(st.integers(1, 70_000))
@settings(derandomize=True, deadline=None, max_examples=50)
def test_proofs_read_from_tiles_are_those_of_the_tree(size: int) -> None:
    leaves = [leaf_hash(number.to_bytes(4, "big")) for number in range(size)]
    whole = complete_subtrees(leaves)
    read = hash_reader(tiles_over(leaves).__getitem__, size)

    assert root_of(size, read) == root_of(size, whole)
    assert inclusion_proof(size // 3, size, read) == inclusion_proof(size // 3, size, whole)
    assert consistency_proof(size // 2, size, read) == consistency_proof(size // 2, size, whole)


def tiles_over(leaves: list[bytes]) -> dict[Tile, bytes]:
    tiles = {}
    level = leaves
    for tile in tiles_of(len(leaves)):
        if tile.level < 0:
            continue
        if tile.level and tile.index == 0:
            level = [tile_root(b"".join(level[at : at + 256])) for at in range(0, len(level) // 256 * 256, 256)]
        tiles[tile] = b"".join(level[tile.index * 256 : tile.index * 256 + tile.width])
    return tiles


def test_a_tile_of_another_length_is_refused() -> None:
    read = hash_reader(lambda _tile: bytes(HASH_BYTES * 3), 4)

    with pytest.raises(ProofError, match=r"tile/0/000\.p/4: not a tile, got 96 bytes, expected 128"):
        root_of(4, read)


@given(st.lists(st.binary(max_size=300), max_size=20))
@settings(derandomize=True, deadline=None)
def test_entries_come_out_as_they_went_in(entries: list[bytes]) -> None:
    assert unpack_entries(pack_entries(entries), len(entries)) == entries


@pytest.mark.parametrize("data", [b"\x00", b"\x00\x05abc", b"\x00\x01a\x00", b"\x00\x01a\x00\x01b"])
def test_a_bundle_that_is_cut_or_has_too_many_entries_is_refused(data: bytes) -> None:
    with pytest.raises(ProofError):
        unpack_entries(data, 1)
