"""Deciding: one case, two people at once, many cases, and taking it back."""

from __future__ import annotations

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from pipeline.enforcement import CaseState, EventKind
from pipeline.people import EVERY_HOLDER, Role
from pipeline.records import Label
from pipeline.store.cases import read_events
from tests.pipeline.builders import listing
from tests.pipeline.review.desk import Browser, Desk, id_of, picture, seller


@pytest.fixture
def desk(store_url: str, tmp_path: Path) -> Iterator[Desk]:
    desk = Desk.at(tmp_path, store_url)
    yield desk
    desk.site.store.close()


def decide(browser: Browser, case_id: str, label: str, seen: int = 1, **more: str) -> object:
    return browser.post(f"/cases/{case_id}/decide", {"label": label, "seen": str(seen), "asset": "quill-word", **more})


def test_a_decision_is_written_and_leads_to_the_next_case_with_an_undo(desk: Desk) -> None:
    first, second = desk.case(), desk.case()
    browser = desk.reviewer()

    response = browser.post(f"/cases/{first}/decide", {"label": "counterfeit", "seen": "1", "asset": "quill-word"})
    shown = browser.get(response.headers["location"])

    assert desk.read(first).label is Label.COUNTERFEIT
    assert desk.read(first).asset_ids == ("quill-word",)
    assert response.headers["location"].startswith(f"/cases/{second}?done={first}.")
    assert f'action="/cases/{first}/undo"' in shown.text


def test_an_undo_takes_the_word_back_and_keeps_the_history(desk: Desk) -> None:
    case_id = desk.case()
    desk.case()
    browser = desk.reviewer()
    response = browser.post(f"/cases/{case_id}/decide", {"label": "lookalike", "seen": "1"})
    event_id = response.headers["location"].split("done=")[1].split(".")[1]

    browser.post(f"/cases/{case_id}/undo", {"event_id": event_id})

    assert desk.read(case_id).state is CaseState.OPEN
    with desk.site.store.read() as connection:
        kinds = [event.kind for event in read_events(connection, case_id, None)]
    assert kinds == [EventKind.OPENED, EventKind.DECIDED, EventKind.UNDONE]


def test_nobody_takes_back_the_word_of_another(desk: Desk) -> None:
    case_id = desk.case()
    desk.case()
    one, other = desk.reviewer("rae"), desk.reviewer("sam")
    response = one.post(f"/cases/{case_id}/decide", {"label": "lookalike", "seen": "1"})
    event_id = response.headers["location"].split("done=")[1].split(".")[1]

    refused = other.post(f"/cases/{case_id}/undo", {"event_id": event_id})

    assert refused.status_code == 409
    assert desk.read(case_id).label is Label.LOOKALIKE


def test_of_two_people_at_once_the_second_is_told_and_keeps_their_words(desk: Desk) -> None:
    case_id = desk.case()
    one, other = desk.reviewer("rae"), desk.reviewer("sam")

    one.post(f"/cases/{case_id}/decide", {"label": "counterfeit", "seen": "1"})
    told = other.post(f"/cases/{case_id}/decide", {"label": "lookalike", "seen": "1", "reason": "no mark on it"})
    decided = desk.read(case_id).label
    again = other.post(f"/cases/{case_id}/decide", {"label": "lookalike", "seen": "2", "reason": "no mark on it"})

    assert told.status_code == 409
    assert "Rae" in told.text
    assert 'value="no mark on it"' in told.text
    assert 'value="lookalike">Decide all the same' in told.text
    assert decided is Label.COUNTERFEIT
    assert again.status_code == 303
    assert desk.read(case_id).label is Label.LOOKALIKE


def test_of_many_decisions_at_the_same_moment_exactly_one_is_written(desk: Desk) -> None:
    case_id = desk.case()
    browsers = [desk.reviewer(f"r{number}") for number in range(6)]

    with ThreadPoolExecutor(6) as pool:
        statuses = sorted(pool.map(lambda b: decide(b, case_id, "counterfeit").status_code, browsers))  # type: ignore[attr-defined]

    assert statuses == [303, 409, 409, 409, 409, 409]
    assert desk.read(case_id).events == 2


def test_a_comment_never_conflicts(desk: Desk) -> None:
    case_id = desk.case()
    one, other = desk.reviewer("rae"), desk.reviewer("sam")
    one.post(f"/cases/{case_id}/decide", {"label": "counterfeit", "seen": "1"})

    written = other.post(f"/cases/{case_id}/deed", {"deed": "commented", "seen": "1", "reason": "ask the brand"})

    assert written.status_code == 303
    assert "ask the brand" in other.get(f"/cases/{case_id}").text


