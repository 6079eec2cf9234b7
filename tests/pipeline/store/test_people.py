"""People, sessions and the record of who looked, on both databases."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from pipeline.errors import StoreError
from pipeline.people import EVERY_HOLDER, Access, Grant, Permission, Person, Role, Session
from pipeline.store.database import Store
from pipeline.store.desk import accesses_by, accesses_of, lookers, read_bulk, record_access, record_bulk
from pipeline.store.people import (
    add_person,
    change_person,
    find_person,
    find_sign_in,
    read_four_eyes,
    read_people,
    set_four_eyes,
)
from pipeline.store.sessions import (
    WINDOW,
    begin_flow,
    close_sessions_of,
    count_attempts,
    drop_old_sessions,
    end_flow,
    find_session,
    forget_attempts,
    open_session,
    record_attempt,
)

NOW = datetime(2026, 11, 2, 9, tzinfo=UTC)
LIN = Person(
    person_id="1" * 32,
    name="lin",
    shown_as="Lin \x00 \\ Ward",
    keys={"hold": "w"},
    grants=(Grant(rights_holder_id="quill", role=Role.REVIEWER), Grant(rights_holder_id="zed", role=Role.ADMIN)),
)


def add(store: Store, person: Person) -> bool:
    with store.write() as connection:
        return add_person(connection, person, NOW, password_hash="h")  # noqa: S106  of nobody


def test_a_person_is_read_back_as_entered_and_changed_whole(store: Store) -> None:
    add(store, LIN)
    changed = Person(person_id=LIN.person_id, name="lin", shown_as="Lin", single_keys=False, retired_at=NOW)

    with store.read() as connection:
        before = find_person(connection, LIN.person_id)
        by_name = find_sign_in(connection, "LIN")
    with store.write() as connection:
        change_person(connection, changed)
        assert read_people(connection) == (changed,)

    assert before == LIN
    assert by_name == (LIN, "h")


def test_a_name_belongs_to_one_person_whatever_its_case(store: Store) -> None:
    assert add(store, LIN)
    assert not add(store, Person(person_id="2" * 32, name="LIN", shown_as="Another"))
    with store.read() as connection:
        assert [person.person_id for person in read_people(connection)] == [LIN.person_id]


def test_the_record_of_who_looked_cannot_be_changed_or_deleted(store: Store) -> None:
    access = Access(at=NOW, person_id="1" * 32, what="case", case_id="c" * 32)
    with store.write() as connection:
        record_access(connection, access)

    for statement in ("UPDATE accesses SET what = 'nothing'", "DELETE FROM accesses"):
        with pytest.raises(StoreError, match="never changed"), store.write() as connection:
            connection.execute(text(statement))

    with store.read() as connection:
        assert accesses_of(connection, "c" * 32) == accesses_by(connection, "1" * 32) == (access,)
        assert lookers(connection, "c" * 32, NOW, "2" * 32) == ("1" * 32,)
        assert lookers(connection, "c" * 32, NOW, "1" * 32) == ()


def test_failed_sign_ins_are_counted_by_place_for_a_while(store: Store) -> None:
    with store.write() as connection:
        for _ in range(3):
            record_attempt(connection, {"name:lin", "address:x"}, NOW)
        record_attempt(connection, {"name:lin"}, NOW + WINDOW)
        forget_attempts(connection, "address:x")

        counts = [count_attempts(connection, place, NOW + WINDOW) for place in ("name:lin", "address:x", "name:sam")]
        later = count_attempts(connection, "name:lin", NOW + 3 * WINDOW)

    assert (counts, later) == ([4, 0, 0], 0)


def test_sessions_end_one_by_one_all_together_or_by_age(store: Store) -> None:
    def session(digest: str, opened: datetime) -> Session:
        return Session(digest=digest, person_id="1" * 32, form_token="f", created_at=opened, seen_at=opened)  # noqa: S106

    with store.write() as connection:
        for number in range(4):
            open_session(connection, session(str(number), NOW + timedelta(hours=number)))
        drop_old_sessions(connection, opened_before=NOW + timedelta(hours=1), seen_before=NOW)
        closed = close_sessions_of(connection, "1" * 32, but="3")
        left = [find_session(connection, str(number)) is not None for number in range(4)]

    assert closed == 2
    assert left == [False, False, False, True]


def test_a_sign_in_at_a_provider_comes_back_once_and_in_time(store: Store) -> None:
    with store.write() as connection:
        begin_flow(connection, "state", "nonce", "verifier", NOW)
        begin_flow(connection, "late", "nonce", "verifier", NOW)

        answers = [end_flow(connection, "state", NOW), end_flow(connection, "state", NOW)]
        late = end_flow(connection, "late", NOW + WINDOW + timedelta(seconds=1))

    assert answers == [("nonce", "verifier"), None]
    assert late is None


def test_four_eyes_and_bulk_decisions_are_kept(store: Store) -> None:
    with store.write() as connection:
        set_four_eyes(connection, "quill", wanted=False, by="1" * 32, now=NOW)
        set_four_eyes(connection, "quill", wanted=True, by="1" * 32, now=NOW)
        record_bulk(connection, "b" * 32, "1" * 32, [("e1", "c2"), ("e2", "c1")], NOW)

        assert read_four_eyes(connection) == {"quill": True}
        assert read_bulk(connection, "b" * 32, "1" * 32) == (("e2", "c1"), ("e1", "c2"))
        assert read_bulk(connection, "b" * 32, "2" * 32) == ()


@pytest.mark.parametrize("role", list(Role))
def test_a_grant_for_all_covers_every_rights_holder_and_one_for_one_no_other(role: Role) -> None:
    everywhere = Person(
        person_id="1", name="a", shown_as="A", grants=(Grant(rights_holder_id=EVERY_HOLDER, role=role),)
    )
    here = Person(person_id="2", name="b", shown_as="B", grants=(Grant(rights_holder_id="quill", role=role),))

    for permission in Permission:
        held = everywhere.may(permission, "anybody")
        assert here.may(permission, "quill") is held
        assert not here.may(permission, "zed")
        assert not here.may(permission, EVERY_HOLDER)
