"""The command line. Prefect and the detectors are imported by the commands that need them."""

from __future__ import annotations

import os
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from rich.console import Console

from pipeline.commands.aliases import aliases, export_corrections
from pipeline.commands.followup import followup
from pipeline.commands.log import log
from pipeline.commands.metrics import audit, metrics
from pipeline.commands.notices import dossier, notices
from pipeline.commands.recheck import recheck
from pipeline.commands.review import people, review
from pipeline.commands.verify import verify
from pipeline.commands.weights import weights
from pipeline.errors import InputError, PhotoRefusedError
from pipeline.exits import FAILED, one_line
from pipeline.output import read_candidate
from pipeline.records import AssetKind, ImageName, Register
from pipeline.register import check_register, load_register, read_image, register_folder
from pipeline.register.gaps import gaps
from pipeline.settings import ENGINES, read_settings
from pipeline.snapshots import read_photo
from pipeline.summary import show_candidates

if TYPE_CHECKING:
    from pipeline.photos import PhotoDescription
    from pipeline.store.database import Store


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="counterfoil")
def main() -> None:
    """Find listings that infringe registered rights, and show why."""


main.add_command(audit)
main.add_command(log)
main.add_command(metrics)
main.add_command(notices)
main.add_command(dossier)
main.add_command(verify)


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
    with one_line():
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
@click.option("--images", is_flag=True, help="Also measure its images: some tenths of a second each.")
def check(path: Path, *, images: bool) -> None:
    """Validate a register; print every problem on a line, or what it holds."""
    with one_line():
        problems = check_register(path)
        if not problems:
            rights = load_register(path)
            settings = read_settings(os.environ, Path.cwd())
            click.echo("\n".join(_summary(rights, settings.known_brands)))
            if images:
                click.echo("\n".join(_remarks(rights, register_folder(path), settings.innocents)))
    for problem in problems:
        click.echo(problem)
    sys.exit(FAILED if problems else 0)


@main.command()
@click.argument("candidate")
@click.option("--register", required=True, type=click.Path(path_type=Path), help="Register that was scanned for.")
@click.option(
    "--photos", required=True, type=click.Path(path_type=Path), help="Folder of the snapshot, with its photos."
)
@click.option("--out", type=click.Path(path_type=Path), help="Folder with the results of the scan.")
def overlay(candidate: str, register: Path, photos: Path, out: Path | None) -> None:
    """Draw the photos of CANDIDATE, an id, beside the registered pictures that were seen in them."""
    from detectors.image.overlay import overlay as draw  # noqa: PLC0415  Pillow

    with one_line():
        folder = out or Path(read_settings(os.environ, Path.cwd()).out)
        seen = [
            s for s in read_candidate(folder / "candidates.jsonl", candidate)["signals"] if "asset_box" in s["evidence"]
        ]
        for number, evidence in enumerate((signal["evidence"] for signal in seen), start=1):
            photo = read_photo(photos, ImageName(name=evidence["name"]))
            picture = read_image(register_folder(register), evidence["asset_image"])
            path = folder / f"{candidate}-{number}.png"
            path.write_bytes(draw(photo, picture, evidence))
            click.echo(f"{path} {evidence['name']} {evidence['asset_image']}")


@main.group()
def benign() -> None:
    """Keep the list of photos that show nothing of a rights holder's, whatever they resemble.

    A shipping banner, a size chart, stock packaging: the next scan or rescan takes back what was seen in them.
    """


_holder = click.option("--holder", required=True, help="Id of the rights holder.")
_store = click.option("--store", help="SQLAlchemy URL of the store.")


