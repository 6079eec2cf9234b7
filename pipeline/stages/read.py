"""Read: words in the photos of listings that other evidence points at, as many photos as the settings allow."""

from __future__ import annotations

import hashlib
import heapq
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import pyarrow as pa

from pipeline.errors import PhotoRefusedError
from pipeline.photos import Photo, PhotoWord
from pipeline.records import ImageName, ListingBatch, Signal
from pipeline.snapshots import read_photo
from pipeline.stages.conductor import Conductor
from pipeline.stages.contents import read_partition, read_shelves, usable_photos
from pipeline.stages.detect import Sight, read_signals, sights
from pipeline.stages.kit import Kit, Workbench, detector_of
from pipeline.stages.plan import OneResult, Scan, Stage
from pipeline.store.codec import from_json, to_json
from pipeline.store.lake import Lake, digest_of
from pipeline.store.observations import select_contents

DETECTOR = "mark_in_photo"
PHOTOS_OF_ONE = 3
"""Photos of one listing that are read: sellers show the goods first."""

POINTING = (
    "photo.",
    "artwork.",
    "design.",
    "logo.",
    "mark.fragment.",
    "mark.fuzzy.",
    "vocabulary.replica",
    "vocabulary.evasive",
    "vocabulary.contact",
)
"""Observations that make a listing worth a second look."""

NAMING = ("mark.exact.", "mark.disguised.", "mark.glued.", "mark.common.")
"""Observations that say already what the words in a photo could say."""


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Wish:
    """A photo worth reading; the least comes first.

    Attributes
    ----------
    worth : float
        Less the more points at its listing.
    photo : str
        SHA-256 of the file's bytes.
    partition : str
        Where its listing is.
    row, source : int
        The listing's row there, and the number of the input file that names the photo.
    name : str
        The photo's name in that file.
    """

    worth: float
    photo: str
    partition: str
    row: int
    source: int
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading(OneResult):
    """A unit of work: one photo to read."""

    key: str
    kit: Kit
    lake: Lake
    photo: str
    folder: Path
    name: str


def read(scan: Scan, bench: Workbench, partitions: tuple[str, ...], conductor: Conductor) -> dict[str, str]:
    """Read the photos that are most worth it.

    Parameters
    ----------
    scan : Scan
        After its partitions were looked at.
    bench : Workbench
        With the register whose marks are looked for.
    partitions : tuple of str
        Partitions that hold what the scan saw.
    conductor : Conductor
        Carries out the steps.

    Returns
    -------
    dict of str to str
        Names of the signals found in photos' words, by partition.

    Notes
    -----
    Which photos are read follows from the scan's inputs and signals alone, so that a scan that was killed and started
    again reads the same. Words are kept by the digest of the photo: no photo is read twice.
    """
    wishes = heapq.nsmallest(scan.read_photos, _wishes(scan, bench, partitions))
    units = {wish.photo: _reading(scan, wish) for wish in wishes}
    Stage(name="read", kind="words", do=read_words).run(scan, conductor, units.values(), total=len(units))
    by_partition: defaultdict[str, dict[int, set[str]]] = defaultdict(lambda: defaultdict(set))
    for wish in wishes:
        by_partition[wish.partition][wish.row].add(wish.photo)
    found = {}
    for sight in sights(scan, bench, tuple(name for name in partitions if name in by_partition)):
        step = partial(_look, bench, sight, by_partition[sight.partition])
        found[sight.partition] = conductor.perform(f"read {sight.partition[:12]}", step)
    return found


def worth(signals: tuple[Signal, ...]) -> float:
    """Return how much points at a listing whose text does not name a mark: the sum of the strengths."""
    if any(signal.observation.startswith(NAMING) for signal in signals):
        return 0.0
    return sum(signal.strength for signal in signals if signal.observation.startswith(POINTING))


def _wishes(scan: Scan, bench: Workbench, partitions: tuple[str, ...]) -> Iterator[Wish]:
    for sight in sights(scan, bench, partitions):
        signals = read_signals(bench.lake, sight.keys)
        weighed = {row: round(worth(found), 6) for row, found in signals.items()}
        if not any(weighed.values()):
            continue
        contents = read_partition(bench.lake, sight.partition)
        with scan.store.read() as connection:
            selected = select_contents(connection, scan.run_id, sight.partition)
        for seen in selected:
            if seen.captured_at is None or not weighed.get(seen.row) or not scan.inputs:
                continue
            for photo in [p for p in contents[seen.row].photos if p.digest is not None][:PHOTOS_OF_ONE]:
                yield Wish(
                    worth=-weighed[seen.row],
                    photo=photo.digest or "",
                    partition=sight.partition,
                    row=seen.row,
                    source=seen.source,
                    name=photo.name,
                )


def _reading(scan: Scan, wish: Wish) -> Reading:
    return Reading(
        key=words_key(scan.kit, wish.photo),
        kit=scan.kit,
        lake=scan.lake,
        photo=wish.photo,
        folder=scan.inputs[wish.source].folder,
        name=wish.name,
    )


def words_key(kit: Kit, photo: str) -> str:
    """Return the name of the words of a photo."""
    return digest_of(kit.reader, photo)


def read_words(unit: Reading) -> None:
    """Write the words of a photo; nothing where its bytes have changed since it was found."""
    try:
        data = read_photo(unit.folder, ImageName(name=unit.name))
        if hashlib.sha256(data).hexdigest() != unit.photo:
            return
        words = unit.kit.read_words(data)
    except PhotoRefusedError:
        words = ()
    unit.lake.write_bytes("words", unit.key, to_json(words))


def _look(bench: Workbench, sight: Sight, wanted: Mapping[int, set[str]]) -> str:
    """Write the signals of the words of some photos of a partition; return their name."""
    kit, lake = bench.kit, bench.lake
    held = {p: words_key(kit, p) for photos in wanted.values() for p in photos if lake.has("words", words_key(kit, p))}
    name = digest_of(DETECTOR, kit.reader, bench.register, sight.partition, sight.keys, sorted(held.values()))
    if lake.has("signals", name):
        return name
    contents = read_partition(lake, sight.partition)
    described = read_shelves(lake, sight.shelves, contents)
    rows = sorted(wanted)
    words = {photo: from_json(tuple[PhotoWord, ...], lake.read_bytes("words", key)) for photo, key in held.items()}
    shown = tuple(_with_words(usable_photos(contents[row], described), words) for row in rows)
    batch = ListingBatch(listings=tuple(contents[row].listing for row in rows), photos=shown)
    found = detector_of(bench, DETECTOR).detect(batch)
    written = [(row, to_json(signals)) for row, signals in zip(rows, found, strict=True) if signals]
    columns = {
        "row": pa.array([row for row, _ in written], pa.int32()),
        "signals": pa.array([signals for _, signals in written], pa.binary()),
    }
    lake.write("signals", name, pa.table(columns))
    return name


def _with_words(photos: tuple[Photo, ...], words: Mapping[str, tuple[PhotoWord, ...]]) -> tuple[Photo, ...]:
    return tuple(replace(photo, words=words.get(photo.description.digest, ())) for photo in photos)
