"""The stage that makes a static site of published bundles; only of such that hold."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Sequence
from pathlib import Path

from pipeline.bundle.site import Published, index
from pipeline.errors import InputError
from pipeline.metrics.rows import read_rows
from pipeline.verify.bundle import STATEMENT, verify_bundle
from pipeline.verify.envelopes import read_statement
from pipeline.verify.files import BundleFiles
from pipeline.verify.sigstore import read_envelope

BUNDLES = "bundles"
NAME_DIGITS = 16


def make_site(out: Path, bundles: Sequence[Path]) -> int:
    """Make a site.

    Parameters
    ----------
    out : Path
        Folder of the site; bundles that it has already stay.
    bundles : sequence of Path
        The oldest first; each must hold, and its log must begin with that of the one before.

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
        published.append(_publish(out, folder, files, before))
        before = files
    (out / "index.html").write_bytes(index(published))
    return len(published)


def _publish(out: Path, folder: Path, files: BundleFiles, before: BundleFiles | None) -> Published:
    found = verify_bundle(files, since=before)
    statement = files.read(STATEMENT)
    predicate = read_statement(read_envelope(statement).payload)["predicate"]
    name = hashlib.sha256(statement).hexdigest()[:NAME_DIGITS]
    place = out / BUNDLES / name
    if folder.resolve() != place.resolve():
        _copy(folder, place)
    return Published(
        folder=f"{BUNDLES}/{name}",
        as_of=str(predicate.get("asOf", "")),
        rows=read_rows(files.text("metrics.csv")),
        files=files.names,
        entries=found.checkpoint.size,
        key=found.exporter,
        synthetic=predicate.get("synthetic") is True,
    )


def _copy(folder: Path, place: Path) -> None:
    making = place.with_name(f".{place.name}")
    try:
        shutil.rmtree(making, ignore_errors=True)
        shutil.copytree(folder, making)
        shutil.rmtree(place, ignore_errors=True)
        making.rename(place)
    except OSError as error:
        raise InputError(f"{place}: cannot be written: {error.strerror}, expected a folder for the site") from error
