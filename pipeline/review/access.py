"""Who may come in: sessions, tokens of programs, forms that are really ours, and the rule of every route."""

from __future__ import annotations

import hmac
from collections.abc import Callable
from datetime import timedelta
from typing import Annotated, Final
from urllib.parse import quote

from fastapi import Depends, FastAPI, HTTPException, Request
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute

from pipeline.people import ApiToken, Permission, Person, Session
from pipeline.review.site import Site, Visitor, site_of
from pipeline.store.database import Connection
from pipeline.store.people import find_person
from pipeline.store.sessions import find_session, find_token, token_digest, touch_session, use_token

SESSION: Final = "counterfoil"
FORM: Final = "counterfoil-form"
"""Names of the two cookies: the session's, and the one that ties the sign-in form to a browser."""

TOUCH_AFTER: Final = timedelta(minutes=1)
"""A session's last use is noted this often at most: reading a page need not write."""

WITHOUT_RULE: Final = frozenset({"openapi"})
"""Names of routes that need none: the description of the API says nothing of anybody."""

SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})


async def form_token(request: Request) -> str:
    """Return the token that a form or a script sends along, or nothing."""
    header = request.headers.get("X-Form-Token")
    if header is not None or request.method in SAFE:
        return header or ""
    if request.headers.get("Content-Type", "").startswith("application/json"):
        return ""
    found = (await request.form()).get("form_token", "")
    return found if isinstance(found, str) else ""


def anybody(request: Request, token: Annotated[str, Depends(form_token)]) -> None:
    """Rule of a route that is open: even so, a form must come from a page of ours.

    Raises
    ------
    HTTPException
        403 if it does not.
    """
    if request.method not in SAFE:
        expected = request.cookies.get(site_of(request).cookie(FORM), "")
        check_form(request, token, expected)


def allowed(permission: Permission | None) -> Callable[..., Visitor]:
    """Return the rule of a route: a dependency that lets the right visitors in.

    Parameters
    ----------
    permission : Permission or None
        What a person must have for some rights holder at least; None lets in whoever is signed in. Which rights
        holders is the business of the queries, which all take the person's scope.
    """

    def rule(request: Request, token: Annotated[str, Depends(form_token)]) -> Visitor:
        visitor = _visitor(request)
        if visitor is None:
            raise HTTPException(401, "Sign in first.", headers={"WWW-Authenticate": "Bearer"})
        if visitor.session is not None and request.method not in SAFE:
            check_form(request, token, visitor.session.form_token)
        if permission is not None and not visitor.person.may_somewhere(permission):
            raise HTTPException(403, "Your role does not allow this.")
        request.state.visitor = visitor
        return visitor

    rule.permission = permission  # type: ignore[attr-defined]
    return rule


Reading = Annotated[Visitor, Depends(allowed(Permission.READ))]
Deciding = Annotated[Visitor, Depends(allowed(Permission.DECIDE))]
Approving = Annotated[Visitor, Depends(allowed(Permission.APPROVE))]
Ruling = Annotated[Visitor, Depends(allowed(Permission.RULE))]
Managing = Annotated[Visitor, Depends(allowed(Permission.MANAGE))]
SignedIn = Annotated[Visitor, Depends(allowed(None))]
Anybody = Depends(anybody)


def check_form(request: Request, token: str, expected: str) -> None:
    """Refuse what another site made the browser send.

    Raises
    ------
    HTTPException
        403, if the browser says that the request comes from another site, or the token is not the expected one.

    References
    ----------
    .. [1] OWASP, "Cross-Site Request Forgery Prevention Cheat Sheet": synchronizer tokens and Fetch Metadata.
    """
    elsewhere = request.headers.get("Sec-Fetch-Site", "same-origin") not in {"same-origin", "none"}
    if elsewhere or not expected or not hmac.compare_digest(token.encode(), expected.encode()):
        raise HTTPException(403, "The form is too old or not ours: reload the page and send it again.")


def rule_of(route: APIRoute) -> Permission | str | None:
    """Return what a route asks for: a permission, "signed in", "anybody", or None where it has no rule."""
    for dependant in _flat(route.dependant):
        if dependant.call is anybody:
            return "anybody"
        found: Permission | str | None = getattr(dependant.call, "permission", "")
        if found != "":
            return found or "signed in"
    return None


def check_rules(app: FastAPI) -> None:
    """Refuse an app with a route that says nothing of who may use it.

    Raises
    ------
    ValueError
        With the paths of such routes.
    """
    open_routes = [
        str(getattr(route, "path", route))
        for route in app.routes
        if getattr(route, "name", "") not in WITHOUT_RULE
        and not (isinstance(route, APIRoute) and rule_of(route) is not None)
    ]
    if open_routes:
        raise ValueError(f"routes without a rule: {', '.join(open_routes)}")


def sign_in_address(request: Request) -> str:
    """Return the address of the sign-in page that leads back to where the visitor wanted to go."""
    wanted = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    return f"/sign-in?next={quote(wanted, safe='')}" if request.method == "GET" else "/sign-in"


def _flat(dependant: Dependant) -> list[Dependant]:
    return [dependant, *(inner for outer in dependant.dependencies for inner in _flat(outer))]


def _visitor(request: Request) -> Visitor | None:
    site = site_of(request)
    kind, _, bearer = request.headers.get("Authorization", "").partition(" ")
    if kind.casefold() == "bearer":
        return _program(site, bearer.strip()) if request.url.path.startswith("/api/") else None
    cookie = request.cookies.get(site.cookie(SESSION))
    return _browser(site, cookie) if cookie else None


def _browser(site: Site, cookie: str) -> Visitor | None:
    now = site.now()
    with site.store.read() as connection:
        session = find_session(connection, token_digest(cookie))
        if session is None or not _alive(session, site):
            return None
        person = _active(connection, session.person_id)
    if person is None:
        return None
    if now - session.seen_at >= TOUCH_AFTER:
        with site.store.write() as connection:
            touch_session(connection, session.digest, now)
    return Visitor(person=person, session=session)


def _program(site: Site, bearer: str) -> Visitor | None:
    now = site.now()
    with site.store.read() as connection:
        token = find_token(connection, token_digest(bearer))
        if token is None or token.revoked_at is not None or token.expires_at <= now:
            return None
        person = _active(connection, token.person_id)
    if person is None:
        return None
    if _stale(token, site):
        with site.store.write() as connection:
            use_token(connection, token.token_id, now)
    return Visitor(person=person)


def _stale(token: ApiToken, site: Site) -> bool:
    return token.used_at is None or site.now() - token.used_at >= TOUCH_AFTER


def _alive(session: Session, site: Site) -> bool:
    now = site.now()
    return now - session.seen_at < site.idle and now - session.created_at < site.longest


def _active(connection: Connection, person_id: str) -> Person | None:
    person = find_person(connection, person_id)
    return person if person is not None and person.retired_at is None else None
