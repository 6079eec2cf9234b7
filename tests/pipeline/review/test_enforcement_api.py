"""Programs read batches and rules of their own rights holders, and say what became of a batch as a person would."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.enforcement import CaseState, EventKind
from pipeline.people import Role
from pipeline.store.cases import read_events
from tests.pipeline.review.desk import Desk, id_of
from tests.pipeline.review.outbox import approved, outbox
from tests.pipeline.review.test_api import Program


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return outbox(tmp_path)


def exported(desk: Desk) -> str:
    """Return a case whose notice was exported."""
    case_id = approved(desk, "taobao")
    desk.browser("bo").post("/notices/export", {"case": case_id})
    return case_id


def test_a_batch_is_listed_and_filed(desk: Desk) -> None:
    case_id, program = exported(desk), Program(desk, "sam", Role.APPROVER)

    (batch,) = program.get("/notices").json()
    said = program.post(f"/notices/{batch['batch_id']}/filed", {"native_id": " IPP-7\n"})
    again = program.post(f"/notices/{batch['batch_id']}/filed", {})

    assert (batch["state"], batch["notices"], batch["rights_holder_id"]) == ("exported", 1, "quill")
    assert (said.json(), again.status_code) == ({"notices": 1}, 409)
    assert desk.read(case_id).state is CaseState.NOTICED
    assert [b["native_id"] for b in program.get("/notices").json()] == ["IPP-7"]


def test_a_batch_that_is_given_up_says_who_and_why(desk: Desk) -> None:
    case_id, program = exported(desk), Program(desk, "sam", Role.APPROVER)
    (batch,) = program.get("/notices").json()

    assert program.post(f"/notices/{batch['batch_id']}/given-up", {"reason": "portal down"}).status_code == 200

    with desk.site.store.read() as connection:
        last = read_events(connection, case_id, None)[-1]
    assert (last.kind, last.by, last.reason) == (EventKind.GIVEN_UP, id_of("sam"), "portal down")


def test_who_may_not_approve_says_nothing_of_a_batch(desk: Desk) -> None:
    exported(desk)
    program = Program(desk, "rae", Role.REVIEWER)
    (batch,) = program.get("/notices").json()

    refused = [program.post(f"/notices/{batch['batch_id']}/{what}", {}) for what in ("filed", "given-up")]

    assert [response.status_code for response in refused] == [403, 403]


def test_an_objection_is_listed_and_settled_once(desk: Desk) -> None:
    case_id, program = exported(desk), Program(desk, "sam", Role.APPROVER)
    (batch,) = program.get("/notices").json()
    program.post(f"/notices/{batch['batch_id']}/filed", {})
    with desk.site.store.read() as connection:
        notice_id = read_events(connection, case_id, None)[-1].facts["notice_id"]
    said = {"notice_id": notice_id, "counter_notice_id": "c" * 32, "grounds": "mine", "deadline": None}
    desk.happen(case_id, EventKind.COUNTERED, said)

    listed = program.get("/follow-up").json()["objections"]
    answers = [
        program.post(f"/follow-up/objections/{notice_id}", {"outcome": outcome})
        for outcome in ("luck", "upheld", "upheld")
    ]

    assert [(one["case_id"], one["grounds"]) for one in listed] == [(case_id, "mine")]
    assert [answer.status_code for answer in answers] == [422, 200, 422]
    assert answers[1].json() == {"case_id": case_id, "state": "closed"}


def test_batches_and_rules_of_other_clients_are_not_there(desk: Desk) -> None:
    exported(desk)
    rule = {"kind": "ignored_phrase", "value": "gift card", "holder": "quill", "reason": "not goods"}
    desk.browser("bo").post("/rules", rule)
    own, other = desk.browser("ana"), desk.signed_in("cy", ("brook", Role.ADMIN))

    assert [found["value"] for found in own.get("/api/rules").json()] == ["gift card"]
    assert len(own.get("/api/notices").json()) == 1
    assert (other.get("/api/rules").json(), other.get("/api/notices").json()) == ([], [])
