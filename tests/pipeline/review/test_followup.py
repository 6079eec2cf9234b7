"""The page of what is due: one's own clients' only, and nothing settled that is not theirs."""

from __future__ import annotations

import re
import tempfile
from datetime import timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest

from pipeline.enforcement import CaseState, EventKind, RecheckResult
from pipeline.people import EVERY_HOLDER, Role
from pipeline.review.followup import ROWS
from pipeline.review.guard import MAX_BODY
from pipeline.store.cases import Filters, QueuedCase, Sort, queue, read_events
from tests.pipeline.builders import listing
from tests.pipeline.rechecks.test_rechecks import write_warc
from tests.pipeline.review.desk import Desk, id_of, seller
from tests.pipeline.review.test_api import Program


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """Return a desk with one notice that went out on Taobao, and the listing still up."""
    desk = Desk.at(tmp_path)
    case_id = desk.case(listing(listing_id="n", title="QUILLMERE bag", platform="taobao", seller=seller(4)))
    one, other = (desk.person(name, (EVERY_HOLDER, Role.APPROVER)).person_id for name in ("rae", "sam"))
    desk.happen(case_id, EventKind.DECIDED, {"label": "counterfeit", "asset_ids": ["quill-word"]}, one)
    desk.happen(case_id, EventKind.APPROVED, by=other)
    notice = {"notice_id": "f" * 32, "method": "export", "channel": "taobao", "reason_code": "7"}
    desk.happen(case_id, EventKind.NOTICED, notice | {"right_type": "trademark"}, one)
    desk.clock.move(timedelta(days=40))
    desk.happen(case_id, EventKind.RECHECKED, {"result": RecheckResult.UP.value, "evidence_sha256": None})
    return desk


def test_one_list_is_shown_at_a_time_with_the_counts_of_all_and_the_first_that_holds_something(desk: Desk) -> None:
    browser = desk.browser("rae")

    first, again, later = (browser.get(f"/follow-up{which}").text for which in ("", "?tab=again", "?tab=waiting"))

    assert "Ask the platform for its answer" in first
    assert "QUILLMERE bag" in first
    assert ["still up on" in page for page in (first, again)] == [False, True]
    assert "1 notice sent" in again
    assert "Nothing here." in later
    assert tallied(first) == {"overdue": 1, "today": 0, "waiting": 0, "objections": 0, "again": 1}


def tallied(page: str) -> dict[str, int]:
    """Return the number beside the name of each list."""
    found = re.findall(r'tab=(\w+)"[^>]*>[^<]*<span class="number[^"]*">(\d+)<', page)
    return {name: int(number) for name, number in found}


def test_what_is_due_is_parted_by_day_and_turned_over_by_pages(desk: Desk) -> None:
    rae, sam = (id_of(name) for name in ("rae", "sam"))
    for number in range(ROWS + 3):
        case_id = desk.case(listing(listing_id=f"d{number:02}", title=f"QUILLMERE no {number:02}", platform="ebay"))
        desk.happen(case_id, EventKind.DECIDED, {"label": "counterfeit", "asset_ids": ["quill-word"]}, rae)
        desk.happen(case_id, EventKind.APPROVED, by=sam)
        notice = {"notice_id": f"{number:032}", "method": "api", "channel": "ebay-vero", "reason_code": "7"}
        desk.happen(case_id, EventKind.NOTICED, notice | {"right_type": "trademark"}, rae)
    browser = desk.browser("rae")

    waiting = [browser.get(f"/follow-up?tab=waiting&number={number}").text for number in (1, 2, 3, 4)]
    desk.clock.move(timedelta(days=3))
    browser.sign_in("rae")
    today = browser.get("/follow-up?tab=today").text

    terms = 2 * (ROWS + 3)  # for each: whether it is gone, and the platform's answer
    assert tallied(waiting[0])["waiting"] == terms
    assert [page.count('class="term"') for page in waiting] == [ROWS, ROWS, terms - 2 * ROWS, 0]
    assert ["Next page" in page for page in waiting] == [True, True, False, False]
    assert (tallied(today)["today"], tallied(today)["waiting"]) == (ROWS + 3, ROWS + 3)


@pytest.mark.parametrize("query", ["tab=nothing", "number=0", "number=x", "number=9" * 9])
def test_a_list_or_page_that_is_none_is_refused(desk: Desk, query: str) -> None:
    assert desk.browser("rae").get(f"/follow-up?{query}").status_code == 422


def test_another_clients_follow_up_is_not_there(desk: Desk) -> None:
    page = desk.signed_in("bo", ("brook", Role.ADMIN)).get("/follow-up").text

    assert "QUILLMERE" not in page
    assert set(tallied(page).values()) == {0}


