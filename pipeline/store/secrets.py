"""Secrets of records whose private fields stand in the log as digests."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from typing import Final

from sqlalchemy import Connection, delete, select

from pipeline.groups import in_groups
from pipeline.store.ledger import insert_new
from pipeline.store.log_tables import log_secrets

_AT_ONCE: Final = 500


def secrets_of(connection: Connection, records: Iterable[str], make: Callable[[], bytes]) -> dict[str, bytes]:
    """Return the secret of each record; those that have none get one, for good.

    Parameters
    ----------
    connection : Connection
        Inside a transaction: an entry may be logged only after it is committed.
    records : iterable of str
        Names such as "event:0f1e..." or "case:...".
    make : callable
        Gives 32 random bytes.
    """
    wanted = sorted(set(records))
    known = _known(connection, wanted)
    missing = [record for record in wanted if record not in known]
    insert_new(connection, log_secrets, [{"record": _key(record), "secret": make()} for record in missing])
    return known | _known(connection, missing)


def read_secret(connection: Connection, record: str) -> bytes | None:
    """Return the secret of a record, None if it has none or was erased."""
    return _known(connection, [record]).get(record)


def erase_secrets(connection: Connection, records: Iterable[str]) -> int:
    """Delete the secrets of records for good: their digests in the log mean nothing from then on.

    Returns
    -------
    int
        How many there were.
    """
    lots = in_groups(map(_key, records), _AT_ONCE)
    return sum(connection.execute(delete(log_secrets).where(log_secrets.c.record.in_(lot))).rowcount for lot in lots)


def _known(connection: Connection, records: Sequence[str]) -> dict[str, bytes]:
    by_key = {_key(record): record for record in records}
    found: dict[str, bytes] = {}
    for keys in in_groups(by_key, _AT_ONCE):
        query = select(log_secrets).where(log_secrets.c.record.in_(keys))
        found |= {by_key[key]: bytes(secret) for key, secret in connection.execute(query)}
    return found


def _key(record: str) -> str:
    """Names may be long and of any characters; their digests are not."""
    return hashlib.sha256(record.encode("utf-8", "surrogatepass")).hexdigest()
