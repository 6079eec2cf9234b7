"""A small bundle of made-up cases and one audit, as an exporter publishes it: honest, or not."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
from cryptography import x509

from pipeline.log import EntryDraft, Keys, Log, open_log
from pipeline.log.signing import Stamp, cms_sign, log_envelope, root_of_trust, sign_statement
from pipeline.metrics.audits import FRAME_COLUMNS, PROBE_COLUMNS, SAMPLE_COLUMNS, STRATA_COLUMNS
from pipeline.metrics.draw import seed_of
from pipeline.metrics.frames import draw_sample, file_digest, file_text, sample_digest, strata_of
from pipeline.metrics.rows import Row, write_rows
from pipeline.metrics.tables import final_digests, recompute
from pipeline.verify.guide import guide_files
from pipeline.verify.notes import Checkpoint

START = datetime(2026, 10, 2, 9, tzinfo=UTC)
PERIOD = "2026-10-01/2026-11-01"
AUDIT = "a" * 32
LABELS = 20
Files = dict[str, bytes]
Change = Callable[[Files], object]


def name_of(*parts: object) -> str:
    return hashlib.sha256(" ".join(map(str, parts)).encode()).hexdigest()


def draft(of_type: str, number: object, /, **fields: Any) -> EntryDraft:
    return EntryDraft(type=of_type, id=name_of(of_type, number)[:32], fields=fields)


def instant(days: float) -> str:
    return (START + timedelta(days=days)).strftime("%Y-%m-%dT%H:%M:%SZ")


def enforcement(cases: int = 44) -> list[EntryDraft]:
    """Return the entries of cases of four rights holders, each noticed and most of them answered."""
    holders = [
        draft("holder", n, holder=name_of("h", n), size=size, sector="nice-3", protected_in="GB")
        for n, size in enumerate(("sme", "large", "sme", "large"))
    ]
    events: list[dict[str, Any]] = []
    for case in range(cases):
        holder, shared = case % 4, {"case": name_of("c", case), "platform": "bazaar" if case % 3 else "plaza"}
        shared["holder"] = name_of("h", holder)
        notice = name_of("n", case)
        told: list[dict[str, Any]] = [
            {"kind": "opened", "band": "high", "label": "counterfeit", "captured_at": instant(0)},
            {"kind": "decided", "label": "counterfeit", "repeat_seller": case % 5 == 0},
            {"kind": "approved"},
            {"kind": "noticed", "notice": notice, "method": "form", "reason_code": "TM-1", "right_type": "trademark"},
            {"kind": "acknowledged", "notice": notice},
        ]
        if case % 7:
            told.append({"kind": "disposed", "notice": notice, "disposition": "removed" if case % 4 else "rejected"})
            told.append({"kind": "rechecked", "result": "delisted_page" if case % 4 else "up"})
        events += [{**shared, **fact, "at": instant(step + case / 50)} for step, fact in enumerate(told)]
    events.sort(key=lambda event: event["at"])
    return holders + [draft("event", number, sequence=number, **event) for number, event in enumerate(events, start=1)]


FRAME = [
    {
        "audit": AUDIT,
        "item": name_of("item", number),
        "stratum": "flagged" if number % 6 == 0 else "rest",
        "size": "sme" if number % 2 else "large",
        "platform": "bazaar",
        "sector": "nice-3",
        "country": "GB",
        "sold": ("", "0", "1", "5", "20")[number % 5],
    }
    for number in range(90)
]
PROBES = [{"audit": AUDIT, "item": name_of("probe", number)} for number in range(3)]


def frame_draft() -> EntryDraft:
    return draft(
        "frame",
        0,
        audit=AUDIT,
        over="listings",
        period=PERIOD,
        labels=LABELS,
        listings=len(FRAME),
        sold=sum(row["sold"] != "" for row in FRAME),
        frame_sha256=file_digest(FRAME_COLUMNS, FRAME),
        strata_sha256=file_digest(STRATA_COLUMNS, strata_of(FRAME)),
        drand_round=None,
        nonces=[],
    )


def audit_drafts(size: int, root: bytes, flip: str = "") -> tuple[list[EntryDraft], list[dict[str, str]]]:
    """Return the entries of a draw and its reviews, and the rows of sample.csv; `flip` is an item called clean."""
    seed = seed_of(root, b"", [])
    tickets = draw_sample(seed, FRAME, LABELS)
    rows = [{**row, "ticket": tickets[row["item"]]} for row in FRAME if row["item"] in tickets]
    known = [probe["item"] for probe in PROBES]
    drafts = [
        draft(
            "seed",
            0,
            audit=AUDIT,
            checkpoint_size=size,
            checkpoint_root=root.hex(),
            drand=None,
            nonces=[],
            unrevealed=[],
            seed=seed,
        ),
        draft(
            "sample",
            0,
            audit=AUDIT,
            items=len(rows),
            sample_sha256=sample_digest(tickets),
            probes=len(PROBES),
            probes_sha256=file_digest(PROBE_COLUMNS, PROBES),
        ),
    ]
    for item in [*tickets, *known]:
        fake = item in known or (int(item[:2], 16) % 5 == 0 and item != flip)
        for number in (1, 2):
            word = "counterfeit" if fake else "irrelevant"
            drafts.append(draft("label", f"{item} {number}", audit=AUDIT, item=item, round=number, label=word))
    return drafts, rows


def export(
    folder: Path,
    keys: Keys,
    log_folder: Path,
    *,
    before: Change = lambda files: files,
    drafts: Callable[[list[EntryDraft]], list[EntryDraft]] = lambda drafts: drafts,
    flip: str = "",
    announced: Mapping[str, str] | None = None,
    predicate: Mapping[str, Any] | None = None,
    stamps: Sequence[Stamp] = (),
    authorities: Sequence[Sequence[x509.Certificate]] = (),
) -> Path:
    """Publish a bundle.

    A dishonest exporter changes the files before everything is signed, the entries before they are logged, a label,
    what was announced as final, or the figures in the statement.
    """
    with open_log(log_folder, keys) as log:
        rows = fill(log, drafts, flip)
        entries = [orjson.loads(entry) for entry in log.all_entries()]
        strata = strata_of(FRAME)
        found = recompute(entries, strata, rows, PROBES)
        metrics = write_rows(found).encode()
        files: Files = {
            "metrics.csv": metrics,
            "frame.csv": file_text(FRAME_COLUMNS, FRAME).encode(),
            "strata.csv": file_text(STRATA_COLUMNS, strata).encode(),
            "sample.csv": file_text(SAMPLE_COLUMNS, rows).encode(),
            "probes.csv": file_text(PROBE_COLUMNS, PROBES).encode(),
            "trusted_root.json": root_of_trust(keys, authorities),
            **guide_files(),
        }
        before(files)
        announce(log, files["metrics.csv"], announced or final_digests(found))
        files.setdefault("metrics.csv.p7s", cms_sign(keys, files["metrics.csv"]))
        digests = {name: hashlib.sha256(data).hexdigest() for name, data in files.items()}
        envelope = sign_statement(keys, digests, predicate or {"audits": [summary(found)]})
        files["metrics.sigstore.json"] = log_envelope(
            log, keys, envelope, stamps, now=START + timedelta(days=23)
        ).encode()
        files |= {f"log/{name}": data for name, data in log.public_files()}
    for name, data in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    return folder


def announce(log: Log, metrics: bytes, final: Mapping[str, str]) -> None:
    digest = hashlib.sha256(metrics).hexdigest()
    entry = draft("metric", digest, metrics_sha256=digest, final=dict(final))
    if log.find(entry.id) is None:
        log.append([entry], START + timedelta(days=22))


def summary(rows: Sequence[Row]) -> dict[str, str]:
    row = next(row for row in rows if row.metric == "prevalence" and row.group == "all")
    figures = {name: getattr(row, name) for name in ("estimate", "low", "high")}
    return {"metric": "prevalence", "period": row.period, **figures}


def fill(log: Log, drafts: Callable[[list[EntryDraft]], list[EntryDraft]], flip: str) -> list[dict[str, str]]:
    """Log everything that is not logged yet; return the rows of sample.csv."""
    if next(log.of_type("frame"), None) is None:
        log.append(drafts([*enforcement(), frame_draft()]), START + timedelta(days=20))
    log.publish()
    seed = next(log.of_type("seed"), None)
    if seed is not None:
        log.append(drafts([]), START + timedelta(days=30))
        return audit_drafts(seed["checkpoint_size"], bytes.fromhex(seed["checkpoint_root"]), flip)[1]
    checkpoint = Checkpoint.parse(log.publish().text)
    audit, rows = audit_drafts(checkpoint.size, checkpoint.root, flip)
    log.append(drafts(audit), START + timedelta(days=21))
    return rows
