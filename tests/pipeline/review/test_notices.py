"""The page of notices: exported by those who may, recorded as exported, filed by a person, and nobody else's."""

from __future__ import annotations

import hashlib
import json
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import pytest

from pipeline.enforcement import CaseState, EventKind
from pipeline.notices.notice import NoticeState
from pipeline.people import EVERY_HOLDER, Role
from pipeline.store.cases import read_events
from pipeline.store.desk import accesses_of
from pipeline.store.notices import KeptNotice, notices_of
from tests.pipeline.review.desk import Browser, Desk, id_of
from tests.pipeline.review.outbox import approved, outbox
from tests.pipeline.review.test_hostile import PAYLOADS, suspects


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return outbox(tmp_path)


def kept(desk: Desk, case_id: str) -> KeptNotice:
    with desk.site.store.read() as connection:
        (found,) = notices_of(connection, [case_id], None)
    return found


def exported(browser: Browser, *case_ids: str) -> ZipFile:
    response = browser.post("/notices/export", {"case": list(case_ids)})
    assert response.headers["content-type"] == "application/zip"
    return ZipFile(BytesIO(response.content))


def test_an_export_holds_the_forms_and_exhibits_that_its_manifest_names_and_is_recorded(desk: Desk) -> None:
    one, other = approved(desk, "taobao"), approved(desk, "amazon")
    archive = exported(desk.browser("bo"), one, other)

    manifest = json.loads(archive.read("20261102T090000Z/manifest.json"))
    held = {file["path"]: file["sha256"] for file in manifest["files"]}
    read = {name.partition("/")[2]: hashlib.sha256(archive.read(name)).hexdigest() for name in archive.namelist()}
    del read["manifest.json"]

    assert read == held
    assert {batch["channel"] for batch in manifest["batches"]} == {"amazon-report-a-violation", "taobao-tmall-1688"}
    assert {f"exhibits/{one}.wacz", f"exhibits/{other}.wacz"} <= set(held)
    assert {kept(desk, case_id).state for case_id in (one, other)} == {NoticeState.EXPORTED}
    assert desk.read(one).state is CaseState.APPROVED
    with desk.site.store.read() as connection:
        assert [(a.what, a.person_id) for a in accesses_of(connection, one)] == [("export", id_of("bo"))]


def test_the_same_cases_in_the_same_second_are_the_same_file(desk: Desk) -> None:
    one, other = approved(desk, "taobao"), approved(desk, "amazon")
    browser = desk.browser("bo")

    first, again = (browser.post("/notices/export", {"case": ids}).content for ids in ([one, other], [other, one]))

    assert sorted(ZipFile(BytesIO(first)).namelist()) == sorted(ZipFile(BytesIO(again)).namelist())
    assert hashlib.sha256(first).digest() == hashlib.sha256(again).digest()


def test_what_was_exported_is_marked_and_not_chosen_again_by_itself(desk: Desk) -> None:
    one, other = approved(desk, "taobao"), approved(desk, "amazon")
    browser = desk.browser("bo")
    exported(browser, one)

    page = browser.get("/notices").text

    assert f'value="{one}" aria-label' in page
    assert f'value="{other}" checked aria-label' in page


def test_a_batch_that_was_filed_is_noticed_by_the_person_who_said_so(desk: Desk) -> None:
    case_id, browser = approved(desk, "taobao"), desk.browser("bo")
    exported(browser, case_id)
    batch = kept(desk, case_id).batch_id
    assert batch in browser.get("/notices").text

    said = browser.post(f"/notices/{batch}/filed", {"native_id": "  IPP-\n7 "})
    again = browser.post(f"/notices/{batch}/filed")

    assert (said.status_code, again.status_code) == (303, 409)
    assert (kept(desk, case_id).state, kept(desk, case_id).native_id) == (NoticeState.ACKNOWLEDGED, "IPP- 7")
    assert desk.read(case_id).state is CaseState.NOTICED
    with desk.site.store.read() as connection:
        events = read_events(connection, case_id, None)
    assert [event.by for event in events if event.kind is EventKind.NOTICED] == [id_of("bo")]


def test_a_batch_that_was_given_up_leaves_its_case_to_be_noticed_again(desk: Desk) -> None:
    case_id, browser = approved(desk, "taobao"), desk.browser("bo")
    exported(browser, case_id)

    batch = kept(desk, case_id).batch_id

    assert browser.post(f"/notices/{batch}/given-up", {"reason": "the portal was down"}).status_code == 303
    with desk.site.store.read() as connection:
        last = read_events(connection, case_id, None)[-1]
    assert (last.kind, last.by, last.reason) == (EventKind.GIVEN_UP, id_of("bo"), "the portal was down")
    assert kept(desk, case_id).state is NoticeState.FAILED
    assert desk.read(case_id).state is CaseState.APPROVED
    assert "1 notice may go out." in browser.get("/notices").text


