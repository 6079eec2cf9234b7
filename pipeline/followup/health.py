"""How a fast lane stands: the share of notices that a platform accepted, and of those overturned afterwards.

Platforms take rights holders out of their fast lanes whose notices are refused, or successfully contested, too often.
"""

from __future__ import annotations

import csv
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from importlib.resources import files
from typing import Final

from pipeline.enforcement import Disposition, Event, EventKind

ACCEPTED: Final = frozenset({Disposition.REMOVED, Disposition.RESTRICTED, Disposition.COUNTER_NOTICED})
"""Answers by which a platform took a notice to be right; a seller's objection comes after that."""
DECIDED: Final = ACCEPTED | {Disposition.REJECTED}
"""What counts: a notice that is pending, withdrawn, a duplicate or about nothing is neither accepted nor refused."""

ROUNDING: Final = 1e-9
"""So that 0.9 x 20 is not more than 18."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Programme:
    """A fast lane and what it asks of those in it.

    Attributes
    ----------
    days : int
        How far back it looks.
    least_accepted, most_overturned : float
        Shares of the decided notices.
    by_reason : bool
        Whether each reason code must do as well, alone.
    least_notices : int
        With fewer decided notices no warning is given for a share.
    """

    programme: str
    title: str
    platforms: frozenset[str]
    days: int
    least_accepted: float
    most_overturned: float
    by_reason: bool
    least_notices: int
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """A notice that went out, and what became of it."""

    platform: str
    reason_code: str
    sent_at: datetime
    disposition: Disposition | None = None
    overturned: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """A notice that is about to be sent; `score` is the probability that it is right."""

    platform: str
    reason_code: str
    score: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """How a programme stands, for all reasons (None) or one, on all its platforms (None) or one.

    The shares are None without a decided notice.
    """

    programme: Programme
    reason_code: str | None
    platform: str | None = None
    sent: int
    decided: int
    accepted: int
    overturned: int

    @property
    def accepted_share(self) -> float | None:
        """Accepted notices as a share of those decided."""
        return self.accepted / self.decided if self.decided else None

    @property
    def overturned_share(self) -> float | None:
        """Notices that a seller contested with success, as a share of those decided."""
        return self.overturned / self.decided if self.decided else None

    @property
    def breached(self) -> bool:
        """Whether a share is out of bounds, with enough notices to say so."""
        if self.decided < self.programme.least_notices:
            return False
        least, most = self.programme.least_accepted, self.programme.most_overturned
        refused_too_often = self.accepted < least * self.decided - ROUNDING
        return refused_too_often or self.overturned > most * self.decided + ROUNDING


@dataclass(frozen=True, slots=True, kw_only=True)
class Warning:  # noqa: A001  the word for it
    """Why a batch should be looked at again before it is sent.

    Attributes
    ----------
    now : Health
        Before the batch.
    planned : int
        Notices of the batch that the programme would count here.
    refused : float
        How many of them are expected to be refused, by their scores.
    spare : int
        How many may be refused before the share of accepted notices is out of bounds; negative if it is already.
    overturned : float
        How many of them sellers are expected to contest with success, by the share of those before.
    contestable : int
        How many may be, likewise.
    """

    now: Health
    planned: int
    refused: float
    spare: int
    overturned: float
    contestable: int


def sent_notices(platform: str, history: Sequence[Event]) -> tuple[Sent, ...]:
    """Return the notices of a case, each with the last answer to it; `history` are the events that stand."""
    answers = {
        e.facts["notice_id"]: Disposition(e.facts["disposition"]) for e in history if e.kind is EventKind.DISPOSED
    }
    contested = {e.facts["counter_notice_id"]: e.facts["notice_id"] for e in history if e.kind is EventKind.COUNTERED}
    lost = {
        contested.get(e.facts["counter_notice_id"])
        for e in history
        if e.kind is EventKind.SETTLED and e.facts["outcome"] == "upheld"
    }
    return tuple(
        Sent(
            platform=platform,
            reason_code=str(e.facts.get("reason_code") or ""),
            sent_at=e.at,
            disposition=answers.get(e.facts["notice_id"]),
            overturned=e.facts["notice_id"] in lost,
        )
        for e in history
        if e.kind is EventKind.NOTICED
    )


def health(programme: Programme, notices: Iterable[Sent], now: datetime) -> tuple[Health, ...]:
    """Return how a programme stands in all, then on each of its platforms if there are several.

    Of each first for all reasons, then by reason code where that counts.
    """
    mine = _recent(programme, notices, now)
    platforms = sorted({notice.platform for notice in mine})
    found = _by_reason(programme, mine, None)
    for platform in platforms if len(platforms) > 1 else ():
        found += _by_reason(programme, [notice for notice in mine if notice.platform == platform], platform)
    return tuple(found)


def _by_reason(programme: Programme, notices: Sequence[Sent], platform: str | None) -> list[Health]:
    reasons: list[str | None] = [None]
    if programme.by_reason:
        reasons += sorted({notice.reason_code for notice in notices})
    return [_stand(programme, reason, notices, platform) for reason in reasons]


def _recent(programme: Programme, notices: Iterable[Sent], now: datetime) -> list[Sent]:
    since = now - timedelta(days=programme.days)
    return [n for n in notices if n.platform in programme.platforms and since <= n.sent_at <= now]


def _stand(programme: Programme, reason: str | None, notices: Sequence[Sent], platform: str | None = None) -> Health:
    mine = [notice for notice in notices if reason is None or notice.reason_code == reason]
    decided = [notice for notice in mine if notice.disposition in DECIDED or notice.overturned]
    return Health(
        programme=programme,
        reason_code=reason,
        platform=platform,
        sent=len(mine),
        decided=len(decided),
        accepted=sum(notice.disposition in ACCEPTED for notice in decided),
        overturned=sum(notice.overturned for notice in decided),
    )


def would_breach(
    programmes: Iterable[Programme], notices: Sequence[Sent], batch: Sequence[Planned], now: datetime
) -> tuple[Warning, ...]:
    """Return where a batch is expected to bring a share out of bounds, or it is so already.

    Parameters
    ----------
    programmes : iterable of Programme
        The fast lanes in use.
    notices : sequence of Sent
        What was sent before, to any platform.
    batch : sequence of Planned
        What is about to be sent.
    now : datetime
        When.

    Notes
    -----
    With a accepted of d decided notices and b planned, r may be refused as long as a + b - r >= least x (d + b), and
    with o overturned, c more may be contested with success as long as o + c <= most x (d + b).
    """
    found = []
    for programme in programmes:
        planned = [notice for notice in batch if notice.platform in programme.platforms]
        codes: list[str | None] = [None]
        if programme.by_reason:
            codes += sorted({notice.reason_code for notice in planned})
        recent = _recent(programme, notices, now)
        for code in codes if planned else ():
            here = [notice for notice in planned if code is None or notice.reason_code == code]
            found.append(_foresee(_stand(programme, code, recent), here))
    return tuple(warning for warning in found if warning is not None)


def _foresee(now: Health, planned: Sequence[Planned]) -> Warning | None:
    after = now.decided + len(planned)
    spare = math.floor(now.accepted + len(planned) - now.programme.least_accepted * after + ROUNDING)
    refused = sum(1 - notice.score for notice in planned)
    most = now.programme.most_overturned * after - now.overturned + ROUNDING
    overturned = len(planned) * (now.overturned_share or 0.0)
    enough = after >= now.programme.least_notices
    if now.breached or (enough and (refused > spare or overturned > most)):
        return Warning(
            now=now,
            planned=len(planned),
            refused=refused,
            spare=spare,
            overturned=overturned,
            contestable=math.floor(most),
        )
    return None


@cache
def shipped_programmes() -> tuple[Programme, ...]:
    """Return the programmes that ship with the program."""
    text = (files("pipeline.followup") / "programmes.tsv").read_text("utf-8")
    rows = csv.DictReader(text.splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE)
    return tuple(
        Programme(
            programme=row["programme"],
            title=row["title"],
            platforms=frozenset(row["platforms"].split(",")),
            days=int(row["days"]),
            least_accepted=float(row["least_accepted"]),
            most_overturned=float(row["most_overturned"]),
            by_reason=row["by_reason"] == "yes",
            least_notices=int(row["least_notices"]),
            source=row["source"],
        )
        for row in rows
    )
