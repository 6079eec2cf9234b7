"""Putting a folder of files in the place of another as a whole."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from pipeline.log.disk import Disk


def put_folder(place: Path, files: Iterable[tuple[str, bytes]], disk: Disk) -> None:
    """Write files into a new folder, and put it in place when all of them are kept.

    Parameters
    ----------
    place : Path
        Of the folder; what is there is replaced.
    files : iterable of (str, bytes)
        Path inside the folder, with "/" between its parts, and bytes.
    disk : Disk
        How files are changed.

    Notes
    -----
    A folder that is not empty cannot be replaced in one step. Killed between the two, the old folder lies beside its
    place, whole, and `restore_folder` puts it back.
    """
    making, old = _beside(place)
    disk.remove(making)
    for name, data in files:
        disk.write(making / name, data)
    disk.barrier()
    if place.exists():
        disk.remove(old)
        disk.move(place, old)
    disk.move(making, place)
    disk.remove(old)


def restore_folder(place: Path, disk: Disk) -> None:
    """Put back the folder that a killed `put_folder` has taken from its place, if it has."""
    _, old = _beside(place)
    if old.exists() and not place.exists():
        disk.move(old, place)


def _beside(place: Path) -> tuple[Path, Path]:
    return place.with_name(f".{place.name}.making"), place.with_name(f".{place.name}.old")
