"""The stage that makes a static site of published bundles; only of such that hold."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from pipeline.bundle.again import make_again
from pipeline.bundle.site import Published, index
from pipeline.errors import InputError
from pipeline.log.disk import Disk
from pipeline.metrics.definitions import VERSION
from pipeline.metrics.rows import read_rows
from pipeline.stages.folders import put_folder, restore_folder
from pipeline.verify.bundle import STATEMENT, verify_signed, with_numbers
from pipeline.verify.files import BundleFiles

BUNDLES = "bundles"
NAME_DIGITS = 16


def make_site(out: Path, bundles: Sequence[Path]) -> int:
    """Make a site.

    Parameters
    ----------
    out : Path
        Folder of the site; bundles that it has already stay.
    bundles : sequence of Path
        The oldest first; each must hold, and its log must begin with that of the one before. Numbers that an earlier
        version of the definitions made are not computed again, and the site says so.

    Returns
    -------
    int
        How many bundles it has.

    Raises
    ------
    BundleError
        Naming what does not hold.
    InputError
        If a folder is no bundle.
    """
    published = []
    before: BundleFiles | None = None
    for folder in bundles:
        files = BundleFiles(folder)
        published.append(_publish(out, files, before))
        before = files
    with _plainly(out):
        Disk().replace(out / "index.html", index(published))
    return len(published)


def _publish(out: Path, files: BundleFiles, before: BundleFiles | None) -> Published:
    found = verify_signed(files, since=before)
    current = found.definitions == VERSION
    if current:
        make_again(files, with_numbers(files, found))
    statement = files.read(STATEMENT)
    name = hashlib.sha256(statement).hexdigest()[:NAME_DIGITS]
    place = out / BUNDLES / name
    with _plainly(place):
        _copy(files, place)
    return Published(
        folder=f"{BUNDLES}/{name}",
        as_of=str(found.predicate.get("asOf", "")),
        rows=read_rows(files.text("metrics.csv")),
        files=files.names,
        entries=found.checkpoint.size,
        key=found.exporter,
        outdated=None if current else found.definitions,
        synthetic=found.predicate.get("synthetic") is True,
    )


def _copy(files: BundleFiles, place: Path) -> None:
    """Put the files of a bundle in place, unless they are there already."""
    restore_folder(place, Disk())
    there = BundleFiles(place) if place.is_dir() else None
    if there is None or {*_digests(there)} != {*_digests(files)}:
        put_folder(place, ((name, files.read(name)) for name in files.names), Disk())


def _digests(files: BundleFiles) -> Iterator[tuple[str, str]]:
    return ((name, files.digest(name)) for name in files.names)


@contextmanager
def _plainly(place: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise InputError(f"{place}: cannot be written: {error.strerror}, expected a folder for the site") from error
