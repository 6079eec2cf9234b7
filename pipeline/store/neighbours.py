"""Cases that belong together: a seller's other listings, and listings that show the same."""

from __future__ import annotations

from sqlalchemy import Connection, and_, or_, select

from pipeline.enforcement import Case, CaseState
from pipeline.store.case_tables import case_photos, cases
from pipeline.store.cases import QueuedCase, Scope, read_cases

WAITING = (CaseState.OPEN.value, CaseState.HELD.value)


def of_same_seller(connection: Connection, case: Case, scope: Scope, limit: int) -> tuple[QueuedCase, ...]:
    """Return other cases of the seller of a case, the highest score first."""
    if case.key.seller_id is None:
        return ()
    columns = cases.c
    same = columns.platform == case.key.platform, columns.seller_id == case.key.seller_id
    query = select(columns.case_id).where(*same, columns.case_id != case.case_id).order_by(columns.score.desc())
    return _read(connection, query.limit(limit), scope)


def alike(connection: Connection, case: Case, title: str, scope: Scope, limit: int) -> tuple[QueuedCase, ...]:
    """Return cases of the same rights holder that wait for a decision and show a photo, or bear the title, of a case.

    A photo is the same if its bytes are, or the perceptual hash of the whole.
    """
    mine = case_photos.alias("mine")
    theirs = case_photos.alias("theirs")
    same = or_(theirs.c.photo == mine.c.photo, and_(theirs.c.whole == mine.c.whole, mine.c.whole != ""))
    shared = select(theirs.c.case_id).join_from(mine, theirs, same).where(mine.c.case_id == case.case_id)
    columns = cases.c
    query = (
        select(columns.case_id)
        .where(
            columns.rights_holder_id == case.rights_holder_id,
            columns.state.in_(WAITING),
            columns.case_id != case.case_id,
            or_(columns.case_id.in_(shared), columns.title == title),
        )
        .order_by(columns.score.desc(), columns.case_id)
        .limit(limit)
    )
    return _read(connection, query, scope)


def _read(connection: Connection, query: object, scope: Scope) -> tuple[QueuedCase, ...]:
    found = list(connection.execute(query).scalars())  # type: ignore[call-overload]
    return read_cases(connection, found, scope) if found else ()
