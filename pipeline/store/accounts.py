"""Seller accounts: their cases, and other accounts that show the same photos or give the same contact details."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, NamedTuple

from sqlalchemy import Connection, Select, Table, distinct, func, select

from pipeline.groups import in_groups
from pipeline.store.case_tables import case_contacts, case_photos, cases
from pipeline.store.cases import QueuedCase, Scope, read_cases

AT_ONCE = 500


class Shared(NamedTuple):
    """A photo ("photo"), contact ("contact") or earlier case ("relisted") that a case of another account shares."""

    what: str
    mark: str
    case_id: str
    platform: str
    seller_id: str
    seller_name: str | None


def cases_of_account(connection: Connection, platform: str, seller_id: str, scope: Scope) -> tuple[QueuedCase, ...]:
    """Return the cases of an account that are in the scope, oldest first."""
    query = (
        select(cases.c.case_id)
        .where(cases.c.platform == platform, cases.c.seller_id == seller_id)
        .order_by(cases.c.opened_at, cases.c.case_id)
    )
    ids = connection.execute(query).scalars().all()
    return tuple(case for some in in_groups(ids, AT_ONCE) for case in read_cases(connection, some, scope))


def shared_with(
    connection: Connection,
    found: Collection[QueuedCase],
    scope: Scope,
    *,
    most_sellers: int,
    ignored: Collection[str] = (),
) -> tuple[Shared, ...]:
    """Return what cases of one account share with those of others.

    Parameters
    ----------
    connection : Connection
        For reading.
    found : collection of QueuedCase
        Cases of one account.
    scope : tuple of str or None
        Rights holders whose cases may be seen.
    most_sellers : int
        What more sellers than this show connects nobody.
    ignored : collection of str
        Digests of photos that connect nobody, such as the rights holder's own.
    """
    if not found:
        return ()
    account = next(iter(found)).case.key
    ids = [queued.case.case_id for queued in found]
    return tuple(
        Shared(what, *row)
        for table, what in ((case_photos, "photo"), (case_contacts, "contact"))
        for some in in_groups(ids, AT_ONCE)
        for row in connection.execute(_shared(table, what, some, scope, most_sellers))
        if (row.platform, row.seller_id) != (account.platform, account.seller_id) and row[0] not in ignored
    )


def _shared(table: Table, what: str, ids: list[str], scope: Scope, most_sellers: int) -> Select[Any]:
    """Return the query of which cases show a photo or contact of these cases that few sellers show."""
    mark, columns = table.c[what], cases.c
    joined = columns.case_id == table.c.case_id
    telling = (
        select(mark)
        .join_from(table, cases, joined)
        .where(mark.in_(select(mark).where(table.c.case_id.in_(ids))))
        .group_by(mark)
        .having(func.count(distinct(columns.seller_id)) <= most_sellers)
    )
    query = (
        select(mark, columns.case_id, columns.platform, columns.seller_id, columns.seller_name)
        .join_from(table, cases, joined)
        .where(mark.in_(telling), columns.seller_id.is_not(None))
        .order_by(columns.platform, columns.seller_id, columns.case_id, mark)
    )
    return query if scope is None else query.where(columns.rights_holder_id.in_(scope))
