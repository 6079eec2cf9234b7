"""Private fields of a record: each has its own salt, made from one secret of the record."""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from pipeline.verify.disclosures import Disclosure


def disclosures(secret: bytes, fields: Mapping[str, Any]) -> tuple[Disclosure, ...]:
    """Return what opens each private field of a record.

    Parameters
    ----------
    secret : bytes
        32 random bytes, of this record alone. The salt of a field is its HMAC-SHA256 over the field's name: one salt
        says nothing about another, and all are gone when the secret is.
    fields : mapping
        JSON values; floats are written as texts.
    """
    return tuple(
        Disclosure(name=name, value=without_floats(value), salt=hmac.digest(secret, name.encode(), "sha256"))
        for name, value in sorted(fields.items())
    )


def reference(secret: bytes, kind: str, identifier: str) -> str:
    """Return the digest by which a thing is known in the log, the same in each of its entries."""
    return disclosures(secret, {kind: identifier})[0].digest


def without_floats(value: Any) -> Any:
    """Return a JSON value with each float as the shortest decimal text that stands for it.

    Examples
    --------
    >>> without_floats({"score": 0.91, "box": [1, 2.5]})
    {'score': '0.91', 'box': [1, '2.5']}
    """
    if isinstance(value, float):
        return str(Decimal(repr(value)))
    if isinstance(value, Mapping):
        return {name: without_floats(inner) for name, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [without_floats(inner) for inner in value]
    return value
