"""Receipts: what a notifier holds in hand."""

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from pipeline.errors import ProofError
from pipeline.verify.merkle import complete_subtrees, inclusion_proof, leaf_hash, root_of
from pipeline.verify.notes import Checkpoint, KeyType, Note, VerifierKey, sign
from pipeline.verify.receipts import Receipt

ENTRIES = [f"entry {number}".encode() for number in range(11)]
READ = complete_subtrees(leaf_hash(entry) for entry in ENTRIES)
PRIVATE = Ed25519PrivateKey.from_private_bytes(bytes(32))
KEY = VerifierKey("log.example", KeyType.LOG, PRIVATE.public_key().public_bytes_raw())
TEXT = str(Checkpoint("log.example", 11, root_of(11, READ)))
RECEIPT = Receipt(
    index=4,
    proof=tuple(inclusion_proof(4, 11, READ)),
    checkpoint=Note(TEXT, (sign(PRIVATE, "log.example", TEXT),)),
    extra=ENTRIES[4],
)


def test_a_receipt_is_written_as_the_specification_has_it() -> None:
    lines = RECEIPT.encode().decode().split("\n")

    assert lines[:3] == ["c2sp.org/tlog-proof@v1", "extra ZW50cnkgNA==", "index 4"]
    assert lines[7:10] == ["", "log.example", "11"]
    assert Receipt.parse(RECEIPT.encode()) == RECEIPT


def test_a_receipt_holds_for_its_entry_alone() -> None:
    assert RECEIPT.check(ENTRIES[4], KEY).size == 11
    with pytest.raises(ProofError, match="does not lead to the root"):
        RECEIPT.check(ENTRIES[5], KEY)


def test_no_byte_of_a_receipt_can_be_changed() -> None:
    whole = RECEIPT.encode()

    for at in range(len(whole)):
        changed = whole[:at] + bytes([whole[at] ^ 0x01]) + whole[at + 1 :]
        with pytest.raises(ProofError):
            check_alone(changed)


def check_alone(data: bytes) -> None:
    receipt = Receipt.parse(data)
    receipt.check(receipt.extra, KEY)


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"c2sp.org/tlog-proof@v2\nindex 0\n\n", id="another version"),
        pytest.param(b"c2sp.org/tlog-proof@v1\n\n", id="no index"),
        pytest.param(b"c2sp.org/tlog-proof@v1\nindex 01\n\n" + RECEIPT.checkpoint.encode(), id="a leading zero"),
        pytest.param(
            b"c2sp.org/tlog-proof@v1\nindex 1\n" + b"A" * 43 + b"=\n" * 64 + b"\n\n" + RECEIPT.checkpoint.encode(),
            id="too many hashes",
        ),
        pytest.param(b"c2sp.org/tlog-proof@v1\nindex 1\nAAAA\n\n" + RECEIPT.checkpoint.encode(), id="a short hash"),
        pytest.param(b"\xff\n\n", id="not ASCII"),
    ],
)
def test_what_is_no_receipt_is_refused(data: bytes) -> None:
    with pytest.raises(ProofError):
        Receipt.parse(data)
