"""The pages of a bundle for people: the report with its charts, and what every number means."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from pipeline.bundle.charts import Point, forest, trend
from pipeline.metrics.definitions import AUDIT, DEFINITIONS, DISPOSITIONS, METHODS, VERSION, Metric
from pipeline.metrics.histories import SIZES
from pipeline.metrics.periods import days_of
from pipeline.metrics.rows import ALL, Row, Status, confidence
from pipeline.metrics.schedule import Claim

SHARE, POINTS = "share", "points"
UNITS = {SHARE: " %", POINTS: " points", "hours": " h", "index": ""}
DIFFERENCES = ("gap", "change", "year_on_year")
HEADLINES = ("prevalence", "clean_share_topN", "accept_rate", "t_action_median", "verified_down_7d", "relist_rate_30d")
GAPS = (
    *("prevalence", "prevalence_by_sales", "clean_share_topN", "detector_precision", "accept_rate"),
    *("accept_rate_6m", "reversal_rate", "verified_down_7d", "relist_rate_30d"),
    *("t_review_median", "t_ack_median", "t_action_median", "t_action_p90", "t_ack_rate_ratio", "t_action_rate_ratio"),
)
LIMITS = (
    "A log proves that nothing was changed, dropped or back-dated. It does not prove that a frame lists all there is.",
    "To test a frame, crawl some hundred listings of your own choice and ask for each one's name in frame.csv.",
    "It cannot prove that a label is right: re-review a tenth of the sample under a confidentiality agreement.",
    "It cannot prove that every notice was logged: whoever sent a notice holds a receipt that says when.",
    "Only the platform knows how often a listing was seen: prevalence counts listings, the clean share search results.",
    "Units sold are what platforms show: rounded, of different spans of time, and sometimes made up by the seller.",
    "A seed without a drand round and without nonces of trade bodies could have been chosen by trying.",
)
"""What the numbers do not prove."""


NO_CHART = Markup()
PLAIN = confidence()
"""Confidence that needs no mention."""


CLAIMS = {
    Claim.DECREASE: "a decrease may be claimed",
    Claim.INCREASE: "an increase may be claimed",
    Claim.NONE: "no change may be claimed",
    Claim.UNSCHEDULED: "nothing was promised beforehand: no claim",
}
WEIGHTED = (
    "Of audits, counts are those of the sample, in units where it is weighted by units sold; "
    "the estimate weights each stratum by its part of the frame."
)
"""Why an estimate is not the count out of what it is out of."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """Part of the report: a title, perhaps a chart and a note, and the rows of its table.

    Where rows are differences between sizes of rights holders, `sides` has both numbers by the key of the difference.
    """

    title: str
    rows: Sequence[Row]
    chart: Markup = NO_CHART
    note: str = ""
    sides: Mapping[tuple[str, str, str, str], Sequence[Row]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Draw:
    """How the sample of an audit came about, for people."""

    period: str
    over: str
    listings: int
    items: int
    sources: str


def report(
    rows: Sequence[Row],
    corrections: Sequence[Mapping[str, str]],
    draws: Sequence[Draw],
    *,
    as_of: str,
    synthetic: bool,
) -> bytes:
    """Return report.html.

    Parameters
    ----------
    rows : sequence of Row
        Of metrics.csv.
    corrections : sequence of mapping
        Rows of corrections.csv.
    draws : sequence of Draw
        How the samples came about.
    as_of : str
        How far the records reach.
    synthetic : bool
        Whether the data are made up; then every page says so.
    """
    newest = {name: _newest(rows, name) for name in HEADLINES}
    page = pages().get_template("report.html.j2")
    text = page.render(
        as_of=as_of,
        synthetic=synthetic,
        headlines=[(DEFINITIONS[name].title, row) for name, row in newest.items() if row is not None],
        sections=[section for section in _sections(rows) if section.rows],
        corrections=corrections,
        draws=draws,
        withheld=sum(row.status is Status.SUPPRESSED for row in rows),
    )
    return text.encode()


def methodology(*, as_of: str, synthetic: bool) -> bytes:
    """Return methodology.html: every definition, and what the numbers do not prove."""
    page = pages().get_template("methodology.html.j2")
    text = page.render(
        as_of=as_of, synthetic=synthetic, metrics=DEFINITIONS.values(), methods=METHODS, version=VERSION, limits=LIMITS
    )
    return text.encode()


def _sections(rows: Sequence[Row]) -> list[Section]:
    audits, events = {metric.name for metric in AUDIT}, {m.name for m in DEFINITIONS.values()} - {m.name for m in AUDIT}
    whole = [row for row in rows if row.dimension == ALL and row.status is not Status.SUPPRESSED]
    prevalence = [row for row in whole if row.metric == "prevalence" and row.estimate]
    changes = [row for row in rows if row.dimension in DIFFERENCES[1:] and row.estimate]
    gaps = [row for row in rows if row.dimension == "gap" and row.metric in GAPS and row.estimate]
    grouped = [r for r in rows if r.dimension not in (ALL, *DIFFERENCES) and r.metric in HEADLINES]
    period = max((row.period for row in whole if row.metric == "notices_removed"), default="")
    named = [point(row, DISPOSITIONS_TITLES[row.metric]) for row in _dispositions(whole, period)]
    shares = [row for row in gaps if row.unit == SHARE and row.period == max(g.period for g in gaps)]
    return [
        Section(
            title="Prevalence of infringing listings",
            rows=prevalence,
            note=WEIGHTED,
            chart=trend(
                [point(row, day_or_period(row.period)) for row in prevalence],
                "Prevalence by period, with 95 % intervals",
            ),
        ),
        Section(title="Change", rows=changes),
        Section(
            title="What else audits say",
            rows=[r for r in whole if r.metric in audits and r.metric != "prevalence"],
            note=WEIGHTED,
        ),
        Section(
            title="Notices",
            rows=[row for row in whole if row.metric in events],
            chart=forest(named, f"Notices by last word, {period}"),
        ),
        Section(
            title="Small and medium against large rights holders",
            rows=gaps,
            sides=_sides(rows, gaps),
            chart=forest(
                [point(row, DEFINITIONS[row.metric].title) for row in shares],
                "Difference, small and medium minus large, with 95 % intervals",
                UNITS[POINTS],
            ),
        ),
        Section(
            title="By size, platform, sector, country of protection, right and reason", rows=grouped, note=WEIGHTED
        ),
    ]


def _sides(rows: Sequence[Row], gaps: Sequence[Row]) -> dict[tuple[str, str, str, str], list[Row]]:
    """Return for each gap the numbers of small and medium and of large rights holders; ratios have none."""
    known = {row.key: row for row in rows}
    keys = {gap.key: [(gap.metric, gap.period, "size", size) for size in SIZES] for gap in gaps}
    return {gap: [known[key] for key in both] for gap, both in keys.items() if all(key in known for key in both)}


DISPOSITIONS_TITLES = {f"notices_{name}": name.replace("_", " ") for name in DISPOSITIONS}


def _dispositions(rows: Sequence[Row], period: str) -> list[Row]:
    return [row for row in rows if row.metric in DISPOSITIONS_TITLES and row.period == period and row.estimate]


def _newest(rows: Sequence[Row], metric: str) -> Row | None:
    found = [row for row in rows if row.metric == metric and row.dimension == ALL and row.estimate]
    return max(found, key=lambda row: row.period, default=None)


def point(row: Row, label: str) -> Point:
    """Return a number with its limits as a chart shows it."""
    scale = 100 if row.unit == SHARE else 1
    value, low, high = (float(text) * scale if text else None for text in (row.estimate, row.low, row.high))
    return Point(label=label, value=value or 0.0, low=low, high=high)


def unit_of(row: Row) -> str:
    """Return what people call the unit of a number: differences of shares are points, not per cent of anything."""
    return POINTS if row.unit == SHARE and row.dimension in DIFFERENCES else row.unit


def figure(text: str, unit: str) -> str:
    """Return a number of a table for people.

    Examples
    --------
    >>> figure("0.008651", "share"), figure("26.50", "hours"), figure("-0.11", "points"), figure("", "share")
    ('0.865 %', '26.5 h', '-11 points', '–')
    """
    return f"{_bare(text, unit)}{UNITS[unit]}" if text else "–"


def _bare(text: str, unit: str) -> str:
    return f"{float(text) * 100:.3g}" if unit in (SHARE, POINTS) else f"{float(text):.4g}"


def estimate(row: Row) -> str:
    """Return the estimate of a row for people."""
    return figure(row.estimate, unit_of(row))


def interval(row: Row) -> str:
    """Return the limits of a number for people, with their confidence where it is not 95 %.

    Examples
    --------
    >>> row = Row(metric="m", period="p", low="0.100000", high="0.200000", confidence="0.95")
    >>> sharper = Row(metric="m", period="p", low="0.100000", high="0.200000", confidence="0.969603")
    >>> interval(row), interval(sharper)
    ('10 to 20 %', '10 to 20 % (97 % confidence)')
    >>> interval(Row(metric="m", period="p", high="0.200000")), interval(Row(metric="m", period="p"))
    ('at most 20 %', '–')
    """
    unit = unit_of(row)
    if not row.high:
        return "–"
    told = f"{_bare(row.low, unit)} to {figure(row.high, unit)}" if row.low else f"at most {figure(row.high, unit)}"
    return told if row.confidence in ("", PLAIN) else f"{told} ({float(row.confidence) * 100:.3g} % confidence)"


def day_or_period(period: str) -> str:
    """Return a period for people: a single day by its date.

    Examples
    --------
    >>> day_or_period("2026-10-03/2026-10-04"), day_or_period("2026-Q4")
    ('2026-10-03', '2026-Q4')
    """
    if "/" not in period:
        return period
    first, after = days_of(period)
    return first.isoformat() if (after - first).days == 1 else f"{first} to {after - timedelta(days=1)}"


def claimed(claim: str) -> str:
    """Return what may be said of a change, for people; empty for any other number."""
    return CLAIMS[Claim(claim)] if claim else ""


def title_of(name: str) -> str:
    """Return what people call a metric."""
    found: Metric | None = DEFINITIONS.get(name)
    return found.title if found else name


def by_period(rows: Sequence[Row]) -> dict[str, list[Row]]:
    """Return rows by their period, in order."""
    found: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        found[row.period].append(row)
    return dict(sorted(found.items()))


@cache
def pages() -> Environment:
    """Return the templates; they escape what they are given."""
    found = Environment(loader=PackageLoader("pipeline.bundle"), autoescape=True, undefined=StrictUndefined)
    found.filters |= {"estimate": estimate, "title_of": title_of, "by_period": by_period, "interval": interval}
    found.filters |= {"day": day_or_period, "claimed": claimed}
    found.trim_blocks = found.lstrip_blocks = True
    return found
