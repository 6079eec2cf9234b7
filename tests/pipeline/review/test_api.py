"""The API does what the pages do, by the same rules, and says so in OpenAPI."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from pipeline.enforcement import CaseState
from pipeline.people import EVERY_HOLDER, Role
from pipeline.records import Label
from tests.pipeline.review.desk import Desk, id_of


class Program:
    """A program with a token of a person's."""

    def __init__(self, desk: Desk, name: str, role: Role) -> None:
        browser = desk.signed_in(name, (EVERY_HOLDER, role))
        page = browser.post("/account/tokens", {"title": "test", "days": "1"}).text
        secret = page.split('class="secret">')[1].split("<")[0]
        self.headers = {"Authorization": f"Bearer {secret}"}
        self.client = desk.browser().client

    def get(self, path: str) -> Any:
        return self.client.get(f"/api{path}", headers=self.headers)

    def post(self, path: str, body: dict[str, Any]) -> Any:
        return self.client.post(f"/api{path}", headers=self.headers, json=body)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk.at(tmp_path)


def test_a_case_goes_from_open_to_approved_and_its_history_tells(desk: Desk) -> None:
    case_id = desk.case()
    one, other = Program(desk, "rae", Role.REVIEWER), Program(desk, "sam", Role.APPROVER)

    listed = one.get("/cases?holder=quill").json()
    seen = listed["cases"][0]["events"]
    one.post(f"/cases/{case_id}/assignment", {"to": id_of("rae")})
    one.post(f"/cases/{case_id}/comment", {"reason": "the font is off"})
    stale = one.post(f"/cases/{case_id}/decision", {"label": "counterfeit", "seen": seen})
    events = one.get(f"/cases/{case_id}").json()["events"]
    decided = one.post(f"/cases/{case_id}/decision", {"label": "counterfeit", "seen": events})
    alone = one.post(f"/cases/{case_id}/approval", {"seen": events + 1})
    agreed = other.post(f"/cases/{case_id}/approval", {"seen": events + 1})
    told = other.get(f"/cases/{case_id}").json()

    assert [stale.status_code, decided.status_code, alone.status_code, agreed.status_code] == [409, 200, 403, 200]
    assert decided.json()["case"]["asset_ids"] == ["quill-word"]
    assert [event["kind"] for event in told["history"]] == ["opened", "assigned", "commented", "decided", "approved"]
    assert told["candidate"]["signals"][0]["observation"] == "mark.exact.claim"
    assert desk.read(case_id).state is CaseState.APPROVED


def test_a_decision_is_taken_back_by_its_event(desk: Desk) -> None:
    case_id = desk.case()
    program = Program(desk, "rae", Role.REVIEWER)

    written = program.post(f"/cases/{case_id}/decision", {"label": "lookalike", "seen": 1}).json()
    undone = program.post(f"/cases/{case_id}/undo", {"event_id": written["event_id"]})

    assert written["case"]["label"] == Label.LOOKALIKE
    assert undone.json()["case"]["state"] == CaseState.OPEN


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"label": "counterfeit"}, 422),
        ({"label": "enormous", "seen": 1}, 422),
        ({"label": "counterfeit", "seen": -1}, 422),
        ({"label": "counterfeit", "seen": 1, "reason": "x" * 3_000}, 422),
        ({"label": "counterfeit", "seen": 7}, 409),
    ],
    ids=["no count", "no such label", "negative", "too long", "another count"],
)
def test_an_unusable_decision_writes_nothing(desk: Desk, body: dict[str, Any], status: int) -> None:
    case_id = desk.case()

    assert Program(desk, "rae", Role.REVIEWER).post(f"/cases/{case_id}/decision", body).status_code == status
    assert desk.read(case_id).events == 1


def test_pages_of_the_api_follow_each_other(desk: Desk) -> None:
    cases = {desk.case() for _ in range(7)}
    program = Program(desk, "rae", Role.READER)

    first = program.get("/cases?limit=4").json()
    second = program.get(f"/cases?limit=4&after={first['after']}").json()

    assert {case["case_id"] for page in (first, second) for case in page["cases"]} == cases
    assert (first["total"], second["after"]) == (7, None)


def test_the_description_names_every_deed_and_no_page(desk: Desk) -> None:
    paths = desk.browser().client.get("/api/openapi.json").json()["paths"]

    assert all(path.startswith("/api/") for path in paths)
    assert {"/api/cases/{case_id}/decision", "/api/cases/{case_id}/undo", "/api/cases/{case_id}/approval"} <= set(paths)


def test_a_program_without_a_good_token_is_told_in_json(desk: Desk) -> None:
    answer = desk.browser().client.get("/api/cases", headers={"Authorization": "Bearer cf_wrong"})

    assert (answer.status_code, answer.json()) == (401, {"detail": "Sign in first."})
