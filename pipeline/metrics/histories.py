"""What became of each case and of its notices, as the entries of the log tell it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from pipeline.enforcement import Disposition, EventKind, RecheckResult
from pipeline.errors import InputError
from pipeline.metrics.entries import Entry, moment, text
from pipeline.metrics.periods import quarter_of
from pipeline.plain import neutralise, reveal
from pipeline.records import ACTIONABLE

DIMENSIONS = ("size", "platform", "sector", "country", "right", "reason")
"""What notices are counted by, in the order in which small groups are looked for."""
UNKNOWN, SEVERAL = "unknown", "several"
SIZES = ("sme", "large")
LONGEST_VALUE = 80

OPEN_OBJECTION, SUCCESSFUL = "open", "upheld"


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """One notice and what came back.

    Attributes
    ----------
    sent_at, acknowledged_at, answered_at : datetime or None
        When it went out, was received, and was first answered.
    disposition : Disposition
        The platform's last word; pending where there is none.
    objection : str
        "open", "upheld", "rejected", "lapsed", or empty.
    """

    sent_at: datetime
    acknowledged_at: datetime | None = None
    answered_at: datetime | None = None
    disposition: Disposition = Disposition.PENDING
    objection: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """One case with its notices, of what happened until some time.

    Attributes
    ----------
    values : tuple of str
        By `DIMENSIONS`.
    rechecks : tuple of (datetime, str)
        When we looked ourselves, and "down", "up" or "unknown".
    relisted_at : datetime or None
        When a scan first saw it come back as another case.
    taken_back : bool
        Whether the decision was undone or turned round after a notice.
    repeat_seller : bool or None
        Whether another listing of the seller had been confirmed before.
    """

    case: str
    holder: str
    values: tuple[str, ...]
    opened_at: datetime
    captured_at: datetime | None = None
    decided_at: datetime | None = None
    notices: tuple[Notice, ...] = ()
    rechecks: tuple[tuple[datetime, str], ...] = ()
    relisted_at: datetime | None = None
    taken_back: bool = False
    repeat_seller: bool | None = None

    @property
    def period(self) -> str:
        """The quarter of the first notice."""
        return quarter_of(self.notices[0].sent_at)


Happened = tuple[datetime, EventKind, Entry]
"""An event with its time and kind."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Chronicle:
    """The events of a log, read once.

    Attributes
    ----------
    events : mapping
        By case, in order.
    holders : mapping
        The rights holder's entry as it stood when an event was logged, by the id of each event of a notice.
    undone : mapping
        When an event was taken back, by its id.
    relisted : mapping
        When scans saw a case come back as another one.
    notices : sequence of (datetime, str)
        When a notice was sent, and for which case.
    """

    events: Mapping[str, Sequence[Happened]]
    holders: Mapping[str, Entry]
    undone: Mapping[str, datetime]
    relisted: Mapping[str, Sequence[datetime]]
    notices: Sequence[tuple[datetime, str]]

    def periods(self, until: datetime) -> list[str]:
        """Return the quarters in which notices were sent until some time, in order."""
        return sorted({quarter_of(at) for at, _ in self.notices if at <= until})


@dataclass(frozen=True, slots=True, kw_only=True)
class _Story:
    """Events of one case until some time, in order, before they are told."""

    events: Sequence[Happened]
    relisted_at: datetime | None


def read_chronicle(entries: Iterable[Entry]) -> Chronicle:
    """Read the events of a log.

    Parameters
    ----------
    entries : iterable of mapping
        Of the log, in its order, with the hidden fields that were disclosed among the others.

    Raises
    ------
    InputError
        If an entry lacks what its type needs.
    """
    newest: dict[str, Entry] = {}
    holders: dict[str, Entry] = {}
    events: dict[str, list[Happened]] = defaultdict(list)
    relisted: dict[str, list[datetime]] = defaultdict(list)
    undone: dict[str, datetime] = {}
    notices = []
    for entry in entries:
        if entry.get("type") == "holder":
            newest[text(entry, "holder")] = entry
        elif entry.get("type") == "event":
            at, kind, case = moment(entry, "at"), _kind(entry), text(entry, "case")
            events[case].append((at, kind, entry))
            if kind is EventKind.NOTICED:
                notices.append((at, case))
                holders[text(entry, "id")] = newest.get(text(entry, "holder"), {})
            elif kind is EventKind.UNDONE:
                undone.setdefault(text(entry, "event_id"), at)
            elif kind is EventKind.RELISTED and isinstance(entry.get("earlier_case"), str):
                relisted[entry["earlier_case"]].append(at)
    return Chronicle(events=events, holders=holders, undone=undone, relisted=relisted, notices=notices)


def histories(chronicle: Chronicle, period: str, until: datetime) -> list[History]:
    """Return the cases with a notice in a period, in the order of these notices.

    Parameters
    ----------
    chronicle : Chronicle
        The log's events.
    period : str
        A quarter. All notices of its cases are told, those of other quarters too.
    until : datetime
        What happened later does not count.

    Raises
    ------
    InputError
        If an entry lacks what its kind needs.
    """
    cases = dict.fromkeys(case for at, case in chronicle.notices if quarter_of(at) == period)
    told = (_tell(case, _story(chronicle, case, until), chronicle.holders) for case in cases)
    return [history for history in told if history is not None]


