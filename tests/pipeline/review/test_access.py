"""Every route says who may use it, and nobody else can; nobody sees another client's cases."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from fastapi import APIRouter, FastAPI
from fastapi.routing import APIRoute

from pipeline.people import EVERY_HOLDER, PERMISSIONS, Permission, Role
from pipeline.review.access import check_rules, rule_of
from pipeline.review.app import create_app
from pipeline.store.desk import accesses_of
from tests.pipeline.builders import listing, signal
from tests.pipeline.review.desk import PICTURE, Desk

NOTHING = "f" * 32
"""An id that nothing has."""


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    desk = Desk.at(tmp_path_factory.mktemp("access"))
    for role in Role:
        desk.person(role.value, (EVERY_HOLDER, role))
    desk.person("nobody")
    desk.case()
    return desk


@pytest.fixture(scope="module")
def app(desk: Desk) -> FastAPI:
    return create_app(desk.site)


def routes(app: FastAPI) -> list[tuple[str, str, Permission | str | None]]:
    found = [route for route in app.routes if isinstance(route, APIRoute)]
    return [(method, route.path, rule_of(route)) for route in found for method in sorted(route.methods or ())]


def test_there_are_routes_and_each_has_a_rule(app: FastAPI) -> None:
    assert len(routes(app)) > 40
    assert [path for _, path, rule in routes(app) if rule is None] == []


def test_an_app_with_a_route_without_a_rule_does_not_start() -> None:
    plain, hidden = FastAPI(docs_url=None, redoc_url=None), FastAPI(docs_url=None, redoc_url=None)
    plain.get("/leak")(lambda: "everything")
    router = APIRouter()
    router.get("/leak")(lambda: "everything")
    hidden.include_router(router)

    for app in (plain, hidden):
        with pytest.raises(ValueError, match="routes without a rule"):
            check_rules(app)


@pytest.mark.parametrize("role", [None, "nobody", *Role], ids=lambda role: role or "signed out")
def test_each_route_lets_in_those_whose_role_has_its_permission(desk: Desk, app: FastAPI, role: str | None) -> None:
    held = PERMISSIONS[Role(role)] if role in set(Role) else frozenset()
    browser = desk.browser(role)
    wrong = []
    for method, path, rule in sorted(routes(app), key=lambda route: route[1] == "/sign-out"):
        address = re.sub(r"\{[^}]+\}", NOTHING, path)
        response = browser.client.request(method, address, data={"form_token": browser.token})
        refused = response.status_code == 401 or response.headers.get("location", "").startswith("/sign-in?")
        refused = refused or (method == "POST" and role is None and response.headers.get("location") == "/sign-in")
        forbidden = response.status_code == 403
        expected = (role is None, role is not None and rule in set(Permission) and rule not in held)
        if rule != "anybody" and (refused, forbidden) != expected:
            wrong.append((method, path, rule, response.status_code))

    assert wrong == []


def test_another_clients_case_is_not_there_whatever_is_asked_of_it(tmp_path: Path) -> None:
    desk = Desk.at(tmp_path)
    case_id = desk.case(photos=[PICTURE])
    digest = desk.site.originals.keep(PICTURE)
    browser = desk.signed_in("bo", ("brook", Role.ADMIN))
    forms = {"decide": {"label": "counterfeit"}, "deed": {"deed": "held"}, "approve": {"verdict": "approved"}}
    forms["undo"] = {"event_id": "1" * 32}

    asked = [browser.get(f"/cases/{case_id}{rest}") for rest in ("", "/photos/0", f"/registered/{digest}")]
    asked += [browser.post(f"/cases/{case_id}/{name}", form | {"seen": "1"}) for name, form in forms.items()]
    asked += [browser.post(f"/cases/{case_id}/shown"), browser.get(f"/api/cases/{case_id}")]

    assert {response.status_code for response in asked} <= {404, 422}
    assert "QUILLMERE" not in "".join(response.text for response in asked)
    assert desk.read(case_id).events == 1


def test_queues_counts_lists_and_the_api_hold_ones_own_clients_only(tmp_path: Path) -> None:
    desk = Desk.at(tmp_path)
    desk.case()
    own = desk.case(
        listing(listing_id="9", title="Brookvale lamp"),
        [signal("mark.exact.claim", rights_holder_id="brook")],
    )
    browser = desk.signed_in("bo", ("brook", Role.ADMIN))

    pages = [browser.get(path).text for path in ("/cases?state=any", "/approvals", "/rules", "/people", "/account")]
    listed = browser.get("/api/cases?state=any").json()

    assert "Brookvale lamp" in pages[0]
    assert [case["case_id"] for case in listed["cases"]] == [own]
    assert listed["total"] == 1
    assert "quill" not in "".join(pages).lower()


def test_a_bulk_decision_by_ids_leaves_other_clients_cases_alone(tmp_path: Path) -> None:
    desk = Desk.at(tmp_path)
    case_id = desk.case()
    browser = desk.signed_in("bo", ("brook", Role.APPROVER))

    preview = browser.post("/bulk/preview", {"deed": "counterfeit", "case": case_id})
    applied = browser.post("/bulk/apply", {"deed": "counterfeit", "cases": f"{case_id}:1", "confirmed": "1"})

    assert "QUILLMERE" not in preview.text
    assert applied.status_code == 303
    assert desk.read(case_id).events == 1


def test_a_role_for_one_client_gives_none_for_another(tmp_path: Path) -> None:
    desk = Desk.at(tmp_path)
    case_id = desk.case()
    browser = desk.signed_in("bo", ("brook", Role.APPROVER), ("quill", Role.READER))

    page = browser.get(f"/cases/{case_id}")
    refused = browser.post(f"/cases/{case_id}/decide", {"label": "counterfeit", "seen": "1"})

    assert page.status_code == 200
    assert "/decide" not in page.text
    assert refused.status_code == 422
    assert desk.read(case_id).events == 1


def test_what_somebody_looked_at_is_recorded_and_cannot_be_changed(tmp_path: Path) -> None:
    desk = Desk.at(tmp_path)
    case_id = desk.case()
    browser = desk.reviewer()

    browser.get(f"/cases/{case_id}")
    browser.get(f"/cases/{case_id}", headers={"X-Ahead": "1"})
    browser.client.post(f"/cases/{case_id}/shown", headers={"X-Form-Token": browser.token})
    browser.get(f"/api/cases/{case_id}")

    with desk.site.store.read() as connection:
        assert [a.what for a in accesses_of(connection, case_id)] == ["api", "case", "ahead", "case"]
