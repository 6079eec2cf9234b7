"""Speed and memory of a whole scan, beside the floor and a naive peer in the same run.

python benchmarks/scan.py MARKET [--sizes 2000 20000 100000] [--hashes-only] [--work DIR] [--json FILE]

MARKET is a folder with `register/` and `snapshots/*/` (`fixtures` will do). Its listings are repeated under other ids
with re-encoded photos until each size is reached, then scanned by the real command with two workers; `--hashes-only`
looks at photos by their hashes alone (the setting `hashes_only`).

* floor: every photo of the scan decoded in full by Pillow, in two processes, and nothing else.
* naive peer: a double loop of rapidfuzz.partial_ratio over titles and marks, and of imagehash subtraction over photos
  and registered images, on a sample, extrapolated, divided by two for the two cores it would need to be written for.

Absolute times are one machine's; the ratios are what to compare. Where others use the machine too, that of processor
time (user and system, of all processes) says more than that of time that passed.
"""

import argparse
import itertools
import json
import os
import random
import resource
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

import cv2
import imagehash
import numpy as np
import psutil
from PIL import Image
from rapidfuzz import fuzz

from pipeline.records import AssetKind

Row = dict[str, Any]
WORKERS = 2


def rows_of(market: Path) -> list[tuple[Path, Row]]:
    files = sorted(market.glob("snapshots/*/listings.jsonl"))
    parsed = ((f.parent, line) for f in files for line in f.read_text("utf-8").splitlines())
    rows = []
    for folder, line in parsed:
        try:
            row = json.loads(line)
        except ValueError:
            continue  # the sample market has broken rows on purpose
        if isinstance(row, dict) and isinstance(row.get("title"), str) and isinstance(row.get("images"), list):
            rows.append((folder, row))
    return rows


def re_encode(job: tuple[Path, Path, int]) -> bool:
    """Write a photo again with other bytes: a pixel or two cropped, four pixels changed, another quality."""
    source, target, seed = job
    pixels = cv2.imread(str(source))
    if pixels is None or min(pixels.shape[:2]) < 8:
        return False
    draw = random.Random(seed)
    cut = draw.randint(0, 2)
    quality = draw.randint(80, 92)
    pixels[cut : cut + 2, cut : cut + 2] = np.frombuffer(draw.randbytes(12), np.uint8).reshape(2, 2, 3)
    return bool(cv2.imwrite(str(target), pixels[cut:, cut:], [cv2.IMWRITE_JPEG_QUALITY, quality]))


def repeated(rows: list[tuple[Path, Row]], size: int, folder: Path) -> tuple[list[Row], list[tuple[Path, Path, int]]]:
    listings, jobs = [], []
    for number, (home, row) in zip(range(size), itertools.cycle(rows), strict=False):
        names: list[str] = []
        for name in row["images"]:
            if isinstance(name, str) and (home / name).is_file() and (home / name).stat().st_size > 0:
                target = f"images/{number // 1000:03d}/{number}-{len(names)}.jpg"
                jobs.append((home / name, folder / target, number * 10 + len(names)))
                names.append(target)
        seller = dict(row.get("seller") or {})
        listings.append(row | {"listing_id": f"{number:09d}", "images": names, "seller": seller})
    return listings, jobs


def build(market: Path, size: int, folder: Path) -> tuple[Path, list[Path]]:
    """Write a snapshot of `size` listings; return its folder and its photos."""
    snapshot = folder / f"snapshot-{size}"
    shutil.rmtree(snapshot, ignore_errors=True)
    listings, jobs = repeated(rows_of(market), size, snapshot)
    for number in range(size // 1000 + 1):
        (snapshot / f"images/{number:03d}").mkdir(parents=True, exist_ok=True)
    with ProcessPoolExecutor(WORKERS) as pool:
        written = list(pool.map(re_encode, jobs, chunksize=200))
    with (snapshot / "listings.jsonl").open("w", encoding="utf-8") as out:
        out.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in listings)
    return snapshot, [job[1] for job, ok in zip(jobs, written, strict=True) if ok]


def look_at(process: psutil.Process, used: dict[int, float]) -> int:
    """Note the processor time of a process and its children, and return their memory in bytes.

    Shared pages are counted once (PSS).
    """
    total = 0
    for member in [process, *process.children(recursive=True)]:
        try:
            total += member.memory_full_info().pss
            times = member.cpu_times()
        except (psutil.NoSuchProcess, psutil.AccessDenied):
            continue
        used[member.pid] = times.user + times.system
    return total


