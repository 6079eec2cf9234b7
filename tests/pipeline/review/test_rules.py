"""Rules and lists: previewed, made, retired, and never stronger than a person's word."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.enforcement import CaseState
from pipeline.people import EVERY_HOLDER, Role
from tests.pipeline.builders import listing
from tests.pipeline.review.desk import Desk, seller

RULE = {
    "kind": "authorised_seller",
    "value": "s7",
    "platform": "taobao",
    "holder": "quill",
    "reason": "signed the contract",
}


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk.at(tmp_path)


def test_a_rule_is_previewed_made_and_retired_and_a_persons_word_stands(desk: Desk) -> None:
    decided, undecided = (
        desk.case(listing(listing_id=str(n), title="QUILLMERE bag", seller=seller(7))) for n in range(2)
    )
    browser = desk.signed_in("ada", (EVERY_HOLDER, Role.APPROVER))
    browser.post(f"/cases/{decided}/decide", {"label": "counterfeit", "seen": "1"})

    preview = browser.post("/rules/preview", RULE).text
    before = desk.read(undecided).state
    browser.post("/rules", RULE)
    during = [desk.read(case_id).state for case_id in (decided, undecided)]
    page = browser.get("/rules").text
    rule_id = page.split('action="/rules/')[1].split("/retire")[0]
    browser.post(f"/rules/{rule_id}/retire")

    assert "1 open case would be dismissed." in preview
    assert "people have decided" in preview
    assert before is CaseState.OPEN
    assert during == [CaseState.CONFIRMED, CaseState.DISMISSED]
    assert desk.read(undecided).state is CaseState.OPEN
    assert "retired on" in browser.get("/rules").text


@pytest.mark.parametrize(
    "change",
    [{"platform": ""}, {"kind": "ignored_image"}, {"expires": "2001-01-01"}, {"expires": "soon"}, {"holder": "nobody"}],
    ids=["no platform", "no digest", "past", "no day", "no such rights holder"],
)
def test_a_rule_that_cannot_be_one_is_refused(desk: Desk, change: dict[str, str]) -> None:
    browser = desk.signed_in("bo", ("quill", Role.APPROVER))

    statuses = {browser.post(path, RULE | change).status_code for path in ("/rules", "/rules/preview")}

    assert statuses == {422}
    assert "signed the contract" not in browser.get("/rules").text


def test_nobody_makes_or_retires_a_rule_for_another_client(desk: Desk) -> None:
    owner = desk.signed_in("ada", (EVERY_HOLDER, Role.APPROVER))
    owner.post("/rules", RULE)
    rule_id = owner.get("/rules").text.split('action="/rules/')[1].split("/retire")[0]
    stranger = desk.signed_in("bo", ("brook", Role.APPROVER))

    made = stranger.post("/rules", RULE)
    retired = stranger.post(f"/rules/{rule_id}/retire")

    assert [made.status_code, retired.status_code] == [422, 422]
    assert "in force" in owner.get("/rules").text
    assert "signed the contract" not in stranger.get("/rules").text
