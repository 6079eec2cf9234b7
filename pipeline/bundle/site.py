"""The page over all bundles that were published: trends with their intervals, and links to the raw files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from pipeline.bundle.charts import highest, trend
from pipeline.bundle.report import HEADLINES, NO_CHART, SHARE, day_or_period, pages, point, title_of
from pipeline.metrics.rows import ALL, Row

FILES = ("report.html", "metrics.csv", "metrics.xlsx", "methodology.html", "log/checkpoint", "VERIFY.md")
TRENDS = (
    *HEADLINES,
    "prevalence_counterfeit",
    "prevalence_by_sales",
    "detector_precision",
    "detector_recall",
    "reversal_rate",
)
SIDES = {("size", "sme"): "small and medium", ("size", "large"): "large"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """One bundle.

    Attributes
    ----------
    folder : str
        Where it lies in the site.
    as_of : str
        How far its records reach.
    rows : sequence of Row
        Its numbers.
    files : frozenset of str
        What it holds.
    entries : int
        Of its log.
    key : str
        SHA-256 of the exporter's key.
    synthetic : bool
        Whether its data are made up.
    outdated : str or None
        The version of the definitions that its numbers were made by, where that is not the one of this program.
    """

    folder: str
    as_of: str
    rows: Sequence[Row]
    files: frozenset[str]
    entries: int
    key: str
    synthetic: bool
    outdated: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Trend:
    """One metric over the periods, with the same for each size of rights holder."""

    metric: str
    title: str
    chart: Markup = NO_CHART
    sides: Sequence[tuple[str, Markup]] = ()
    rows: Sequence[Row] = ()


def index(bundles: Sequence[Published]) -> bytes:
    """Return index.html.

    Parameters
    ----------
    bundles : sequence of Published
        The oldest first. Where several speak of a period, the newest counts, and the others stay to be read.
    """
    newest: dict[tuple[str, str, str, str], Row] = {}
    for bundle in bundles:
        newest |= {row.key: row for row in bundle.rows}
    claims = [row for row in newest.values() if row.dimension == "change" and row.estimate]
    page = pages().get_template("site.html.j2")
    text = page.render(
        bundles=[*reversed(bundles)],
        trends=[found for metric in TRENDS if (found := _trend(metric, list(newest.values()))).rows],
        claims=sorted(claims, key=lambda row: row.period),
        files=FILES,
        synthetic=any(bundle.synthetic for bundle in bundles),
    )
    return text.encode()


def _trend(metric: str, rows: Sequence[Row]) -> Trend:
    own = sorted((row for row in rows if row.metric == metric and row.estimate), key=lambda row: row.period)
    whole = [row for row in own if row.dimension == ALL]
    title = title_of(metric)
    by_side = {name: [row for row in own if (row.dimension, row.group) == place] for place, name in SIDES.items()}
    reach = highest([point(row, "") for rows in by_side.values() for row in rows])
    sides = [(name, _chart(rows, f"{title}, {name} rights holders", reach)) for name, rows in by_side.items()]
    return Trend(
        metric=metric,
        title=title,
        chart=_chart(whole, title),
        sides=[(name, chart) for name, chart in sides if chart],
        rows=whole,
    )


def _chart(rows: Sequence[Row], title: str, reach: float = 0.0) -> Markup:
    unit = "%" if all(row.unit == SHARE for row in rows) else " h"
    return trend([point(row, day_or_period(row.period)) for row in rows], title, unit, reach)
