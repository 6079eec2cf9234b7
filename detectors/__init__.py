"""What is seen in a listing. This module holds the one table of detectors."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import ClassVar

import orjson
from pydantic import TypeAdapter

from detectors.image import DESCRIBE_VERSION, EnrolledImages, PhotoReused, PictureFound, describe, enrol
from detectors.image.enrol import ENROL_VERSION
from detectors.price import GoodsKind, PriceLevels, PriceLow, PriceObservation, learn, observe
from detectors.text import CodedVocabulary, MarkInText
from pipeline.records import Detector, ListingBatch, PhotoDescription, Register


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """What must be learnt before detectors are built."""

    enrolled_images: EnrolledImages
    price_levels: PriceLevels


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the table: a class of detectors, how one is built, and which references it is built from."""

    kind: type[Detector]
    build: Callable[[Register, Reference], Detector]
    references: frozenset[str] = frozenset()


TABLE = (
    Entry(MarkInText, lambda register, _: MarkInText(register)),
    Entry(CodedVocabulary, lambda *_: CodedVocabulary()),
    Entry(PhotoReused, lambda register, r: PhotoReused(r.enrolled_images, register), frozenset({"enrolled"})),
    Entry(PictureFound, lambda register, r: PictureFound(r.enrolled_images, register), frozenset({"enrolled"})),
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

    def observe(self, batch: ListingBatch, register: Register) -> bytes:
        """Return the authentic prices of a batch of listings."""
        return _OBSERVATIONS.dump_json(observe(batch, register))

    def learn(self, observed: Iterable[bytes], register: Register) -> bytes:
        """Return the price levels of all batches."""
        observations = (seen for document in observed for seen in _OBSERVATIONS.validate_json(document))
        return orjson.dumps(learn(observations, register).to_json(), option=orjson.OPT_SORT_KEYS)

    def build(self, name: str, register: Register, enrolled: bytes, learned: bytes) -> Detector:
        """Build one detector of the table."""
        reference = Reference(
            enrolled_images=EnrolledImages.from_bytes(enrolled),
            price_levels=PriceLevels.from_json(orjson.loads(learned)),
        )
        return next(entry.build(register, reference) for entry in TABLE if entry.kind.name == name)


_OBSERVATIONS = TypeAdapter(list[PriceObservation])
