"""Which assets a registered picture shows, and how sentences speak of them.

The same picture may be registered as a photo and as a design.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from pipeline.records import Asset, AssetKind, Register

SUBJECTS = {
    AssetKind.PRODUCT_PHOTO: ("photo", "photo"),
    AssetKind.COPYRIGHT_WORK: ("artwork", "work"),
    AssetKind.DESIGN: ("design", "design picture"),
    AssetKind.FIGURATIVE_MARK: ("logo", "logo"),
}
"""What observations call a kind of asset, and what sentences do."""


class Owner(NamedTuple):
    """An asset that a picture shows.

    Attributes
    ----------
    order : int
        Place of the asset in the register.
    holder : str
        The rights holder's id.
    asset : Asset
        The asset.
    """

    order: int
    holder: str
    asset: Asset


def also_in(photos: Iterable[int]) -> str:
    """Say in which further photos of a listing, counted from 0, a picture is seen.

    Examples
    --------
    >>> also_in([]), also_in([2]), also_in([1, 3])
    ('', '; also in photo 3', '; also in photos 2, 4')
    """
    numbers = [str(photo + 1) for photo in photos]
    return f"; also in photo{'s' * (len(numbers) > 1)} {', '.join(numbers)}" if numbers else ""


def owners_of(register: Register, names: Sequence[str]) -> Mapping[int, list[Owner]]:
    """Return the assets that each picture shows, by the picture's place in `names`; pictures of none are left out."""
    places = {name: place for place, name in enumerate(names)}
    owners: dict[int, list[Owner]] = {}
    for order, (holder, asset) in enumerate((h.id, a) for h in register.rights_holders for a in h.assets):
        for name in dict.fromkeys(asset.images):
            if asset.kind in SUBJECTS and name in places:
                owners.setdefault(places[name], []).append(Owner(order, holder, asset))
    return owners
