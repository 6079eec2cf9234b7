"""Aliases in the store, and what listings of cases say from which new ones are found."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Final

import orjson
from sqlalchemy import Connection, RowMapping, delete, select

from pipeline.aliases import Alias
from pipeline.records import ACTIONABLE, Band, Label
from pipeline.store.alias_tables import aliases
from pipeline.store.case_tables import captures, cases
from pipeline.store.cases import WAITING
from pipeline.store.ledger import upsert

_PICTURES: Final = ("photo.", "artwork.", "design.", "logo.")
_KEYS: Final = ("rights_holder_id", "asset_id", "alias")


@dataclass(frozen=True, slots=True, kw_only=True)
class Worded:
    """The title of a case's listing, and why it may name the rights holder's mark in other words.

    Attributes
    ----------
    because : str or None
        "decision": a person confirmed an infringement; "picture": a registered picture is seen; "seller": its seller
        has a confirmed one; None where nothing speaks for it.
    """

    rights_holder_id: str
    title: str
    seller: str
    captured_at: datetime
    because: str | None


def add_alias(connection: Connection, found: Alias) -> None:
    """Enter an alias; entered again, it gets the newer class, weight and source."""
    row = asdict(found)
    newer = {name: value for name, value in row.items() if name not in {*_KEYS, "first_seen"}}
    connection.execute(upsert(connection, aliases).on_conflict_do_update(index_elements=_KEYS, set_=newer), [row])


def remove_alias(connection: Connection, rights_holder_id: str, asset_id: str, alias: str) -> bool:
    """Take an alias out again; return whether it was there."""
    columns = aliases.c
    mine = columns.rights_holder_id == rights_holder_id, columns.asset_id == asset_id, columns.alias == alias
    return bool(connection.execute(delete(aliases).where(*mine)).rowcount)


def read_aliases(connection: Connection) -> tuple[Alias, ...]:
    """Return every alias, by rights holder, asset and name."""
    query = select(aliases).order_by(*(aliases.c[key] for key in _KEYS))
    return tuple(Alias(**row) for row in connection.execute(query).mappings())


def worded_cases(connection: Connection) -> list[Worded]:
    """Return the titles of all cases' listings, as last captured."""
    columns = cases.c
    now = (captures.c.case_id == columns.case_id) & (captures.c.content == columns.content)
    wanted = (columns.rights_holder_id, columns.platform, columns.seller_id, columns.label, columns.state, columns.band)
    query = (
        select(columns.case_id, *wanted, columns.captured_at, captures.c.row)
        .join_from(cases, captures, now)
        .order_by(columns.case_id)
    )
    rows = list(connection.execute(query).mappings())
    confirmed = {(r["rights_holder_id"], _seller(r)) for r in rows if _because(r, frozenset()) == "decision"}
    return [
        Worded(
            rights_holder_id=row["rights_holder_id"],
            title=str(orjson.loads(row["row"])["title"]),
            seller=_seller(row),
            captured_at=row["captured_at"],
            because=_because(row, frozenset(confirmed)),
        )
        for row in rows
    ]


def _seller(row: RowMapping) -> str:
    return f"{row['platform']}\n{row['seller_id'] or row['case_id']}"


def _because(row: RowMapping, confirmed: frozenset[tuple[str, str]]) -> str | None:
    if row["label"] and row["state"] not in WAITING:
        return "decision" if Label(row["label"]) in ACTIONABLE else None
    seen = [signal["observation"] for signal in orjson.loads(row["row"])["signals"]]
    if row["band"] == Band.HIGH and any(name.startswith(_PICTURES) and not name.endswith(".faint") for name in seen):
        return "picture"
    return "seller" if (row["rights_holder_id"], _seller(row)) in confirmed else None