def test_what_is_wrong_with_a_case_stands_beside_it_and_keeps_it_out_of_exports(desk: Desk) -> None:
    case_id, browser = approved(desk, "ebay"), desk.browser("bo")

    page = browser.get("/notices").text
    response = browser.post("/notices/export", {"case": case_id})

    assert "1 case is kept back:" in page
    assert "is not filled in, got nothing, expected a code" in page
    assert response.status_code == 422
    assert "None of these cases may be noticed" in response.text


def test_a_person_chooses_another_channel_and_where_the_right_is_infringed(desk: Desk) -> None:
    case_id, browser = approved(desk, "taobao"), desk.browser("bo")
    chosen = {"channel": "dsa-article-16", "claim": ["text"]}

    page = browser.get("/notices", params=chosen).text
    browser.post("/notices/export", {"case": [case_id], **chosen})

    assert '<input type="hidden" name="channel" value="dsa-article-16">' in page
    assert "1 notice may go out." in page
    assert kept(desk, case_id).notice.channel == "dsa-article-16"
    assert [place.value for place in kept(desk, case_id).notice.infringement.locations] == ["text"]


def test_a_channel_or_a_place_that_is_none_is_refused(desk: Desk) -> None:
    case_id, browser = approved(desk, "taobao"), desk.browser("bo")
    asked = [browser.get("/notices", params=wrong) for wrong in ({"channel": "../amazon"}, {"claim": "the moon"})] + [
        browser.post("/notices/export", {"case": case_id, "channel": "<script>"})
    ]

    assert [response.status_code for response in asked] == [422, 422, 422]


def test_a_right_that_was_not_seen_where_it_is_claimed_is_kept_back(desk: Desk) -> None:
    approved(desk, "taobao")

    page = desk.browser("bo").get("/notices", params={"claim": "image"}).text

    assert "claimed on image, where nothing was seen" in page


@pytest.mark.parametrize("cases", [[], ["../../etc/passwd"], ["0" * 32], ["a" * 32] * 101], ids=len)
def test_nothing_is_exported_without_a_case_of_ones_own(desk: Desk, cases: list[str]) -> None:
    case_id = approved(desk, "taobao")

    response = desk.browser("bo").post("/notices/export", {"case": cases})

    assert response.status_code == 422
    with desk.site.store.read() as connection:
        assert notices_of(connection, [case_id], None) == ()


@pytest.mark.parametrize("role", [Role.READER, Role.REVIEWER])
def test_readers_and_reviewers_see_notices_and_export_none(desk: Desk, role: Role) -> None:
    case_id = approved(desk, "taobao")
    browser = desk.signed_in("rae", (EVERY_HOLDER, role))

    page = browser.get("/notices").text

    assert "1 notice may go out." in page
    assert 'name="case"' not in page
    assert browser.post("/notices/export", {"case": case_id}).status_code == 403


def test_another_clients_notices_are_not_there_whatever_is_asked_of_them(desk: Desk) -> None:
    case_id = approved(desk, "taobao")
    exported(desk.browser("bo"), case_id)
    batch = kept(desk, case_id).batch_id
    browser = desk.signed_in("cy", ("brook", Role.ADMIN))

    page = browser.get("/notices").text
    asked = [browser.post("/notices/export", {"case": case_id})]
    asked += [browser.post(f"/notices/{batch}/{what}") for what in ("filed", "given-up")]

    assert "QUILLMERE" not in page
    assert batch not in page
    assert [response.status_code for response in asked] == [422, 409, 409]
    assert kept(desk, case_id).state is NoticeState.EXPORTED


def test_who_approves_for_one_client_and_reads_another_s_exports_the_first_s_only(desk: Desk) -> None:
    case_id = approved(desk, "taobao")
    browser = desk.signed_in("dee", ("quill", Role.READER), ("brook", Role.APPROVER))

    page = browser.get("/notices").text

    assert "1 notice may go out." in page
    assert 'name="case"' not in page
    assert browser.post("/notices/export", {"case": case_id}).status_code == 422


def test_a_form_of_another_site_exports_nothing(desk: Desk) -> None:
    case_id, browser = approved(desk, "taobao"), desk.browser("bo")

    foreign = browser.post("/notices/export", {"case": case_id}, headers={"Sec-Fetch-Site": "cross-site"})
    without = browser.client.post("/notices/export", data={"case": case_id})

    assert (foreign.status_code, without.status_code) == (403, 403)


def test_hostile_titles_run_on_no_page_and_reach_no_path(desk: Desk) -> None:
    cases = [approved(desk, "taobao", number, title=text) for number, text in enumerate(PAYLOADS)]
    cases.append(approved(desk, "ebay", 99, title=PAYLOADS[0]))
    browser = desk.browser("bo")
    page = browser.get("/notices").text
    archive = exported(browser, *cases)

    assert suspects(page) == []
    assert "<script>alert" not in page
    assert all(".." not in name and not name.startswith("/") and name.isascii() for name in archive.namelist())
    tables = [archive.read(name).decode() for name in archive.namelist() if name.endswith(".csv")]
    assert tables
    assert all('"=HYPERLINK' not in table and "\n=HYPERLINK" not in table for table in tables)
