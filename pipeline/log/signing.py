"""Signing what is published: a statement about its files, logged and wrapped for stock verifiers."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from cryptography import x509

from pipeline.log.entries import EntryDraft
from pipeline.log.keys import Keys
from pipeline.log.writer import Log
from pipeline.verify.cms import detached_signature
from pipeline.verify.envelopes import Envelope, signed_bytes, statement
from pipeline.verify.merkle import inclusion_proof
from pipeline.verify.notes import Checkpoint
from pipeline.verify.sigstore import SigstoreBundle, trusted_root

Stamp = Callable[[bytes], bytes]
"""Asks a time-stamping authority for a token (RFC 3161) over some bytes."""


def sign_statement(keys: Keys, subjects: Mapping[str, str], predicate: Mapping[str, Any]) -> Envelope:
    """Sign a statement about files; the same statement gives the same signature.

    Parameters
    ----------
    keys : Keys
        The exporter's key signs.
    subjects : mapping
        Hexadecimal SHA-256 by path inside the bundle.
    predicate : mapping
        What is said about them; without floating-point numbers.
    """
    payload = statement(subjects, predicate)
    return Envelope(payload=payload, signature=keys.sign(signed_bytes(payload)), key=keys.public_key)


def cms_sign(keys: Keys, data: bytes) -> bytes:
    """Return a detached CMS signature over the bytes of a file, such as `metrics.csv.p7s`."""
    return detached_signature(keys.certificate, keys.sign(data))


def log_envelope(
    log: Log,
    keys: Keys,
    envelope: Envelope,
    stamps: Sequence[Stamp] = (),
    cosign: Callable[[Log], object] | None = None,
    *,
    now: datetime,
) -> SigstoreBundle:
    """Put the signature of a statement into the log, once, and wrap it with the proof that it is there.

    Parameters
    ----------
    log : Log
        Is published.
    keys : Keys
        Of the log.
    envelope : Envelope
        Signed.
    stamps : sequence of callable
        Asked for a token over the signature each.
    cosign : callable or None
        Has witnesses sign the published checkpoint.
    now : datetime
        When digests of new tokens are logged; of tokens that were logged before nothing is.

    Returns
    -------
    SigstoreBundle
        For `metrics.sigstore.json`; its checkpoint is the published one.
    """
    entry = envelope.entry()
    number = log.find_entry(entry)
    if number is None:
        number = log.append_entries([entry]).start
    tokens = tuple(stamp(envelope.signature) for stamp in stamps)
    log.append([draft for draft in map(_stamp_draft, tokens) if log.find(draft.id) is None], now)
    log.publish()
    if cosign is not None:
        cosign(log)
    note = log.publish()
    checkpoint = Checkpoint.parse(note.text)
    return SigstoreBundle(
        envelope=envelope,
        index=number,
        size=checkpoint.size,
        root=checkpoint.root,
        proof=tuple(inclusion_proof(number, checkpoint.size, log.hashes(checkpoint.size))),
        checkpoint=note,
        log=keys.verifier,
        timestamps=tokens,
    )


def _stamp_draft(token: bytes) -> EntryDraft:
    """Return the entry of a token: its signature does not cover all of its bytes, the tree does."""
    digest = hashlib.sha256(token).hexdigest()
    identifier = hashlib.sha256(f"stamp {digest}".encode()).hexdigest()[:32]
    return EntryDraft(type="stamp", id=identifier, fields={"token_sha256": digest})


def root_of_trust(keys: Keys, authorities: Sequence[Sequence[x509.Certificate]] = ()) -> bytes:
    """Return `trusted_root.json`: whose signatures a verifier of our bundles must know."""
    return trusted_root(keys.verifier, keys.certificate.not_valid_before_utc, authorities)
