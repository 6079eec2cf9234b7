"""The files of an audit, as texts whose digests are logged, and the check that its sample is the one that was drawn."""

from __future__ import annotations

import csv
import hashlib
import io
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence

from pipeline.errors import InputError
from pipeline.metrics.audits import FRAME_COLUMNS, PROBE_COLUMNS, SOLD, STRATA_COLUMNS, FileRow
from pipeline.metrics.draw import allocate, draw, seed_of
from pipeline.metrics.entries import Entry, of_type, text, whole


def file_text(columns: Sequence[str], rows: Iterable[FileRow]) -> str:
    """Return a CSV file: RFC 4180 but for line ends, which are single line feeds."""
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([row[name] for name in columns] for row in rows)
    return file.getvalue()


def file_digest(columns: Sequence[str], rows: Iterable[FileRow]) -> str:
    """Return the SHA-256 of such a file, as it stands in entries of the log."""
    return hashlib.sha256(file_text(columns, rows).encode()).hexdigest()


def strata_of(frame: Iterable[FileRow]) -> list[dict[str, str]]:
    """Return the rows of strata.csv: how many listings a frame has, by all that is public of them."""
    names = STRATA_COLUMNS[:-1]
    counts = Counter(tuple(row[name] for name in names) for row in frame)
    return [dict(zip(STRATA_COLUMNS, (*cell, str(number)), strict=True)) for cell, number in sorted(counts.items())]


def draw_sample(seed: str, frame: Iterable[FileRow], labels: int) -> dict[str, str]:
    """Return the sample of a frame: tickets by item.

    Parameters
    ----------
    seed : str
        See `seed_of`.
    frame : iterable of mapping
        Rows of frame.csv of one audit.
    labels : int
        Budget, shared out over the strata by `allocate`.
    """
    strata: dict[str, list[str]] = defaultdict(list)
    for row in frame:
        strata[row["stratum"]].append(row["item"])
    wanted = allocate({name: len(items) for name, items in strata.items()}, labels)
    return {item: ticket for name, items in strata.items() for ticket, item in draw(seed, items, wanted[name])}


def check_files(
    entries: Sequence[Entry],
    frame: Sequence[FileRow],
    strata: Sequence[FileRow],
    sample: Sequence[FileRow],
    probes: Sequence[FileRow],
) -> None:
    """Check the files of audits against what was logged of them, and draw every sample again.

    Parameters
    ----------
    entries : sequence of mapping
        Of the log, in its order.
    frame, strata, sample, probes : sequence of mapping
        Rows of the files of a bundle. A frame may be missing whole: then an earlier bundle has it.

    Raises
    ------
    InputError
        Naming the file that is not what was committed, or the sample that is not what the seed draws.
    """
    by_audit = [_by_audit(rows) for rows in (frame, strata, sample, probes)]
    known = {text(entry, "audit"): entry for entry in of_type(entries, "frame")}
    seeds = {text(entry, "audit"): entry for entry in of_type(entries, "seed")}
    drawn = {text(entry, "audit"): entry for entry in of_type(entries, "sample")}
    for name, rows in zip(("frame", "strata", "sample", "probes"), by_audit, strict=True):
        for audit in rows:
            if audit not in drawn or audit not in known or audit not in seeds:
                raise InputError(f"{name}.csv: an audit that the log does not know, got {audit!r:.40}")
    for audit, entry in drawn.items():
        frames, counts, items, fakes = (rows.get(audit, []) for rows in by_audit)
        for name, listed in (("frame.csv", frames), ("strata.csv", counts), ("sample.csv", items)):
            _refuse_unpromised(name, known[audit], listed)
        columns = _promised(STRATA_COLUMNS, known[audit])
        _same("strata.csv", audit, file_digest(columns, counts), text(known[audit], "strata_sha256"))
        _same("sample.csv", audit, _sample_digest(items), text(entry, "sample_sha256"))
        _same("probes.csv", audit, file_digest(PROBE_COLUMNS, fakes), text(entry, "probes_sha256"))
        _check_seed(known[audit], seeds[audit])
        _check_labels(entries, audit, {row["item"] for row in (*items, *fakes)})
        if frames:
            _check_frame(known[audit], text(seeds[audit], "seed"), frames, counts, items)


