"""Signed notes and checkpoints: what a log and its witnesses put their names to.

References
----------
.. [1] C2SP, signed-note, https://c2sp.org/signed-note
.. [2] C2SP, tlog-checkpoint, https://c2sp.org/tlog-checkpoint
.. [3] C2SP, tlog-cosignature, https://c2sp.org/tlog-cosignature
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum
from typing import Final, Self

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from pipeline.errors import ProofError
from pipeline.verify.base64s import decode, encode
from pipeline.verify.merkle import HASH_BYTES

MAX_NOTE_BYTES: Final = 256 * 1024
_DASH: Final = "\u2014"
_NAME: Final = re.compile(r"[^\s+]+")
_CONTROL: Final = re.compile(r"[\x00-\x09\x0b-\x1f]")
_NUMBER: Final = re.compile(r"0|[1-9][0-9]{0,18}")
_KEY_BYTES: Final = 32


class KeyType(IntEnum):
    """The kinds of signature that are understood; lines of others are ignored."""

    LOG = 0x01
    """Ed25519 over the text of the note."""
    WITNESS = 0x04
    """Ed25519 over the text and the time at which it was seen."""


@dataclass(frozen=True, slots=True)
class VerifierKey:
    """A name and the Ed25519 key that signs for it.

    Attributes
    ----------
    name : str
        Of a log its origin; no white space and no plus sign.
    type : KeyType
        What it signs.
    key : bytes
        32 bytes.
    """

    name: str
    type: KeyType
    key: bytes

    def __post_init__(self) -> None:
        """Check the name and the key."""
        if not _NAME.fullmatch(self.name) or len(self.key) != _KEY_BYTES:
            raise ProofError(f"not the name of a key or not 32 bytes, got {self.name!r} and {len(self.key)} bytes")

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a key as it is passed around: name, key id and Base64, with "+" between them.

        Raises
        ------
        ProofError
            If it is no such text, its id is not that of its key, or its type is not understood.

        Examples
        --------
        >>> VerifierKey.parse("PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW").name
        'PeterNeumann'
        """
        problem = f"not a verifier key of type 1 or 4, got {text[:200]!r}, expected NAME+KEYID+BASE64"
        name, _, rest = text.partition("+")
        key_id, _, encoded = rest.partition("+")
        data = decode(encoded) if encoded else b""
        if not data or data[0] not in set(KeyType):
            raise ProofError(problem)
        found = cls(name, KeyType(data[0]), data[1:])
        if found.key_id.hex() != key_id:
            raise ProofError(f"{problem}; the id of that key is {found.key_id.hex()}")
        return found

    def __str__(self) -> str:
        return f"{self.name}+{self.key_id.hex()}+{encode(bytes([self.type]) + self.key)}"

    @property
    def key_id(self) -> bytes:
        """The first four bytes of a digest of name, type and key."""
        return hashlib.sha256(self.name.encode() + b"\n" + bytes([self.type]) + self.key).digest()[:4]

    def check(self, text: str, signature: bytes) -> int | None:
        """Check a signature over the text of a note.

        Returns
        -------
        int or None
            When a witness saw it, in seconds since 1970; None for a log.

        Raises
        ------
        ProofError
            If the signature does not hold.
        """
        time, message = None, text.encode()
        if self.type is KeyType.WITNESS:
            time, message = int.from_bytes(signature[:8], "big"), cosigned(text, int.from_bytes(signature[:8], "big"))
            signature = signature[8:]
        try:
            Ed25519PublicKey.from_public_bytes(self.key).verify(signature, message)
        except (InvalidSignature, ValueError) as error:
            raise ProofError(f"the signature of {self.name} does not hold") from error
        return time


@dataclass(frozen=True, slots=True)
class SignatureLine:
    """One signature of a note, whoever made it."""

    name: str
    key_id: bytes
    signature: bytes

    def __str__(self) -> str:
        return f"{_DASH} {self.name} {encode(self.key_id + self.signature)}\n"

    @classmethod
    def parse(cls, line: str) -> Self:
        """Read a line, without its end.

        Raises
        ------
        ProofError
            If it is no signature line.
        """
        match line.split(" "):
            case ["\u2014", name, encoded] if _NAME.fullmatch(name):
                data = decode(encoded)
                if len(data) > 4:  # noqa: PLR2004  the key id
                    return cls(name, data[:4], data[4:])
        raise ProofError(f"not a signature line, got {line[:80]!r}")


