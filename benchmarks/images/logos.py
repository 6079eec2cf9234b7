"""How many logos on goods are found, by how they are shown and how wide they are, and how many photos are flagged.

python -m benchmarks.images.logos COLLECTION [--assets 300] [--sample N] [--workers N] [--json FILE]

COLLECTION is what `prepare` wrote. One logo of each brand is registered; so many of them are put on photos of goods,
which are brought to 800 pixels first. Recall is given for any signal at all and at the threshold that flags no more
than 0.5 % of half of the photos without a registered logo; false alarms are those of the other half.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from io import BytesIO
from random import Random
from typing import Any

import numpy as np
from PIL import Image

from benchmarks.images import prints
from benchmarks.images.alterations import Other, uploaded
from benchmarks.images.collection import Collection, Item, load
from benchmarks.images.command import carried_out, options
from benchmarks.images.methods import HASHES, Method
from benchmarks.images.ours import MARKS, Counterfoil
from benchmarks.images.outcomes import ATTACKED, alarms_by_group, innocent_scores, recall_by_attack
from benchmarks.images.overlays import Picture
from benchmarks.images.rates import share, threshold
from benchmarks.images.trials import AS_IT_IS, Bench, Subject, Trial, run

TOLERATED = 0.005
WITHOUT = "photo without a registered logo"
WIDTHS = {"30-40 %": (0.30, 0.40), "20-30 %": (0.20, 0.30), "10-20 %": (0.10, 0.20)}
MOST_OPAQUE = 0.85
"""A logo that fills more of its box is a tile, whose silhouette says nothing."""

Print = Callable[[Picture, Other, Random], Picture]


def _on_white(logo: Picture, _: Other, __: Random) -> Picture:
    sheet = Image.new("RGBA", (logo.width + 80, logo.height + 80), (255, 255, 255))
    sheet.alpha_composite(logo, (40, 40))
    return sheet.convert("RGB")


def _wide(how: Callable[[Picture, Other, float, Random], Picture], widths: tuple[float, float]) -> Print:
    return lambda logo, other, random: how(logo, other, random.uniform(*widths), random)


PRINTS: dict[str, Print] = {
    "on white": _on_white,
    **{f"printed, {name} wide": _wide(prints.printed, widths) for name, widths in WIDTHS.items()},
    **{f"flat, {name} wide": _wide(prints.flat, widths) for name, widths in WIDTHS.items()},
    "one ink on plain, 30-60 % wide": lambda logo, _, random: prints.silhouette_on_plain(
        logo, random.uniform(0.3, 0.6), random
    ),
    "one ink on goods, 30-60 % wide": _wide(prints.silhouette_on_textile, (0.3, 0.6)),
}


def main() -> int:
    parser = options(__doc__)
    parser.add_argument("--assets", type=int, default=300)
    parser.add_argument("--sample", type=int, default=150)
    parser.add_argument("--workers", type=int, default=2)
    return carried_out(parser.parse_args(), measure, print_result)


def measure(arguments: argparse.Namespace) -> dict[str, Any]:
    """Run the methods and return recall by print and the share of photos flagged, by method."""
    collection = load(arguments.collection)
    random = Random(arguments.seed)
    logos = one_a_brand(collection, arguments.assets, random)
    methods = (Counterfoil(MARKS), HASHES[2])
    bench = Bench.of(collection, methods, [logos], put, seed=arguments.seed, workers=arguments.workers)
    trials = list(run(bench, subjects(collection, logos[: arguments.sample], random), arguments.workers))
    rows = {method.name: figures(trials, method, len(logos)) for method in methods}
    return {"logos": len(logos), "put on photos": min(arguments.sample, len(logos)), "methods": rows}


def one_a_brand(collection: Collection, count: int, random: Random) -> list[Item]:
    """Return one-colour marks and full-colour logos by turns, one of each brand, none of them a tile."""
    marks, logos = ([i for i in collection.of(kind) if i.file.startswith(f"{kind}s/")] for kind in ("mark", "logo"))
    random.shuffle(marks)
    random.shuffle(logos)
    brands: dict[str, Item] = {}
    for item in (item for pair in zip(marks, logos, strict=False) for item in pair):
        if len(brands) == count:
            break
        with Image.open(BytesIO(collection.read(item.file))) as image:
            tile = np.mean(np.asarray(prints.trimmed(image).getchannel("A")) > 0) > MOST_OPAQUE
        brand = item.group.partition("-")[0].removesuffix("dot")
        if not tile:
            brands.setdefault(brand, item)
    return list(brands.values())


def put(name: str, data: bytes, other: Other, random: Random) -> bytes:
    """Put a logo somewhere and return the upload."""
    return uploaded(PRINTS[name](prints.trimmed(Image.open(BytesIO(data))), other, random))


def subjects(collection: Collection, logos: Sequence[Item], random: Random) -> list[Subject]:
    """Return the logos with every print, and every photo as it is; no sender's photos are in both halves."""
    photos = collection.of("photo")
    senders = sorted({photo.group for photo in photos})
    second = set(random.sample(senders, len(senders) // 2))
    innocent = [
        Subject(item=p, attacks=(AS_IT_IS,), others=(), group=WITHOUT, half=int(p.group in second)) for p in photos
    ]
    others = tuple(photos)
    return [Subject(item=i, attacks=tuple(PRINTS), others=others, group=ATTACKED) for i in logos] + innocent


def figures(trials: Sequence[Trial], method: Method, count: int) -> dict[str, Any]:
    """Return recall by print and false alarms, for any finding and at a threshold."""
    key = (method.name, count)
    points = {"0.5 % of photos": threshold(innocent_scores(trials, key, 0), TOLERATED)}
    points |= {name: float(np.nextafter(least, -np.inf)) for name, least in method.published.items()}
    return {
        name: {
            "threshold": above if np.isfinite(above) else None,
            "false alarms": share([score > above for score in innocent_scores(trials, key, 1)]),
            "false alarms, both halves": alarms_by_group(trials, key, above)[WITHOUT],
            "recall": recall_by_attack(trials, key, above),
        }
        for name, above in points.items()
    }


def print_result(result: dict[str, Any]) -> None:
    columns = {f"{name}, {point}": f for name, points in result["methods"].items() for point, f in points.items()}
    print(f"{result['put on photos']} of {result['logos']} registered logos put on photos")
    lines = {"recall": list(columns)}
    lines |= {name: [f"{c['recall'][name]['share']:.3f}" for c in columns.values()] for name in PRINTS}
    for alarms in ("false alarms", "false alarms, both halves"):
        lines[alarms] = [f"{c[alarms]['share']:.4f}" for c in columns.values()]
    for name, cells in lines.items():
        print(f"{name:32}" + "  ".join(f"{cell:>{len(head)}}" for cell, head in zip(cells, columns, strict=True)))


if __name__ == "__main__":
    sys.exit(main())
