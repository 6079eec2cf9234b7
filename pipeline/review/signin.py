"""Signing in and out with a local account; failed attempts are counted by name and by address."""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache
from typing import Annotated, Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from fastapi import APIRouter, Form, HTTPException, Request
from fastapi.responses import RedirectResponse, Response

from pipeline.people import Person, Session
from pipeline.review.access import FORM, SESSION, Anybody, SignedIn
from pipeline.review.language import LANGUAGES
from pipeline.review.pages import LANGUAGE, page
from pipeline.review.site import Site, site_of
from pipeline.store.people import find_sign_in, set_password
from pipeline.store.sessions import (
    close_session,
    count_attempts,
    drop_old_sessions,
    forget_attempts,
    open_session,
    record_attempt,
    token_digest,
)

router = APIRouter()

ATTEMPTS_BY_NAME: Final = 8
ATTEMPTS_BY_ADDRESS: Final = 40
"""Failed sign-ins after which nobody is let in for a while, the right password or not."""
LONGEST_PASSWORD: Final = 1_024
SHORTEST_PASSWORD: Final = 12


@router.get("/sign-in", dependencies=[Anybody], include_in_schema=False)
def show_sign_in(request: Request, next: str = "/") -> Response:  # noqa: A002  its name in the address
    """Show the form."""
    return _form(request, next)


@router.post("/sign-in", dependencies=[Anybody], include_in_schema=False)
def sign_in(
    request: Request,
    name: Annotated[str, Form(max_length=200)],
    password: Annotated[str, Form(max_length=LONGEST_PASSWORD)],
    next: Annotated[str, Form()] = "/",  # noqa: A002
) -> Response:
    """Let somebody in, or say no more than that they cannot come in."""
    site = site_of(request)
    now = site.now()
    address = request.client.host if request.client else ""
    if _too_many(site, name, address, now):
        return _form(request, next, status=429, problem="many")
    person = _proven(site, name, password)
    if person is None:
        with site.store.write() as connection:
            record_attempt(connection, {_by_name(name), _by_address(address)}, now)
        return _form(request, next, status=401, problem="wrong")
    with site.store.write() as connection:
        forget_attempts(connection, _by_name(name))
    return begin_session(site, person, next)


@router.post("/sign-out", include_in_schema=False)
def sign_out(request: Request, visitor: SignedIn) -> Response:
    """End the session."""
    site = site_of(request)
    if visitor.session is not None:
        with site.store.write() as connection:
            close_session(connection, visitor.session.digest)
    response = RedirectResponse("/sign-in", 303)
    response.delete_cookie(site.cookie(SESSION), path="/", secure=site.settings.review_https, httponly=True)
    response.headers["Clear-Site-Data"] = '"cache"'
    return response


@router.post("/language", dependencies=[Anybody], include_in_schema=False)
def choose_language(language: Annotated[str, Form()]) -> Response:
    """Remember the language of somebody who is not signed in."""
    if language not in LANGUAGES:
        raise HTTPException(422, f"No such language: expected one of {', '.join(LANGUAGES)}.")
    response = RedirectResponse("/sign-in", 303)
    response.set_cookie(LANGUAGE, language, max_age=31_536_000, httponly=True, samesite="lax")
    return response


def begin_session(site: Site, person: Person, target: str) -> Response:
    """Open a session and lead the person to where they wanted to go; every sign-in has a token of its own."""
    now, token = site.now(), site.new_token()
    session = Session(
        digest=token_digest(token),
        person_id=person.person_id,
        form_token=site.new_token(),
        created_at=now,
        seen_at=now,
    )
    with site.store.write() as connection:
        drop_old_sessions(connection, opened_before=now - site.longest, seen_before=now - site.idle)
        open_session(connection, session)
    response = RedirectResponse(local_path(target), 303)
    set_cookie(site, response, SESSION, token)
    return response


def set_cookie(site: Site, response: Response, name: str, value: str) -> None:
    """Set a cookie that scripts cannot read and other sites cannot make the browser send with a form."""
    secure = site.settings.review_https
    response.set_cookie(site.cookie(name), value, path="/", httponly=True, samesite="lax", secure=secure)


def local_path(target: str) -> str:
    r"""Return where to go after signing in: a path of ours and nothing else.

    Examples
    --------
    >>> local_path("/cases?state=open"), local_path("//evil.example"), local_path("/\\evil.example")
    ('/cases?state=open', '/', '/')
    """
    plain = target.startswith("/") and not target.startswith(("//", "/\\")) and target.isprintable()
    return target if plain and "\\" not in target else "/"


def new_hash(hasher: PasswordHasher, password: str) -> str:
    """Return the hash of a new password.

    Raises
    ------
    ValueError
        If it is too short or too long (NIST SP 800-63B: length counts, kinds of characters do not).
    """
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        raise ValueError(
            f"password: of another length, got {len(password)} characters, expected {SHORTEST_PASSWORD} or more"
        )
    return hasher.hash(password)


def matches(hasher: PasswordHasher, password_hash: str | None, password: str) -> bool:
    """Tell whether a password is the right one; without a hash it takes as long to say no."""
    try:
        hasher.verify(password_hash or _nobodys(hasher), password)
    except (VerificationError, InvalidHashError):
        return False
    return password_hash is not None


@lru_cache(maxsize=4)
def _nobodys(hasher: PasswordHasher) -> str:
    """Return a hash to compare with where there is none, so that an unknown name takes as long as a wrong password."""
    return hasher.hash("nobody has this password")


def _proven(site: Site, name: str, password: str) -> Person | None:
    with site.store.read() as connection:
        found = find_sign_in(connection, name)
    person, known = found or (None, None)
    if not matches(site.hasher, known, password) or person is None or person.retired_at is not None:
        return None
    if known is not None and site.hasher.check_needs_rehash(known):
        with site.store.write() as connection:
            set_password(connection, person.person_id, site.hasher.hash(password))
    return person


def _too_many(site: Site, name: str, address: str, now: datetime) -> bool:
    with site.store.read() as connection:
        by_name = count_attempts(connection, _by_name(name), now)
        by_address = count_attempts(connection, _by_address(address), now)
    return by_name >= ATTEMPTS_BY_NAME or by_address >= ATTEMPTS_BY_ADDRESS


def _by_name(name: str) -> str:
    return f"name:{name.casefold()}"


def _by_address(address: str) -> str:
    return f"address:{address}"


def _form(request: Request, target: str, *, status: int = 200, problem: str = "") -> Response:
    site = site_of(request)
    token = request.cookies.get(site.cookie(FORM)) or site.new_token()
    context = {"target": local_path(target), "problem": problem, "sign_in_token": token}
    context["provider"] = site.settings.oidc_issuer
    response = page(request, "sign_in.html", None, status=status, **context)
    set_cookie(site, response, FORM, token)
    if status == 429:  # noqa: PLR2004  too many requests
        response.headers["Retry-After"] = "900"
    return response
