"""Commands of notices and dossiers."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pipeline.commands.options import Group, settings_given, store_option
from pipeline.errors import InputError, SettingsError
from pipeline.exits import FAILED, one_line
from pipeline.settings import Settings, lake_folder

if TYPE_CHECKING:
    from pipeline.stages.export import Scribe
    from pipeline.stages.prepare import Ready, Stationery
    from pipeline.store.database import Store
    from pipeline.transports import Receipt
    from pipeline.transports.ebay import Ebay

LOCATIONS = ("product", "packaging", "image", "text")
MAX_SECRET = 4_096
"""Bytes in the file of a secret."""


@click.group(cls=Group)
def notices() -> None:
    """Make notices of approved cases, check them, write them out or send them."""


def _options(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the options by which cases are chosen."""
    options = (
        click.option("--case", "cases", multiple=True, help="Id of a case; without it, every approved case."),
        click.option("--channel", help="Where the notices go; without it, each case's platform decides."),
        click.option("--holder", "holders", multiple=True, help="Id of a rights holder; without it, all of them."),
        click.option("--claim", "claims", multiple=True, type=click.Choice(LOCATIONS), help="Where it infringes."),
        click.option("--notices", help="Folder with team.toml, own channels and templates."),
        click.option("--lake", help="Folder of the lake, beside which photos are kept."),
        store_option,
    )
    for option in reversed(options):
        command = option(command)
    return command


@notices.command()
@_options
def prepare(**given: Any) -> None:
    """Check what would go out, and print every problem on a line.

    Exit code 1 if there are problems.
    """
    with one_line():
        settings, choice = settings_given(given), _choice(given)
        ready = _ready(_store(settings), _stationery(settings), choice, _now())
    click.echo(f"{len(ready.notices)} notices may go out, {len(ready.problems)} problems")
    sys.exit(FAILED if ready.problems else 0)


@notices.command()
@_options
@click.option("--out", required=True, type=click.Path(path_type=Path), help="Folder; each export is a folder in it.")
def export(out: Path, **given: Any) -> None:
    """Write the notices that may go out, with their exhibits, for a person to hand in.

    When it is done, tell `notices filed` so.
    """
    from pipeline.stages.export import export as write

    with one_line():
        settings, choice, now = settings_given(given), _choice(given), _now()
        store, stationery = _store(settings), _stationery(settings)
        ready = _ready(store, stationery, choice, now)
        if not ready.notices:
            raise InputError(f"nothing to export, got {len(ready.problems)} problems, expected an approved case")
        done = write(store, stationery, ready, out, _scribe(settings, stationery, now))
    for batch in done.batches:
        click.echo(f"{done.folder / batch.channel / batch.batch_id}: {len(batch.notices)} notices")
    click.echo(f"{len(ready.notices)} notices in {len(done.batches)} batches in {done.folder}")


@notices.command()
@_options
@click.option("--out", required=True, type=click.Path(path_type=Path), help="Folder for copies of what is sent.")
@click.option("--by", required=True, help="Who sends it, for the history of the cases.")
def send(out: Path, by: str, **given: Any) -> None:
    """Send the notices for eBay by its API; the other channels are for `notices export`."""
    from pipeline.stages.export import export as write
    from pipeline.stages.notify import send as deliver

    with one_line():
        settings, choice, now = settings_given(given), _choice(given), _now()
        store, stationery = _store(settings), _stationery(settings)
        transport = _ebay(settings, stationery)
        ready = _ready(store, stationery, choice, now).only(transport.name)
        if not ready.notices:
            raise InputError(f"nothing to send, got no notice for {transport.name}, expected an approved case")
        for batch in write(store, stationery, ready, out, _scribe(settings, stationery, now)).batches:
            click.echo(f"batch {batch.batch_id}")
            _print(deliver(store, batch, transport, _now(), by=by, scope=choice.holders))


@notices.command()
@click.argument("batch")
@click.option("--by", required=True, help="Who handed it in, for the history of the cases.")
@click.option("--native-id", help="What the platform calls it, if it has said.")
@store_option
def filed(batch: str, by: str, native_id: str | None, **given: Any) -> None:
    """Write down that the exported BATCH, an id, was handed in, or that one that was being sent has arrived."""
    from pipeline.stages.notify import file_batch

    with one_line():
        count = file_batch(_store(settings_given(given)), batch, _now(), by=by, native_id=native_id)
    click.echo(f"{count} notices are out")


@notices.command("give-up")
@click.argument("batch")
@click.option("--by", required=True, help="Who says so, for the history of the cases.")
@click.option("--reason", default="", help="Why, likewise.")
@store_option
def give_up(batch: str, by: str, reason: str, **given: Any) -> None:
    """Write down that the BATCH, an id, never reached its platform; its cases may be noticed again."""
    from pipeline.stages.notify import give_up_batch

    with one_line():
        count = give_up_batch(_store(settings_given(given)), batch, _now(), by=by, reason=reason)
    click.echo(f"{count} notices are given up")


@notices.command()
@click.argument("batch")
@click.option("--notices", help="Folder with own channels.")
@store_option
def status(batch: str, **given: Any) -> None:
    """Ask eBay what became of the BATCH, an id, and write it down."""
    from pipeline.stages.notify import refresh

    with one_line():
        settings = settings_given(given)
        _print(refresh(_store(settings), batch, _ebay(settings, _stationery(settings)), _now()))


