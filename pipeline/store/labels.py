"""Which labels a team gives: every change is kept, and the last one of a label holds."""

from __future__ import annotations

from dataclasses import asdict

from sqlalchemy import Connection, insert, select

from pipeline.people import LabelChange
from pipeline.records import Label
from pipeline.store.people_tables import label_changes


def record_label_change(connection: Connection, change: LabelChange) -> None:
    """Enter that a label is retired, or offered again."""
    connection.execute(insert(label_changes), {**asdict(change), "label": change.label.value})


def read_label_changes(connection: Connection) -> tuple[LabelChange, ...]:
    """Return what became of labels, oldest first."""
    columns = label_changes.c
    query = select(columns.label, columns.retired, columns.at, columns.by, columns.reason).order_by(columns.change_id)
    rows = connection.execute(query).mappings()
    return tuple(LabelChange(**{**row, "label": Label(row["label"])}) for row in rows)


def retired_labels(connection: Connection) -> frozenset[Label]:
    """Return the labels that are given no more."""
    last = {change.label: change.retired for change in read_label_changes(connection)}
    return frozenset(label for label, retired in last.items() if retired)
