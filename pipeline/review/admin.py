"""Pages of admins: people, their roles by rights holder, and whether a rights holder wants four eyes."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Any

from fastapi import APIRouter, Form, HTTPException, Request
from fastapi.responses import RedirectResponse, Response

from pipeline.people import EVERY_HOLDER, Grant, Permission, Person, Role
from pipeline.review.access import Managing
from pipeline.review.pages import page
from pipeline.review.signin import new_hash
from pipeline.review.site import Site, Visitor, site_of
from pipeline.store.desk import accesses_by
from pipeline.store.people import (
    add_person,
    change_person,
    find_person,
    read_four_eyes,
    read_people,
    set_four_eyes,
    set_password,
)
from pipeline.store.rights import holder_names
from pipeline.store.sessions import close_sessions_of

router = APIRouter(prefix="/people", include_in_schema=False)


@router.get("")
def show_people(request: Request, visitor: Managing) -> Response:
    """Show everybody whom the admin may manage."""
    return _people(request, visitor)


@router.post("")
def new_person(
    request: Request,
    visitor: Managing,
    name: Annotated[str, Form(min_length=1, max_length=100)],
    shown_as: Annotated[str, Form(min_length=1, max_length=100)],
    password: Annotated[str, Form(max_length=1_024)],
) -> Response:
    """Add a person; roles are given on their page."""
    _check_global(visitor)
    site = site_of(request)
    try:
        hashed = new_hash(site.hasher, password) if password else None
    except ValueError:
        return _people(request, visitor, status=422, problem="short")
    person = Person(person_id=site.new_id(), name=name.strip().casefold(), shown_as=shown_as.strip())
    with site.store.write() as connection:
        added = add_person(connection, person, site.now(), password_hash=hashed)
    if not added:
        return _people(request, visitor, status=422, problem="taken")
    return RedirectResponse(f"/people/{person.person_id}", 303)


@router.get("/{person_id}")
def show_person(request: Request, visitor: Managing, person_id: str) -> Response:
    """Show one person: roles, and what they looked at."""
    site, scope = site_of(request), visitor.person.scope(Permission.MANAGE)
    person = _visible(_person(site, person_id), visitor)
    if person is None:
        raise HTTPException(404, "There is no such person.")
    with site.store.read() as connection:
        looked_at = accesses_by(connection, person_id) if scope is None else ()
        holders = holder_names(connection, scope)
    context: dict[str, Any] = {"other": person, "holders": holders, "looked_at": looked_at, "roles": tuple(Role)}
    return page(request, "person.html", visitor, everybody=EVERY_HOLDER, whole=scope is None, **context)


@router.post("/{person_id}/grants")
def change_grant(
    request: Request,
    visitor: Managing,
    person_id: str,
    rights_holder_id: Annotated[str, Form(max_length=200)],
    role: Annotated[str, Form(max_length=20)] = "",
) -> Response:
    """Give a person a role for a rights holder, or take it away (no role)."""
    _check_holder(visitor, rights_holder_id)
    site = site_of(request)
    person = _person(site, person_id)
    kept = tuple(g for g in person.grants if g.rights_holder_id != rights_holder_id)
    given = (Grant(rights_holder_id=rights_holder_id, role=_role(role)),) if role else ()
    _keep_an_admin(site, person, (*kept, *given))
    with site.store.write() as connection:
        change_person(connection, replace(person, grants=(*kept, *given)))
    return RedirectResponse(f"/people/{person_id}", 303)


@router.post("/{person_id}/retire")
def retire_person(
    request: Request, visitor: Managing, person_id: str, *, back: Annotated[bool, Form()] = False
) -> Response:
    """Shut a person out, at once and everywhere; or let them in again."""
    _check_global(visitor)
    site = site_of(request)
    person = _person(site, person_id)
    if not back:
        _keep_an_admin(site, person, ())
    with site.store.write() as connection:
        change_person(connection, replace(person, retired_at=None if back else site.now()))
        close_sessions_of(connection, person_id)
    return RedirectResponse(f"/people/{person_id}", 303)


@router.post("/{person_id}/password")
def give_password(
    request: Request, visitor: Managing, person_id: str, password: Annotated[str, Form(max_length=1_024)]
) -> Response:
    """Give a person another password and end their sessions."""
    _check_global(visitor)
    site = site_of(request)
    person = _person(site, person_id)
    try:
        hashed = new_hash(site.hasher, password)
    except ValueError as error:
        raise HTTPException(422, str(error)) from None
    with site.store.write() as connection:
        set_password(connection, person.person_id, hashed)
        close_sessions_of(connection, person.person_id)
    return RedirectResponse(f"/people/{person_id}", 303)


@router.post("/holders/four-eyes")
def choose_four_eyes(
    request: Request,
    visitor: Managing,
    *,
    rights_holder_id: Annotated[str, Form(max_length=200)],
    wanted: Annotated[bool, Form()] = False,
) -> Response:
    """Say whether a second person must approve a rights holder's cases before anything is sent."""
    _check_holder(visitor, rights_holder_id)
    site = site_of(request)
    with site.store.write() as connection:
        set_four_eyes(connection, rights_holder_id, wanted=wanted, by=visitor.person.person_id, now=site.now())
    return RedirectResponse("/people", 303)


def _people(request: Request, visitor: Visitor, *, status: int = 200, problem: str = "") -> Response:
    scope = visitor.person.scope(Permission.MANAGE)
    with site_of(request).store.read() as connection:
        everybody = [shown for p in read_people(connection) if (shown := _visible(p, visitor)) is not None]
        holders = holder_names(connection, scope)
        four_eyes = read_four_eyes(connection)
    context: dict[str, Any] = {"people": everybody, "holders": holders, "four_eyes": four_eyes, "problem": problem}
    return page(request, "people.html", visitor, status=status, everybody=EVERY_HOLDER, whole=scope is None, **context)


def _person(site: Site, person_id: str) -> Person:
    with site.store.read() as connection:
        person = find_person(connection, person_id)
    if person is None:
        raise HTTPException(404, "There is no such person.")
    return person


def _visible(person: Person, visitor: Visitor) -> Person | None:
    """Return a person as an admin may see them: without their roles for other rights holders."""
    if visitor.person.may(Permission.MANAGE, EVERY_HOLDER):
        return person
    grants = tuple(g for g in person.grants if visitor.person.may(Permission.MANAGE, g.rights_holder_id))
    return replace(person, grants=grants) if grants else None


def _check_global(visitor: Visitor) -> None:
    """Accounts are the business of admins of all rights holders."""
    _check_holder(visitor, EVERY_HOLDER)


def _check_holder(visitor: Visitor, rights_holder_id: str) -> None:
    if not visitor.person.may(Permission.MANAGE, rights_holder_id):
        raise HTTPException(403, "You are no admin of that rights holder.")


def _role(role: str) -> Role:
    try:
        return Role(role)
    except ValueError:
        raise HTTPException(422, f"No such role: expected one of {', '.join(Role)}.") from None


def _keep_an_admin(site: Site, person: Person, grants: tuple[Grant, ...]) -> None:
    """Refuse to leave nobody who could let others in."""
    with site.store.read() as connection:
        others = [p for p in read_people(connection) if p.person_id != person.person_id and p.retired_at is None]
    left = [*others, replace(person, grants=grants)]
    if not any(p.may(Permission.MANAGE, EVERY_HOLDER) for p in left):
        raise HTTPException(422, "This would leave no admin: make another person admin first.")
