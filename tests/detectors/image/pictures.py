"""Made-up pictures: soft coloured shapes, different for each seed."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from io import BytesIO
from random import Random
from typing import Any

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from detectors.image import describe
from detectors.image.decode import THUMB, Grey
from pipeline.photos import Photo
from pipeline.records import Asset, AssetKind, ImageName, Listing, ListingBatch, Register, RightsHolder

Picture = Image.Image


def scene(seed: int, width: int = 320, height: int = 240) -> Picture:
    """Return a picture with as much detail as a photo."""
    random = Random(seed)
    picture = Image.new("RGB", (width, height), tuple(random.randrange(60, 200) for _ in range(3)))
    draw = ImageDraw.Draw(picture)
    for _ in range(40):
        left, top = random.randrange(-40, width), random.randrange(-40, height)
        corners = (left, top, left + random.randrange(10, width // 2), top + random.randrange(10, height // 2))
        shape = random.choice((draw.ellipse, draw.rectangle))
        shape(corners, fill=tuple(random.randrange(256) for _ in range(3)))
    return picture.filter(ImageFilter.GaussianBlur(1))


def thumbnail(picture: Picture) -> Grey:
    """Return a picture as it is seen: square, small and grey."""
    return np.asarray(picture.convert("L").resize((THUMB, THUMB), Image.Resampling.BOX))


def encoded(picture: Picture, kind: str = "JPEG", **options: Any) -> bytes:
    """Return a picture as a file."""
    buffer = BytesIO()
    picture.save(buffer, kind, **options)
    return buffer.getvalue()


def photos(*files: bytes) -> tuple[Photo, ...]:
    """Describe the photos of a listing."""
    return tuple(Photo(index=i, name=f"images/{i}.jpg", description=describe(data)) for i, data in enumerate(files))


def listing(number: int = 1) -> Listing:
    return Listing(
        platform="market",
        listing_id=str(number),
        url=f"https://market.example/{number}",
        captured_at=datetime(2026, 1, 1, tzinfo=UTC),
        title="Bag",
        images=(ImageName(name="images/0.jpg"),),
    )


def batch(several: Iterable[tuple[Photo, ...]]) -> ListingBatch:
    """Return one listing for each tuple of photos."""
    rows = tuple(several)
    return ListingBatch(listings=tuple(listing(i) for i in range(len(rows))), photos=rows)


def register(*assets: Asset, holder: str = "holder") -> Register:
    return Register(version=1, rights_holders=(RightsHolder(id=holder, name=holder, assets=assets),), digest="")


def asset(identity: str, *images: str, kind: AssetKind = AssetKind.PRODUCT_PHOTO) -> Asset:
    return Asset(id=identity, kind=kind, images=images)
