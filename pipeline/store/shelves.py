"""Descriptions of photos: which shelf of the lake holds each, and which photos still want describing."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from sqlalchemy import Connection, Select, and_, delete, func, select, tuple_

from pipeline.store.ledger import upsert
from pipeline.store.observations import WantedPhoto
from pipeline.store.schema import photos, wanted


def shelves_of(connection: Connection, describer: str, digests: Collection[str]) -> dict[str, str]:
    """Return the shelf of each photo that a version of the describer has seen; some thousand digests at a time."""
    query = select(photos.c.photo, photos.c.shelf).where(photos.c.describer == describer, photos.c.photo.in_(digests))
    return dict(connection.execute(query).tuples().all())


def already_wanted(connection: Connection, run_id: str, digests: Collection[str]) -> frozenset[str]:
    """Return which photos a scan has found before; some thousand digests at a time."""
    query = select(wanted.c.photo).where(wanted.c.run_id == run_id, wanted.c.photo.in_(digests))
    return frozenset(connection.execute(query).scalars())


def count_wanted(connection: Connection, run_id: str, describer: str) -> int:
    """Count the photos of a scan that nobody has described."""
    query = _wanted(run_id, describer).with_only_columns(func.count(), maintain_column_froms=True)
    return connection.execute(query).scalar_one()


def next_wanted(
    connection: Connection, run_id: str, describer: str, after: WantedPhoto | None, limit: int
) -> list[WantedPhoto]:
    """Return the next photos of a scan that nobody has described, in the order of the input.

    Parameters
    ----------
    connection : Connection
        For reading.
    run_id, describer : str
        The scan, and the version of the describer.
    after : WantedPhoto or None
        The last one of the page before.
    limit : int
        At most so many.
    """
    order = (wanted.c.source, wanted.c.line, wanted.c.photo)
    query = _wanted(run_id, describer).order_by(*order).limit(limit)
    if after is not None:
        query = query.where(tuple_(*order) > (after.source, after.line, after.photo))
    return [WantedPhoto(**found) for found in connection.execute(query).mappings()]


def _wanted(run_id: str, describer: str) -> Select[Any]:
    described = and_(photos.c.photo == wanted.c.photo, photos.c.describer == describer)
    return (
        select(wanted.c.photo, wanted.c.source, wanted.c.line, wanted.c.name)
        .join_from(wanted, photos, described, isouter=True)
        .where(wanted.c.run_id == run_id, photos.c.shelf.is_(None))
    )


def record_shelf(connection: Connection, describer: str, shelf: str, digests: Iterable[str]) -> None:
    """Enter a shelf: the photos that it describes need no second look."""
    statement = upsert(connection, photos)
    keys = ["photo", "describer"]
    rows = [{"photo": photo, "describer": describer, "shelf": shelf} for photo in digests]
    if rows:
        moved = {"shelf": statement.excluded.shelf}
        connection.execute(statement.on_conflict_do_update(index_elements=keys, set_=moved), rows)


def forget_shelves(connection: Connection, shelves: Collection[str]) -> None:
    """Forget shelves that are gone from the lake: their photos want describing again."""
    connection.execute(delete(photos).where(photos.c.shelf.in_(shelves)))