@dataclass(frozen=True, slots=True)
class Note:
    """A text with signatures; the text means nothing before one of them has been checked.

    Attributes
    ----------
    text : str
        Ends with a newline.
    """

    text: str
    signatures: tuple[SignatureLine, ...]

    @classmethod
    def parse(cls, data: bytes) -> Self:
        """Read a note.

        Raises
        ------
        ProofError
            If it is none: another encoding, control characters, no blank line, no signature, or too long.
        """
        if len(data) > MAX_NOTE_BYTES:
            raise ProofError(f"the note is too long, got {len(data)} bytes, expected at most {MAX_NOTE_BYTES}")
        try:
            whole = data.decode()
        except UnicodeDecodeError as error:
            raise ProofError("the note is not UTF-8") from error
        text, blank, lines = whole.rpartition("\n\n")
        if not blank or not lines.endswith("\n") or _CONTROL.search(whole):
            raise ProofError("not a signed note, expected a text, a blank line and signatures")
        return cls(text + "\n", tuple(SignatureLine.parse(line) for line in lines.removesuffix("\n").split("\n")))

    def encode(self) -> bytes:
        """Write the note."""
        return (self.text + "\n" + "".join(map(str, self.signatures))).encode()

    def signed_by(self, keys: Iterable[VerifierKey]) -> dict[VerifierKey, int | None]:
        """Check every signature by one of some keys; those of other keys are ignored.

        Returns
        -------
        dict
            The keys that signed, and for witnesses when.

        Raises
        ------
        ProofError
            If a signature by one of the keys does not hold.
        """
        known = {(key.name, key.key_id): key for key in keys}
        signers: dict[VerifierKey, int | None] = {}
        for line in self.signatures:
            key = known.get((line.name, line.key_id))
            if key is not None:
                signers[key] = key.check(self.text, line.signature)
        return signers

    def with_lines(self, lines: Iterable[SignatureLine]) -> Note:
        """Return the note with more signatures."""
        return Note(self.text, (*self.signatures, *lines))


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What a log says about itself: its name, how many entries it has, and the root of their tree."""

    origin: str
    size: int
    root: bytes

    def __str__(self) -> str:
        return f"{self.origin}\n{self.size}\n{encode(self.root)}\n"

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read the text of a note that is a checkpoint; lines of extension are refused, as we never write any.

        Raises
        ------
        ProofError
            If it is none.
        """
        match text.split("\n"):
            case [origin, size, root, ""] if origin and _NUMBER.fullmatch(size):
                found = cls(origin, int(size), decode(root))
                if len(found.root) == HASH_BYTES:
                    return found
        raise ProofError(f"not a checkpoint, got {text[:80]!r}, expected origin, size and root on three lines")


def open_checkpoint(note: Note, key: VerifierKey) -> Checkpoint:
    """Return what a log has signed.

    Parameters
    ----------
    note : Note
        The checkpoint with its signatures.
    key : VerifierKey
        The log's.

    Raises
    ------
    ProofError
        If the log has not signed it, or it is that of another log.
    """
    if key not in note.signed_by([key]):
        raise ProofError(f"not signed by the log, expected a signature by {key}")
    checkpoint = Checkpoint.parse(note.text)
    if checkpoint.origin != key.name:
        raise ProofError(f"the checkpoint of another log, got {checkpoint.origin!r}, expected {key.name!r}")
    return checkpoint


def sign(private: Ed25519PrivateKey, name: str, text: str) -> SignatureLine:
    """Sign the text of a note as a log."""
    key = VerifierKey(name, KeyType.LOG, private.public_key().public_bytes_raw())
    return SignatureLine(name, key.key_id, private.sign(text.encode()))


def cosign(private: Ed25519PrivateKey, name: str, text: str, time: int) -> SignatureLine:
    """Sign the text of a checkpoint as a witness that saw it at a time, in seconds since 1970."""
    key = VerifierKey(name, KeyType.WITNESS, private.public_key().public_bytes_raw())
    return SignatureLine(name, key.key_id, time.to_bytes(8, "big") + private.sign(cosigned(text, time)))


def cosigned(text: str, time: int) -> bytes:
    """Return what a witness signs."""
    return f"cosignature/v1\ntime {time}\n{text}".encode()