def _promised(columns: Sequence[str], frame: Entry) -> tuple[str, ...]:
    """Return the columns under which a file was committed to: frames by definitions before 3 tell no units sold."""
    return tuple(name for name in columns if name != SOLD or SOLD in frame)


def _refuse_unpromised(file: str, frame: Entry, rows: Iterable[FileRow]) -> None:
    """Refuse units sold that nobody committed to before the seed was known."""
    if SOLD not in frame and any(row[SOLD] for row in rows):
        raise InputError(f"{file}: audit {text(frame, 'audit')}: units sold that were not committed to, expected none")


def sample_digest(tickets: Mapping[str, str]) -> str:
    """Return the SHA-256 of a sample: its items in the order of their tickets, a line each."""
    items = sorted(tickets, key=lambda item: (tickets[item], item))
    return hashlib.sha256("".join(f"{item}\n" for item in items).encode()).hexdigest()


def _sample_digest(rows: Iterable[FileRow]) -> str:
    return sample_digest({row["item"]: row["ticket"] for row in rows})


def _check_frame(entry: Entry, seed: str, frame: list[FileRow], strata: list[FileRow], sample: list[FileRow]) -> None:
    audit = text(entry, "audit")
    _same("frame.csv", audit, file_digest(_promised(FRAME_COLUMNS, entry), frame), text(entry, "frame_sha256"))
    if strata_of(frame) != [dict(row) for row in strata]:
        raise InputError(f"strata.csv: audit {audit}: the counts are not those of frame.csv")
    tickets = draw_sample(seed, frame, whole(entry, "labels"))
    if {row["item"]: row["ticket"] for row in sample} != tickets:
        raise InputError(f"sample.csv: audit {audit}: not the sample that its seed draws from frame.csv")
    listed = {row["item"]: row for row in frame}
    for row in sample:
        if any(row[name] != listed[row["item"]][name] for name in FRAME_COLUMNS):
            raise InputError(f"sample.csv: audit {audit}: item {row['item']:.16} is not as frame.csv lists it")


def _check_labels(entries: Sequence[Entry], audit: str, reviewed: set[str]) -> None:
    for entry in of_type(entries, "label"):
        if entry.get("audit") == audit and text(entry, "item") not in reviewed:
            raise InputError(f"log: audit {audit}: a label on what was not drawn, got item {entry['item']!r:.20}")


def _check_seed(frame: Entry, seed: Entry) -> None:
    audit = text(frame, "audit")
    drand = seed.get("drand") or {}
    if frame.get("drand_round") != drand.get("round"):
        raise InputError(f"log: audit {audit}: not the drand round that its frame names")
    revealed = {text(nonce, "nonce_sha256"): bytes.fromhex(text(nonce, "nonce")) for nonce in seed.get("nonces", ())}
    promised = [text(nonce, "nonce_sha256") for nonce in frame.get("nonces", ())]
    for digest, nonce in revealed.items():
        if digest not in promised or hashlib.sha256(nonce).hexdigest() != digest:
            raise InputError(f"log: audit {audit}: a nonce that nobody committed to before the frame")
    parts = [revealed[digest] for digest in promised if digest in revealed]
    randomness = bytes.fromhex(str(drand.get("randomness", "")))
    if seed_of(bytes.fromhex(text(seed, "checkpoint_root")), randomness, parts) != seed.get("seed"):
        raise InputError(f"log: audit {audit}: not the seed that checkpoint, drand round and nonces make")


def _by_audit(rows: Iterable[FileRow]) -> dict[str, list[FileRow]]:
    found: dict[str, list[FileRow]] = defaultdict(list)
    for row in rows:
        found[row["audit"]].append(row)
    return found


def _same(file: str, audit: str, got: str, expected: str) -> None:
    if got != expected:
        raise InputError(f"{file}: audit {audit}: not what was committed, got SHA-256 {got}, expected {expected}")
