"""What to do about a listing that is still there: whether to send a notice again, and by when to answer a seller."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from pipeline.enforcement import Case, CaseState, Disposition, Event, EventKind, RecheckResult
from pipeline.followup.clocks import Clock, Moment

PATIENCE: Final = timedelta(days=7)
"""How long a platform is given before the same is sent again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Renotice:
    """A proposal to send a notice again; a person decides.

    Attributes
    ----------
    notice_id : str
        The last notice.
    sent : int
        How many went out already.
    up_at : datetime
        When a re-check last found the listing.
    refused : str or None
        What the platform gave as its cause, if it refused.
    """

    case_id: str
    notice_id: str
    sent: int
    up_at: datetime
    refused: str | None


def renotice(case: Case, history: Sequence[Event], now: datetime) -> Renotice | None:
    """Propose to send a notice again, or not.

    Parameters
    ----------
    case : Case
        As its events leave it.
    history : sequence of Event
        The events that stand.
    now : datetime
        When.

    Returns
    -------
    Renotice or None
        Where a notice is out for a week or was refused, a re-check since has found the listing, the last re-check that
        told anything has too, and no seller's objection is open.
    """
    notices = [event for event in history if event.kind is EventKind.NOTICED]
    if case.state is not CaseState.NOTICED or not notices or objections(history):
        return None
    last = notices[-1]
    since = [event for event in history if event.sequence > last.sequence]
    checks = [(e, RecheckResult(e.facts["result"]).verdict) for e in since if e.kind is EventKind.RECHECKED]
    told = [(event, verdict) for event, verdict in checks if verdict != "unknown"]
    refusals = [e for e in since if e.kind is EventKind.DISPOSED and e.facts.get("disposition") == Disposition.REJECTED]
    if not told or told[-1][1] != "up" or (not refusals and now - last.at < PATIENCE):
        return None
    return Renotice(
        case_id=case.case_id,
        notice_id=str(last.facts.get("notice_id", "")),
        sent=len(notices),
        up_at=told[-1][0].at,
        refused=str(refusals[-1].facts.get("cause") or "") if refusals else None,
    )


def objections(history: Sequence[Event]) -> tuple[Event, ...]:
    """Return the sellers' objections that nobody has settled."""
    settled = {e.facts["counter_notice_id"] for e in history if e.kind is EventKind.SETTLED}
    return tuple(e for e in history if e.kind is EventKind.COUNTERED and e.facts["counter_notice_id"] not in settled)


def answer_by(clocks: Sequence[Clock], platform: str, channel: str, received_at: datetime) -> datetime | None:
    """Return by when a seller's objection must be answered: the first term that runs, None if no term is known."""
    terms = [
        clock.due_at(received_at)
        for clock in clocks
        if clock.starts is Moment.COUNTERED and clock.runs_for(platform, {channel})
    ]
    return min(terms, default=None)
