"""Canonical JSON (RFC 8785): one way to write a value, so that its digest means something."""

from __future__ import annotations

import json
from typing import Any, Final, NoReturn

import rfc8785

from pipeline.errors import ProofError

MAX_DEPTH: Final = 64
"""Levels of nesting; no file of ours has more than ten."""
MAX_INTEGER: Final = 2**53 - 1
_PLAIN: Final = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def canonical(value: Any) -> bytes:
    r"""Write a JSON value canonically.

    Parameters
    ----------
    value : JSON value
        Without floating-point numbers: fractions are texts, because programs differ in how they write floats.

    Returns
    -------
    bytes
        UTF-8, keys in order of their UTF-16 code units, no white space.

    Raises
    ------
    ProofError
        If there is a float, an integer beyond 2**53, a lone surrogate, or something that is not JSON.

    References
    ----------
    .. [1] A. Rundgren et al., "JSON Canonicalization Scheme", RFC 8785, 2020.

    Examples
    --------
    >>> canonical({"size": 3, "at": "2026-11-01T00:00:00Z"})
    b'{"at":"2026-11-01T00:00:00Z","size":3}'
    """
    try:
        if _is_plain(value, 0):
            return _PLAIN.encode(value).encode()
        return rfc8785.dumps(value)
    except (rfc8785.CanonicalizationError, UnicodeEncodeError) as error:
        raise ProofError(f"cannot be written as canonical JSON: {error}") from error


def read_canonical(data: bytes) -> Any:
    """Read JSON that must be written canonically, so that no byte of it can be changed without changing its meaning.

    Raises
    ------
    ProofError
        If it is not JSON, or not the canonical form of what it says.
    """
    try:
        value = json.loads(data, parse_float=_no_float, parse_constant=_no_float)
    except (ValueError, RecursionError) as error:
        raise ProofError(f"not JSON: {error}, expected canonical JSON (RFC 8785)") from error
    if canonical(value) != data:
        raise ProofError("not canonical, expected JSON as RFC 8785 writes it")
    return value


def _is_plain(value: Any, depth: int) -> bool:
    """Refuse floats, and tell whether the standard library writes a value as RFC 8785 does, only much faster.

    It does, if keys are ASCII, so that every order of them is the same, and no integer is too large.
    """
    if value is None or isinstance(value, (str, bool)):
        return True
    if isinstance(value, int):
        return -MAX_INTEGER <= value <= MAX_INTEGER
    if isinstance(value, float):
        raise ProofError(f"a floating-point number, got {value!r}, expected a text or an integer")
    if depth > MAX_DEPTH:
        raise ProofError(f"nested too deeply, expected at most {MAX_DEPTH} levels")
    plain = True
    if isinstance(value, dict):
        for key, inner in value.items():
            plain &= isinstance(key, str) and key.isascii()
            plain &= _is_plain(inner, depth + 1)
        return plain
    if isinstance(value, (list, tuple)):
        for inner in value:
            plain &= _is_plain(inner, depth + 1)
        return plain
    return False


def _no_float(number: str) -> NoReturn:
    raise ValueError(f"a floating-point number, got {number}")