@benign.command()
@click.argument("photos", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@_holder
@click.option("--reason", required=True, help="What the photos are, for those who read why nothing was found.")
@_store
def add(photos: tuple[Path, ...], holder: str, reason: str, store: str | None) -> None:
    """Enter PHOTOS, image files; copies that differ little count as the same."""
    from detectors.image.describe import DESCRIBE_VERSION, describe  # noqa: PLC0415  OpenCV
    from pipeline.photos import BenignPhoto  # noqa: PLC0415  NumPy
    from pipeline.store.benign import add_benign  # noqa: PLC0415  the database drivers

    with one_line(), _opened(store).write() as connection:
        for path in photos:
            try:
                seen = describe(path.read_bytes())
            except PhotoRefusedError as error:
                raise InputError(f"{path}: {error}") from error
            found = BenignPhoto(
                rights_holder_id=holder,
                photo=seen.digest,
                describer=DESCRIBE_VERSION,
                whole="" if seen.plain else seen.views[0].astype(">u8").tobytes().hex(),
                reason=reason,
                added_at=datetime.now(UTC),
            )
            add_benign(connection, found)
            click.echo(f"{seen.digest} {path}")


@benign.command()
@click.argument("digest")
@_holder
@_store
def remove(digest: str, holder: str, store: str | None) -> None:
    """Take the photo with this SHA-256 DIGEST out again."""
    from pipeline.store.benign import remove_benign  # noqa: PLC0415  the database drivers

    with one_line(), _opened(store).write() as connection:
        if not remove_benign(connection, holder, digest):
            raise InputError(f"no such benign photo of {holder!r}, got {digest!r}, expected one of `benign list`")


@benign.command("list")
@_store
def list_benign(store: str | None) -> None:
    """Print the list."""
    from pipeline.store.benign import read_benign  # noqa: PLC0415  the database drivers

    with one_line(), _opened(store).read() as connection:
        for found in read_benign(connection):
            click.echo(f"{found.photo} {found.rights_holder_id} {found.added_at:%Y-%m-%d} {found.reason}")


def _opened(store: str | None) -> Store:
    from pipeline.store.database import open_store  # noqa: PLC0415  the database drivers

    return open_store(store or read_settings(os.environ, Path.cwd()).store)


@main.command()
def doctor() -> None:
    """Check versions, settings, store and lake, and that nothing calls out."""
    from pipeline.doctor import examine  # noqa: PLC0415  the database drivers

    with one_line():
        import flows  # noqa: F401, PLC0415  sets Prefect's switches

        findings = examine(read_settings(os.environ, Path.cwd()), os.environ)
    for finding in findings:
        click.echo(f"{'ok  ' if finding.good else 'FAIL'} {finding.text}")
    sys.exit(0 if all(finding.good for finding in findings) else FAILED)


def _summary(register: Register, known_brands: str) -> Iterator[str]:
    assets = [asset for holder in register.rights_holders for asset in holder.assets]
    kinds = Counter(asset.kind for asset in assets)
    counted = ", ".join(f"{kinds[kind]} {kind.value}" for kind in AssetKind if kinds[kind])
    yield f"{len(register.rights_holders)} rights holders, {len(assets)} assets: {counted or 'none'}"
    from detectors.text.brands import load_brands  # noqa: PLC0415  word lists
    from detectors.text.distinctiveness import grade  # noqa: PLC0415

    brands = load_brands(Path(known_brands)).names() if known_brands else frozenset()
    marks = {"".join(asset.text.casefold().split()): asset.text for asset in assets if asset.text}
    for asset in assets:
        if asset.kind is AssetKind.WORD_MARK and asset.text:
            mark = grade(asset.text, brands)
            near = marks.keys() & set(grade(asset.text, frozenset(marks)).near)
            others = "".join(f"; one letter from the mark {marks[name]!r}" for name in sorted(near))
            cost = f": {mark.cost}" if mark.cost else ""
            yield f"{asset.id}: {asset.text!r} is {mark.grade.value} ({mark.reason}){cost}{others}"
    yield from gaps(register)


def _remarks(register: Register, folder: Path, innocents: str) -> Iterator[str]:
    from detectors.image.enrol import enrol  # noqa: PLC0415  OpenCV
    from detectors.image.innocents import measure, shipped  # noqa: PLC0415
    from detectors.image.remarks import remarks  # noqa: PLC0415

    own = tuple(_described(Path(innocents))) if innocents else ()
    measured = measure(enrol(register, partial(read_image, folder)), (*shipped(), *own))
    yield f"{len(measured.enrolled.names)} images measured against {measured.photos} innocent photos"
    yield from remarks(measured)


def _described(folder: Path) -> Iterator[PhotoDescription]:
    """Describe the user's innocent photos; what is no photo is passed over."""
    from detectors.image.describe import describe  # noqa: PLC0415  OpenCV

    if not folder.is_dir():
        raise InputError(f"innocents: no such folder, got {str(folder)!r}, expected a folder of photos")
    for path in sorted(path for path in folder.iterdir() if path.is_file()):
        with suppress(PhotoRefusedError):
            yield describe(read_photo(folder, ImageName(name=path.name)))


main.add_command(review)
main.add_command(people)
main.add_command(recheck)
main.add_command(followup)
main.add_command(weights)
main.add_command(aliases)
main.add_command(export_corrections)

if __name__ == "__main__":
    main()
