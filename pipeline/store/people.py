"""People and what they may do: accounts, grants, and the settings of rights holders."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import Connection, RowMapping, delete, insert, select, update

from pipeline.errors import InputError
from pipeline.people import Grant, Permission, Person, Role
from pipeline.store.ledger import upsert
from pipeline.store.people_tables import grants, holder_settings, people


def add_person(
    connection: Connection, person: Person, now: datetime, *, password_hash: str | None, subject: str | None = None
) -> bool:
    """Enter a person with their grants; return False if the name or the subject is taken."""
    row = {
        "person_id": person.person_id,
        "password_hash": password_hash,
        "subject": subject,
        "created_at": now,
        **_changing(person),
    }
    statement = upsert(connection, people).values(row).on_conflict_do_nothing().returning(people.c.person_id)
    if connection.execute(statement).first() is None:
        return False
    _set_grants(connection, person)
    return True


def change_person(connection: Connection, person: Person) -> None:
    """Write a person's fields and grants anew; passwords have their own function."""
    connection.execute(update(people).where(people.c.person_id == person.person_id).values(_changing(person)))
    _set_grants(connection, person)


def set_password(connection: Connection, person_id: str, password_hash: str | None) -> None:
    """Give a person another password, or none."""
    connection.execute(update(people).where(people.c.person_id == person_id).values(password_hash=password_hash))


def find_person(connection: Connection, person_id: str) -> Person | None:
    """Return a person by id."""
    return _one(connection, people.c.person_id == person_id)


def find_subject(connection: Connection, subject: str) -> Person | None:
    """Return the person whom an OpenID provider knows by this issuer and subject."""
    return _one(connection, people.c.subject == subject)


def set_subject(connection: Connection, person_id: str, subject: str) -> None:
    """Tie a person to an OpenID provider's account."""
    connection.execute(update(people).where(people.c.person_id == person_id).values(subject=subject))


def find_sign_in(connection: Connection, name: str) -> tuple[Person, str | None] | None:
    """Return the person of a name with the hash of their password."""
    found = _one(connection, people.c.name == name.casefold())
    if found is None:
        return None
    query = select(people.c.password_hash).where(people.c.person_id == found.person_id)
    return found, connection.execute(query).scalar_one()


def admin_named(connection: Connection, name: str) -> Person:
    """Return the admin of all rights holders who signs in with a name.

    Raises
    ------
    InputError
        If nobody has that name, or who has it is no such admin or no longer here.
    """
    person = _one(connection, people.c.name == name.casefold())
    if person is None or person.retired_at is not None or person.scope(Permission.MANAGE) is not None:
        raise InputError(f"by: not an admin, got {name!r}, expected the name of an admin of all rights holders")
    return person


def read_people(connection: Connection) -> tuple[Person, ...]:
    """Return every person, by name, the retired ones included."""
    held: dict[str, list[Grant]] = {}
    for row in connection.execute(select(grants).order_by(grants.c.person_id, grants.c.rights_holder_id)):
        held.setdefault(row.person_id, []).append(_grant(row))
    rows = connection.execute(select(people).order_by(people.c.name)).mappings()
    return tuple(_person(row, held.get(row["person_id"], ())) for row in rows)


def read_four_eyes(connection: Connection) -> Mapping[str, bool]:
    """Return which rights holders have said whether they want a second person's approval; the others want it."""
    query = select(holder_settings.c.rights_holder_id, holder_settings.c.four_eyes)
    return dict(connection.execute(query).tuples().all())


def set_four_eyes(connection: Connection, rights_holder_id: str, *, wanted: bool, by: str, now: datetime) -> None:
    """Say whether a rights holder wants a second person's approval."""
    row = {"rights_holder_id": rights_holder_id, "four_eyes": wanted, "changed_by": by, "changed_at": now}
    newer = {name: value for name, value in row.items() if name != "rights_holder_id"}
    statement = upsert(connection, holder_settings)
    connection.execute(statement.on_conflict_do_update(index_elements=["rights_holder_id"], set_=newer), [row])


def _changing(person: Person) -> dict[str, Any]:
    return {
        "name": person.name.casefold(),
        "shown_as": person.shown_as,
        "language": person.language,
        "keys": orjson.dumps(dict(person.keys)),
        "single_keys": person.single_keys,
        "retired_at": person.retired_at,
    }


def _set_grants(connection: Connection, person: Person) -> None:
    connection.execute(delete(grants).where(grants.c.person_id == person.person_id))
    rows = [
        {"person_id": person.person_id, "rights_holder_id": grant.rights_holder_id, "role": grant.role.value}
        for grant in person.grants
    ]
    if rows:
        connection.execute(insert(grants), rows)


def _one(connection: Connection, condition: Any) -> Person | None:
    row = connection.execute(select(people).where(condition)).mappings().one_or_none()
    if row is None:
        return None
    query = select(grants).where(grants.c.person_id == row["person_id"]).order_by(grants.c.rights_holder_id)
    return _person(row, [_grant(found) for found in connection.execute(query)])


def _grant(row: Any) -> Grant:
    return Grant(rights_holder_id=row.rights_holder_id, role=Role(row.role))


def _person(row: RowMapping, held: Iterable[Grant]) -> Person:
    names = ("person_id", "name", "shown_as", "language", "single_keys", "retired_at")
    return Person(**{name: row[name] for name in names}, keys=orjson.loads(row["keys"]), grants=tuple(held))