@pytest.mark.parametrize(("notice_id", "outcome"), [("f" * 32, "lapsed"), ("0" * 32, "upheld"), ("f" * 32, "luck")])
def test_nothing_is_settled_that_nobody_objected_to(desk: Desk, notice_id: str, outcome: str) -> None:
    browser = desk.browser("rae")

    assert browser.post(f"/follow-up/objections/{notice_id}", {"outcome": outcome}).status_code == 422


def entered(desk: Desk, name: str, *rows: dict[str, Any]) -> Any:
    browser = desk.browser(name)
    browser.get("/follow-up")
    lines = b"\n".join(orjson.dumps(row) for row in rows)
    return browser.post("/follow-up/looks", files={"looks": ("../../looks.txt", lines)})


LOOK = {"platform": "taobao", "listing_id": "n", "checked_at": "2026-12-12T10:00:00Z", "result": "gone_404"}


def test_looks_of_a_file_are_entered_and_what_cannot_be_used_is_told_by_line(desk: Desk) -> None:
    stolen = {**LOOK, "evidence": "../store.db"}
    own = {**LOOK, "evidence": "/etc/hostname"}
    late = {**LOOK, "checked_at": "2030-01-01T00:00:00Z"}
    desk.clock.move(timedelta(hours=2))
    page = entered(desk, "rae", LOOK | {"listing_id": "x"}, stolen, own, late, {"a": "<b>"}, LOOK).text

    assert [f"looks.jsonl:{number}" in page for number in range(1, 7)] == [False, True, True, True, True, False]
    assert str(tempfile.gettempdir()) not in page
    assert "<b>" not in page
    (case,) = (row.case for row in desk_cases(desk))
    assert case.state is CaseState.DOWN


def test_a_line_may_name_evidence_elsewhere_by_its_digest_and_the_case_shows_it(desk: Desk) -> None:
    desk.clock.move(timedelta(hours=2))
    entered(desk, "rae", LOOK | {"evidence": {"url": "https://vault.example/<1>", "sha256": "c" * 64}})

    (row,) = desk_cases(desk)
    page = desk.browser("sam").get(f"/cases/{row.case.case_id}").text

    assert row.case.state is CaseState.DOWN
    assert "https://vault.example/&lt;1&gt;" in page
    assert "c" * 64 in page


def test_what_an_uploaded_warc_has_captured_is_kept_as_evidence(desk: Desk, tmp_path: Path) -> None:
    url = desk_cases(desk)[0].card.url
    when = "2026-12-12T10:00:00Z"
    warc = write_warc(tmp_path / "looks.warc.gz", (url, "404 Not Found", b"gone"), when=when).read_bytes()
    desk.clock.move(timedelta(hours=2))
    browser = desk.browser("rae")
    browser.get("/follow-up")

    browser.post("/follow-up/looks", files={"looks": ("C:\\looks.WARC.gz", warc)})

    (row,) = desk_cases(desk)
    with desk.site.store.read() as connection:
        checked = read_events(connection, row.case.case_id, None)[-1]
    kept = desk.site.originals.read(checked.facts["evidence_sha256"])
    assert (row.case.state, checked.facts["result"]) == (CaseState.DOWN, "gone_404")
    assert kept is not None
    assert kept.startswith(b"HTTP/1.1 404")


@pytest.mark.parametrize("role", [Role.REVIEWER, Role.ADMIN])
def test_who_does_not_approve_for_everybody_enters_no_looks(desk: Desk, role: Role) -> None:
    desk.person("cy", (EVERY_HOLDER if role is Role.REVIEWER else "quill", role))

    assert entered(desk, "cy", LOOK).status_code == 403
    assert "Enter re-checks" not in desk.browser("cy").get("/follow-up").text
    assert [row.case.state for row in desk_cases(desk)] == [CaseState.NOTICED]


def test_a_file_that_is_too_large_is_refused(desk: Desk) -> None:
    assert entered(desk, "rae", {"a": "x" * MAX_BODY}).status_code == 413


def test_a_program_reads_what_is_to_be_done_for_its_own_clients(desk: Desk) -> None:
    program, other = Program(desk, "una", Role.APPROVER), desk.signed_in("bo", ("brook", Role.ADMIN))

    found = program.get("/follow-up").json()

    assert (found["total"]["due"], found["due"][0]["overdue"], found["again"][0]["sent"]) == (1, True, 1)
    assert other.get("/api/follow-up").json()["total"] == {"due": 0, "again": 0, "objections": 0}


def desk_cases(desk: Desk) -> tuple[QueuedCase, ...]:
    with desk.site.store.read() as connection:
        return queue(connection, Filters(), None, sort=Sort.AGE, after=None, limit=9).cases
