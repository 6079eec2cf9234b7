"""Programs preview, make and retire rules, and retire labels, for whom and as their person may."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from pipeline.enforcement import CaseState
from pipeline.people import Role
from tests.pipeline.builders import listing
from tests.pipeline.review.desk import Desk, id_of, seller
from tests.pipeline.review.test_api import Program


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk.at(tmp_path)


def rule(**changes: Any) -> dict[str, Any]:
    plain = {"kind": "authorised_seller", "value": "s4", "rights_holder_id": "quill"}
    plain |= {"platform": "taobao", "reason": "a new outlet"}
    return plain | changes


def test_a_rule_is_previewed_made_and_retired(desk: Desk) -> None:
    opened, decided = (desk.case(listing(listing_id=n, title="QUILLMERE bag", seller=seller(4))) for n in "ab")
    desk.reviewer().post(f"/cases/{decided}/decide", {"label": "counterfeit", "seen": "1"})
    program = Program(desk, "sam", Role.APPROVER)

    effects = program.post("/rules/preview", rule()).json()
    nothing_yet = desk.read(opened).state
    made = program.post("/rules", rule(expires_on="2027-01-01")).json()
    dismissed = desk.read(opened).state
    retired = program.post(f"/rules/{made['rule']['rule_id']}/retirement", {}).json()

    assert (effects["dismisses"], effects["decided"]) == (1, {"counterfeit": 1})
    assert sorted(effects["case_ids"]) == sorted([opened, decided])
    assert (nothing_yet, dismissed) == (CaseState.OPEN, CaseState.DISMISSED)
    assert (made["moved"], made["rule"]["owner"], made["rule"]["expires_at"][:10]) == (1, id_of("sam"), "2027-01-01")
    assert retired["moved"] == 1
    assert retired["rule"]["retired_at"] is not None
    assert desk.read(opened).state is CaseState.OPEN


@pytest.mark.parametrize(
    "changes",
    [{"value": ""}, {"reason": ""}, {"kind": "mood"}, {"rights_holder_id": "brook"}, {"expires_on": "2020-01-01"}],
    ids=["no value", "no reason", "no such kind", "another client's", "past"],
)
def test_a_rule_that_cannot_be_one_is_refused(desk: Desk, changes: dict[str, Any]) -> None:
    desk.signed_in("bo", ("quill", Role.APPROVER))
    browser = desk.browser("bo")
    page = browser.post("/account/tokens", {"title": "test", "days": "1"}).text
    secret = page.split('class="secret">')[1].split("<")[0]
    headers = {"Authorization": f"Bearer {secret}"}

    answers = [
        browser.client.post(f"/api{at}", headers=headers, json=rule(**changes)) for at in ("/rules", "/rules/preview")
    ]

    assert [answer.status_code for answer in answers] == [422, 422]
    assert browser.get("/api/rules").json() == []


def test_a_label_is_retired_by_a_program_of_an_admin_and_by_no_other(desk: Desk) -> None:
    case_id = desk.case()
    ada, rae = Program(desk, "ada", Role.ADMIN), Program(desk, "rae", Role.REVIEWER)
    said = {"retired": True, "reason": "no longer ours"}

    refused = rae.post("/labels/lookalike/retirement", said)
    retired = ada.post("/labels/lookalike/retirement", said)
    listed = rae.get("/labels").json()
    late = rae.post(f"/cases/{case_id}/decision", {"label": "lookalike", "seen": 1})

    assert [refused.status_code, retired.status_code, late.status_code] == [403, 200, 422]
    assert [found["label"] for found in listed if found["retired"]] == ["lookalike"]


def test_a_case_is_closed_and_reopened_by_a_program(desk: Desk) -> None:
    case_id, program = desk.case(), Program(desk, "rae", Role.REVIEWER)

    closed = program.post(f"/cases/{case_id}/close", {"reason": "gone", "seen": 1}).json()
    reopened = program.post(f"/cases/{case_id}/reopen", {"reason": "back", "seen": 2}).json()

    assert [said["case"]["state"] for said in (closed, reopened)] == ["closed", "open"]
