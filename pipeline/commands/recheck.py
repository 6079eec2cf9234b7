"""The command that looks whether listings still stand."""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pipeline.commands.options import settings_given, store_option
from pipeline.errors import InputError
from pipeline.exits import one_line
from pipeline.settings import Settings, lake_folder

if TYPE_CHECKING:
    from pipeline.followup.clocks import Clock
    from pipeline.followup.pages import Pattern
    from pipeline.stages.recheck import Tally


@click.command()
@click.argument("looks", nargs=-1, type=click.Path(path_type=Path))
@click.option("--ask", is_flag=True, help="Also ask for the addresses of listings that are due, at `recheck_hosts`.")
@store_option
def recheck(looks: tuple[Path, ...], store: str | None, *, ask: bool) -> None:
    """Enter LOOKS at listings with a notice out: JSON lines or WARC files, or folders of them.

    Each says that a listing is down, still up, changed, or that nothing could be told; that last is never counted as
    down.
    """
    from pipeline.stages.recheck import rejected_lines

    with one_line():
        settings = settings_given({"store": store})
        if not (looks or ask):
            raise InputError("recheck: nothing to do, got neither files nor --ask, expected one of them")
        if ask and not settings.recheck_hosts:
            raise InputError("recheck: no host may be asked, got recheck_hosts = [], expected hosts in the settings")
        tallies = recheck_now(settings, looks, ask=ask, now=datetime.now(UTC))
    for tally in tallies:
        for line in rejected_lines(tally):
            click.echo(line, err=True)
        click.echo(summary(tally))


def recheck_now(settings: Settings, looks: Sequence[Path], *, ask: bool, now: datetime) -> list[Tally]:
    """Enter looks, and ask for addresses if that is wanted.

    Returns
    -------
    list of Tally
        Of the files, if any, and of what was asked for.
    """
    from pipeline.rechecks import Scout, find_files, read_looks
    from pipeline.stages.recheck import enter_looks, look_again
    from pipeline.store.database import open_store
    from pipeline.store.lake import Lake
    from pipeline.store.originals import Originals

    files = find_files(looks)
    patterns = patterns_of(settings)
    store, originals = open_store(settings.store), Originals.beside(Lake(lake_folder(settings).resolve()))
    tallies = []
    if files:
        found = (look for file in files for look in read_looks(file))
        tallies.append(enter_looks(store, originals, found, patterns=patterns, now=now))
    if ask:
        scout = Scout(
            hosts=tuple(host.lower() for host in settings.recheck_hosts),
            pause_s=float(settings.recheck_pause_seconds),
            sleep=time.sleep,
            clock=time.monotonic,
            allow_loopback=settings.recheck_loopback,
        )
        tallies.append(look_again(store, originals, scout, patterns=patterns, clocks=clocks_of(settings), now=now))
    store.close()
    return tallies


def clocks_of(settings: Settings) -> tuple[Clock, ...]:
    """Return the clocks of the settings and those that ship."""
    from pipeline.followup.clocks import read_clocks, shipped_clocks

    own = _own(settings.recheck_clocks)
    return (*(read_clocks(*own) if own else ()), *shipped_clocks())


def patterns_of(settings: Settings) -> tuple[Pattern, ...]:
    """Return what pages say that are gone: by the settings, and what ships."""
    from pipeline.followup.pages import read_patterns, shipped_patterns

    own = _own(settings.recheck_pages)
    return (*(read_patterns(*own) if own else ()), *shipped_patterns())


def summary(tally: Tally) -> str:
    """Return what became of looks, on one line."""
    results = ", ".join(f"{number} {result.value}" for result, number in sorted(tally.results.items())) or "none"
    verdicts = dict.fromkeys(("down", "up", "unknown"), 0)
    for result, number in tally.results.items():
        verdicts[result.verdict] += number
    told = ", ".join(f"{number} {verdict}" for verdict, number in verdicts.items())
    return (
        f"{told} ({results}); {tally.unmatched} of no case, {tally.older} older than known, "
        f"{len(tally.rejected)} rejected"
    )


def _own(path: str) -> tuple[str, str] | None:
    if not path:
        return None
    try:
        return Path(path).read_text("utf-8"), path
    except (OSError, ValueError) as error:
        raise InputError(f"{path}: cannot be read ({error}), expected a table of tab-separated values") from error
