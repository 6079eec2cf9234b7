"""What each published number means: defined here once, for the tables, the methodology page and whoever checks."""

from __future__ import annotations

from dataclasses import dataclass

VERSION = "3"
"""Of the definitions below and of how they are computed; stands in the entry of the policy."""
METHODS = (
    "Shares of samples: MOVER with Clopper-Pearson limits, Jeffreys beside it. "
    "Other shares: Clopper-Pearson. Times: Kaplan-Meier, limits by Brookmeyer and Crowley. "
    "Differences: MOVER-D; of times also log-rank ratios."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric:
    """One definition.

    Attributes
    ----------
    name : str
        As in metrics.csv.
    title : str
        For people.
    formula, denominator, unknowns : str
        What is counted, out of what, and what becomes of what nobody knows.
    source : str
        Where the definition comes from.
    unit : str
        "share", "hours" or "index".
    """

    name: str
    title: str
    formula: str
    denominator: str
    unknowns: str
    source: str
    unit: str = "share"


AUDIT = (
    Metric(
        name="prevalence",
        title="Prevalence of infringing listings",
        formula="sum over strata of N_h/N * x_h/n_h, where x_h were confirmed by two blind reviews",
        denominator="every listing of the committed frame, whether a detector saw anything or not",
        unknowns="items that nobody could resolve count as confirmed",
        source="verified sample of listings, as YouTube's Violative View Rate; EU MoU search audits",
    ),
    Metric(
        name="prevalence_counterfeit",
        title="Prevalence of counterfeits",
        formula="as prevalence, where the deciding review says counterfeit",
        denominator="every listing of the committed frame",
        unknowns="items that nobody could resolve count as confirmed",
        source="as prevalence",
    ),
    Metric(
        name="prevalence_by_sales",
        title="Prevalence weighted by units sold",
        formula=(
            "sum over strata of S_h/S * p_h: S_h units sold of the stratum's listings, p_h share of confirmed listings "
            "in the units of its sampled ones; limits for effective numbers of listings (Kish)"
        ),
        denominator="units sold by the listings of the frame, as platforms show them, rounded down to 1, 2, 5, 10 ...",
        unknowns=(
            "listings that show no sales are left out, how many of the sample stands under unknown; "
            "items that nobody could resolve count as confirmed"
        ),
        source="exposure, as Meta and YouTube weight by views, which marketplaces do not tell; E. L. Korn, "
        "B. I. Graubard, Survey Methodology 24, 1998",
    ),
    Metric(
        name="prevalence_bound",
        title="Cautious upper bound of the prevalence",
        formula="upper limit of the prevalence / lower limit of the reviewers' sensitivity, each at 97.5 %",
        denominator="every listing of the committed frame",
        unknowns="infringements that reviewers miss are allowed for",
        source="W. Rogan, B. Gladen, Am. J. Epidemiol. 107, 1978, as a bound",
    ),
    Metric(
        name="clean_share_topN",
        title="Clean share of top search results",
        formula="1 - prevalence over appearances in the first N results of a search",
        denominator="every appearance of a listing in the first N results, by keyword, platform and capture",
        unknowns="items that nobody could resolve count as not clean",
        source="comparable to the search audits of the EU MoU on counterfeit goods",
    ),
    Metric(
        name="detector_precision",
        title="Precision of the scan",
        formula="confirmed / audited, of a random sample of flagged listings",
        denominator="audited listings that a scan flagged with medium or high score",
        unknowns="items that nobody could resolve count as not confirmed",
        source="Implementing Regulation (EU) 2024/2835, Annex I, accuracy of automated means",
    ),
    Metric(
        name="detector_recall",
        title="Estimated recall of the scan",
        formula="N_f p_f / (N_f p_f + N_r p_r), flagged and rest; limits by Bonferroni",
        denominator="estimated infringing listings of the frame",
        unknowns="items that nobody could resolve count as confirmed among the rest, not among the flagged",
        source="audit of a random sample of listings that were not flagged; not by group, as what nobody saw has none",
    ),
    Metric(
        name="reviewer_sensitivity",
        title="Sensitivity of the reviewers",
        formula="known fakes not taken for clean / known fakes among the items under review",
        denominator="known fakes put blindly among the items under review",
        unknowns="a known fake that nobody could resolve counts as found, as it does in the prevalence",
        source="gold-set label quality",
    ),
    Metric(
        name="positive_agreement",
        title="Positive agreement of reviewers",
        formula="2a / (2a + b + c) over items reviewed twice, weighted up to the sample",
        denominator="positive words on items reviewed twice",
        unknowns="what either could not resolve is left out; of what is first called clean, a tenth speaks for all",
        source="D. V. Cicchetti, A. R. Feinstein, J. Clin. Epidemiol. 43, 1990",
    ),
    Metric(
        name="krippendorff_alpha",
        title="Krippendorff's alpha of reviewers",
        formula="1 - observed / expected disagreement over items reviewed twice, weighted up to the sample",
        denominator="items reviewed twice",
        unknowns="what either could not resolve is left out; of what is first called clean, a tenth speaks for all",
        source="K. Krippendorff, Content Analysis, 2004",
        unit="index",
    ),
    Metric(
        name="unresolved",
        title="Items of the sample that nobody could resolve",
        formula="vanished before review, or reviewers disagree and no third has decided",
        denominator="items of the sample",
        unknowns="these are the unknowns",
        source="election audits: worst case for what is missing",
    ),
)

DISPOSITIONS = {
    "removed": "the platform removed the listing",
    "restricted": "the platform restricted the listing",
    "rejected": "the platform refused",
    "pending": "no answer so far",
    "counter_noticed": "the seller objected and the objection is open",
    "withdrawn": "taken back by the notifier",
    "duplicate": "the platform knew it already",
    "already_gone": "the listing was gone when the platform looked",
}

ANSWERS = (
    *(
        Metric(
            name=f"notices_{name}",
            title=f"Notices: {name.replace('_', ' ')}",
            formula=f"notices of which the last word is: {meaning}",
            denominator="notices sent in the period",
            unknowns="without an answer a notice is pending",
            source="DSA Article 15(1)(b); Lumen",
        )
        for name, meaning in DISPOSITIONS.items()
    ),
    Metric(
        name="accept_rate",
        title="Share of notices accepted",
        formula="(removed + restricted + counter-noticed) / answered",
        denominator="notices answered by removal, restriction, refusal or an objection",
        unknowns="pending notices are left out and counted as unknown",
        source="fast-lane conditions of platforms: Alibaba's good-faith mechanism asks for 90 % over three months",
    ),
    Metric(
        name="successful_counter_rate",
        title="Share of accepted notices with a successful objection",
        formula="objections that were upheld / accepted notices",
        denominator="accepted notices",
        unknowns="open objections are not counted as successful and stand under unknown",
        source="fast-lane conditions of platforms: Alibaba's good-faith mechanism allows 5 % over three months",
    ),
    Metric(
        name="reversal_rate",
        title="Share of notices found wrong later",
        formula="objection upheld, notice withdrawn, or decision taken back / notices",
        denominator="notices sent in the period",
        unknowns="open objections are not counted as reversals and stand under unknown",
        source="EU MoU on counterfeit goods: careless notifiers",
    ),
    Metric(
        name="repeat_seller_share",
        title="Share of confirmed listings of repeat sellers",
        formula="confirmed listings whose seller had another confirmed before / confirmed listings",
        denominator="noticed cases decided by a person to infringe",
        unknowns="cases without a known seller are not counted as repeats and stand under unknown",
        source="repeat-infringer policies of marketplaces",
    ),
)

HALF_YEAR = {"accept_rate_6m": "accept_rate", "successful_counter_rate_6m": "successful_counter_rate"}
"""Metrics over two quarters, by the name of the one that each quarter tells."""

HALF_YEARS = tuple(
    Metric(
        name=name,
        title=f"{metric.title}, over six months",
        formula=f"{metric.formula}, of this quarter and the one before together, each as it stood when it was closed",
        denominator=f"{metric.denominator}; groups that both quarters tell",
        unknowns=metric.unknowns,
        source="fast-lane conditions of platforms: Amazon's Project Zero looks back over six months",
    )
    for name, of_quarter in HALF_YEAR.items()
    for metric in ANSWERS
    if metric.name == of_quarter
)

FOLLOW_UP_DAYS = {"verified_down": (1, 7, 30), "relist_rate": (7, 30, 90)}

FOLLOW_UP = (
    *(
        Metric(
            name=f"verified_down_{days}d",
            title=f"Verified down after {days} day{'s' if days > 1 else ''}",
            formula="notices of which our own last re-check in time found the listing down / notices that old",
            denominator=f"notices sent at least {days} days before the date of the table",
            unknowns="not looked at, login wall, blocked, unreachable: never counted as down",
            source="our own re-check of the address, not the platform's word",
        )
        for days in FOLLOW_UP_DAYS["verified_down"]
    ),
    *(
        Metric(
            name=f"relist_rate_{days}d",
            title=f"Offered again within {days} days",
            formula="listings taken down of which the same seller, photos or operator returned in time / taken down",
            denominator=f"cases found down at least {days} days before the date of the table",
            unknowns="returns that no scan saw",
            source="relisting, as in stay-down obligations",
        )
        for days in FOLLOW_UP_DAYS["relist_rate"]
    ),
)

SPANS = {
    "t_detect": ("capture to detection", "captured_at to opened"),
    "t_review": ("detection to decision", "opened to decided"),
    "t_notify": ("decision to notice", "decided to noticed"),
    "t_ack": ("notice to acknowledgement", "noticed to acknowledged"),
    "t_action": ("notice to action", "noticed to the platform's first answer"),
}

TIMES = tuple(
    Metric(
        name=f"{name}_{share}",
        title=f"Hours from {what} ({'median' if share == 'median' else '90th percentile'})",
        formula=f"Kaplan-Meier quantile of {formula}; numerator: ended, denominator: begun",
        denominator="noticed cases; t_ack and t_action: notices",
        unknowns="what has not happened yet is censored, never dropped",
        source="DSA Article 15(1)(b): median time needed for taking the action",
        unit="hours",
    )
    for name, (what, formula) in SPANS.items()
    for share in ("median", "p90")
)

RATIOS = tuple(
    Metric(
        name=f"{name}_rate_ratio",
        title=f"Pace from {what}, small and medium against large (below 1: they wait longer)",
        formula="log-rank ratio of the rates at which waits end, exp((O - E) / V), small and medium over large",
        denominator="as for the hours",
        unknowns="what has not happened yet is censored, never dropped",
        source="R. Peto et al., Br. J. Cancer 35, 1977",
        unit="index",
    )
    for name, (what, _) in SPANS.items()
)
"""Told of the gap between rights holders of different size: all times count, not two quantiles alone."""

DEFINITIONS = {metric.name: metric for metric in (*AUDIT, *ANSWERS, *HALF_YEARS, *FOLLOW_UP, *TIMES, *RATIOS)}
