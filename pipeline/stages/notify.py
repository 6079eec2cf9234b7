"""Notify: from notices that may go out to notices that platforms have.

A batch is sent by a transport, or exported and handed in by a person. Either way every case is looked at again first:
nothing goes out about a case that is not approved at that moment.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime

from pipeline.enforcement import SYSTEM, Event, EventKind
from pipeline.errors import NoticeError
from pipeline.notices.batches import Batch
from pipeline.notices.checks import unapproved
from pipeline.notices.notice import OPEN_STATES, Notice, NoticeState, Problem
from pipeline.stages.prepare import cases_named
from pipeline.store.cases import Scope
from pipeline.store.database import Connection, Store
from pipeline.store.events import Draft, append_events, lock_events
from pipeline.store.notices import notices_of, open_among, read_batch, record_batch, set_notice_state
from pipeline.store.people import read_four_eyes
from pipeline.transports import Receipt, Transport


def send(
    store: Store, batch: Batch, transport: Transport, now: datetime, *, by: str = SYSTEM, scope: Scope = None
) -> tuple[Receipt, ...]:
    """Send a batch, once, and write down what the platform said.

    Parameters
    ----------
    store : Store
        Where cases and notices are.
    batch : Batch
        Notices that `prepare` let through.
    transport : Transport
        The platform.
    now : datetime
        When.
    by : str
        Who asked for it.
    scope : tuple of str or None
        Rights holders for whom that person may send.

    Raises
    ------
    NoticeError
        If any case is not approved now, or a notice of the batch is out already; nothing is sent then.
    TransportError
        If the platform refuses. Where nobody knows whether it took the batch, its notices stay "sending", and no
        second one goes out until somebody says what became of them.

    Notes
    -----
    The batch is written down as being sent before it is: killed in between, it is found as such and not sent again.
    """
    with store.write() as connection:
        _refuse_unapproved(connection, batch, scope)
        record_batch(connection, batch, NoticeState.SENDING, now)
    receipts = transport.send(batch)
    with store.write() as connection:
        _set_states(connection, receipts, now)
    with store.write() as connection:  # apart from the states: what the platform said is kept whatever the case says
        append_events(connection, _drafts(batch, receipts, now, by), scope, four_eyes=())
    return receipts


def file_batch(
    store: Store, batch_id: str, now: datetime, *, by: str, native_id: str | None = None, scope: Scope = None
) -> int:
    """Write down that a batch is with its platform, and return how many notices it holds.

    Either a person has handed in what was exported, or found out that a sending that was broken off had arrived.

    Raises
    ------
    NoticeError
        If there is no such batch, it is out already, or a case of it is not approved any more.
    """
    with store.write() as connection:
        notices = _waiting(connection, batch_id, scope)
        batch = Batch(
            batch_id=batch_id,
            channel=notices[0].channel,
            rights_holder_id=notices[0].rights_holder_id,
            notices=notices,
        )
        _refuse_unapproved(connection, batch, scope, arrived=True)
        state = NoticeState.ACKNOWLEDGED if native_id else NoticeState.SENT
        receipts = [Receipt(notice_id=n.notice_id, state=state, native_id=native_id) for n in notices]
        _set_states(connection, receipts, now)
        append_events(connection, _drafts(batch, receipts, now, by), scope, four_eyes=())
    return len(notices)


def give_up_batch(store: Store, batch_id: str, now: datetime, *, by: str, reason: str = "", scope: Scope = None) -> int:
    """Write down who says that a batch never reached its platform, and return how many notices it holds.

    The cases stay as they are: the next notice about each is another attempt.

    Raises
    ------
    NoticeError
        If there is no such batch, or it is with its platform.
    """
    with store.write() as connection:
        notices = _waiting(connection, batch_id, scope)
        for notice in notices:
            set_notice_state(connection, notice.notice_id, NoticeState.FAILED, now)
        said = [(n, {"notice_id": n.notice_id, "channel": n.channel}) for n in notices]
        events = [replace(_event(n, EventKind.GIVEN_UP, facts, now, by), reason=reason) for n, facts in said]
        append_events(connection, [Draft(event=event) for event in events], scope, four_eyes=())
    return len(notices)


def _waiting(connection: Connection, batch_id: str, scope: Scope) -> tuple[Notice, ...]:
    """Return the notices of a batch of which nobody has said yet whether it reached its platform."""
    kept = read_batch(connection, batch_id, scope)
    if not kept or any(k.state not in (NoticeState.EXPORTED, NoticeState.SENDING) for k in kept):
        got = ", ".join(sorted({k.state.value for k in kept})) or "nothing"
        raise NoticeError(
            f"batch {batch_id}: not waiting to be handed in, got {got}, expected one that was exported, or whose "
            "sending was broken off"
        )
    return tuple(k.notice for k in kept)


def refresh(
    store: Store, batch_id: str, transport: Transport, now: datetime, *, scope: Scope = None
) -> tuple[Receipt, ...]:
    """Ask the platform what became of a batch, and write it down; what it calls removed a re-check looks at itself.

    Raises
    ------
    NoticeError
        If there is no such batch, or the platform has not given it a number.
    TransportError
        If the platform cannot be reached or refuses.
    """
    with store.read() as connection:
        kept = read_batch(connection, batch_id, scope)
    asked: dict[str, list[Notice]] = {}
    for k in kept:
        if k.native_id is not None and k.state in OPEN_STATES:
            asked.setdefault(k.native_id, []).append(k.notice)
    if not asked:
        got = ", ".join(sorted({k.state.value for k in kept})) or "nothing"
        raise NoticeError(f"batch {batch_id}: nothing to ask for, got {got}, expected notices that the platform has")
    receipts: list[Receipt] = []
    for native_id, notices in asked.items():
        first = notices[0]
        batch = Batch(
            batch_id=batch_id,
            channel=first.channel,
            rights_holder_id=first.rights_holder_id,
            notices=tuple(notices),
        )
        receipts += transport.status(native_id, batch)
    with store.write() as connection:
        _set_states(connection, receipts, now)
    return tuple(receipts)


def _refuse_unapproved(connection: Connection, batch: Batch, scope: Scope, *, arrived: bool = False) -> None:
    """Look again at every case, while nobody else can write: approval may have been taken back since."""
    lock_events(connection)
    ids = [notice.case_id for notice in batch.notices]
    cases = {case.case_id: case for case in cases_named(connection, ids, scope)}
    open_notices = open_among(notices_of(connection, ids, None))
    said = read_four_eyes(connection)
    for notice in batch.notices:
        case = cases.get(notice.case_id)
        if case is None:
            raise NoticeError(f"case {notice.case_id}: no such case, got its id, expected that of one of your cases")
        needed = 2 if said.get(case.rights_holder_id, True) else 1
        for fault in unapproved(case, needed):
            raise NoticeError(str(Problem(case_id=case.case_id, channel=batch.channel, **fault._asdict())))
        if not arrived and notice.notice_id in open_notices.values():
            raise NoticeError(
                f"case {case.case_id}, {batch.channel}: notice {notice.notice_id} is out already, got a second sending,"
                " expected to send it once"
            )


def _set_states(connection: Connection, receipts: Iterable[Receipt], now: datetime) -> None:
    for receipt in receipts:
        set_notice_state(
            connection,
            receipt.notice_id,
            receipt.state,
            now,
            native_id=receipt.native_id,
            platform_text=receipt.platform_text,
        )


def _drafts(batch: Batch, receipts: Iterable[Receipt], now: datetime, by: str) -> list[Draft]:
    by_id = {notice.notice_id: notice for notice in batch.notices}
    return [Draft(event=event) for r in receipts for event in events_of(by_id[r.notice_id], r, now, by)]


def events_of(notice: Notice, receipt: Receipt, now: datetime, by: str) -> tuple[Event, ...]:
    """Return what a receipt means for the case: that a notice went out, and that the platform has it."""
    if receipt.state is NoticeState.FAILED:
        return ()
    said = notice.infringement
    noticed: dict[str, str | None] = {
        "notice_id": notice.notice_id,
        "method": notice.delivery.method,
        "channel": notice.channel,
        "reason_code": said.reason_code or said.reason,
        "right_type": notice.right.type.value,
    }
    events = [_event(notice, EventKind.NOTICED, noticed, now, by)]
    if receipt.native_id is not None or receipt.state is not NoticeState.SENT:
        facts = {"notice_id": notice.notice_id, "native_id": receipt.native_id}
        events.append(_event(notice, EventKind.ACKNOWLEDGED, facts, now, by))
    return tuple(events)


def _event(notice: Notice, kind: EventKind, facts: Mapping[str, str | None], now: datetime, by: str) -> Event:
    """Return an event whose id is made of what it is about: written twice, it is one."""
    event_id = uuid.uuid5(uuid.NAMESPACE_URL, f"counterfoil:{notice.notice_id}:{kind}").hex
    return Event(
        event_id=event_id, sequence=0, case_id=notice.case_id, kind=kind, at=now, by=by, reason="", facts=facts
    )
