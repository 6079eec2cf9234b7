"""The numbers on notices: by full disposition, with times, own re-checks, relisting, and the gap between sizes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import ROUND_CEILING, ROUND_FLOOR

from pipeline.enforcement import Disposition
from pipeline.metrics.definitions import DISPOSITIONS, FOLLOW_UP_DAYS, HALF_YEAR, SPANS
from pipeline.metrics.entries import Entry, moment_of
from pipeline.metrics.histories import (
    DIMENSIONS,
    OPEN_OBJECTION,
    SUCCESSFUL,
    Chronicle,
    History,
    Notice,
    histories,
    read_chronicle,
)
from pipeline.metrics.intervals import Interval, clopper_pearson, difference
from pipeline.metrics.periods import closing, quarter_before, quarter_of, year_before
from pipeline.metrics.rows import ALL, Row, Status, confidence, decimal, limited
from pipeline.metrics.schedule import Claim
from pipeline.metrics.suppression import Unit, publishable
from pipeline.metrics.survival import Span, quantile, rate_ratio, survival

GAP, SME_LARGE, YEAR_ON_YEAR = "gap", "sme-large", "year_on_year"
ACCEPTED = frozenset({Disposition.REMOVED, Disposition.RESTRICTED, Disposition.COUNTER_NOTICED})
COUNTS = ("numerator", "denominator", "unknown")
QUANTILES = {"median": 0.5, "p90": 0.9}


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """A count out of another; the `unknown` are told apart."""

    numerator: int
    denominator: int
    unknown: int = 0

    def interval(self) -> Interval | None:
        """Return estimate and limits; None where nothing was counted."""
        return clopper_pearson(self.numerator, self.denominator) if self.denominator else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Hours:
    """A quantile of times, of which some have not ended."""

    spans: tuple[Span, ...]
    share: float

    def interval(self) -> Interval | None:
        """Return estimate and limits; None where the data do not reach that far."""
        found = quantile(survival(self.spans), self.share)
        if found.estimate is None or found.low is None or found.high is None:
            return None
        return Interval(estimate=found.estimate, low=found.low, high=found.high)


Measure = Share | Hours


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A case with the notices of one period, and its values as far as they may be published."""

    history: History
    values: tuple[str, ...]


def enforcement_rows(entries: Sequence[Entry], now: datetime) -> list[Row]:
    """Return the rows on notices, period by period.

    Parameters
    ----------
    entries : sequence of mapping
        Of the log, in its order, with the hidden fields that were disclosed among the others.
    now : datetime
        What the log knows reaches so far.

    Raises
    ------
    InputError
        If an entry lacks what its type needs.
    """
    chronicle = read_chronicle(entries)
    rows = [row for period in chronicle.periods(now) for row in _period(chronicle, period, now)]
    rows += _half_years(rows)
    return rows + _years(rows)


def _half_years(rows: Sequence[Row]) -> list[Row]:
    """Return what fast lanes are judged by over six months: sums of published counts of two quarters, nothing else."""
    counted = {row.key: row for row in rows if row.metric in HALF_YEAR.values() and row.numerator is not None}
    longer = {metric: name for name, metric in HALF_YEAR.items()}
    halves = []
    for (metric, period, dimension, group), row in counted.items():
        before = counted.get((metric, quarter_before(period), dimension, group))
        if before is not None:
            counts = {name: getattr(row, name) + getattr(before, name) for name in COUNTS}
            plain = replace(row, metric=longer[metric], **counts, estimate="", low="", high="", confidence="")
            halves.append(limited(plain, Share(**counts).interval()))
    return halves + _gaps_between(halves)


def _gaps_between(rows: Sequence[Row]) -> list[Row]:
    """Return the gap between sizes of rows whose limits are published."""
    known = {row.key: row for row in rows if row.estimate}
    gaps = []
    for (metric, period, dimension, group), row in known.items():
        large = known.get((metric, period, "size", "large"))
        if (dimension, group) == ("size", "sme") and large is not None:
            plain = Row(
                metric=metric, period=period, dimension=GAP, group=SME_LARGE, as_of=row.as_of, status=row.status
            )
            gaps.append(limited(plain, difference(_told(row), _told(large))))
    return gaps


