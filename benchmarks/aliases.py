"""Measure how many names that replica traders really use are found: by the search itself, and by `aliases suggest`.

Run from the root of the repository::

    python -m benchmarks.aliases LEXICON.json --titles FILE [FILE ...]

LEXICON is JSON: `[[mark, [alias, ...]], ...]`, a mark with its names parted by slashes. Titles are real ones. Each
mark is registered without its aliases. Then each alias is put into four titles of four sellers, as listings that a
person has confirmed; a thousand other titles are other listings.
"""

from __future__ import annotations

import argparse
import json
import random
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from benchmarks.text.sources import read_titles
from detectors.text.folding import look_alike
from detectors.text.index import MarkIndex
from detectors.text.mining import Told, suggest
from detectors.text.spelling import Spelling, spellings_of
from pipeline.records import Asset, AssetKind, Register, RightsHolder

SEED: Final = 20261121
LISTINGS: Final = 4
OTHERS: Final = 1_000
DEPTHS: Final = (5, 10, 20)

Entry = tuple[str, list[str]]


def registered(entries: list[Entry]) -> Register:
    """Return a register of the marks, each with the names that stand beside it as variants."""
    holders = []
    for number, (mark, _) in enumerate(entries):
        text, *variants = [name.strip() for name in mark.split("/")]
        asset = Asset(id=str(number), kind=AssetKind.WORD_MARK, text=text, variants=tuple(variants))
        holders.append(RightsHolder(id=str(number), name=text, assets=(asset,)))
    return Register(version=1, rights_holders=tuple(holders), digest="")


def by_search(index: MarkIndex, holder: str, alias: str, title: str) -> str:
    """Return in which form the search finds an alias in a title as its mark, or "not"."""
    hits = [hit for hit in index.hits(f"{title} {alias} ") if hit.spelling.rights_holder_id == holder]
    return min((hit.form.value for hit in hits), key=lambda form: (form == "fragment", form), default="not")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("lexicon", type=Path)
    parser.add_argument("--titles", type=Path, nargs="+", required=True)
    arguments = parser.parse_args()
    draw = random.Random(SEED)
    entries: list[Entry] = json.loads(arguments.lexicon.read_text("utf-8"))
    titles = [title for path in arguments.titles for title in read_titles(path)]
    spellings = spellings_of(registered(entries))
    index = MarkIndex(spellings)
    forms: Counter[str] = Counter()
    found: Counter[int] = Counter()
    missing = suggested = 0
    others = draw.sample(titles, OTHERS)
    for number, (_, aliases) in enumerate(entries):
        ways = {alias: by_search(index, str(number), alias.strip(), draw.choice(titles)) for alias in aliases}
        forms.update(ways.values())
        own = [spelling for spelling in spellings if spelling.rights_holder_id == str(number)]
        unknown = {look_alike(alias.strip()).text for alias, way in ways.items() if way in {"not", "fragment"}}
        listed = _suggested(draw, own, list(ways), titles, others)
        missing += len(unknown)
        suggested += len(listed)
        found.update({depth: len(unknown & set(listed[:depth])) for depth in DEPTHS})
    total = sum(forms.values())
    print(f"{total} aliases of {len(entries)} marks; found by the search itself:")
    for form, count in forms.most_common():
        print(f"  {form:<10} {count:>4}  {count / total:.3f}")
    print(f"{missing} that the search finds not, or in part only; {suggested / len(entries):.1f} suggestions a mark")
    for depth in DEPTHS:
        print(f"  among the first {depth:>2}: {found[depth] / missing:.3f}")


def _suggested(
    draw: random.Random, own: Sequence[Spelling], aliases: list[str], titles: list[str], others: list[str]
) -> list[str]:
    told = [
        Told(title=f"{alias.strip()} {title}", seller=f"{alias} {number}", because="decision")
        for alias in aliases
        for number, title in enumerate(draw.sample(titles, LISTINGS))
    ]
    return [suggestion.alias for suggestion in suggest(own, told, others, most=max(DEPTHS))]


if __name__ == "__main__":
    main()
