"""Detect: each detector looks once at each partition, one after the other at the same listings in memory."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pyarrow as pa

from pipeline.groups import in_groups
from pipeline.records import ListingBatch, Signal
from pipeline.stages.conductor import Conductor
from pipeline.stages.contents import photos_in, read_partition, read_shelves, usable_photos
from pipeline.stages.kit import Workbench, detector_of
from pipeline.stages.plan import Scan, Stage
from pipeline.store.codec import from_json, to_json
from pipeline.store.lake import Lake, digest_of
from pipeline.store.shelves import shelves_of

LOOKUP = 5_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """A partition with the shelves that describe its photos; to detect in it is a unit of work.

    Attributes
    ----------
    missing : tuple of str
        Photos that could not be described because their files changed or went; usually none.
    """

    bench: Workbench
    partition: str
    shelves: tuple[str, ...]
    missing: tuple[str, ...]

    @property
    def keys(self) -> tuple[str, ...]:
        """Names of what each detector saw in the partition, in the order of the detectors."""
        return tuple(self.signals_key(detector) for detector in self.bench.kit.detectors)

    def signals_key(self, detector: str) -> str:
        """Return the name of what a detector saw in the partition."""
        return digest_of(self.partition, self.missing, self.bench.detection_key(detector))


def detect(scan: Scan, bench: Workbench, partitions: tuple[str, ...], conductor: Conductor) -> None:
    """Let each detector look at each partition that it has not seen."""
    stage = Stage(name="detect", kind="signals", do=detect_partition)
    stage.run(scan, conductor, sights(scan, bench, partitions), total=len(partitions))


def sights(scan: Scan, bench: Workbench, partitions: tuple[str, ...]) -> Iterator[Sight]:
    """Yield each partition with the shelves that describe its photos."""
    for partition in partitions:
        photos = sorted(photos_in(scan.lake, partition))
        shelves: dict[str, str] = {}
        with scan.store.read() as connection:
            for digests in in_groups(photos, LOOKUP):
                shelves |= shelves_of(connection, scan.kit.describer, digests)
        yield Sight(
            bench=bench,
            partition=partition,
            shelves=tuple(sorted(set(shelves.values()))),
            missing=tuple(photo for photo in photos if photo not in shelves),
        )


def detect_partition(sight: Sight) -> None:
    """Write the signals of each detector that has not seen the partition."""
    bench = sight.bench
    unseen = [name for name in bench.kit.detectors if not bench.lake.has("signals", sight.signals_key(name))]
    contents = read_partition(bench.lake, sight.partition)
    shelves = sight.shelves if any(map(bench.sees_photos, unseen)) else ()
    described = read_shelves(bench.lake, shelves, contents)
    listings = tuple(content.listing for content in contents)
    blind = ListingBatch(listings=listings, photos=((),) * len(listings))
    batch = ListingBatch(listings=listings, photos=tuple(usable_photos(content, described) for content in contents))
    for name in unseen:
        found = detector_of(bench, name).detect(batch if bench.sees_photos(name) else blind)
        rows = [(row, to_json(signals)) for row, signals in enumerate(found) if signals]
        columns = {
            "row": pa.array([row for row, _ in rows], pa.int32()),
            "signals": pa.array([signals for _, signals in rows], pa.binary()),
        }
        bench.lake.write("signals", sight.signals_key(name), pa.table(columns))


def read_signals(lake: Lake, names: tuple[str, ...]) -> dict[int, tuple[Signal, ...]]:
    """Read what detectors saw in a partition, by row; signals stand in the order of the files."""
    found: dict[int, tuple[Signal, ...]] = {}
    for name in names:
        table = lake.read("signals", name)
        for row, signals in zip(table["row"].to_pylist(), table["signals"].to_pylist(), strict=True):
            found[row] = found.get(row, ()) + from_json(tuple[Signal, ...], signals)
    return found
