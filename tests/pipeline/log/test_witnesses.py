"""Witnesses: asked for their signature, believed only after checking, and never deceived."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from pipeline.errors import LogError
from pipeline.log import Keys, Log, init_keys, open_log
from pipeline.log.keys import SIGNED
from pipeline.log.witnesses import cosignatures, without_repeats
from pipeline.verify.policy import Witness
from tests.pipeline.log.test_writer import draft
from tests.pipeline.log.witness import SEEN_AT, LocalWitness, serving

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)


@pytest.fixture
def keys(tmp_path: Path) -> Keys:
    return init_keys(tmp_path / "keys", "log.example", NOW)


@pytest.fixture
def witness(keys: Keys) -> LocalWitness:
    return LocalWitness("witness.example", keys.verifier)


@pytest.fixture
def address(witness: LocalWitness) -> Iterator[str]:
    with serving(witness) as (url,):
        yield url


@pytest.fixture
def log(tmp_path: Path, keys: Keys) -> Iterator[Log]:
    with open_log(tmp_path / "log", keys) as opened:
        yield opened


def grow(log: Log, count: int) -> None:
    log.append([draft(log.size + at) for at in range(count)], NOW)
    log.publish()


def ask(log: Log, witness: LocalWitness, address: str) -> None:
    known = Witness(key=witness.key, url=address)
    with httpx.Client() as client:
        log.add_witnesses(cosignatures(log, log.publish(), known, client))


def test_a_witness_signs_a_log_as_it_grows(log: Log, witness: LocalWitness, address: str) -> None:
    for count in (1, 5, 300, 7):
        grow(log, count)
        ask(log, witness, address)

        assert log.publish().signed_by([witness.key]) == {witness.key: SEEN_AT}
        assert witness.seen.size == log.size


def test_who_has_signed_is_not_asked_again(log: Log, witness: LocalWitness, address: str) -> None:
    grow(log, 3)
    known = Witness(key=witness.key, url=address)
    assert without_repeats(log.publish(), [known, Witness(key=witness.key)]) == [known]
    ask(log, witness, address)

    assert without_repeats(log.publish(), [known]) == []
    ask(log, witness, address)
    assert len(log.publish().signatures) == 2


def test_a_witness_that_has_seen_more_reveals_a_log_restored_from_an_old_copy(
    tmp_path: Path, keys: Keys, witness: LocalWitness, address: str
) -> None:
    with open_log(tmp_path / "whole", keys) as whole:
        grow(whole, 9)
        ask(whole, witness, address)
    (keys.folder / SIGNED).unlink()

    with open_log(tmp_path / "part", keys) as part:
        grow(part, 4)
        with pytest.raises(LogError, match=r"has seen 9 entries of this log, which has 4"):
            ask(part, witness, address)


def test_a_witness_signs_no_second_history(tmp_path: Path, keys: Keys, witness: LocalWitness, address: str) -> None:
    with open_log(tmp_path / "one", keys) as one:
        grow(one, 4)
        ask(one, witness, address)
    (keys.folder / SIGNED).unlink()

    with open_log(tmp_path / "two", keys) as two:
        two.append([draft(77)], NOW)
        grow(two, 8)
        with pytest.raises(LogError, match="status 422"):
            ask(two, witness, address)
    assert witness.seen.size == 4


@pytest.mark.parametrize(
    ("answer", "problem"),
    [
        pytest.param((500, b"broken"), "did not sign, got status 500: 'broken'", id="an error"),
        pytest.param((404, b""), "status 404", id="an unknown log"),
        pytest.param((302, b""), "status 302", id="a redirect"),
        pytest.param((409, b"not consistent\n"), "knows another checkpoint", id="another root"),
        pytest.param((409, b"99999999999999999999999\n"), "knows another checkpoint", id="a size no log has"),
        pytest.param((200, b"hello"), "not a signature line", id="no signature"),
        pytest.param((200, b"\xff\xfe"), "not a signature line", id="no text"),
        pytest.param((200, "— else.example AAAAAAAAAAAA\n".encode()), "signs with another key", id="another key"),
        pytest.param((200, b"x" * 100_000), "answers with more than 65,536 bytes", id="without end"),
    ],
)
def test_a_witness_that_answers_otherwise_is_not_believed(
    log: Log, witness: LocalWitness, address: str, answer: tuple[int, bytes], problem: str
) -> None:
    grow(log, 2)
    witness.answer_with = answer

    with pytest.raises(LogError, match=problem):
        ask(log, witness, address)
    assert len(log.publish().signatures) == 1


def test_a_forged_signature_is_not_taken_over(log: Log, witness: LocalWitness, address: str) -> None:
    grow(log, 2)
    forger = LocalWitness("witness.example", witness.log, seed=2)
    line = str(forger.answer(b"old 0\n\n" + log.publish().encode())[1].decode())
    witness.answer_with = 200, line.replace(line.split(" ")[2][:6], "").encode()

    with pytest.raises(LogError):
        ask(log, witness, address)


def test_a_witness_that_cannot_be_reached_is_named(log: Log, witness: LocalWitness) -> None:
    grow(log, 1)

    with pytest.raises(LogError, match=r"http://127\.0\.0\.1:9/: the witness cannot be reached"):
        ask(log, witness, "http://127.0.0.1:9/")
