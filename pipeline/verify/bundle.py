"""Checking a published bundle with nothing but itself, and a policy that says whom to trust."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from typing import Any, Final

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from pipeline.errors import BundleError, ProofError
from pipeline.metrics.definitions import VERSION
from pipeline.verify.cms import check_detached
from pipeline.verify.envelopes import Envelope, subjects_of
from pipeline.verify.files import BundleFiles
from pipeline.verify.history import CHECKPOINT, LOG, History, read_history
from pipeline.verify.merkle import check_inclusion, leaf_hash
from pipeline.verify.notes import Checkpoint, Note, VerifierKey, open_checkpoint
from pipeline.verify.numbers import METRICS, MISSHAPEN, Computed, check_numbers
from pipeline.verify.policy import Policy, read_policy
from pipeline.verify.publications import check_publications, check_summary
from pipeline.verify.sigstore import SigstoreBundle, read_envelope, read_trusted_root
from pipeline.verify.stamps import check_stamp
from pipeline.verify.tiles import TILE_WIDTH, tiles_of

STATEMENT: Final = "metrics.sigstore.json"
ROOT: Final = "trusted_root.json"
CMS: Final = "metrics.csv.p7s"
POLICY: Final = "policy.txt"
_SIGNED: Final = frozenset({METRICS, ROOT, CMS})
"""Files that every statement must be about."""
_MAX_JSON_BYTES: Final = 64 * 1024**2


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    """A bundle in which everything holds but what is computed, which nobody has looked at.

    Attributes
    ----------
    log : VerifierKey
        Of the log, as the bundle's trusted root has it.
    pinned : bool
        Whether a policy of the reader's names that key; otherwise it is to be compared by hand.
    checkpoint : Checkpoint
        Of the log.
    exporter : str
        SHA-256 of the exporter's public key, in hexadecimal.
    files : int
        Files that the statement is about.
    history : History
        The log.
    predicate : dict
        What the statement says of the files.
    witnesses : mapping of str to datetime
        Who saw the checkpoint, by the names of the policy, and when.
    stamped_at : tuple of datetime
        When authorities saw the statement.
    since : Checkpoint or None
        The earlier checkpoint that this log begins with, where one was given.
    """

    log: VerifierKey
    pinned: bool
    checkpoint: Checkpoint
    exporter: str
    files: int
    history: History
    predicate: dict[str, Any]
    witnesses: dict[str, datetime]
    stamped_at: tuple[datetime, ...]
    since: Checkpoint | None = None

    @property
    def definitions(self) -> str:
        """Version of the definitions that the numbers were computed by."""
        return str(self.predicate.get("definitions", VERSION))


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified(Signed):
    """A bundle in which everything holds.

    Attributes
    ----------
    computed : Computed
        Numbers that follow from the records, and samples that were drawn again.
    """

    computed: Computed

    @property
    def numbers(self) -> int:
        """How many numbers follow from the records."""
        return len(self.computed.rows)


def verify_bundle(files: BundleFiles, policy: Policy | None = None, since: BundleFiles | None = None) -> Verified:
    """Check everything about a bundle.

    Parameters
    ----------
    files : BundleFiles
        The bundle.
    policy : Policy or None
        The reader's own: which log to trust, and which witnesses must have seen it.
    since : BundleFiles or None
        An earlier bundle of the same log.

    Raises
    ------
    BundleError
        Naming the first file that does not hold, and what about it.

    Notes
    -----
    The order decides who is blamed: the signature over the statement first, then the digests in it, then the log's
    checkpoint, then the entries, then the hashes over them, and last what was computed.
    """
    return with_numbers(files, verify_signed(files, policy, since))


def with_numbers(files: BundleFiles, signed: Signed) -> Verified:
    """Check the rest of a bundle of which all but the numbers was checked; see `verify_bundle`."""
    known = {field.name: getattr(signed, field.name) for field in fields(signed)}
    return Verified(**known, computed=_compute_again(files, signed))


def verify_signed(files: BundleFiles, policy: Policy | None = None, since: BundleFiles | None = None) -> Signed:
    """Check all of a bundle but its numbers: as far as one gets where they were defined otherwise than here.

    Parameters
    ----------
    files, policy, since
        As for `verify_bundle`.

    Raises
    ------
    BundleError
        Naming the first file that does not hold, and what about it.
    """
    envelope, document = _statement(files)
    subjects = subjects_of(document)
    _check_files(files, subjects)
    with _blaming(ROOT):
        log, chains = read_trusted_root(files.read(ROOT, _MAX_JSON_BYTES))
    known = _known_policy(files, policy)
    note, checkpoint = _checkpoint(files, log, known)
    _refuse_strangers(files, subjects, checkpoint)
    history = read_history(files, checkpoint)
    with _blaming(STATEMENT):
        bundle = SigstoreBundle.parse(files.read(STATEMENT, _MAX_JSON_BYTES), log)
        _check_logged(bundle, history, log, known)
        stamped_at = tuple(_stamped_at(token, envelope, chains, history) for token in bundle.timestamps)
    with _blaming(CMS):
        _check_cms(files, envelope)
    with _blaming(CHECKPOINT):
        witnesses = _witnesses(note, policy, known, log)
    return Signed(
        log=log,
        pinned=policy is not None and bool(policy.logs),
        checkpoint=checkpoint,
        exporter=hashlib.sha256(envelope.key).hexdigest(),
        files=len(subjects),
        history=history,
        predicate=document["predicate"],
        witnesses=witnesses,
        stamped_at=stamped_at,
        since=_check_since(since, history, log) if since else None,
    )


@contextmanager
def _blaming(name: str) -> Iterator[None]:
    """Name a file in whatever does not hold about it."""
    try:
        yield
    except BundleError:
        raise
    except ProofError as error:
        raise BundleError(name, str(error)) from error


def _statement(files: BundleFiles) -> tuple[Envelope, dict[str, Any]]:
    with _blaming(STATEMENT):
        envelope = read_envelope(files.read(STATEMENT, _MAX_JSON_BYTES))
        return envelope, envelope.check()


def _compute_again(files: BundleFiles, signed: Signed) -> Computed:
    """Check that all that is published follows from the entries."""
    if signed.definitions != VERSION:
        raise BundleError(
            STATEMENT,
            f"all that was signed and logged holds, but its numbers are defined by version {signed.definitions!r:.20} "
            f"of the definitions, expected {VERSION!r}: compute them again with the verifier that came out with it",
        )
    history = signed.history
    computed = check_numbers(files, history)
    try:
        with _blaming("log"):
            check_publications(history.entries, computed.rows, files.read(METRICS))
        with _blaming(STATEMENT):
            check_summary(signed.predicate, computed.rows)
    except MISSHAPEN as error:
        raise BundleError("log", f"entries of another shape than docs/log.md gives them: {error!r:.200}") from error
    return computed


def _check_files(files: BundleFiles, subjects: dict[str, str]) -> None:
    """Check the digest of every file that the statement is about."""
    for name in sorted(_SIGNED - subjects.keys()):
        raise BundleError(STATEMENT, f"says nothing of {name}")
    for name, digest in subjects.items():
        found = files.digest(name)
        if found != digest:
            raise BundleError(name, f"not the file that was signed, got SHA-256 {found}, expected {digest}")


def _known_policy(files: BundleFiles, policy: Policy | None) -> list[VerifierKey]:
    """Return the keys of the witnesses that the bundle or the reader names."""
    named = list(policy.witnesses.values()) if policy else []
    if POLICY in files.names:
        with _blaming(POLICY):
            named += read_policy(files.text(POLICY)).witnesses.values()
    return [witness.key for witness in named]


def _checkpoint(files: BundleFiles, log: VerifierKey, known: list[VerifierKey]) -> tuple[Note, Checkpoint]:
    with _blaming(CHECKPOINT):
        note = Note.parse(files.read(CHECKPOINT, _MAX_JSON_BYTES))
        checkpoint = _open(note, log, known)
        if checkpoint.size > len(files.names) * TILE_WIDTH:
            raise ProofError(f"says that there are {checkpoint.size} entries, more than the files here can hold")
        return note, checkpoint


def _open(note: Note, log: VerifierKey, known: list[VerifierKey]) -> Checkpoint:
    """Open a checkpoint every line of which somebody known speaks for."""
    checkpoint = open_checkpoint(note, log)
    signers = note.signed_by([log, *known])
    if len(signers) != len(note.signatures):
        names = {(key.name, key.key_id) for key in signers}
        strange = next((line.name for line in note.signatures if (line.name, line.key_id) not in names), log.name)
        raise ProofError(f"a signature by nobody that {POLICY} names, or twice by one, got {strange!r:.80}")
    return checkpoint


def _check_cms(files: BundleFiles, envelope: Envelope) -> None:
    """Check that whoever has nothing but openssl is shown the same exporter."""
    certificate = check_detached(files.read(CMS, _MAX_JSON_BYTES), files.read(METRICS))
    if certificate.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo) != envelope.key:
        raise ProofError("signed by another key than the statement")


def _refuse_strangers(files: BundleFiles, subjects: dict[str, str], checkpoint: Checkpoint) -> None:
    """Refuse files that nothing speaks for."""
    logged = {LOG + tile.path for tile in tiles_of(checkpoint.size)}
    for name in sorted(files.names - subjects.keys() - logged - {STATEMENT, CHECKPOINT}):
        raise BundleError(name, "a file that nothing speaks for, expected only files that were signed or logged")


def _check_logged(signed: SigstoreBundle, history: History, log: VerifierKey, known: list[VerifierKey]) -> None:
    """Check that the signature of the statement stands in the log."""
    checkpoint = _open(signed.checkpoint, log, known)
    if (signed.size, signed.root) != (checkpoint.size, checkpoint.root):
        raise ProofError("size or root of the proof are not those of its checkpoint")
    if checkpoint.size > len(history.raw) or history.root_at(checkpoint.size) != checkpoint.root:
        raise ProofError("its checkpoint is not one of the log in this bundle")
    entry = signed.envelope.entry()
    check_inclusion(signed.index, signed.size, leaf_hash(entry), signed.root, signed.proof)


def _stamped_at(
    token: bytes, envelope: Envelope, chains: Sequence[Sequence[x509.Certificate]], history: History
) -> datetime:
    """Check a time stamp, the bytes of which must stand in the log: its own signature does not cover them all."""
    digest = hashlib.sha256(token).hexdigest()
    if not any(e.get("type") == "stamp" and e.get("token_sha256") == digest for e in history.entries):
        raise ProofError(f"a time stamp that the log does not have, got SHA-256 {digest}")
    return check_stamp(token, envelope.signature, chains)


def _witnesses(note: Note, policy: Policy | None, known: list[VerifierKey], log: VerifierKey) -> dict[str, datetime]:
    """Return who saw the checkpoint and when, after the rule of the reader's policy, if there is one."""
    if policy is None:
        seen = {key.name: time for key, time in note.signed_by(known).items()}
    elif policy.logs and log not in policy.logs:
        raise ProofError(f"the log of the bundle is none that the policy trusts, got {log}")
    else:
        seen = dict(policy.check_quorum(note))
    return {name: datetime.fromtimestamp(min(time or 0, 2**33), UTC) for name, time in seen.items()}


def _check_since(since: BundleFiles, history: History, log: VerifierKey) -> Checkpoint:
    """Check that the log begins with that of an earlier bundle."""
    try:
        old = open_checkpoint(Note.parse(since.read(CHECKPOINT, _MAX_JSON_BYTES)), log)
    except BundleError as error:
        raise BundleError(f"(earlier) {error.file}", error.problem) from error
    except ProofError as error:
        raise BundleError(f"(earlier) {CHECKPOINT}", str(error)) from error
    if old.size > len(history.raw) or history.root_at(old.size) != old.root:
        raise BundleError(
            CHECKPOINT, f"the log was rewritten: its first {old.size} entries are not those of the earlier bundle"
        )
    return old
