"""Proofs, against a tree that is computed the slow way and against an implementation that is not ours."""

import hashlib

import pymerkle
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.errors import ProofError
from pipeline.verify.merkle import (
    EMPTY_ROOT,
    check_consistency,
    check_inclusion,
    complete_subtrees,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    root_of,
)

ENTRIES = [f"entry {number}".encode() for number in range(300)]
LEAVES = [leaf_hash(entry) for entry in ENTRIES]
READ = complete_subtrees(LEAVES)
SIZES = st.integers(1, len(ENTRIES))


def slow_root(leaves: list[bytes]) -> bytes:
    """RFC 6962, section 2.1, word for word."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    half = 1
    while half * 2 < len(leaves):
        half *= 2
    return hashlib.sha256(b"\x01" + slow_root(leaves[:half]) + slow_root(leaves[half:])).digest()


@pytest.mark.parametrize("size", range(40))
def test_the_root_is_that_of_the_definition(size: int) -> None:
    assert root_of(size, READ) == slow_root(LEAVES[:size])


@pytest.mark.parametrize("size", [1, 2, 3, 7, 8, 255, 256, 300])
def test_another_implementation_finds_the_same_root_and_proofs(size: int) -> None:
    tree = pymerkle.InmemoryTree(algorithm="sha256")
    for entry in ENTRIES[:size]:
        tree.append(entry)

    assert root_of(size, READ) == tree.get_state()
    for index in {0, size // 2, size - 1}:
        theirs = [bytes.fromhex(part) for part in tree.prove_inclusion(index + 1, size).serialize()["path"]]
        assert LEAVES[index] in theirs
        assert set(inclusion_proof(index, size, READ)) == set(theirs) - {LEAVES[index]}


@given(SIZES, st.data())
@settings(derandomize=True, deadline=None, max_examples=300)
def test_a_proof_of_inclusion_holds_for_its_entry_alone(size: int, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, size - 1))
    other = data.draw(st.integers(0, size - 1).filter(lambda place: place != index)) if size > 1 else None
    proof = inclusion_proof(index, size, READ)
    root = root_of(size, READ)

    check_inclusion(index, size, LEAVES[index], root, proof)
    with pytest.raises(ProofError):
        check_inclusion(index, size, leaf_hash(b"another"), root, proof)
    if other is not None:
        with pytest.raises(ProofError):
            check_inclusion(index, size, LEAVES[other], root, proof)
        with pytest.raises(ProofError):
            check_inclusion(other, size, LEAVES[index], root, proof)


@given(SIZES, st.data())
@settings(derandomize=True, deadline=None, max_examples=300)
def test_a_proof_of_consistency_holds_for_its_two_trees_alone(size: int, data: st.DataObject) -> None:
    old = data.draw(st.integers(0, size))
    proof = consistency_proof(old, size, READ)
    roots = root_of(old, READ), root_of(size, READ)

    check_consistency(old, size, *roots, proof)
    for wrong in ((roots[0], leaf_hash(b"x")), (leaf_hash(b"x"), roots[1])):
        if old:
            with pytest.raises(ProofError):
                check_consistency(old, size, *(wrong if old < size or wrong[0] != wrong[1] else roots), proof)


@given(SIZES, st.data())
@settings(derandomize=True, deadline=None, max_examples=300)
def test_a_proof_that_was_cut_lengthened_or_changed_does_not_hold(size: int, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, size - 1))
    old = data.draw(st.integers(1, size))
    inclusion, consistency = inclusion_proof(index, size, READ), consistency_proof(old, size, READ)
    root, old_root = root_of(size, READ), root_of(old, READ)

    for proof in spoilt(inclusion):
        with pytest.raises(ProofError):
            check_inclusion(index, size, LEAVES[index], root, proof)
    for proof in spoilt(consistency):
        with pytest.raises(ProofError):
            check_consistency(old, size, old_root, root, proof)


def spoilt(proof: list[bytes]) -> list[list[bytes]]:
    extra = [[*proof, EMPTY_ROOT], [EMPTY_ROOT, *proof]]
    changed = [[*proof[:at], EMPTY_ROOT, *proof[at + 1 :]] for at in range(len(proof))]
    return extra + changed + [proof[:at] + proof[at + 1 :] for at in range(len(proof))]


def test_a_smaller_tree_is_never_consistent_with_a_larger_one() -> None:
    with pytest.raises(ProofError, match="smaller"):
        check_consistency(5, 4, root_of(5, READ), root_of(4, READ), [])


@pytest.mark.parametrize("index", [-1, 4, 10**9])
def test_an_entry_beyond_the_tree_has_no_proof(index: int) -> None:
    with pytest.raises(ProofError, match="no such entry"):
        inclusion_proof(index, 4, READ)
    with pytest.raises(ProofError, match="no such entry"):
        check_inclusion(index, 4, LEAVES[0], root_of(4, READ), [])
