"""What the events of a case make of it: pure, and the same whether they come at once or one by one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from pipeline.cases.transitions import LOOKED_AT, target
from pipeline.enforcement import SYSTEM, Case, CaseState, Event, EventKind, RecheckResult
from pipeline.errors import TransitionError
from pipeline.records import Label, ListingKey


def standing(events: Sequence[Event]) -> tuple[Event, ...]:
    """Return the events that count: without those taken back and without the taking back."""
    undone = {e.facts["event_id"] for e in events if e.kind is EventKind.UNDONE}
    return tuple(e for e in events if e.kind is not EventKind.UNDONE and e.event_id not in undone)


def fold(events: Sequence[Event]) -> Case:
    """Return the case that its events make.

    Parameters
    ----------
    events : sequence of Event
        All events of one case in their order, those taken back too; the first opens it.

    Returns
    -------
    Case
        With the number of all events, so that a writer can tell whether it has moved on.

    Raises
    ------
    TransitionError
        If there is no first event, or one that its predecessors do not allow.
    """
    if not events or events[0].kind is not EventKind.OPENED:
        got = events[0].kind.value if events else "no event"
        raise TransitionError(f"case: nothing opens it, got {got}, expected opened")
    case = _opened(events[0])
    for event in standing(events)[1:]:
        case = _step(case, event)
    return replace(case, updated_at=events[-1].at, events=len(events))


def _opened(event: Event) -> Case:
    facts = event.facts
    return Case(
        case_id=event.case_id,
        rights_holder_id=facts["rights_holder_id"],
        key=ListingKey(facts["platform"], facts["listing_id"], facts["seller_id"]),
        candidate_id=facts["candidate_id"],
        state=CaseState.OPEN,
        opened_at=event.at,
        updated_at=event.at,
        score=facts["score"],
        band=facts["band"],
        suggested=Label(facts["label"]),
        asset_ids=tuple(facts["asset_ids"]),
    )


def _step(case: Case, event: Event) -> Case:
    after = replace(case, state=target(case.state, event))
    match event.kind:
        case EventKind.SEEN | EventKind.CHANGED:
            after = _seen(after, event)
        case EventKind.RELISTED:
            after = replace(after, earlier_case_id=event.facts["earlier_case_id"])
        case EventKind.ASSIGNED:
            after = replace(after, assignee=event.facts["to"])
        case EventKind.DECIDED:
            assets = tuple(event.facts["asset_ids"])
            after = replace(after, label=Label(event.facts["label"]), asset_ids=assets, approvals=(event.by,))
        case EventKind.APPROVED:
            after = replace(after, approvals=(*case.approvals[:1], event.by))
        case EventKind.RETURNED | EventKind.REOPENED:
            after = replace(after, label=None, approvals=())
        case EventKind.RECHECKED if event.facts["result"] == RecheckResult.CHANGED:
            after = replace(after, changed=case.changed or _decided(case))
        case _:
            pass
    looked = event.kind in LOOKED_AT and event.by != SYSTEM
    return replace(after, changed=False) if looked else after


def _seen(case: Case, event: Event) -> Case:
    """Take over what the newest scan says; a person's choice of assets stays."""
    facts = event.facts
    return replace(
        case,
        candidate_id=facts["candidate_id"],
        score=facts["score"],
        band=facts["band"],
        suggested=Label(facts["label"]),
        asset_ids=case.asset_ids if case.label is not None else tuple(facts["asset_ids"]),
        changed=case.changed or (event.kind is EventKind.CHANGED and _decided(case)),
    )


def _decided(case: Case) -> bool:
    """Tell whether a person has spoken: a case that only a rule dismissed waits for nobody."""
    return case.state is not CaseState.OPEN and not (case.state is CaseState.DISMISSED and case.label is None)
