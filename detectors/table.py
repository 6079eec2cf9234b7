"""The one table of detectors."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from detectors.image import EnrolledImages, PhotoReused, PictureFound, enrol
from detectors.image.alike import PictureAlike
from detectors.image.benign import UnlessBenign
from detectors.image.descriptor import Descriptor
from detectors.image.silhouette_detector import SilhouetteSeen
from detectors.learned import Learned
from detectors.price import GoodsKind, PriceLow, SellerRange
from detectors.text import CodedVocabulary, MarkInPhoto, MarkInText
from pipeline.photos import BenignPhoto
from pipeline.records import Detector, Register


def _no_image(name: str) -> bytes:
    raise FileNotFoundError(name)


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


Build = Callable[[Register, Reference], Detector]


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the table: a class of detectors, how one is built, and which references it is built from."""

    kind: type[Detector]
    build: Build
    references: frozenset[str] = frozenset()


def _in_photos(build: Build) -> Build:
    """Return how a detector of pictures is built: it looks past the photos that people have confirmed as benign."""
    return lambda register, known: UnlessBenign(build(register, known), known.benign_photos)


PHOTOS = frozenset({"enrolled", "benign"})
"""What the detectors that look at photos are built from."""
LEARNED = frozenset({"learned"})
"""What the detectors that hold a listing against all others are built from."""
TABLE = (
    Entry(MarkInText, lambda register, known: MarkInText(register, known.brands)),
    Entry(CodedVocabulary, lambda *_: CodedVocabulary()),
    Entry(MarkInPhoto, lambda register, _: MarkInPhoto(register)),
    Entry(PhotoReused, _in_photos(lambda register, known: PhotoReused(known.enrolled_images, register)), PHOTOS),
    Entry(PictureFound, _in_photos(lambda register, known: PictureFound(known.enrolled_images, register)), PHOTOS),
    Entry(SilhouetteSeen, _in_photos(lambda register, known: SilhouetteSeen(known.enrolled_images, register)), PHOTOS),
    Entry(
        PictureAlike,
        _in_photos(lambda register, known: PictureAlike(known.enrolled_images, register, known.descriptor)),
        PHOTOS,
    ),
    Entry(GoodsKind, lambda register, _: GoodsKind(register)),
    Entry(PriceLow, lambda register, known: PriceLow(known.learned.levels, register), LEARNED),
    Entry(SellerRange, lambda _, known: SellerRange(known.learned.ranges), LEARNED),
)
"""The one table of detectors, in the order in which their signals are listed."""

DETECTOR_CLASSES = tuple(entry.kind for entry in TABLE)


def build(register: Register, reference: Reference) -> tuple[Detector, ...]:
    """Build every detector of the table."""
    return tuple(entry.build(register, reference) for entry in TABLE)
