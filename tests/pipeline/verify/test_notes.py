"""Signed notes: the specification's example, checkpoints, witnesses, and what is refused."""

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from pipeline.errors import ProofError
from pipeline.verify.notes import Checkpoint, KeyType, Note, VerifierKey, cosign, open_checkpoint, sign

EXAMPLE_KEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
EXAMPLE = (
    "If you think cryptography is the answer to your problem,\n"
    "then you don't know what your problem is.\n"
    "\n"
    "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
)
LOG = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
WITNESS = Ed25519PrivateKey.from_private_bytes(bytes(range(1, 33)))
LOG_KEY = VerifierKey("log.example", KeyType.LOG, LOG.public_key().public_bytes_raw())
WITNESS_KEY = VerifierKey("witness.example/w1", KeyType.WITNESS, WITNESS.public_key().public_bytes_raw())
TEXT = str(Checkpoint("log.example", 20_852_163, bytes(32)))
NOTE = Note(TEXT, (sign(LOG, "log.example", TEXT), cosign(WITNESS, "witness.example/w1", TEXT, 1_793_000_000)))


def test_the_example_of_the_specification_verifies() -> None:
    key = VerifierKey.parse(EXAMPLE_KEY)
    note = Note.parse(EXAMPLE.encode())

    assert str(key) == EXAMPLE_KEY
    assert note.encode() == EXAMPLE.encode()
    assert note.signed_by([key]) == {key: None}


def test_a_checkpoint_says_who_signed_it_and_when_a_witness_saw_it() -> None:
    note = Note.parse(NOTE.encode())

    assert note.signed_by([LOG_KEY, WITNESS_KEY]) == {LOG_KEY: None, WITNESS_KEY: 1_793_000_000}
    assert open_checkpoint(note, LOG_KEY) == Checkpoint("log.example", 20_852_163, bytes(32))


def test_lines_of_unknown_keys_are_ignored() -> None:
    strange = NOTE.encode() + "— somebody.example AAAAAAAAAAAAAAAAAAAA\n".encode()

    assert Note.parse(strange).signed_by([LOG_KEY]) == {LOG_KEY: None}


def test_a_wrong_signature_by_a_known_key_spoils_the_note() -> None:
    forged = NOTE.with_lines([cosign(WITNESS, "witness.example/w1", TEXT + "x", 1)])

    with pytest.raises(ProofError, match=r"witness\.example/w1 does not hold"):
        forged.signed_by([LOG_KEY, WITNESS_KEY])


def test_no_byte_of_a_checkpoint_can_be_changed() -> None:
    whole = NOTE.encode()

    for at in range(len(whole)):
        for flip in (0x01, 0x20, 0x80):
            changed = whole[:at] + bytes([whole[at] ^ flip]) + whole[at + 1 :]
            try:
                note = Note.parse(changed)
                same = len(note.signed_by([LOG_KEY, WITNESS_KEY])) == 2
            except ProofError:
                continue
            assert not same, at


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"text\n", id="no signature"),
        pytest.param(b"text\n\n", id="no line after the blank one"),
        pytest.param(NOTE.encode()[:-1], id="no end of line"),
        pytest.param(NOTE.encode().replace(b"log", b"l\xff"), id="not UTF-8"),
        pytest.param(NOTE.encode().replace(b"\n", b"\r\n"), id="line ends of another system"),
        pytest.param("text\n\n— a+b AAAAAAAA\n".encode(), id="a plus in the name"),
        pytest.param("text\n\n— a AAAA\n".encode(), id="no signature behind the key id"),
        pytest.param("text\n\n— a AAAAAAB\n".encode(), id="not Base64"),
        pytest.param(b"x" * 300_000, id="too long"),
    ],
)
def test_what_is_no_note_is_refused(data: bytes) -> None:
    with pytest.raises(ProofError):
        Note.parse(data)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("log.example\n-1\nAAAA\n", id="a negative size"),
        pytest.param("log.example\n01\n" + TEXT.split("\n")[2] + "\n", id="a leading zero"),
        pytest.param("log.example\n1\nAAAA\n", id="a short root"),
        pytest.param(TEXT + "extension\n", id="an extension line"),
        pytest.param("\n1\n" + TEXT.split("\n")[2] + "\n", id="no origin"),
        pytest.param(f"log.example\n{10**30}\n" + TEXT.split("\n")[2] + "\n", id="a size no log has"),
    ],
)
def test_what_is_no_checkpoint_is_refused(text: str) -> None:
    with pytest.raises(ProofError):
        Checkpoint.parse(text)


@pytest.mark.parametrize(
    "vkey",
    [
        "",
        "name",
        "name+c74f20a3",
        EXAMPLE_KEY.replace("c74f20a3", "c74f20a4"),
        EXAMPLE_KEY.replace("+AR", "+AB"),
        EXAMPLE_KEY[:-4],
        EXAMPLE_KEY.replace("Peter", "Peter "),
    ],
)
def test_what_is_no_key_is_refused(vkey: str) -> None:
    with pytest.raises(ProofError):
        VerifierKey.parse(vkey)


def test_the_checkpoint_of_another_log_is_refused() -> None:
    text = TEXT.replace("log.example", "other.example")

    with pytest.raises(ProofError, match="another log"):
        open_checkpoint(Note(text, (sign(LOG, "log.example", text),)), LOG_KEY)
