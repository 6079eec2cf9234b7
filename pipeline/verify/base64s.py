"""Base64 with one way to write each value."""

from __future__ import annotations

import base64
import binascii

from pipeline.errors import ProofError


def encode(data: bytes) -> str:
    """Write bytes as standard Base64 with padding."""
    return base64.b64encode(data).decode("ascii")


def decode(text: str) -> bytes:
    r"""Read standard Base64.

    Raises
    ------
    ProofError
        If it is anything but what `encode` writes: other letters, no padding, or unused bits that are not zero.

    Examples
    --------
    >>> decode("AAE=")
    b'\x00\x01'
    """
    try:
        data = base64.b64decode(text, validate=True)
    except (ValueError, binascii.Error):
        data = None
    if data is None or encode(data) != text:
        raise ProofError(f"not Base64, got {text[:60]!r}")
    return data
