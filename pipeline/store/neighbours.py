"""Cases that belong together: a seller's other listings, and listings that show the same."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, Select, select, union

from pipeline.enforcement import Case
from pipeline.store.case_tables import case_photos, cases
from pipeline.store.cases import WAITING, QueuedCase, Scope, read_cases


def of_same_seller(connection: Connection, case: Case, scope: Scope, limit: int) -> tuple[QueuedCase, ...]:
    """Return other cases of the seller of a case, the highest score first."""
    if case.key.seller_id is None:
        return ()
    query = _sellers(case, scope).order_by(cases.c.score.desc(), cases.c.case_id).limit(limit)
    return _read(connection, connection.execute(query).scalars().all(), scope)


def alike(connection: Connection, case: Case, title: str, scope: Scope, limit: int) -> tuple[QueuedCase, ...]:
    """Return cases that wait for a decision and show what a case shows, the highest score first.

    They are of the same rights holder and have a photo in common (its bytes, or the perceptual hash of the whole), or
    are of the same seller and bear the same title.
    """
    waiting = cases.c.rights_holder_id == case.rights_holder_id, cases.c.state.in_(WAITING)
    mine, theirs = case_photos.alias("mine"), case_photos.alias("theirs")
    same_bytes = select(theirs.c.case_id).join_from(mine, theirs, theirs.c.photo == mine.c.photo)
    same_hash = select(theirs.c.case_id).join_from(mine, theirs, theirs.c.whole == mine.c.whole)
    of_case = mine.c.case_id == case.case_id
    shown = union(same_bytes.where(of_case), same_hash.where(of_case, mine.c.whole != "")).subquery()
    query = (
        select(cases.c.case_id)
        .join_from(shown, cases, cases.c.case_id == shown.c.case_id)
        .where(*waiting, cases.c.case_id != case.case_id)
        .order_by(cases.c.score.desc(), cases.c.case_id)
        .limit(limit)
    )
    found = dict.fromkeys(connection.execute(query).scalars())
    if case.key.seller_id is not None:
        titled = _sellers(case, scope).where(*waiting, cases.c.title == title).limit(limit)
        found |= dict.fromkeys(connection.execute(titled).scalars())
    ranked = sorted(_read(connection, list(found), scope), key=lambda row: (-row.case.score, row.case.case_id))
    return tuple(ranked[:limit])


def _sellers(case: Case, scope: Scope) -> Select[tuple[str]]:
    columns = cases.c
    same = columns.platform == case.key.platform, columns.seller_id == case.key.seller_id
    query: Select[tuple[str]] = select(columns.case_id).where(*same, columns.case_id != case.case_id)
    return query if scope is None else query.where(columns.rights_holder_id.in_(scope))


def _read(connection: Connection, case_ids: Sequence[str], scope: Scope) -> tuple[QueuedCase, ...]:
    return read_cases(connection, case_ids, scope) if case_ids else ()
