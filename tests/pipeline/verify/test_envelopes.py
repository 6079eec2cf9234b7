"""Statements, their envelopes and CMS signatures: what was signed holds, and no other byte does."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pipeline.errors import ProofError
from pipeline.log import Keys, init_keys
from pipeline.log.signing import cms_sign, root_of_trust, sign_statement
from pipeline.verify.canonical import canonical
from pipeline.verify.cms import check_detached
from pipeline.verify.envelopes import (
    PREDICATE_TYPE,
    STATEMENT_TYPE,
    Envelope,
    key_of_entry,
    read_statement,
    signed_bytes,
    subjects_of,
)
from pipeline.verify.sigstore import read_trusted_root

SUBJECTS = {"metrics.csv": "a" * 64, "frame.csv": "b" * 64}
DATA = b"metric,period\nprevalence,2026-Q4\n"


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Keys:
    return init_keys(tmp_path_factory.mktemp("keys") / "keys", "log.example", datetime(2026, 10, 1, tzinfo=UTC))


@pytest.fixture(scope="module")
def envelope(keys: Keys) -> Envelope:
    return sign_statement(keys, SUBJECTS, {"period": "2026-Q4"})


def every_change(data: bytes) -> Iterator[bytes]:
    """Yield the bytes with each single bit changed."""
    for at in range(len(data)):
        for bit in range(8):
            yield data[:at] + bytes([data[at] ^ (1 << bit)]) + data[at + 1 :]


def test_what_is_signed_is_the_type_and_the_payload_behind_their_lengths() -> None:
    assert signed_bytes(b"hello world") == b"DSSEv1 28 application/vnd.in-toto+json 11 hello world"


def test_a_signed_statement_tells_the_digests_of_its_files(envelope: Envelope) -> None:
    assert subjects_of(envelope.check()) == SUBJECTS
    assert key_of_entry(envelope.entry()) == envelope.key


def test_the_same_statement_is_signed_with_the_same_bytes(keys: Keys, envelope: Envelope) -> None:
    assert sign_statement(keys, SUBJECTS, {"period": "2026-Q4"}) == envelope
    assert cms_sign(keys, DATA) == cms_sign(keys, DATA)


def test_no_bit_of_a_key_can_be_changed(envelope: Envelope) -> None:
    for key in every_change(envelope.key):
        with pytest.raises(ProofError):
            Envelope(payload=envelope.payload, signature=envelope.signature, key=key).check()


def test_no_bit_of_a_signature_can_be_changed(envelope: Envelope) -> None:
    for signature in every_change(envelope.signature):
        with pytest.raises(ProofError):
            Envelope(payload=envelope.payload, signature=signature, key=envelope.key).check()


@pytest.mark.filterwarnings("ignore:Parsed a serial number")
def test_no_bit_of_a_cms_signature_or_its_file_can_be_changed(keys: Keys) -> None:
    message = cms_sign(keys, DATA)
    assert check_detached(message, DATA) == keys.certificate

    for changed in every_change(DATA):
        with pytest.raises(ProofError):
            check_detached(message, changed)
    for changed in every_change(message):
        with pytest.raises(ProofError):
            check_detached(changed, DATA)


def test_a_trusted_root_names_the_log_and_of_a_changed_one_no_byte_is_stumbled_over(keys: Keys) -> None:
    root = root_of_trust(keys)
    refused = 0

    for changed in every_change(root):
        try:
            read_trusted_root(changed)
        except ProofError:
            refused += 1

    assert read_trusted_root(root) == (keys.verifier, [])
    assert refused > len(root)


@pytest.mark.parametrize(
    "document",
    [
        pytest.param({}, id="nothing"),
        pytest.param([], id="a list"),
        pytest.param({"_type": STATEMENT_TYPE, "predicateType": PREDICATE_TYPE, "subject": []}, id="no files"),
        pytest.param(
            {"_type": "x", "predicateType": PREDICATE_TYPE, "subject": [{}], "predicate": {}}, id="another type"
        ),
        pytest.param(
            {
                "_type": STATEMENT_TYPE,
                "predicateType": PREDICATE_TYPE,
                "subject": [{"name": "a", "digest": {"sha256": "A" * 64}}],
                "predicate": {},
            },
            id="a digest in capitals",
        ),
        pytest.param(
            {
                "_type": STATEMENT_TYPE,
                "predicateType": PREDICATE_TYPE,
                "subject": [{"name": "a", "digest": {"sha256": "a" * 64}}] * 2,
                "predicate": {},
            },
            id="a file twice",
        ),
    ],
)
def test_what_is_no_statement_is_refused(document: object) -> None:
    with pytest.raises(ProofError):
        read_statement(canonical(document))


def test_other_files_are_no_cms_signatures(tmp_path: Path) -> None:
    for data in (b"", b"0", b"\x30\x80", b"\x30\x84\xff\xff\xff\xff", Path(__file__).read_bytes(), bytes(1000)):
        with pytest.raises(ProofError):
            check_detached(data, DATA)
