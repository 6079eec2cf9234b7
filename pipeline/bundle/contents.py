"""All files of a bundle but the signatures and the log, made from what is committed and nothing else."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq

from pipeline.bundle.package import CORRECTION_COLUMNS, datapackage, tables
from pipeline.bundle.regulators import flagger_report, statements_of_reasons, transparency_report, ustr_submission
from pipeline.bundle.report import Draw, methodology, report
from pipeline.bundle.workbook import Parts, workbook
from pipeline.metrics.audit_rows import confirmed, counterfeit, flagged_strata, worst_case
from pipeline.metrics.audits import (
    FRAME_COLUMNS,
    PROBE_COLUMNS,
    SAMPLE_COLUMNS,
    STRATA_COLUMNS,
    Audit,
    FileRow,
    Over,
    read_audits,
)
from pipeline.metrics.definitions import METHODS, VERSION
from pipeline.metrics.enforcement_rows import shown_cases
from pipeline.metrics.entries import Entry, of_type, text, texts, whole
from pipeline.metrics.frames import file_text
from pipeline.metrics.histories import read_chronicle
from pipeline.metrics.rows import Row, write_rows
from pipeline.metrics.sales import weighted_strata
from pipeline.metrics.tables import as_of, recompute
from pipeline.records import Json

ESTIMATOR = "stratified, MOVER over Clopper-Pearson limits, 95 %"
TITLE = "Enforcement metrics"
LAYOUT = "2"
"""Of the files for people: raised whenever the same records give other bytes, so that nobody is accused of it."""
FOR_PEOPLE = (
    *("metrics.xlsx", "frame.parquet", "corrections.csv", "report.html", "methodology.html", "datapackage.json"),
    *("statements_of_reasons.csv", "trusted_flagger_report.csv", "transparency_report.csv", "ustr_submission.md"),
)
"""Files that say what metrics.csv and the tables of audits say, in other forms."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Records:
    """What a bundle is made from.

    Attributes
    ----------
    entries : sequence of mapping
        Of the log, in its order.
    frame : sequence of mapping
        Rows of frame.csv, of the audits of the newest period.
    strata, sample, probes : sequence of mapping
        Rows of the files of those names, of all audits.
    """

    entries: Sequence[Entry]
    frame: Sequence[FileRow]
    strata: Sequence[FileRow]
    sample: Sequence[FileRow]
    probes: Sequence[FileRow]

    @property
    def synthetic(self) -> bool:
        """Whether the log says of itself that its records are made up."""
        return any(entry.get("synthetic") is True for entry in of_type(self.entries, "policy"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    """The files of a bundle by path, the numbers in them, and what the signed statement says of these."""

    files: Mapping[str, bytes]
    rows: Sequence[Row]
    predicate: Mapping[str, Json]


def numbers(records: Records) -> list[Row]:
    """Compute the rows of metrics.csv; see `recompute`."""
    return recompute(records.entries, records.strata, records.sample, records.probes)


def contents(records: Records, rows: Sequence[Row]) -> Contents:
    """Make every file of a bundle but the signatures and the log.

    Parameters
    ----------
    records : Records
        What is committed.
    rows : sequence of Row
        The numbers that follow from them.

    Raises
    ------
    InputError
        If the records do not fit together.
    """
    until = as_of(records.entries)
    stamp = until.strftime("%Y-%m-%dT%H:%M:%SZ") if until else ""
    corrections = corrections_of(records.entries)
    files = {
        "metrics.csv": write_rows(rows).encode(),
        "frame.csv": file_text(FRAME_COLUMNS, records.frame).encode(),
        "frame.parquet": _parquet(records.frame),
        "strata.csv": file_text(STRATA_COLUMNS, records.strata).encode(),
        "sample.csv": file_text(SAMPLE_COLUMNS, records.sample).encode(),
        "probes.csv": file_text(PROBE_COLUMNS, records.probes).encode(),
        "corrections.csv": file_text(CORRECTION_COLUMNS, corrections).encode(),
        "report.html": report(rows, corrections, draws_of(records.entries), as_of=stamp, synthetic=records.synthetic),
        "methodology.html": methodology(as_of=stamp, synthetic=records.synthetic),
        "trusted_flagger_report.csv": flagger_report(rows),
        "transparency_report.csv": transparency_report(rows),
        "ustr_submission.md": ustr_submission(rows, synthetic=records.synthetic),
    }
    shown = []
    if until is not None:
        chronicle = read_chronicle(records.entries)
        files["metrics.xlsx"] = workbook(rows, _parts(records, rows), until, synthetic=records.synthetic)
        shown = [case for period in chronicle.periods(until) for case in shown_cases(chronicle, period, until)]
    files["statements_of_reasons.csv"] = statements_of_reasons(shown)
    title = f"{TITLE} (synthetic data)" if records.synthetic else TITLE
    files["datapackage.json"] = datapackage(tables(files), title=title, as_of=stamp)
    return Contents(files=files, rows=rows, predicate=_predicate(records, rows, stamp))


def makers() -> dict[str, str]:
    """Return what the bytes of the files depend on besides the records: our layout, and libraries that write some."""
    return {"layout": LAYOUT, "openpyxl": openpyxl.__version__, "pyarrow": pa.__version__}


def draws_of(entries: Sequence[Entry]) -> list[Draw]:
    """Return for each audit that was drawn what its seed was made of."""
    seeds = {text(entry, "audit"): entry for entry in of_type(entries, "seed")}
    samples = {text(entry, "audit"): entry for entry in of_type(entries, "sample")}
    return [
        Draw(
            period=text(frame, "period"),
            over=text(frame, "over").replace("_", " "),
            listings=whole(frame, "listings"),
            items=whole(samples[name], "items"),
            sources=_sources(seeds[name]),
        )
        for frame in of_type(entries, "frame")
        if (name := text(frame, "audit")) in seeds and name in samples
    ]


def _sources(seed: Entry) -> str:
    """Return what a seed was made of, with what is missing said plainly."""
    drand, nonces, missing = seed.get("drand") or {}, seed.get("nonces") or [], texts(seed, "unrevealed")
    parts = ["the root of the log"]
    parts += [f"drand round {drand.get('round')}"] if drand else []
    parts += [f"the nonces of {', '.join(str(nonce.get('body')) for nonce in nonces)}"] if nonces else []
    told = " and ".join([", ".join(parts[:-1]), parts[-1]]) if parts[1:] else parts[0]
    told += f"; {', '.join(missing)} did not reveal theirs" if missing else ""
    return told if drand or nonces else f"{told} alone: the exporter could have tried several"


def corrections_of(entries: Sequence[Entry]) -> list[dict[str, str]]:
    """Return the rows of corrections.csv: which numbers or labels were published otherwise before, and why."""
    return [
        {
            "entry": str(place),
            "period": str(entry.get("period", "")),
            "label": str(entry.get("entry", "")),
            "reason": text(entry, "reason"),
            "logged_at": text(entry, "logged_at"),
        }
        for place, entry in enumerate(entries)
        if entry.get("type") == "correction"
    ]


def _parts(records: Records, rows: Sequence[Row]) -> Parts:
    """Return the strata behind every share of a sample, by the key of its row."""
    counted = {
        "prevalence": (Audit.strata, worst_case),
        "prevalence_counterfeit": (Audit.strata, counterfeit),
        "prevalence_by_sales": (weighted_strata, worst_case),
        "clean_share_topN": (Audit.strata, worst_case),
        "detector_precision": (flagged_strata, confirmed),
    }
    audits = read_audits(records.entries, records.strata, records.sample, records.probes)
    by_place = {(a.over is Over.TOP_RESULTS, a.period): a for a in audits}
    parts = {}
    for row in rows:
        audit = by_place.get((row.metric == "clean_share_topN", row.period))
        if row.metric in counted and audit is not None and row.estimate and row.numerator is not None:
            strata_of, counts = counted[row.metric]
            strata = strata_of(audit, row.dimension, row.group, counts(audit))
            parts[row.key] = [(name, stratum) for name, stratum in strata.items() if stratum.size]
    return parts


def _parquet(rows: Sequence[FileRow]) -> bytes:
    """Return the frame as Parquet, for those who have millions of rows to check."""
    columns = {name: pa.array([row[name] for row in rows], pa.string()) for name in FRAME_COLUMNS}
    file = io.BytesIO()
    pq.write_table(pa.table(columns), file, compression="zstd")
    return file.getvalue()


def _predicate(records: Records, rows: Sequence[Row], stamp: str) -> dict[str, Json]:
    audits = read_audits(records.entries, records.strata, records.sample, records.probes)
    spoken = {row.key: row for row in rows}
    return {
        "asOf": stamp,
        "definitions": VERSION,
        "methods": METHODS,
        "estimator": ESTIMATOR,
        "synthetic": records.synthetic,
        "makers": makers(),
        "audits": [
            {
                "audit": audit.audit,
                "over": audit.over.value,
                "period": audit.period,
                "frameEntry": audit.place,
                "strata": [
                    {"name": name, "size": s.size, "sampled": s.sampled, "confirmed": s.confirmed}
                    for name, s in audit.strata("all", "all", worst_case(audit)).items()
                ],
                **_headline(spoken.get((_METRIC[audit.over], audit.period, "all", "all"))),
            }
            for audit in audits
        ],
    }


_METRIC = {Over.LISTINGS: "prevalence", Over.TOP_RESULTS: "clean_share_topN"}


def _headline(row: Row | None) -> dict[str, Json]:
    return {} if row is None else {"metric": row.metric, "estimate": row.estimate, "low": row.low, "high": row.high}
