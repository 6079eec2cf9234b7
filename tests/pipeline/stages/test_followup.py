"""Follow-up over the store: answers, objections, what is due, and fast lanes."""

import csv
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from pipeline.commands.followup import followup
from pipeline.enforcement import CaseState, Disposition, EventKind
from pipeline.errors import InputError
from pipeline.followup.clocks import shipped_clocks
from pipeline.followup.health import shipped_programmes
from pipeline.notices.notice import NoticeState
from pipeline.stages.followup import (
    Said,
    fast_lanes,
    foresee,
    overview,
    record_answer,
    record_objection,
    settle,
    warning_line,
)
from pipeline.stages.notify import send
from pipeline.stages.prepare import batches_of
from pipeline.store.cases import read_events
from pipeline.store.database import Store, open_store
from pipeline.store.events import events_after
from pipeline.store.notices import notices_of
from tests.pipeline.notices.bureau import Bureau, stationery
from tests.pipeline.notices.samples import NOW, listing
from tests.pipeline.stages.test_notify import Platform
from tests.stores import append_event

DAY = timedelta(days=1)
ANA = Said(by="ana", at=NOW + 2 * DAY)


@pytest.fixture
def bureau(tmp_path: Path, store: Store) -> Bureau:
    return Bureau(tmp_path, store)


def noticed(bureau: Bureau, number: int = 1) -> tuple[str, str]:
    """Send the notice of a new case; return the ids of both."""
    case_id = bureau.approved(listing(listing_id=str(number), url=f"https://item.example/{number}"))
    (batch,) = batches_of(bureau.prepared(case_id), stationery().channels)
    (receipt,) = send(bureau.store, batch, Platform(), NOW, by="bo")
    return case_id, receipt.notice_id


def test_an_answer_is_an_event_and_closes_its_notice(bureau: Bureau) -> None:
    case_id, notice_id = noticed(bureau)

    for _ in range(2):
        record_answer(bureau.store, notice_id, Disposition.REJECTED, ANA, cause="evidence", text="No <b>proof</b>")

    assert bureau.kinds(case_id)[-1:] == ["disposed"]
    assert bureau.kinds(case_id).count("disposed") == 1
    with bureau.store.read() as connection:
        (kept,) = notices_of(connection, [case_id], None)
        facts = events_after(connection, 0, 99)[-1].facts
    assert kept.state is NoticeState.CLOSED
    assert (facts["disposition"], facts["cause"], facts["platform_text"]) == ("rejected", "evidence", "No <b>proof</b>")


def test_a_pending_answer_closes_nothing(bureau: Bureau) -> None:
    case_id, notice_id = noticed(bureau)

    record_answer(bureau.store, notice_id, Disposition.PENDING, ANA)

    with bureau.store.read() as connection:
        assert notices_of(connection, [case_id], None)[0].state is NoticeState.ACKNOWLEDGED


def test_an_objection_runs_against_a_term_until_it_is_settled(bureau: Bureau) -> None:
    case_id, notice_id = noticed(bureau)

    made = record_objection(bureau.store, notice_id, "bought from the maker", ANA, shipped_clocks())
    found = overview(bureau.store, ("bramble",), shipped_clocks(), NOW + 9 * DAY)
    case = settle(bureau.store, notice_id, "upheld", ANA)

    assert [one.counter_notice_id for one in found.objections] == [made.counter_notice_id]
    assert found.objections[0].grounds == "bought from the maker"
    assert found.renotices == ()
    assert case.state is CaseState.CLOSED
    assert overview(bureau.store, None, shipped_clocks(), NOW).objections == ()
    with pytest.raises(InputError, match="no objection is open"):
        settle(bureau.store, notice_id, "upheld", ANA)
    assert bureau.kinds(case_id)[-2:] == ["countered", "settled"]


def test_what_is_due_comes_soonest_first_and_within_the_scope(bureau: Bureau) -> None:
    first, _ = noticed(bureau, 1)
    second, notice_id = noticed(bureau, 2)
    record_answer(bureau.store, notice_id, Disposition.REJECTED, ANA)
    up = replace(bureau.event(second, EventKind.RECHECKED, "system", {"result": "up"}), at=ANA.at)
    with bureau.store.write() as connection:
        append_event(connection, up, None, four_eyes=())

    found = overview(bureau.store, ("bramble",), shipped_clocks(), NOW + 3 * DAY)

    assert [(d.case_id, d.clock.clock) for d in found.due] == [
        (first, "look"),
        (first, "answer"),
        (second, "rejected"),
    ]
    assert [again.case_id for again in found.renotices] == [second]
    assert overview(bureau.store, ("other",), shipped_clocks(), NOW).due == ()


def test_nobody_answers_for_another_rights_holder(bureau: Bureau) -> None:
    _, notice_id = noticed(bureau)
    stranger = Said(by="eve", at=NOW, scope=("other",))

    for attempt in (
        lambda: record_answer(bureau.store, notice_id, Disposition.REMOVED, stranger),
        lambda: record_objection(bureau.store, notice_id, "x", stranger, ()),
        lambda: settle(bureau.store, notice_id, "lapsed", stranger),
        lambda: record_answer(bureau.store, "no such", Disposition.REMOVED, ANA),
    ):
        with pytest.raises(InputError, match="no such notice"):
            attempt()
    with pytest.raises(InputError, match="no such outcome, got 'won'"):
        settle(bureau.store, notice_id, "won", ANA)


