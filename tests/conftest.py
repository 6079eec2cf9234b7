"""Stores to test with: SQLite always, PostgreSQL where its programs are installed."""

import os
from collections.abc import Callable, Generator, Iterator
from itertools import count
from pathlib import Path

import pytest

from pipeline.store.database import Store, open_store
from tests import postgresql
from tests.stores import sqlite_url

NUMBERS = count()
SKIPS_FAIL = os.environ.get("COUNTERFOIL_SKIPS") == "fail"
"""Whether every program that tests need must be there, as in CI."""


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--write-golden", action="store_true", help="write golden files anew, to be read in the diff")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Turn a skip into a failure where COUNTERFOIL_SKIPS=fail."""
    report = yield
    if SKIPS_FAIL and report.skipped and isinstance(report.longrepr, tuple):  # else it was expected to fail
        report.outcome = "failed"
        report.longrepr = f"{report.longrepr[2]}, and COUNTERFOIL_SKIPS=fail"
    return report


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Callable[..., None]:
    """Return what compares bytes with a golden file, or writes it where `--write-golden` is given.

    With `spaces=False` white space does not matter: programs that read PDFs do not agree on it.
    """
    write = bool(request.config.getoption("--write-golden"))

    def compare(path: Path, data: bytes, *, spaces: bool = True) -> None:
        if write:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
        known = path.read_bytes()
        same = known == data if spaces else b"".join(known.split()) == b"".join(data.split())
        assert same, f"{path.name} has changed: see the diff after pytest --write-golden"

    return compare


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[str]:
    programs = postgresql.binaries()
    if programs is None:
        pytest.skip("PostgreSQL's programs (initdb, pg_ctl) are not installed")
    with postgresql.server(programs) as url:
        yield url


@pytest.fixture(scope="session")
def postgresql_template(postgresql_server: str) -> str:
    """Return the name of a database that holds a store with nothing in it."""
    open_store(postgresql.create_database(postgresql_server, "migrated")).close()
    return "migrated"


@pytest.fixture
def postgresql_url(postgresql_server: str, postgresql_template: str) -> str:
    """Return the URL of a new store with nothing in it."""
    return postgresql.create_database(postgresql_server, f"test_{next(NUMBERS)}", template=postgresql_template)


@pytest.fixture(params=["sqlite", "postgresql"])
def bare_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Return the URL of a database of each kind without any table."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'bare' / 'store.db'}"
    server: str = request.getfixturevalue("postgresql_server")
    return postgresql.create_database(server, f"test_{next(NUMBERS)}")


@pytest.fixture(params=["sqlite", "postgresql"])
def store_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Return the URL of a new store of each kind with nothing in it."""
    if request.param == "sqlite":
        return sqlite_url(tmp_path / "new" / "store.db")
    url: str = request.getfixturevalue("postgresql_url")
    return url


@pytest.fixture
def store(store_url: str) -> Iterator[Store]:
    opened = open_store(store_url)
    yield opened
    opened.close()
