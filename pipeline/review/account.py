"""A person's own page: language, keys, password, sessions, tokens of programs."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Annotated, Final

from fastapi import APIRouter, Form, HTTPException, Request
from fastapi.responses import RedirectResponse, Response

from pipeline.people import ApiToken
from pipeline.review.access import SignedIn
from pipeline.review.keys import DEFAULTS, clashes
from pipeline.review.language import LANGUAGES
from pipeline.review.pages import page
from pipeline.review.signin import matches, new_hash
from pipeline.review.site import Visitor, site_of
from pipeline.store.desk import accesses_by
from pipeline.store.people import change_person, find_sign_in, set_password
from pipeline.store.sessions import add_token, close_sessions_of, revoke_token, token_digest, tokens_of

router = APIRouter(prefix="/account", include_in_schema=False)

LONGEST_LIFE_DAYS: Final = 366
TOKEN_START: Final = "cf_"  # noqa: S105  no secret
"""How tokens begin, so that scanners of leaked secrets know them."""


@router.get("")
def show_account(request: Request, visitor: SignedIn) -> Response:
    """Show the page."""
    return _account(request, visitor)


@router.post("")
def change_account(
    request: Request,
    visitor: SignedIn,
    shown_as: Annotated[str, Form(min_length=1, max_length=100)],
    language: Annotated[str, Form()],
) -> Response:
    """Change the name that others read, and the language."""
    if language not in LANGUAGES:
        raise HTTPException(422, f"No such language: expected one of {', '.join(LANGUAGES)}.")
    with site_of(request).store.write() as connection:
        change_person(connection, replace(visitor.person, shown_as=shown_as.strip(), language=language))
    return RedirectResponse("/account", 303)


@router.post("/keys")
async def change_keys(request: Request, visitor: SignedIn) -> Response:
    """Change the keys, or switch them off."""
    form = await request.form()
    given = {action: str(form.get(f"key-{action}", ""))[:1] for action in DEFAULTS}
    if clashes(given):
        return _account(request, visitor, status=422, problem="keys", clashing=clashes(given))
    own = {action: key for action, key in given.items() if key != DEFAULTS[action]}
    person = replace(visitor.person, keys=own, single_keys="single_keys" in form)
    with site_of(request).store.write() as connection:
        change_person(connection, person)
    return RedirectResponse("/account", 303)


@router.post("/password")
def change_password(
    request: Request,
    visitor: SignedIn,
    old: Annotated[str, Form(max_length=1_024)],
    new: Annotated[str, Form(max_length=1_024)],
) -> Response:
    """Change the password and end all other sessions."""
    site, person = site_of(request), visitor.person
    with site.store.read() as connection:
        found = find_sign_in(connection, person.name)
    if found is None or not matches(site.hasher, found[1], old):
        return _account(request, visitor, status=422, problem="password")
    try:
        hashed = new_hash(site.hasher, new)
    except ValueError:
        return _account(request, visitor, status=422, problem="short")
    with site.store.write() as connection:
        set_password(connection, person.person_id, hashed)
        close_sessions_of(connection, person.person_id, but=visitor.session.digest if visitor.session else "")
    return RedirectResponse("/account", 303)


@router.post("/sessions/close")
def close_other_sessions(request: Request, visitor: SignedIn) -> Response:
    """Sign out everywhere else."""
    but = visitor.session.digest if visitor.session else ""
    with site_of(request).store.write() as connection:
        close_sessions_of(connection, visitor.person.person_id, but=but)
    return RedirectResponse("/account", 303)


@router.post("/tokens")
def make_token(
    request: Request,
    visitor: SignedIn,
    title: Annotated[str, Form(min_length=1, max_length=100)],
    days: Annotated[int, Form(ge=1, le=LONGEST_LIFE_DAYS)],
) -> Response:
    """Make a token for a program and show it, this once."""
    site = site_of(request)
    now, secret = site.now(), TOKEN_START + site.new_token()
    token = ApiToken(
        token_id=site.new_id(),
        person_id=visitor.person.person_id,
        title=title.strip(),
        prefix=secret[:10],
        created_at=now,
        expires_at=now + timedelta(days=days),
    )
    with site.store.write() as connection:
        add_token(connection, token, token_digest(secret))
    return _account(request, visitor, secret=secret)


@router.post("/tokens/{token_id}/revoke")
def end_token(request: Request, visitor: SignedIn, token_id: str) -> Response:
    """End a token."""
    site = site_of(request)
    with site.store.write() as connection:
        revoke_token(connection, visitor.person.person_id, token_id, site.now())
    return RedirectResponse("/account", 303)


def _account(
    request: Request,
    visitor: Visitor,
    *,
    status: int = 200,
    problem: str = "",
    clashing: tuple[str, ...] = (),
    secret: str = "",
) -> Response:
    with site_of(request).store.read() as connection:
        tokens = tokens_of(connection, visitor.person.person_id)
        looked_at = accesses_by(connection, visitor.person.person_id, limit=20)
    context = {"tokens": tokens, "looked_at": looked_at, "problem": problem, "clashing": clashing, "secret": secret}
    return page(request, "account.html", visitor, status=status, defaults=DEFAULTS, **context)