@notices.command()
@click.argument("marketplace")
@click.option("--notices", help="Folder with own channels.")
def reasons(marketplace: str, **given: Any) -> None:
    """Ask eBay for the codes of its reasons on a MARKETPLACE, such as EBAY_GB."""
    with one_line():
        settings = settings_given(given)
        for code, meaning in _ebay(settings, _stationery(settings)).reason_codes(marketplace).items():
            click.echo(f"{code} {meaning}")


@click.command()
@click.argument("case", required=False)
@click.option("--seller", nargs=2, metavar="PLATFORM ID", help="A seller account instead of a case.")
@click.option("--holder", "holders", multiple=True, help="Id of a rights holder; without it, all of them.")
@click.option("--language", type=click.Choice(["en", "zh-Hans"]), default="en", help="Language that goes first.")
@click.option("--out", required=True, type=click.Path(path_type=Path), help="Folder for the PDF and its exhibits.")
@click.option("--notices", help="Folder with team.toml.")
@click.option("--lake", help="Folder of the lake, beside which photos are kept.")
@store_option
def dossier(
    case: str | None,
    seller: tuple[str, str] | None,
    holders: tuple[str, ...],
    language: str,
    out: Path,
    **given: Any,
) -> None:
    """Print what is known of a CASE, an id, or of a seller, for police or customs."""
    from pipeline.dossiers.pages import print_dossier
    from pipeline.stages.dossier import dossier_of_case, dossier_of_seller

    with one_line():
        if (case is None) == (seller is None):
            raise InputError("dossier: of what? got both or neither, expected the id of a case or --seller PLATFORM ID")
        settings = settings_given(given)
        scribe = _scribe(settings, _stationery(settings), _now())
        with _store(settings).read() as connection:
            if seller is not None:
                made, files = dossier_of_seller(connection, *seller, holders or None, scribe)
            else:
                made, files = dossier_of_case(connection, str(case), holders or None, scribe)
        path = out / f"dossier-{made.number}.pdf"
        _write(out, {path.name: print_dossier(made, language=language), **files})
    click.echo(f"{path}: {len(made.offers)} offers, {len(made.links)} linked accounts, {len(files)} exhibits")


def _write(folder: Path, files: dict[str, bytes]) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, data in files.items():
            (folder / name).write_bytes(data)
    except OSError as error:
        raise InputError(f"{folder}: cannot be written: {error.strerror}, expected a folder") from error


@dataclass(frozen=True, slots=True, kw_only=True)
class _Choice:
    """Which notices a user wants."""

    cases: tuple[str, ...]
    channel: str | None
    holders: tuple[str, ...] | None
    claims: tuple[str, ...]


def _choice(given: dict[str, Any]) -> _Choice:
    return _Choice(
        cases=given["cases"], channel=given["channel"], holders=given["holders"] or None, claims=given["claims"]
    )


def _ready(store: Store, stationery: Stationery, choice: _Choice, now: datetime) -> Ready:
    """Prepare what was chosen; tell every problem, and what would endanger a fast lane."""
    from pipeline.followup.health import shipped_programmes
    from pipeline.notices.notice import Location
    from pipeline.stages.followup import foresee, warning_line
    from pipeline.stages.prepare import prepare as check

    claims = tuple(Location(claim) for claim in choice.claims)
    with store.read() as connection:
        ready = check(
            connection, stationery, now, choice.holders, case_ids=choice.cases, channel_id=choice.channel, claims=claims
        )
        warnings = foresee(connection, ready.notices, choice.holders, shipped_programmes(), now)
    for problem in ready.problems:
        click.echo(" ".join(str(problem).split()))
    for warning in warnings:
        click.echo(f"warning: {warning_line(warning)}", err=True)
    return ready


def _print(receipts: tuple[Receipt, ...]) -> None:
    for receipt in receipts:
        said = receipt.platform_text or "nothing"
        click.echo(f"{receipt.notice_id} {receipt.state.value} {receipt.native_id or '-'} {said}")


def _now() -> datetime:
    return datetime.now(UTC)


def _store(settings: Settings) -> Store:
    from pipeline.store.database import open_store

    return open_store(settings.store)


def _stationery(settings: Settings) -> Stationery:
    from pipeline.stationery import stationery_of

    return stationery_of(settings)


def _scribe(settings: Settings, stationery: Stationery, now: datetime) -> Scribe:
    from pipeline.stationery import scribe_of
    from pipeline.store.lake import Lake
    from pipeline.store.originals import Originals

    return scribe_of(settings, stationery, Originals.beside(Lake(lake_folder(settings))), now)


def _ebay(settings: Settings, stationery: Stationery) -> Ebay:
    from pipeline.transports.ebay import Account, Ebay
    from pipeline.transports.web import Web

    if not (settings.ebay_client_id and settings.ebay_secret_file):
        raise SettingsError("ebay_client_id: not set, got no access, expected it and ebay_secret_file in the settings")
    path = Path(settings.ebay_secret_file)
    try:
        secret = path.read_bytes()[:MAX_SECRET].decode("ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path}: cannot be read: {error}, expected eBay's client secret") from error
    account = Account(client_id=settings.ebay_client_id, client_secret=secret, base_url=settings.ebay_address)
    return Ebay(account, stationery.channels.named(Ebay.name), Web(time.sleep))
