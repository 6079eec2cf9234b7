"""What the public log costs: per entry kept, per entry published, and to check as a whole.

python benchmarks/log.py [--sizes 1000 100000 1000000] [--private 8] [--work DIR] [--json FILE]

Entries are of the size of an event with so many private fields. For each size a log is written (batches of 500, as the
stage does, published every 50,000), then read and checked whole as the verifier does it, without the signatures. Peer:
SHA-256 over the same entries and the nodes above them, and nothing else: what no log can do without. Times are those of
the processor, so that other work beside it does not count; one entry alone is timed by the clock, with the disk.
"""

import argparse
import hashlib
import json
import shutil
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pipeline.log import EntryDraft, init_keys, open_log
from pipeline.log.private import disclosures
from pipeline.verify.files import BundleFiles
from pipeline.verify.history import read_history
from pipeline.verify.merkle import complete_subtrees, leaf_hash

NOW = datetime(2026, 11, 1, tzinfo=UTC)
BATCH, PUBLISHED_EVERY = 500, 50_000
PRIVATE = ("asset_ids", "by", "candidate_id", "content", "listing_id", "reason", "run_id", "seller_id")


def drafts(start: int, count: int, private: int) -> Iterator[EntryDraft]:
    names = PRIVATE[:private]
    for number in range(start, start + count):
        digest = hashlib.sha256(str(number).encode())
        secret, name = digest.digest(), digest.hexdigest()
        fields = {
            "sequence": number + 1,
            "at": "2026-11-01T00:00:00Z",
            "kind": "opened",
            "case": name,
            "holder": name,
            "platform": "bazaar",
            "band": "high",
            "label": "counterfeit",
        }
        hidden = disclosures(secret, dict.fromkeys(names, name))
        yield EntryDraft(type="event", id=name[:32], fields=fields, hidden=hidden)


def measure(size: int, private: int, work: Path) -> dict[str, Any]:
    shutil.rmtree(work, ignore_errors=True)
    keys = init_keys(work / "keys", "log.example", NOW)
    made = kept = published = 0.0
    with open_log(work / "bundle/log", keys) as log:
        for start in range(0, size, BATCH):
            t0 = time.process_time()
            batch = [draft.entry(NOW) for draft in drafts(start, min(BATCH, size - start), private)]
            t1 = time.process_time()
            log.append_entries(batch)
            t2 = time.process_time()
            if log.size % PUBLISHED_EVERY == 0 or log.size == size:
                log.publish()
            made, kept, published = made + t1 - t0, kept + t2 - t1, published + time.process_time() - t2
        checkpoint = log.checkpoint()
        one = [next(drafts(size, 1, private))]
        t0 = time.perf_counter()
        log.append(one, NOW)
        t1 = time.perf_counter()
        log.publish()
        alone = t1 - t0, time.perf_counter() - t1
    files = BundleFiles(work / "bundle")
    assert checkpoint is not None
    t0 = time.process_time()
    with_one = read_history(files, log.checkpoint() or checkpoint)
    checked = time.process_time() - t0
    t0 = time.process_time()
    complete_subtrees(leaf_hash(entry) for entry in with_one.raw)
    floor = time.process_time() - t0
    sizes = [path.stat().st_size for path in (work / "bundle/log").rglob("*") if path.is_file()]
    return {
        "entries": size,
        "private_fields": private,
        "made_seconds": made,
        "kept_seconds": kept,
        "published_seconds": published,
        "one_kept_ms": alone[0] * 1000,
        "one_published_ms": alone[1] * 1000,
        "checked_seconds": checked,
        "floor_seconds": floor,
        "megabytes": sum(sizes) / 1e6,
        "files": len(sizes),
    }


def show(rows: list[dict[str, Any]]) -> None:
    for row in rows:
        n = row["entries"]
        print(f"{n:9,d} entries, {row['megabytes']:.0f} MB in {row['files']:,} files")
        for name in ("made", "kept", "published", "checked", "floor"):
            seconds = row[f"{name}_seconds"]
            print(f"  {name:10} {seconds:8.2f} s {seconds / n * 1e6:8.1f} us an entry")
        print(f"  one entry alone: kept in {row['one_kept_ms']:.1f} ms, published in {row['one_published_ms']:.1f} ms")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", type=int, nargs="+", default=[1_000, 100_000, 1_000_000])
    parser.add_argument("--private", type=int, default=len(PRIVATE))
    parser.add_argument("--work", type=Path, default=Path("out/benchmark-log"))
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    rows = [measure(size, arguments.private, arguments.work) for size in arguments.sizes]
    show(rows)
    if arguments.json:
        arguments.json.write_text(json.dumps(rows, indent=1), encoding="utf-8")
    shutil.rmtree(arguments.work)


if __name__ == "__main__":
    main()
