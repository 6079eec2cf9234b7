"""The numbers that audits give: prevalence, clean share, precision, recall, reviewers, trend, and the gap."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

from pipeline.metrics.agreement import krippendorff_alpha, positive_agreement
from pipeline.metrics.audits import (
    FIRST,
    SECOND,
    VALUES,
    Audit,
    Item,
    Outcome,
    Over,
    Sign,
    is_flagged,
    next_round,
    outcome,
    sign,
)
from pipeline.metrics.enforcement_rows import GAP, SME_LARGE, YEAR_ON_YEAR
from pipeline.metrics.entries import Entry
from pipeline.metrics.intervals import (
    LEVEL,
    Interval,
    Stratum,
    clopper_pearson,
    difference,
    jeffreys,
    recall,
    stratified,
)
from pipeline.metrics.periods import year_before
from pipeline.metrics.rows import ALL, Row, Status, decimal, limited
from pipeline.metrics.sales import weighted_strata
from pipeline.metrics.schedule import Claim, claim, level_at
from pipeline.records import Label

CHANGE = "change"


def audit_rows(audits: Sequence[Audit], entries: Sequence[Entry]) -> list[Row]:
    """Return the rows of all audits, audit by audit.

    Parameters
    ----------
    audits : sequence of Audit
        In the order of their periods.
    entries : sequence of mapping
        Of the log, in its order: what was promised beforehand decides what may be claimed.
    """
    rows = []
    for audit in audits:
        earlier = [other for other in audits[: audits.index(audit)] if other.complete]
        if not audit.complete:
            rows.append(_under_way(audit))
        elif audit.over is Over.LISTINGS:
            rows += _listings(audit) + _scan(audit) + _reviewers(audit)
            rows += _changes(audit, [other for other in earlier if other.over is audit.over], entries)
        else:
            rows += [_clean(row) for row in _by_group(audit, "clean_share_topN", worst_case(audit))]
    return rows


def _under_way(audit: Audit) -> Row:
    """Return the one row of an audit that is not done: it is there for all to see, and says nothing yet."""
    waiting = sum(next_round(item.words, item.ticket) is not None for item in audit.items)
    metric = "prevalence" if audit.over is Over.LISTINGS else "clean_share_topN"
    return replace(_row(audit, metric), denominator=len(audit.items), unknown=waiting)


def worst_case(audit: Audit) -> dict[str, bool]:
    """Return by item whether it counts in the prevalence: confirmed, or not resolved."""
    return {item.item: item.outcome is not Outcome.CLEAN for item in audit.items}


def confirmed(audit: Audit) -> dict[str, bool]:
    """Return by item whether it counts in the precision: confirmed and nothing less."""
    return {item.item: item.outcome is Outcome.CONFIRMED for item in audit.items}


def counterfeit(audit: Audit) -> dict[str, bool]:
    """Return by item whether it counts in the prevalence of counterfeits: so called at last, or not resolved."""
    return {item.item: _is_counterfeit(item) for item in audit.items}


def _is_counterfeit(item: Item) -> bool:
    if item.outcome is Outcome.CONFIRMED:
        return item.words[max(item.words)] == Label.COUNTERFEIT
    return item.outcome is Outcome.UNRESOLVED


def _row(audit: Audit, metric: str, dimension: str = ALL, group: str = ALL) -> Row:
    status = Status.FINAL if audit.complete else Status.PROVISIONAL
    return Row(metric=metric, period=audit.period, dimension=dimension, group=group, as_of=audit.as_of, status=status)


def _listings(audit: Audit) -> list[Row]:
    counted = worst_case(audit)
    unresolved = sum(item.outcome is Outcome.UNRESOLVED for item in audit.items)
    share = clopper_pearson(unresolved, len(audit.items)) if audit.items else None
    counts = replace(_row(audit, "unresolved"), numerator=unresolved, denominator=len(audit.items))
    return [
        *_by_group(audit, "prevalence", counted),
        *_by_group(audit, "prevalence_counterfeit", counterfeit(audit)),
        *_by_sales(audit, counted),
        limited(counts, share),
    ]


def _by_group(audit: Audit, metric: str, counted: Mapping[str, bool]) -> list[Row]:
    rows = []
    for place in _places(audit):
        members = audit.members(*place)
        positive = sum(counted[item.item] for item in members)
        counts = replace(_row(audit, metric, *place), numerator=positive, denominator=len(members))
        rows.append(_share(counts, audit.strata(*place, counted).values()))
    return rows + _gap(audit, metric, lambda size: audit.strata("size", size, counted))


def _by_sales(audit: Audit, counted: Mapping[str, bool]) -> list[Row]:
    """Return the prevalence weighted by units sold, wherever a part of the frame tells any."""
    rows = []
    for place in _places(audit):
        strata = weighted_strata(audit, *place, counted)
        if not any(stratum.size for stratum in strata.values()):
            continue
        members = audit.members(*place)
        counts = replace(
            _row(audit, "prevalence_by_sales", *place),
            numerator=sum(item.sold or 0 for item in members if counted[item.item]),
            denominator=sum(item.sold or 0 for item in members),
            unknown=sum(item.sold is None for item in members),
        )
        rows.append(_share(counts, strata.values()))
    return rows + _gap(audit, "prevalence_by_sales", lambda size: weighted_strata(audit, "size", size, counted))


def _places(audit: Audit) -> list[tuple[str, str]]:
    """Return what is told of an audit: all of it, and each group of each dimension."""
    return [(ALL, ALL), *((dimension, group) for dimension in VALUES for group in audit.groups(dimension))]


def _gap(audit: Audit, metric: str, strata: Callable[[str], Mapping[str, Stratum]]) -> list[Row]:
    sme, large = (stratified([*strata(size).values()]) for size in ("sme", "large"))
    if sme is None or large is None:
        return []
    return [limited(_row(audit, metric, GAP, SME_LARGE), difference(sme, large))]


def _share(row: Row, strata: Iterable[Stratum]) -> Row:
    """Return a row with estimate and limits; as it is where the sample has nothing of a stratum."""
    parts = list(strata)
    beside = stratified(parts, jeffreys)
    if beside is None:
        return row
    exact = limited(row, stratified(parts))
    shorter = limited(row, beside)
    return replace(exact, jeffreys_low=shorter.low, jeffreys_high=shorter.high)


def _clean(row: Row) -> Row:
    """Turn the share that is not clean into the share that is; low and high change places."""
    whole = 0 if row.dimension == GAP else 1

    def rest(text: str) -> str:
        return str(whole - Decimal(text)) if text else ""

    clean = None if row.numerator is None or row.denominator is None else row.denominator - row.numerator
    return replace(
        row,
        numerator=clean,
        estimate=rest(row.estimate),
        low=rest(row.high),
        high=rest(row.low),
        jeffreys_low=rest(row.jeffreys_high),
        jeffreys_high=rest(row.jeffreys_low),
    )


def _scan(audit: Audit) -> list[Row]:
    """Return precision and recall; what could not be resolved counts against the scan in both."""
    flagged, rest = flagged_strata(audit, ALL, ALL, confirmed(audit)), audit.strata(ALL, ALL, worst_case(audit))
    missed = [stratum for name, stratum in rest.items() if not is_flagged(name)]
    return [
        *_precision(audit, confirmed(audit)),
        limited(_row(audit, "detector_recall"), recall([*flagged.values()], missed)),
    ]


def _precision(audit: Audit, sure: Mapping[str, bool]) -> list[Row]:
    """Return the precision of all and of each group; recall has none, as what no detector saw belongs to nobody."""
    rows = []
    for place in _places(audit):
        strata = flagged_strata(audit, *place, sure)
        if not any(stratum.size for stratum in strata.values()):
            continue
        audited = [item for item in audit.members(*place) if is_flagged(item.stratum)]
        right = sum(sure[item.item] for item in audited)
        counts = replace(_row(audit, "detector_precision", *place), numerator=right, denominator=len(audited))
        rows.append(_share(counts, strata.values()))
    return rows + _gap(audit, "detector_precision", lambda size: flagged_strata(audit, "size", size, sure))


def flagged_strata(audit: Audit, dimension: str, group: str, counted: Mapping[str, bool]) -> dict[str, Stratum]:
    """Return the strata above the band of a part of a frame; see `Audit.strata`."""
    return {name: s for name, s in audit.strata(dimension, group, counted).items() if is_flagged(name)}


def _reviewers(audit: Audit) -> list[Row]:
    """Return how far reviewers agree, and what they miss; of what was called clean first, a part speaks for all."""
    twice = [(sign(item.words[FIRST]), sign(item.words[SECOND])) for item in audit.items if SECOND in item.words]
    called_clean = sum(sign(item.words[FIRST]) is Sign.NEGATIVE for item in audit.items if item.words)
    looked_at = sum(first is Sign.NEGATIVE for first, _ in twice)
    weight = called_clean / looked_at if looked_at else 1.0
    pairs = [(a is Sign.POSITIVE, b is Sign.POSITIVE) for a, b in twice if Sign.UNSURE not in (a, b)]
    agreement = replace(_row(audit, "positive_agreement"), denominator=len(pairs))
    alpha = replace(_row(audit, "krippendorff_alpha"), denominator=len(pairs), unit="index")
    rows = [
        replace(agreement, estimate=decimal(positive_agreement(pairs, weight), "share")),
        replace(alpha, estimate=decimal(krippendorff_alpha(pairs, weight), "index")),
    ]
    return rows + _sensitivity(audit)


def _sensitivity(audit: Audit) -> list[Row]:
    seen = [words for words in audit.probes if words]
    if not seen:
        return []
    found = sum(outcome(words) is not Outcome.CLEAN for words in seen)
    both = (1 + LEVEL) / 2
    counts = replace(_row(audit, "reviewer_sensitivity"), numerator=found, denominator=len(seen))
    rows = [limited(counts, clopper_pearson(found, len(seen)))]
    prevalence = stratified([*audit.strata(ALL, ALL, worst_case(audit)).values()], level=both)
    if prevalence is not None and found:
        bound = min(1.0, prevalence.high / clopper_pearson(found, len(seen), both).low)
        widest = limited(_row(audit, "prevalence_bound"), Interval(estimate=bound, low=0, high=bound))
        rows.append(replace(widest, estimate="", low=""))
    return rows


def _changes(audit: Audit, earlier: Sequence[Audit], entries: Sequence[Entry]) -> list[Row]:
    rows = []
    baseline, look = _schedule(audit, earlier, entries)
    if baseline is not None:
        change = _change(audit, baseline, level_at(look))
        said = claim(change) if change else Claim.NONE
        row = limited(_row(audit, "prevalence", CHANGE, baseline.period), change, level_at(look))
        rows.append(replace(row, claim=said.value))
    for other in earlier:
        if other.period == year_before(audit.period):
            row = limited(_row(audit, "prevalence", YEAR_ON_YEAR, other.period), _change(audit, other, LEVEL))
            rows.append(replace(row, claim=Claim.UNSCHEDULED.value))
    return rows


def _change(now: Audit, then: Audit, level: float) -> Interval | None:
    after, before = (
        stratified([*audit.strata(ALL, ALL, worst_case(audit)).values()], level=level) for audit in (now, then)
    )
    return difference(after, before) if after and before else None


def _schedule(audit: Audit, earlier: Sequence[Audit], entries: Sequence[Entry]) -> tuple[Audit | None, int]:
    """Return the baseline that was promised before it was drawn, and which look at it this is."""
    for place in range(len(entries) - 1, -1, -1):
        entry = entries[place]
        if entry.get("type") != "policy":
            continue
        named = [n for n, other in enumerate(earlier) if other.period == entry.get("baseline") and other.place > place]
        if named and audit.place > place:
            return earlier[named[0]], len(earlier) - named[0]
    return None, 0
