"""Asking witnesses to sign a checkpoint.

References
----------
.. [1] C2SP, tlog-witness, https://c2sp.org/tlog-witness
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

import httpx

from pipeline.errors import LogError, ProofError
from pipeline.log.folder import LogFolder
from pipeline.log.writer import Log
from pipeline.verify.base64s import encode
from pipeline.verify.merkle import consistency_proof
from pipeline.verify.notes import Checkpoint, Note, SignatureLine
from pipeline.verify.policy import Witness

TIMEOUT_S: Final = 20.0
MAX_ANSWER_BYTES: Final = 65_536
_CONFLICT: Final = 409


def request_body(folder: LogFolder, note: Note, old: int) -> bytes:
    """Return what a witness is sent: since when, the proof that nothing before has changed, and the checkpoint."""
    size = Checkpoint.parse(note.text).size
    proof = consistency_proof(old, size, folder.hashes(size))
    return "\n".join([f"old {old}", *map(encode, proof), "", ""]).encode() + note.encode()


def cosignatures(folder: LogFolder, note: Note, witness: Witness, client: httpx.Client) -> tuple[SignatureLine, ...]:
    """Ask one witness to sign a checkpoint.

    Parameters
    ----------
    folder : LogFolder
        The log, to prove what it was before.
    note : Note
        Its checkpoint.
    witness : Witness
        With the address to which checkpoints are sent.
    client : Client
        For HTTP; it should follow no redirects.

    Returns
    -------
    tuple of SignatureLine
        Of this witness alone, checked.

    Raises
    ------
    LogError
        If the witness cannot be reached, refuses, or has seen more than this log has: then there are two histories.
    """
    size = Checkpoint.parse(note.text).size
    status, answer = _ask(client, witness, request_body(folder, note, 0))
    if status == _CONFLICT:
        old = _seen_size(answer, witness)
        if old > size:
            raise LogError(
                f"{witness.url}: has seen {old} entries of this log, which has {size}: it was restored from an old "
                "copy, or written elsewhere too"
            )
        status, answer = _ask(client, witness, request_body(folder, note, old))
    if status != httpx.codes.OK:
        raise LogError(f"{witness.url}: did not sign, got status {status}: {answer[:200].strip()!r}")
    return _checked(answer, note, witness)


def ask_all(log: Log, witnesses: Iterable[Witness], client: httpx.Client) -> list[str]:
    """Have every witness that has an address and has not signed yet sign the published checkpoint.

    Parameters
    ----------
    log : Log
        Open for writing; is published.
    witnesses : iterable of Witness
        Of the policy.
    client : Client
        As for `cosignatures`.

    Returns
    -------
    list of str
        What went wrong with whom. The others have signed; asking again asks only those who have not.
    """
    problems = []
    for witness in without_repeats(log.publish(), witnesses):
        try:
            log.add_witnesses(cosignatures(log, log.publish(), witness, client))
        except LogError as error:
            problems.append(str(error))
    return problems


def without_repeats(note: Note, witnesses: Iterable[Witness]) -> list[Witness]:
    """Return the witnesses with an address who have not signed a checkpoint yet."""
    listed = [witness for witness in witnesses if witness.url]
    signed = note.signed_by(witness.key for witness in listed)
    return [witness for witness in listed if witness.key not in signed]


def _ask(client: httpx.Client, witness: Witness, body: bytes) -> tuple[int, str]:
    try:
        address = f"{str(witness.url).rstrip('/')}/add-checkpoint"
        with client.stream("POST", address, content=body, timeout=TIMEOUT_S) as response:
            answer = b""
            for part in response.iter_bytes(MAX_ANSWER_BYTES):
                answer += part
                if len(answer) > MAX_ANSWER_BYTES:
                    raise LogError(f"{witness.url}: answers with more than {MAX_ANSWER_BYTES:,} bytes")
            return response.status_code, answer.decode("utf-8", "replace")
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise LogError(f"{witness.url}: the witness cannot be reached: {error}") from error


def _seen_size(answer: str, witness: Witness) -> int:
    if not re.fullmatch(r"(0|[1-9][0-9]{0,18})\n?", answer):
        raise LogError(f"{witness.url}: knows another checkpoint and does not say which, got {answer[:80]!r}")
    return int(answer)


def _checked(answer: str, note: Note, witness: Witness) -> tuple[SignatureLine, ...]:
    try:
        lines = [SignatureLine.parse(line) for line in answer.removesuffix("\n").split("\n")]
        own = tuple(line for line in lines if (line.name, line.key_id) == (witness.key.name, witness.key.key_id))
        signed = Note(note.text, own).signed_by([witness.key])
    except ProofError as error:
        raise LogError(f"{witness.url}: {error}") from error
    if not signed:
        raise LogError(f"{witness.url}: signs with another key than {witness.key}")
    return own[:1]
