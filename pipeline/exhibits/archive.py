"""A capture as a web archive: WARC 1.1 inside WACZ, the form that courts' and archives' tools read.

The same capture made under the same circumstances is the same file, byte for byte.

References
----------
.. [1] ISO 28500:2017, "WARC file format" (WARC 1.1).
.. [2] Webrecorder, "Web Archive Collection Zipped (WACZ)", version 1.1.1.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import uuid
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

import orjson
from warcio.warcwriter import WARCWriter

from pipeline.exhibits.capture import Capture, Making, manifest, utc

WACZ_VERSION: Final = "1.1.1"
SOFTWARE: Final = "Counterfoil"
_ARCHIVE: Final = "data.warc.gz"
_SPACE: Final = uuid.UUID("5b0c6d1e-4f0a-5d51-9c5e-3f1f8f6a7f10")
"""Names the records: their ids are made of their contents, so that nothing depends on chance."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Record:
    uri: str
    media_type: str
    data: bytes
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    """Where a record lies in the WARC file."""

    record: _Record
    offset: int
    length: int


def write_wacz(capture: Capture, making: Making) -> bytes:
    """Return a capture as a WACZ file.

    Parameters
    ----------
    capture : Capture
        The listing's record and its photos: "resource" records, for nothing is known of a response.
    making : Making
        Who made it when with what.

    Returns
    -------
    bytes
        A ZIP file with the WARC file, its index, the page list, the manifest, and `datapackage.json` with the SHA-256
        of each; `datapackage-digest.json` holds the SHA-256 of that.
    """
    records = _records(capture, making)
    warc, places = _write_warc(records, making)
    files = {
        f"archive/{_ARCHIVE}": warc,
        "indexes/index.cdx.gz": gzip.compress(_index(places), mtime=0),
        "pages/pages.jsonl": _pages(capture, records[0]),
        "extra/manifest.json": manifest(capture, making),
    }
    package = _package(files, capture, making)
    digest = {"path": "datapackage.json", "hash": _sha256(package)}
    return _zip(files | {"datapackage.json": package, "datapackage-digest.json": _json(digest)}, making.made_at)


def _records(capture: Capture, making: Making) -> list[_Record]:
    listing = _Record(
        uri=f"urn:counterfoil:listing:{hashlib.sha256(capture.record).hexdigest()}",
        media_type="application/json",
        data=capture.record,
        at=capture.captured_at,
    )
    photos = {
        photo.sha256: _Record(
            uri=f"urn:counterfoil:photo:{photo.sha256}",
            media_type=photo.media_type,
            data=photo.data,
            at=capture.captured_at,
        )
        for photo in capture.photos
        if photo.data is not None
    }
    about = _Record(
        uri=f"urn:counterfoil:manifest:{capture.case_id}",
        media_type="application/json",
        data=manifest(capture, making),
        at=making.made_at,
    )
    return [listing, *photos.values(), about]


def _write_warc(records: list[_Record], making: Making) -> tuple[bytes, list[_Place]]:
    out = io.BytesIO()
    writer = WARCWriter(out, gzip=True, warc_version="WARC/1.1")
    tools = ", ".join(f"{name}/{version}" for name, version in sorted(making.tools.items()))
    info = {"software": tools or SOFTWARE, "format": "WARC File Format 1.1"}
    text = "".join(f"{name}: {value}\r\n" for name, value in info.items()).encode()
    head = _Record(uri="", media_type="application/warc-fields", data=text, at=making.made_at)
    places = []
    for kind, record in [("warcinfo", head), *(("resource", record) for record in records)]:
        start = out.tell()
        writer.write_record(
            writer.create_warc_record(
                record.uri or None,
                kind,
                payload=io.BytesIO(record.data),
                length=len(record.data),
                warc_content_type=record.media_type,
                warc_headers_dict={
                    "WARC-Date": utc(record.at),
                    "WARC-Record-ID": f"<urn:uuid:{uuid.uuid5(_SPACE, record.uri + _sha256(record.data))}>",
                },
            )
        )
        places.append(_Place(record=record, offset=start, length=out.tell() - start))
    return out.getvalue(), places[1:]


def _index(places: list[_Place]) -> bytes:
    """Return the index in the form CDXJ: key, time, where the record lies."""
    lines = []
    for place in places:
        record = place.record
        facts = {
            "url": record.uri,
            "mime": record.media_type,
            "digest": _sha256(record.data),
            "length": str(place.length),
            "offset": str(place.offset),
            "filename": _ARCHIVE,
        }
        stamp = f"{record.at.astimezone(UTC):%Y%m%d%H%M%S}"
        lines.append(f"{record.uri} {stamp} ".encode() + orjson.dumps(facts) + b"\n")
    return b"".join(sorted(lines))


def _pages(capture: Capture, listing: _Record) -> bytes:
    head = {"format": "json-pages-1.0", "id": "pages", "title": "All Pages"}
    page = {"id": "listing", "url": listing.uri, "ts": utc(capture.captured_at), "title": capture.title}
    return orjson.dumps(head) + b"\n" + orjson.dumps(page) + b"\n"


def _package(files: Mapping[str, bytes], capture: Capture, making: Making) -> bytes:
    resources = [
        {"name": path.rpartition("/")[2].lower(), "path": path, "hash": _sha256(data), "bytes": len(data)}
        for path, data in files.items()
    ]
    return _json(
        {
            "profile": "data-package",
            "wacz_version": WACZ_VERSION,
            "title": f"Capture of a listing, case {capture.case_id}",
            "created": utc(making.made_at),
            "software": SOFTWARE,
            "resources": resources,
        }
    )


def _zip(files: Mapping[str, bytes], at: datetime) -> bytes:
    """Return a ZIP file, stored and not compressed, so that parts of it can be read in place."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for path, data in files.items():
            archive.writestr(zipfile.ZipInfo(path, at.astimezone(UTC).timetuple()[:6]), data)
    return out.getvalue()


def _json(document: object) -> bytes:
    return orjson.dumps(document, option=orjson.OPT_INDENT_2) + b"\n"


def _sha256(data: bytes) -> str:
    return f"sha256:{hashlib.sha256(data).hexdigest()}"
