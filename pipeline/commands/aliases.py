"""Commands of aliases: suggest new ones from decided cases, take them into use, list them, take them out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pipeline.commands.options import Group, open_given, store_option
from pipeline.errors import InputError
from pipeline.exits import one_line

if TYPE_CHECKING:
    from detectors.text.mining import Suggestion
    from pipeline.records import Register, RightsHolder
    from pipeline.store.aliases import Worded
    from pipeline.store.database import Store

_register = click.option("--register", required=True, type=click.Path(path_type=Path), help="Register with the marks.")
_known = click.option(
    "--register", type=click.Path(path_type=Path), help="Register with the mark; otherwise those that were scanned for."
)


@click.group(cls=Group)
def aliases() -> None:
    """Learn what the trade calls a mark: nicknames, parts, sounds, misspellings."""


@aliases.command()
@_register
@store_option
@click.option("--holder", help="Only this rights holder.")
@click.option("--most", type=click.IntRange(1, 200), default=20, show_default=True, help="Suggestions for each mark.")
def suggest(register: Path, store: str | None, holder: str | None, most: int) -> None:
    """Print words that confirmed cases, listings with registered pictures and their sellers have in common.

    Each with its evidence, the likeliest first; `aliases adopt` takes one into use.
    """
    from pipeline.register import load_register
    from pipeline.store.aliases import worded_cases

    with one_line():
        opened = open_given(store)
        with opened.read() as connection:
            worded = worded_cases(connection)
        opened.close()
        lines = list(_suggested(load_register(register), worded, holder, most))
    click.echo("\n".join(lines) if lines else "nothing to suggest: too few confirmed cases, or no words in common")


def _suggested(register: Register, worded: list[Worded], holder_id: str | None, most: int) -> Iterator[str]:
    from detectors.text.mining import Told, suggest
    from detectors.text.spelling import spellings_of

    for holder in register.rights_holders:
        spellings = [s for s in spellings_of(register) if s.rights_holder_id == holder.id]
        if not spellings or holder_id not in {None, holder.id}:
            continue
        mine = [row for row in worded if row.rights_holder_id == holder.id and row.because]
        told = [Told(title=row.title, seller=row.seller, because=str(row.because)) for row in mine]
        others = [row.title for row in worded if row.rights_holder_id != holder.id]
        for found in suggest(spellings, told, others, most=most):
            yield _line(holder.id, spellings[0].asset_id, found)


def _line(holder_id: str, asset_id: str, found: Suggestion) -> str:
    strength = "strong" if found.strong else "weak"
    return (
        f"{holder_id} {asset_id} {found.alias!r}: {found.kind}, {found.script}, {strength}; {found.listings} listings"
        f" of {found.sellers} sellers ({', '.join(found.because)}), {found.elsewhere} elsewhere;"
        f" such as {found.example!r}"
    )


@aliases.command()
@click.argument("asset")
@click.argument("alias")
@_known
@store_option
@click.option("--by", required=True, help="Who takes it into use.")
def adopt(asset: str, alias: str, register: Path | None, store: str | None, by: str) -> None:
    """Take ALIAS into use for the word mark ASSET: the next scan or rescan looks for it.

    A short one, or one that means something else too, is found as a whole word only and counts for less.
    """
    from detectors.text.distinctiveness import Grade, grade
    from detectors.text.mining import kind_of, script_of
    from pipeline.aliases import STRONG, WEAK, Alias
    from pipeline.store.aliases import add_alias

    with one_line():
        name = " ".join(alias.split())
        if not 1 < len(name) <= LONGEST:
            raise InputError(f"aliases: an alias has 2 to {LONGEST} characters, got {alias!r}")
        opened = open_given(store)
        holder, mark = _mark(_holders(register, opened), asset)
        found = Alias(
            rights_holder_id=holder,
            asset_id=asset,
            alias=name,
            script=script_of(name),
            kind=kind_of(name, [mark]),
            weight=STRONG if grade(name).grade is Grade.DISTINCTIVE else WEAK,
            source=f"taken into use by {by}",
            first_seen=datetime.now(UTC),
        )
        with opened.write() as connection:
            add_alias(connection, found)
        opened.close()
    click.echo(f"{asset} is looked for as {name!r} from the next scan on")


LONGEST = 80
"""Characters of an alias."""


def _holders(register: Path | None, store: Store) -> tuple[RightsHolder, ...]:
    """Return the rights holders of a register, or those that the store knows."""
    from pipeline.register import load_register
    from pipeline.store.rights import known_holders

    if register is not None:
        return load_register(register).rights_holders
    with store.read() as connection:
        return known_holders(connection)


def _mark(holders: Iterable[RightsHolder], asset_id: str) -> tuple[str, str]:
    """Return whose word mark an asset is, and its text."""
    marks = {a.id: (h.id, a.text) for h in holders for a in h.assets if a.text is not None}
    if asset_id not in marks:
        known = (
            f"one of {', '.join(sorted(marks)[:10])}" if marks else "one of a register: give it, or scan for it first"
        )
        raise InputError(f"aliases: no such word mark, got {asset_id!r}, expected {known}")
    return marks[asset_id]


@aliases.command()
@click.argument("asset")
@click.argument("alias")
@_known
@store_option
def remove(asset: str, alias: str, register: Path | None, store: str | None) -> None:
    """Look no more for ALIAS as a name of the word mark ASSET."""
    from pipeline.store.aliases import remove_alias

    with one_line():
        opened = open_given(store)
        holder, _ = _mark(_holders(register, opened), asset)
        with opened.write() as connection:
            there = remove_alias(connection, holder, asset, alias)
        opened.close()
        if not there:
            raise InputError(f"aliases: no such alias of {asset!r}, got {alias!r}, expected one of `aliases list`")


@aliases.command("list")
@store_option
def list_aliases(store: str | None) -> None:
    """Print the aliases in use."""
    from pipeline.store.aliases import read_aliases

    with one_line():
        opened = open_given(store)
        with opened.read() as connection:
            found = read_aliases(connection)
        opened.close()
    for one in found:
        click.echo(
            f"{one.rights_holder_id} {one.asset_id} {one.alias!r}: {one.script}, {one.weight}, {one.source},"
            f" {one.first_seen:%Y-%m-%d}"
        )


@click.command()
@store_option
@click.option("--out", required=True, type=click.Path(path_type=Path), help="File to write, one JSON object a line.")
def corrections(store: str | None, out: Path) -> None:
    """Write how marks in titles are used, as people's decisions say: examples for the model of use in context."""
    import orjson

    from pipeline.store.corrections import corrections

    with one_line():
        opened = open_given(store)
        with opened.read() as connection:
            lines = [orjson.dumps(asdict(found)) for found in corrections(connection)]
        opened.close()
        try:
            out.write_bytes(b"".join(line + b"\n" for line in lines))
        except OSError as error:
            raise InputError(f"{out}: {error.strerror}, expected a file that can be written") from error
    click.echo(f"{len(lines)} marks in titles of decided cases in {out}")
