"""Ingest: rows become observations of listings; contents that are new to the store become partitions of the lake.

Their photos are described meanwhile: rows are read as workers ask for photos.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from functools import partial
from itertools import starmap
from pathlib import Path

from pipeline.errors import PhotoRefusedError
from pipeline.groups import in_groups
from pipeline.records import ImageName, Listing
from pipeline.snapshots import InputFile, NumberedListing, RowBatch, read_photo, read_rows
from pipeline.stages.conductor import Conductor
from pipeline.stages.contents import Content, FoundPhoto, Refusal, write_partition
from pipeline.stages.describe import describe_photos
from pipeline.stages.plan import Scan
from pipeline.store.ledger import chunks_done
from pipeline.store.observations import (
    Chunk,
    Observation,
    WantedPhoto,
    homes_of,
    recall_observations,
    record_chunk,
)
from pipeline.store.shelves import already_wanted, forget_shelves, shelves_of

LOOKUP = 5_000
"""Digests looked up in one query."""


def ingest(scan: Scan, conductor: Conductor) -> None:
    """Take in every input file, in order; chunks of rows that the ledger has are passed over."""
    read = 0
    for source, file in enumerate(scan.inputs):
        read = conductor.perform(f"ingest {source + 1}", partial(_ingest_file, scan, conductor, source, file, read))


def recall(scan: Scan, conductor: Conductor) -> None:
    """Take in what earlier scans left in the store, in place of input files."""

    def enter() -> int:
        with scan.store.write() as connection:
            return recall_observations(connection, scan.run_id)

    conductor.report("ingest", conductor.perform("recall", enter), None)


def _ingest_file(scan: Scan, conductor: Conductor, source: int, file: InputFile, read: int) -> int:
    with scan.store.read() as connection:
        done = chunks_done(connection, scan.run_id, source)

    def undescribed() -> Iterator[WantedPhoto]:
        nonlocal read
        for sequence, batch in enumerate(read_rows(file, scan.chunk_rows)):
            if sequence not in done:
                yield from _take_in(scan, source, sequence, batch)
            read += batch.rows_read
            conductor.report("ingest", read, None)

    for _ in describe_photos(scan, undescribed()):
        pass
    return read


def _take_in(scan: Scan, source: int, sequence: int, batch: RowBatch) -> tuple[WantedPhoto, ...]:
    """Enter a chunk of rows in the store and return those of its photos that nobody has described or wants yet."""
    folder = scan.inputs[source].folder
    found = [Content(listing=row.listing, photos=_find_photos(folder, row.listing)) for row in batch.listings]
    digests = [content.digest() for content in found]
    first: dict[str, Content] = {}
    for digest, content in zip(digests, found, strict=True):
        first.setdefault(digest, content)
    chunk = Chunk(
        source=source,
        sequence=sequence,
        rows_read=batch.rows_read,
        rows_rejected=sum(fault.kind == "row" for fault in batch.rejected),
        observations=tuple(starmap(_observe, zip(batch.listings, digests, strict=True))),
        homes=_house(scan, first),
        wanted=_find_undescribed(scan, source, zip(batch.listings, found, strict=True)),
        rejected=batch.rejected,
    )
    with scan.store.write() as connection:
        record_chunk(connection, scan.run_id, chunk)
    return chunk.wanted


def _observe(row: NumberedListing, content: str) -> Observation:
    listing = row.listing
    return Observation(
        key=listing.key,
        captured_at=listing.captured_at,
        content=content,
        line=row.line,
        sold_count=listing.sold_count,
    )


def _find_photos(folder: Path, listing: Listing) -> tuple[FoundPhoto, ...]:
    return tuple(_find_photo(folder, image) for image in listing.images)


def _find_photo(folder: Path, image: ImageName) -> FoundPhoto:
    """Read a photo for its digest only: a name may stand for other bytes than at the last capture."""
    try:
        data = read_photo(folder, image)
    except PhotoRefusedError as error:
        return FoundPhoto(name=image.name, digest=None, refusal=Refusal.of(error))
    return FoundPhoto(name=image.name, digest=hashlib.sha256(data).hexdigest())


def _house(scan: Scan, contents: dict[str, Content]) -> dict[str, tuple[str, int]]:
    """Write the contents that lie in no partition yet as a new one; return partition and row of each."""
    with scan.store.read() as connection:
        known = homes_of(connection, contents)
    new = [(digest, content) for digest, content in contents.items() if not _lies_in(scan, known.get(digest))]
    if not new:
        return {}
    partition = write_partition(scan.lake, new)
    return {digest: (partition, row) for row, (digest, _) in enumerate(new)}


def _lies_in(scan: Scan, partition: str | None) -> bool:
    return partition is not None and scan.lake.has("listings", partition)


def _find_undescribed(
    scan: Scan, source: int, found: Iterable[tuple[NumberedListing, Content]]
) -> tuple[WantedPhoto, ...]:
    photos = {
        photo.digest: WantedPhoto(photo=photo.digest, source=source, line=row.line, name=photo.name)
        for row, content in found
        for photo in content.photos
        if photo.digest is not None
    }
    shelves: dict[str, str] = {}
    wanted: set[str] = set()
    with scan.store.read() as connection:
        for digests in in_groups(photos, LOOKUP):
            shelves |= shelves_of(connection, scan.kit.describer, digests)
            wanted |= already_wanted(connection, scan.run_id, digests)
    gone = {shelf for shelf in set(shelves.values()) if not scan.lake.has("photos", shelf)}
    if gone:
        with scan.store.write() as connection:
            forget_shelves(connection, gone)
    undescribed = (photo for digest, photo in photos.items() if shelves.get(digest) in {None, *gone})
    return tuple(photo for photo in undescribed if photo.photo not in wanted)
