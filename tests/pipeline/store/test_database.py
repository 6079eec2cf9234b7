"""Opening a store."""

import sqlite3
import threading
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import text

from pipeline.errors import StoreError
from pipeline.store.database import Store, hide_password, open_store
from pipeline.store.schema import metadata


def test_the_migrations_make_the_tables_of_the_schema(store: Store) -> None:
    with store.read() as connection:
        opts = {"compare_type": True, "include_name": lambda name, *_: not (name or "").startswith("case_words")}
        context = MigrationContext.configure(connection, opts=opts)  # each database has its own index of words

        assert compare_metadata(context, metadata) == []


def test_a_store_that_is_up_to_date_opens_as_it_is(store: Store, store_url: str) -> None:
    with store.write() as connection:
        connection.execute(text("INSERT INTO work (stage, key, run_id) VALUES ('a', 'b', 'c')"))

    with open_store(store_url).read() as connection:
        assert connection.execute(text("SELECT count(*) FROM work")).scalar() == 1


def test_a_store_newer_than_the_program_is_refused(store: Store, store_url: str) -> None:
    with store.write() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))

    with pytest.raises(StoreError, match=r"newer than this program, got revision '9999', expected '\d+'"):
        open_store(store_url)


def test_a_new_store_waits_for_whoever_is_writing_to_its_file(tmp_path: Path) -> None:
    file = tmp_path / "store.db"
    other = sqlite3.connect(file, isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")
    ends = threading.Timer(0.2, other.execute, ["COMMIT"])
    ends.start()

    open_store(f"sqlite:///{file}").close()

    ends.join()
    other.close()


def test_several_may_open_a_new_store_at_once(bare_url: str) -> None:
    failures: list[BaseException] = []

    def attempt() -> None:
        try:
            open_store(bare_url).close()
        except BaseException as error:  # noqa: BLE001  any failure at all fails the test
            failures.append(error)

    threads = [threading.Thread(target=attempt) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert failures == []


def test_a_failed_transaction_leaves_nothing(store: Store) -> None:
    def fail_after_writing() -> None:
        with store.write() as connection:
            connection.execute(text("INSERT INTO work (stage, key, run_id) VALUES ('a', 'b', 'c')"))
            raise InterruptedError

    with pytest.raises(InterruptedError):
        fail_after_writing()

    with store.read() as connection:
        assert connection.execute(text("SELECT count(*) FROM work")).scalar() == 0


def test_readers_of_sqlite_go_on_while_one_writes(tmp_path: Path) -> None:
    store = open_store(f"sqlite:///{tmp_path / 'store.db'}")

    with store.write() as writing, store.read() as reading:
        writing.execute(text("INSERT INTO work (stage, key, run_id) VALUES ('a', 'b', 'c')"))

        assert reading.execute(text("SELECT count(*) FROM work")).scalar() == 0
        assert reading.execute(text("PRAGMA journal_mode")).scalar() == "wal"


@pytest.mark.parametrize(
    "url",
    [
        pytest.param("sqlite://", id="in memory"),
        pytest.param("sqlite:///:memory:", id="in memory by name"),
        pytest.param("mysql://me@host/name", id="another database"),
        pytest.param("counterfoil.db", id="a path"),
        pytest.param("", id="nothing"),
        pytest.param("postgresql://me:secret@host:port/name", id="a port that is no number"),
    ],
)
def test_what_is_no_store_is_refused_without_showing_a_password(url: str) -> None:
    with pytest.raises(StoreError, match=r"store: .* got .* expected sqlite:///FILE or postgresql") as refused:
        open_store(url)

    assert "secret" not in str(refused.value)


@pytest.mark.parametrize(
    "url",
    [
        pytest.param("postgresql://me:secret@127.0.0.1:1/name", id="no server"),
        pytest.param("sqlite:////proc/nowhere/store.db", id="a folder that cannot be made"),
    ],
)
def test_a_store_that_cannot_be_reached_is_named(url: str) -> None:
    with pytest.raises(StoreError, match="store") as refused:
        open_store(url)

    assert "secret" not in str(refused.value)


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    (tmp_path / "store.db").write_bytes(b"not a database, but long enough to be taken for one" * 40)

    with pytest.raises(StoreError, match="not a database"):
        open_store(f"sqlite:///{tmp_path / 'store.db'}")


def test_only_the_password_is_hidden() -> None:
    assert hide_password("sqlite:///a@b.db") == "sqlite:///a@b.db"
    assert hide_password("postgresql://me@host/name") == "postgresql://me@host/name"
