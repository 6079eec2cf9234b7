"""Time stamps of a third party: proof that a digest existed at a time, by somebody who is not us.

Asking goes over the network and is a transport; here the question is made and the answer judged.

References
----------
.. [1] RFC 3161, "Internet X.509 Public Key Infrastructure Time-Stamp Protocol (TSP)".
.. [2] Regulation (EU) 910/2014 (eIDAS), Article 41: a qualified time stamp is presumed accurate.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from cryptography import x509
from rfc3161_client import HashAlgorithm, TimestampRequestBuilder, VerifierBuilder, decode_timestamp_response
from rfc3161_client.errors import VerificationError

from pipeline.errors import TransportError


@dataclass(frozen=True, slots=True, kw_only=True)
class Stamp:
    """An authority's answer: the token in DER, as `openssl ts -verify` reads it, and the time that it attests."""

    token: bytes
    stamped_at: datetime


def ask(data: bytes) -> bytes:
    """Return the question (DER) for a time stamp over the SHA-256 of some bytes, with a nonce."""
    return TimestampRequestBuilder(data=data, hash_algorithm=HashAlgorithm.SHA256).build().as_bytes()


def judge(data: bytes, answer: bytes, roots: Sequence[x509.Certificate], authority: str) -> Stamp:
    """Return the stamp of an answer that a trusted authority gave for these bytes.

    Parameters
    ----------
    data : bytes
        What was to be stamped.
    answer : bytes
        The authority's response, DER.
    roots : sequence of Certificate
        Whom the user trusts.
    authority : str
        For messages.

    Raises
    ------
    TransportError
        If it is no response, refuses, is for other bytes, or is not signed by somebody trusted.

    Notes
    -----
    The authority must embed the signer's certificate and no other: a set of several is not always in the order that
    DER wants, and is refused.
    """
    try:
        response = decode_timestamp_response(answer)
        verifier = VerifierBuilder()
        for root in roots:
            verifier = verifier.add_root_certificate(root)
        verifier.build().verify_message(response, data)
    except (ValueError, TypeError, VerificationError) as error:
        reason = " ".join(str(error).split())[:200] or type(error).__name__
        raise TransportError(
            f"{authority}: no time stamp: {reason}, expected an RFC 3161 response for these bytes by a trusted signer"
        ) from error
    return Stamp(token=answer, stamped_at=response.tst_info.gen_time)
