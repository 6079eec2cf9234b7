"""A PostgreSQL server of its own for the tests, on a socket in a private folder; no port is opened."""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import create_engine, text

USERS = ("postgres", "nobody")
"""Whom the server runs as if the tests run as root, which PostgreSQL refuses."""


def binaries() -> Path | None:
    """Return the folder of PostgreSQL's programs, if they are installed."""
    found = shutil.which("initdb")
    folders = [Path(found).parent] if found else sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    return folders[-1] if folders and (folders[-1] / "initdb").exists() else None


@contextmanager
def server(programs: Path) -> Iterator[str]:
    """Start a server and yield its URL without a database name."""
    home = Path(tempfile.mkdtemp(prefix="cf-pg-"))
    prefix = _as_another_user(home)
    data = home / "data"
    setup: list[str | Path] = ["-D", data, "-U", "counterfoil", "--auth=trust", "--encoding=UTF8", "--no-sync"]
    setup += ["--locale=C.UTF-8"]
    options = f"-c listen_addresses='' -c unix_socket_directories='{home}' -c fsync=off"
    try:
        _run(home, *prefix, programs / "initdb", *setup)
        _run(home, *prefix, programs / "pg_ctl", "-D", data, "-w", "-l", home / "log", "-o", options, "start")
        try:
            yield f"postgresql+psycopg://counterfoil@/{{name}}?host={home}"
        finally:
            _run(home, *prefix, programs / "pg_ctl", "-D", data, "-m", "immediate", "stop")
    finally:
        shutil.rmtree(home, ignore_errors=True)


def create_database(server: str, name: str, template: str = "template1") -> str:
    """Create a database and return its URL."""
    engine = create_engine(server.format(name="postgres"), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name} TEMPLATE {template}"))
    engine.dispose()
    return server.format(name=name)


def _run(home: Path, *command: str | Path) -> None:
    subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.STDOUT, check=True, cwd=home)


def _as_another_user(home: Path) -> list[str]:
    if os.geteuid() != 0:
        return []
    user = next(pwd.getpwnam(name) for name in USERS if name in {u.pw_name for u in pwd.getpwall()})
    os.chown(home, user.pw_uid, user.pw_gid)
    return ["setpriv", f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups"]
