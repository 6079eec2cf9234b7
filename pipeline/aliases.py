"""Other names of word marks that are in use in the trade: found by looking, taken into use by a person."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

import orjson

from pipeline.records import Asset, AssetKind, Register

STRONG, WEAK = "strong", "weak"
"""What an alias is worth: a name that nothing else bears, or one that means something else too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Alias:
    """Another name of a word mark.

    Attributes
    ----------
    script : str
        "latin", "hanzi", "kana", "hangul", "cyrillic", "arabic" or "other".
    kind : str
        How it comes from the mark: "part", "misspelling", "sound", "initials" or "nickname".
    weight : str
        `STRONG` or `WEAK`.
    source : str
        Where it was found, and who took it into use.
    first_seen : datetime
        When the earliest listing with it was captured, or when it was entered.
    """

    rights_holder_id: str
    asset_id: str
    alias: str
    script: str
    kind: str
    weight: str
    source: str
    first_seen: datetime


def with_aliases(register: Register, aliases: Iterable[Alias]) -> Register:
    """Return a register whose word marks have their aliases among their variants, under a digest of its own.

    Aliases of marks that the register does not have are left out.
    """
    by_asset: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    for found in sorted(aliases, key=lambda a: (a.rights_holder_id, a.asset_id, a.alias)):
        by_asset[found.rights_holder_id, found.asset_id].append(found.alias)
    holders = tuple(
        replace(holder, assets=tuple(_with(asset, by_asset.get((holder.id, asset.id), [])) for asset in holder.assets))
        for holder in register.rights_holders
    )
    if holders == register.rights_holders:
        return register
    variants = [[h.id, a.id, a.variants] for h in holders for a in h.assets if a.kind is AssetKind.WORD_MARK]
    digest = hashlib.sha256(orjson.dumps([register.digest, variants])).hexdigest()
    return replace(register, rights_holders=holders, digest=digest)


def _with(asset: Asset, names: list[str]) -> Asset:
    if asset.kind is not AssetKind.WORD_MARK or not names:
        return asset
    return replace(asset, variants=tuple(dict.fromkeys([*asset.variants, *names])))
