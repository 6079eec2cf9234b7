"""What became of notices: the cases they are about, and which cases have any of late."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import Connection, select

from pipeline.cases import standing
from pipeline.enforcement import Event, EventKind
from pipeline.groups import in_groups
from pipeline.store.case_tables import cases, events
from pipeline.store.cases import Scope
from pipeline.store.events import read_histories
from pipeline.store.notice_tables import notices

AT_ONCE = 500


def case_of_notice(connection: Connection, notice_id: str, scope: Scope) -> str | None:
    """Return the case that a notice of the scope is about, or None."""
    query = select(notices.c.case_id).where(notices.c.notice_id == notice_id)
    if scope is not None:
        query = query.where(notices.c.rights_holder_id.in_(scope))
    return connection.execute(query).scalar()


def noticed_since(connection: Connection, since: datetime, scope: Scope) -> Iterator[tuple[str, tuple[Event, ...]]]:
    """Yield the platform and the events that stand of each case of the scope about which a notice went out since."""
    sent = select(events.c.case_id).where(events.c.kind == EventKind.NOTICED.value, events.c.at >= since)
    query = select(cases.c.case_id, cases.c.platform).where(cases.c.case_id.in_(sent)).order_by(cases.c.case_id)
    if scope is not None:
        query = query.where(cases.c.rights_holder_id.in_(scope))
    found = connection.execute(query).all()
    for some in in_groups(found, AT_ONCE):
        histories = read_histories(connection, [row.case_id for row in some])
        yield from ((row.platform, standing(histories[row.case_id])) for row in some)
