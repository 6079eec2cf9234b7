"""The forms that regulators read: DSA statements of reasons, the trusted flagger's year, a submission to USTR."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Sequence

import orjson

from pipeline.bundle.report import DIFFERENCES, estimate, interval, title_of
from pipeline.metrics.definitions import DISPOSITIONS
from pipeline.metrics.enforcement_rows import Shown
from pipeline.metrics.frames import file_text
from pipeline.metrics.histories import DIMENSIONS
from pipeline.metrics.rows import ALL, Row, Status
from pipeline.metrics.suppression import WITHHELD

REASON_COLUMNS = (
    "uuid",
    "decision_visibility",
    "decision_visibility_other",
    "end_date_visibility_restriction",
    "decision_monetary",
    "decision_monetary_other",
    "end_date_monetary_restriction",
    "decision_provision",
    "end_date_service_restriction",
    "decision_account",
    "end_date_account_restriction",
    "account_type",
    "decision_ground",
    "decision_ground_reference_url",
    "illegal_content_legal_ground",
    "illegal_content_explanation",
    "incompatible_content_ground",
    "incompatible_content_explanation",
    "incompatible_content_illegal",
    "category",
    "category_addition",
    "category_specification",
    "category_specification_other",
    "content_type",
    "content_type_other",
    "content_language",
    "content_date",
    "content_id_ean",
    "territorial_scope",
    "application_date",
    "decision_facts",
    "source_type",
    "source_identity",
    "automated_detection",
    "automated_decision",
    "platform_name",
    "platform_uid",
    "created_at",
)
"""Headings of the DSA Transparency Database's CSV export, in its order."""
VISIBILITY = {
    "removed": "DECISION_VISIBILITY_CONTENT_REMOVED",
    "restricted": "DECISION_VISIBILITY_CONTENT_DISABLED",
}
KEYWORDS = {
    "trade_mark": "KEYWORD_TRADEMARK_INFRINGEMENT",
    "copyright": "KEYWORD_COPYRIGHT_INFRINGEMENT",
    "design": "KEYWORD_DESIGN_INFRINGEMENT",
}
"""There is no keyword for counterfeits: they stand under trade marks."""
GROUNDS = {"trade_mark": "Trade mark", "copyright": "Copyright", "design": "Design right"}
CATEGORY = "STATEMENT_CATEGORY_INTELLECTUAL_PROPERTY_INFRINGEMENTS"
TEMPLATE_COLUMNS = ("period", "section", "indicator", "category", "dimension", "group", "value", "unit", "metric")
INDICATORS = (
    ("1.3", "Notices submitted in accordance with Article 16", "notices_removed", "denominator"),
    ("1.3", "Actions taken on notices: content removed", "notices_removed", "numerator"),
    ("1.3", "Actions taken on notices: content disabled", "notices_restricted", "numerator"),
    ("1.3", "Notices without an action so far", "notices_pending", "numerator"),
    ("1.3", "Median time needed for taking the action", "t_action_median", "estimate"),
    ("1.5", "Complaints of recipients that were upheld", "successful_counter_rate", "numerator"),
    ("1.6", "Accuracy of automated means: confirmed of what was flagged", "detector_precision", "estimate"),
    ("1.6", "Accuracy of automated means: flagged of what infringes", "detector_recall", "estimate"),
)
"""Section and indicator of the template, the metric that answers it, and which of its columns."""
FLAGGER_COLUMNS = ("year", "dimension", "group", "action", "notices")
PLATFORM, COUNTRY, RIGHT = (DIMENSIONS.index(name) for name in ("platform", "country", "right"))


