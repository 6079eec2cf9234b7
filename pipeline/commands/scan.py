"""Commands of a scan: find infringing listings, and draw what was seen in their photos."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import click
from rich.console import Console

from pipeline.commands.options import settings_given, store_option
from pipeline.exits import one_line
from pipeline.output import read_candidate
from pipeline.records import ImageName
from pipeline.register import read_image, register_folder
from pipeline.settings import ENGINES
from pipeline.snapshots import read_photo
from pipeline.summary import show_candidates


def _scanning(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the options of a scan."""
    options = (
        click.option("--register", required=True, help="Register: a folder with register.json or register.yaml."),
        click.option("--out", help="Folder for the results."),
        store_option,
        click.option("--engine", type=click.Choice(ENGINES), help="Where the work is done."),
        click.option("--workers", type=click.IntRange(1, 1_024), help="Local processes; one a core if not given."),
        click.option("--dask-address", help="Scheduler of a Dask cluster, such as tcp://127.0.0.1:8786."),
    )
    for option in reversed(options):
        command = option(command)
    return command


@click.command()
@click.argument("snapshots", nargs=-1, required=True)
@_scanning
def scan(snapshots: tuple[str, ...], **options: Any) -> None:
    """Scan SNAPSHOTS, files or folders of listings, for infringements of a register.

    A scan that was killed goes on where it was when started again.
    """
    _scan(options | {"snapshots": snapshots})


@click.command()
@_scanning
def rescan(**options: Any) -> None:
    """Scan every listing that the store has seen, as last captured, for a register that has changed.

    Neither snapshots nor photos are needed: what was kept of them is searched.
    """
    _scan(options | {"snapshots": ()})


def _scan(options: Mapping[str, Any]) -> None:
    with one_line():
        settings = settings_given(options)
        import flows

        run = flows.scan_now(flows.prepare_scan(settings, again=not settings.snapshots))
    show_candidates(Path(settings.out) / "candidates.jsonl", Console())
    counts = run["counts"]
    click.echo(
        f"{counts['rows_read']} rows: {counts['listings']} listings, {counts['repeats']} repeats, "
        f"{counts['rejected_rows']} rejected; {counts['candidates']} candidates "
        f"({counts['high']} high, {counts['medium']} medium, {counts['low']} low) in {settings.out}"
    )


@click.command()
@click.argument("candidate")
@click.option("--register", required=True, type=click.Path(path_type=Path), help="Register that was scanned for.")
@click.option(
    "--photos", required=True, type=click.Path(path_type=Path), help="Folder of the snapshot, with its photos."
)
@click.option("--out", help="Folder with the results of the scan.")
def overlay(candidate: str, register: Path, photos: Path, out: str | None) -> None:
    """Draw the photos of CANDIDATE, an id, beside the registered pictures that were seen in them."""
    from detectors.image.overlay import overlay as draw

    with one_line():
        folder = Path(settings_given({"out": out}).out)
        signals = read_candidate(folder / "candidates.jsonl", candidate)["signals"]
        seen = [signal["evidence"] for signal in signals if "asset_box" in signal["evidence"]]
        for number, evidence in enumerate(seen, start=1):
            photo = read_photo(photos, ImageName(name=evidence["name"]))
            picture = read_image(register_folder(register), evidence["asset_image"])
            path = folder / f"{candidate}-{number}.png"
            path.write_bytes(draw(photo, picture, evidence))
            click.echo(f"{path} {evidence['name']} {evidence['asset_image']}")
