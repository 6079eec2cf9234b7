"""Score: signals become candidates, and unusable images become rejections."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import orjson
import pyarrow as pa

from pipeline.output import candidate_row
from pipeline.records import Candidate, Rejected
from pipeline.scoring import WeightTable, score_listing
from pipeline.stages.conductor import Conductor
from pipeline.stages.contents import Content, Refusal, read_partition, read_refusals, read_wholes
from pipeline.stages.detect import Sight, read_signals, sights
from pipeline.stages.kit import Workbench, register_of
from pipeline.stages.plan import OneResult, Scan, Stage, scoring_version
from pipeline.store.captures import ShownPhoto
from pipeline.store.codec import to_json
from pipeline.store.lake import digest_of
from pipeline.store.observations import Selected, select_contents

CANDIDATES_VERSION = "3"
"""Raised when the files of candidates change shape."""
READ_AHEAD = 32
"""Candidates of each partition that are held at once while partitions are merged."""
THE_STORE = "the store"
"""Source of listings that were recalled and not read."""
NOT_KEPT = Refusal(reason="this version keeps no description of the photo", expected="a scan of its snapshot first")
GONE = Refusal(reason="the file changed while it was scanned", expected="the same bytes throughout a scan")


@dataclass(frozen=True, slots=True, kw_only=True)
class Scoring(OneResult):
    """A unit of work: what the scan saw of a partition, the names of the input files, and by what it is scored.

    Attributes
    ----------
    signals : tuple of str
        Names of what the detectors saw.
    """

    key: str
    sight: Sight
    signals: tuple[str, ...]
    selected: tuple[Selected, ...]
    sources: tuple[str, ...]
    weights: WeightTable


def score(
    scan: Scan, bench: Workbench, partitions: tuple[str, ...], conductor: Conductor, read_in: Mapping[str, str]
) -> tuple[str, ...]:
    """Score what the scan saw of each partition, with what it read in photos; return the names of the results."""
    keys: list[str] = []
    units = _scorings(scan, bench, partitions, keys, read_in)
    Stage(name="score", kind="candidates", do=score_partition).run(scan, conductor, units, total=len(partitions))
    return tuple(keys)


def _scorings(
    scan: Scan, bench: Workbench, partitions: tuple[str, ...], keys: list[str], read_in: Mapping[str, str]
) -> Iterator[Scoring]:
    sources = tuple(str(file.path) for file in scan.inputs) or (THE_STORE,)
    for sight in sights(scan, bench, partitions):
        with scan.store.read() as connection:
            selected = select_contents(connection, scan.run_id, sight.partition)
        signals = (*sight.keys, *filter(None, [read_in.get(sight.partition)]))
        key = digest_of(
            CANDIDATES_VERSION,
            scoring_version(scan.weights),
            sight.partition,
            signals,
            to_json(selected).decode(),
            sources,
        )
        keys.append(key)
        yield Scoring(key=key, sight=sight, signals=signals, selected=selected, sources=sources, weights=scan.weights)


def score_partition(unit: Scoring) -> None:
    """Write the candidates of a partition, the highest score first, and the images that could not be used."""
    bench = unit.sight.bench
    contents = read_partition(bench.lake, unit.sight.partition)
    described = read_refusals(bench.lake, unit.sight.shelves, contents)
    refused = [fault for seen in unit.selected for fault in _refused(unit, seen, contents[seen.row], described)]
    images = sum(len(contents[seen.row].photos) for seen in unit.selected)
    faults = {
        "source": pa.array([source for source, _, _ in refused], pa.int32()),
        "position": pa.array([position for _, position, _ in refused], pa.int32()),
        "record": pa.array([to_json(record) for _, _, record in refused], pa.binary()),
    }
    table = pa.table(faults).replace_schema_metadata({"images": str(images - len(refused))})
    bench.lake.write("refused", unit.key, table)
    found = _candidates(unit, contents)
    table = _candidate_table(found, _shown(unit, [content for _, content, _ in found]))
    bench.lake.write("candidates", unit.key, table, group_rows=READ_AHEAD)


Found = tuple[Candidate, Content, int]
"""A candidate with the content that it was seen in, and the number of the file in which that was read."""


def _candidates(unit: Scoring, contents: tuple[Content, ...]) -> list[Found]:
    """Score the newest content of each listing, as of its last capture."""
    register = register_of(unit.sight.bench.lake, unit.sight.bench.register)
    signals = read_signals(unit.sight.bench.lake, unit.signals)
    found: list[Found] = []
    for seen in unit.selected:
        if seen.captured_at is not None and seen.row in signals:
            listing = replace(contents[seen.row].listing, captured_at=seen.captured_at)
            scored = score_listing(listing, signals[seen.row], register, unit.weights)
            found.extend((candidate, contents[seen.row], seen.source) for candidate in scored)
    return sorted(found, key=lambda one: (-one[0].score, one[0].candidate_id))


def _shown(unit: Scoring, contents: list[Content]) -> dict[str, str]:
    return read_wholes(unit.sight.bench.lake, unit.sight.shelves, contents) if contents else {}


def _candidate_table(found: list[Found], wholes: Mapping[str, str]) -> pa.Table:
    candidates = [candidate for candidate, _, _ in found]
    photos = [
        tuple(ShownPhoto(name=p.name, digest=p.digest, whole=wholes.get(p.digest or "", "")) for p in content.photos)
        for _, content, _ in found
    ]
    return pa.table(
        {
            "score": pa.array([candidate.score for candidate in candidates], pa.float64()),
            "candidate_id": pa.array([candidate.candidate_id for candidate in candidates], pa.string()),
            "row": pa.array([orjson.dumps(candidate_row(candidate)) for candidate in candidates], pa.binary()),
            "listing": pa.array([to_json(candidate.listing) for candidate in candidates], pa.binary()),
            "content": pa.array([content.digest() for _, content, _ in found], pa.string()),
            "photos": pa.array([to_json(shown) for shown in photos], pa.binary()),
            "source": pa.array([source for _, _, source in found], pa.int32()),
        }
    )


def _refused(
    unit: Scoring, seen: Selected, content: Content, described: Mapping[str, Refusal | None]
) -> Iterator[tuple[int, int, Rejected]]:
    for index, photo in enumerate(content.photos):
        absent = NOT_KEPT if unit.sources == (THE_STORE,) else GONE
        refusal = photo.refusal or described.get(photo.digest or "", absent)
        if isinstance(refusal, Refusal):
            record = Rejected(
                kind="image",
                source=unit.sources[seen.source],
                line=seen.line,
                listing_id=content.listing.listing_id,
                field=f"images[{index}]",
                got=photo.name,
                expected=refusal.expected,
                reason=refusal.reason,
            )
            yield seen.source, index, record
