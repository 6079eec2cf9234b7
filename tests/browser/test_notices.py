"""Notices in a real browser: from approved cases to a download for three platforms, what became of it, a re-check."""

from __future__ import annotations

import json
from pathlib import Path
from zipfile import ZipFile

import pytest
from playwright.sync_api import expect

from pipeline.enforcement import CaseState, EventKind
from tests.browser.conftest import Visit
from tests.browser.test_review import faults_of
from tests.pipeline.review.desk import Desk, id_of
from tests.pipeline.review.outbox import ADDRESSES, approved, outbox

PLATFORMS = {"taobao": "taobao-tmall-1688", "amazon": "amazon-report-a-violation", "tiktok": "tiktok-shop"}
FORMS = {"notice.txt", "notice.pdf", "notice.csv", "notice.json"}


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return outbox(tmp_path)


def test_notices_for_three_platforms_are_exported_and_said_to_be_filed_or_given_up(
    desk: Desk, visit: Visit, tmp_path: Path
) -> None:
    cases = {platform: approved(desk, platform) for platform in PLATFORMS}
    approved(desk, "ebay")
    page = visit.sign_in("bo")
    page.get_by_role("link", name="Notices", exact=True).click()
    expect(page.locator("main")).to_contain_text("1 case is kept back:")

    with page.expect_download() as download:
        page.get_by_role("button", name="Export").click()
    assert download.value.suggested_filename == "notices-20261102T090000Z.zip"
    download.value.save_as(tmp_path / "export.zip")
    held = [name.split("/") for name in ZipFile(tmp_path / "export.zip").namelist()]
    forms = {channel: {name[-1] for name in held if name[1] == channel} for channel in PLATFORMS.values()}
    assert all(found >= FORMS for found in forms.values()), forms
    assert {name[2] for name in held if name[1] == "exhibits"} == {f"{case_id}.wacz" for case_id in cases.values()}

    page.get_by_role("link", name="Show what was exported").click()
    expect(page.locator("tr[data-batch]")).to_have_count(3)
    amazon = page.locator("tr[data-batch]", has_text="Amazon")
    amazon.get_by_label("What the platform calls it").fill("RAV-77")
    amazon.get_by_role("button", name="Filed").click()
    expect(page.locator("tr[data-batch]")).to_have_count(2)
    expect(page.locator("main")).to_contain_text("RAV-77")
    page.locator("tr[data-batch]", has_text="TikTok").get_by_role("button", name="Given up").click()
    expect(page.locator("tr[data-batch]")).to_have_count(1)

    assert desk.read(cases["amazon"]).state is CaseState.NOTICED
    assert {desk.read(cases[platform]).state for platform in ("taobao", "tiktok")} == {CaseState.APPROVED}


def test_a_re_check_is_imported_and_takes_the_case_down(desk: Desk, visit: Visit, tmp_path: Path) -> None:
    case_id = approved(desk, "amazon")
    notice = {"notice_id": "f" * 32, "method": "export", "channel": "amazon-report-a-violation", "reason_code": "1"}
    desk.happen(case_id, EventKind.NOTICED, notice | {"right_type": "trademark"}, id_of("bo"))
    look = {"url": ADDRESSES["amazon"].format(1), "checked_at": "2026-11-02T09:00:00Z", "result": "gone_404"}
    (tmp_path / "looks.jsonl").write_text(json.dumps(look), "utf-8")
    page = visit.sign_in("bo")
    faults = faults_of(visit, "/follow-up")

    page.get_by_label("File of JSON lines").set_input_files(tmp_path / "looks.jsonl")
    page.get_by_role("button", name="Enter").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Re-checks entered")
    expect(page.locator("dl.facts")).to_contain_text("Gone")

    assert faults + faults_of(visit, None) == []
    assert desk.read(case_id).state is CaseState.DOWN


def test_the_page_of_notices_keeps_nobody_out_and_stays_within_its_edge(desk: Desk, visit: Visit) -> None:
    for platform in ("taobao", "ebay"):
        approved(desk, platform)
    page = visit.sign_in("bo")
    faults = faults_on_screens(visit)
    with page.expect_download():
        page.get_by_role("button", name="Export").click()

    assert faults + faults_on_screens(visit) == []


def faults_on_screens(visit: Visit) -> list[str]:
    """Return what is wrong with the page on a large light screen, and on a small dark one."""
    faults: list[str] = []
    for width, scheme in ((1440, "light"), (390, "dark")):
        visit.page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        visit.page.set_viewport_size({"width": width, "height": 900})
        faults += faults_of(visit, "/notices")
    return faults
