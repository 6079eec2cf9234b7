"""A small made-up market for tests of whole scans: written as files, looked at by detectors that count their calls.

A fake photo is the word PHOTO, a space and any bytes; its first view is made of the digest of those bytes.
"""

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import orjson

from pipeline.engine import Engine, LocalEngine
from pipeline.errors import PhotoRefusedError
from pipeline.photos import Photo, PhotoDescription, PhotoWord
from pipeline.records import Asset, Detector, Listing, ListingBatch, Register, Signal
from pipeline.register import load_register
from pipeline.snapshots import find_inputs
from pipeline.stages import Scan, run_scan
from pipeline.store.database import open_store
from pipeline.store.lake import Lake
from tests.stores import sqlite_url

CALLS: Counter[str] = Counter()
"""How often the fakes were called in this process."""

REGISTERED = b"PHOTO registered"


def describe(data: bytes) -> PhotoDescription:
    if not data.startswith(b"PHOTO"):
        raise PhotoRefusedError("not a photo", got=repr(data[:8]), expected="PHOTO and bytes")
    CALLS["described"] += 1
    digest = hashlib.sha256(data).digest()
    return PhotoDescription(
        digest=digest.hex(),
        width=4,
        height=3,
        plain=False,
        phash=int.from_bytes(digest[:8], "big"),
        views=np.frombuffer(digest, dtype=">u8").astype(np.uint64).reshape(1, 4),
        boxes=np.array([[0, 0, 1, 1]], dtype=np.float32),
    )


@dataclass
class WordSeen:
    """Sees a word mark in the title."""

    register: Register
    name = "word_seen"
    version = "1"
    observations: tuple[str, ...] = ("mark.exact.claim",)

    def detect(self, batch: ListingBatch) -> list[tuple[Signal, ...]]:
        CALLS[self.name] += len(batch.listings)
        assets = [a for holder in self.register.rights_holders for a in holder.assets]
        return [tuple(s for a in assets for s in self.compare(listing, (), a)) for listing in batch.listings]

    def compare(self, listing: Listing, photos: tuple[Photo, ...], asset: Asset) -> tuple[Signal, ...]:
        start = listing.title.find(asset.text) if asset.text else -1
        if start < 0:
            return ()
        evidence = {"kind": "text", "field": "title", "start": start, "end": start + len(asset.text or "")}
        return (_signal(self, "mark.exact.claim", asset, 1.0, evidence),)


@dataclass
class PhotoSeen:
    """Sees the one registered photo."""

    register: Register
    enrolled: bytes
    name = "photo_seen"
    version = "1"
    observations: tuple[str, ...] = ("photo.copy.near",)

    def detect(self, batch: ListingBatch) -> list[tuple[Signal, ...]]:
        CALLS[self.name] += len(batch.listings)
        assets = [a for holder in self.register.rights_holders for a in holder.assets]
        pairs = zip(batch.listings, batch.photos, strict=True)
        return [tuple(s for a in assets for s in self.compare(listing, photos, a)) for listing, photos in pairs]

    def compare(self, listing: Listing, photos: tuple[Photo, ...], asset: Asset) -> tuple[Signal, ...]:
        known = int.from_bytes(self.enrolled[:8], "big")
        seen = [p for p in photos if asset.images and p.description.phash == known]
        return tuple(
            _signal(self, "photo.copy.near", asset, 0.9, {"kind": "image", "image": p.index}) for p in seen[:1]
        )


