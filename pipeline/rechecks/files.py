"""Looks that a user brings: JSON lines of results, and captures as WARC files, bare or packed as WACZ."""

from __future__ import annotations

import hashlib
import re
import zlib
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO, Final, NamedTuple, cast
from zipfile import BadZipFile, ZipFile

import orjson
from warcio.archiveiterator import ArchiveIterator
from warcio.exceptions import ArchiveLoadFailed
from warcio.recordloader import ArcWarcRecord

from pipeline.enforcement import RecheckResult
from pipeline.errors import InputError, PhotoRefusedError
from pipeline.files import read_inside
from pipeline.followup.pages import Answer
from pipeline.rechecks.look import MOST_BODY, Look, text_of
from pipeline.records import Rejected

ENDINGS: Final = (".jsonl", ".warc", ".warc.gz", ".wacz")
MOST_LINE: Final = 1_000_000
MOST_RECORD: Final = 64 * 1024 * 1024
MOST_RECORDS: Final = 200_000
MOST_PACKED: Final = 100
"""WARC files in a WACZ file."""
MOST_UNPACKED: Final = 4 * 1024 * 1024 * 1024
"""Bytes of such a file."""
MOST_GROWTH: Final = 100
"""How many times its packed size it may have: what grows more is made to fill a disk."""

MOST_ADDRESS: Final = 2_000
_DIGEST: Final = re.compile(r"[0-9a-f]{64}")
_ADDRESS: Final = re.compile(r"(?:https?|s3|file)://[^\s\x00-\x1f\x7f]+")
_REFERENCE: Final = "a file name, or {path or url, sha256 (64 hexadecimal digits)}"

_DAMAGED_ZIP: Final = (BadZipFile, RuntimeError, NotImplementedError, zlib.error, EOFError, ValueError)
"""What `zipfile` meets a stranger's file with: RuntimeError if it has a password, NotImplementedError if it is packed
in a way of its own, ValueError over names and sizes that cannot be, the others over bytes that are cut or changed.
"""


def find_files(paths: Sequence[Path]) -> tuple[Path, ...]:
    """Return the files of looks among files and folders, in the order of their names within a folder.

    Raises
    ------
    InputError
        If a path does not exist or cannot be read, or is no such file or a folder without any.
    """
    found: dict[Path, None] = {}
    for path in paths:
        try:
            inside = sorted(path.iterdir()) if path.is_dir() else [path]
            usable = [file for file in inside if file.is_file() and file.name.lower().endswith(ENDINGS)]
        except OSError as error:
            raise InputError(
                f"{path}: cannot be read ({error.strerror}), expected a file or folder of looks"
            ) from error
        if not usable:
            raise InputError(f"{path}: got no looks, expected files ending in {', '.join(ENDINGS)}")
        found.update(dict.fromkeys(usable))
    return tuple(found)


def read_looks(path: Path) -> Iterator[Look | Rejected]:
    """Read a file of looks.

    Parameters
    ----------
    path : Path
        Of JSON lines, each with `checked_at` (RFC 3339), `url` or `platform` and `listing_id` (and `seller_id`), and
        `result` (of `RecheckResult`) or `status` with `evidence`; `vantage` is any words. `evidence` is a file beside
        it, or {`path` or `url`, `sha256`}: a file of other bytes is rejected, an address is kept and not fetched.
        Or a WARC file, or a WACZ file that holds some, whose responses are judged.

    Yields
    ------
    Look or Rejected
        A line or record that cannot be used is rejected, with place and reason; nothing is passed over in silence.
    """
    name = path.name.lower()
    read = _wacz if name.endswith(".wacz") else _warc if name.endswith((".warc", ".warc.gz")) else _lines
    try:
        with path.open("rb") as file:
            yield from read(path, file)
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror}), expected a file of looks") from error


def _lines(path: Path, file: BinaryIO) -> Iterator[Look | Rejected]:
    number = 0
    while line := file.readline(MOST_LINE + 1):
        number += 1
        if len(line) > MOST_LINE:
            yield _rejected(path, number, "line", f"more than {MOST_LINE:,} bytes", "a shorter line", "too long")
            return
        if line.strip():
            yield _line(path, number, line)


def _line(path: Path, number: int, line: bytes) -> Look | Rejected:
    row: Any = None
    try:
        row = orjson.loads(line)
        if not isinstance(row, dict):
            return _rejected(path, number, "line", repr(row)[:80], "a JSON object", "not an object")
        return _look(path, number, row)
    except orjson.JSONDecodeError as error:
        return _rejected(path, number, "line", repr(line[:80]), "a JSON object", str(error))
    except PhotoRefusedError as error:
        return _rejected(path, number, "evidence", error.got, error.expected, error.reason)
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        expected = f"checked_at, url or platform and listing_id, result (one of {', '.join(RecheckResult)}) or status"
        return _rejected(path, number, "line", repr(row)[:200], expected, f"{type(error).__name__}: {error}")


