"""Private fields: digests that stand in the log, and what opens one of them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Self

from pipeline.errors import ProofError
from pipeline.verify.canonical import canonical

SALT_BYTES: Final = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Disclosure:
    """What opens one private field of one entry: its name, its value, and the salt that kept it from being guessed."""

    name: str
    value: Any
    salt: bytes

    def __post_init__(self) -> None:
        """Check that the salt is long enough."""
        if len(self.salt) != SALT_BYTES:
            raise ProofError(f"not a salt, got {len(self.salt)} bytes, expected {SALT_BYTES}")

    @property
    def digest(self) -> str:
        """What stands in the log: hexadecimal SHA-256 of the salt and the canonical JSON of name and value.

        Notes
        -----
        Without a salt, the digest of a listing's address is found by trying addresses, in less than a second.
        """
        return hashlib.sha256(self.salt + canonical([self.name, self.value])).hexdigest()

    def document(self) -> dict[str, Any]:
        """Return it as JSON, to be handed to whoever may know."""
        return {"name": self.name, "value": self.value, "salt": self.salt.hex()}

    @classmethod
    def of(cls, document: Any) -> Self:
        """Read it.

        Raises
        ------
        ProofError
            If it is no disclosure.
        """
        match document:
            case {"name": str(name), "value": value, "salt": str(salt)} if len(document) == 3:  # noqa: PLR2004
                try:
                    return cls(name=name, value=value, salt=bytes.fromhex(salt))
                except ValueError as error:
                    raise ProofError(f"not a salt, got {salt[:80]!r}, expected hexadecimal digits") from error
        raise ProofError("not a disclosure, expected name, value and salt")


def check_disclosure(entry: Mapping[str, Any], disclosure: Disclosure) -> None:
    """Check that an entry holds the digest of a disclosed field: among its hidden fields or as a reference.

    Raises
    ------
    ProofError
        If it does not.
    """
    hidden = entry.get("hidden")
    held = hidden.get(disclosure.name) if isinstance(hidden, dict) else None
    references = [value for value in entry.values() if isinstance(value, str)]
    if disclosure.digest != held and disclosure.digest not in references:
        raise ProofError(f"{disclosure.name}: not what stands in the entry")