@dataclass
class PriceSeen:
    """Sees a first price below the lowest that was learnt."""

    register: Register
    learned: bytes
    name = "price_seen"
    version = "1"
    observations: tuple[str, ...] = ("price.low.p05",)

    def detect(self, batch: ListingBatch) -> list[tuple[Signal, ...]]:
        CALLS[self.name] += len(batch.listings)
        return [self._see(listing) for listing in batch.listings]

    def compare(self, listing: Listing, photos: tuple[Photo, ...], asset: Asset) -> tuple[Signal, ...]:
        return self._see(listing)

    def _see(self, listing: Listing) -> tuple[Signal, ...]:
        lowest = float(self.learned)
        cheap = [float(p.amount) for p in listing.prices[:1] if float(p.amount) < lowest]
        holder = self.register.rights_holders[0].id
        return tuple(
            Signal(
                detector=self.name,
                observation="price.low.p05",
                rights_holder_id=holder,
                asset_id=None,
                strength=0.5,
                reason=f"{amount} is less than {lowest}.",
                evidence={"kind": "price", "amount": amount, "reference": lowest},
            )
            for amount in cheap
        )


@dataclass
class PhotoWordSeen:
    """Sees whatever word was read in a photo as the mark."""

    register: Register
    name = "mark_in_photo"
    version = "1"
    observations: tuple[str, ...] = ("photo_text.exact",)

    def detect(self, batch: ListingBatch) -> list[tuple[Signal, ...]]:
        asset = self.register.rights_holders[0].assets[0]
        pairs = zip(batch.listings, batch.photos, strict=True)
        return [self.compare(listing, photos, asset) for listing, photos in pairs]

    def compare(self, listing: Listing, photos: tuple[Photo, ...], asset: Asset) -> tuple[Signal, ...]:
        return tuple(
            _signal(
                self, "photo_text.exact", asset, word.certainty, {"kind": "image", "image": p.index, "quote": word.text}
            )
            for p in photos
            for word in p.words
        )


def _signal(detector: Detector, observation: str, asset: Asset, strength: float, evidence: dict[str, Any]) -> Signal:
    return Signal(
        detector=detector.name,
        observation=observation,
        rights_holder_id="quill",
        asset_id=asset.id,
        strength=strength,
        reason=f"{asset.id} was seen.",
        evidence=evidence,
    )


@dataclass(frozen=True)
class FakeKit:
    """Looks into listings with the fakes above."""

    describer: str = "1"
    word_version: str = "1"
    enroller: ClassVar[str] = "1"
    learner: ClassVar[str] = "1"
    reader: str = ""
    references: ClassVar[Mapping[str, frozenset[str]]] = {
        "photo_seen": frozenset({"enrolled"}),
        "price_seen": frozenset({"learned"}),
    }

    @property
    def detectors(self) -> Mapping[str, str]:
        return {"word_seen": self.word_version, "photo_seen": "1", "price_seen": "1"}

    def describe(self, data: bytes) -> PhotoDescription:
        return describe(data)

    def read_words(self, data: bytes) -> tuple[PhotoWord, ...]:
        CALLS["read"] += 1
        return (PhotoWord(text=data.decode("utf-8", "replace"), line=(1,), box=(0.1, 0.2, 0.3, 0.4), certainty=0.9),)

    def enrol(self, register: Register, read: Callable[[str], bytes]) -> bytes:
        CALLS["enrolled"] += 1
        return hashlib.sha256(REGISTERED).digest()

    def join(self, parts: Iterable[bytes], innocent: Sequence[PhotoDescription]) -> bytes:
        CALLS["innocent"] += len(innocent)
        return b"".join(parts)

    def observe(self, batch: ListingBatch, register: Register) -> bytes:
        trusted = {(s.platform, s.seller_id) for h in register.rights_holders for s in h.authorised_sellers}
        sold = [x for x in batch.listings if (x.platform, x.seller.id) in trusted]
        return orjson.dumps([str(price.amount) for listing in sold for price in listing.prices])

    def learn(self, observed: Iterable[bytes], register: Register) -> bytes:
        amounts = [float(amount) for document in observed for amount in orjson.loads(document)]
        return str(min(amounts, default=0.0)).encode()

    def read(self, kind: str, document: bytes) -> bytes:
        return document

    def build(self, name: str, register: Register, references: Mapping[str, bytes]) -> Detector:
        built: dict[str, Callable[[], Detector]] = {
            "word_seen": lambda: WordSeen(register),
            "photo_seen": lambda: PhotoSeen(register, references["enrolled"]),
            "price_seen": lambda: PriceSeen(register, references["learned"]),
            "mark_in_photo": lambda: PhotoWordSeen(register),
        }
        return built[name]()


