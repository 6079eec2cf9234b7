"""The table of detectors, and what is learnt for it, as the stages of a scan take it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from io import BytesIO
from typing import Any, ClassVar

from detectors.image import DESCRIBE_VERSION, EnrolledImages, PictureFound, describe, enrol
from detectors.image.alike import PictureAlike
from detectors.image.benign import read_confirmed
from detectors.image.decode import decode_in_colour
from detectors.image.descriptor import Descriptor
from detectors.image.enrol import ENROL_VERSION
from detectors.image.innocents import BANK_VERSION, measure, shipped
from detectors.image.owners import SUBJECTS
from detectors.image.reaches import measure_reaches
from detectors.image.silhouette_detector import SilhouetteSeen
from detectors.learned import Learned, learn_from, observed_in
from detectors.price import PriceLow, SellerRange
from detectors.table import DETECTOR_CLASSES, TABLE, Reference
from detectors.text import MarkInPhoto, MarkInText
from detectors.text.brands import KnownBrands
from detectors.text.tesseract import Tesseract
from pipeline.photos import PhotoDescription, PhotoWord
from pipeline.records import AssetKind, Detector, ListingBatch, Register

_DEEP = (PictureFound, SilhouetteSeen, PictureAlike)
"""What looks at more of a photo than its hashes."""
_SIDE_READ = 1_600
"""Pixels of the longer side of a photo whose words are read; half of it and less is doubled."""


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
        return observed_in(batch, register)

    def learn(self, observed: Iterable[bytes], register: Register) -> bytes:
        """Return what all batches teach."""
        return learn_from(observed, register).to_bytes()

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