def _story(chronicle: Chronicle, case: str, until: datetime) -> _Story:
    def stands(entry: Entry) -> bool:
        taken_back = chronicle.undone.get(str(entry.get("id")))
        return taken_back is None or taken_back > until

    events = [(at, kind, entry) for at, kind, entry in chronicle.events[case] if at <= until and stands(entry)]
    returns = [at for at in chronicle.relisted.get(case, ()) if at <= until]
    return _Story(events=events, relisted_at=min(returns, default=None))


def _kind(entry: Entry) -> EventKind:
    try:
        return EventKind(text(entry, "kind"))
    except ValueError:
        raise InputError(f"entry {entry.get('id', '?')}: no such kind of event, got {entry['kind']!r:.60}") from None


def _tell(case: str, story: _Story, holders: Mapping[str, Entry]) -> History | None:
    notices = _notices(story)
    if not notices:
        return None
    first = next((e for _, kind, e in story.events if kind is EventKind.OPENED), story.events[0][2])
    decision = _last_before(story, EventKind.DECIDED, notices[0].sent_at)
    notice = next(e for _, kind, e in story.events if kind is EventKind.NOTICED)
    repeat = decision.get("repeat_seller") if decision else None
    return History(
        case=case,
        holder=text(first, "holder"),
        values=_values(first, holders[text(notice, "id")], notice),
        opened_at=moment(first, "at"),
        captured_at=moment(first, "captured_at") if "captured_at" in first else None,
        decided_at=moment(decision, "at") if decision else None,
        notices=notices,
        rechecks=tuple((at, _verdict(e)) for at, kind, e in story.events if kind is EventKind.RECHECKED),
        relisted_at=story.relisted_at,
        taken_back=_taken_back(story, notices[0].sent_at),
        repeat_seller=repeat if isinstance(repeat, bool) else None,
    )


def _values(event: Entry, holder: Entry, notice: Entry) -> tuple[str, ...]:
    """Return what a case is counted by: kind of right and reason are those of its first notice."""
    size = holder.get("size")
    return (
        str(size) if size in SIZES else UNKNOWN,
        _plain(str(event.get("platform") or UNKNOWN)),
        _plain(str(holder.get("sector") or UNKNOWN)),
        _plain(str(holder.get("protected_in") or UNKNOWN)),
        _plain(str(notice.get("right_type") or UNKNOWN)),
        _plain(str(notice.get("reason_code") or UNKNOWN)),
    )


def _plain(value: str) -> str:
    """Return a stranger's word as a table may hold it."""
    return neutralise(reveal(value))[:LONGEST_VALUE]


def _last_before(story: _Story, wanted: EventKind, time: datetime) -> Entry | None:
    found = [entry for at, kind, entry in story.events if kind is wanted and at <= time]
    return found[-1] if found else None


def _taken_back(story: _Story, sent_at: datetime) -> bool:
    later = [entry for at, kind, entry in story.events if kind is EventKind.DECIDED and at > sent_at]
    return bool(later) and later[-1].get("label") not in ACTIONABLE


def _verdict(entry: Entry) -> str:
    try:
        return RecheckResult(text(entry, "result")).verdict
    except ValueError:
        raise InputError(f"entry {entry.get('id', '?')}: no such result, got {entry['result']!r:.60}") from None


def _notices(story: _Story) -> tuple[Notice, ...]:
    sent = {text(e, "notice"): at for at, kind, e in story.events if kind is EventKind.NOTICED}
    return tuple(_notice(name, at, story) for name, at in sorted(sent.items(), key=lambda item: (item[1], item[0])))


def _notice(name: str, sent_at: datetime, story: _Story) -> Notice:
    about = [(at, kind, e) for at, kind, e in story.events if e.get("notice") == name]
    received = [at for at, kind, _ in about if kind is EventKind.ACKNOWLEDGED]
    answers = [(at, _disposition(e)) for at, kind, e in about if kind is EventKind.DISPOSED]
    given = [(at, answer) for at, answer in answers if answer is not Disposition.PENDING]
    return Notice(
        sent_at=sent_at,
        acknowledged_at=min(received, default=None),
        answered_at=given[0][0] if given else None,
        disposition=given[-1][1] if given else Disposition.PENDING,
        objection=_objection(about, story),
    )


def _objection(about: Sequence[Happened], story: _Story) -> str:
    objections = {text(e, "counter_notice") for _, kind, e in about if kind is EventKind.COUNTERED}
    if not objections:
        return ""
    settled = {
        text(e, "counter_notice"): text(e, "outcome") for _, kind, e in story.events if kind is EventKind.SETTLED
    }
    outcomes = {settled.get(name, OPEN_OBJECTION) for name in objections}
    return next(word for word in (SUCCESSFUL, OPEN_OBJECTION, *sorted(outcomes)) if word in outcomes)


def _disposition(entry: Entry) -> Disposition:
    try:
        return Disposition(text(entry, "disposition"))
    except ValueError:
        raise InputError(
            f"entry {entry.get('id', '?')}: no such disposition, got {entry['disposition']!r:.60}"
        ) from None
