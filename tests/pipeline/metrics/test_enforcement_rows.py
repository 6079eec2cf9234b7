"""The numbers on notices, from entries of the log."""

from dataclasses import replace
from typing import Any

import pytest

from pipeline.errors import InputError
from pipeline.metrics.definitions import ANSWERS, DEFINITIONS, FOLLOW_UP, RATIOS, TIMES
from pipeline.metrics.rows import Row, Status, read_rows, write_rows
from pipeline.metrics.tables import recompute
from tests.pipeline.metrics.ledger import Ledger, stamp

DAY = 24
QUARTER = "2026-Q3"


def rows_of(ledger: Ledger) -> dict[tuple[str, str, str], Row]:
    return {(r.metric, r.dimension, r.group): r for r in recompute(ledger.entries, (), ()) if r.period == QUARTER}


def whole(ledger: Ledger, metric: str) -> Row:
    return rows_of(ledger)[metric, "all", "all"]


def counts(row: Row) -> tuple[int | None, int | None, int | None]:
    return row.numerator, row.denominator, row.unknown


def test_every_notice_has_exactly_one_last_word() -> None:
    ledger = Ledger()
    for n, case in enumerate(ledger.market(12)):
        if n < 7:
            ledger.event(case, "disposed", 100, notice=f"n-{case}", disposition="removed" if n < 5 else "rejected")
    ledger.event("bazaar-sme-0", "disposed", 120, notice="n-bazaar-sme-0", disposition="withdrawn")

    found = {
        name: whole(ledger, f"notices_{name}").numerator for name in ("removed", "rejected", "pending", "withdrawn")
    }

    assert found == {"removed": 4, "rejected": 2, "pending": 5, "withdrawn": 1}
    assert counts(whole(ledger, "accept_rate")) == (4, 6, 5)
    assert counts(whole(ledger, "reversal_rate")) == (1, 12, 0)


def test_a_median_waits_for_what_is_still_open() -> None:
    ledger = Ledger()
    for n, case in enumerate(ledger.market(12)):
        if n < 5:
            ledger.event(case, "disposed", 10 + n + 6, notice=f"n-{case}", disposition="removed")
    ledger.until(500)

    median, p90 = whole(ledger, "t_action_median"), whole(ledger, "t_action_p90")

    assert (median.estimate, p90.estimate) == ("", "")
    assert counts(median) == (5, 12, 7)
    assert (whole(ledger, "t_notify_median").estimate, whole(ledger, "t_detect_median").estimate) == ("5.00", "1.00")


def test_only_what_we_saw_ourselves_and_in_time_counts_as_down() -> None:
    ledger = Ledger()
    results = ["delisted_page", "gone_404", "login_wall", "up", "unreachable", "blocked"]
    for n, case in enumerate(ledger.market(12)):
        if n < len(results):
            ledger.event(case, "rechecked", 10 + n + 20, result=results[n])
    ledger.event("bazaar-sme-3", "rechecked", 40 * DAY, result="delisted_page")
    ledger.until(60 * DAY)

    assert counts(whole(ledger, "verified_down_1d")) == (2, 12, 9)
    assert counts(whole(ledger, "verified_down_30d")) == (2, 12, 9)


def test_a_notice_that_is_too_young_is_not_asked_about() -> None:
    ledger = Ledger()
    ledger.market(12)
    ledger.until(10 + 5 + DAY)

    assert whole(ledger, "verified_down_1d").denominator == 6
    assert whole(ledger, "verified_down_7d").denominator == 0
    assert whole(ledger, "verified_down_7d").estimate == ""


def test_a_listing_that_comes_back_counts_from_the_day_it_was_down() -> None:
    ledger = Ledger()
    for n, case in enumerate(ledger.market(12)):
        ledger.event(case, "rechecked", 50, result="seller_gone")
        if n < 3:
            ledger.event(f"new-{n}", "relisted", 50 + (2 + 10 * n) * DAY, earlier_case=case, because=["photo"])
    ledger.until(95 * DAY)

    found = [whole(ledger, f"relist_rate_{days}d") for days in (7, 30, 90)]

    assert [row.numerator for row in found[:2]] == [1, 3]
    assert [row.denominator for row in found] == [12, 12, 12]


def test_a_decision_that_was_taken_back_is_not_the_one_that_counts() -> None:
    ledger = Ledger()
    cases = ledger.market(12)
    undone = next(e["id"] for e in ledger.entries if e.get("case") == cases[0] and e.get("kind") == "decided")
    ledger.event(cases[0], "undone", 11, event_id=undone)
    ledger.event(cases[1], "decided", 60, label="second_hand")

    assert whole(ledger, "t_review_median").denominator == 11
    assert whole(ledger, "reversal_rate").numerator == 1