def _years(rows: Sequence[Row]) -> list[Row]:
    """Return the change of every measure of all notices against the same quarter a year before."""
    whole = {(row.metric, row.period): row for row in rows if row.dimension == ALL and row.estimate}
    changes = []
    for (metric, period), row in whole.items():
        before = whole.get((metric, year_before(period) or ""))
        if before is None or not all((row.low, row.high, before.low, before.high)):
            continue
        plain = Row(metric=metric, period=period, dimension=YEAR_ON_YEAR, group=before.period, unit=row.unit)
        plain = replace(plain, as_of=row.as_of, status=row.status, claim=Claim.UNSCHEDULED.value)
        changes.append(limited(plain, difference(_told(row), _told(before))))
    return changes


def _told(row: Row) -> Interval:
    """Return a published number with its limits, which are rounded outwards."""
    return Interval(estimate=float(row.estimate), low=float(row.low), high=float(row.high))


def shown_cases(chronicle: Chronicle, period: str, now: datetime) -> list[Shown]:
    """Return the cases with a notice in a period, as far as they may be published; none if they are too few.

    Parameters
    ----------
    chronicle : Chronicle
        The log's events.
    period : str
        A quarter.
    now : datetime
        What the log knows reaches so far.
    """
    cases = [
        within
        for case in histories(chronicle, period, min(now, closing(period)))
        if (within := _within(case, period)) is not None
    ]
    shown = publishable([Unit(holder=c.holder, notices=len(c.notices), values=c.values) for c in cases])
    return [Shown(history=case, values=values) for case, values in zip(cases, shown or [], strict=bool(shown))]


def _period(chronicle: Chronicle, period: str, now: datetime) -> list[Row]:
    until = min(now, closing(period))
    frame = Row(
        metric="",
        period=period,
        as_of=until.strftime("%Y-%m-%dT%H:%M:%SZ"),
        status=Status.FINAL if until == closing(period) else Status.PROVISIONAL,
    )
    shown = shown_cases(chronicle, period, now)
    if not shown:
        return [replace(frame, metric=name, status=Status.SUPPRESSED) for name in measures([], until)]
    cells: dict[tuple[str, str], list[History]] = defaultdict(list)
    for case in shown:
        cells[ALL, ALL].append(case.history)
        for dimension, value in zip(DIMENSIONS, case.values, strict=True):
            cells[dimension, value].append(case.history)
    rows = [
        _row(replace(frame, metric=name, dimension=dimension, group=group), measure)
        for (dimension, group), members in sorted(cells.items())
        for name, measure in measures(members, until).items()
    ]
    return rows + _differences(
        frame, (GAP, SME_LARGE), cells.get(("size", "sme"), []), cells.get(("size", "large"), [])
    )


def _within(case: History, period: str) -> History | None:
    """Keep the notices of a period; what went before the first notice counts once, in the period of that notice."""
    notices = tuple(n for n in case.notices if quarter_of(n.sent_at) == period)
    if not notices:
        return None
    if case.period == period:
        return replace(case, notices=notices)
    return replace(case, notices=notices, captured_at=None, decided_at=None)


def _differences(frame: Row, named: tuple[str, str], first: list[History], second: list[History]) -> list[Row]:
    """Return the difference of every measure of two groups, and the ratios of times; none if a group is empty."""
    if not (first and second):
        return []
    until = moment_of(frame.as_of, "as_of")
    pairs = zip(measures(first, until).items(), measures(second, until).values(), strict=True)
    rows = []
    for (name, ours), theirs in pairs:
        one, other = ours.interval(), theirs.interval()
        gap = difference(one, other) if one and other else None
        unit = "hours" if isinstance(ours, Hours) else "share"
        rows.append(limited(replace(frame, metric=name, dimension=named[0], group=named[1], unit=unit), gap))
    one_group, other_group = _spans(first, until), _spans(second, until)
    plain = replace(frame, dimension=named[0], group=named[1], unit="index")
    ratios = {name: rate_ratio(one_group[name], other_group[name]) for name in SPANS}
    return rows + [limited(replace(plain, metric=f"{name}_rate_ratio"), ratio) for name, ratio in ratios.items()]


def _row(frame: Row, measure: Measure) -> Row:
    if isinstance(measure, Share):
        counts = replace(frame, numerator=measure.numerator, denominator=measure.denominator, unknown=measure.unknown)
        return limited(counts, measure.interval())
    ended = sum(span.ended for span in measure.spans)
    begun = len(measure.spans)
    found = quantile(survival(measure.spans), measure.share)
    return replace(
        frame,
        numerator=ended,
        denominator=begun,
        unknown=begun - ended,
        unit="hours",
        estimate=decimal(found.estimate, "hours"),
        low=decimal(found.low, "hours", ROUND_FLOOR),
        high=decimal(found.high, "hours", ROUND_CEILING),
        confidence=confidence() if found.estimate is not None else "",
    )


