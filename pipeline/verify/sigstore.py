"""The files by which stock verifiers check a statement: a Sigstore bundle, and the trusted root that it is checked by.

References
----------
.. [1] Sigstore, protobuf-specs: Bundle v0.3 and TrustedRoot v0.1.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Self

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_der_public_key

from pipeline.errors import ProofError
from pipeline.verify.base64s import decode, encode
from pipeline.verify.canonical import canonical, read_canonical
from pipeline.verify.envelopes import UNREADABLE, Envelope, key_of_entry
from pipeline.verify.notes import KeyType, Note, VerifierKey

BUNDLE_TYPE: Final = "application/vnd.dev.sigstore.bundle.v0.3+json"
ROOT_TYPE: Final = "application/vnd.dev.sigstore.trustedroot+json;version=0.1"


@dataclass(frozen=True, slots=True, kw_only=True)
class SigstoreBundle:
    """A signed statement with the proof that its signature stands in the log.

    Attributes
    ----------
    index : int
        Of the signature's entry in the log.
    size : int
        Entries in the tree of the checkpoint.
    root : bytes
        Of that tree.
    proof : tuple of bytes
        That the entry is in it.
    checkpoint : Note
        As the log signed it.
    log : VerifierKey
        The log's key.
    timestamps : tuple of bytes
        RFC 3161 tokens over the signature.
    """

    envelope: Envelope
    index: int
    size: int
    root: bytes
    proof: tuple[bytes, ...]
    checkpoint: Note
    log: VerifierKey
    timestamps: tuple[bytes, ...] = ()

    def encode(self) -> bytes:
        """Write the file, canonically."""
        inclusion = {
            "logIndex": str(self.index),
            "rootHash": encode(self.root),
            "treeSize": str(self.size),
            "hashes": [encode(part) for part in self.proof],
            "checkpoint": {"envelope": self.checkpoint.encode().decode()},
        }
        entry = {
            "logIndex": str(self.index),
            "logId": {"keyId": encode(log_id(self.log))},
            "kindVersion": {"kind": "hashedrekord", "version": "0.0.2"},
            "inclusionProof": inclusion,
            "canonicalizedBody": encode(self.envelope.entry()),
        }
        tokens = [{"signedTimestamp": encode(token)} for token in self.timestamps]
        material: dict[str, Any] = {
            "publicKey": {"hint": self.envelope.key_hint},
            "tlogEntries": [entry],
            "timestampVerificationData": {"rfc3161Timestamps": tokens},
        }
        document = {"mediaType": BUNDLE_TYPE, "verificationMaterial": material}
        return canonical({**document, "dsseEnvelope": self.envelope.document()})

    @classmethod
    def parse(cls, data: bytes, log: VerifierKey) -> Self:
        """Read the file.

        Parameters
        ----------
        data : bytes
            Canonical JSON.
        log : VerifierKey
            The key of the log in which the signature should stand.

        Raises
        ------
        ProofError
            If it is not exactly what its parts make: no byte is left that nothing speaks for.
        """
        document = read_canonical(data)
        try:
            material = document["verificationMaterial"]
            (entry,) = material["tlogEntries"]
            inclusion = entry["inclusionProof"]
            found = cls(
                envelope=read_envelope(data),
                index=int(entry["logIndex"]),
                size=int(inclusion["treeSize"]),
                root=decode(inclusion["rootHash"]),
                proof=tuple(decode(part) for part in inclusion["hashes"]),
                checkpoint=Note.parse(inclusion["checkpoint"]["envelope"].encode()),
                log=log,
                timestamps=tuple(
                    decode(token["signedTimestamp"])
                    for token in material["timestampVerificationData"]["rfc3161Timestamps"]
                ),
            )
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise ProofError(f"not a Sigstore bundle of ours, {error} is missing or of another type") from error
        if found.encode() != data:
            raise ProofError("not what its parts make: a field was added, or differs from the entry in the log")
        return found


def read_envelope(data: bytes) -> Envelope:
    """Return the signed statement of a Sigstore bundle, before anything is known of its log.

    Raises
    ------
    ProofError
        If it is no bundle.
    """
    match read_canonical(data):
        case {
            "verificationMaterial": {"tlogEntries": [{"canonicalizedBody": str(body)}]},
            "dsseEnvelope": {"payload": str(payload), "signatures": [{"sig": str(signature)}]},
        }:
            return Envelope(payload=decode(payload), signature=decode(signature), key=key_of_entry(decode(body)))
    raise ProofError("not a Sigstore bundle of one signature in one log")


def log_id(key: VerifierKey) -> bytes:
    """Return the 32 bytes of which a note's key id is the beginning."""
    return hashlib.sha256(key.name.encode() + b"\n" + bytes([key.type]) + key.key).digest()


