"""Export: notices and what proves them, as files that a person can hand in, each with its digest."""

from __future__ import annotations

import hashlib
import shutil
import tempfile
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO, Final, Protocol

import orjson

from pipeline.enforcement import Exhibit
from pipeline.errors import InputError
from pipeline.exhibits import capture as exhibits
from pipeline.exhibits.archive import write_wacz
from pipeline.exhibits.stamps import Stamp
from pipeline.notices.batches import Batch
from pipeline.notices.forms import render
from pipeline.notices.notice import NoticeState
from pipeline.notices.team import read_document
from pipeline.stages.prepare import Ready, Stationery, batches_of
from pipeline.store.captures import Capture
from pipeline.store.codec import to_json
from pipeline.store.database import Store
from pipeline.store.notices import record_batch
from pipeline.store.originals import Originals

MANIFEST: Final = "manifest.json"
FORMAT: Final = "counterfoil-export/1"


class Stamper(Protocol):
    """A time-stamping authority."""

    def stamp(self, data: bytes) -> Stamp:
        """Return a stamp over some bytes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scribe:
    """Who writes an export, and with what.

    Attributes
    ----------
    now : datetime
        When.
    originals : Originals
        Where the bytes of photos lie.
    operator : str
        Who answers for the exhibits; may be empty.
    tools : mapping
        Programs that take part, with their versions.
    authority : Stamper or None
        Stamps the exhibits, where one is configured.
    """

    now: datetime
    originals: Originals
    operator: str
    tools: Mapping[str, str]
    authority: Stamper | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Exported:
    """What was written: the folder and the batches in it, with their exhibits."""

    folder: Path
    batches: tuple[Batch, ...]


def export(store: Store, stationery: Stationery, ready: Ready, out: Path, scribe: Scribe) -> Exported:
    """Write notices in every form, their exhibits, and a manifest with the SHA-256 of each file.

    Parameters
    ----------
    store : Store
        Where the notices are written down as exported.
    stationery : Stationery
        What notices are made with.
    ready : Ready
        Notices that may go out.
    out : Path
        Made if need be; this export becomes a folder in it, named after the time.
    scribe : Scribe
        Who writes when.

    Returns
    -------
    Exported
        The folder appears whole or not at all.

    Raises
    ------
    InputError
        If the folder is there already or cannot be written.
    TransportError
        If a time stamp was wanted and cannot be had.
    """
    folder = out / f"{scribe.now:%Y%m%dT%H%M%SZ}"
    if folder.exists():
        raise InputError(f"{folder}: there already, got an export of the same second, expected a new folder")
    try:
        out.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=out, prefix=".export-") as name:
            part = Path(name) / "export"
            part.mkdir()
            proven = _write_exhibits(part, ready, scribe)
            batches = batches_of(proven, stationery.channels)
            _write_batches(part, batches, stationery, scribe)
            _write_documents(part, batches, stationery)
            _write_manifest(part, batches, ready, scribe)
            part.rename(folder)
    except OSError as error:
        raise InputError(f"{out}: cannot be written: {error.strerror or error}, expected a folder") from error
    with store.write() as connection:
        for batch in batches:
            record_batch(connection, batch, NoticeState.EXPORTED, scribe.now)
    return Exported(folder=folder, batches=batches)


def pack(exported: Exported, at: datetime, out: BinaryIO) -> None:
    """Write an export as one ZIP file.

    Parameters
    ----------
    exported : Exported
        What `export` wrote.
    at : datetime
        Stands at every file; nothing is compressed: the same export is the same ZIP file.
    out : binary file
        Open for writing.
    """
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for path in sorted(path for path in exported.folder.rglob("*") if path.is_file()):
            name = path.relative_to(exported.folder.parent).as_posix()
            entry = zipfile.ZipInfo(name, at.astimezone(UTC).timetuple()[:6])
            with path.open("rb") as source, archive.open(entry, "w", force_zip64=True) as target:
                shutil.copyfileobj(source, target)


def exhibit_of(found: Capture, scribe: Scribe) -> tuple[bytes, bytes | None, Exhibit]:
    """Return the capture of a case as a web archive, its time stamp if there is an authority, and what names them."""
    wacz = write_wacz(_capture(found, scribe.originals), _making(found, scribe))
    stamp = scribe.authority.stamp(wacz) if scribe.authority is not None else None
    exhibit = Exhibit(
        kind="capture",
        name=f"{found.case_id}.wacz",
        sha256=hashlib.sha256(wacz).hexdigest(),
        captured_at=found.captured_at,
        stamped_at=None if stamp is None else stamp.stamped_at,
        stamp_sha256=None if stamp is None else hashlib.sha256(stamp.token).hexdigest(),
    )
    return wacz, None if stamp is None else stamp.token, exhibit


def _capture(found: Capture, originals: Originals) -> exhibits.Capture:
    return exhibits.Capture(
        case_id=found.case_id,
        url=found.listing.url,
        title=found.listing.title,
        captured_at=found.captured_at,
        record=to_json(found.listing),
        photos=tuple(
            exhibits.CapturedPhoto(
                name=photo.name,
                data=originals.read(photo.digest) if photo.digest and originals.has(photo.digest) else None,
            )
            for photo in found.photos
        ),
    )


def _making(found: Capture, scribe: Scribe) -> exhibits.Making:
    source = {"scan": found.run_id, "content": found.content}
    return exhibits.Making(made_at=scribe.now, operator=scribe.operator, tools=scribe.tools, source=source)


def _write_exhibits(part: Path, ready: Ready, scribe: Scribe) -> Ready:
    """Write the exhibits and return the notices with them."""
    folder = part / "exhibits"
    folder.mkdir()
    made: dict[str, Exhibit] = {}
    for case_id, found in ready.captures.items():
        wacz, token, exhibit = exhibit_of(found, scribe)
        (folder / exhibit.name).write_bytes(wacz)
        if token is not None:
            (folder / f"{exhibit.name}.tsr").write_bytes(token)
        made[case_id] = exhibit
    notices = tuple(replace(n, evidence=(*n.evidence, made[n.case_id])) for n in ready.notices)
    return replace(ready, notices=notices)


def _write_batches(part: Path, batches: tuple[Batch, ...], stationery: Stationery, scribe: Scribe) -> None:
    for batch in batches:
        channel = stationery.channels.named(batch.channel)
        recipient = stationery.team.recipients.get(channel.id, "")
        forms = render(batch, channel, now=scribe.now, folder=stationery.wording, recipient=recipient)
        folder = part / channel.id / batch.batch_id
        folder.mkdir(parents=True)
        for name, data in forms.items():
            (folder / name).write_bytes(data)


def _write_documents(part: Path, batches: tuple[Batch, ...], stationery: Stationery) -> None:
    """Copy the documents that the notices rely on, under the names that the team gave them: paths inside its folder."""
    wanted = {name: digest for batch in batches for n in batch.notices for name, digest in n.documents().items()}
    if stationery.folder is None or not wanted:
        return
    folder = part / "documents"
    folder.mkdir()
    for name, digest in sorted(wanted.items()):
        data = read_document(stationery.folder, name)
        if hashlib.sha256(data).hexdigest() != digest:
            raise InputError(f"{stationery.folder / name}: changed since it was read, expected SHA-256 {digest}")
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)


def _write_manifest(part: Path, batches: tuple[Batch, ...], ready: Ready, scribe: Scribe) -> None:
    paths = sorted(path for path in part.rglob("*") if path.is_file())
    document = {
        "format": FORMAT,
        "made_at": exhibits.utc(scribe.now),
        "operator": scribe.operator or None,
        "tools": dict(sorted(scribe.tools.items())),
        "batches": [
            {
                "batch_id": batch.batch_id,
                "channel": batch.channel,
                "rights_holder_id": batch.rights_holder_id,
                "notices": [{"notice_id": n.notice_id, "case_id": n.case_id} for n in batch.notices],
            }
            for batch in batches
        ],
        "left_out": [str(problem) for problem in ready.problems],
        "files": [
            {"path": path.relative_to(part).as_posix(), "sha256": _sha256(path), "bytes": path.stat().st_size}
            for path in paths
        ],
    }
    (part / MANIFEST).write_bytes(orjson.dumps(document, option=orjson.OPT_INDENT_2) + b"\n")


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
