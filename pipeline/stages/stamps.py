"""Time stamps of what is published: asked for once and kept, so that the same bundle can be made again."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from rfc3161_client import decode_timestamp_response

from pipeline.errors import InputError


@dataclass(frozen=True, slots=True)
class KeptStamps:
    """Tokens by digest of what they are about, in a folder.

    Parameters
    ----------
    folder : Path
        Where they are kept; is made.
    ask : callable
        Asks an authority for a token over some bytes.
    """

    folder: Path
    ask: Callable[[bytes], bytes]

    def stamp(self, data: bytes) -> bytes:
        """Return the token over some bytes, asking for it if there is none yet."""
        path = self.folder / f"{hashlib.sha256(data).hexdigest()}.tsr"
        if path.is_file():
            return path.read_bytes()
        token = self.ask(data)
        self.folder.mkdir(parents=True, exist_ok=True)
        making = path.with_suffix(".making")
        making.write_bytes(token)
        making.replace(path)
        return token


def chain_of(token: bytes, roots: Sequence[x509.Certificate]) -> list[x509.Certificate]:
    """Return the chain of the authority that gave a token: its own certificate first, the root last.

    Parameters
    ----------
    token : bytes
        In DER, with the certificate of its signer.
    roots : sequence of Certificate
        Those that the user trusts.

    Raises
    ------
    InputError
        If the certificates in the token lead to none of the roots.
    """
    found = decode_timestamp_response(token).signed_data.certificates
    inside = [x509.load_der_x509_certificate(certificate) for certificate in found]
    issuers = {certificate.issuer for certificate in inside}
    chain = [certificate for certificate in inside if certificate.subject not in issuers][:1]
    while chain and len(chain) <= len(inside) + 1:
        last = chain[-1]
        root = next((root for root in roots if root.subject in (last.issuer, last.subject)), None)
        if root is not None:
            return chain if root == last else [*chain, root]
        above = next((c for c in inside if c.subject == last.issuer and c not in chain), None)
        if above is None:
            break
        chain.append(above)
    names = ", ".join(certificate.subject.rfc4514_string() for certificate in inside)
    raise InputError(
        f"time stamp: its certificates lead to no trusted root, got {names or 'none'}, expected stamp_roots"
    )
