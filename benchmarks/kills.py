"""Whether SIGKILL at any moment of appending and publishing forks the log, loses an entry or breaks a bundle.

python -m benchmarks.kills [--kills 200] [--seed 1] [--work DIR] [--json FILE]

A process takes entries of a store into the log and publishes bundles, over and over, into one folder; it says which
entries it has published. It is killed after a random time, and the next one goes on from what is there. After every
kill: all entries that were acknowledged are in the log, each once and in order; every checkpoint that was ever
published is a beginning of it; the bundle, or the one beside its place that the next export would put back, verifies.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import tempfile
import time
from collections import Counter
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pipeline.errors import BundleError
from pipeline.log import Keys, init_keys, load_keys, open_log
from pipeline.stages.bundle import Publication, publish_bundle
from pipeline.store.audit_entries import add_entry
from pipeline.store.database import Store, open_store
from pipeline.store.events import append_events
from pipeline.verify.bundle import verify_bundle
from pipeline.verify.files import BundleFiles
from pipeline.verify.guide import guide_files
from pipeline.verify.history import CHECKPOINT
from pipeline.verify.merkle import complete_subtrees, leaf_hash, root_of
from pipeline.verify.notes import Note, open_checkpoint
from tests.pipeline.store.test_cases import opening

NOW = datetime(2026, 11, 1, tzinfo=UTC)
CASES_AT_ONCE, LONGEST_S = 5, 3.0
Checkpoints = dict[int, bytes]
"""Roots that were signed, by size."""


def work(folder: Path, told: int) -> None:
    """Take in and publish until killed; tell after each round how many entries are acknowledged."""
    store, keys = open_store(url(folder)), load_keys(folder / "keys")
    what = Publication(keys=keys, guides=guide_files())
    while True:
        enter(store)
        with open_log(folder / "log", keys) as log:
            publish_bundle(store, log, folder / "bundle", what, now=NOW, make_secret=lambda: os.urandom(32))
            os.write(told, f"{log.size}\n".encode())


def url(folder: Path) -> str:
    return f"sqlite:///{folder}/store/counterfoil.db"


def enter(store: Store) -> None:
    """Let something happen that is to be logged: cases, and an outsider's question."""
    with store.write() as connection:
        question = os.urandom(16).hex()
        place = add_entry(connection, question, "challenge", {"body": "acg", "question": question, "answer": ""}, NOW)
        first = CASES_AT_ONCE * place
        append_events(connection, [opening(first + n) for n in range(CASES_AT_ONCE)], None, four_eyes=())


def killed_after(folder: Path, seconds: float) -> int:
    """Let a process work for some time, kill it, and return how many entries it has acknowledged."""
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        with suppress(BaseException):
            work(folder, writing)
        os._exit(1)
    os.close(writing)
    time.sleep(seconds)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    with os.fdopen(reading) as file:
        return max(map(int, file), default=0)


def faults(folder: Path, keys: Keys, acknowledged: int, seen: Checkpoints) -> list[str]:
    """Return what does not hold after a kill; add the checkpoint of the bundle to those that were seen."""
    found = []
    with open_log(folder / "log", keys) as log:
        raw = list(log.all_entries())
        log.publish()
    entries = [json.loads(entry) for entry in raw]
    events = [entry["sequence"] for entry in entries if entry.get("type") == "event"]
    ids = Counter(entry.get("id", number) for number, entry in enumerate(entries))
    if len(raw) < acknowledged:
        found.append(f"{acknowledged - len(raw)} acknowledged entries are lost")
    if events != list(range(1, len(events) + 1)) or max(ids.values(), default=0) > 1:
        found.append("an event is missing or an entry is there twice")
    hashes = complete_subtrees(map(leaf_hash, raw))
    found += [f"fork at {size}" for size, root in seen.items() if size > len(raw) or root_of(size, hashes) != root]
    bundle = next((b for b in (folder / "bundle", folder / ".bundle.old") if b.exists()), None)
    if bundle is None:
        return [*found, "the bundle is gone"] if seen else found
    try:
        verify_bundle(BundleFiles(bundle))
    except BundleError as error:
        return [*found, f"the bundle does not hold: {error}"]
    checkpoint = open_checkpoint(Note.parse((bundle / CHECKPOINT).read_bytes()), keys.verifier)
    seen[checkpoint.size] = checkpoint.root
    return found


def run(folder: Path, kills: int, seed: int) -> dict[str, Any]:
    chance, seen, found = random.Random(seed), Checkpoints(), list[str]()
    keys, acknowledged, beside = init_keys(folder / "keys", "log.example", NOW), 0, 0
    open_store(url(folder)).close()
    for _ in range(kills):
        acknowledged = max(acknowledged, killed_after(folder, chance.uniform(0, LONGEST_S)))
        beside += (folder / ".bundle.old").exists()
        found += faults(folder, keys, acknowledged, seen)
    return {
        "kills": kills,
        "entries acknowledged": acknowledged,
        "checkpoints published in bundles": len(seen),
        "kills while folders changed places": beside,
        "faults": found,
    }


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--kills", type=int, default=200)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--work", type=Path)
    options.add_argument("--json", type=Path)
    given = options.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        found = run(given.work or Path(temporary), given.kills, given.seed)
    print(json.dumps(found, indent=1))
    if given.json:
        given.json.write_text(json.dumps(found, indent=1) + "\n")
    raise SystemExit(bool(found["faults"]))


if __name__ == "__main__":
    main()
