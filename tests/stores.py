"""Stores for tests: migrated once a process, then copied; and cases in them that move event by event."""

from collections.abc import Collection
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from pipeline.cases.card import Card
from pipeline.enforcement import Case, Event
from pipeline.store.database import Connection, open_store
from pipeline.store.events import Draft, append_events


def sqlite_url(path: Path) -> str:
    """Return the URL of a SQLite store; where there is no file, one with nothing in it is put there."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(_empty())
    return f"sqlite:///{path}"


@cache
def _empty() -> bytes:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "store.db"
        open_store(f"sqlite:///{path}").close()
        return path.read_bytes()


def append_event(
    connection: Connection,
    event: Event,
    scope: tuple[str, ...] | None,
    *,
    four_eyes: Collection[str],
    expected_events: int | None = None,
    card: Card | None = None,
) -> Case:
    """Write one event and return the case as it leaves it; see `append_events`."""
    draft = Draft(event=event, expected_events=expected_events, card=card)
    return append_events(connection, [draft], scope, four_eyes=four_eyes)[event.case_id]