def _look(path: Path, number: int, row: dict[str, Any]) -> Look:
    checked_at = _instant(str(row["checked_at"]))
    names = {name: _text(row.get(name)) for name in ("platform", "listing_id", "seller_id", "url")}
    if not names["url"] and not (names["platform"] and names["listing_id"]):
        raise ValueError("no listing")
    evidence = _evidence(path.parent, row.get("evidence"))
    result = None if row.get("result") is None else RecheckResult(row["result"])
    answer = None
    if result is None:
        page = text_of(evidence.data or b"", str(row.get("content_type", "")), "")
        answer = Answer(status=int(row["status"]), address=_text(row.get("final_url")) or names["url"] or "", page=page)
    return Look(
        checked_at=checked_at,
        **names,
        result=result,
        answer=answer,
        evidence=evidence.data,
        evidence_sha256=evidence.sha256,
        evidence_url=evidence.url,
        vantage=(_text(row.get("vantage")) or "")[:200],
        place=f"{path}:{number}",
    )


class _Evidence(NamedTuple):
    """What proves a look: bytes that are at hand, or where others lie with their digest."""

    data: bytes | None = None
    sha256: str | None = None
    url: str | None = None


def _evidence(folder: Path, given: object) -> _Evidence:
    if given is None:
        return _Evidence()
    if not isinstance(given, dict):
        return _Evidence(data=read_inside(folder, str(given)))
    digest, name, url = (_text(given.get(key)) for key in ("sha256", "path", "url"))
    if (name is None) == (url is None) or not _DIGEST.fullmatch(digest or ""):
        raise PhotoRefusedError("no file or address with its digest", got=repr(given)[:200], expected=_REFERENCE)
    if name is None:
        return _Evidence(sha256=digest, url=_address(str(url)))
    data = read_inside(folder, name)
    found = hashlib.sha256(data).hexdigest()
    if found != digest:
        raise PhotoRefusedError("other bytes than the digest says", got=found, expected=str(digest))
    return _Evidence(data=data)


def _address(url: str) -> str:
    if len(url) > MOST_ADDRESS or not _ADDRESS.fullmatch(url):
        raise PhotoRefusedError("no address", got=repr(url)[:200], expected=_REFERENCE)
    return url


def _instant(text: str) -> datetime:
    time = datetime.fromisoformat(text)
    if time.tzinfo is None:
        raise ValueError(f"no zone: {text[:40]!r}")
    return time.astimezone(UTC)


def _text(value: object) -> str | None:
    if value is not None and not isinstance(value, (str, int)):
        raise TypeError(f"not a text: {value!r}"[:80])
    return None if value is None else str(value)


def _wacz(path: Path, file: BinaryIO) -> Iterator[Look | Rejected]:
    """Read the WARC files of a WACZ file, in the order in which it holds them; nothing of it is written anywhere.

    References
    ----------
    .. [1] Webrecorder, "Web Archive Collection Zipped (WACZ)", version 1.1.1, section 5.2.1: `archive/`.
    """
    try:
        with ZipFile(file) as packed:
            inside = [i for i in packed.infolist() if i.filename.startswith("archive/") and not i.is_dir()]
            bombs = [info for info in inside if info.file_size > min(MOST_UNPACKED, MOST_GROWTH * info.compress_size)]
            if len(inside) > MOST_PACKED or bombs:
                expected = f"{MOST_PACKED} WARC files of {MOST_UNPACKED:,} bytes at most, packed to no less than 1 %"
                yield _rejected(path, 1, "archive", f"{len(inside)} files", expected, "too much")
                return
            for info in inside:
                with packed.open(info) as warc:
                    yield from _warc(path, cast(BinaryIO, warc))
    except _DAMAGED_ZIP as error:
        yield _rejected(path, 1, "archive", str(error)[:200], "a WACZ file", "damaged")


def _warc(path: Path, file: BinaryIO) -> Iterator[Look | Rejected]:
    number = 0
    try:
        for number, record in enumerate(ArchiveIterator(file), start=1):
            if number > MOST_RECORDS or int(record.rec_headers.get_header("Content-Length", "0")) > MOST_RECORD:
                yield _rejected(
                    path, number, "record", "more", f"{MOST_RECORDS:,} records, {MOST_RECORD:,} bytes", "long"
                )
                return
            if record.rec_type == "response" and record.http_headers is not None:
                yield _response(path, number, record)
    except (ArchiveLoadFailed, BadZipFile, zlib.error, ValueError, OSError, EOFError) as error:
        yield _rejected(path, number + 1, "record", str(error)[:200], "a WARC record", "damaged")


def _response(path: Path, number: int, record: ArcWarcRecord) -> Look | Rejected:
    headers = record.http_headers
    status, url = headers.get_statuscode(), record.rec_headers.get_header("WARC-Target-URI")
    when = record.rec_headers.get_header("WARC-Date")
    body = record.raw_stream.read(MOST_BODY)
    if not (status.isdecimal() and url and when):
        return _rejected(
            path, number, "record", f"{status!r} {url!r} {when!r}", "status, address and date", "incomplete"
        )
    try:
        checked_at = _instant(when)
    except (ValueError, OverflowError) as error:
        return _rejected(path, number, "WARC-Date", repr(when)[:80], "a time with its zone", str(error))
    page = text_of(body, headers.get_header("Content-Type") or "", headers.get_header("Content-Encoding") or "")
    return Look(
        checked_at=checked_at,
        url=url,
        answer=Answer(status=int(status), address=url, page=page),
        evidence=headers.to_bytes() + body,
        vantage=f"capture {path.name}"[:200],
        place=f"{path}:{number}",
    )


def _rejected(path: Path, number: int, field: str, got: str, expected: str, reason: str) -> Rejected:  # noqa: PLR0917
    return Rejected(kind="row", source=str(path), line=number, field=field, got=got, expected=expected, reason=reason)
