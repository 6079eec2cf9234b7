"""The table of what may happen to a case, in which state, brought by whom: the one place that decides."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Final

from pipeline.enforcement import SYSTEM, Case, CaseState, Event, EventKind, RecheckResult
from pipeline.errors import ConflictError, TransitionError
from pipeline.records import ACTIONABLE, Label

S, E = CaseState, EventKind


class Hand(StrEnum):
    """Who may bring an event."""

    PERSON = "a person"
    SYSTEM = "the system"
    ANYONE = "a person or the system"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A row of the table.

    Attributes
    ----------
    kind : EventKind
        What happens.
    variant : str
        Which of the things that a kind can mean, as `variant_of` tells from the facts; "" where there is one only.
    hand : Hand
        Who may bring it.
    states : frozenset of CaseState
        Where it may happen.
    moves : frozenset of CaseState
        Where it moves the case; elsewhere the case stays in its state.
    to : CaseState or None
        Where to; None if it moves nothing.
    """

    kind: EventKind
    variant: str = ""
    hand: Hand
    states: frozenset[CaseState]
    moves: frozenset[CaseState] = frozenset()
    to: CaseState | None = None


ANY: Final = frozenset(CaseState)
UNDECIDED: Final = frozenset({S.OPEN, S.HELD, S.CONFIRMED, S.DISMISSED})
"""Where a reviewer's word is asked for, or may be changed by a new one."""
OUT: Final = frozenset({S.NOTICED, S.DOWN})


def _stays(kind: EventKind, hand: Hand, states: Iterable[CaseState] = ANY, variant: str = "") -> Rule:
    return Rule(kind=kind, variant=variant, hand=hand, states=frozenset(states))


def _moves(
    kind: EventKind, hand: Hand, moves: Iterable[CaseState], to: CaseState, variant: str = "", *, anywhere: bool = False
) -> Rule:
    moved = frozenset(moves)
    return Rule(kind=kind, variant=variant, hand=hand, states=ANY if anywhere else moved, moves=moved, to=to)


TABLE: Final[tuple[Rule, ...]] = (
    _stays(E.SEEN, Hand.SYSTEM),
    _stays(E.CHANGED, Hand.SYSTEM),
    _stays(E.RELISTED, Hand.SYSTEM),
    _stays(E.ASSIGNED, Hand.ANYONE),
    _stays(E.COMMENTED, Hand.PERSON),
    _moves(E.RULED, Hand.SYSTEM, {S.OPEN}, S.DISMISSED, "dismisses"),
    _moves(E.RULED, Hand.SYSTEM, {S.DISMISSED}, S.OPEN, "no longer"),
    _moves(E.HELD, Hand.PERSON, UNDECIDED - {S.HELD}, S.HELD),
    _moves(E.DECIDED, Hand.PERSON, UNDECIDED, S.CONFIRMED, "actionable"),
    _moves(E.DECIDED, Hand.PERSON, UNDECIDED, S.HELD, "suspicious"),
    _moves(E.DECIDED, Hand.PERSON, UNDECIDED, S.DISMISSED, "not actionable"),
    _moves(E.APPROVED, Hand.PERSON, {S.CONFIRMED, S.APPROVED}, S.APPROVED),
    _moves(E.RETURNED, Hand.PERSON, {S.CONFIRMED, S.APPROVED}, S.OPEN),
    _moves(E.NOTICED, Hand.ANYONE, {S.APPROVED, S.NOTICED}, S.NOTICED),
    _stays(E.GIVEN_UP, Hand.PERSON),
    _stays(E.ACKNOWLEDGED, Hand.ANYONE),
    _stays(E.DISPOSED, Hand.ANYONE),
    _moves(E.RECHECKED, Hand.ANYONE, {S.NOTICED}, S.DOWN, "down", anywhere=True),
    _moves(E.RECHECKED, Hand.ANYONE, {S.DOWN}, S.NOTICED, "up", anywhere=True),
    _stays(E.RECHECKED, Hand.ANYONE, variant="unknown"),
    _stays(E.COUNTERED, Hand.ANYONE),
    _moves(E.SETTLED, Hand.ANYONE, OUT, S.CLOSED, "upheld", anywhere=True),
    _stays(E.SETTLED, Hand.ANYONE, variant="rejected"),
    _stays(E.SETTLED, Hand.ANYONE, variant="lapsed"),
    _moves(E.CLOSED, Hand.PERSON, ANY - {S.CLOSED}, S.CLOSED),
    _moves(E.REOPENED, Hand.PERSON, {S.DISMISSED, S.CLOSED, S.HELD, *OUT}, S.OPEN),
    _stays(E.UNDONE, Hand.PERSON),
)
"""Every event but the first, which opens the case. What the world does (answers, re-checks) may come in any state."""