def test_an_objection_that_was_upheld_is_a_reversal_and_an_open_one_is_unknown() -> None:
    ledger = Ledger()
    for n, case in enumerate(ledger.market(12)):
        ledger.event(case, "disposed", 60, notice=f"n-{case}", disposition="removed")
        if n < 3:
            ledger.event(case, "countered", 70, notice=f"n-{case}", counter_notice=f"c{n}")
    ledger.event("bazaar-sme-0", "settled", 80, counter_notice="c0", outcome="upheld")
    ledger.event("bazaar-sme-1", "settled", 80, counter_notice="c1", outcome="rejected")

    assert counts(whole(ledger, "successful_counter_rate")) == (1, 12, 1)
    assert counts(whole(ledger, "reversal_rate")) == (1, 12, 1)


def test_a_gap_that_was_planted_between_sizes_is_found() -> None:
    ledger = Ledger()
    for size, accepted in (("sme", 10), ("large", 38)):
        for n, case in enumerate(ledger.market(40, size=size)):
            done = 10 + n + (90 if size == "sme" else 30) + n % 7
            disposition = "removed" if n < accepted else "rejected"
            ledger.event(case, "disposed", done, notice=f"n-{case}", disposition=disposition)
    ledger.until(40 * DAY)
    rows = rows_of(ledger)

    accept, speed = rows["accept_rate", "gap", "sme-large"], rows["t_action_median", "gap", "sme-large"]

    assert float(accept.high) < 0
    assert float(accept.estimate) == pytest.approx(10 / 40 - 38 / 40)
    assert float(speed.low) > 0
    assert float(speed.estimate) == pytest.approx(60, abs=1)
    assert float(rows["t_action_rate_ratio", "gap", "sme-large"].high) < 1
    assert rows["t_notify_rate_ratio", "gap", "sme-large"].estimate == ""
    assert {row.confidence for row in rows.values() if row.low} == {"0.95"}


def test_a_rights_holder_counts_as_what_it_was_when_its_notice_was_logged() -> None:
    ledger = Ledger()
    ledger.market(12)
    before = rows_of(ledger)
    for n in range(3):
        ledger.holder(f"sme-{n}", "large")
    ledger.event("bazaar-sme-0", "rechecked", 60, result="up")

    assert rows_of(ledger)["notices_removed", "size", "sme"] == replace(
        before["notices_removed", "size", "sme"], as_of=stamp(60)
    )
    assert ("notices_removed", "size", "large") not in rows_of(ledger)


def test_the_health_of_a_fast_lane_is_told_by_reason() -> None:
    ledger = Ledger()
    for reason, accepted in (("TM-1", 3), ("TM-2", 12)):
        for n, case in enumerate(ledger.market(12, platform=f"shop {reason}", reason_code=reason)):
            disposition = "removed" if n < accepted else "rejected"
            ledger.event(case, "disposed", 60, notice=f"n-{case}", disposition=disposition)
    rows = rows_of(ledger)

    assert counts(rows["accept_rate", "reason", "TM-1"]) == (3, 12, 0)
    assert counts(rows["accept_rate", "reason", "TM-2"]) == (12, 12, 0)


def test_six_months_are_the_sum_of_two_quarters_and_nothing_else() -> None:
    ledger = Ledger()
    for quarter, accepted in (("a", 9), ("b", 12)):
        start = 0 if quarter == "a" else 91 * DAY
        for n in range(12):
            case = f"{quarter}-{n}"
            ledger.noticed(case, hours=start + 10 + n, holder=f"h{n % 3}", platform="bazaar" if n else "plaza")
            answer = "removed" if n < accepted else "rejected"
            ledger.event(case, "disposed", start + 60 + n, notice=f"n-{case}", disposition=answer)
    rows = {(r.metric, r.period, r.dimension): r for r in recompute(ledger.entries, (), ())}

    both = rows["accept_rate_6m", "2026-Q4", "all"]

    assert counts(both) == (9 + 12, 24, 0)
    assert both.status == rows["accept_rate", "2026-Q4", "all"].status
    assert ("accept_rate_6m", "2026-Q3", "all") not in rows


def test_the_gap_over_six_months_is_that_of_its_sizes() -> None:
    ledger = Ledger()
    for size, accepted in (("sme", 2), ("large", 11)):
        for n in range(3):
            ledger.holder(f"{size}-{n}", size)
        for quarter in range(2):
            for n in range(12):
                case, start = f"{size}-{quarter}-{n}", 91 * DAY * quarter
                ledger.noticed(case, hours=start + 10 + n, holder=f"{size}-{n % 3}")
                answer = "removed" if n < accepted else "rejected"
                ledger.event(case, "disposed", start + 60 + n, notice=f"n-{case}", disposition=answer)
    rows = {(r.metric, r.period, r.dimension): r for r in recompute(ledger.entries, (), ())}

    gap = rows["accept_rate_6m", "2026-Q4", "gap"]

    assert float(gap.estimate) == pytest.approx(4 / 24 - 22 / 24, abs=1e-5)
    assert float(gap.high) < 0


