"""Merge: the candidates of all partitions, the highest score first, into the store and the files of the result."""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict
from datetime import datetime
from typing import NamedTuple

import orjson

from pipeline.groups import in_groups
from pipeline.output import BATCH, candidate_writer, write_rejected
from pipeline.records import Band, ListingKey, Rejected
from pipeline.stages.conductor import Conductor
from pipeline.stages.plan import Scan
from pipeline.store.candidates import StoredCandidate, record_candidates
from pipeline.store.codec import from_json
from pipeline.store.lake import Lake, replacing
from pipeline.store.ledger import count_rows, record_rejected, stream_rejected


class Ranked(NamedTuple):
    """A candidate in the order of the result: the highest score first, then by id.

    `content` is the digest of what it was seen in, `photos` are its photos as JSON, `source` the number of its file.
    """

    below: float
    candidate_id: str
    row: bytes
    listing: bytes
    content: str
    photos: bytes
    source: int


def merge(scan: Scan, keys: tuple[str, ...], conductor: Conductor) -> dict[str, int]:
    """Write the results and return what was counted.

    Parameters
    ----------
    scan : Scan
        After scoring.
    keys : tuple of str
        Names of the scored partitions in the lake.
    conductor : Conductor
        Hears of progress.

    Returns
    -------
    dict
        The counts of `run.json`.
    """
    scan.out.mkdir(parents=True, exist_ok=True)
    for left_behind in scan.out.glob(".*.part"):
        left_behind.unlink()
    images, rejected_images = _merge_rejected(scan, keys)
    bands = _merge_candidates(scan, keys, conductor)
    with scan.store.read() as connection:
        rows = count_rows(connection, scan.run_id)
    by_band = {band.value: bands[band.value] for band in Band}
    counts = asdict(rows) | {"images": images, "rejected_images": rejected_images}
    return counts | {"candidates": sum(by_band.values())} | by_band


def _merge_candidates(scan: Scan, keys: tuple[str, ...], conductor: Conductor) -> Counter[str]:
    bands: Counter[str] = Counter()
    with (
        replacing(scan.out / "candidates.jsonl") as jsonl,
        replacing(scan.out / "candidates.csv") as table,
        replacing(scan.out / "candidates.parquet") as parquet,
        candidate_writer(jsonl, table, parquet) as writer,
    ):
        for ranked in in_groups(ranked_candidates(scan.lake, keys), BATCH):
            writer.write([candidate.row for candidate in ranked])
            stored = [_stored(candidate) for candidate in ranked]
            bands.update(candidate.band for candidate in stored)
            with scan.store.write() as connection:
                record_candidates(connection, scan.run_id, stored)
            conductor.report("merge", bands.total(), None)
    return bands


def ranked_candidates(lake: Lake, keys: tuple[str, ...]) -> Iterator[Ranked]:
    """Yield the candidates of scored partitions, the highest score first, holding a few of each partition."""
    return heapq.merge(*(_ranked(lake, key) for key in keys))


def _ranked(lake: Lake, key: str) -> Iterator[Ranked]:
    names = ("score", "candidate_id", "row", "listing", "content", "photos", "source")
    for group in lake.stream("candidates", key):
        columns = (group[name].to_pylist() for name in names)
        for score, *rest in zip(*columns, strict=True):
            yield Ranked(-score, *rest)


def _stored(ranked: Ranked) -> StoredCandidate:
    row = orjson.loads(ranked.row)
    return StoredCandidate(
        candidate_id=ranked.candidate_id,
        key=ListingKey(row["platform"], row["listing_id"], row["seller_id"]),
        rights_holder_id=row["rights_holder_id"],
        captured_at=datetime.fromisoformat(row["captured_at"]),
        title=row["title"],
        score=row["score"],
        band=row["band"],
        label=row["label"],
        row=ranked.row,
        listing=ranked.listing,
    )


def _merge_rejected(scan: Scan, keys: tuple[str, ...]) -> tuple[int, int]:
    """Enter unusable images beside unusable rows, and write both; return how many images were usable and not."""
    images = refused = 0
    for key in keys:
        table = scan.lake.read("refused", key)
        images += int(table.schema.metadata[b"images"])
        refused += table.num_rows
        faults = [
            (row["source"], record.line, IMAGES_AFTER + row["position"], record)
            for row in table.to_pylist()
            for record in (from_json(Rejected, row["record"]),)
        ]
        with scan.store.write() as connection:
            record_rejected(connection, scan.run_id, faults)
    with scan.store.read() as connection, replacing(scan.out / "rejected.jsonl") as path:
        write_rejected(path, stream_rejected(connection, scan.run_id))
    return images, refused


IMAGES_AFTER = 1_000_000
"""Position of the first image among the faults of a row: after every fault that reading it found."""