def measures(cases: Sequence[History], until: datetime) -> dict[str, Measure]:
    """Return every measure of a group of cases, by the name of its metric.

    Parameters
    ----------
    cases : sequence of History
        With the notices that count.
    until : datetime
        How far the histories reach.
    """
    notices = [notice for case in cases for notice in case.notices]
    found: dict[str, Measure] = {
        f"notices_{name}": Share(numerator=sum(n.disposition == name for n in notices), denominator=len(notices))
        for name in DISPOSITIONS
    }
    found |= _answers(notices) | _of_cases(cases)
    for days in FOLLOW_UP_DAYS["verified_down"]:
        found[f"verified_down_{days}d"] = _verified_down(cases, timedelta(days=days), until)
    for days in FOLLOW_UP_DAYS["relist_rate"]:
        found[f"relist_rate_{days}d"] = _relisted(cases, timedelta(days=days), until)
    for name, spans in _spans(cases, until).items():
        for label, share in QUANTILES.items():
            found[f"{name}_{label}"] = Hours(spans=spans, share=share)
    return found


def _answers(notices: Sequence[Notice]) -> dict[str, Measure]:
    accepted = [n for n in notices if n.disposition in ACCEPTED]
    refused = sum(n.disposition is Disposition.REJECTED for n in notices)
    pending = sum(n.disposition is Disposition.PENDING for n in notices)
    return {
        "accept_rate": Share(numerator=len(accepted), denominator=len(accepted) + refused, unknown=pending),
        "successful_counter_rate": Share(
            numerator=sum(n.objection == SUCCESSFUL for n in accepted),
            denominator=len(accepted),
            unknown=sum(n.objection == OPEN_OBJECTION for n in accepted),
        ),
    }


def _of_cases(cases: Sequence[History]) -> dict[str, Measure]:
    notices = [(case, notice) for case in cases for notice in case.notices]
    wrong = [c.taken_back or n.objection == SUCCESSFUL or n.disposition == "withdrawn" for c, n in notices]
    decided = [case for case in cases if case.decided_at is not None]
    return {
        "reversal_rate": Share(
            numerator=sum(wrong),
            denominator=len(notices),
            unknown=sum(n.objection == OPEN_OBJECTION for _, n in notices),
        ),
        "repeat_seller_share": Share(
            numerator=sum(case.repeat_seller is True for case in decided),
            denominator=len(decided),
            unknown=sum(case.repeat_seller is None for case in decided),
        ),
    }


def _verified_down(cases: Sequence[History], within: timedelta, until: datetime) -> Share:
    due = [(case, n.sent_at) for case in cases for n in case.notices if n.sent_at + within <= until]
    words = [
        next((word for at, word in reversed(case.rechecks) if sent_at <= at <= sent_at + within), "unknown")
        for case, sent_at in due
    ]
    return Share(numerator=words.count("down"), denominator=len(due), unknown=words.count("unknown"))


def _relisted(cases: Sequence[History], within: timedelta, until: datetime) -> Share:
    downs = [(case, next((at for at, word in case.rechecks if word == "down"), None)) for case in cases]
    due = [(case, down) for case, down in downs if down is not None and down + within <= until]
    back = sum(case.relisted_at is not None and down <= case.relisted_at <= down + within for case, down in due)
    return Share(numerator=back, denominator=len(due))


def _spans(cases: Sequence[History], until: datetime) -> dict[str, tuple[Span, ...]]:
    def spans(pairs: Iterable[tuple[datetime | None, datetime | None]]) -> tuple[Span, ...]:
        return tuple(_span(begun, ended, until) for begun, ended in pairs if begun is not None)

    notices: Callable[[], Iterable[Notice]] = lambda: (notice for case in cases for notice in case.notices)  # noqa: E731
    return {
        "t_detect": spans((c.captured_at, c.opened_at) for c in cases),
        "t_review": spans((c.opened_at, c.decided_at) for c in cases if c.decided_at is not None),
        "t_notify": spans((c.decided_at, c.notices[0].sent_at) for c in cases),
        "t_ack": spans((n.sent_at, n.acknowledged_at) for n in notices()),
        "t_action": spans((n.sent_at, n.answered_at) for n in notices()),
    }


def _span(begun: datetime, ended: datetime | None, until: datetime) -> Span:
    length = max(((ended or until) - begun).total_seconds(), 0) / 3600
    return Span(length=length, ended=ended is not None)
