"""Entries before and after they are written into the log."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from pipeline.errors import LogError, ProofError
from pipeline.verify.canonical import canonical
from pipeline.verify.disclosures import Disclosure
from pipeline.verify.tiles import MAX_ENTRY_BYTES

OWN_FIELDS = frozenset({"type", "id", "logged_at", "hidden"})
"""Fields that a draft cannot set."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryDraft:
    """What is to be logged.

    Attributes
    ----------
    type : str
        As docs/log.md lists them.
    id : str
        32 hexadecimal digits; no other entry has the same.
    fields : mapping
        Public, without floating-point numbers.
    hidden : tuple of Disclosure
        Private fields, each with its salt, of which only digests are logged.
    """

    type: str
    id: str
    fields: Mapping[str, Any]
    hidden: tuple[Disclosure, ...] = field(default=())

    def entry(self, logged_at: datetime) -> bytes:
        """Return the entry.

        Raises
        ------
        LogError
            If it has a float or a field of the log's own, or is too long.
        """
        taken = OWN_FIELDS & self.fields.keys()
        if taken:
            raise LogError(f"entry {self.id}: fields of the log's own, got {', '.join(sorted(taken))}")
        document = {"type": self.type, "id": self.id, "logged_at": rfc3339(logged_at), **self.fields}
        if self.hidden:
            document["hidden"] = {disclosure.name: disclosure.digest for disclosure in self.hidden}
        try:
            data = canonical(document)
        except ProofError as error:
            raise LogError(f"entry {self.id}: {error}") from error
        if len(data) > MAX_ENTRY_BYTES:
            raise LogError(f"entry {self.id}: too long, got {len(data)} bytes, expected at most {MAX_ENTRY_BYTES}")
        return data


def rfc3339(time: datetime) -> str:
    """Write a time in UTC with whole seconds.

    Examples
    --------
    >>> rfc3339(datetime(2026, 11, 1, 12, 30, tzinfo=UTC))
    '2026-11-01T12:30:00Z'
    """
    return time.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
