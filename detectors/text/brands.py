"""Brands that the user knows: words that are names of others, and so no misspelling of a mark."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final

from detectors.text.folding import look_alike
from detectors.text.tokens import words_of
from pipeline.errors import SettingsError

_MOST_BYTES: Final = 16_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownBrands:
    """A list of brands, one a line, in UTF-8; lines that begin with # are passed over.

    Attributes
    ----------
    path : Path
        Of the list; workers read it there.
    digest : str
        SHA-256 of the list.
    """

    path: Path
    digest: str

    @property
    def version(self) -> str:
        """Changes with the list."""
        return f"brands-{self.digest[:12]}"

    def names(self) -> frozenset[str]:
        """Return the brands as they look, their words joined.

        Raises
        ------
        SettingsError
            If the list is gone or has changed.
        """
        return _names(self.path, self.digest)


def load_brands(path: Path) -> KnownBrands:
    """Find a list of brands.

    Raises
    ------
    SettingsError
        If it cannot be read, or is no text.
    """
    return KnownBrands(path=path.resolve(), digest=hashlib.sha256(_read(path).encode()).hexdigest())


@lru_cache(maxsize=2)
def _names(path: Path, digest: str) -> frozenset[str]:
    text = _read(path)
    if hashlib.sha256(text.encode()).hexdigest() != digest:
        raise SettingsError(f"known_brands: {path} changed, expected the same list throughout a scan")
    lines = (line.strip() for line in text.splitlines() if not line.startswith("#"))
    return frozenset("".join(words_of(look_alike(line).text)) for line in lines if line)


def _read(path: Path) -> str:
    try:
        if path.stat().st_size > _MOST_BYTES:
            raise SettingsError(f"known_brands: {path} is too large, expected at most {_MOST_BYTES} bytes")
        return path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"known_brands: {path} cannot be read, got {error}, expected text in UTF-8") from error