def test_who_decided_cannot_approve_unless_the_rights_holder_does_without(desk: Desk) -> None:
    case_id = desk.case()
    one = desk.signed_in("rae", (EVERY_HOLDER, Role.ADMIN))
    other = desk.signed_in("sam", (EVERY_HOLDER, Role.APPROVER))
    one.post(f"/cases/{case_id}/decide", {"label": "counterfeit", "seen": "1"})

    own = one.post(f"/cases/{case_id}/approve", {"verdict": "approved", "seen": "2"})
    waiting = other.get("/approvals")
    agreed = other.post(f"/cases/{case_id}/approve", {"verdict": "approved", "seen": "2"})

    assert own.status_code == 409
    assert desk.read(case_id).state is CaseState.APPROVED
    assert agreed.status_code == 303
    assert f'value="{case_id}"' in waiting.text

    second = desk.case()
    one.post("/people/holders/four-eyes", {"rights_holder_id": "quill", "wanted": "false"})
    one.post(f"/cases/{second}/decide", {"label": "counterfeit", "seen": "1"})
    alone = one.post(f"/cases/{second}/approve", {"verdict": "approved", "seen": "2"})
    assert alone.status_code == 303
    assert desk.read(second).state is CaseState.APPROVED


def test_a_returned_case_is_open_again(desk: Desk) -> None:
    case_id = desk.case()
    desk.reviewer("rae").post(f"/cases/{case_id}/decide", {"label": "counterfeit", "seen": "1"})
    other = desk.signed_in("sam", (EVERY_HOLDER, Role.APPROVER))

    other.post(f"/cases/{case_id}/approve", {"verdict": "returned", "seen": "2", "reason": "which mark?"})

    assert desk.read(case_id).state is CaseState.OPEN


def bulk(browser: Browser, form: dict[str, object]) -> tuple[str, object]:
    """Preview a bulk decision, then carry it out as the page says."""
    preview = browser.post("/bulk/preview", form)
    assert preview.status_code == 200, preview.text
    cases = re.search(r'name="cases" value="([^"]*)"', preview.text)
    confirmed = re.search(r'name="confirmed" value="(\d+)"', preview.text)
    sent = {"cases": cases.group(1) if cases else "", "confirmed": confirmed.group(1) if confirmed else "0"}
    return preview.text, browser.post("/bulk/apply", {"deed": form["deed"], **sent})


def test_a_bulk_decision_over_a_filtered_queue_does_what_its_preview_said_and_is_undone_as_one(desk: Desk) -> None:
    wanted = [desk.case(listing(listing_id=f"a{n}", title="QUILLMERE bag", seller=seller(7))) for n in range(12)]
    others = [desk.case(listing(listing_id=f"b{n}", title="QUILLMERE bag", seller=seller(8))) for n in range(3)]
    browser = desk.reviewer()

    page, applied = bulk(browser, {"deed": "counterfeit", "whole": "1", "query": "seller=s7"})
    done = browser.get(applied.headers["location"])  # type: ignore[attr-defined]
    after = {desk.read(case_id).label for case_id in wanted}
    bulk_id = re.search(r'action="/bulk/([0-9a-f]{32})/undo"', done.text).group(1)  # type: ignore[union-attr]
    undone = browser.post(f"/bulk/{bulk_id}/undo")

    assert "12 cases will change" in page
    assert "12 cases changed" in done.text
    assert after == {Label.COUNTERFEIT}
    assert {desk.read(case_id).events for case_id in others} == {1}
    assert "12 decisions taken back" in undone.text
    assert {desk.read(case_id).state for case_id in wanted} == {CaseState.OPEN}


def test_a_bulk_decision_leaves_alone_what_moved_on_after_its_preview(desk: Desk) -> None:
    cases = [desk.case() for _ in range(4)]
    browser, other = desk.reviewer("rae"), desk.reviewer("sam")
    preview = browser.post("/bulk/preview", {"deed": "irrelevant", "case": cases})
    tokens = re.search(r'name="cases" value="([^"]*)"', preview.text).group(1)  # type: ignore[union-attr]
    other.post(f"/cases/{cases[2]}/decide", {"label": "counterfeit", "seen": "1"})

    applied = browser.post("/bulk/apply", {"deed": "irrelevant", "cases": tokens, "confirmed": "4"})
    done = browser.get(applied.headers["location"])

    assert "3 cases changed" in done.text
    assert "1 case had moved on" in done.text
    assert [desk.read(c).label for c in cases].count(Label.IRRELEVANT) == 3
    assert desk.read(cases[2]).label is Label.COUNTERFEIT


def test_a_bulk_undo_leaves_what_somebody_else_has_said_since(desk: Desk) -> None:
    cases = [desk.case() for _ in range(3)]
    browser, other = desk.reviewer("rae"), desk.reviewer("sam")
    _, applied = bulk(browser, {"deed": "irrelevant", "case": cases})
    bulk_id = applied.headers["location"].split("/bulk/")[1][:32]  # type: ignore[attr-defined]
    other.post(f"/cases/{cases[0]}/decide", {"label": "counterfeit", "seen": "2"})

    undone = browser.post(f"/bulk/{bulk_id}/undo")

    assert "2 decisions taken back" in undone.text
    assert desk.read(cases[0]).label is Label.COUNTERFEIT