def processor_seconds() -> float:
    """Processor time of all processes that this one has started and waited for, with theirs."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def scan(snapshot: Path, register: Path, folder: Path, settings: Path) -> Row:
    """Run the real command; return its seconds, processor time (to half a second a process), stages and peak memory."""
    out, store = folder / "out", folder / "store"
    shutil.rmtree(out, ignore_errors=True)
    shutil.rmtree(store, ignore_errors=True)
    command = [Path(sys.executable).with_name("counterfoil"), "scan", snapshot, "--register", register, "--out", out]
    options = ["--store", f"sqlite:///{store / 'counterfoil.db'}", "--workers", WORKERS]
    started = time.perf_counter()
    environment = os.environ | {"COUNTERFOIL_SETTINGS": str(settings)}
    process = subprocess.Popen([str(c) for c in (*command, *options)], stdout=subprocess.DEVNULL, env=environment)
    peaks = [0]
    used: dict[int, float] = {}

    def watch() -> None:
        watched = psutil.Process(process.pid)
        while process.poll() is None:
            try:
                peaks.append(look_at(watched, used))
            except psutil.NoSuchProcess:
                return
            time.sleep(0.5)

    watcher = threading.Thread(target=watch)
    watcher.start()
    code = process.wait()
    seconds = time.perf_counter() - started
    watcher.join()
    if code != 0:
        sys.exit(f"counterfoil scan: exit status {code}, expected 0")
    run = json.loads((out / "run.json").read_text("utf-8"))
    measured = {"seconds": seconds, "cpu_seconds": sum(used.values()), "peak_mb": max(peaks) / 2**20}
    return measured | {"stages": run["seconds"], "counts": run["counts"]}


def decode(path: Path) -> int:
    with Image.open(path) as image:
        return len(image.convert("RGB").getbands())


def floor(photos: list[Path]) -> Row:
    started, used = time.perf_counter(), processor_seconds()
    with ProcessPoolExecutor(WORKERS) as pool:
        sum(pool.map(decode, photos, chunksize=200))
    return {"floor_seconds": time.perf_counter() - started, "floor_cpu_seconds": processor_seconds() - used}


def marks_and_images(register: Path) -> tuple[list[str], list[Path]]:
    holders = json.loads((register / "register.json").read_text("utf-8"))["rights_holders"]
    assets = [asset for holder in holders for asset in holder["assets"]]
    marks = [m for a in assets if a["kind"] == "word_mark" for m in [a["text"], *a.get("variants", [])]]
    return marks, [register / name for a in assets for name in a.get("images", [])]


def naive(snapshot: Path, register: Path, size: int, sample: int = 200) -> float:
    """Seconds that the double loops would take for `size` listings on two cores."""
    marks, images = marks_and_images(register)
    with (snapshot / "listings.jsonl").open(encoding="utf-8") as lines:
        rows: Iterator[Row] = map(json.loads, itertools.islice(lines, sample))
        registered = [imagehash.phash(Image.open(path)) for path in images]
        started = time.perf_counter()
        hits = 0
        for row in rows:
            hits += sum(fuzz.partial_ratio(mark.lower(), row["title"].lower()) >= 90 for mark in marks)
            for name in row["images"]:
                seen = imagehash.phash(Image.open(snapshot / name))
                hits += sum(seen - other <= 8 for other in registered)
        seconds = time.perf_counter() - started
    return seconds / min(sample, size) * size / WORKERS


def measure(market: Path, size: int, folder: Path, settings: Path) -> Row:
    snapshot, photos = build(market, size, folder)
    register = market / "register"
    sizes: Row = {"listings": size, "photos": len(photos)}
    row = sizes | scan(snapshot, register, folder, settings) | floor(photos)
    row["naive_seconds"] = naive(snapshot, register, size)
    shutil.rmtree(snapshot)
    return row


def show(rows: list[Row]) -> None:
    columns = ("photos", "seconds", "per s", "peak MB", "x floor", "cpu x", "naive x")
    print(f"{'listings':>9} " + " ".join(f"{column:>8}" for column in columns))
    for row in rows:
        print(
            f"{row['listings']:9d} {row['photos']:8d} {row['seconds']:8.1f} {row['listings'] / row['seconds']:8.0f} "
            f"{row['peak_mb']:8.0f} {row['seconds'] / row['floor_seconds']:8.2f} "
            f"{row['cpu_seconds'] / row['floor_cpu_seconds']:8.2f} {row['naive_seconds'] / row['seconds']:8.1f}"
        )
        stages = (f"{name} {seconds:.1f} s" for name, seconds in row["stages"].items())
        print("          " + ", ".join(stages) + f"; floor {row['floor_seconds']:.1f} s")
        print(f"          processors {row['cpu_seconds']:.1f} s, floor {row['floor_cpu_seconds']:.1f} s")
    for small, large in itertools.pairwise(rows):
        growth = large["seconds"] / small["seconds"]
        print(f"growth {small['listings']} -> {large['listings']}: {growth:.2f} times the seconds")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("market", type=Path)
    parser.add_argument("--sizes", type=int, nargs="+", default=[2000, 20000, 100000])
    parser.add_argument("--hashes-only", action="store_true")
    parser.add_argument("--work", type=Path, default=Path("out/benchmark"))
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    arguments.work.mkdir(parents=True, exist_ok=True)
    settings = arguments.work.resolve() / "counterfoil.toml"
    kinds = [kind.value for kind in AssetKind] if arguments.hashes_only else []
    settings.write_text(f"hashes_only = {json.dumps(kinds)}\n", encoding="utf-8")
    rows = [measure(arguments.market, size, arguments.work, settings) for size in arguments.sizes]
    show(rows)
    if arguments.json:
        arguments.json.write_text(json.dumps(rows, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
