"""Originals: bytes that people decide on, or that prove what was found, each in a file named by its SHA-256.

Photos of listings, images of registers, answers to re-checks. They lie beside the lake, which may be deleted; these may
not. A file is written under a temporary name, flushed and renamed; written again, it is the same file.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pipeline.errors import InputError, StoreError
from pipeline.store.lake import Lake, replacing

MOST_BYTES: Final = 32 * 1024 * 1024
"""Largest original."""
_DIGEST: Final = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Originals:
    """A folder of files named by the SHA-256 of their bytes.

    Parameters
    ----------
    root : Path
        Made when first written to.
    """

    root: Path

    @classmethod
    def beside(cls, lake: Lake) -> Originals:
        """Return the folder that belongs to a lake."""
        return cls(lake.root.parent / "originals")

    def path(self, digest: str) -> Path:
        """Return where the bytes with a digest lie, whether they are there or not.

        Raises
        ------
        InputError
            If it is no digest: names come from outside and never become paths.
        """
        if not _DIGEST.fullmatch(digest):
            raise InputError(f"original: no digest, got {digest[:80]!r}, expected 64 hexadecimal digits")
        return self.root / digest[:2] / digest

    def has(self, digest: str) -> bool:
        """Tell whether there are bytes with a digest; if so they are whole."""
        return self.path(digest).is_file()

    def keep(self, data: bytes) -> str:
        """Keep bytes and return their digest; kept already, nothing is written.

        Raises
        ------
        InputError
            If there are none, or more than `MOST_BYTES`.
        """
        if not 0 < len(data) <= MOST_BYTES:
            raise InputError(f"original: of unusable size, got {len(data):,} bytes, expected 1 to {MOST_BYTES:,}")
        digest = hashlib.sha256(data).hexdigest()
        path = self.path(digest)
        if not path.is_file():
            path.parent.mkdir(parents=True, exist_ok=True)
            with replacing(path) as part:
                part.write_bytes(data)
        return digest

    def read(self, digest: str) -> bytes:
        """Return the bytes with a digest.

        Raises
        ------
        StoreError
            If they are not there, or are others: somebody has changed the file.
        """
        path = self.path(digest)
        try:
            data = path.read_bytes()
        except OSError as error:
            raise StoreError(f"{path}: cannot be read ({error.strerror}), expected an original") from error
        found = hashlib.sha256(data).hexdigest()
        if found != digest:
            raise StoreError(f"{path}: the file was changed, got SHA-256 {found}, expected {digest}")
        return data
