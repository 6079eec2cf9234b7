"""Whether random single-byte changes over all files of a bundle are found and blamed on their own file.

python benchmarks/tamper.py BUNDLE [--changes 10000] [--seed 1] [--json FILE]

BUNDLE is one that verifies. A copy is changed, verified and mended again. Half of the changes are shared out evenly
over the files, half fall anywhere in all their bytes.
"""

import argparse
import json
import random
import shutil
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from pipeline.errors import BundleError
from pipeline.verify.bundle import verify_bundle
from pipeline.verify.files import BundleFiles


def places(files: list[Path], changes: int, chance: random.Random) -> list[tuple[Path, int]]:
    sizes = [path.stat().st_size for path in files]
    evenly = [files[number % len(files)] for number in range(changes // 2)]
    anywhere = chance.choices(files, weights=sizes, k=changes - len(evenly))
    return [(path, chance.randrange(path.stat().st_size)) for path in (*evenly, *anywhere) if path.stat().st_size]


def blamed(bundle: Path) -> str | None:
    try:
        verify_bundle(BundleFiles(bundle))
    except BundleError as error:
        return error.file
    return None


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("bundle", type=Path)
    parser.add_argument("--changes", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    chance = random.Random(arguments.seed)
    missed: list[tuple[str, int]] = []
    wrong: Counter[tuple[str, str]] = Counter()
    with tempfile.TemporaryDirectory() as folder:
        copy = shutil.copytree(arguments.bundle, Path(folder, "bundle"))
        verify_bundle(BundleFiles(copy))
        files = sorted(path for path in copy.rglob("*") if path.is_file())
        t0 = time.perf_counter()
        for path, at in places(files, arguments.changes, chance):
            whole, name = path.read_bytes(), path.relative_to(copy).as_posix()
            path.write_bytes(whole[:at] + bytes([whole[at] ^ chance.randrange(1, 256)]) + whole[at + 1 :])
            found = blamed(copy)
            path.write_bytes(whole)
            if found is None:
                missed.append((name, at))
            elif found != name:
                wrong[name, found] += 1
        seconds = time.perf_counter() - t0
    result = {
        "changes": arguments.changes,
        "files": len(files),
        "missed": missed,
        "blamed_on_another": [[*pair, count] for pair, count in wrong.items()],
        "seconds": seconds,
    }
    print(json.dumps(result, indent=1))
    if arguments.json:
        arguments.json.write_text(json.dumps(result, indent=1), encoding="utf-8")
    sys.exit(1 if missed or wrong else 0)


if __name__ == "__main__":
    main()