def statements_of_reasons(shown: Iterable[Shown]) -> bytes:
    """Return what platforms decided after notices, under the headings of the DSA Transparency Database.

    Notes
    -----
    A platform states its own reasons; these rows are for comparing counts with the database. Platform and right are
    left empty where too few notices look alike. Lists are JSON and days have a time, as in the database's own dumps.

    References
    ----------
    .. [1] European Commission, DSA Transparency Database, statement of reasons attributes; source of its CSV export.
    """
    rows = []
    for case in shown:
        for number, notice in enumerate(case.history.notices, start=1):
            visibility = VISIBILITY.get(notice.disposition)
            if visibility is None or notice.answered_at is None:
                continue
            known = {
                "decision_visibility": _listed(visibility),
                "decision_ground": "DECISION_GROUND_ILLEGAL_CONTENT",
                "illegal_content_legal_ground": GROUNDS.get(case.values[RIGHT], "Intellectual property"),
                "illegal_content_explanation": "Notified as infringing this right; see the platform's decision",
                "category": CATEGORY,
                "category_addition": _listed(),
                "category_specification": _listed(*filter(None, [KEYWORDS.get(case.values[RIGHT])])),
                "content_type": _listed("CONTENT_TYPE_PRODUCT"),
                "content_date": f"{case.history.captured_at or case.history.opened_at:%Y-%m-%d} 00:00:00",
                "territorial_scope": _listed(),
                "application_date": f"{notice.answered_at:%Y-%m-%d} 00:00:00",
                "decision_facts": "Listing offered goods that a person reviewed and confirmed as infringing",
                "source_type": "SOURCE_ARTICLE_16",
                "automated_detection": "No",
                "automated_decision": "AUTOMATED_DECISION_NOT_AUTOMATED",
                "platform_name": _shown(case.values[PLATFORM]),
                "platform_uid": f"{_name(case.history.case)}-{number}",
                "created_at": f"{notice.answered_at:%Y-%m-%d %H:%M:%S}",
            }
            rows.append(dict.fromkeys(REASON_COLUMNS, "") | known)
    rows.sort(key=lambda row: (row["created_at"], row["platform_uid"]))
    return file_text(REASON_COLUMNS, rows).encode()


def _listed(*values: str) -> str:
    return orjson.dumps(values).decode()


def _name(case: str) -> str:
    """Return a name of a case that any database takes."""
    return hashlib.sha256(case.encode()).hexdigest()[:32]


def _shown(value: str) -> str:
    return "" if value == WITHHELD else value


def flagger_report(rows: Sequence[Row]) -> bytes:
    """Return the trusted flagger's yearly report: notices by hosting provider, by kind of right, and by action.

    References
    ----------
    .. [1] Regulation (EU) 2022/2065 (DSA), Article 22(3).
    """
    totals: dict[tuple[str, str, str, str], int] = defaultdict(int)
    for row in rows:
        action = row.metric.removeprefix("notices_")
        if action not in DISPOSITIONS or row.status is Status.SUPPRESSED or row.numerator is None:
            continue
        if row.dimension in (ALL, "platform", "right"):
            totals[row.period[:4], row.dimension, row.group, action] += row.numerator
    listed = [
        dict(zip(FLAGGER_COLUMNS, (*key, str(number)), strict=True)) for key, number in sorted(totals.items()) if number
    ]
    return file_text(FLAGGER_COLUMNS, listed).encode()


def transparency_report(rows: Sequence[Row]) -> bytes:
    """Return what the log can say to the indicators of the platforms' transparency reports, from the notifiers' side.

    Notes
    -----
    For laying beside a platform's own report: sections are those of the template, categories those of its database.
    Indicators that only a platform knows are not there.

    References
    ----------
    .. [1] Commission Implementing Regulation (EU) 2024/2835, Annex I, sections 1.3, 1.5 and 1.6.
    """
    named = {row.key: row for row in rows if row.status is not Status.SUPPRESSED}
    listed = []
    for section, indicator, metric, column in INDICATORS:
        for row in (row for row in named.values() if row.metric == metric):
            value = getattr(row, column)
            if row.dimension in (ALL, "platform", "right") and value not in (None, ""):
                keyword = KEYWORDS.get(row.group, "") if row.dimension == "right" else ""
                unit = row.unit if column == "estimate" else "count"
                cells = (row.period, section, indicator, keyword or CATEGORY, row.dimension, row.group, str(value))
                listed.append(dict(zip(TEMPLATE_COLUMNS, (*cells, unit, metric), strict=True)))
    listed.sort(key=lambda row: row["period"])
    return file_text(TEMPLATE_COLUMNS, listed).encode()


