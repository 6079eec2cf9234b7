"""The keys of a log and of its exporter: made once, readable by their owner alone, kept away from the store."""

from __future__ import annotations

import os
import re
import stat
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from pipeline.errors import LogError
from pipeline.log.disk import Disk
from pipeline.verify.notes import KeyType, VerifierKey

LOG_KEY: Final = "log.key"
EXPORTER_KEY: Final = "exporter.key"
CERTIFICATE: Final = "exporter.crt"
VERIFIER_KEY: Final = "log.vkey"
SIGNED: Final = "signed"
"""The newest checkpoint that the key has signed: what it must never contradict."""
_HOST: Final = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)(\.(?!-)[a-z0-9-]{1,63}(?<!-))+")
_YEARS: Final = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Keys:
    """What signs.

    Attributes
    ----------
    folder : Path
        Where they are kept.
    log : Ed25519PrivateKey
        Signs checkpoints.
    exporter : EllipticCurvePrivateKey
        Signs what is published; ECDSA on P-256, which every tool understands.
    certificate : Certificate
        The exporter's, signed by itself; it lies in signatures for people who have nothing but openssl.
    verifier : VerifierKey
        The log's public key with its origin.
    """

    folder: Path
    log: Ed25519PrivateKey
    exporter: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate
    verifier: VerifierKey

    @property
    def public_key(self) -> bytes:
        """The exporter's public key, as SubjectPublicKeyInfo in DER."""
        return self.exporter.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)

    def sign(self, message: bytes) -> bytes:
        """Sign as the exporter; the same message gives the same signature (RFC 6979)."""
        return self.exporter.sign(message, ec.ECDSA(hashes.SHA256(), deterministic_signing=True))


def init_keys(folder: Path, origin: str, now: datetime) -> Keys:
    """Make the keys of a new log.

    Parameters
    ----------
    folder : Path
        Where to keep them; is made, readable by its owner alone.
    origin : str
        Name of the log for ever: a bare host name, because verifiers take it from an address.
    now : datetime
        From when on the certificate holds.

    Raises
    ------
    LogError
        If the origin is no host name, or there are keys already: they are never overwritten.
    """
    if not _HOST.fullmatch(origin):
        raise LogError(f"origin: not a bare host name, got {origin!r}, expected one such as log.example.org")
    log, exporter = Ed25519PrivateKey.generate(), ec.generate_private_key(ec.SECP256R1())
    verifier = VerifierKey(origin, KeyType.LOG, log.public_key().public_bytes_raw())
    try:
        Disk().make_folder(folder.parent)
        folder.mkdir(exist_ok=True, mode=0o700)
        _create(folder / LOG_KEY, log.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        _create(folder / EXPORTER_KEY, exporter.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        _create(folder / CERTIFICATE, _certificate(exporter, origin, now).public_bytes(Encoding.PEM))
        _create(folder / VERIFIER_KEY, f"{verifier}\n".encode())
        Disk().keep_folder(folder)
    except FileExistsError as error:
        raise LogError(f"{error.filename}: a key is there already; keys are never overwritten") from error
    except OSError as error:
        raise LogError(f"{folder}: keys cannot be kept there: {error.strerror}") from error
    return load_keys(folder)


def load_keys(folder: Path) -> Keys:
    """Read the keys of a log.

    Raises
    ------
    LogError
        If there are none, they cannot be read, or others than their owner may read them.
    """
    try:
        verifier = VerifierKey.parse((folder / VERIFIER_KEY).read_text("ascii").strip())
        log = load_pem_private_key(_private(folder / LOG_KEY), None)
        exporter = load_pem_private_key(_private(folder / EXPORTER_KEY), None)
        certificate = x509.load_pem_x509_certificate((folder / CERTIFICATE).read_bytes())
    except FileNotFoundError as error:
        raise LogError(f"{error.filename}: no such key, expected one made by `counterfoil log init`") from error
    except (OSError, ValueError) as error:
        raise LogError(f"{folder}: the keys cannot be read: {error}") from error
    if not isinstance(log, Ed25519PrivateKey) or not isinstance(exporter, ec.EllipticCurvePrivateKey):
        raise LogError(f"{folder}: keys of other kinds, expected Ed25519 for the log and P-256 for the exporter")
    if log.public_key().public_bytes_raw() != verifier.key:
        raise LogError(f"{folder / VERIFIER_KEY}: not the public key of {LOG_KEY}")
    return Keys(folder=folder, log=log, exporter=exporter, certificate=certificate, verifier=verifier)


def _create(path: Path, data: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(descriptor)


def _private(path: Path) -> bytes:
    open_to_others = path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO)
    if open_to_others:
        raise LogError(f"{path}: others than its owner may use it, got mode {open_to_others:04o}, expected 0600")
    return path.read_bytes()


def _certificate(key: ec.EllipticCurvePrivateKey, origin: str, now: datetime) -> x509.Certificate:
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, origin[:64])])
    public = key.public_key()
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now)
        .not_valid_after(now + timedelta(days=365 * _YEARS))
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256(), ecdsa_deterministic=True)
    )
