"""Merkle trees over the entries of a log: hashes, roots, and proofs made and checked.

References
----------
.. [1] B. Laurie, A. Langley, E. Kasper, "Certificate Transparency", RFC 6962, 2013, section 2.1.
.. [2] B. Laurie, E. Messeri, R. Stradling, "Certificate Transparency Version 2.0", RFC 9162, 2021, section 2.1:
   the algorithms by which proofs are checked.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from typing import Final

from pipeline.errors import ProofError

HASH_BYTES: Final = 32
EMPTY_ROOT: Final = hashlib.sha256(b"").digest()

ReadHash = Callable[[int, int], bytes]
"""Gives the hash of the complete subtree number `index` (from the left, from 0) of 2**level leaves."""


def leaf_hash(entry: bytes) -> bytes:
    """Return the hash of one entry."""
    return hashlib.sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of two subtrees side by side."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def complete_subtrees(leaves: Iterable[bytes]) -> ReadHash:
    """Hash every complete subtree over some leaf hashes, in memory: about twice as many hashes as leaves."""
    levels = [list(leaves)]
    while len(levels[-1]) > 1:
        below = levels[-1]
        levels.append([node_hash(a, b) for a, b in zip(below[::2], below[1::2], strict=False)])
    return lambda level, index: levels[level][index]


def root_of(size: int, read: ReadHash) -> bytes:
    """Return the root of the tree over the first `size` entries.

    Examples
    --------
    >>> leaves = [leaf_hash(b"a"), leaf_hash(b"b")]
    >>> root_of(2, complete_subtrees(leaves)) == node_hash(*leaves)
    True
    """
    return _range_root(0, size, read) if size else EMPTY_ROOT


def inclusion_proof(index: int, size: int, read: ReadHash) -> list[bytes]:
    """Return the hashes that lead from an entry to the root, the nearest first.

    Parameters
    ----------
    index : int
        The entry, from 0.
    size : int
        Entries in the tree, more than `index`.
    read : callable
        Hashes of complete subtrees.
    """
    if not 0 <= index < size:
        raise ProofError(f"no such entry, got {index}, expected 0 to {size - 1}")
    proof: list[bytes] = []
    low, high = 0, size
    while high - low > 1:
        middle = low + _split(high - low)
        if index < middle:
            proof.append(_range_root(middle, high, read))
            high = middle
        else:
            proof.append(_range_root(low, middle, read))
            low = middle
    return proof[::-1]


def consistency_proof(old: int, size: int, read: ReadHash) -> list[bytes]:
    """Return the hashes that show that the tree of `size` entries begins with the tree of `old` entries."""
    if not 0 <= old <= size:
        raise ProofError(f"no such tree, got {old} entries, expected 0 to {size}")
    if old in {0, size}:
        return []
    proof: list[bytes] = []
    low, high = 0, size
    while high != old:
        middle = low + _split(high - low)
        if old <= middle:
            proof.append(_range_root(middle, high, read))
            high = middle
        else:
            proof.append(_range_root(low, middle, read))
            low = middle
    return [*([_range_root(low, high, read)] if low else []), *proof[::-1]]


def root_from_inclusion(index: int, size: int, leaf: bytes, proof: Sequence[bytes]) -> bytes:
    """Return the root that an inclusion proof leads to.

    Raises
    ------
    ProofError
        If the proof is too long or too short for the place of the entry.
    """
    if not 0 <= index < size:
        raise ProofError(f"no such entry, got {index}, expected 0 to {size - 1}")
    place, last, seen = index, size - 1, leaf
    for sibling in proof:
        if last == 0:
            raise ProofError("the inclusion proof is too long")
        if place & 1 or place == last:
            seen = node_hash(sibling, seen)
            while place and not place & 1:
                place, last = place >> 1, last >> 1
        else:
            seen = node_hash(seen, sibling)
        place, last = place >> 1, last >> 1
    if last:
        raise ProofError("the inclusion proof is too short")
    return seen


def check_inclusion(index: int, size: int, leaf: bytes, root: bytes, proof: Sequence[bytes]) -> None:
    """Check that a leaf is entry number `index` of the tree with this size and root.

    Raises
    ------
    ProofError
        If the proof does not show it.
    """
    if root_from_inclusion(index, size, leaf, proof) != root:
        raise ProofError(f"the inclusion proof of entry {index} does not lead to the root of {size} entries")


def check_consistency(old: int, size: int, old_root: bytes, root: bytes, proof: Sequence[bytes]) -> None:
    """Check that the tree of `size` entries begins with the tree of `old` entries.

    Raises
    ------
    ProofError
        If the proof does not show it.
    """
    problem = f"the tree of {size} entries is not shown to begin with that of {old}"
    if not 0 <= old <= size:
        raise ProofError(f"{problem}: it is smaller")
    if old in {0, size}:
        if proof or (old == size and old_root != root) or (old == 0 and old_root != EMPTY_ROOT):
            raise ProofError(problem)
        return
    if not proof:
        raise ProofError(f"{problem}: the proof is empty")
    hashes = list(proof) if old & (old - 1) else [old_root, *proof]
    if _roots_from_consistency(old, size, hashes, problem) != (old_root, root):
        raise ProofError(problem)


def _roots_from_consistency(old: int, size: int, hashes: list[bytes], problem: str) -> tuple[bytes, bytes]:
    place, last = old - 1, size - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    old_seen = seen = hashes[0]
    for sibling in hashes[1:]:
        if last == 0:
            raise ProofError(f"{problem}: the proof is too long")
        if place & 1 or place == last:
            old_seen, seen = node_hash(sibling, old_seen), node_hash(sibling, seen)
            while place and not place & 1:
                place, last = place >> 1, last >> 1
        else:
            seen = node_hash(seen, sibling)
        place, last = place >> 1, last >> 1
    if last:
        raise ProofError(f"{problem}: the proof is too short")
    return old_seen, seen


def _split(count: int) -> int:
    """Return the largest power of two below a count of at least two."""
    return 1 << ((count - 1).bit_length() - 1)


def _range_root(low: int, high: int, read: ReadHash) -> bytes:
    count = high - low
    if not count & (count - 1):
        level = count.bit_length() - 1
        return read(level, low >> level)
    middle = low + _split(count)
    return node_hash(_range_root(low, middle, read), _range_root(middle, high, read))
