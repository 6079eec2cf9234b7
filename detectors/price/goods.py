"""What kind of goods a text names, and what else about it changes what the price can be compared with."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from functools import cache
from typing import Final

from detectors.price.words import fold, lexicon, table

KINDS: Final = "kinds.tsv"
CUES: Final = "cues.tsv"
PARTS: Final = "parts"
"""The family of parts and accessories."""

CLASSES: Final[dict[str, frozenset[int]]] = {
    "accessories": frozenset({9, 14, 18, 25, 26}),
    "automotive": frozenset({12}),
    "bags": frozenset({18}),
    "beauty": frozenset({3}),
    "clothing": frozenset({25}),
    "craft": frozenset({23, 24, 26}),
    "electronics": frozenset({9}),
    "food": frozenset({29, 30, 31, 32, 33}),
    "garden": frozenset({7, 8, 21, 31}),
    "health": frozenset({5, 10}),
    "home": frozenset({4, 8, 11, 16, 20, 21, 24, 27}),
    "jewellery": frozenset({14}),
    "music": frozenset({15}),
    "pets": frozenset({18, 21, 28, 31}),
    "shoes": frozenset({25}),
    "sports": frozenset({9, 12, 22, 28}),
    "stationery": frozenset({16}),
    "tools": frozenset({7, 8}),
    "toys": frozenset({28}),
    "watches": frozenset({14}),
}
"""Classes of the Nice Agreement in which marks for a family of goods are registered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Goods:
    """Kinds of goods ("backpack") and their families ("bags") that a text names; both empty where it names none."""

    kinds: frozenset[str] = frozenset()
    families: frozenset[str] = frozenset()


@cache
def families() -> dict[str, str]:
    """Return the family of every kind."""
    return {kind: family for kind, family, _ in table(KINDS)}


@cache
def readings() -> dict[str, str]:
    """Return what every cue means, in words for a reviewer."""
    return {cue: reading for cue, reading, _ in table(CUES)}


def goods_in(text: str) -> Goods:
    """Return the goods that a text names, in any of the languages of the packaged table.

    Examples
    --------
    >>> sorted(goods_in("Blaue Winterjacke, 夹克").kinds)
    ['outerwear']
    >>> goods_in("Electronics").kinds, sorted(goods_in("Electronics").families)
    (frozenset(), ['electronics'])
    """
    by_kind = families()
    entries = {found.entry for found in lexicon(KINDS).find(fold(text))}
    kinds = frozenset(entry for entry in entries if by_kind[entry] != entry)
    return Goods(kinds=kinds, families=frozenset(by_kind[entry] for entry in entries))


def goods_offered(title: str, category: str | None) -> Goods:
    """Return the goods of a listing or product: what its title names, held against its category.

    A title that names goods of several families is read through the category where that picks some of them; without
    such help nothing is picked, since a laptop bag is no laptop. A part or accessory goes before what it is for.
    """
    named, filed = goods_in(title), goods_in(category or "")
    if not named.families:
        return filed
    if PARTS in named.families:
        return Goods(kinds=_of_family(named, {PARTS}), families=frozenset({PARTS}))
    if len(named.families) == 1:
        return named
    agreed = named.families & filed.families
    return Goods(kinds=_of_family(named, agreed), families=agreed)


def _of_family(goods: Goods, chosen: Collection[str]) -> frozenset[str]:
    return frozenset(kind for kind in goods.kinds if families()[kind] in chosen)


def cues_in(text: str) -> frozenset[str]:
    """Return the cues that a text holds.

    Examples
    --------
    >>> sorted(cues_in("Strap for watch, second hand"))
    ['fits', 'used']
    """
    return frozenset(found.entry for found in lexicon(CUES).find(fold(text)))
