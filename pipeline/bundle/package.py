"""The Frictionless Data Package that describes the tables of a bundle.

References
----------
.. [1] Frictionless, "Data Package", version 2.0, https://datapackage.org/standard/data-package/.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import orjson

from pipeline.metrics.audits import FRAME_COLUMNS, PROBE_COLUMNS, SAMPLE_COLUMNS, STRATA_COLUMNS
from pipeline.metrics.definitions import VERSION
from pipeline.metrics.rows import COLUMNS, Status
from pipeline.records import Json

PROFILE = "https://datapackage.org/profiles/2.0/datapackage.json"
NUMBERS = {"estimate", "low", "high", "jeffreys_low", "jeffreys_high", "confidence"}
COUNTS = {"numerator", "denominator", "unknown", "listings", "entry", "sold"}
KEYS = {
    "metrics": ["metric", "period", "dimension", "group"],
    "frame": ["audit", "item"],
    "strata": ["audit", "stratum", "size", "platform", "sector", "country", "sold"],
    "sample": ["audit", "item"],
    "probes": ["audit", "item"],
    "corrections": ["entry"],
}
CORRECTION_COLUMNS = ("entry", "period", "label", "reason", "logged_at")


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """One file of the package, with its columns."""

    name: str
    columns: Sequence[str]
    data: bytes
    description: str


def tables(files: Mapping[str, bytes]) -> list[Table]:
    """Return the tables of a bundle that the package describes."""
    known = (
        ("metrics", COLUMNS, "The published numbers; see methodology.html for what each of them means."),
        ("frame", FRAME_COLUMNS, "Everything that could be drawn in the newest audits, under names that say nothing."),
        ("strata", STRATA_COLUMNS, "How many listings each frame has, by all that is public of them."),
        ("sample", SAMPLE_COLUMNS, "The items that were drawn, with their tickets."),
        ("probes", PROBE_COLUMNS, "Known fakes that reviewers were given without knowing it."),
        ("corrections", CORRECTION_COLUMNS, "Numbers that were published otherwise before, and why they changed."),
    )
    return [
        Table(name=name, columns=columns, data=files[f"{name}.csv"], description=description)
        for name, columns, description in known
    ]


def datapackage(found: Sequence[Table], *, title: str, as_of: str) -> bytes:
    """Return datapackage.json.

    Parameters
    ----------
    found : sequence of Table
        Of the bundle.
    title : str
        Whose numbers these are.
    as_of : str
        How far the records reach, RFC 3339; stands in for the time of making, so that the same records give the
        same bytes.
    """
    document: dict[str, Json] = {
        "$schema": PROFILE,
        "name": "enforcement-metrics",
        "title": title,
        "description": "Enforcement metrics with the records that they are computed from. VERIFY.md says how to check.",
        "version": VERSION,
        "resources": [_resource(table) for table in found],
    }
    if as_of:
        document["created"] = as_of
    return orjson.dumps(document, option=orjson.OPT_INDENT_2) + b"\n"


def _resource(table: Table) -> dict[str, Json]:
    return {
        "name": table.name,
        "type": "table",
        "path": f"{table.name}.csv",
        "description": table.description,
        "scheme": "file",
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "bytes": len(table.data),
        "hash": f"sha256:{hashlib.sha256(table.data).hexdigest()}",
        "dialect": {"lineTerminator": "\n"},
        "schema": {"fields": [_field(name) for name in table.columns], "primaryKey": KEYS[table.name]},
    }


def _field(name: str) -> dict[str, Json]:
    if name in NUMBERS:
        return {"name": name, "type": "number"}
    if name in COUNTS:
        return {"name": name, "type": "integer", "constraints": {"minimum": 0}}
    if name == "status":
        return {"name": name, "type": "string", "constraints": {"enum": [status.value for status in Status]}}
    return {"name": name, "type": "string"}
