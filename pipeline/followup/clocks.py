"""Clocks: by when something is due in a case, by the platform's terms, by law, or by our own habit."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Final

from holidays import HolidayBase, country_holidays, list_supported_countries

from pipeline.enforcement import Case, CaseState, Disposition, Event, EventKind, RecheckResult
from pipeline.errors import InputError

COLUMNS: Final = ("clock", "title", "starts", "ends", "platforms", "channels", "days", "unit", "source")
SATURDAY: Final = 5
LONGEST_DAYS: Final = 3_660


class Unit(StrEnum):
    """How days are counted."""

    CALENDAR = "calendar"
    WORKING = "working"


class Moment(StrEnum):
    """What starts or stops a clock."""

    NOTICED = "noticed"
    DISPOSED = "disposed"
    """Any answer but that it is pending."""
    REJECTED = "rejected"
    COUNTERED = "countered"
    SETTLED = "settled"
    DOWN = "down"
    """A re-check that found it gone."""
    RECHECKED = "rechecked"
    """A re-check that told up from down."""
    RECHECKED_LATE = "rechecked-late"
    """The same, but not before the day: what was seen on the first day says nothing of the thirtieth."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """A term that runs from one moment until another stops it.

    Attributes
    ----------
    platforms, channels : frozenset of str
        Where it runs: on these platforms, or where a notice went over these channels; everywhere if both are empty.
    country : str or None
        Whose public holidays are no working days, and whose weekends are worked for them (ISO 3166-1); without one
        every day from Monday to Friday is a working day, so that a date may be early and is never late.
    source : str
        The law or terms that it comes from, or "ours".
    """

    clock: str
    title: str
    starts: Moment
    ends: Moment
    platforms: frozenset[str]
    channels: frozenset[str]
    days: int
    unit: Unit
    country: str | None
    source: str

    def due_at(self, start: datetime) -> datetime:
        """Return when a term that starts at a time is over.

        Examples
        --------
        >>> from datetime import UTC
        >>> friday = datetime(2026, 10, 2, 15, tzinfo=UTC)
        >>> law = next(clock for clock in shipped_clocks() if clock.clock == "cn-20-working-days")
        >>> law.due_at(friday).date().isoformat()  # a week of holidays, and a Saturday worked for it
        '2026-11-03'
        """
        if self.unit is Unit.CALENDAR:
            return start + timedelta(days=self.days)
        day, left = start, self.days
        while left:
            day += timedelta(days=1)
            left -= self._is_worked(day)
        return day

    def _is_worked(self, day: datetime) -> bool:
        if self.country is None:
            return day.weekday() < SATURDAY
        return _calendar(self.country).is_working_day(day.date())

    def runs_for(self, platform: str, channels: Iterable[str]) -> bool:
        """Tell whether it runs for a case of a platform whose notices went over these channels."""
        everywhere = not (self.platforms or self.channels)
        return everywhere or platform in self.platforms or not self.channels.isdisjoint(channels)


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """Something that is to be done in a case by a time."""

    case_id: str
    clock: Clock
    due_at: datetime

    def overdue(self, now: datetime) -> bool:
        """Tell whether the time is over."""
        return now > self.due_at


def due(case: Case, history: Sequence[Event], clocks: Sequence[Clock]) -> tuple[Due, ...]:
    """Return what is to be done in a case by when, the soonest first.

    Parameters
    ----------
    case : Case
        As its events leave it; nothing is due in a closed or dismissed case.
    history : sequence of Event
        The events that stand.
    clocks : sequence of Clock
        Those that may run; the last start of each counts.
    """
    if case.state in {CaseState.CLOSED, CaseState.DISMISSED}:
        return ()
    channels = {str(e.facts.get("channel", "")) for e in history if e.kind is EventKind.NOTICED}
    found = []
    for clock in clocks:
        if not clock.runs_for(case.key.platform, channels):
            continue
        starts = [event for event in history if _is(event, clock.starts)]
        if not starts:
            continue
        begun = starts[0] if clock.starts is Moment.DOWN else starts[-1]
        ends_at = clock.due_at(begun.at)
        earliest = ends_at if clock.ends is Moment.RECHECKED_LATE else begun.at
        later = (event for event in history if event.sequence > begun.sequence and event.at >= earliest)
        if not any(_is(event, clock.ends) for event in later):
            found.append(Due(case_id=case.case_id, clock=clock, due_at=ends_at))
    return tuple(sorted(found, key=lambda one: (one.due_at, one.clock.clock)))


def _is(event: Event, moment: Moment) -> bool:
    kind, facts = event.kind, event.facts
    match moment:
        case Moment.NOTICED | Moment.COUNTERED | Moment.SETTLED:
            return kind.value == moment.value
        case Moment.DISPOSED:
            return kind is EventKind.DISPOSED and facts.get("disposition") != Disposition.PENDING
        case Moment.REJECTED:
            return kind is EventKind.DISPOSED and facts.get("disposition") == Disposition.REJECTED
        case Moment.DOWN:
            return kind is EventKind.RECHECKED and RecheckResult(facts["result"]).verdict == "down"
        case Moment.RECHECKED | Moment.RECHECKED_LATE:
            return kind is EventKind.RECHECKED and RecheckResult(facts["result"]).verdict != "unknown"


def read_clocks(text: str, place: str) -> tuple[Clock, ...]:
    """Read clocks from a table of tab-separated values.

    Raises
    ------
    InputError
        With place, problem, got and expected.
    """
    lines = list(csv.reader(text.splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE))
    if not lines or tuple(lines[0]) != COLUMNS:
        raise InputError(f"{place}:1: not the columns of clocks, got {lines[:1]}, expected {', '.join(COLUMNS)}")
    return tuple(_clock(row, f"{place}:{number}") for number, row in enumerate(lines[1:], start=2) if row)


def _clock(row: Sequence[str], place: str) -> Clock:
    if len(row) != len(COLUMNS):
        raise InputError(f"{place}: got {len(row)} cells, expected {len(COLUMNS)}")
    cells = dict(zip(COLUMNS, row, strict=True))
    unit, _, country = cells["unit"].partition(" ")
    if country and (unit != Unit.WORKING or country not in list_supported_countries()):
        raise InputError(f"{place}: unit: got {cells['unit']!r}, expected as 'working CN', of a country that is known")
    if not cells["days"].isdecimal() or not 1 <= int(cells["days"]) <= LONGEST_DAYS:
        raise InputError(f"{place}: days: got {cells['days']!r}, expected 1 to {LONGEST_DAYS}")
    try:
        return Clock(
            clock=cells["clock"],
            title=cells["title"],
            starts=Moment(cells["starts"]),
            ends=Moment(cells["ends"]),
            platforms=frozenset(filter(None, cells["platforms"].split(","))),
            channels=frozenset(filter(None, cells["channels"].split(","))),
            days=int(cells["days"]),
            unit=Unit(unit),
            country=country or None,
            source=cells["source"],
        )
    except ValueError as error:
        expected = f"moments {', '.join(Moment)}; units {', '.join(Unit)}"
        raise InputError(f"{place}: {error}, expected {expected}") from None


@cache
def _calendar(country: str) -> HolidayBase:
    return country_holidays(country)


@cache
def shipped_clocks() -> tuple[Clock, ...]:
    """Return the clocks that ship with the program."""
    return read_clocks((files("pipeline.followup") / "clocks.tsv").read_text("utf-8"), "clocks.tsv")
