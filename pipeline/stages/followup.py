"""Follow up: what platforms and sellers answered, what is due, what to send again, how fast lanes stand."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from pipeline.cases import standing
from pipeline.enforcement import Case, Disposition, Event, EventKind
from pipeline.errors import InputError
from pipeline.followup.again import Renotice, answer_by, objections, renotice
from pipeline.followup.clocks import Clock, Due, due
from pipeline.followup.health import (
    Health,
    Planned,
    Programme,
    Sent,
    Warning,  # noqa: A004  the word for it
    health,
    sent_notices,
    would_breach,
)
from pipeline.groups import in_groups
from pipeline.notices.notice import Notice, NoticeState
from pipeline.records import Json
from pipeline.store.cases import Scope, read_case, read_cases
from pipeline.store.database import Connection, Store
from pipeline.store.events import Draft, append_events, lock_events, read_histories
from pipeline.store.lake import digest_of
from pipeline.store.notices import set_notice_state
from pipeline.store.outcomes import case_of_notice, noticed_since
from pipeline.store.watch import watched_cases

AT_ONCE = 500
OUTCOMES = ("upheld", "rejected", "lapsed")


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """Who enters something, when it happened, and for whom they may write."""

    by: str
    at: datetime
    scope: Scope = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Objection:
    """A seller's objection that nobody has settled, with what it says."""

    case: Case
    counter_notice_id: str
    notice_id: str
    grounds: str
    deadline: str | None

    @property
    def case_id(self) -> str:
        """The case of the notice."""
        return self.case.case_id


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """What is to be done about the notices that are out: terms, proposals, objections; the soonest first."""

    due: tuple[Due, ...]
    renotices: tuple[Renotice, ...]
    objections: tuple[Objection, ...]


def record_answer(
    store: Store, notice_id: str, disposition: Disposition, said: Said, *, cause: str = "", text: str = ""
) -> Case:
    """Enter a platform's answer to a notice; entered again, it changes nothing.

    Parameters
    ----------
    store : Store
        Where cases and notices are.
    notice_id : str
        The notice.
    disposition : Disposition
        The answer; all but "pending" close the notice.
    said : Said
        By whom and when.
    cause, text : str
        Why, in our words; and what the platform wrote, word for word.

    Raises
    ------
    InputError
        If there is no such notice in the scope.
    TransitionError
        If no notice went out.
    """
    facts = {"notice_id": notice_id, "disposition": disposition.value, "cause": cause, "platform_text": text}
    with store.write() as connection:
        case_id = _case_id(connection, notice_id, said.scope)
        case = _append(connection, case_id, EventKind.DISPOSED, facts, said)
        if disposition is not Disposition.PENDING:
            set_notice_state(connection, notice_id, NoticeState.CLOSED, said.at, platform_text=text)
    return case


def record_objection(store: Store, notice_id: str, grounds: str, said: Said, clocks: Sequence[Clock]) -> Objection:
    """Enter that a seller objects to a notice, with the day by which to answer.

    Raises
    ------
    InputError
        If there is no such notice in the scope.
    """
    with store.write() as connection:
        lock_events(connection)
        case_id = _case_id(connection, notice_id, said.scope)
        history = standing(read_histories(connection, [case_id]).get(case_id, ()))
        sent = [e for e in history if e.kind is EventKind.NOTICED and e.facts.get("notice_id") == notice_id]
        queued = read_case(connection, case_id, said.scope)
        platform = queued.case.key.platform if queued is not None else ""
        deadline = answer_by(clocks, platform, str(sent[-1].facts.get("channel", "")) if sent else "", said.at)
        facts = {
            "notice_id": notice_id,
            "counter_notice_id": digest_of("counter", notice_id, said.at.isoformat())[:32],
            "grounds": grounds,
            "deadline": None if deadline is None else deadline.isoformat(),
        }
        case = _append(connection, case_id, EventKind.COUNTERED, facts, said)
    return _objection(case, facts)


def settle(store: Store, notice_id: str, outcome: str, said: Said) -> Case:
    """Enter how a seller's objection to a notice ended: "upheld" (the seller was right), "rejected" or "lapsed".

    Raises
    ------
    InputError
        If there is no such notice in the scope, or no open objection to it.
    """
    if outcome not in OUTCOMES:
        raise InputError(f"objection: no such outcome, got {outcome!r}, expected one of {', '.join(OUTCOMES)}")
    with store.write() as connection:
        lock_events(connection)
        case_id = _case_id(connection, notice_id, said.scope)
        history = standing(read_histories(connection, [case_id]).get(case_id, ()))
        mine = [event for event in objections(history) if event.facts["notice_id"] == notice_id]
        if not mine:
            raise InputError(f"notice {notice_id}: no objection is open, got none, expected one to settle")
        facts = {"counter_notice_id": mine[-1].facts["counter_notice_id"], "outcome": outcome}
        return _append(connection, case_id, EventKind.SETTLED, facts, said)