def trusted_root(
    log: VerifierKey, valid_from: datetime, authorities: Sequence[Sequence[x509.Certificate]] = ()
) -> bytes:
    """Write the trusted root: whose signatures a verifier of our bundles must know.

    Parameters
    ----------
    log : VerifierKey
        The log's key; its name must be a bare host name, because verifiers take it from an address.
    valid_from : datetime
        From when on the keys are used, in UTC.
    authorities : sequence of sequences of certificates
        The chain of each time-stamping authority, its own certificate first, its root last.
    """
    since = {"start": valid_from.strftime("%Y-%m-%dT%H:%M:%SZ")}
    key = Ed25519PublicKey.from_public_bytes(log.key).public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    instance = {
        "baseUrl": f"https://{log.name}",
        "hashAlgorithm": "SHA2_256",
        "publicKey": {"rawBytes": encode(key), "keyDetails": "PKIX_ED25519", "validFor": since},
        "logId": {"keyId": encode(log_id(log))},
    }
    document = {
        "mediaType": ROOT_TYPE,
        "tlogs": [instance],
        "certificateAuthorities": [],
        "ctlogs": [],
        "timestampAuthorities": [_authority(chain, since) for chain in authorities],
    }
    return canonical(document)


def read_trusted_root(data: bytes) -> tuple[VerifierKey, list[list[x509.Certificate]]]:
    """Return the key of the log that a trusted root names, and the chains of its time-stamping authorities.

    Raises
    ------
    ProofError
        If it does not name exactly one log with an Ed25519 key.
    """
    match read_canonical(data):
        case {
            "tlogs": [{"baseUrl": str(url), "publicKey": {"rawBytes": str(raw)}}],
            "timestampAuthorities": list(authorities),
        }:
            try:
                public = load_der_public_key(decode(raw))
                chains = [_chain(authority) for authority in authorities]
            except (KeyError, *UNREADABLE) as error:
                raise ProofError("a key or certificate that cannot be read") from error
            if isinstance(public, Ed25519PublicKey):
                return VerifierKey(url.removeprefix("https://"), KeyType.LOG, public.public_bytes_raw()), chains
    raise ProofError("not a trusted root of ours, expected one log with an Ed25519 key")


def _authority(chain: Sequence[x509.Certificate], since: Mapping[str, str]) -> dict[str, Any]:
    names = chain[0].subject.get_attributes_for_oid(x509.NameOID.COMMON_NAME)
    organisations = chain[0].subject.get_attributes_for_oid(x509.NameOID.ORGANIZATION_NAME)
    return {
        "subject": {
            "organization": str(organisations[0].value) if organisations else "",
            "commonName": str(names[0].value) if names else "",
        },
        "certChain": {"certificates": [{"rawBytes": encode(part.public_bytes(Encoding.DER))} for part in chain]},
        "validFor": dict(since),
    }


def _chain(authority: Any) -> list[x509.Certificate]:
    return [x509.load_der_x509_certificate(decode(part["rawBytes"])) for part in authority["certChain"]["certificates"]]
