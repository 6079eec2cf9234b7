"""A scan from end to end: the same sequence of steps whoever carries them out."""

from __future__ import annotations

from functools import partial

import orjson

from pipeline.output import write_run
from pipeline.records import Json
from pipeline.stages.cases import open_cases
from pipeline.stages.conductor import Conductor, Stopwatch
from pipeline.stages.describe import describe
from pipeline.stages.detect import detect
from pipeline.stages.ingest import ingest, recall
from pipeline.stages.learn import learn
from pipeline.stages.merge import merge
from pipeline.stages.plan import Scan
from pipeline.stages.read import read
from pipeline.stages.score import score
from pipeline.store.lake import replacing
from pipeline.store.ledger import begin_scan, finish_scan
from pipeline.store.observations import partitions_of


def run_scan(scan: Scan, conductor: Conductor) -> dict[str, Json]:
    """Carry out a scan, or the rest of one that was killed.

    Parameters
    ----------
    scan : Scan
        What to scan, where and with what.
    conductor : Conductor
        Carries out the steps.

    Returns
    -------
    dict
        The record of the run, as in `run.json`.
    """
    with scan.store.write() as connection:
        begin_scan(connection, scan.run_id, conductor.now())
    watch = Stopwatch(conductor)
    with watch.stage("ingest"):
        take_in = ingest if scan.inputs else recall
        take_in(scan, conductor)
    with scan.store.read() as connection:
        partitions = partitions_of(connection, scan.run_id)
    with watch.stage("describe"):
        describe(scan, conductor)
    with watch.stage("learn"):
        bench = learn(scan, partitions, conductor)
    with watch.stage("detect"):
        detect(scan, bench, partitions, conductor)
    read_in: dict[str, str] = {}
    if scan.reads:
        with watch.stage("read"):
            read_in = read(scan, bench, partitions, conductor)
    with watch.stage("score"):
        keys = score(scan, bench, partitions, conductor, read_in)
    with watch.stage("merge"):
        counts = conductor.perform("merge", partial(merge, scan, keys, conductor))
    with watch.stage("cases"):
        conductor.perform("cases", partial(open_cases, scan, keys, counts, conductor))
    run: dict[str, Json] = {
        "run_id": scan.run_id,
        "versions": scan.versions() | dict(bench.references),
        "inputs": [{"path": str(file.path), "sha256": file.digest, "bytes": file.size} for file in scan.inputs],
        "counts": counts,
        "seconds": watch.seconds,
    }
    with replacing(scan.out / "run.json") as path:
        write_run(path, run)
    with scan.store.write() as connection:
        finish_scan(connection, scan.run_id, conductor.now(), orjson.dumps(run))
    return run
