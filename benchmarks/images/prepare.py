"""Collect photos, drawings and logos for the benchmarks of images.

python -m benchmarks.images.prepare OUT [--photos FOLDER]

FOLDER holds photos and `photos.csv` with the columns `file` and `sender_id`. Drawings come from Debian's package of
Open Clipart (public domain), marks and logos from two packages of npm (CC0). Running it again takes up where it was
interrupted, and gives the same files.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import json
import shutil
import struct
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from benchmarks.images.collection import Item, save
from benchmarks.images.packages import debian_package, npm_package
from pipeline.errors import CounterfoilError, InputError

MARKS, LOGOS, DRAWINGS = "simple-icons@16", "@iconify-json/logos@1.2", "openclipart-png"
KINDS_DRAWN = ("drawing", "mark", "logo")
LAST_LETTER = "m"
LEFT_OUT = {"animals", "recreation", "duplicates"}
"""Folders of drawings: two are kept for evaluation, and the last repeats others."""
SMALLEST_DRAWING, LARGEST_DRAWING = 40, 2_000
NAMESPACES = 'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'
LOGO_SIDE, NARROWEST_LOGO = 400, 6


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path)
    parser.add_argument("--photos", type=Path)
    arguments = parser.parse_args()
    try:
        items = prepare(arguments.out, arguments.photos)
    except CounterfoilError as error:
        print(error, file=sys.stderr)
        return 2
    counts = {kind: sum(item.kind == kind for item in items) for kind in ("photo", *KINDS_DRAWN)}
    print(", ".join(f"{count} {kind}s" for kind, count in counts.items()))
    return 0


def prepare(out: Path, photos: Path | None) -> list[Item]:
    """Write a collection and return its items."""
    out.mkdir(parents=True, exist_ok=True)
    packages = out / "packages"
    marks = npm_package(MARKS, packages)
    sources: list[Iterator[tuple[Item, Callable[[], bytes]]]] = [
        _drawings(debian_package(DRAWINGS, packages)),
        _marks(marks),
        _tiles(marks),
        _logos(npm_package(LOGOS, packages)),
    ]
    if photos is not None:
        sources.insert(0, _photos(photos))
    items = []
    for source in sources:
        for item, content in source:
            _write(out / item.file, content)
            items.append(item)
    save(out, items)
    shutil.rmtree(packages)
    return items


def _write(path: Path, content: Callable[[], bytes]) -> None:
    """Write a file unless it is there; one that is there is whole."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_name(f"{path.name}.part")
        part.write_bytes(content())
        part.rename(path)


def _photos(folder: Path) -> Iterator[tuple[Item, Callable[[], bytes]]]:
    index = folder / "photos.csv"
    try:
        rows = list(csv.DictReader(index.read_text("utf-8").splitlines()))
        pairs = sorted((row["file"], row["sender_id"]) for row in rows)
    except (OSError, KeyError) as error:
        raise InputError(f"{index}: cannot be used, expected columns file and sender_id ({error!r})") from error
    for file, sender in pairs:
        yield Item(file=f"photos/{Path(file).name}", kind="photo", group=f"sender {sender}"), (folder / file).read_bytes


def _drawings(package: Path) -> Iterator[tuple[Item, Callable[[], bytes]]]:
    home = package / "usr/share/openclipart/png"
    seen = set()
    for path in sorted(home.rglob("*.png")):
        folder = path.relative_to(home).parent
        small, large = sorted(_size_of_png(path))
        if LEFT_OUT & set(folder.parts) or small < SMALLEST_DRAWING or large > LARGEST_DRAWING:
            continue
        digest = hashlib.sha256(path.read_bytes()).digest()
        if digest not in seen:
            seen.add(digest)
            item = Item(file=f"drawings/{folder}/{path.name}", kind="drawing", group=str(folder))
            yield item, path.read_bytes


def _size_of_png(path: Path) -> tuple[int, int]:
    """Read width and height from the header; Pillow would refuse to open the largest drawings."""
    with path.open("rb") as file:
        width, height = struct.unpack(">16x2I", file.read(24))
    return width, height


def _marks(package: Path) -> Iterator[tuple[Item, Callable[[], bytes]]]:
    """Yield marks in black, without a ground."""
    for path in _mark_files(package):
        item = Item(file=f"marks/{path.stem}.png", kind="mark", group=path.stem)
        yield item, _rendering(path.read_text("utf-8"), LOGO_SIDE)


def _tiles(package: Path) -> Iterator[tuple[Item, Callable[[], bytes]]]:
    """Yield the same marks in white on round tiles of some colour, as applications show them."""
    for path in _mark_files(package):
        svg = path.read_text("utf-8")
        colour = hashlib.sha256(path.stem.encode()).hexdigest()[:6]
        drawn = svg[svg.index("<path") : svg.index("</svg>")]
        tile = f'<rect width="24" height="24" rx="5" fill="#{colour}"/>'
        mark = f'<g transform="translate(4.8 4.8) scale(0.6)" fill="#fff">{drawn}</g>'
        item = Item(file=f"tiles/{path.stem}.png", kind="logo", group=path.stem)
        yield item, _rendering(f'<svg {NAMESPACES} viewBox="0 0 24 24">{tile}{mark}</svg>', LOGO_SIDE)


def _mark_files(package: Path) -> list[Path]:
    return [path for path in sorted((package / "icons").glob("*.svg")) if "a" <= path.stem[0] <= LAST_LETTER]


def _logos(package: Path) -> Iterator[tuple[Item, Callable[[], bytes]]]:
    document = json.loads((package / "icons.json").read_text("utf-8"))
    for name, icon in sorted(document["icons"].items()):
        if "a" <= name[0] <= LAST_LETTER:
            width, height = (icon.get(side, document.get(side, 16)) for side in ("width", "height"))
            if max(width, height) > NARROWEST_LOGO * min(width, height):
                continue
            svg = f'<svg {NAMESPACES} viewBox="0 0 {width} {height}">{icon["body"]}</svg>'
            drawn = _rendering(svg, round(LOGO_SIDE * min(1, width / height)))
            yield Item(file=f"logos/{name}.png", kind="logo", group=name), drawn


def _rendering(svg: str, width: int) -> Callable[[], bytes]:
    return lambda: rendered(svg, width)


def rendered(svg: str, width: int) -> bytes:
    """Draw an SVG as a PNG with transparency.

    Raises
    ------
    InputError
        If the renderer is not installed.
    """
    try:
        import resvg_py  # noqa: PLC0415  (needed by nothing else)
    except ImportError as error:
        raise InputError("resvg-py: is not installed, expected it to draw logos") from error
    return resvg_py.svg_to_bytes(svg_string=svg, skip_system_fonts=True, width=width)


if __name__ == "__main__":
    sys.exit(main())
