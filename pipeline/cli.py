"""The command line. Prefect and the detectors are imported by the commands that need them."""

from __future__ import annotations

import os
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import click
from rich.console import Console

from pipeline.errors import CounterfoilError, EngineError, RegisterError
from pipeline.records import AssetKind, Register
from pipeline.register import check_register, load_register
from pipeline.settings import ENGINES, read_settings
from pipeline.summary import show_candidates

FAILED, UNUSABLE = 1, 2
"""Exit codes: work that failed or problems that were found; bad usage or unreadable input."""


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="counterfoil")
def main() -> None:
    """Find listings that infringe registered rights, and show why."""


def _scanning(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the options of a scan."""
    options = (
        click.option("--register", required=True, help="Register: a folder with register.json or register.yaml."),
        click.option("--out", help="Folder for the results."),
        click.option(
            "--store", help="SQLAlchemy URL of the store: sqlite:///FILE or postgresql+psycopg://USER@HOST/NAME."
        ),
        click.option("--engine", type=click.Choice(ENGINES), help="Where the work is done."),
        click.option("--workers", type=click.IntRange(1, 1_024), help="Local processes; one a core if not given."),
        click.option("--dask-address", help="Scheduler of a Dask cluster, such as tcp://127.0.0.1:8786."),
    )
    for option in reversed(options):
        command = option(command)
    return command


@main.command()
@click.argument("snapshots", nargs=-1, required=True)
@_scanning
def scan(snapshots: tuple[str, ...], **options: Any) -> None:
    """Scan SNAPSHOTS, files or folders of listings, for infringements of a register.

    A scan that was killed goes on where it was when started again.
    """
    _scan(options, snapshots)


@main.command()
@_scanning
def rescan(**options: Any) -> None:
    """Scan every listing that the store has seen, as last captured, for a register that has changed.

    Neither snapshots nor photos are needed: what was kept of them is searched.
    """
    _scan(options, ())


def _scan(options: Mapping[str, Any], snapshots: tuple[str, ...]) -> None:
    with _one_line():
        given = {name: value for name, value in options.items() if value is not None}
        settings = replace(read_settings(os.environ, Path.cwd()), snapshots=snapshots, **given)
        import flows  # noqa: PLC0415  Prefect

        run = flows.scan_now(flows.prepare_scan(settings, again=not snapshots))
    show_candidates(Path(settings.out) / "candidates.jsonl", Console())
    counts = run["counts"]
    click.echo(
        f"{counts['rows_read']} rows: {counts['listings']} listings, {counts['repeats']} repeats, "
        f"{counts['rejected_rows']} rejected; {counts['candidates']} candidates "
        f"({counts['high']} high, {counts['medium']} medium, {counts['low']} low) in {settings.out}"
    )


@main.group()
def register() -> None:
    """Work with registers."""


@register.command()
@click.argument("path", type=click.Path(path_type=Path), metavar="REGISTER")
def check(path: Path) -> None:
    """Validate a register; print every problem on a line, or what it holds."""
    with _one_line():
        problems = check_register(path)
        if not problems:
            click.echo("\n".join(_summary(load_register(path))))
    for problem in problems:
        click.echo(problem)
    sys.exit(FAILED if problems else 0)


@main.command()
def doctor() -> None:
    """Check versions, settings, store and lake, and that nothing calls out."""
    from pipeline.doctor import examine  # noqa: PLC0415  the database drivers

    with _one_line():
        import flows  # noqa: F401, PLC0415  sets Prefect's switches

        findings = examine(read_settings(os.environ, Path.cwd()), os.environ)
    for finding in findings:
        click.echo(f"{'ok  ' if finding.good else 'FAIL'} {finding.text}")
    sys.exit(0 if all(finding.good for finding in findings) else FAILED)


def _summary(register: Register) -> Iterator[str]:
    assets = [asset for holder in register.rights_holders for asset in holder.assets]
    kinds = Counter(asset.kind for asset in assets)
    counted = ", ".join(f"{kinds[kind]} {kind.value}" for kind in AssetKind if kinds[kind])
    yield f"{len(register.rights_holders)} rights holders, {len(assets)} assets: {counted or 'none'}"
    from detectors.text.distinctiveness import grade  # noqa: PLC0415  word lists; how distinctive a mark is is all we ask of it

    for asset in assets:
        if asset.kind is AssetKind.WORD_MARK and asset.text:
            mark = grade(asset.text)
            yield f"{asset.id}: {asset.text!r} is {mark.grade.value} ({mark.reason})"


@contextmanager
def _one_line() -> Iterator[None]:
    """Turn what a user can mend into one line on standard error and an exit code."""
    try:
        yield
    except RegisterError as error:
        more = f" (and {len(error.problems) - 1} more)" if len(error.problems) > 1 else ""
        _give_up(f"{error.problems[0]}{more}", UNUSABLE)
    except CounterfoilError as error:
        _give_up(str(error), FAILED if isinstance(error, EngineError) else UNUSABLE)


def _give_up(message: str, code: int) -> None:
    click.echo("counterfoil: " + " ".join(message.split()), err=True)
    sys.exit(code)


if __name__ == "__main__":
    main()
