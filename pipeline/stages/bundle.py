"""The stage that publishes: numbers from the log, signed, logged, and laid into a folder with all they follow from."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from cryptography import x509

from pipeline.bundle.contents import Contents, Records, contents, numbers
from pipeline.errors import InputError
from pipeline.log.disk import Disk
from pipeline.log.entries import EntryDraft
from pipeline.log.folder import LogFolder
from pipeline.log.keys import Keys
from pipeline.log.signing import Stamp, cms_sign, log_envelope, root_of_trust, sign_statement
from pipeline.log.writer import Log
from pipeline.metrics.audits import STRATA_COLUMNS, FileRow, Over
from pipeline.metrics.definitions import VERSION
from pipeline.metrics.entries import Entry, of_type
from pipeline.metrics.periods import days_of
from pipeline.metrics.rows import Row, write_rows
from pipeline.metrics.tables import final_digests
from pipeline.stages.audit import frame_row, probe_rows, public
from pipeline.stages.folders import put_folder, restore_folder
from pipeline.stages.publish import publish_log
from pipeline.stages.stamps import KeptStamps, chain_of
from pipeline.store.audits import StoredAudit, count_strata, list_audits, read_drawn, read_frame
from pipeline.store.database import Connection, Store
from pipeline.verify.bundle import CMS, ROOT, STATEMENT
from pipeline.verify.history import LOG
from pipeline.verify.numbers import METRICS

TIME_STAMP = "metrics.csv.tsr"
STAMPS = ".stamps"
"""Folder beside the log's files in which tokens are kept: an authority never gives the same one twice."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Publication:
    """What a publication needs besides the store and the log.

    Attributes
    ----------
    keys : Keys
        Of the log and the exporter.
    guides : mapping
        Files that say how to check a bundle, by path.
    reason : str
        Why final numbers are published otherwise than before; empty where none are.
    stamp : callable or None
        Asks a time-stamping authority for a token (RFC 3161) over some bytes, if one is configured.
    roots : sequence of Certificate
        Those that its chain must end at.
    cosign : callable or None
        Has witnesses sign the log's checkpoint, if any are configured.
    disk : Disk
        How files are changed.
    """

    keys: Keys
    guides: Mapping[str, bytes]
    reason: str = ""
    stamp: Stamp | None = None
    roots: Sequence[x509.Certificate] = ()
    cosign: Callable[[Log], object] | None = None
    disk: Disk = field(default_factory=Disk)


def publish_bundle(
    store: Store, log: Log, out: Path, what: Publication, *, now: datetime, make_secret: Callable[[], bytes]
) -> Contents:
    """Publish everything that is committed so far as a bundle.

    Parameters
    ----------
    store : Store
        Where cases and audits are.
    log : Log
        Open for writing.
    out : Path
        The folder of the bundle; is made, or replaced if it holds an earlier one.
    what : Publication
        Keys and texts.
    now : datetime
        When new entries are logged. Nothing of the bundle depends on it if there are none.
    make_secret : callable
        As for `publish_log`.

    Returns
    -------
    Contents
        What was published.

    Raises
    ------
    InputError
        If final numbers changed without a reason, or the folder holds something else.

    Notes
    -----
    People go on working meanwhile: the numbers are those of the log as it stood when all was taken in, and nothing
    but their announcement and their signature is added to it afterwards.
    """
    restore_folder(out, what.disk)
    _check_folder(out)
    publish_log(store, log, now, make_secret)
    with store.read() as connection:
        records = _records(connection, entries_of(log))
    rows = numbers(records)
    log.append(_announcements(rows, records.entries, what.reason), now)
    log.publish()
    added = map(json.loads, log.entries(len(records.entries), log.size))
    found = contents(replace(records, entries=[*records.entries, *added]), rows)
    files = _signed(log, what, found, now)
    put_folder(out, [*files.items(), *_log_files(log)], what.disk)
    return found


def _signed(log: Log, what: Publication, found: Contents, now: datetime) -> dict[str, bytes]:
    """Return the files of a bundle with the signatures over them; that of the statement is logged."""
    files = {**found.files, **what.guides}
    files[CMS] = cms_sign(what.keys, files[METRICS])
    stamp = KeptStamps(log.path / STAMPS, what.stamp).stamp if what.stamp else None
    chains = []
    if stamp is not None:
        files[TIME_STAMP] = stamp(files[METRICS])
        chains.append(chain_of(files[TIME_STAMP], what.roots))
    files[ROOT] = root_of_trust(what.keys, chains)
    digests = {name: hashlib.sha256(data).hexdigest() for name, data in files.items()}
    envelope = sign_statement(what.keys, digests, found.predicate)
    stamps = [stamp] if stamp else []
    files[STATEMENT] = log_envelope(log, what.keys, envelope, stamps, what.cosign, now=now).encode()
    return files


