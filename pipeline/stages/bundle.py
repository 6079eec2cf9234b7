"""The stage that publishes: numbers from the log, signed, logged, and laid into a folder with all they follow from."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from cryptography import x509

from pipeline.bundle.contents import Contents, Records, contents
from pipeline.errors import InputError
from pipeline.log.folder import CHECKPOINT, LogFolder
from pipeline.log.keys import Keys
from pipeline.log.signing import Stamp, cms_sign, log_envelope, root_of_trust, sign_statement
from pipeline.log.writer import Log
from pipeline.metrics.audits import STRATA_COLUMNS, FileRow, Over
from pipeline.metrics.entries import Entry
from pipeline.metrics.periods import days_of
from pipeline.metrics.tables import final_digests
from pipeline.stages.audit import frame_row, probe_rows, public
from pipeline.stages.publish import publish_log
from pipeline.stages.stamps import KeptStamps, chain_of
from pipeline.store.audit_entries import add_entry, has_entry
from pipeline.store.audits import StoredAudit, count_strata, list_audits, read_drawn, read_frame
from pipeline.store.database import Connection, Store
from pipeline.verify.tiles import tiles_of

STATEMENT, ROOT, CMS, TOKEN = "metrics.sigstore.json", "trusted_root.json", "metrics.csv.p7s", "metrics.csv.tsr"
STAMPS = ".stamps"
"""Folder beside the log's files in which tokens are kept: an authority never gives the same one twice."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Export:
    """What an export needs besides the store and the log.

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
    """

    keys: Keys
    guides: Mapping[str, bytes]
    reason: str = ""
    stamp: Stamp | None = None
    roots: Sequence[x509.Certificate] = ()
    cosign: Callable[[Log], object] | None = None


def export(
    store: Store, log: Log, out: Path, what: Export, *, now: datetime, make_secret: Callable[[], bytes]
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
    what : Export
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
    """
    _check_folder(out)
    publish_log(store, log, now, make_secret)
    with store.write() as connection:
        found = contents(_records(connection, entries_of(log)))
        _announce(connection, found, entries_of(log), what.reason, now)
    publish_log(store, log, now, make_secret)
    with store.read() as connection:
        found = contents(_records(connection, entries_of(log)))
    files = {**found.files, **what.guides}
    files[CMS] = cms_sign(what.keys, files["metrics.csv"])
    stamp = KeptStamps(log.path / STAMPS, what.stamp).stamp if what.stamp else None
    chains = []
    if stamp is not None:
        files[TOKEN] = stamp(files["metrics.csv"])
        chains.append(chain_of(files[TOKEN], what.roots))
    files[ROOT] = root_of_trust(what.keys, chains)
    digests = {name: hashlib.sha256(data).hexdigest() for name, data in files.items()}
    envelope = sign_statement(what.keys, digests, found.predicate)
    stamps = [stamp] if stamp else []
    files[STATEMENT] = log_envelope(log, what.keys, envelope, stamps, what.cosign, now=now).encode()
    _lay_out(out, files, log)
    return found


def entries_of(log: LogFolder) -> list[Entry]:
    """Return the entries of a log, in its order."""
    return [json.loads(entry) for entry in log.all_entries()]


def _records(connection: Connection, entries: Sequence[Entry]) -> Records:
    audits = [audit for audit in list_audits(connection) if audit.seed is not None]
    audits.sort(key=lambda audit: (days_of(audit.period), audit.over, audit.audit_id))
    newest = {over: max((a.period for a in audits if a.over == over), key=days_of, default="") for over in Over}
    drawn = {audit.audit_id: read_drawn(connection, audit.audit_id) for audit in audits}
    return Records(
        entries=entries,
        frame=_joined(_frame_rows(connection, a) for a in audits if a.period == newest[Over(a.over)]),
        strata=_joined(_strata_rows(connection, audit) for audit in audits),
        sample=_joined(
            [frame_row(audit.audit_id, item) for item in drawn[audit.audit_id] if not item.probe] for audit in audits
        ),
        probes=_joined(probe_rows(audit.audit_id, drawn[audit.audit_id]) for audit in audits),
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


def _announce(connection: Connection, found: Contents, entries: Sequence[Entry], reason: str, now: datetime) -> None:
    """Leave the entry of this publication for the log, and those of the corrections that it makes."""
    digest = hashlib.sha256(found.files["metrics.csv"]).hexdigest()
    final = final_digests(found.rows)
    before: dict[str, str] = {}
    for entry in entries:
        if entry.get("type") == "metric":
            before |= entry["final"]
        elif entry.get("type") == "correction" and "period" in entry:
            before[entry["period"]] = entry["is"]
    changed = [period for period, value in before.items() if final.get(period) != value]
    if changed and not reason:
        raise InputError(
            f"metrics: final numbers of {', '.join(changed)} are not those that were published, "
            "expected a reason for the correction"
        )
    for period in changed:
        fields = {"period": period, "reason": reason, "was": before[period], "is": final.get(period, "")}
        _add_once(connection, "correction", fields, now)
    _add_once(connection, "metric", {"metrics_sha256": digest, "final": final, "numbers": len(found.rows)}, now)


def _add_once(connection: Connection, kind: str, fields: Mapping[str, object], now: datetime) -> None:
    entry_id = hashlib.sha256(repr((kind, sorted(fields.items()))).encode()).hexdigest()[:32]
    if not has_entry(connection, entry_id):
        add_entry(connection, entry_id, kind, fields, now)


def _check_folder(out: Path) -> None:
    if out.exists() and not (out.is_dir() and ((out / STATEMENT).is_file() or not any(out.iterdir()))):
        raise InputError(f"{out}: something else is there, expected a new folder or an earlier bundle")


def _lay_out(out: Path, files: Mapping[str, bytes], log: Log) -> None:
    """Write a bundle beside its place, then put it there in one move."""
    making, old = out.with_name(f".{out.name}.making"), out.with_name(f".{out.name}.old")
    for left in (making, old):
        shutil.rmtree(left, ignore_errors=True)
    for name, data in files.items():
        _write(making / name, data)
    checkpoint = log.checkpoint()
    if checkpoint is None:
        raise InputError(f"{log.path}: nothing was published yet, expected a log with a checkpoint")
    for tile in tiles_of(checkpoint.size):
        _write(making / "log" / tile.path, log.read_tile(tile))
    _write(making / "log" / CHECKPOINT, (log.path / CHECKPOINT).read_bytes())
    if out.exists():
        out.rename(old)
    making.rename(out)
    shutil.rmtree(old, ignore_errors=True)


def _write(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
