"""Learn: the register's images are enrolled, and authentic prices of the scan become price levels."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path

from pipeline.errors import PhotoRefusedError
from pipeline.groups import in_groups
from pipeline.photos import PhotoDescription
from pipeline.records import Asset, AssetKind, ImageName, ListingBatch, Register, RightsHolder
from pipeline.register import read_image
from pipeline.snapshots import read_photo
from pipeline.stages.conductor import Conductor
from pipeline.stages.contents import read_partition, read_shelf
from pipeline.stages.describe import SHELF_PHOTOS, Shelf, describe_shelf
from pipeline.stages.kit import Kit, Workbench, register_of
from pipeline.stages.plan import OneResult, Scan, Stage
from pipeline.store.benign import read_benign
from pipeline.store.codec import to_json
from pipeline.store.dismissal_rules import ignored_photos
from pipeline.store.lake import Lake, digest_of
from pipeline.store.observations import select_contents


@dataclass(frozen=True, slots=True, kw_only=True)
class Enrolment(OneResult):
    """A unit of work: one image of a register, as a register that names no other, and the folder with its images."""

    key: str
    kit: Kit
    lake: Lake
    register: Register
    folder: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Lesson(OneResult):
    """A unit of work: the contents of a partition that the scan saw."""

    key: str
    kit: Kit
    lake: Lake
    register: str
    partition: str
    rows: tuple[int, ...]


def learn(scan: Scan, partitions: tuple[str, ...], conductor: Conductor) -> Workbench:
    """Learn what the detectors are built from.

    Parameters
    ----------
    scan : Scan
        After its inputs are taken in.
    partitions : tuple of str
        Partitions that hold what the scan saw.
    conductor : Conductor
        Carries out the steps.

    Returns
    -------
    Workbench
        With all that workers need to detect and to score.

    Notes
    -----
    An unchanged listing teaches what it taught at its first capture, so that seeing it again changes no price level.
    """
    enrolled = _enrol(scan, conductor)
    keys: list[str] = []
    lessons = _lessons(scan, partitions, keys)
    Stage(name="learn", kind="observed", do=observe_partition).run(scan, conductor, lessons, total=len(partitions))
    learned = conductor.perform("learn", partial(_learn, scan, keys))
    references = (
        ("benign", conductor.perform("benign", partial(_benign, scan, conductor.now()))),
        ("enrolled", enrolled),
        ("learned", learned),
    )
    return Workbench(kit=scan.kit, lake=scan.lake, register=scan.register.digest, references=references)


def _enrol(scan: Scan, conductor: Conductor) -> str:
    if not scan.lake.has("registers", scan.register.digest):
        scan.lake.write_bytes("registers", scan.register.digest, to_json(scan.register))
    units = tuple(_enrolments(scan))
    Stage(name="enrol", kind="images", do=enrol_image).run(scan, conductor, units, total=len(units))
    shelves = conductor.perform("innocents", partial(_describe_innocents, scan))
    key = digest_of(scan.kit.enroller, scan.kit.describer, [unit.key for unit in units], shelves)
    conductor.perform("enrol", partial(_join, scan, key, units, shelves))
    return key


def _enrolments(scan: Scan) -> Iterator[Enrolment]:
    """Yield the register's images, each with the kinds of the assets that name it."""
    kinds: dict[str, set[AssetKind]] = {}
    for asset in (asset for holder in scan.register.rights_holders for asset in holder.assets):
        for name in asset.images:
            kinds.setdefault(name, set()).add(asset.kind)
    folder = scan.register_folder.resolve()
    for name in sorted(kinds):
        named = sorted(kinds[name])
        assets = tuple(Asset(id=kind.value, kind=kind, images=(name,)) for kind in named)
        alone = Register(version=1, rights_holders=(RightsHolder(id="", name="", assets=assets),), digest="")
        key = digest_of(scan.kit.enroller, name, scan.register.image_digests[name], named)
        yield Enrolment(key=key, kit=scan.kit, lake=scan.lake, register=alone, folder=folder)


def enrol_image(unit: Enrolment) -> None:
    """Write the description of an image of the register."""
    unit.lake.write_bytes("images", unit.key, unit.kit.enrol(unit.register, partial(read_image, unit.folder)))


def _describe_innocents(scan: Scan) -> list[str]:
    """Describe the photos in the user's folder of innocent ones; return the names of their shelves."""
    if scan.innocents is None:
        return []
    photos = []
    for path in sorted(path for path in scan.innocents.iterdir() if path.is_file()):
        with suppress(PhotoRefusedError):
            data = read_photo(scan.innocents, ImageName(name=path.name))
            photos.append((hashlib.sha256(data).hexdigest(), scan.innocents, path.name))
    shelves = [Shelf(kit=scan.kit, lake=scan.lake, photos=tuple(some)) for some in in_groups(photos, SHELF_PHOTOS)]
    return sorted(name for name, _ in scan.engine.map(describe_shelf, shelves))


def _join(scan: Scan, key: str, units: tuple[Enrolment, ...], shelves: list[str]) -> None:
    if not scan.lake.has("enrolled", key):
        parts = (scan.lake.read_bytes("images", unit.key) for unit in units)
        described = (seen for name in shelves for seen in read_shelf(scan.lake, name).values())
        innocent = [seen for seen in described if isinstance(seen, PhotoDescription)]
        scan.lake.write_bytes("enrolled", key, scan.kit.join(parts, innocent))


def _lessons(scan: Scan, partitions: tuple[str, ...], keys: list[str]) -> Iterator[Lesson]:
    for partition in partitions:
        with scan.store.read() as connection:
            rows = tuple(found.row for found in select_contents(connection, scan.run_id, partition))
        key = digest_of(scan.kit.learner, scan.register.digest, partition, rows)
        keys.append(key)
        yield Lesson(
            key=key, kit=scan.kit, lake=scan.lake, register=scan.register.digest, partition=partition, rows=rows
        )


def observe_partition(lesson: Lesson) -> None:
    """Write what can be learnt from a partition."""
    contents = read_partition(lesson.lake, lesson.partition)
    listings = tuple(contents[row].listing for row in lesson.rows)
    batch = ListingBatch(listings=listings, photos=((),) * len(listings))
    document = lesson.kit.observe(batch, register_of(lesson.lake, lesson.register))
    lesson.lake.write_bytes("observed", lesson.key, document)


def _learn(scan: Scan, keys: list[str]) -> str:
    document = scan.kit.learn((scan.lake.read_bytes("observed", key) for key in keys), scan.register)
    return _keep(scan.lake, "learned", document)


def _benign(scan: Scan, now: datetime) -> str:
    """Write down the photos of these rights holders that people have confirmed as benign, or ignore for now."""
    holders = {holder.id for holder in scan.register.rights_holders}
    with scan.store.read() as connection:
        found = (*read_benign(connection), *ignored_photos(connection, now))
    return _keep(scan.lake, "benign", to_json(tuple(photo for photo in found if photo.rights_holder_id in holders)))


def _keep(lake: Lake, kind: str, document: bytes) -> str:
    name = hashlib.sha256(document).hexdigest()
    if not lake.has(kind, name):
        lake.write_bytes(kind, name, document)
    return name
