"""What the stages are handed to look with: the detectors and whatever must be learnt for them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Protocol

from pipeline.photos import PhotoDescription, PhotoWord
from pipeline.records import Detector, ListingBatch, Register
from pipeline.store.codec import from_json
from pipeline.store.lake import Lake


class Kit(Protocol):
    """All that looks into photos and listings: without state, hashable, and picklable by name."""

    @property
    def describer(self) -> str:
        """Version of `describe`."""
        ...

    @property
    def enroller(self) -> str:
        """Version of `enrol`."""
        ...

    @property
    def learner(self) -> str:
        """Version of `observe` and `learn`."""
        ...

    @property
    def detectors(self) -> Mapping[str, str]:
        """Version of each detector, by name, in the order in which signals are listed."""
        ...

    @property
    def reader(self) -> str:
        """Version of `read_words` and of what looks at words; empty where photos are not read."""
        ...

    @property
    def references(self) -> Mapping[str, frozenset[str]]:
        """Which of the references "enrolled", "benign" and "learned" each detector is built from, if any.

        Only a detector that is built from enrolled images is shown photos.
        """
        ...

    def describe(self, data: bytes) -> PhotoDescription:
        """Describe a photo, or raise `PhotoRefusedError`."""
        ...

    def read_words(self, data: bytes) -> tuple[PhotoWord, ...]:
        """Return the words in a photo, or raise `PhotoRefusedError`."""
        ...

    def enrol(self, register: Register, read: Callable[[str], bytes]) -> bytes:
        """Describe the register's images; `read` returns the bytes of one."""
        ...

    def join(self, parts: Iterable[bytes], innocent: Sequence[PhotoDescription]) -> bytes:
        """Lay together what `enrol` made of registers with different images, whatever their order.

        `innocent` are the user's photos in which nothing registered may be seen.
        """
        ...

    def observe(self, batch: ListingBatch, register: Register) -> bytes:
        """Return what can be learnt from a batch of listings."""
        ...

    def learn(self, observed: Iterable[bytes], register: Register) -> bytes:
        """Return what was learnt from all batches, whatever their order."""
        ...

    def read(self, kind: str, document: bytes) -> object:
        """Read a reference back from the document that was made of it."""
        ...

    def build(self, name: str, register: Register, references: Mapping[str, Any]) -> Detector:
        """Build one detector from the references that it asks for, as `read` gave them."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Workbench:
    """What a worker needs to do a unit: small enough to be sent along with each.

    Attributes
    ----------
    register : str
        Name of this document in the lake.
    references : tuple of (str, str)
        Names of what the detectors are built from, each with its kind.
    """

    kit: Kit
    lake: Lake
    register: str
    references: tuple[tuple[str, str], ...]

    def sees_photos(self, name: str) -> bool:
        """Say whether a detector is shown photos."""
        return "enrolled" in self.kit.references.get(name, ())

    def detection_key(self, name: str) -> list[str]:
        """Return all that the output of a detector depends on, beside the listings."""
        used = [document for _, document in self.references_of(name)]
        return [name, self.kit.detectors[name], self.kit.describer, self.register, *used]

    def references_of(self, name: str) -> list[tuple[str, str]]:
        """Return the kinds and names of the references that a detector is built from."""
        return sorted(found for found in self.references if found[0] in self.kit.references.get(name, ()))


@lru_cache(maxsize=2)
def register_of(lake: Lake, name: str) -> Register:
    """Return a register from the lake, read once in each process."""
    return from_json(Register, lake.read_bytes("registers", name))


@lru_cache(maxsize=4)
def _reference_of(bench: Workbench, kind: str, name: str) -> object:
    """Return a reference, held once in each process whatever number of detectors is built from it."""
    return bench.kit.read(kind, bench.lake.read_bytes(kind, name))


@lru_cache(maxsize=16)
def detector_of(bench: Workbench, name: str) -> Detector:
    """Return a detector, built once in each process."""
    references = {kind: _reference_of(bench, kind, found) for kind, found in bench.references_of(name)}
    return bench.kit.build(name, register_of(bench.lake, bench.register), references)
