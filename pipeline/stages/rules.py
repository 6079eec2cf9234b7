"""Rules: what a person's rule dismisses is dismissed, and given back when the rule ends; a person's word stands."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from pipeline.cases import standing
from pipeline.cases.dismissal import LABELS, DismissalRule, RuleKind, silenced
from pipeline.cases.transitions import LOOKED_AT
from pipeline.enforcement import SYSTEM, Case, CaseState, Event, EventKind
from pipeline.groups import in_groups
from pipeline.records import Band, Label, Signal
from pipeline.scoring import WeightTable, band_of, weigh
from pipeline.store.captures import Capture, current_captures
from pipeline.store.cases import Scope, read_cases
from pipeline.store.database import Connection, Store
from pipeline.store.dismissal_rules import cases_about, copies_of, dismissed_by_rules, read_rules
from pipeline.store.events import Draft, append_events, lock_events, read_histories
from pipeline.store.lake import digest_of
from pipeline.store.weights import adopted_weights

AT_ONCE: Final = 500
"""Cases looked at in one transaction, so that a reviewer's write need not wait long."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """A case that a rule would change, with a person's decision if there is one.

    Attributes
    ----------
    dismisses : bool
        Whether the rule would dismiss it now; False where a person has spoken, whose word stands.
    """

    case: Case
    dismisses: bool


def preview(connection: Connection, rule: DismissalRule, scope: Scope) -> tuple[Effect, ...]:
    """Return the cases that a rule speaks against, past decisions with it: what to look at before it is made.

    Parameters
    ----------
    connection : Connection
        For reading.
    rule : DismissalRule
        Entered or not.
    scope : tuple of str or None
        Of whoever asks.

    Returns
    -------
    tuple of Effect
        Those that the rule would dismiss, and those that it speaks against but a person has decided.
    """
    found: list[Effect] = []
    rules = _arm(connection, [rule])
    for some in in_groups(cases_about(connection, rule), AT_ONCE):
        captures = current_captures(connection, some)
        histories = read_histories(connection, some)
        for queued in read_cases(connection, some, scope):
            case = queued.case
            if case.case_id in captures and _against(rules, case, captures[case.case_id]) is not None:
                free = case.state is CaseState.OPEN and _last_word(histories[case.case_id]) is None
                found.append(Effect(case=case, dismisses=free))
    return tuple(found)


def apply_rules(store: Store, rule: DismissalRule, now: datetime) -> int:
    """Bring the cases that a rule is about up to date with it: after it was made, retired, or has expired.

    Returns
    -------
    int
        How many cases it moved.
    """
    with store.read() as connection:
        about = cases_about(connection, rule)
    moved = 0
    for some in in_groups(about, AT_ONCE):
        with store.write() as connection:
            lock_events(connection)
            drafts = rule_drafts(connection, some, now)
            append_events(connection, drafts, None, four_eyes=())
            moved += len(drafts)
    return moved


def give_back(store: Store, now: datetime) -> None:
    """Reopen the cases that a rule dismissed which has ended, or speaks against them no longer."""
    after = ""
    while True:
        with store.write() as connection:
            lock_events(connection)
            ids = dismissed_by_rules(connection, after, AT_ONCE)
            append_events(connection, rule_drafts(connection, ids, now), None, four_eyes=())
        if not ids:
            return
        after = ids[-1]


def rule_drafts(connection: Connection, case_ids: Sequence[str], now: datetime) -> list[Draft]:
    """Return the events by which the rules in force dismiss cases, or give back what an ended rule dismissed.

    Parameters
    ----------
    connection : Connection
        Inside a transaction that holds the lock of events.
    case_ids : sequence of str
        Some hundred cases.
    now : datetime
        When rules must hold.
    """
    rules = _arm(connection, (rule for rule in read_rules(connection, None) if rule.holds(now)))
    queued = read_cases(connection, case_ids, None)
    histories = read_histories(connection, case_ids)
    ruled = {q.case.case_id: _last_word(histories[q.case.case_id]) for q in queued}
    if not rules and all(word is None for word in ruled.values()):
        return []
    captures = current_captures(connection, case_ids)
    drafts = []
    for case in (q.case for q in queued):
        capture = captures.get(case.case_id)
        rule = None if capture is None else _against(rules, case, capture)
        drafts.append(_draft(case, ruled[case.case_id], rule, now))
    return [draft for draft in drafts if draft is not None]


def _draft(case: Case, word: Event | None, rule: DismissalRule | None, now: datetime) -> Draft | None:
    """Return what follows from the rule that speaks against a case, if any, and from the last word on it."""
    if word is not None and word.kind is not EventKind.RULED:
        return None
    if rule is not None and case.state is CaseState.OPEN:
        label: Label | None = LABELS[rule.kind]
        reason = f"{rule.kind.value.replace('_', ' ')}: {rule.reason}"
    elif rule is None and case.state is CaseState.DISMISSED and word is not None:
        label, reason = None, "the rule no longer holds for this listing"
    else:
        return None
    rule_id = rule.rule_id if rule is not None else str(word.facts["rule_id"]) if word is not None else ""
    event = Event(
        event_id=digest_of("ruled", case.case_id, case.events, rule_id, label)[:32],
        sequence=0,
        case_id=case.case_id,
        kind=EventKind.RULED,
        at=now,
        by=SYSTEM,
        reason=reason,
        facts={"rule_id": rule_id, "label": label},
    )
    return Draft(event=event)


def _last_word(history: Sequence[Event]) -> Event | None:
    """Return the last event by which a person or a rule has spoken."""
    words = (event for event in reversed(standing(history)) if event.kind in LOOKED_AT | {EventKind.RULED})
    return next(words, None)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Armed:
    """A rule with the photos that are its image, and the table by which what it leaves is scored."""

    rule: DismissalRule
    copies: Collection[str]
    weights: WeightTable


def _arm(connection: Connection, rules: Iterable[DismissalRule]) -> tuple[_Armed, ...]:
    weights = adopted_weights(connection)
    images = RuleKind.IGNORED_IMAGE
    return tuple(
        _Armed(rule=rule, copies=copies_of(connection, rule.value) if rule.kind is images else (), weights=weights)
        for rule in rules
    )


def _against(rules: tuple[_Armed, ...], case: Case, capture: Capture) -> DismissalRule | None:
    """Return the first rule that speaks against a case."""
    about = (armed for armed in rules if armed.rule.covers(case.rights_holder_id, case.key.platform))
    return next((armed.rule for armed in about if _speaks_against(armed, case, capture)), None)


def _speaks_against(armed: _Armed, case: Case, capture: Capture) -> bool:
    rule = armed.rule
    if rule.kind is RuleKind.AUTHORISED_SELLER:
        return case.key.seller_id == rule.value
    signals = [*capture.row["signals"], *capture.row["exclusions"]]
    places = {i for i, photo in enumerate(capture.photos) if photo.digest in armed.copies}
    gone = silenced(rule, signals, capture.listing, places)
    if not gone:
        return False
    left = [signal for i, signal in enumerate(signals) if i not in gone]
    return all(signal["asset_id"] is None for signal in left) or _band(left, case, armed.weights) is Band.LOW


def _band(rows: Sequence[dict[str, object]], case: Case, table: WeightTable) -> Band:
    """Return the band that a candidate would have with these of its signals."""
    names = ("detector", "observation", "asset_id", "strength", "reason", "evidence")
    signals: Iterator[Signal] = (
        Signal(rights_holder_id=case.rights_holder_id, **{name: row[name] for name in names})  # type: ignore[arg-type]
        for row in rows
    )
    log_odds = table.prior + sum(weighed.weight for weighed in weigh(signals, table))
    return band_of(1.0 / (1.0 + math.exp(-log_odds)))