UNDOABLE: Final = frozenset({E.ASSIGNED, E.COMMENTED, E.HELD, E.DECIDED, E.APPROVED, E.RETURNED, E.CLOSED, E.REOPENED})
"""A person's own words. What the world did is put right by a further event, and a notice cannot be called back."""
AFTER_A_NOTICE: Final = frozenset({E.ACKNOWLEDGED, E.DISPOSED, E.COUNTERED, E.SETTLED})
LOOKED_AT: Final = frozenset({E.HELD, E.DECIDED, E.APPROVED, E.RETURNED, E.CLOSED, E.REOPENED})
"""By these a person has looked at the listing as it is now."""


def variant_of(event: Event) -> str:
    """Return which of the things that its kind can mean an event means.

    Raises
    ------
    TransitionError
        If the facts do not say.
    """
    facts, kind = event.facts, event.kind
    try:
        if kind is E.DECIDED:
            label = Label(facts["label"])
            if label is Label.SUSPICIOUS:
                return "suspicious"
            return "actionable" if label in ACTIONABLE else "not actionable"
        if kind is E.RECHECKED:
            return RecheckResult(facts["result"]).verdict
        if kind is E.RULED:
            return "no longer" if facts["label"] is None else "dismisses"
        return str(facts["outcome"]) if kind is E.SETTLED else ""
    except (KeyError, ValueError) as error:
        raise TransitionError(
            f"case {event.case_id}: {kind.value}: unusable facts, got {dict(facts)!r}, expected those of {kind.value}"
        ) from error


@cache
def _rows() -> dict[tuple[EventKind, str], Rule]:
    return {(rule.kind, rule.variant): rule for rule in TABLE}


def rule_for(event: Event) -> Rule:
    """Return the row of the table for an event.

    Raises
    ------
    TransitionError
        If there is none.
    """
    variant = variant_of(event)
    rule = _rows().get((event.kind, variant))
    if rule is None:
        known = sorted(name for kind, name in _rows() if kind is event.kind)
        expected = f"one of {', '.join(map(repr, known))}" if known else "an event of a case that is open already"
        raise TransitionError(
            f"case {event.case_id}: {event.kind.value}: not possible, got {variant!r}, expected {expected}"
        )
    return rule


def target(state: CaseState, event: Event) -> CaseState:
    """Return the state after an event.

    Raises
    ------
    TransitionError
        If the table does not allow the event in that state.
    """
    rule = rule_for(event)
    if state not in rule.states:
        where = ", ".join(sorted(known.value for known in rule.states))
        raise TransitionError(
            f"case {event.case_id}: {event.kind.value}: not possible now, got a case that is {state.value}, "
            f"expected one that is {where}"
        )
    return rule.to if rule.to is not None and state in rule.moves else state


def allowed_kinds(state: CaseState) -> frozenset[EventKind]:
    """Return what a person may do in a state, whatever the variant: what a page offers."""
    return frozenset(rule.kind for rule in TABLE if state in rule.states and rule.hand is not Hand.SYSTEM)