class PlainConductor:
    """Carries out steps at once; time stands still."""

    def perform(self, name: str, step: Callable[[], Any]) -> Any:
        return step()

    def report(self, stage: str, done: int, total: int | None) -> None:
        CALLS[f"reported {stage}"] += 1

    def now(self) -> datetime:
        return datetime(2026, 11, 1, tzinfo=UTC)


def write_register(folder: Path, text: str = "QUILLMERE") -> Path:
    """Write a register with one mark and one photo; the photo is a real PNG, because registers are checked."""
    from PIL import Image  # noqa: PLC0415

    folder.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", (8, 8), (120, 40, 200)).save(folder / "photo.png")
    document = {
        "version": 1,
        "rights_holders": [
            {
                "id": "quill",
                "name": "Quillmere Ltd",
                "assets": [
                    {"id": "quill-word", "kind": "word_mark", "text": text},
                    {"id": "quill-photo", "kind": "product_photo", "images": ["photo.png"]},
                ],
                "authorised_sellers": [{"platform": "taobao", "seller_id": "trusted"}],
            }
        ],
    }
    (folder / "register.json").write_bytes(orjson.dumps(document))
    return folder


def row(number: int, **changes: Any) -> dict[str, Any]:
    """Return a row of a snapshot; every third names the mark, every seventh comes from the trusted seller."""
    title = f"QUILLMERE bag no. {number}" if number % 3 == 0 else f"Canvas bag no. {number}"
    return {
        "listing_id": str(number),
        "platform": "taobao",
        "url": f"https://item.example/{number}",
        "captured_at": "2026-10-03T08:00:00Z",
        "title": title,
        "prices": [{"kind": "sale", "amount": str(10 + number % 50), "currency": "EUR"}],
        "seller": {"id": "trusted" if number % 7 == 0 else f"s{number % 11}"},
        "images": [f"images/{number % 40}.jpg"] + ([f"images/gone-{number}.jpg"] if number % 50 == 0 else []),
    } | changes


def write_snapshot(folder: Path, rows: Iterable[Any], name: str = "listings.jsonl") -> Path:
    """Write rows (texts as they are) and the forty photos that they share; the fifth is the registered one."""
    (folder / "images").mkdir(parents=True, exist_ok=True)
    for number in range(40):
        data = REGISTERED if number == 5 else b"PHOTO %d" % number
        (folder / "images" / f"{number}.jpg").write_bytes(data if number != 6 else b"<html>")
    lines = (line.encode() if isinstance(line, str) else orjson.dumps(line) for line in rows)
    (folder / name).write_bytes(b"\n".join(lines) + b"\n")
    return folder


def scan_of(snapshots: list[Path], register: Path, home: Path, *, url: str | None = None, **changes: Any) -> Scan:
    """Return a scan with a store and a lake below a folder."""
    plain: dict[str, Any] = {
        "inputs": find_inputs(snapshots),
        "register": load_register(register),
        "register_folder": register,
        "out": home / "out",
        "store": open_store(url or sqlite_url(home / "store.db")),
        "lake": Lake(home / "lake"),
        "engine": LocalEngine(1),
        "kit": FakeKit(),
    }
    return Scan(**(plain | changes))


def run(scan: Scan) -> dict[str, Any]:
    """Carry out a scan in this process, counting from zero."""
    CALLS.clear()
    engine: Engine = scan.engine
    with engine:
        return run_scan(scan, PlainConductor())


def results(out: Path) -> dict[str, bytes]:
    """Return the bytes of what must not depend on how a scan was carried out."""
    names = ("candidates.jsonl", "candidates.csv", "candidates.parquet", "rejected.jsonl")
    return {name: (out / name).read_bytes() for name in names}
