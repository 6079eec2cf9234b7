"""Which case a listing belongs to."""

from __future__ import annotations

import hashlib

import orjson

from pipeline.records import ListingKey


def case_id_of(key: ListingKey, rights_holder_id: str) -> str:
    """Return the id of the case of a listing and a rights holder: the same whatever the scan.

    Notes
    -----
    The first 32 hexadecimal digits of the SHA-256 of both, as JSON; an id of a candidate is the first 20 of them.

    Examples
    --------
    >>> case_id_of(ListingKey("taobao", "1001", "s1"), "quill")
    'ffe95a6632068dcb8ef0ff89ab5cdca8'
    """
    return hashlib.sha256(orjson.dumps([*key, rights_holder_id])).hexdigest()[:32]
