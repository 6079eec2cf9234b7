"""Commands of registers: check one before it is scanned for."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pipeline.commands.options import Group, settings_given
from pipeline.errors import InputError, PhotoRefusedError
from pipeline.exits import FAILED, one_line
from pipeline.records import AssetKind, ImageName, Register
from pipeline.register import check_register, load_register, read_image, register_folder
from pipeline.register.gaps import gaps
from pipeline.snapshots import read_photo

if TYPE_CHECKING:
    from pipeline.photos import PhotoDescription


@click.group(cls=Group)
def register() -> None:
    """Check a register before it is scanned for."""


@register.command()
@click.argument("path", type=click.Path(path_type=Path), metavar="REGISTER")
@click.option("--images", is_flag=True, help="Also measure its images: some tenths of a second each.")
def check(path: Path, *, images: bool) -> None:
    """Validate a register; print every problem on a line, or what it holds."""
    with one_line(unusable=FAILED):
        problems = check_register(path)
    with one_line():
        if not problems:
            rights, settings = load_register(path), settings_given({})
            click.echo("\n".join(_summary(rights, settings.known_brands)))
            if images:
                click.echo("\n".join(_remarks(rights, register_folder(path), settings.innocents)))
    for problem in problems:
        click.echo(problem)
    sys.exit(FAILED if problems else 0)


def _summary(register: Register, known_brands: str) -> Iterator[str]:
    assets = [asset for holder in register.rights_holders for asset in holder.assets]
    kinds = Counter(asset.kind for asset in assets)
    counted = ", ".join(f"{kinds[kind]} {kind.value}" for kind in AssetKind if kinds[kind])
    yield f"{len(register.rights_holders)} rights holders, {len(assets)} assets: {counted or 'none'}"
    from detectors.text.brands import load_brands
    from detectors.text.distinctiveness import grade

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
    from detectors.image.enrol import enrol
    from detectors.image.innocents import measure, shipped
    from detectors.image.remarks import remarks

    own = tuple(_described(Path(innocents))) if innocents else ()
    measured = measure(enrol(register, partial(read_image, folder)), (*shipped(), *own))
    yield f"{len(measured.enrolled.names)} images measured against {measured.photos} innocent photos"
    yield from remarks(measured)


def _described(folder: Path) -> Iterator[PhotoDescription]:
    """Describe the user's innocent photos; what is no photo is passed over."""
    from detectors.image.describe import describe

    if not folder.is_dir():
        raise InputError(f"innocents: no such folder, got {str(folder)!r}, expected a folder of photos")
    for path in sorted(path for path in folder.iterdir() if path.is_file()):
        with suppress(PhotoRefusedError):
            yield describe(read_photo(folder, ImageName(name=path.name)))
