"""Reading entries of the log, which a stranger may have written: what is missing or of another type is named."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime

from pipeline.errors import InputError
from pipeline.records import Json

Entry = Mapping[str, Json]


def text(entry: Entry, name: str) -> str:
    """Return a field that must be a text.

    Raises
    ------
    InputError
        If it is missing or is something else.
    """
    value = entry.get(name)
    if not isinstance(value, str):
        raise InputError(f"{_place(entry)}: {name} must be a text, got {_shown(value)}")
    return value


def whole(entry: Entry, name: str) -> int:
    """Return a field that must be a whole number, 0 or more.

    Raises
    ------
    InputError
        If it is missing or is something else.
    """
    value = entry.get(name)
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise InputError(f"{_place(entry)}: {name} must be a whole number from 0, got {_shown(value)}")
    return value


def texts(entry: Entry, name: str) -> tuple[str, ...]:
    """Return a field that must be a list of texts; empty where it is missing.

    Raises
    ------
    InputError
        If it is something else.
    """
    value = entry.get(name, [])
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise InputError(f"{_place(entry)}: {name} must be a list of texts, got {_shown(value)}")
    return tuple(value)


def moment(entry: Entry, name: str) -> datetime:
    """Return a field that must be a time, RFC 3339 in UTC.

    Raises
    ------
    InputError
        If it is missing or is something else.
    """
    return moment_of(text(entry, name), f"{_place(entry)}: {name}")


def moment_of(value: str, place: str) -> datetime:
    """Return a time that is written in RFC 3339, in UTC.

    Raises
    ------
    InputError
        If it is anything else.
    """
    try:
        time = datetime.fromisoformat(value)
        if time.tzinfo is not None:
            return time.astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    raise InputError(f"{place} must be a time with its zone, got {_shown(value)}, expected RFC 3339 in UTC")


def of_type(entries: Iterable[Entry], name: str) -> Iterator[Entry]:
    """Yield the entries of one type."""
    return (entry for entry in entries if entry.get("type") == name)


def _place(entry: Entry) -> str:
    return f"entry {entry.get('id', '?')} ({entry.get('type', '?')})"


def _shown(value: Json) -> str:
    return f"{value!r:.60}"
