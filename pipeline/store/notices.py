"""Notices as the store keeps them: written before they go out, so that none goes out twice unseen."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, Select, func, select, update

from pipeline.notices.batches import Batch
from pipeline.notices.notice import OPEN_STATES, Notice, NoticeState
from pipeline.store.cases import Scope
from pipeline.store.codec import from_json, to_json
from pipeline.store.ledger import upsert
from pipeline.store.notice_tables import notices

Key = tuple[str, str, str]
"""What a notice is about: case id, right, reason in our words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptNotice:
    """A notice, the batch in which it went, and where it stands with its platform."""

    notice: Notice
    batch_id: str
    state: NoticeState
    native_id: str | None
    platform_text: str
    updated_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptBatch:
    """How many notices of a batch stand where, since when, and what the platform calls them."""

    batch_id: str
    channel: str
    rights_holder_id: str
    state: NoticeState
    notices: int
    native_id: str | None
    updated_at: datetime


def record_batch(connection: Connection, batch: Batch, state: NoticeState, now: datetime) -> None:
    """Write the notices of a batch; one that was written before and is not out takes the new form and state."""
    rows = [
        {
            "notice_id": notice.notice_id,
            "case_id": notice.case_id,
            "rights_holder_id": notice.rights_holder_id,
            "channel": notice.channel,
            "batch_id": batch.batch_id,
            "asset_id": notice.right.asset_id,
            "reason": notice.infringement.reason,
            "state": state.value,
            "native_id": None,
            "platform_text": "",
            "created_at": notice.created_at,
            "updated_at": now,
            "notice": to_json(notice),
        }
        for notice in batch.notices
    ]
    statement = upsert(connection, notices)
    newer = {name: getattr(statement.excluded, name) for name in ("batch_id", "state", "updated_at", "notice")}
    waiting = notices.c.state == NoticeState.EXPORTED.value
    connection.execute(statement.on_conflict_do_update(index_elements=["notice_id"], set_=newer, where=waiting), rows)


def set_notice_state(
    connection: Connection,
    notice_id: str,
    state: NoticeState,
    now: datetime,
    *,
    native_id: str | None = None,
    platform_text: str = "",
) -> None:
    """Say where a notice stands; a native id that is known already stays."""
    values = {"state": state.value, "updated_at": now, "platform_text": platform_text}
    if native_id is not None:
        values["native_id"] = native_id
    connection.execute(update(notices).where(notices.c.notice_id == notice_id).values(values))


def read_batch(connection: Connection, batch_id: str, scope: Scope) -> tuple[KeptNotice, ...]:
    """Return the notices of a batch that are in the scope, in order of their ids."""
    query = select(notices).where(notices.c.batch_id == batch_id).order_by(notices.c.notice_id)
    return _read(connection, query, scope)


def recent_batches(
    connection: Connection, states: Collection[NoticeState], scope: Scope, limit: int
) -> tuple[KeptBatch, ...]:
    """Return the batches of a scope with notices in some states, one for each state, what moved last first."""
    columns = notices.c
    about = columns.batch_id, columns.channel, columns.rights_holder_id, columns.state
    moved = func.max(columns.updated_at).label("updated_at")
    counted = func.count().label("notices"), func.max(columns.native_id).label("native_id"), moved
    query = select(*about, *counted).where(columns.state.in_([state.value for state in states])).group_by(*about)
    if scope is not None:
        query = query.where(columns.rights_holder_id.in_(scope))
    rows = connection.execute(query.order_by(moved.desc(), columns.batch_id).limit(limit)).mappings()
    return tuple(KeptBatch(**{**row, "state": NoticeState(row["state"])}) for row in rows)


def notices_of(connection: Connection, case_ids: Collection[str], scope: Scope) -> tuple[KeptNotice, ...]:
    """Return the notices about some hundred cases that are in the scope, oldest first."""
    query = select(notices).where(notices.c.case_id.in_(case_ids))
    return _read(connection, query.order_by(notices.c.created_at, notices.c.notice_id), scope)


def open_among(kept: Iterable[KeptNotice]) -> dict[Key, str]:
    """Return the ids of those notices that are out and unanswered, by what they are about."""
    return {_about(k.notice): k.notice.notice_id for k in kept if k.state in OPEN_STATES}


def attempts_among(kept: Iterable[KeptNotice]) -> dict[str, int]:
    """Return how many notices about each case have come to an end: the next is one more."""
    ended: dict[str, int] = {}
    for k in kept:
        if k.state in (NoticeState.CLOSED, NoticeState.FAILED):
            ended[k.notice.case_id] = ended.get(k.notice.case_id, 0) + 1
    return ended


def _about(notice: Notice) -> Key:
    return notice.case_id, notice.right.asset_id, notice.infringement.reason


def _read(connection: Connection, query: Select[Any], scope: Scope) -> tuple[KeptNotice, ...]:
    if scope is not None:
        query = query.where(notices.c.rights_holder_id.in_(scope))
    return tuple(_kept(row) for row in connection.execute(query).mappings())


def _kept(row: RowMapping) -> KeptNotice:
    return KeptNotice(
        notice=from_json(Notice, row["notice"]),
        batch_id=row["batch_id"],
        state=NoticeState(row["state"]),
        native_id=row["native_id"],
        platform_text=row["platform_text"],
        updated_at=row["updated_at"],
    )