def test_fast_lanes_are_foreseen_from_what_was_answered(bureau: Bureau) -> None:
    (amazon,) = (p for p in shipped_programmes() if p.programme == "amazon-project-zero")
    lane = replace(amazon, platforms=frozenset({"ebay"}))
    for number in range(3):
        _, notice_id = noticed(bureau, number)
        record_answer(bureau.store, notice_id, Disposition.REMOVED if number else Disposition.REJECTED, ANA)
    case_id = bureau.approved(listing(listing_id="9"))
    ready = bureau.prepared(case_id)
    strict = replace(lane, least_notices=1)

    with bureau.store.read() as connection:
        (health,) = fast_lanes(connection, None, [strict], NOW + 3 * DAY)
        (warning,) = foresee(connection, ready.notices, None, [strict], NOW + 3 * DAY)
        assert foresee(connection, ready.notices, None, [lane], NOW + 3 * DAY) == ()
        assert fast_lanes(connection, ("other",), [strict], NOW + 3 * DAY)[0].sent == 0

    assert (health.sent, health.decided, health.accepted, health.breached) == (3, 3, 2, True)
    assert "66.7% of 3 accepted" in warning_line(warning)
    assert "none may be refused" in warning_line(warning)


TABLE = 'notice_id,disposition,platform_text\n{},pending,"one\r\ntwo\u2028three"\n'
LINE = '{{"notice_id": "{}", "disposition": "pending", "platform_text": "one\\r\\ntwo\u2028three"}}\n'


@pytest.mark.parametrize(("name", "rows"), [("a.csv", TABLE), ("a.jsonl", LINE)], ids=["csv", "json"])
def test_what_a_platform_says_is_entered_with_all_its_lines(tmp_path: Path, name: str, rows: str) -> None:
    url = f"sqlite:///{tmp_path / 'store.db'}"
    bureau = Bureau(tmp_path, open_store(url))
    case_id, notice_id = noticed(bureau)
    (tmp_path / name).write_bytes(rows.format(notice_id).encode())

    entered = CliRunner().invoke(followup, ["answers", str(tmp_path / name), "--by", "ana", "--store", url])

    assert entered.output == "1 answers entered, 0 not usable\n"
    with bureau.store.read() as connection:
        assert "one\r\ntwo\u2028three" in read_events(connection, case_id, None)[-1].facts.values()


def test_a_file_of_answers_that_is_no_csv_is_one_line(tmp_path: Path) -> None:
    csv.field_size_limit(131_072)  # the module's own limit, which other libraries raise
    (tmp_path / "a.csv").write_text(f"notice_id,disposition\n{'x' * 200_000},removed\n", "utf-8")
    url = f"sqlite:///{tmp_path / 'store.db'}"

    done = CliRunner().invoke(followup, ["answers", str(tmp_path / "a.csv"), "--by", "ana", "--store", url])

    assert done.exit_code == 2
    assert "expected CSV or JSON lines" in done.output
    assert done.output.count("\n") == 1


def test_the_commands_enter_answers_and_print_what_is_due(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'store.db'}"
    bureau = Bureau(tmp_path, open_store(url))
    case_id, notice_id = noticed(bureau)
    rows = f"notice_id,disposition,cause,at\n{notice_id},rejected,=1+1,2026-10-21T00:00:00Z\nnone,removed,,\nx,gone,,\n"
    (tmp_path / "answers.csv").write_text(rows, "utf-8")
    (tmp_path / "answers.jsonl").write_text(f'{{"notice_id": "{notice_id}", "disposition": "pending"}}\n[]\n', "utf-8")
    runner, store = CliRunner(), ["--store", url]

    table = runner.invoke(followup, ["answers", str(tmp_path / "answers.csv"), "--by", "ana", *store])
    jsonl = runner.invoke(followup, ["answers", str(tmp_path / "answers.jsonl"), "--by", "ana", *store])
    objection = runner.invoke(followup, ["objection", notice_id, "--grounds", "\x1b[31mmine", "--by", "ana", *store])
    due = runner.invoke(followup, ["due", *store])
    settled = runner.invoke(followup, ["settle", notice_id, "rejected", "--by", "ana", *store])
    health = runner.invoke(followup, ["health", *store])

    assert table.exit_code == 1
    assert "1 answers entered, 2 not usable" in table.output
    assert "answers.csv:4: disposition: got 'gone', expected one of removed" in table.output
    assert "1 answers entered, 1 not usable" in jsonl.output
    assert objection.output == "no term is known for this platform\n"
    assert f"{case_id} objection, no term known: ‹U+001B›[31mmine" in due.output
    assert settled.output == f"{case_id} noticed\n"
    assert health.exit_code == 0
    assert "alibaba-good-faith all reasons: 0 sent, 0 decided, accepted - (at least 90%)" in health.output
