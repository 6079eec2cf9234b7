"""What it costs to publish and to check a large bundle: one process each, processor seconds and memory.

python -m benchmarks.verify [--notices 10000] [--work DIR] [--json FILE]

A log of ten entries a notice, of 300 rights holders on eight platforms over four quarters, is published as a bundle
and checked as `counterfoil verify` does. Told beside it: reading the same entries as JSON and hashing them, which no
checker can do without.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import multiprocessing
import random
import resource
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from pipeline.bundle.again import make_again
from pipeline.log import EntryDraft, init_keys, load_keys, open_log
from pipeline.stages.bundle import Publication, publish_bundle
from pipeline.store.database import open_store
from pipeline.verify.bundle import verify_bundle
from pipeline.verify.files import BundleFiles
from pipeline.verify.guide import guide_files

START = datetime(2025, 10, 1, 9, tzinfo=UTC)
HOLDERS, PLATFORMS, DAYS = 300, 8, 360


def name_of(*parts: object) -> str:
    return hashlib.sha256(" ".join(map(str, parts)).encode()).hexdigest()


def events(notices: int) -> list[dict[str, Any]]:
    """Return the events of so many cases with a notice each, in the order of their times."""
    chance = random.Random(1)
    told = []
    for case in range(notices):
        begun, holder = chance.uniform(0, DAYS), chance.randrange(HOLDERS)
        notice = {"notice": name_of("notice", case)}
        answer = "removed" if chance.random() < (0.9 if holder % 2 else 0.7) else "rejected"
        steps: list[tuple[float, dict[str, Any]]] = [
            (0, {"kind": "opened", "band": "high", "label": "counterfeit", "captured_at": instant(begun)}),
            (0.1, {"kind": "seen", "band": "high", "label": "counterfeit", "captured_at": instant(begun)}),
            (1, {"kind": "decided", "label": "counterfeit", "repeat_seller": case % 5 == 0}),
            (1.5, {"kind": "noticed", "method": "form", "reason_code": "TM-1", "right_type": "trade_mark", **notice}),
            (1.6, {"kind": "acknowledged", **notice}),
            (chance.uniform(2, 9), {"kind": "disposed", "disposition": answer, **notice}),
            *((9 + 7 * n, {"kind": "rechecked", "result": "delisted_page" if n else "up"}) for n in range(4)),
        ]
        shared = {"case": name_of("case", case), "holder": name_of("holder", holder)}
        shared["platform"] = f"platform-{chance.randrange(PLATFORMS)}"
        told += [(begun + days, {**shared, **facts, "at": instant(begun + days)}) for days, facts in steps]
    return [fields for _, fields in sorted(told, key=lambda one: one[0])]


def instant(days: float) -> str:
    return (START + timedelta(days=days)).strftime("%Y-%m-%dT%H:%M:%SZ")


def drafts(notices: int) -> Iterator[EntryDraft]:
    for holder in range(HOLDERS):
        fields = {"size": "sme" if holder % 2 else "large", "sector": f"nice-{holder % 9 + 1}", "protected_in": "GB"}
        named = name_of("holder", holder)
        yield EntryDraft(type="holder", id=name_of("of", holder)[:32], fields={"holder": named, **fields})
    for number, fields in enumerate(events(notices), start=1):
        yield EntryDraft(type="event", id=name_of("event", number)[:32], fields={"sequence": number, **fields})


def publish(work: Path, notices: int) -> dict[str, float]:
    init_keys(work / "keys", "log.counterfoil.example", START)
    keys, store = load_keys(work / "keys"), open_store(f"sqlite:///{work}/store.db")
    now = START + timedelta(days=DAYS + 60)
    with open_log(work / "log", keys) as log:
        log.append(drafts(notices), now)
        what = Publication(keys=keys, guides=guide_files())
        begun = time.process_time()
        publish_bundle(store, log, work / "bundle", what, now=now, make_secret=lambda: bytes(32))
        return {"entries": log.size, "seconds": time.process_time() - begun}


def check(work: Path, _: int) -> dict[str, float]:
    files = BundleFiles(work / "bundle")
    begun = time.process_time()
    found = verify_bundle(files)
    verified = time.process_time()
    make_again(files, found)
    return {
        "numbers": found.numbers,
        "verified_s": verified - begun,
        "made_again_s": time.process_time() - verified,
        "files": len(files.names),
        "megabytes": sum(len(files.read(name)) for name in files.names) / 1e6,
    }


def floor(work: Path, _: int) -> dict[str, float]:
    from pipeline.log.folder import LogFolder  # noqa: PLC0415  a process of its own

    begun = time.process_time()
    for entry in LogFolder(work / "bundle" / "log").all_entries():
        json.loads(entry)
        hashlib.sha256(entry).digest()
    return {"seconds": time.process_time() - begun}


def measure(step: Callable[[Path, int], dict[str, float]], work: Path, notices: int, told: Any) -> None:
    found = step(work, notices)
    told.put({**found, "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024})


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--notices", type=int, default=10_000)
    options.add_argument("--work", type=Path)
    options.add_argument("--json", type=Path)
    given = options.parse_args()
    work = given.work or Path(tempfile.mkdtemp())
    apart, found = multiprocessing.get_context("spawn"), {}
    for step in (publish, check, floor):
        told = apart.Queue()
        process = apart.Process(target=measure, args=(step, work, given.notices, told))
        process.start()
        found[step.__name__] = told.get(timeout=900)
        process.join()
        print(step.__name__, ", ".join(f"{name} {value:,.1f}" for name, value in found[step.__name__].items()))
    if given.work is None:
        shutil.rmtree(work)
    if given.json:
        given.json.write_text(json.dumps(found, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
