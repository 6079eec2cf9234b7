"""The product's own way: every detector of the table that looks at photos, built and run as a scan does."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from benchmarks.images.collection import Collection, Item
from benchmarks.images.methods import NOTHING, Found, Matcher
from detectors.kit import DetectorKit
from pipeline.errors import PhotoRefusedError
from pipeline.photos import Photo, PhotoDescription
from pipeline.records import Asset, AssetKind, Detector, Listing, ListingBatch, Register, RightsHolder, Signal

PICTURES = {
    "photo": AssetKind.PRODUCT_PHOTO,
    "drawing": AssetKind.DESIGN,
    "mark": AssetKind.DESIGN,
    "logo": AssetKind.DESIGN,
}
"""What is looked for as it is: large registers are full of photos and designs, not of logos."""
MARKS = {"mark": AssetKind.FIGURATIVE_MARK, "logo": AssetKind.FIGURATIVE_MARK}
"""What is looked for on goods too."""
_AT_ONCE = 100
_DAY = datetime(2026, 1, 1, tzinfo=UTC)
KIT = DetectorKit()


def register_of(assets: Sequence[Item], kinds: Mapping[str, AssetKind] = PICTURES) -> Register:
    """Return a register with one asset a picture."""
    owned = tuple(Asset(id=item.file, kind=kinds[item.kind], images=(item.file,)) for item in assets)
    return Register(version=1, rights_holders=(RightsHolder(id="holder", name="holder", assets=owned),), digest="")


def batch_of(photos: Sequence[PhotoDescription]) -> ListingBatch:
    """Return one listing a photo."""
    listings = tuple(
        Listing(platform="p", listing_id=str(i), url="u", captured_at=_DAY, title="t") for i in range(len(photos))
    )
    return ListingBatch(
        listings=listings, photos=tuple((Photo(index=0, name="photo", description=photo),) for photo in photos)
    )


def enrolled(collection: Collection, register: Register) -> bytes:
    """Enrol a register and measure it against innocent photos, or take what an earlier run of this version made."""
    assets = register.rights_holders[0].assets
    several = [assets[start : start + _AT_ONCE] for start in range(0, len(assets), _AT_ONCE)]
    parts = [_part(collection, replace(register.rights_holders[0], assets=some)) for some in several]
    key = (KIT.enroller, [(asset.id, asset.kind.value) for asset in assets])
    return collection.kept(key, lambda: KIT.join(parts, ()))


def _part(collection: Collection, holder: RightsHolder) -> bytes:
    register = Register(version=1, rights_holders=(holder,), digest="")
    key = (KIT.enroller, "part", [(asset.id, asset.kind.value) for asset in holder.assets])
    return collection.kept(key, lambda: KIT.enrol(register, collection.read))


def image_detectors(register: Register, pictures: bytes) -> tuple[Detector, ...]:
    """Build every detector of the table that is made from enrolled pictures."""
    names = [name for name in KIT.detectors if "enrolled" in KIT.references[name]]
    return tuple(KIT.build(name, register, {"enrolled": KIT.read("enrolled", pictures)}) for name in names)


class Counterfoil:
    """Photos described once, then shown to the detectors; the score is the greatest strength of an asset's signals."""

    name = "counterfoil"
    published: Mapping[str, float] = {"any signal": 0}

    def __init__(self, kinds: Mapping[str, AssetKind] = PICTURES) -> None:
        self._kinds = kinds

    def see(self, data: bytes) -> PhotoDescription | None:
        """Return a photo's description, or None where it is refused."""
        try:
            return KIT.describe(data)
        except PhotoRefusedError:
            return None

    def matcher(self, collection: Collection, assets: Sequence[Item]) -> Matcher:
        register = register_of(assets, self._kinds)
        return Detectors(image_detectors(register, enrolled(collection, register)))


class Detectors:
    """The image detectors, with a register."""

    def __init__(self, several: tuple[Detector, ...]) -> None:
        self._several = several

    def best(self, seen: Sequence[PhotoDescription | None]) -> list[Found]:
        here = [i for i, photo in enumerate(seen) if photo is not None]
        batch = batch_of([photo for photo in seen if photo is not None])
        found = [NOTHING] * len(seen)
        for row, *signals in zip(here, *(detector.detect(batch) for detector in self._several), strict=True):
            found[row] = strongest([signal for some in signals for signal in some])
        return found


def strongest(signals: Sequence[Signal]) -> Found:
    """Return the greatest strength, and whose it is."""
    if not signals:
        return NOTHING
    top = max(signal.strength for signal in signals)
    return Found(float(top), frozenset(s.asset_id for s in signals if s.strength == top and s.asset_id is not None))
