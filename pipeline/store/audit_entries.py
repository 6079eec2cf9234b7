"""What audits leave for the public log: written with what they speak of, logged later, once each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

import orjson
from sqlalchemy import Connection, func, insert, select

from pipeline.records import Json
from pipeline.store.audit_tables import audit_entries

ENTRIES_LOCK = 6_237_041_181
"""Key of the PostgreSQL advisory lock that gives entries one order; on SQLite there is one writer anyway."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEntry:
    """An entry to be logged.

    Attributes
    ----------
    sequence : int
        From 1 without gaps.
    entry_id : str
        32 hexadecimal digits.
    type : str
        "policy", "nonce-commit", "frame", "seed", "sample", "label", "correction" or "challenge".
    fields : mapping
        Public; no floating-point numbers.
    """

    sequence: int
    entry_id: str
    type: str
    fields: Mapping[str, Json]
    at: datetime


def add_entry(connection: Connection, entry_id: str, kind: str, fields: Mapping[str, Json], at: datetime) -> int:
    """Write an entry for the log, inside the transaction of what it speaks of; return its sequence."""
    if connection.dialect.name == "postgresql":
        connection.execute(select(func.pg_advisory_xact_lock(ENTRIES_LOCK)))
    last = connection.execute(select(func.coalesce(func.max(audit_entries.c.sequence), 0))).scalar_one()
    row = {"sequence": last + 1, "entry_id": entry_id, "type": kind, "fields": orjson.dumps(dict(fields)), "at": at}
    connection.execute(insert(audit_entries), [row])
    return int(last) + 1


def read_entries(connection: Connection, after: int = 0) -> Iterator[AuditEntry]:
    """Yield what is to be logged, in order, behind a sequence."""
    query = select(audit_entries).where(audit_entries.c.sequence > after).order_by(audit_entries.c.sequence)
    for row in connection.execute(query).mappings():
        yield AuditEntry(**{**row, "fields": orjson.loads(row["fields"])})
