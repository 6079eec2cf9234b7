"""What is seen in a listing. This module holds the one table of detectors."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from io import BytesIO
from typing import Any, ClassVar

import orjson
from pydantic import TypeAdapter

from detectors.image import DESCRIBE_VERSION, EnrolledImages, PhotoReused, PictureFound, describe, enrol
from detectors.image.alike import PictureAlike
from detectors.image.benign import UnlessBenign, read_confirmed
from detectors.image.decode import decode_in_colour
from detectors.image.descriptor import Descriptor
from detectors.image.enrol import ENROL_VERSION
from detectors.image.innocents import BANK_VERSION, measure, shipped
from detectors.image.owners import SUBJECTS
from detectors.image.reaches import measure_reaches
from detectors.image.silhouette_detector import SilhouetteSeen
from detectors.price import (
    GoodsKind,
    PriceLevels,
    PriceLow,
    PriceObservation,
    Ranges,
    SellerOffer,
    SellerRange,
    learn,
    learn_ranges,
    observe,
    observe_offers,
)
from detectors.text import CodedVocabulary, MarkInPhoto, MarkInText
from detectors.text.brands import KnownBrands
from detectors.text.tesseract import Tesseract
from pipeline.photos import BenignPhoto, PhotoDescription, PhotoWord
from pipeline.records import AssetKind, Detector, ListingBatch, Register


def _no_image(name: str) -> bytes:
    raise FileNotFoundError(name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Observed:
    """What a batch of listings teaches: authentic prices, and what sellers offer under registered marks."""

    prices: list[PriceObservation]
    offers: list[SellerOffer]


@dataclass(frozen=True, slots=True, kw_only=True)
class Learned:
    """What all listings of a scan teach."""

    levels: PriceLevels = field(default_factory=PriceLevels)
    ranges: Ranges = field(default_factory=Ranges)

    def to_bytes(self) -> bytes:
        """Return what was learnt as JSON."""
        document = {"levels": self.levels.to_json(), "ranges": self.ranges.to_json()}
        return orjson.dumps(document, option=orjson.OPT_SORT_KEYS)

    @classmethod
    def from_bytes(cls, document: bytes) -> Learned:
        """Read back what `to_bytes` gave."""
        raw = orjson.loads(document)
        return cls(levels=PriceLevels.from_json(raw["levels"]), ranges=Ranges.from_json(raw["ranges"]))


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """What must be learnt before detectors are built."""

    enrolled_images: EnrolledImages = field(
        default_factory=lambda: enrol(Register(version=1, rights_holders=(), digest=""), _no_image)
    )
    benign_photos: tuple[BenignPhoto, ...] = ()
    descriptor: Descriptor | None = None
    brands: frozenset[str] = frozenset()
    learned: Learned = field(default_factory=Learned)


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the table: a class of detectors, how one is built, and which references it is built from."""

    kind: type[Detector]
    build: Callable[[Register, Reference], Detector]
    references: frozenset[str] = frozenset()


def _alike(reference: Reference, register: Register) -> PictureAlike:
    return PictureAlike(reference.enrolled_images, register, reference.descriptor)


PHOTOS = frozenset({"enrolled", "benign"})
"""What the detectors that look at photos are built from."""
LEARNED = frozenset({"learned"})
"""What the detectors that hold a listing against all others are built from."""
TABLE = (
    Entry(MarkInText, lambda register, r: MarkInText(register, r.brands)),
    Entry(CodedVocabulary, lambda *_: CodedVocabulary()),
    Entry(MarkInPhoto, lambda register, _: MarkInPhoto(register)),
    Entry(PhotoReused, lambda g, r: UnlessBenign(PhotoReused(r.enrolled_images, g), r.benign_photos), PHOTOS),
    Entry(PictureFound, lambda g, r: UnlessBenign(PictureFound(r.enrolled_images, g), r.benign_photos), PHOTOS),
    Entry(SilhouetteSeen, lambda g, r: UnlessBenign(SilhouetteSeen(r.enrolled_images, g), r.benign_photos), PHOTOS),
    Entry(PictureAlike, lambda g, r: UnlessBenign(_alike(r, g), r.benign_photos), PHOTOS),
    Entry(GoodsKind, lambda register, _: GoodsKind(register)),
    Entry(PriceLow, lambda register, r: PriceLow(r.learned.levels, register), LEARNED),
    Entry(SellerRange, lambda _, r: SellerRange(r.learned.ranges), LEARNED),
)
"""The one table of detectors, in the order in which their signals are listed."""

_DEEP = (PictureFound, SilhouetteSeen, PictureAlike)
"""What looks at more of a photo than its hashes."""
_SIDE_READ = 1_600
"""Pixels of the longer side of a photo whose words are read; half of it and less is doubled."""
DETECTOR_CLASSES = tuple(entry.kind for entry in TABLE)


def build(register: Register, reference: Reference) -> tuple[Detector, ...]:
    """Build every detector of the table."""
    return tuple(entry.build(register, reference) for entry in TABLE)