def check(case: Case, history: Sequence[Event], event: Event, *, four_eyes: bool = False) -> None:
    """Refuse an event that the case does not allow.

    Parameters
    ----------
    case : Case
        As its events leave it.
    history : sequence of Event
        Those events that stand, in their order (`fold.standing`).
    event : Event
        What is to happen.
    four_eyes : bool
        Whether the rights holder wants a second person to approve.

    Raises
    ------
    TransitionError
        If the table, the person or what has happened before forbids it.
    """
    target(case.state, event)
    _check_hand(event)
    if event.kind is E.APPROVED and four_eyes and event.by in case.approvals[:1]:
        raise TransitionError(
            f"case {case.case_id}: approved: a second person is wanted, got {event.by!r} who decided, "
            "expected somebody else"
        )
    if event.kind in AFTER_A_NOTICE and all(before.kind is not E.NOTICED for before in history):
        raise TransitionError(
            f"case {case.case_id}: {event.kind.value}: no notice went out, got none, expected a notice before"
        )
    if event.kind is E.NOTICED and case.changed:
        raise TransitionError(
            f"case {case.case_id}: noticed: the listing has changed since it was looked at, got a changed listing, "
            "expected one that was looked at again"
        )
    if event.kind is E.RULED:
        _check_ruled(case, history)
    if event.kind is E.UNDONE:
        _check_undo(case, history, event)


def _check_hand(event: Event) -> None:
    hand = rule_for(event).hand
    person = event.by != SYSTEM
    if (hand is Hand.PERSON and not person) or (hand is Hand.SYSTEM and person):
        raise TransitionError(
            f"case {event.case_id}: {event.kind.value}: not from there, got {event.by!r}, expected {hand.value}"
        )


def _check_ruled(case: Case, history: Sequence[Event]) -> None:
    """Refuse a rule where a person has spoken; a rule takes back only what a rule did."""
    words = [before for before in history if before.kind in LOOKED_AT or before.kind is E.RULED]
    last = words[-1] if words else None
    if last is not None and last.kind is not E.RULED:
        raise TransitionError(
            f"case {case.case_id}: ruled: a person has spoken, got {last.kind.value} by {last.by!r}, expected no "
            "person's word"
        )


def _check_undo(case: Case, history: Sequence[Event], event: Event) -> None:
    wanted = event.facts.get("event_id")
    words = [before for before in history if before.kind in UNDOABLE and before.by != SYSTEM]
    if not words or words[-1].event_id != wanted:
        newest = words[-1].event_id if words else "nothing"
        raise TransitionError(
            f"case {case.case_id}: undone: only a person's newest word can be, got {wanted!r}, expected {newest!r}"
        )
    if words[-1].by != event.by:
        raise TransitionError(
            f"case {case.case_id}: undone: another's word, got {event.by!r}, expected {words[-1].by!r}"
        )
    if any(after.kind is E.NOTICED for after in history[history.index(words[-1]) :]):
        raise TransitionError(
            f"case {case.case_id}: undone: a notice has gone out since, got {wanted!r}, expected a word after it"
        )


def check_unmoved(history: Sequence[Event], case_id: str, expected_events: int) -> None:
    """Refuse to write on a case that has moved on since a person looked at it.

    Parameters
    ----------
    history : sequence of Event
        Every event of the case, those taken back too.
    case_id : str
        For the message.
    expected_events : int
        How many the person saw.

    Raises
    ------
    ConflictError
        If there are others now; it says by whom and when. Nothing of either person's is lost.
    """
    if len(history) == expected_events:
        return
    since = history[expected_events:]
    if since:
        done = "; ".join(f"{e.kind.value} by {e.by} at {e.at:%Y-%m-%d %H:%M:%S} UTC" for e in since[-3:])
    else:
        done = "nothing"
    raise ConflictError(
        f"case {case_id}: it has moved on since you looked, got {len(history)} events ({done}), "
        f"expected {expected_events}: look again"
    )
