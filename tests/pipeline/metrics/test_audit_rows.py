"""The numbers that audits give, from entries and rows that are written out by hand."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import pytest

from pipeline.metrics.audits import Outcome, next_round, outcome
from pipeline.metrics.intervals import Stratum, clopper_pearson, difference, stratified
from pipeline.metrics.rows import Row
from pipeline.metrics.schedule import level_at
from pipeline.metrics.tables import recompute
from tests.pipeline.metrics.ledger import Ledger

FAKE, CLEAN, LOST = {1: "counterfeit", 2: "counterfeit"}, {1: "irrelevant"}, {1: "unresolvable", 2: "unresolvable"}
Words = dict[int, str]
PLAIN_TICKET = "0." + "7" * 70


@dataclass
class Bench:
    """Collects entries and rows of audits."""

    ledger: Ledger = field(default_factory=Ledger)
    strata: list[dict[str, str]] = field(default_factory=list)
    sample: list[dict[str, str]] = field(default_factory=list)
    probes: list[dict[str, str]] = field(default_factory=list)
    _numbers: Any = field(default_factory=count)

    def audit(self, period: str, over: str = "listings") -> str:
        name = f"audit-{next(self._numbers)}"
        self.ledger.add("frame", audit=name, over=over, period=period)
        self.ledger.add("sample", audit=name)
        return name

    def stratum(self, audit: str, name: str, listings: int, reviewed: Iterable[Words], **values: str) -> None:
        """Enter a stratum of a frame, and the words on the items that were drawn from it."""
        plain = {"size": "sme", "platform": "bazaar", "sector": "nice-3", "country": "GB", "sold": ""} | values
        self.strata.append({"audit": audit, "stratum": name, **plain, "listings": str(listings)})
        for words in reviewed:
            item = f"item-{next(self._numbers)}"
            self.sample.append({"audit": audit, "item": item, "stratum": name, **plain, "ticket": PLAIN_TICKET})
            self._say(audit, item, words)

    def probe(self, audit: str, words: Words) -> None:
        item = f"probe-{next(self._numbers)}"
        self.probes.append({"audit": audit, "item": item})
        self._say(audit, item, words)

    def _say(self, audit: str, item: str, words: Words) -> None:
        for number, word in words.items():
            self.ledger.add("label", audit=audit, item=item, round=number, label=word)

    def simple(self, period: str, fakes: int, of: int = 400) -> str:
        """Enter an audit of a market whose flagged listings are all infringing but few."""
        audit = self.audit(period)
        self.stratum(audit, "flagged", 10, [FAKE] * 5)
        self.stratum(audit, "rest", 990, [FAKE] * fakes + [CLEAN] * (of - fakes))
        return audit

    def rows(self) -> dict[tuple[str, str, str, str], Row]:
        return {row.key: row for row in recompute(self.ledger.entries, self.strata, self.sample, self.probes)}


def interval_of(row: Row) -> list[float]:
    return [float(text) for text in (row.estimate, row.low, row.high)]


def test_what_nobody_can_resolve_counts_as_infringing_and_is_told_apart() -> None:
    bench = Bench()
    audit = bench.audit("2026-Q3")
    bench.stratum(audit, "flagged", 50, [FAKE] * 6 + [CLEAN] * 3 + [LOST])
    bench.stratum(audit, "rest", 950, [CLEAN] * 38 + [LOST] * 2)
    rows = bench.rows()
    expected = stratified([Stratum(size=50, sampled=10, confirmed=7), Stratum(size=950, sampled=40, confirmed=2)])
    assert expected is not None

    whole = rows["prevalence", "2026-Q3", "all", "all"]

    assert interval_of(whole) == pytest.approx([expected.estimate, expected.low, expected.high], abs=1.1e-6)
    assert (whole.numerator, whole.denominator) == (9, 50)
    assert rows["unresolved", "2026-Q3", "all", "all"].numerator == 3
    assert rows["detector_precision", "2026-Q3", "all", "all"].numerator == 6


def test_what_sells_more_weighs_more(bench_of_sales: Bench) -> None:
    rows = bench_of_sales.rows()

    row = rows["prevalence_by_sales", "2026-Q3", "all", "all"]

    assert (row.numerator, row.denominator, row.unknown) == (10 * 20 + 1 * 5, 10 * 20 + 30 * 5, 3)
    by_hand = (50 * 20 * 1 + 950 * 5 * 1 / 30) / (50 * 20 + 950 * 5)
    assert float(row.estimate) == pytest.approx(by_hand, abs=1e-6)
    assert float(row.low) < by_hand < float(row.high)
    assert float(rows["prevalence", "2026-Q3", "all", "all"].estimate) < by_hand


@pytest.fixture
def bench_of_sales() -> Bench:
    bench = Bench()
    audit = bench.audit("2026-Q3")
    bench.stratum(audit, "flagged", 50, [FAKE] * 10, sold="20")
    bench.stratum(audit, "rest", 950, [FAKE] + [CLEAN] * 29, sold="5")
    bench.stratum(audit, "rest", 200, [CLEAN] * 3, sector="nice-9")
    return bench


def test_where_all_sold_the_same_units_say_what_listings_say() -> None:
    bench = Bench()
    audit = bench.audit("2026-Q3")
    bench.stratum(audit, "flagged", 50, [FAKE] * 6 + [CLEAN] * 4, sold="10")
    bench.stratum(audit, "rest", 950, [FAKE] + [CLEAN] * 39, sold="10")
    rows = bench.rows()

    plain, weighted = (rows[name, "2026-Q3", "all", "all"] for name in ("prevalence", "prevalence_by_sales"))

    assert interval_of(weighted) == pytest.approx(interval_of(plain), abs=1.1e-6)
    assert weighted.jeffreys_high == plain.jeffreys_high


def test_units_of_which_nothing_was_drawn_leave_no_estimate() -> None:
    bench = Bench()
    audit = bench.audit("2026-Q3")
    bench.stratum(audit, "rest", 950, [CLEAN] * 30, sold="5")
    bench.stratum(audit, "flagged", 50, [], sold="100")
    bench.stratum(audit, "flagged", 50, [FAKE] * 9)

    row = bench.rows()["prevalence_by_sales", "2026-Q3", "all", "all"]

    assert (row.estimate, row.low, row.high, row.unknown) == ("", "", "", 9)


def test_an_audit_that_tells_no_sales_has_no_number_on_them() -> None:
    bench = Bench()
    bench.simple("2026-Q3", fakes=3)

    assert not [key for key in bench.rows() if key[0] == "prevalence_by_sales"]


def test_precision_is_told_of_each_size_and_their_gap() -> None:
    bench = Bench()
    audit = bench.audit("2026-Q3")
    bench.stratum(audit, "flagged", 60, [FAKE] * 9 + [CLEAN], size="large")
    bench.stratum(audit, "flagged", 60, [FAKE] * 4 + [CLEAN] * 5 + [LOST])
    bench.stratum(audit, "rest", 900, [CLEAN] * 30 + [FAKE], size="unknown")
    rows = {key[2:]: row for key, row in bench.rows().items() if key[0] == "detector_precision"}

    told = {group: (row.numerator, row.denominator) for (_, group), row in rows.items() if row.dimension == "size"}

    assert told == {"sme": (4, 10), "large": (9, 10)}
    assert float(rows["gap", "sme-large"].estimate) == pytest.approx(-0.5)
    assert (rows["all", "all"].numerator, rows["all", "all"].denominator) == (13, 20)


def test_an_item_counts_as_counterfeit_by_the_word_that_decided() -> None:
    bench = Bench()
    audit = bench.audit("2026-Q3")
    words: list[Words] = [FAKE, {1: "design", 2: "design"}, {1: "counterfeit", 2: "irrelevant", 3: "design"}, CLEAN]
    bench.stratum(audit, "rest", 100, words)
    rows = bench.rows()

    assert rows["prevalence", "2026-Q3", "all", "all"].numerator == 3
    assert rows["prevalence_counterfeit", "2026-Q3", "all", "all"].numerator == 1


def test_the_gap_between_sizes_is_the_difference_of_their_strata() -> None:
    bench = Bench()
    audit = bench.audit("2026-Q3")
    for size, fakes in (("sme", 30), ("large", 5)):
        bench.stratum(audit, f"{size}/flagged", 100, [FAKE] * fakes + [CLEAN] * (40 - fakes), size=size)
        bench.stratum(audit, f"{size}/rest", 900, [CLEAN] * 100, size=size)
    rows = bench.rows()

    gap = rows["prevalence", "2026-Q3", "gap", "sme-large"]

    assert float(gap.estimate) == pytest.approx(0.1 * (30 - 5) / 40)
    assert float(gap.low) > 0
    assert rows["prevalence", "2026-Q3", "size", "sme"].numerator == 30


def test_the_clean_share_is_what_is_left_and_its_limits_change_places() -> None:
    bench = Bench()
    audit = bench.audit("2026-Q3", "top_results")
    bench.stratum(audit, "rest", 100, [FAKE] * 3 + [CLEAN] * 27)
    found = clopper_pearson(3, 30)

    row = bench.rows()["clean_share_topN", "2026-Q3", "all", "all"]

    assert (row.numerator, row.denominator) == (27, 30)
    assert interval_of(row) == pytest.approx([0.9, 1 - found.high, 1 - found.low], abs=1.1e-6)


def test_reviewers_who_miss_known_fakes_widen_the_cautious_bound() -> None:
    bench = Bench()
    audit = bench.simple("2026-Q3", 4)
    for number in range(50):
        bench.probe(audit, CLEAN if number < 10 else FAKE)
    rows = bench.rows()
    sensitivity, bound = (rows[name, "2026-Q3", "all", "all"] for name in ("reviewer_sensitivity", "prevalence_bound"))
    prevalence = rows["prevalence", "2026-Q3", "all", "all"]

    assert (sensitivity.numerator, sensitivity.denominator) == (40, 50)
    assert float(bound.high) > float(prevalence.high) / 0.8
    assert (bound.estimate, bound.low) == ("", "")


def test_agreement_is_that_of_items_both_could_judge() -> None:
    bench = Bench()
    audit = bench.audit("2026-Q3")
    words: list[Words] = [FAKE, FAKE, {1: "counterfeit", 2: "irrelevant", 3: "irrelevant"}, LOST, CLEAN]
    bench.stratum(audit, "rest", 100, words)

    row = bench.rows()["positive_agreement", "2026-Q3", "all", "all"]

    assert (row.denominator, row.estimate) == (3, "0.800000")


def test_a_fall_may_be_claimed_only_if_it_was_promised_to_look() -> None:
    promised, late, never = Bench(), Bench(), Bench()
    promised.ledger.add("policy", baseline="2026-Q1")
    for bench in (promised, late, never):
        bench.simple("2026-Q1", 60)
    late.ledger.add("policy", baseline="2026-Q1")
    for bench in (promised, late, never):
        bench.simple("2026-Q2", 20)
    place = "prevalence", "2026-Q2", "change", "2026-Q1"

    change = promised.rows()[place]

    assert change.claim == "decrease"
    assert place not in late.rows()
    assert place not in never.rows()


def test_each_further_look_needs_more_confidence() -> None:
    bench = Bench()
    bench.ledger.add("policy", baseline="2026-Q1")
    for number, period in enumerate(("2026-Q1", "2026-Q2", "2026-Q3", "2026-Q4")):
        bench.simple(period, 40 - (14 if number else 0))
    rows = bench.rows()
    changes = [rows["prevalence", period, "change", "2026-Q1"] for period in ("2026-Q2", "2026-Q3", "2026-Q4")]
    flagged = Stratum(size=10, sampled=5, confirmed=5)

    widths = [float(row.high) - float(row.low) for row in changes]

    assert widths == sorted(widths)
    for look, row in enumerate(changes, start=1):
        now, then = (
            stratified([flagged, Stratum(size=990, sampled=400, confirmed=fakes)], level=level_at(look))
            for fakes in (26, 40)
        )
        assert now is not None
        assert then is not None
        expected = difference(now, then)
        assert interval_of(row) == pytest.approx([expected.estimate, expected.low, expected.high], abs=1.1e-6)


def test_the_same_quarter_a_year_before_is_told_without_a_claim() -> None:
    bench = Bench()
    bench.simple("2025-Q4", 40)
    bench.simple("2026-Q4", 10)

    row = bench.rows()["prevalence", "2026-Q4", "year_on_year", "2025-Q4"]

    assert float(row.high) < 0
    assert row.claim == "unscheduled"


def test_a_correction_replaces_a_label_and_a_second_label_does_not() -> None:
    bench = Bench()
    audit = bench.audit("2026-Q3")
    bench.stratum(audit, "rest", 100, [CLEAN] * 4)
    label = next(e["id"] for e in bench.ledger.entries if e["type"] == "label")
    item = bench.sample[1]["item"]
    bench.ledger.add("correction", entry=label, label="unresolvable", reason="the photos were gone")
    bench.ledger.add("label", audit=audit, item=bench.sample[0]["item"], round=2, label="unresolvable")
    bench.ledger.add("label", audit=audit, item=item, round=1, label="design")

    assert bench.rows()["prevalence", "2026-Q3", "all", "all"].numerator == 1


@pytest.mark.parametrize(
    ("words", "comes_to", "waits_for"),
    [
        pytest.param({}, Outcome.UNRESOLVED, 1, id="nothing-said"),
        pytest.param(CLEAN, Outcome.CLEAN, None, id="clean"),
        pytest.param({1: "design"}, Outcome.UNRESOLVED, 2, id="positive-once"),
        pytest.param({1: "suspicious"}, Outcome.UNRESOLVED, 2, id="suspicious"),
        pytest.param(FAKE, Outcome.CONFIRMED, None, id="positive-twice"),
        pytest.param({1: "design", 2: "lookalike"}, Outcome.UNRESOLVED, 3, id="they-differ"),
        pytest.param({1: "design", 2: "lookalike", 3: "lookalike"}, Outcome.CLEAN, None, id="third-says-clean"),
        pytest.param({1: "lookalike", 2: "design", 3: "design"}, Outcome.CONFIRMED, None, id="third-says-positive"),
        pytest.param(LOST, Outcome.UNRESOLVED, None, id="nobody-can-tell"),
        pytest.param({1: "design", 2: "design", 3: "irrelevant"}, Outcome.CONFIRMED, None, id="a-third-too-many"),
        pytest.param({1: "irrelevant", 3: "design"}, Outcome.CLEAN, None, id="a-third-without-a-second"),
    ],
)
def test_reviews_come_to_an_outcome(words: Words, comes_to: Outcome, waits_for: int | None) -> None:
    assert outcome(words) is comes_to
    assert next_round(words, PLAIN_TICKET) == waits_for
