"""Detached CMS signatures: the `.p7s` beside a file, for people who have nothing but openssl.

References
----------
.. [1] R. Housley, "Cryptographic Message Syntax", RFC 5652, 2009, section 5.
.. [2] S. Turner, "Using SHA2 Algorithms with Cryptographic Message Syntax", RFC 5754, 2010.
"""

from __future__ import annotations

from typing import Annotated, Final

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat import asn1
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from pipeline.errors import ProofError
from pipeline.verify.envelopes import UNREADABLE, check_signature

_SIGNED_DATA: Final = x509.ObjectIdentifier("1.2.840.113549.1.7.2")
_DATA: Final = x509.ObjectIdentifier("1.2.840.113549.1.7.1")
_SHA256: Final = x509.ObjectIdentifier("2.16.840.1.101.3.4.2.1")
_ECDSA_SHA256: Final = x509.ObjectIdentifier("1.2.840.10045.4.3.2")
_VERSION: Final = 1
"""Of a signer that is named by issuer and number of its certificate, as PKCS #7 has it too."""


@asn1.sequence
class _Algorithm:
    algorithm: x509.ObjectIdentifier


@asn1.sequence
class _Content:
    content_type: x509.ObjectIdentifier


@asn1.sequence
class _Name:
    issuer: asn1.TLV
    serial: int


@asn1.sequence
class _Signer:
    version: int
    name: _Name
    digest: _Algorithm
    algorithm: _Algorithm
    signature: bytes


@asn1.sequence
class _SignedData:
    version: int
    digests: asn1.SetOf[_Algorithm]
    content: _Content
    certificates: Annotated[asn1.SetOf[x509.Certificate], asn1.Implicit(0)]
    signers: asn1.SetOf[_Signer]


@asn1.sequence
class _Message:
    content_type: x509.ObjectIdentifier
    content: Annotated[_SignedData, asn1.Explicit(0)]


def detached_signature(certificate: x509.Certificate, signature: bytes) -> bytes:
    """Write a detached signature as a CMS message in DER.

    Parameters
    ----------
    certificate : Certificate
        Of the signer.
    signature : bytes
        ECDSA with SHA-256 over the bytes of the file, in DER. There are no signed attributes: the same file signed
        again gives the same message.
    """
    issuer = asn1.decode_der(asn1.TLV, certificate.issuer.public_bytes())
    signer = _Signer(
        version=_VERSION,
        name=_Name(issuer=issuer, serial=certificate.serial_number),
        digest=_Algorithm(algorithm=_SHA256),
        algorithm=_Algorithm(algorithm=_ECDSA_SHA256),
        signature=signature,
    )
    signed = _SignedData(
        version=_VERSION,
        digests=asn1.SetOf([_Algorithm(algorithm=_SHA256)]),
        content=_Content(content_type=_DATA),
        certificates=asn1.SetOf([certificate]),
        signers=asn1.SetOf([signer]),
    )
    return asn1.encode_der(_Message(content_type=_SIGNED_DATA, content=signed))


def check_detached(message: bytes, content: bytes) -> x509.Certificate:
    """Check a detached signature over the bytes of a file.

    Returns
    -------
    Certificate
        Of the signer, signed by itself. Whether to trust it is another question.

    Raises
    ------
    ProofError
        If it is no message as `detached_signature` writes it, or the signature does not hold.
    """
    try:
        signed = asn1.decode_der(_Message, message).content
        (certificate,) = signed.certificates.as_list()
        (signer,) = signed.signers.as_list()
        if detached_signature(certificate, signer.signature) != message:
            raise ProofError("not a CMS signature of ours: other algorithms or attributes")
        certificate.verify_directly_issued_by(certificate)
        if not certificate.public_bytes(Encoding.DER).endswith(b"\x00" + certificate.signature):
            raise ProofError("a certificate whose signature is not written as DER has it")
        key = certificate.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    except (InvalidSignature, *UNREADABLE) as error:
        raise ProofError(f"not a CMS signature of ours: {error}") from error
    check_signature(key, content, signer.signature)
    return certificate
