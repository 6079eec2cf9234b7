"""A capture: what is known of a listing at one time, with its photos, ready to become an exhibit.

Counterfoil reads listings that others have captured; it does not fetch them. A capture says so: it holds the record as
it was handed over and the bytes of the photos as they were kept, and never claims that a server sent them to us.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

import orjson

from pipeline.records import Json

FORMAT: Final = "counterfoil-capture/1"
HOW: Final = (
    "The listing's record was read from a snapshot file that the operator supplied, its photos from files beside it."
    " This program did not fetch the page: no request, response or connection of the original capture is known to it."
)
_KINDS: Final = (
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"GIF8", "image/gif"),
    (b"RIFF", "image/webp"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class CapturedPhoto:
    """A photo as the listing named it; `data` is None where its bytes were not kept."""

    name: str
    data: bytes | None

    @property
    def sha256(self) -> str | None:
        """Digest of the bytes, if there are any."""
        return None if self.data is None else hashlib.sha256(self.data).hexdigest()

    @property
    def media_type(self) -> str:
        """What the bytes are, by their beginning; the name is not believed."""
        data = self.data or b""
        return next((kind for start, kind in _KINDS if data.startswith(start)), "application/octet-stream")


@dataclass(frozen=True, slots=True, kw_only=True)
class Capture:
    """What is known of a listing at one time.

    Attributes
    ----------
    case_id, url, title : str
        The case; the address and title that the record gives.
    captured_at : datetime
        When it was captured, as the record says.
    record : bytes
        The listing's record as JSON, as this program read it.
    photos : tuple of CapturedPhoto
        In the listing's order.
    """

    case_id: str
    url: str
    title: str
    captured_at: datetime
    record: bytes
    photos: tuple[CapturedPhoto, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Making:
    """The circumstances in which an exhibit was made.

    Attributes
    ----------
    made_at : datetime
        When.
    operator : str
        Who answers for it: the team's signer, or as the user set it; may be empty.
    tools : mapping
        Names and versions of the programs that took part.
    source : mapping
        What is known of where the record came from: the scan, the file's digest.
    """

    made_at: datetime
    operator: str
    tools: Mapping[str, str]
    source: Mapping[str, Json] = field(default_factory=dict)


def manifest(capture: Capture, making: Making) -> bytes:
    """Return the manifest of an exhibit: what it holds, by digest, and how it came about."""
    document = {
        "format": FORMAT,
        "case_id": capture.case_id,
        "how": HOW,
        "captured_at": utc(capture.captured_at),
        "made_at": utc(making.made_at),
        "operator": making.operator or None,
        "tools": dict(sorted(making.tools.items())),
        "source": dict(making.source),
        "url_as_given": capture.url,
        "record": {"sha256": hashlib.sha256(capture.record).hexdigest(), "bytes": len(capture.record)},
        "photos": [
            {
                "name": photo.name,
                "sha256": photo.sha256,
                "bytes": None if photo.data is None else len(photo.data),
                "media_type": None if photo.data is None else photo.media_type,
            }
            for photo in capture.photos
        ],
        "not_known": ["network address of the capture", "browser and its settings", "TLS certificates", "clock offset"],
    }
    return orjson.dumps(document, option=orjson.OPT_INDENT_2) + b"\n"


def utc(time: datetime) -> str:
    """Write a time as RFC 3339 in UTC, to the second.

    Examples
    --------
    >>> utc(datetime(2026, 10, 3, 7, 12, tzinfo=UTC))
    '2026-10-03T07:12:00Z'
    """
    return f"{time.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