def test_a_bulk_decision_of_another_number_than_confirmed_writes_nothing(desk: Desk) -> None:
    cases = [desk.case(), desk.case()]
    browser = desk.reviewer()

    form = {"deed": "irrelevant", "cases": " ".join(f"{c}:1" for c in cases), "confirmed": "1"}

    assert browser.post("/bulk/apply", form).status_code == 422
    assert {desk.read(c).events for c in cases} == {1}


def test_near_identical_listings_are_those_that_show_the_same_photo_or_bear_the_same_title(desk: Desk) -> None:
    same_photo = desk.case(photos=[picture(10)])
    case_id = desk.case(photos=[picture(10), picture(20)])
    other = desk.case(photos=[picture(30)])
    browser = desk.reviewer()

    page = browser.get(f"/cases/{case_id}").text
    form = page.split('id="alike-deed"')[0].rsplit("<form", 1)[1]

    assert same_photo in form
    assert other not in form


def test_a_queue_narrows_sorts_pages_and_counts(desk: Desk) -> None:
    for number in range(60):
        desk.case(listing(listing_id=f"n{number}", title="QUILLMERE", platform="ebay", seller=seller(number % 2)))
    desk.case(listing(listing_id="t", title="QUILLMERE elsewhere"))
    browser = desk.reviewer()

    first = browser.get("/cases?platform=ebay&sort=age").text
    link = re.search(r'rel="next"[^>]*href="([^"]+)"', first)
    second = browser.get(link.group(1).replace("&amp;", "&")).text if link else ""
    by_seller = browser.get("/cases?seller=s0").text

    ids = [re.findall(r'class="title" href="/cases/([0-9a-f]{32})', page) for page in (first, second)]
    assert "60 cases" in first
    assert [len(page) for page in ids] == [50, 10]
    assert len({*ids[0], *ids[1]}) == 60
    assert "30 cases" in by_seller


@pytest.mark.parametrize(
    "query",
    [
        "band=enormous",
        "rank=first",
        "rank=99999999999999999999",
        "since=yesterday",
        "after=xyz",
        "sort=age&after=0001-01-01T00:00:00%2B14:00_x",
        "sort=luck",
    ],
)
def test_an_unusable_filter_is_told_and_never_a_fault(desk: Desk, query: str) -> None:
    assert desk.reviewer().get(f"/cases?{query}").status_code == 422


def test_a_saved_filter_belongs_to_its_person(desk: Desk) -> None:
    one, other = desk.reviewer("rae"), desk.reviewer("sam")
    one.get("/cases")

    one.post("/filters", {"title": "high on ebay", "query": "platform=ebay&band=high&after=x&evil=1"})

    assert 'href="/cases?platform=ebay&amp;band=high"' in one.get("/cases").text
    assert "high on ebay" not in other.get("/cases").text


def test_a_case_is_given_to_somebody_who_may_decide_on_it_and_to_nobody_else(desk: Desk) -> None:
    case_id = desk.case()
    browser = desk.reviewer("rae")
    desk.person("sam", ("quill", Role.REVIEWER))
    desk.person("bo", ("brook", Role.ADMIN))

    refused = browser.post(f"/cases/{case_id}/deed", {"deed": "assigned", "seen": "1", "to": id_of("bo")})
    given = browser.post(f"/cases/{case_id}/deed", {"deed": "assigned", "seen": "1", "to": id_of("sam")})
    assignee = desk.read(case_id).assignee
    browser.post(f"/cases/{case_id}/deed", {"deed": "assigned", "seen": "2", "to": ""})

    assert [refused.status_code, given.status_code] == [422, 303]
    assert assignee == id_of("sam")
    assert desk.read(case_id).assignee is None


def test_the_last_decision_of_a_queue_can_be_taken_back_from_the_queue(desk: Desk) -> None:
    case_id = desk.case()
    browser = desk.reviewer()

    decided = browser.post(f"/cases/{case_id}/decide", {"label": "lookalike", "seen": "1"})
    shown = browser.get(decided.headers["location"])

    assert decided.headers["location"].startswith("/cases?done=")
    assert f'action="/cases/{case_id}/undo"' in shown.text


def test_a_retired_label_is_offered_no_more_and_stays_where_it_was_given(tmp_path: Path) -> None:
    desk = Desk.at(tmp_path)
    given, other = desk.case(), desk.case()
    desk.reviewer("rae").post(f"/cases/{given}/decide", {"label": "grey_market", "seen": "1"})
    admin = desk.signed_in("ada", (EVERY_HOLDER, Role.ADMIN))
    admin.post("/labels/grey_market", {"retired": "true", "reason": "not ours to police"})
    browser = desk.browser("rae")

    page = browser.get(f"/cases/{other}").text
    queue = browser.get("/cases").text
    refused = [
        browser.post(f"/cases/{other}/decide", {"label": "grey_market", "seen": "1"}),
        browser.post("/bulk/preview", {"deed": "grey_market", "case": other}),
    ]

    assert 'value="grey_market"' not in page + queue
    assert "Grey market" in browser.get(f"/cases/{given}").text
    assert {response.status_code for response in refused} == {422}
    assert desk.read(other).events == 1
