"""Signing in with an organisation's account: the whole way, with a provider that runs in this process."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import oidc_provider_mock
import pytest

from pipeline.people import EVERY_HOLDER, Grant, Person, Role
from pipeline.review.site import Site
from pipeline.settings import Settings
from pipeline.store.people import add_person
from tests.pipeline.review.desk import Browser, Desk

ISSUER = "https://accounts.example"
SETTINGS = Settings(oidc_issuer=ISSUER, oidc_client_id="counterfoil", review_address="http://testserver")
ROLES = (Grant(rights_holder_id=EVERY_HOLDER, role=Role.REVIEWER),)


def provider(**claims: object) -> httpx.WSGITransport:
    users = [oidc_provider_mock.User(sub="u-1", claims={"email": "rae@brand.example", "email_verified": True} | claims)]
    return httpx.WSGITransport(app=oidc_provider_mock.app(user_claims=users))


def make_desk(folder: Path, **claims: object) -> Desk:
    secret = folder / "secret"
    secret.write_text("a secret: of+ours\n")
    desk = Desk.at(folder, settings=replace(SETTINGS, oidc_secret_file=str(secret)), provider=provider(**claims))
    desk.clock.at = datetime.now(UTC)
    return desk


def enter(site: Site, name: str, *, password_hash: str | None = None) -> None:
    person = Person(person_id="a" * 32, name=name, shown_as="Rae", grants=ROLES)
    with site.store.write() as connection:
        add_person(connection, person, site.now(), password_hash=password_hash)


def through_the_provider(desk: Desk, browser: Browser) -> str:
    """Go to the provider, say who one is, and return the address that leads back."""
    away = browser.get("/sign-in/provider").headers["location"]
    with httpx.Client(transport=desk.site.provider) as client:
        back = client.post(away, data={"sub": "u-1"}).headers["location"]
    assert back.startswith("http://testserver/sign-in/back?")
    return str(back.removeprefix("http://testserver"))


def test_somebody_whom_the_provider_vouches_for_comes_in_and_is_known_by_subject_from_then_on(tmp_path: Path) -> None:
    desk = make_desk(tmp_path)
    enter(desk.site, "rae@brand.example")
    browser = desk.browser()

    first = browser.get(through_the_provider(desk, browser))
    inside = browser.get("/cases")
    again = desk.browser()
    second = again.get(through_the_provider(desk, again))

    assert [first.status_code, inside.status_code, second.status_code] == [303, 200, 303]
    assert 'href="/sign-in/provider"' in desk.browser().get("/sign-in").text


@pytest.mark.parametrize(
    ("name", "claims", "password_hash"),
    [
        ("sam@brand.example", {}, None),
        ("rae@brand.example", {"email_verified": False}, None),
        ("rae@brand.example", {}, "$argon2id$v=19$m=8,t=1,p=1$c2FsdHNhbHQ$AAAA"),
    ],
    ids=["unknown address", "address not verified", "an account with a password of ours"],
)
def test_nobody_else_comes_in(tmp_path: Path, name: str, claims: dict[str, object], password_hash: str | None) -> None:
    desk = make_desk(tmp_path, **claims)
    enter(desk.site, name, password_hash=password_hash)
    browser = desk.browser()

    response = browser.get(through_the_provider(desk, browser))

    assert response.status_code == 403
    assert browser.get("/cases").status_code == 303


def test_a_way_back_works_once_in_the_browser_that_began_it(tmp_path: Path) -> None:
    desk = make_desk(tmp_path)
    enter(desk.site, "rae@brand.example")
    browser = desk.browser()
    back = through_the_provider(desk, browser)
    code = parse_qs(urlsplit(back).query)["code"][0]

    forged = browser.get(f"/sign-in/back?code={code}&state=guessed")
    elsewhere = desk.browser().get(back)
    browser.get(back)
    twice = browser.get(back)

    assert [forged.status_code, elsewhere.status_code, twice.status_code] == [400, 400, 400]


def test_a_token_for_another_sign_in_is_refused(tmp_path: Path) -> None:
    desk = make_desk(tmp_path)
    enter(desk.site, "rae@brand.example")
    one, other = desk.browser(), desk.browser()
    stolen = parse_qs(urlsplit(through_the_provider(desk, one)).query)["code"][0]
    state = parse_qs(urlsplit(through_the_provider(desk, other)).query)["state"][0]

    response = other.get(f"/sign-in/back?code={stolen}&state={state}")

    assert response.status_code in {403, 502}
    assert other.get("/cases").status_code == 303


def test_the_way_to_the_provider_carries_state_nonce_and_a_challenge(tmp_path: Path) -> None:
    desk = make_desk(tmp_path)

    query = parse_qs(urlsplit(desk.browser().get("/sign-in/provider").headers["location"]).query)

    assert query["code_challenge_method"] == ["S256"]
    assert len({*query["state"], *query["nonce"], *query["code_challenge"]}) == 3


def test_without_a_provider_there_is_no_such_way(tmp_path: Path) -> None:
    assert Desk.at(tmp_path).browser().get("/sign-in/provider").status_code == 404


def test_a_provider_that_does_not_answer_is_told_and_no_fault(tmp_path: Path) -> None:
    broken = httpx.MockTransport(lambda _: httpx.Response(500))
    desk = Desk.at(tmp_path, settings=SETTINGS, provider=broken)

    assert desk.browser().get("/sign-in/provider").status_code == 502
