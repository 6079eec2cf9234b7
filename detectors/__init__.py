"""What is seen in a listing. This module holds the one table of detectors."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

import orjson
from pydantic import TypeAdapter

from detectors.image import DESCRIBE_VERSION, EnrolledImages, PhotoReused, PictureFound, describe, enrol
from detectors.image.benign import Confirmed, UnlessBenign, read_confirmed
from detectors.image.enrol import ENROL_VERSION
from detectors.price import GoodsKind, PriceLevels, PriceLow, PriceObservation, learn, observe
from detectors.text import CodedVocabulary, MarkInText
from pipeline.records import Detector, ListingBatch, PhotoDescription, Register


def _no_image(name: str) -> bytes:
    raise FileNotFoundError(name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """What must be learnt before detectors are built."""

    enrolled_images: EnrolledImages = field(
        default_factory=lambda: enrol(Register(version=1, rights_holders=(), digest=""), _no_image)
    )
    benign_photos: tuple[Confirmed, ...] = ()
    price_levels: PriceLevels = field(default_factory=PriceLevels)


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the table: a class of detectors, how one is built, and which references it is built from."""

    kind: type[Detector]
    build: Callable[[Register, Reference], Detector]
    references: frozenset[str] = frozenset()


PHOTOS = frozenset({"enrolled", "benign"})
"""What the detectors that look at photos are built from."""
TABLE = (
    Entry(MarkInText, lambda register, _: MarkInText(register)),
    Entry(CodedVocabulary, lambda *_: CodedVocabulary()),
    Entry(PhotoReused, lambda g, r: UnlessBenign(PhotoReused(r.enrolled_images, g), r.benign_photos), PHOTOS),
    Entry(PictureFound, lambda g, r: UnlessBenign(PictureFound(r.enrolled_images, g), r.benign_photos), PHOTOS),
    Entry(GoodsKind, lambda register, _: GoodsKind(register)),
    Entry(PriceLow, lambda register, r: PriceLow(r.price_levels, register), frozenset({"learned"})),
)
"""The one table of detectors, in the order in which their signals are listed."""

DETECTOR_CLASSES = tuple(entry.kind for entry in TABLE)


def build(register: Register, reference: Reference) -> tuple[Detector, ...]:
    """Build every detector of the table."""
    return tuple(entry.build(register, reference) for entry in TABLE)


@dataclass(frozen=True)
class DetectorKit:
    """The table, and what is learnt for it, as the stages of a scan take it (`pipeline.stages.Kit`)."""

    describer: ClassVar[str] = DESCRIBE_VERSION
    enroller: ClassVar[str] = ENROL_VERSION
    learner: ClassVar[str] = PriceLow.version
    detectors: ClassVar[Mapping[str, str]] = {kind.name: kind.version for kind in DETECTOR_CLASSES}
    references: ClassVar[Mapping[str, frozenset[str]]] = {entry.kind.name: entry.references for entry in TABLE}

    def describe(self, data: bytes) -> PhotoDescription:
        """Describe a photo, or raise `PhotoRefusedError`."""
        return describe(data)

    def enrol(self, register: Register, read: Callable[[str], bytes]) -> bytes:
        """Describe the register's images."""
        return enrol(register, read).to_bytes()

    def join(self, parts: Iterable[bytes]) -> bytes:
        """Lay together what was enrolled apart."""
        return EnrolledImages.joined(map(EnrolledImages.from_bytes, parts)).to_bytes()

    def observe(self, batch: ListingBatch, register: Register) -> bytes:
        """Return the authentic prices of a batch of listings."""
        return _OBSERVATIONS.dump_json(observe(batch, register))

    def learn(self, observed: Iterable[bytes], register: Register) -> bytes:
        """Return the price levels of all batches."""
        observations = (seen for document in observed for seen in _OBSERVATIONS.validate_json(document))
        return orjson.dumps(learn(observations, register).to_json(), option=orjson.OPT_SORT_KEYS)

    def build(self, name: str, register: Register, references: Mapping[str, bytes]) -> Detector:
        """Build one detector of the table."""
        read: dict[str, Any] = {_READERS[kind][0]: _READERS[kind][1](document) for kind, document in references.items()}
        return next(entry.build(register, Reference(**read)) for entry in TABLE if entry.kind.name == name)


_READERS: Mapping[str, tuple[str, Callable[[bytes], object]]] = {
    "enrolled": ("enrolled_images", EnrolledImages.from_bytes),
    "benign": ("benign_photos", read_confirmed),
    "learned": ("price_levels", lambda document: PriceLevels.from_json(orjson.loads(document))),
}
"""Where each reference stands in `Reference`, and how it is read."""


_OBSERVATIONS = TypeAdapter(list[PriceObservation])
