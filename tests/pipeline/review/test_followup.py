"""The page of what is due: one's own clients' only, and nothing settled that is not theirs."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from pipeline.enforcement import EventKind, RecheckResult
from pipeline.people import EVERY_HOLDER, Role
from tests.pipeline.builders import listing
from tests.pipeline.review.desk import Desk, seller


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


def test_what_is_overdue_still_up_and_how_lanes_stand_is_shown(desk: Desk) -> None:
    page = desk.browser("rae").get("/follow-up").text

    assert "overdue" in page
    assert "QUILLMERE bag" in page
    assert "still up on" in page
    assert "1 notice sent" in page


def test_another_clients_follow_up_is_not_there(desk: Desk) -> None:
    page = desk.signed_in("bo", ("brook", Role.ADMIN)).get("/follow-up").text

    assert "QUILLMERE" not in page
    assert "Nothing is due." in page


@pytest.mark.parametrize(("notice_id", "outcome"), [("f" * 32, "lapsed"), ("0" * 32, "upheld"), ("f" * 32, "luck")])
def test_nothing_is_settled_that_nobody_objected_to(desk: Desk, notice_id: str, outcome: str) -> None:
    browser = desk.browser("rae")

    assert browser.post(f"/follow-up/objections/{notice_id}", {"outcome": outcome}).status_code == 422
