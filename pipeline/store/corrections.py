"""What people's decisions say about how marks are used in titles."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

import orjson
from sqlalchemy import Connection, select

from pipeline.records import Label
from pipeline.store.case_tables import captures, cases
from pipeline.store.cases import WAITING

USE: Final[Mapping[Label, str]] = MappingProxyType(
    {
        Label.COUNTERFEIT: "claim",
        Label.TRADEMARK_MISUSE: "claim",
        Label.AUTHORISED: "claim",
        Label.GREY_MARKET: "claim",
        Label.SECOND_HAND: "claim",
        Label.ACCESSORY_COMPATIBLE: "reference",
        Label.LOOKALIKE: "comparison",
    }
)
"""How a mark in the title is used where a person gave a label; other labels say nothing of it."""

_FORMS: Final = ("mark.exact.", "mark.common.", "mark.glued.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """A mark in a title, its offsets in code points, and the use that a person's label means.

    Attributes
    ----------
    group : str
        The rights holder, so that a model is never judged by marks that it was fitted to.
    """

    title: str
    start: int
    end: int
    use: str
    group: str


def corrections(connection: Connection) -> Iterator[Correction]:
    """Yield the marks in titles of decided cases, by case."""
    columns = cases.c
    now = (captures.c.case_id == columns.case_id) & (captures.c.content == columns.content)
    query = (
        select(columns.rights_holder_id, columns.label, captures.c.row)
        .join_from(cases, captures, now)
        .where(columns.label.in_([label.value for label in USE]), columns.state.not_in(WAITING))
        .order_by(columns.case_id)
    )
    for case in connection.execute(query).mappings():
        row = orjson.loads(case["row"])
        for signal in (*row["signals"], *row["exclusions"]):
            seen = signal.get("evidence", {})
            if signal["observation"].startswith(_FORMS) and seen.get("field") == "title":
                yield Correction(
                    title=row["title"],
                    start=seen["start"],
                    end=seen["end"],
                    use=USE[Label(case["label"])],
                    group=case["rights_holder_id"],
                )
