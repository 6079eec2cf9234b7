"""Finding cases by the words of their listings, with the index of words that either database has."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from sqlalchemy import JSON, ColumnElement, Connection, Text, func, literal, select, text

from pipeline.cases.card import Card
from pipeline.cases.terms import sought_terms, terms_of
from pipeline.records import ListingKey
from pipeline.store.case_tables import case_terms, cases
from pipeline.store.ledger import upsert

FEW: Final = 5_000
"""So many cases that are found are put in order; of more, the queue is walked in its order until a page is full."""
COUNTED: Final = 1_000
"""Of more, so many are counted."""

_MATCHES: Final = {
    "sqlite": (
        "SELECT case_id FROM case_terms WHERE number IN"
        " (SELECT rowid FROM case_words WHERE case_words MATCH :terms LIMIT :most)"
    ),
    "postgresql": (
        "SELECT case_id FROM case_terms"
        " WHERE array_to_tsvector(string_to_array(btrim(terms), ' ')) @@ CAST(:terms AS tsquery) LIMIT :most"
    ),
}


_EACH: Final = {"sqlite": func.json_each, "postgresql": func.json_array_elements_text}


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a text finds.

    Attributes
    ----------
    counted : ColumnElement
        The condition that a case is one of those found, or where there are `more` than `FEW`, of the first `COUNTED`.
    """

    text: str
    counted: ColumnElement[bool]
    more: bool

    @property
    def paged(self) -> ColumnElement[bool]:
        """The condition that a case is found; where there are more, whoever walks the queue looks each case up."""
        if not self.more:
            return self.counted
        words = (case_terms.c.terms.like(literal(f"% {term} %", Text)) for term in sought_terms(self.text))
        # A scalar query: a database might turn `EXISTS` into a join, and find all before it puts any in order.
        own = select(literal(1)).where(case_terms.c.case_id == cases.c.case_id, *words)
        return own.scalar_subquery().is_not(None)


def write_terms(connection: Connection, listings: Mapping[str, tuple[Card, ListingKey]]) -> None:
    """Write by what cases are found, by case id; what was written of them before is replaced."""
    if not listings:
        return
    rows = [{"case_id": case_id, "terms": f" {' '.join(terms_of(*of))} "} for case_id, of in listings.items()]
    statement = upsert(connection, case_terms)
    newer = statement.on_conflict_do_update(
        index_elements=["case_id"],
        set_={"terms": statement.excluded.terms},
        where=case_terms.c.terms != statement.excluded.terms,
    )
    connection.execute(newer, rows)


def search(connection: Connection, sought: str) -> Found:
    """Look for the cases that have every term of a text (`sought_terms`), whatever their rights holder."""
    terms = sought_terms(sought)
    sqlite = connection.dialect.name == "sqlite"
    asked = " AND ".join(f'"{term}"' for term in terms) if sqlite else " & ".join(f"'{term}'" for term in terms)
    query = text(_MATCHES[connection.dialect.name])
    ids = connection.execute(query, {"terms": asked, "most": FEW + 1}).scalars().all()
    more = len(ids) > FEW
    # One parameter for all ids: it takes longer to write thousands into a statement than to look them up.
    listed = literal(list(ids[: COUNTED if more else FEW]), JSON)
    each = _EACH[connection.dialect.name](listed).table_valued("value")
    return Found(text=sought, counted=cases.c.case_id.in_(select(each.c.value)), more=more)