def test_too_few_notices_of_a_period_are_not_told_at_all() -> None:
    ledger = Ledger()
    ledger.market(9)

    rows = recompute(ledger.entries, (), ())

    assert rows
    assert {row.status for row in rows} == {Status.SUPPRESSED}
    assert all(row.numerator is None and row.estimate == "" for row in rows)


def test_groups_by_every_dimension_add_up_to_all() -> None:
    ledger = Ledger()
    ledger.market(30)
    ledger.market(25, platform="plaza", size="large")
    ledger.market(4, platform="stall", size="none")
    rows = rows_of(ledger)

    for dimension in ("size", "platform", "sector", "country", "right", "reason"):
        parts = [row.denominator or 0 for key, row in rows.items() if key[:2] == ("notices_removed", dimension)]
        assert sum(parts) == 59
    assert ("notices_removed", "platform", "stall") not in rows


def test_numbers_become_final_a_month_after_the_quarter_and_change_no_more() -> None:
    ledger = Ledger()
    cases = ledger.market(12)
    for case in cases:
        ledger.event(case, "disposed", 60, notice=f"n-{case}", disposition="rejected")
    early = whole(ledger, "accept_rate")
    ledger.event("x", "opened", 130 * DAY, holder="sme-0")
    final = whole(ledger, "accept_rate")
    ledger.event(cases[0], "disposed", 131 * DAY, notice=f"n-{cases[0]}", disposition="removed")

    assert early.status is Status.PROVISIONAL
    assert final.status is Status.FINAL
    assert final.as_of == "2026-11-01T00:00:00Z"
    assert whole(ledger, "accept_rate") == final


def test_a_year_later_the_change_is_told_but_nothing_is_claimed() -> None:
    ledger = Ledger()
    for number, offset in (("a", 0), ("b", 365 * DAY)):
        for n in range(3):
            ledger.holder(f"h{n}")
        for n in range(15):
            ledger.noticed(f"{number}{n}", 10 + offset + n, holder=f"h{n % 3}")
            ledger.event(f"{number}{n}", "disposed", 40 + offset, notice=f"n-{number}{n}", disposition="removed")
    rows = {(r.metric, r.period, r.dimension): r for r in recompute(ledger.entries, (), ())}

    change = rows["accept_rate", "2027-Q3", "year_on_year"]

    assert (change.group, change.estimate, change.claim) == ("2026-Q3", "0.000000", "unscheduled")


def test_every_number_is_defined_and_every_definition_is_used() -> None:
    ledger = Ledger()
    ledger.market(12)
    ledger.market(12, size="large")
    used = {metric.name for metric in (*ANSWERS, *FOLLOW_UP, *TIMES, *RATIOS)}

    assert {row.metric for row in recompute(ledger.entries, (), ())} == used
    assert len(DEFINITIONS) == len({metric.title for metric in DEFINITIONS.values()})


def test_a_platform_called_like_a_formula_stays_text() -> None:
    ledger = Ledger()
    ledger.market(12, platform="=HYPERLINK(\u202e)")

    assert "'=HYPERLINK(‹U+202E›)" in write_rows(recompute(ledger.entries, (), ()))


def test_rows_that_are_written_are_read_back() -> None:
    ledger = Ledger()
    for case in ledger.market(30):
        ledger.event(case, "disposed", 60, notice=f"n-{case}", disposition="removed")
    rows = recompute(ledger.entries, (), ())

    assert read_rows(write_rows(rows)) == rows


def test_rows_of_a_version_with_fewer_columns_are_read() -> None:
    (row,) = read_rows("metric,period,numerator,denominator,unknown,status\nprevalence,2026-Q3,1,2,,final\n")

    assert (row.numerator, row.confidence, row.status) == (1, "", Status.FINAL)


@pytest.mark.parametrize("text", ["metric\nprevalence\n", "metric,period,status\na,b,final\n", "a,b\n1,2,3\n"])
def test_a_table_of_another_kind_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="not one of ours"):
        read_rows(text)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        pytest.param({"at": 7}, "at must be a text, got 7", id="time-is-a-number"),
        pytest.param({"at": "yesterday"}, "must be a time with its zone, got 'yesterday'", id="time-is-a-word"),
        pytest.param({"kind": "vanished"}, "no such kind of event, got 'vanished'", id="kind"),
        pytest.param({"case": None}, "case must be a text, got None", id="no-case"),
        pytest.param({"disposition": "burnt"}, "no such disposition, got 'burnt'", id="disposition"),
    ],
)
def test_an_entry_of_another_shape_is_named(change: dict[str, Any], message: str) -> None:
    ledger = Ledger()
    ledger.market(12)
    ledger.event("bazaar-sme-0", "disposed", 60, notice="n-bazaar-sme-0", disposition="removed")
    ledger.entries[-1] = {**ledger.entries[-1], **change}

    with pytest.raises(InputError, match=message):
        recompute(ledger.entries, (), ())
