"""Canonical JSON (RFC 8785): one way to write a value, so that its digest means something."""

from __future__ import annotations

import json
from typing import Any, Final, NoReturn

import rfc8785

from pipeline.errors import ProofError

MAX_DEPTH: Final = 64
"""Levels of nesting; no file of ours has more than ten."""


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
    _refuse_floats(value, 0)
    try:
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


def _refuse_floats(value: Any, depth: int) -> None:
    if isinstance(value, float):
        raise ProofError(f"a floating-point number, got {value!r}, expected a text or an integer")
    if depth > MAX_DEPTH:
        raise ProofError(f"nested too deeply, expected at most {MAX_DEPTH} levels")
    if isinstance(value, dict):
        for inner in value.values():
            _refuse_floats(inner, depth + 1)
    elif isinstance(value, (list, tuple)):
        for inner in value:
            _refuse_floats(inner, depth + 1)


def _no_float(number: str) -> NoReturn:
    raise ValueError(f"a floating-point number, got {number}")