def _log_files(log: Log) -> Iterator[tuple[str, bytes]]:
    return ((LOG + name, data) for name, data in log.public_files())


def entries_of(log: LogFolder) -> list[Entry]:
    """Return the entries of a log, in its order."""
    return [json.loads(entry) for entry in log.all_entries()]


def _records(connection: Connection, entries: Sequence[Entry]) -> Records:
    drawn = {entry["audit"] for entry in of_type(entries, "sample")}
    audits = [audit for audit in list_audits(connection) if audit.audit_id in drawn]
    audits.sort(key=lambda audit: (days_of(audit.period), audit.over, audit.audit_id))
    newest = {over: max((a.period for a in audits if a.over == over), key=days_of, default="") for over in Over}
    items = {audit.audit_id: read_drawn(connection, audit.audit_id) for audit in audits}
    return Records(
        entries=entries,
        frame=_joined(_frame_rows(connection, a) for a in audits if a.period == newest[Over(a.over)]),
        strata=_joined(_strata_rows(connection, audit) for audit in audits),
        sample=_joined(
            [frame_row(audit.audit_id, item) for item in items[audit.audit_id] if not item.probe] for audit in audits
        ),
        probes=_joined(probe_rows(audit.audit_id, items[audit.audit_id]) for audit in audits),
    )


def _frame_rows(connection: Connection, audit: StoredAudit) -> list[dict[str, str]]:
    rows = [frame_row(audit.audit_id, item) for item in read_frame(connection, audit.audit_id)]
    return [{name: value for name, value in row.items() if name != "ticket"} for row in rows]


def _strata_rows(connection: Connection, audit: StoredAudit) -> list[dict[str, str]]:
    """Return what `strata_of` makes of a frame, counted by the database."""
    counts: Counter[tuple[str, ...]] = Counter()
    for cell, number in count_strata(connection, audit.audit_id):
        counts[tuple(map(public, cell))] += number
    return [
        dict(zip(STRATA_COLUMNS, (audit.audit_id, *cell, str(number)), strict=True))
        for cell, number in sorted(counts.items())
    ]


def _joined(parts: Iterable[Iterable[FileRow]]) -> list[FileRow]:
    return [row for part in parts for row in part]


def _announcements(rows: Sequence[Row], entries: Sequence[Entry], reason: str) -> list[EntryDraft]:
    """Return the entry of this publication and those of the corrections that it makes, as far as they are not there."""
    digest = hashlib.sha256(write_rows(rows).encode()).hexdigest()
    final = final_digests(rows)
    before: dict[str, str] = {}
    for entry in entries:
        if entry.get("type") == "metric":
            before |= entry["final"]
        elif entry.get("type") == "correction" and "period" in entry:
            before[entry["period"]] = entry["is"]
    changed = [period for period, value in before.items() if final.get(period) != value]
    if changed and not reason:
        raise InputError(
            f"metrics: final numbers of {', '.join(changed)} are not those that were published{_redefined(entries)}, "
            "expected a reason for the correction, given once with --reason"
        )
    corrections = [
        _draft("correction", {"period": p, "reason": reason, "was": before[p], "is": final.get(p, "")}) for p in changed
    ]
    announced = _draft(
        "metric", {"metrics_sha256": digest, "final": final, "numbers": len(rows), "definitions": VERSION}
    )
    known = {entry.get("id") for entry in entries}
    return [draft for draft in (*corrections, announced) if draft.id not in known]


def _redefined(entries: Sequence[Entry]) -> str:
    """Say that numbers are defined otherwise than when they were published last, where they are."""
    *_, last = ("", *(entry.get("definitions", "an earlier one") for entry in of_type(entries, "metric")))
    return "" if last in ("", VERSION) else f" (they are defined by version {VERSION} now, and were by {last})"


def _draft(kind: str, fields: Mapping[str, object]) -> EntryDraft:
    """Return an entry whose id follows from what it says: said again, it is the same."""
    name = hashlib.sha256(repr((kind, sorted(fields.items()))).encode()).hexdigest()[:32]
    return EntryDraft(type=kind, id=name, fields=fields)


def _check_folder(out: Path) -> None:
    if out.exists() and not (out.is_dir() and ((out / STATEMENT).is_file() or not any(out.iterdir()))):
        raise InputError(f"{out}: something else is there, expected a new folder or an earlier bundle")
