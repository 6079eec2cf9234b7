"""One look at the address of a listing, by whomever."""

from __future__ import annotations

import codecs
import re
import zlib
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from pipeline.enforcement import RecheckResult
from pipeline.followup.pages import Answer

MOST_BODY: Final = 8 * 1024 * 1024
"""Bytes of an answer; what is longer is cut."""
_CHARSET: Final = re.compile(r"charset\s*=\s*[\"']?([\w.:-]{1,40})", re.IGNORECASE)

_TEXTUAL: Final = re.compile(
    r"ascii|utf-(8|16|32).*|gb.*|hz|big5.*|euc_.*|shift_.*|iso.*|cp\d+|koi8.*|mac.*|tis.*|johab"
)
"""What pages are written in, as Python calls it: its other codecs are for other things, and Punycode's takes hours."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What was found when at which address, or of which listing.

    Attributes
    ----------
    platform, listing_id, seller_id : str or None
        The listing, where its address is not given.
    url : str or None
        The address that was asked for.
    result : RecheckResult or None
        What whoever looked found; None where the answer is still to be judged.
    answer : Answer or None
        What came back.
    evidence : bytes or None
        What proves it: the answer with its headers, a screenshot.
    evidence_sha256, evidence_url : str or None
        The digest of evidence that lies elsewhere, and where; it is not fetched.
    vantage : str
        From where and as whom it was looked at: a country, whether signed in.
    place : str
        Where the look was read, for messages.
    """

    checked_at: datetime
    platform: str | None = None
    listing_id: str | None = None
    seller_id: str | None = None
    url: str | None = None
    result: RecheckResult | None = None
    answer: Answer | None = None
    evidence: bytes | None = None
    evidence_sha256: str | None = None
    evidence_url: str | None = None
    vantage: str = ""
    place: str = ""


def text_of(body: bytes, content_type: str, encoding: str) -> str:
    """Return the body of an answer as text: unpacked within bounds, decoded as declared, or else as it can be.

    Parameters
    ----------
    body : bytes
        As it came.
    content_type, encoding : str
        Headers of the answer; an encoding that is not known gives no text.
    """
    plain = _unpacked(body, encoding.strip().lower())
    declared = _CHARSET.search(content_type) or _CHARSET.search(plain[:2_048].decode("latin-1"))
    for charset in (declared.group(1) if declared else "utf-8", "utf-8", "gb18030"):
        try:
            name = codecs.lookup(charset).name
            if _TEXTUAL.fullmatch(name):
                return plain.decode(name)
        except (LookupError, ValueError):
            continue
    return plain.decode("utf-8", "replace")


def _unpacked(body: bytes, encoding: str) -> bytes:
    if encoding in {"", "identity"}:
        return body[:MOST_BODY]
    if encoding not in {"gzip", "x-gzip", "deflate"}:
        return b""
    try:
        return zlib.decompressobj(wbits=47).decompress(body, MOST_BODY)
    except zlib.error:
        return b""
