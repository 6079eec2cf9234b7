"""Commands of the review app: serve it, and keep the people who may come in."""

from __future__ import annotations

import secrets
import sys
import uuid
from datetime import UTC, datetime
from functools import partial
from io import BytesIO
from typing import TYPE_CHECKING

import click

from pipeline.commands.options import Group, open_given, settings_given, store_option
from pipeline.commands.recheck import clocks_of, patterns_of
from pipeline.errors import InputError
from pipeline.exits import one_line
from pipeline.people import EVERY_HOLDER, Grant, Person, Role
from pipeline.settings import Settings, lake_folder

if TYPE_CHECKING:
    from pipeline.review.site import Site


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen at.")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(0, 65_535), help="Port to listen at.")
@store_option
def review(host: str, port: int, store: str | None) -> None:
    """Serve the review app."""
    import uvicorn

    from pipeline.review.app import create_app
    from pipeline.store.people import read_people

    with one_line():
        settings = settings_given({"store": store})
        site = make_site(settings)
        with site.store.read() as connection:
            nobody = not read_people(connection)
        app = create_app(site)
    shown = f"[{host}]" if ":" in host else host
    click.echo(f"Review app: http://{shown}:{port}/ (end with Ctrl-C)")
    if nobody:
        click.echo("Nobody can sign in yet: counterfoil people add NAME --admin", err=True)
    if host not in {"127.0.0.1", "::1", "localhost"} and not settings.review_https:
        click.echo("Passwords would travel in the clear: put a TLS proxy in front and set review_https.", err=True)
    uvicorn.run(
        app, host=host, port=port, log_level="warning", server_header=False, proxy_headers=settings.review_https
    )


def make_site(settings: Settings) -> Site:
    """Return the site over the store of the settings, with the world outside as it is."""
    from detectors.image import decode  # noqa: F401  now, so that the first photo need not wait for it
    from pipeline.review.site import Site
    from pipeline.store.database import open_store
    from pipeline.store.lake import Lake
    from pipeline.store.originals import Originals

    return Site(
        store=open_store(settings.store),
        settings=settings,
        originals=Originals.beside(Lake(lake_folder(settings))),
        shrink=shrink,
        clocks=clocks_of(settings),
        patterns=patterns_of(settings),
        now=partial(datetime.now, UTC),
        new_id=lambda: uuid.uuid4().hex,
        new_token=partial(secrets.token_urlsafe, 32),
    )


def shrink(data: bytes, side: int) -> bytes:
    """Turn a picture of unknown origin into a clean JPEG file of at most so many pixels a side."""
    from detectors.image.decode import decode_in_colour

    buffer = BytesIO()
    decode_in_colour(data, side).save(buffer, "JPEG", quality=85)
    return buffer.getvalue()


@click.group(cls=Group)
def people() -> None:
    """Keep the people who may come into the review app."""


@people.command()
@click.argument("name")
@click.option("--shown-as", help="Name that others read.")
@click.option("--admin", is_flag=True, help="Admin of every rights holder.")
@click.option("--role", type=click.Choice([role.value for role in Role]), help="Role for the rights holders given.")
@click.option("--holder", "holders", multiple=True, help="Id of a rights holder; all if none is given.")
@store_option
def add(
    name: str, shown_as: str | None, role: str | None, holders: tuple[str, ...], store: str | None, *, admin: bool
) -> None:
    """Add a person who signs in as NAME; the password is asked for, or read from standard input."""
    from pipeline.store.people import add_person

    with one_line():
        if admin and role:
            raise InputError("people add: two roles, got --admin and --role, expected one of them")
        given = Role.ADMIN if admin else Role(role or Role.REVIEWER)
        grants = tuple(
            Grant(rights_holder_id=h, role=given) for h in ((EVERY_HOLDER,) if admin else holders or (EVERY_HOLDER,))
        )
        person = Person(person_id=uuid.uuid4().hex, name=name.casefold(), shown_as=shown_as or name, grants=grants)
        hashed = _new_hash(_asked())
        with open_given(store).write() as connection:
            if not add_person(connection, person, datetime.now(UTC), password_hash=hashed):
                raise InputError(f"people add: the name is taken, got {name!r}, expected another")
    click.echo(f"{person.name} {given.value} of {', '.join(g.rights_holder_id for g in grants)}")


@people.command()
@click.argument("name")
@store_option
def password(name: str, store: str | None) -> None:
    """Give NAME another password and end their sessions."""
    from pipeline.store.people import find_sign_in, set_password
    from pipeline.store.sessions import close_sessions_of

    with one_line():
        hashed = _new_hash(_asked())
        with open_given(store).write() as connection:
            found = find_sign_in(connection, name)
            if found is None:
                raise InputError(f"people password: no such person, got {name!r}, expected one of `people list`")
            set_password(connection, found[0].person_id, hashed)
            close_sessions_of(connection, found[0].person_id)


@people.command("list")
@store_option
def list_people(store: str | None) -> None:
    """Print who may come in, with their roles."""
    from pipeline.store.people import read_people

    with one_line(), open_given(store).read() as connection:
        for person in read_people(connection):
            roles = ", ".join(f"{grant.role.value} of {grant.rights_holder_id}" for grant in person.grants) or "no role"
            click.echo(f"{person.name} {roles}{' (shut out)' if person.retired_at else ''}")


def _asked() -> str:
    """Return a password from the terminal, twice alike, or one line of standard input; never from an argument."""
    if sys.stdin.isatty():
        return str(click.prompt("Password", hide_input=True, confirmation_prompt=True))
    return sys.stdin.readline().rstrip("\r\n")


def _new_hash(given: str) -> str:
    from argon2 import PasswordHasher

    from pipeline.review.signin import new_hash

    try:
        return new_hash(PasswordHasher(), given)
    except ValueError as error:
        raise InputError(str(error)) from None
