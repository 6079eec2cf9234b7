"""Commands of the public log."""

from __future__ import annotations

import secrets
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pipeline.commands.options import Group, settings_given, store_option
from pipeline.errors import InputError, LogError, ProofError
from pipeline.exits import FAILED, one_line
from pipeline.settings import Settings

if TYPE_CHECKING:
    from pipeline.enforcement import Event
    from pipeline.log import Log
    from pipeline.verify.disclosures import Disclosure

SECRET_BYTES = 32


@click.group(cls=Group)
def log() -> None:
    """Keep the public log: what happened, provably in this order and never changed."""


def _options(*names: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Give a command some of the options that stand in for settings."""
    known = {
        "log": click.option("--log", help="Folder of the log."),
        "keys": click.option("--keys", help="Folder of the keys."),
        "store": store_option,
        "log_policy": click.option("--policy", "log_policy", help="File that names witnesses and their quorum."),
    }

    def decorate(command: Callable[..., None]) -> Callable[..., None]:
        for name in reversed(names):
            command = known[name](command)
        return command

    return decorate


@log.command()
@click.argument("origin")
@_options("log", "keys", "store")
def init(origin: str, **options: Any) -> None:
    """Make the keys of a new log called ORIGIN, a host name such as log.example.org, for ever."""
    from pipeline.log import init_keys

    with one_line():
        settings = settings_given(options)
        folder = Path(settings.keys)
        _keep_apart(folder, settings)
        keys = init_keys(folder, origin, datetime.now(UTC))
    click.echo(f"log {keys.verifier}")
    click.echo(f"Keys are in {folder}. Keep a copy apart from the store; give the line above to whoever checks.")


@log.command()
@_options("log", "keys", "store", "log_policy")
def publish(**options: Any) -> None:
    """Append what happened since, publish a checkpoint, and ask the witnesses of the policy to sign it."""
    from pipeline.log import load_keys, open_log
    from pipeline.stages.publish import publish_log
    from pipeline.store.database import open_store

    with one_line():
        settings = settings_given(options)
        now = datetime.now(UTC)
        with open_log(Path(settings.log), load_keys(Path(settings.keys))) as opened:
            store = open_store(settings.store)
            added = publish_log(store, opened, now, lambda: secrets.token_bytes(SECRET_BYTES))
            store.close()
            click.echo(f"{added} entries added, {opened.size} in {opened.origin}, published in {settings.log}")
            problems = list(_witness(opened, settings.log_policy)) if settings.log_policy else []
    for problem in problems:
        click.echo(problem, err=True)
    sys.exit(FAILED if problems else 0)


@log.command()
@click.argument("event_id")
@click.option("--out", type=click.Path(path_type=Path), help="File to write; otherwise EVENT_ID.tlog-proof.")
@_options("log")
def receipt(event_id: str, out: Path | None, **options: Any) -> None:
    """Write a receipt for the entry of EVENT_ID, a notice or decision: it can be checked with no access to the log."""
    from pipeline.log.folder import LogFolder
    from pipeline.log.receipts import receipt_of

    with one_line():
        folder = LogFolder(Path(settings_given(options).log))
        number = folder.find(event_id)
        if number is None:
            raise InputError(f"{folder.path}: no such entry, got {event_id!r}, expected the id of a published event")
        path = out or Path(f"{event_id}.tlog-proof")
        path.write_bytes(receipt_of(folder, number).encode())
    click.echo(f"{path}: entry {number}")


@log.command()
@click.argument("out", type=click.Path(path_type=Path, file_okay=False))
@_options("log")
def receipts(out: Path, **options: Any) -> None:
    """Write a receipt for every notice and decision into the folder OUT."""
    from pipeline.log.folder import LogFolder
    from pipeline.log.receipts import all_receipts

    with one_line():
        out.mkdir(parents=True, exist_ok=True)
        written = 0
        for name, made in all_receipts(LogFolder(Path(settings_given(options).log))):
            (out / f"{name}.tlog-proof").write_bytes(made.encode())
            written += 1
    click.echo(f"{written} receipts in {out}")


@log.command()
@click.argument("event_id")
@click.argument("fields", nargs=-1)
@_options("store")
def disclose(event_id: str, fields: tuple[str, ...], **options: Any) -> None:
    """Print what opens private FIELDS of the entry of EVENT_ID, or all of them, as JSON, one a line.

    Hand on only what the other side may know.
    """
    import json

    with one_line():
        for disclosure in _disclosures(settings_given(options), event_id):
            if not fields or disclosure.name in fields:
                click.echo(json.dumps(disclosure.document(), ensure_ascii=False))


@log.command()
@click.argument("case_ids", nargs=-1, required=True)
@click.confirmation_option(prompt="Nobody will be able to open the private fields of these cases again. Go on?")
@_options("store")
def erase(case_ids: tuple[str, ...], **options: Any) -> None:
    """Destroy what opens the private fields of CASE_IDS: their entries stay, as noise."""
    from pipeline.log.feed import event_record
    from pipeline.store.database import open_store
    from pipeline.store.events import read_histories
    from pipeline.store.secrets import erase_secrets

    with one_line(), open_store(settings_given(options).store).write() as connection:
        histories = read_histories(connection, case_ids)
        unknown = [case_id for case_id in case_ids if case_id not in histories]
        if unknown:
            raise InputError(f"no such case, got {unknown[0]!r}, expected the id of a case")
        records = [f"case:{case_id}" for case_id in case_ids]
        records += [event_record(event.event_id) for history in histories.values() for event in history]
        erased = erase_secrets(connection, records)
    click.echo(f"{erased} records erased")


def _disclosures(settings: Settings, event_id: str) -> Iterator[Disclosure]:
    from pipeline.log.feed import event_disclosures, event_record
    from pipeline.store.database import open_store
    from pipeline.store.logged import read_event
    from pipeline.store.secrets import read_secret

    with open_store(settings.store).read() as connection:
        event: Event | None = read_event(connection, event_id)
        secret = read_secret(connection, event_record(event_id))
    if event is None:
        raise InputError(f"no such event, got {event_id!r}, expected the id of one")
    if secret is None:
        raise LogError(f"event {event_id}: not logged yet, or erased")
    yield from event_disclosures(event, secret)


def _witness(opened: Log, policy_file: str) -> Iterator[str]:
    """Ask every witness that has not signed; yield what went wrong."""
    import httpx

    from pipeline.log.witnesses import ask_all
    from pipeline.verify.policy import load_policy

    policy = load_policy(Path(policy_file))
    with httpx.Client(follow_redirects=False) as client:
        yield from ask_all(opened, policy.witnesses.values(), client)
    try:
        for name in policy.check_quorum(opened.publish()):
            click.echo(f"signed by {name}")
    except ProofError as error:
        yield f"{opened.path}: {error}; `counterfoil log publish` asks again"


def _keep_apart(keys: Path, settings: Settings) -> None:
    """Refuse to keep keys where the store or the log is."""
    places = {"the log": Path(settings.log)}
    if settings.store.startswith("sqlite:///"):
        places["the store"] = Path(settings.store.removeprefix("sqlite:///")).parent
    for what, place in places.items():
        if place != Path() and keys.resolve().is_relative_to(place.resolve()):
            raise LogError(f"keys: in the folder of {what}, got {keys}, expected a folder elsewhere")
