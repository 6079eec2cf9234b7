"""Opening a store: SQLite by default, PostgreSQL by URL, migrated to the newest schema before first use."""

from __future__ import annotations

import re
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import URL, Engine, create_engine, event, make_url
from sqlalchemy import Connection as Connection  # noqa: PLC0414  for those who hand it on and know no SQL
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError

from pipeline.errors import StoreError

BUSY_TIMEOUT_MS = 60_000
MIGRATION_LOCK = 6_237_041_179
"""Key of the PostgreSQL advisory lock that lets one process migrate while the others wait."""
DRIVERS = {"sqlite": "sqlite", "postgresql": "postgresql+psycopg"}


@dataclass(frozen=True, slots=True)
class Store:
    """An open, migrated store; functions of this package take the connections that it hands out.

    Parameters
    ----------
    engine : Engine
        SQLAlchemy's pool of connections.
    """

    engine: Engine

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Yield a connection for reading; what it sees does not change while it is open (SQLite)."""
        with _plainly(self.engine.url), self.engine.connect() as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """Yield a connection inside one transaction: all of it is committed at the end, or none of it."""
        writer = self.engine.execution_options(counterfoil_writes=True)
        with _plainly(self.engine.url), writer.begin() as connection:
            yield connection

    def close(self) -> None:
        """Close every pooled connection."""
        self.engine.dispose()


def open_store(url: str) -> Store:
    """Open a store and bring its schema up to date.

    Parameters
    ----------
    url : str
        SQLAlchemy URL: ``sqlite:///folder/file.db`` (folder is made) or ``postgresql+psycopg://user@host/name``.

    Returns
    -------
    Store
        Safe to use from several threads; several processes may open the same store.

    Raises
    ------
    StoreError
        If the URL is none of these, the database cannot be reached, or its schema is newer than this program.
    """
    parsed = store_url(url)
    if parsed.get_backend_name() == "sqlite":
        _make_folder(parsed)
    engine = create_engine(parsed, pool_pre_ping=parsed.get_backend_name() != "sqlite")
    if parsed.get_backend_name() == "sqlite":
        _tune_sqlite(engine)
    store = Store(engine)
    with store.write() as connection:
        _migrate(connection)
    return store


def store_url(url: str) -> URL:
    """Parse the URL of a store, choosing the driver.

    Parameters
    ----------
    url : str
        As given by the user.

    Returns
    -------
    URL
        With psycopg 3 as driver for PostgreSQL.

    Raises
    ------
    StoreError
        If it is not the URL of a SQLite file or a PostgreSQL database.

    Examples
    --------
    >>> store_url("postgresql://reviewer@db/cases").drivername
    'postgresql+psycopg'
    """
    expected = "expected sqlite:///FILE or postgresql+psycopg://USER@HOST/NAME"
    try:
        parsed = make_url(url)
        backend = parsed.get_backend_name()
    except (ArgumentError, NoSuchModuleError, ValueError):
        raise StoreError(f"store: not a SQLAlchemy URL, got {hide_password(url)!r}, {expected}") from None
    in_memory = backend == "sqlite" and parsed.database in (None, "", ":memory:")
    if backend not in DRIVERS or in_memory:
        raise StoreError(f"store: cannot be used, got {hide_password(url)!r}, {expected}")
    return parsed.set(drivername=DRIVERS[backend])


def hide_password(url: str) -> str:
    """Return a URL as it may be printed.

    Examples
    --------
    >>> hide_password("postgresql://me:secret@db/cases")
    'postgresql://me:***@db/cases'
    """
    return re.sub(r"(://[^:@/]*):[^@]*@", r"\1:***@", url)


def _make_folder(url: URL) -> None:
    folder = Path(str(url.database)).parent
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreError(f"store: the folder {folder} cannot be made: {error.strerror}") from error


def _tune_sqlite(engine: Engine) -> None:
    """Let writers queue instead of failing, and readers go on while one writes (write-ahead log)."""

    @event.listens_for(engine, "connect")
    def connect(connection: Any, _record: object) -> None:
        connection.isolation_level = None  # the driver would begin late and not for DDL; "begin" below does it
        for pragma in (f"busy_timeout={BUSY_TIMEOUT_MS}", "synchronous=NORMAL", "foreign_keys=ON"):
            connection.execute(f"PRAGMA {pragma}")
        _write_ahead(connection)

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get("counterfoil_writes", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _write_ahead(connection: Any) -> None:
    """Switch to the write-ahead log, waiting here for whoever holds a new file: for this SQLite itself does not."""
    deadline = time.monotonic() + BUSY_TIMEOUT_MS / 1000
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                raise
            time.sleep(0.02)
        else:
            return


def _migrate(connection: Connection) -> None:
    """Bring the schema up to date inside the caller's transaction: both databases take back DDL that fails."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({MIGRATION_LOCK})")
    config = Config()
    config.set_main_option("script_location", "pipeline.store:migrations")
    config.attributes["connection"] = connection
    current = MigrationContext.configure(connection).get_current_revision()
    newest = ScriptDirectory.from_config(config).get_current_head()
    if current == newest:
        return
    try:
        command.upgrade(config, "head")
    except CommandError as error:
        raise StoreError(
            f"store: the schema is newer than this program, got revision {current!r}, expected {newest!r} or older"
        ) from error


@contextmanager
def _plainly(url: URL) -> Iterator[None]:
    try:
        yield
    except DBAPIError as error:
        place = url.render_as_string(hide_password=True)
        reason = " ".join(str(error.orig).split())
        raise StoreError(f"store {place}: {reason}") from error