@dataclass(frozen=True)
class DetectorKit:
    """The table, and what is learnt for it, as the stages of a scan take it (`pipeline.stages.Kit`).

    Attributes
    ----------
    hashes_only : frozenset of AssetKind
        Kinds of assets that are looked for by hashes alone; of all that have pictures, and photos are described
        without local features.
    descriptor : Descriptor or None
        A model of the user's that looks at photos too.
    words : Tesseract or None
        What reads words in photos, where the user wants it.
    brands : KnownBrands or None
        The user's list of other makes.
    """

    hashes_only: frozenset[AssetKind] = frozenset()
    descriptor: Descriptor | None = None
    words: Tesseract | None = None
    brands: KnownBrands | None = None

    learner: ClassVar[str] = f"{PriceLow.version}/{SellerRange.version}"
    references: ClassVar[Mapping[str, frozenset[str]]] = {entry.kind.name: entry.references for entry in TABLE}

    @property
    def describer(self) -> str:
        """Version of `describe`."""
        return f"{DESCRIBE_VERSION}{'/hashes' if self._shallow else ''}{self._model}"

    @property
    def enroller(self) -> str:
        """Version of `enrol` and `join`."""
        return f"{ENROL_VERSION}/{BANK_VERSION}{self._left_out}{self._model}"

    @property
    def detectors(self) -> Mapping[str, str]:
        """Version of each detector, by name, in the order of the table."""
        absent = {MarkInPhoto} | (set() if self.descriptor else {PictureAlike})
        kinds = (kind for kind in DETECTOR_CLASSES if kind not in absent)
        return {kind.name: kind.version + self._differs(kind) for kind in kinds}

    def _differs(self, kind: type[Detector]) -> str:
        """Return what the settings add to the version of a detector."""
        if kind is MarkInText and self.brands is not None:
            return f"/{self.brands.version}"
        return self._left_out if kind in _DEEP else ""

    @property
    def reader(self) -> str:
        """Version of `read_words` and of what looks at words; empty where photos are not read."""
        return f"{MarkInPhoto.version}/{self.words.version}" if self.words else ""

    def read_words(self, data: bytes) -> tuple[PhotoWord, ...]:
        """Return the words in a photo, which the reader is shown as a picture of our own making."""
        if self.words is None:
            return ()
        picture, file = decode_in_colour(data, _SIDE_READ), BytesIO()
        if max(picture.size) <= _SIDE_READ // 2:
            picture = picture.resize((2 * picture.width, 2 * picture.height))
        picture.save(file, "PNG")
        return self.words.read(file.getvalue(), *picture.size)

    @property
    def _left_out(self) -> str:
        return "".join(f"/without-{kind.value}" for kind in sorted(self.hashes_only))

    @property
    def _model(self) -> str:
        return f"/{self.descriptor.version}" if self.descriptor else ""

    @property
    def _shallow(self) -> bool:
        """Whether nothing is looked for by local features."""
        return self.hashes_only >= frozenset(SUBJECTS)

    def describe(self, data: bytes) -> PhotoDescription:
        """Describe a photo, or raise `PhotoRefusedError`."""
        return describe(data, local_features=not self._shallow, descriptor=self.descriptor)

    def enrol(self, register: Register, read: Callable[[str], bytes]) -> bytes:
        """Describe the register's images."""
        return enrol(register, read, self.hashes_only, self.descriptor).to_bytes()

    def join(self, parts: Iterable[bytes], innocent: Sequence[PhotoDescription]) -> bytes:
        """Lay together what was enrolled apart, and measure it against innocent photos."""
        joined = EnrolledImages.joined(map(EnrolledImages.from_bytes, parts))
        measured = measure(joined, (*shipped(), *innocent)).enrolled
        return (measure_reaches(measured, self.descriptor, innocent) if self.descriptor else measured).to_bytes()

    def observe(self, batch: ListingBatch, register: Register) -> bytes:
        """Return what a batch of listings teaches."""
        seen = Observed(prices=observe(batch, register), offers=observe_offers(batch, register))
        return _OBSERVED.dump_json(seen)

    def learn(self, observed: Iterable[bytes], register: Register) -> bytes:
        """Return what all batches teach."""
        seen = [_OBSERVED.validate_json(document) for document in observed]
        levels = learn((price for batch in seen for price in batch.prices), register)
        ranges = learn_ranges(offer for batch in seen for offer in batch.offers)
        return Learned(levels=levels, ranges=ranges).to_bytes()

    def read(self, kind: str, document: bytes) -> object:
        """Read a reference back."""
        return _READERS[kind](document)

    def build(self, name: str, register: Register, references: Mapping[str, Any]) -> Detector:
        """Build one detector of the table."""
        if name in {kind.name for kind in _DEEP}:
            register = _without(register, self.hashes_only)
        given = {_FIELDS[kind]: reference for kind, reference in references.items()}
        brands = self.brands.names() if self.brands else frozenset()
        read = Reference(**given, descriptor=self.descriptor, brands=brands)
        return next(entry.build(register, read) for entry in TABLE if entry.kind.name == name)


def _without(register: Register, kinds: frozenset[AssetKind]) -> Register:
    """Return a register without the assets of some kinds."""
    holders = (replace(h, assets=tuple(a for a in h.assets if a.kind not in kinds)) for h in register.rights_holders)
    return replace(register, rights_holders=tuple(holders))


_READERS: Mapping[str, Callable[[bytes], object]] = {
    "enrolled": EnrolledImages.from_bytes,
    "benign": read_confirmed,
    "learned": Learned.from_bytes,
}
_FIELDS = {"enrolled": "enrolled_images", "benign": "benign_photos", "learned": "learned"}
"""Where each reference stands in `Reference`."""


_OBSERVED = TypeAdapter(Observed)
