"""Labels are retired by a person with a reason, stay in history, and come back; nothing of that is changed later."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import text

from pipeline.errors import StoreError
from pipeline.people import EVERY_HOLDER, Role
from pipeline.records import ACTIONABLE, Label
from pipeline.store.labels import read_label_changes, retired_labels
from tests.pipeline.review.desk import Browser, Desk, id_of


@pytest.fixture
def desk(store_url: str, tmp_path: Path) -> Desk:
    return Desk.at(tmp_path, store_url)


def admin(desk: Desk) -> Browser:
    return desk.signed_in("ada", (EVERY_HOLDER, Role.ADMIN))


def change(browser: Browser, label: str, retired: str = "true", reason: str = "<b>unused") -> int:
    status: int = browser.post(f"/labels/{label}", {"retired": retired, "reason": reason}).status_code
    return status


def test_a_label_is_retired_and_offered_again_and_the_page_says_by_whom_and_why(desk: Desk) -> None:
    browser = admin(desk)

    statuses = [change(browser, "grey_market"), change(browser, "grey_market", "false", "wanted after all")]
    page = browser.get("/labels").text

    assert statuses == [303, 303]
    assert "&lt;b&gt;unused" in page
    assert "wanted after all" in page
    with desk.site.store.read() as connection:
        changes = read_label_changes(connection)
        assert retired_labels(connection) == frozenset()
    assert [(c.label, c.retired, c.by) for c in changes] == [
        (Label.GREY_MARKET, True, id_of("ada")),
        (Label.GREY_MARKET, False, id_of("ada")),
    ]


@pytest.mark.parametrize(
    ("label", "retired", "reason", "status"),
    [
        ("grey_market", "true", " ", 422),
        ("fake", "true", "no such", 422),
        ("grey_market", "perhaps", "no such word", 422),
        ("grey_market", "false", "it is offered", 409),
    ],
    ids=["no reason", "no such label", "neither", "as it is"],
)
def test_a_change_that_is_none_is_refused(desk: Desk, label: str, retired: str, reason: str, status: int) -> None:
    assert change(admin(desk), label, retired, reason) == status


@pytest.mark.parametrize("labels", [ACTIONABLE, frozenset(Label) - ACTIONABLE], ids=["infringing", "harmless"])
def test_the_last_label_of_its_sort_stays(desk: Desk, labels: frozenset[Label]) -> None:
    browser = admin(desk)

    statuses = [change(browser, label.value) for label in sorted(labels)]

    assert statuses == [303] * (len(labels) - 1) + [422]


def test_an_admin_of_one_client_sees_the_labels_of_all_and_changes_none(desk: Desk) -> None:
    browser = desk.signed_in("bo", ("quill", Role.ADMIN))

    assert "/labels/grey_market" not in browser.get("/labels").text
    assert change(browser, "grey_market") == 403


def test_what_became_of_labels_cannot_be_rewritten(desk: Desk) -> None:
    change(admin(desk), "grey_market")

    for statement in ("UPDATE label_changes SET reason = 'x'", "DELETE FROM label_changes"):
        with pytest.raises(StoreError, match="never changed"), desk.site.store.write() as connection:
            connection.execute(text(statement))
