"""Describe: photos that nobody has described are read, decoded, described and dropped, one at a time.

Most are described while rows are still taken in; what is left, after a scan was killed, when those are done.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from pipeline.errors import PhotoRefusedError
from pipeline.groups import in_groups
from pipeline.photos import PhotoDescription
from pipeline.records import ImageName
from pipeline.snapshots import read_photo
from pipeline.stages.conductor import Conductor
from pipeline.stages.contents import Described, Refusal, write_shelf
from pipeline.stages.kit import Kit
from pipeline.stages.plan import GROUP, Scan
from pipeline.store.lake import Lake, digest_of
from pipeline.store.observations import WantedPhoto
from pipeline.store.shelves import count_wanted, next_wanted, record_shelf

SHELF_PHOTOS = 250
"""Photos described in one unit of work: some seconds of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelf:
    """A unit of work: photos to describe, each with the folder and the name under which it was found."""

    kit: Kit
    lake: Lake
    photos: tuple[tuple[str, Path, str], ...]


def describe(scan: Scan, conductor: Conductor) -> None:
    """Describe every photo of the scan that has no description of this version."""
    with scan.store.read() as connection:
        total = count_wanted(connection, scan.run_id, scan.kit.describer)
    done = 0
    conductor.report("describe", done, total)
    for number, photos in enumerate(_wanted(scan), start=1):
        conductor.perform(f"describe {number}", partial(_describe_group, scan, conductor, photos, done, total))
        done += len(photos)


def _wanted(scan: Scan) -> Iterator[list[WantedPhoto]]:
    last: WantedPhoto | None = None
    while True:
        with scan.store.read() as connection:
            photos = next_wanted(connection, scan.run_id, scan.kit.describer, last, GROUP * SHELF_PHOTOS)
        if not photos:
            return
        yield photos
        last = photos[-1]


def _describe_group(scan: Scan, conductor: Conductor, photos: list[WantedPhoto], behind: int, total: int) -> None:
    for described in describe_photos(scan, photos):
        behind += described
        conductor.report("describe", behind, total)


def describe_photos(scan: Scan, photos: Iterable[WantedPhoto]) -> Iterator[int]:
    """Describe photos shelf by shelf and enter them in the store.

    Parameters
    ----------
    scan : Scan
        For the engine and the store.
    photos : iterable of WantedPhoto
        Asked for as they are needed, outside of any transaction.

    Yields
    ------
    int
        How many photos of a shelf are described.
    """
    shelves = (_shelf(scan, some) for some in in_groups(photos, SHELF_PHOTOS))
    for name, described in scan.engine.map(describe_shelf, shelves):
        with scan.store.write() as connection:
            record_shelf(connection, scan.kit.describer, name, described)
        yield len(described)


def _shelf(scan: Scan, photos: list[WantedPhoto]) -> Shelf:
    return Shelf(
        kit=scan.kit,
        lake=scan.lake,
        photos=tuple((photo.photo, scan.inputs[photo.source].folder, photo.name) for photo in photos),
    )


def describe_shelf(shelf: Shelf) -> tuple[str, list[str]]:
    """Describe the photos of a shelf and write it.

    Returns
    -------
    tuple of str and list of str
        The shelf's name and the digests of the photos on it. A photo whose bytes have changed since it was found is
        left out.
    """
    wanted = [digest for digest, _, _ in shelf.photos]
    if shelf.lake.has("photos", shelf_name(shelf.kit, wanted)):
        return shelf_name(shelf.kit, wanted), wanted
    described: Described = {}
    for digest, folder, name in shelf.photos:
        seen = _describe_photo(shelf.kit, digest, folder, name)
        if seen is not None:
            described[digest] = seen
    held = shelf_name(shelf.kit, list(described))
    write_shelf(shelf.lake, held, described)
    return held, list(described)


def shelf_name(kit: Kit, photos: list[str]) -> str:
    """Return the name of the shelf that holds descriptions of these photos and no others."""
    return digest_of(kit.describer, photos)


def _describe_photo(kit: Kit, digest: str, folder: Path, name: str) -> PhotoDescription | Refusal | None:
    try:
        data = read_photo(folder, ImageName(name=name, sha256=digest))
    except PhotoRefusedError:
        return None
    try:
        return kit.describe(data)
    except PhotoRefusedError as error:
        return Refusal.of(error)
