"""Examples of use in context: from offers with a brand field, and from people's corrections.

A title that names a known brand other than its own brand field refers to that brand's goods, more often than not: a
stand-in for a person's label. Brands are those that stand in the brand field of at least three offers; an offer whose
own brand is no such brand ("generic", the name of an importer) says little of the use of others, and is told apart.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from detectors.text.context import Window
from detectors.text.forms import Form, Hit
from detectors.text.index import MarkIndex
from detectors.text.spelling import spellings_of
from detectors.text.use import Use, uses
from pipeline.records import Asset, AssetKind, Register, RightsHolder

LEAST_OFFERS: Final = 3
LEAST_LETTERS: Final = 3
_SIGNS: Final = re.compile(r"[^a-z0-9]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """A mark in a title, whether it refers to another maker's goods, its brand, and whether the label is sure."""

    window: Window
    refers: bool
    group: str
    weight: float = 1.0
    sure: bool = True


def from_offers(path: Path) -> list[Example]:
    """Return the examples of a table with `title_a`, `brand_a`, `title_b` and `brand_b`, gzip or not."""
    data = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    rows = csv.DictReader(io.StringIO(data.decode("utf-8")))
    brands: dict[str, str] = {}
    for row in rows:
        for side in "ab":
            title, brand = row[f"title_{side}"].strip(), row[f"brand_{side}"].strip().lower()
            if title and brand:
                brands[title] = brand
    counted = Counter(brands.values())
    known = [b for b, n in counted.items() if n >= LEAST_OFFERS and len(b) >= LEAST_LETTERS and _is_name(b)]
    index = MarkIndex(spellings_of(_register(known)))
    return [
        replace(example, sure=counted[brand] >= LEAST_OFFERS)
        for title, brand in brands.items()
        for example in _examples(index, title, brand)
    ]


def _is_name(brand: str) -> bool:
    return brand.replace(" ", "").replace("-", "").isalpha()


def _register(brands: list[str]) -> Register:
    holders = (
        RightsHolder(id=brand, name=brand, assets=(Asset(id=brand, kind=AssetKind.WORD_MARK, text=brand),))
        for brand in brands
    )
    return Register(version=1, rights_holders=tuple(holders), digest="")


def _examples(index: MarkIndex, title: str, brand: str) -> Iterator[Example]:
    hits = [hit for hit in index.hits(title, branded=True) if hit.form in {Form.EXACT, Form.COMMON}]
    for hit, used in zip(hits, uses(title, hits, plain=Use.CLAIM), strict=True):
        named = hit.spelling.asset_id
        yield Example(window=_window(title, hit, hits, used.use), refers=not _alike(named, brand), group=named)


def _window(title: str, hit: Hit, hits: list[Hit], use: Use) -> Window:
    others = tuple((h.start, h.end) for h in hits if h.spelling.asset_id != hit.spelling.asset_id)
    return Window(title=title, start=hit.start, end=hit.end, others=others, use=use)


def _alike(one: str, other: str) -> bool:
    """Say whether two brands are one, written differently: "tp-link" and "tp link"."""
    first, second = _SIGNS.sub("", one), _SIGNS.sub("", other)
    return first in second or second in first


def from_corrections(path: Path, weight: float) -> list[Example]:
    """Return the examples of a file of corrections: JSON lines with `title`, `start`, `end`, `use` and `group`.

    A person's word counts as much as `weight` offers.
    """
    rows = (json.loads(line) for line in path.read_text("utf-8").splitlines() if line.strip())
    return [
        Example(
            window=Window(title=row["title"], start=row["start"], end=row["end"]),
            refers=Use(row["use"]) in {Use.REFERENCE, Use.COMPARISON, Use.NEGATION},
            group=row["group"],
            weight=weight,
        )
        for row in rows
    ]