def overview(store: Store, scope: Scope, clocks: Sequence[Clock], now: datetime) -> Overview:
    """Return what is to be done about the notices of a scope that are out."""
    terms: list[Due] = []
    again: list[Renotice] = []
    contested: list[Objection] = []
    with store.read() as connection:
        ids = [watched.case_id for watched in watched_cases(connection)]
        for some in in_groups(ids, AT_ONCE):
            histories = read_histories(connection, some)
            for case in (queued.case for queued in read_cases(connection, some, scope)):
                history = standing(histories[case.case_id])
                terms += due(case, history, clocks)
                contested += [_objection(case, event.facts) for event in objections(history)]
                proposal = renotice(case, history, now)
                again += [] if proposal is None else [proposal]
    return Overview(
        due=tuple(sorted(terms, key=lambda one: (one.due_at, one.case_id, one.clock.clock))),
        renotices=tuple(sorted(again, key=lambda one: (one.up_at, one.case_id))),
        objections=tuple(sorted(contested, key=lambda one: (one.deadline or "9999", one.counter_notice_id))),
    )


def fast_lanes(
    connection: Connection, scope: Scope, programmes: Sequence[Programme], now: datetime
) -> tuple[Health, ...]:
    """Return how the fast lanes of a scope stand, each in all, by platform, and by reason code where that counts."""
    notices = _sent(connection, scope, programmes, now)
    return tuple(found for programme in programmes for found in health(programme, notices, now))


def foresee(
    connection: Connection, batch: Iterable[Notice], scope: Scope, programmes: Sequence[Programme], now: datetime
) -> tuple[Warning, ...]:
    """Return which fast lanes a batch of notices is expected to bring out of bounds, before it is sent."""
    notices = list(batch)
    scores: dict[str, float] = {}
    for some in in_groups(sorted({notice.case_id for notice in notices}), AT_ONCE):
        scores |= {queued.case.case_id: queued.case.score for queued in read_cases(connection, some, scope)}
    planned = [
        Planned(
            platform=notice.target.platform,
            reason_code=notice.infringement.reason_code or notice.infringement.reason,
            score=scores.get(notice.case_id, 0.0),
        )
        for notice in notices
    ]
    return would_breach(programmes, _sent(connection, scope, programmes, now), planned, now)


def warning_line(found: Warning) -> str:
    """Return a warning as one line."""
    now, programme = found.now, found.now.programme
    share = "no decided notice" if now.accepted_share is None else f"{now.accepted_share:.1%} of {now.decided} accepted"
    code = f", reason {now.reason_code}" if now.reason_code is not None else ""
    spare = f"{found.spare} may be refused" if found.spare >= 0 else "none may be refused"
    contestable = f"{found.contestable} may be" if found.contestable > 0 else "none may be"
    return (
        f"{programme.title}{code}: {share} in {programme.days} days, {programme.least_accepted:.0%} wanted; of these "
        f"{found.planned} about {found.refused:.1f} will be refused by their scores, {spare}; about "
        f"{found.overturned:.1f} will be contested with success as before, {contestable}"
    )


def _sent(connection: Connection, scope: Scope, programmes: Sequence[Programme], now: datetime) -> list[Sent]:
    since = now - timedelta(days=max((programme.days for programme in programmes), default=0))
    histories = noticed_since(connection, since, scope)
    return [sent for platform, history in histories for sent in sent_notices(platform, history)]


def _case_id(connection: Connection, notice_id: str, scope: Scope) -> str:
    found = case_of_notice(connection, notice_id, scope)
    if found is None:
        raise InputError(f"notice: no such notice, got {notice_id!r}, expected the id of one of yours")
    return found


def _append(connection: Connection, case_id: str, kind: EventKind, facts: dict[str, Json], said: Said) -> Case:
    event = Event(
        event_id=digest_of(kind.value, case_id, facts, said.at.isoformat())[:32],
        sequence=0,
        case_id=case_id,
        kind=kind,
        at=said.at,
        by=said.by,
        reason="",
        facts=facts,
    )
    return append_events(connection, [Draft(event=event)], said.scope, four_eyes=())[case_id]


def _objection(case: Case, facts: Json) -> Objection:
    return Objection(
        case=case,
        counter_notice_id=str(facts["counter_notice_id"]),
        notice_id=str(facts["notice_id"]),
        grounds=str(facts["grounds"]),
        deadline=facts["deadline"],
    )