def ustr_submission(rows: Sequence[Row], *, synthetic: bool) -> bytes:
    """Return a submission to the Notorious Markets review, filled in as far as the records reach.

    References
    ----------
    .. [1] Office of the United States Trade Representative, Review of Notorious Markets for Counterfeiting and
       Piracy, request for comments.
    """
    groups = {row.group for row in rows if row.dimension == "platform"}
    platforms = [*sorted(groups - {WITHHELD}), *sorted(groups & {WITHHELD})]
    lines = ["# Notorious markets: submission", ""]
    if synthetic:
        lines += ["**Synthetic data: for demonstration only.**", ""]
    for platform in platforms:
        about = [row for row in rows if (row.dimension, row.group) == ("platform", platform)]
        title = "Platforms with too few notices to be named" if platform == WITHHELD else platform.replace("#", "")
        lines += [f"## {title}", "", *_fields(about), ""]
    lines += ["## All platforms", "", *_fields([row for row in rows if row.dimension == ALL]), ""]
    lines += ["### Change against earlier periods", "", *_changes(rows), ""]
    lines += ["### Rights holders of different size (small and medium minus large)", "", *_gaps(rows), ""]
    lines += [f"* {name}: to be completed by the submitter" for name in OTHERS_KNOW]
    lines += ["", "Every figure stands in metrics.csv, with its definition in methodology.html.", ""]
    return "\n".join(lines).encode()


OTHERS_KNOW = (
    "Domain names, past and present",
    "Registration, hosting provider and operator",
    "Traffic and sources of revenue",
    "Estimates of economic harm",
    "Risks to health and safety",
    "Government enforcement and its outcome",
)
"""What a submission should say and no scan can know."""
ASKED = {
    "prevalence": "Volume: share of listings that infringe",
    "prevalence_by_sales": "Volume: the same, weighted by units sold",
    "clean_share_topN": "Reach: share of top search results that are clean",
    "accept_rate": "Actions by the operator: share of notices accepted",
    "t_action_median": "Speed of the operator: median hours to the first answer",
    "verified_down_7d": "Effectiveness: verified down after 7 days",
    "relist_rate_30d": "Effectiveness: offered again within 30 days",
    "notices_removed": "Actions by the rights holders: notices after which listings were removed",
}


def _fields(rows: Sequence[Row]) -> list[str]:
    lines = [
        f"* {title} ({row.period}): {_figure(row)}"
        for metric, title in ASKED.items()
        for row in rows
        if row.metric == metric and row.estimate
    ]
    return lines or ["* Nothing that may be published."]


def _changes(rows: Sequence[Row]) -> list[str]:
    lines = [
        f"* {title_of(row.metric)}, {row.period} against {row.group}: {_figure(row)}; claim: {row.claim or 'none'}"
        for row in rows
        if row.dimension in DIFFERENCES[1:] and row.estimate
    ]
    return lines or ["* No earlier period."]


def _gaps(rows: Sequence[Row]) -> list[str]:
    wanted = [row for row in rows if row.dimension == "gap" and row.metric in ASKED and row.estimate]
    lines = [f"* {ASKED[row.metric]} ({row.period}): {_figure(row)}" for row in wanted]
    return lines or ["* Too few of either size."]


def _figure(row: Row) -> str:
    """Return a number for people, with its interval and its counts.

    Examples
    --------
    >>> _figure(Row(metric="m", period="p", estimate="0.125000", low="0.100000", high="0.200000", denominator=40))
    '12.5 % (95 % interval 10 to 20 %), n = 40'
    """
    counted = f", n = {row.denominator}" if row.denominator is not None else ""
    return f"{estimate(row)} (95 % interval {interval(row)}){counted}"
