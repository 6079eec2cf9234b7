"""Signing in, staying in, and what another site can make a browser do: nothing."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from pipeline.people import EVERY_HOLDER, Role
from pipeline.review.signin import ATTEMPTS_BY_NAME, local_path
from pipeline.settings import Settings
from tests.pipeline.review.desk import PASSWORD, Desk, id_of


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    desk = Desk.at(tmp_path)
    desk.person("rae", (EVERY_HOLDER, Role.REVIEWER))
    return desk


def test_somebody_signs_in_works_and_signs_out(desk: Desk) -> None:
    browser = desk.browser("rae")
    cookie = browser.client.cookies["counterfoil"]

    inside = browser.get("/cases")
    browser.post("/sign-out")
    browser.client.cookies.set("counterfoil", cookie)
    outside = browser.get("/cases")

    assert inside.status_code == 200
    assert outside.headers["location"] == "/sign-in?next=%2Fcases"


@pytest.mark.parametrize(
    ("name", "password"),
    [("rae", "wrong horse battery"), ("nobody", PASSWORD), ("rae", ""), ("", "")],
    ids=["wrong password", "unknown name", "no password", "nothing"],
)
def test_a_wrong_name_and_a_wrong_password_are_told_alike(desk: Desk, name: str, password: str) -> None:
    browser = desk.browser()

    response = browser.sign_in(name, password)

    assert response.status_code in {401, 422}
    assert browser.get("/cases").status_code == 303


def test_after_too_many_failures_even_the_right_password_waits(desk: Desk) -> None:
    browser = desk.browser()
    for _ in range(ATTEMPTS_BY_NAME):
        browser.sign_in("rae", "wrong horse battery")

    refused = browser.sign_in("rae")
    desk.clock.move(timedelta(minutes=31))
    later = browser.sign_in("rae")

    assert refused.status_code == 429
    assert refused.headers["Retry-After"] == "900"
    assert later.headers["location"] == "/"


def test_a_session_ends_when_idle_and_after_its_longest_time(desk: Desk) -> None:
    idle, busy = desk.browser("rae"), desk.browser("rae")

    desk.clock.move(timedelta(minutes=61))
    assert idle.get("/cases").status_code == 303

    busy.sign_in("rae")
    seen = []
    for _ in range(30):
        desk.clock.move(timedelta(minutes=25))
        seen.append(busy.get("/cases").status_code)
    assert seen[:28] == [200] * 28
    assert seen[-1] == 303


def test_a_person_who_is_shut_out_is_out_at_once(desk: Desk) -> None:
    admin = desk.signed_in("ada", (EVERY_HOLDER, Role.ADMIN))
    browser = desk.browser("rae")
    person_id = id_of("rae")

    shut = admin.post(f"/people/{person_id}/retire")

    assert shut.status_code == 303
    assert browser.get("/cases").status_code == 303
    assert browser.sign_in("rae").status_code == 401


def test_the_last_admin_cannot_shut_themselves_out(desk: Desk) -> None:
    admin = desk.signed_in("ada", (EVERY_HOLDER, Role.ADMIN))
    person_id = id_of("ada")

    retired = admin.post(f"/people/{person_id}/retire")
    demoted = admin.post(f"/people/{person_id}/grants", {"rights_holder_id": "*", "role": "reader"})

    assert [retired.status_code, demoted.status_code] == [422, 422]


@pytest.mark.parametrize("header", ["cross-site", "same-site"])
def test_a_form_that_comes_from_another_site_is_refused(desk: Desk, header: str) -> None:
    browser, case_id = desk.browser("rae"), desk.case()

    refused = browser.post(
        f"/cases/{case_id}/decide", {"label": "counterfeit", "seen": "1"}, headers={"Sec-Fetch-Site": header}
    )

    assert refused.status_code == 403
    assert desk.read(case_id).events == 1


@pytest.mark.parametrize("token", ["", "wrong", None], ids=["empty", "wrong", "missing"])
def test_a_form_without_its_token_is_refused_whatever_the_route(desk: Desk, token: str | None) -> None:
    browser, case_id = desk.browser("rae"), desk.case()
    form = {"label": "counterfeit", "seen": "1"} | ({} if token is None else {"form_token": token})

    refused = [
        browser.client.post(path, data=form)
        for path in (f"/cases/{case_id}/decide", "/sign-out", "/account", "/bulk/apply", f"/cases/{case_id}/shown")
    ]
    refused.append(browser.client.post(f"/api/cases/{case_id}/decision", json=form))

    assert {response.status_code for response in refused} == {403}
    assert desk.read(case_id).events == 1


def test_the_token_of_one_session_is_no_good_for_another(desk: Desk) -> None:
    desk.person("sam", (EVERY_HOLDER, Role.REVIEWER))
    one, other, case_id = desk.browser("rae"), desk.browser("sam"), desk.case()
    other.token = one.token

    assert other.post(f"/cases/{case_id}/decide", {"label": "counterfeit", "seen": "1"}).status_code == 403


def test_signing_in_needs_a_form_of_ours_too(desk: Desk) -> None:
    browser = desk.browser()

    refused = browser.client.post("/sign-in", data={"name": "rae", "password": PASSWORD, "form_token": "guessed"})

    assert refused.status_code == 403


def test_every_response_bears_the_guards(desk: Desk) -> None:
    browser, case_id = desk.browser("rae"), desk.case()

    paths = ("/cases", f"/cases/{case_id}", "/sign-in", "/static/review.js", "/nowhere", "/api/cases", "/account")
    for path in paths:
        headers = browser.get(path).headers
        assert "script-src 'self'" in headers["Content-Security-Policy"], path
        assert "unsafe" not in headers["Content-Security-Policy"]
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["X-Frame-Options"] == "DENY"
    assert browser.get("/cases").headers["Cache-Control"] == "no-store"


def test_a_body_that_is_too_large_is_refused(desk: Desk) -> None:
    browser = desk.browser("rae")

    refused = browser.post("/account", {"shown_as": "x" * 300_000})

    assert refused.status_code == 413


def test_over_tls_the_cookies_are_bound_to_this_host(tmp_path: Path) -> None:
    desk = Desk.at(tmp_path, settings=Settings(review_https=True))
    desk.person("rae", (EVERY_HOLDER, Role.REVIEWER))
    browser = desk.browser()
    browser.client.base_url = browser.client.base_url.copy_with(scheme="https")

    response = browser.sign_in("rae")

    cookie = response.headers["set-cookie"]
    assert cookie.startswith("__Host-counterfoil=")
    assert all(word in cookie for word in ("HttpOnly", "Secure", "SameSite=lax", "Path=/"))
    assert "Strict-Transport-Security" in response.headers


@pytest.mark.parametrize(
    "target",
    ["https://evil.example", "//evil.example", "/\\evil.example", "\\\\evil.example", "/a\nb", "javascript:alert(1)"],
)
def test_signing_in_leads_nowhere_else(target: str) -> None:
    assert local_path(target) == "/"


def test_a_new_password_ends_all_other_sessions(desk: Desk) -> None:
    here, there = desk.browser("rae"), desk.browser("rae")

    short = here.post("/account/password", {"old": PASSWORD, "new": "short"})
    wrong = here.post("/account/password", {"old": "not the old one", "new": "another long password"})
    changed = here.post("/account/password", {"old": PASSWORD, "new": "another long password"})

    assert [short.status_code, wrong.status_code, changed.status_code] == [422, 422, 303]
    assert here.get("/cases").status_code == 200
    assert there.get("/cases").status_code == 303
    assert desk.browser().sign_in("rae", "another long password").headers["location"] == "/"


def test_tokens_of_programs_work_for_the_api_alone_until_they_end(desk: Desk) -> None:
    browser, case_id = desk.browser("rae"), desk.case()
    page = browser.post("/account/tokens", {"title": "nightly", "days": "2"})
    secret = page.text.split('class="secret">')[1].split("<")[0]
    headers = {"Authorization": f"Bearer {secret}"}
    program = desk.browser().client

    read = program.get(f"/api/cases/{case_id}", headers=headers)
    written = program.post(f"/api/cases/{case_id}/hold", headers=headers, json={"reason": "asked the brand"})
    page_refused = program.get("/cases", headers=headers)
    desk.clock.move(timedelta(days=3))
    ended = program.get(f"/api/cases/{case_id}", headers=headers)

    assert secret.startswith("cf_")
    assert secret not in browser.get("/account").text
    assert [read.status_code, written.status_code] == [200, 200]
    assert [page_refused.status_code, ended.status_code] == [303, 401]
