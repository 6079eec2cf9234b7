"""Signed statements: which files with which digests, said by whom.

References
----------
.. [1] Secure Systems Lab, "DSSE: Dead Simple Signing Envelope", protocol v1.0.2.
.. [2] in-toto Attestation Framework, Statement v1.
.. [3] Sigstore, Rekor v2, hashedrekord 0.0.2.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_der_public_key
from cryptography.x509 import InvalidVersion

from pipeline.errors import ProofError
from pipeline.verify.base64s import decode, encode
from pipeline.verify.canonical import canonical, read_canonical

PAYLOAD_TYPE: Final = "application/vnd.in-toto+json"
STATEMENT_TYPE: Final = "https://in-toto.io/Statement/v1"
PREDICATE_TYPE: Final = "https://counterfoil.example/enforcement-metrics/v1"
"""Names the kind of statement; it is a name, not an address to visit."""
UNREADABLE: Final = (ValueError, TypeError, UnsupportedAlgorithm, InvalidVersion)
"""What `cryptography` raises over keys and certificates that it cannot read."""
_HEX_DIGITS: Final = frozenset("0123456789abcdef")
_SHA256_DIGITS: Final = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """A payload with the signature of one key.

    Attributes
    ----------
    payload : bytes
        The statement, as canonical JSON.
    signature : bytes
        ECDSA over P-256 and SHA-256, in DER.
    key : bytes
        The public key, as SubjectPublicKeyInfo in DER.
    """

    payload: bytes
    signature: bytes
    key: bytes

    @property
    def signed(self) -> bytes:
        """What is signed: the type and the payload, each behind its length."""
        return signed_bytes(self.payload)

    @property
    def key_hint(self) -> str:
        """The name by which verifiers look the key up: Base64 of its SHA-256."""
        return encode(hashlib.sha256(self.key).digest())

    def document(self) -> dict[str, Any]:
        """Return it as JSON."""
        signatures = [{"keyid": self.key_hint, "sig": encode(self.signature)}]
        return {"payload": encode(self.payload), "payloadType": PAYLOAD_TYPE, "signatures": signatures}

    def check(self) -> dict[str, Any]:
        """Check the signature and return the statement.

        Raises
        ------
        ProofError
            If the signature does not hold or the payload is no statement.
        """
        check_signature(self.key, self.signed, self.signature)
        return read_statement(self.payload)

    def entry(self) -> bytes:
        """Return the entry by which the signature stands in the log."""
        verifier = {"keyDetails": "PKIX_ECDSA_P256_SHA_256", "publicKey": {"rawBytes": encode(self.key)}}
        spec = {
            "data": {"algorithm": "SHA2_256", "digest": encode(hashlib.sha256(self.signed).digest())},
            "signature": {"content": encode(self.signature), "verifier": verifier},
        }
        return canonical({"apiVersion": "0.0.2", "kind": "hashedrekord", "spec": {"hashedRekordV002": spec}})


def signed_bytes(payload: bytes) -> bytes:
    """Return what is signed of a payload (DSSE calls it the pre-authentication encoding).

    Examples
    --------
    >>> signed_bytes(b"{}")
    b'DSSEv1 28 application/vnd.in-toto+json 2 {}'
    """
    return b"DSSEv1 %d %s %d %s" % (len(PAYLOAD_TYPE), PAYLOAD_TYPE.encode(), len(payload), payload)


def key_of_entry(entry: bytes) -> bytes:
    """Return the public key that a signature's entry in the log names.

    Raises
    ------
    ProofError
        If it is no such entry.
    """
    match read_canonical(entry):
        case {"spec": {"hashedRekordV002": {"signature": {"verifier": {"publicKey": {"rawBytes": str(key)}}}}}}:
            return decode(key)
    raise ProofError("not the entry of a signature, expected hashedrekord 0.0.2")


def statement(subjects: Mapping[str, str], predicate: Mapping[str, Any]) -> bytes:
    """Write a statement about files.

    Parameters
    ----------
    subjects : mapping
        Hexadecimal SHA-256 by path inside the bundle.
    predicate : mapping
        What is said about them.
    """
    listed = [{"name": name, "digest": {"sha256": digest}} for name, digest in sorted(subjects.items())]
    document = {"_type": STATEMENT_TYPE, "subject": listed, "predicateType": PREDICATE_TYPE, "predicate": predicate}
    return canonical(document)


def read_statement(payload: bytes) -> dict[str, Any]:
    """Read a statement.

    Raises
    ------
    ProofError
        If it is none of ours.
    """
    document = read_canonical(payload)
    match document:
        case {"_type": kind, "predicateType": predicate, "subject": [_, *_], "predicate": dict()}:
            if (kind, predicate) == (STATEMENT_TYPE, PREDICATE_TYPE):
                subjects_of(document)
                return dict(document)
    raise ProofError(f"not a statement about enforcement metrics, expected {PREDICATE_TYPE}")


def subjects_of(document: Mapping[str, Any]) -> dict[str, str]:
    """Return the digests of the files that a statement is about, by path.

    Raises
    ------
    ProofError
        If one has no SHA-256, or stands there twice.
    """
    subjects: dict[str, str] = {}
    for subject in document["subject"]:
        match subject:
            case {"name": str(name), "digest": {"sha256": str(digest)}} if name not in subjects and _is_sha256(digest):
                subjects[name] = digest
            case _:
                raise ProofError(f"not a subject of its own with a SHA-256, got {str(subject)[:80]!r}")
    return subjects


def check_signature(key: bytes, message: bytes, signature: bytes) -> None:
    """Check a signature by an ECDSA key on P-256.

    Raises
    ------
    ProofError
        If it does not hold, or the key is another kind of key.
    """
    try:
        public = load_der_public_key(key)
        if not isinstance(public, ec.EllipticCurvePublicKey) or not isinstance(public.curve, ec.SECP256R1):
            raise ProofError("not a key of the exporter, expected ECDSA on P-256")
        if public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo) != key:
            raise ProofError("a key that is not written as DER has it")
        public.verify(signature, message, ec.ECDSA(hashes.SHA256()))
    except (InvalidSignature, *UNREADABLE) as error:
        raise ProofError("the signature of the exporter does not hold") from error


def _is_sha256(text: str) -> bool:
    return len(text) == _SHA256_DIGITS and set(text) <= _HEX_DIGITS
