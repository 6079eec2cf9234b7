"""Records for tests, with made-up names; every field can be overridden."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from pipeline.records import (
    Asset,
    AssetKind,
    AuthorisedSeller,
    Listing,
    Money,
    Price,
    PriceKind,
    Product,
    Register,
    RightsHolder,
    Seller,
    Signal,
)

CAPTURED_AT = datetime(2026, 10, 3, 8, tzinfo=UTC)


def listing(**changes: Any) -> Listing:
    plain: dict[str, Any] = {
        "platform": "taobao",
        "listing_id": "1001",
        "url": "https://item.example/1001",
        "captured_at": CAPTURED_AT,
        "title": "Canvas bag with two pockets",
        "seller": Seller(id="s1", name="Corner Goods"),
        "prices": (Price(kind=PriceKind.SALE, amount=Decimal("19.90"), currency="USD"),),
    }
    return Listing(**(plain | changes))


def holder(**changes: Any) -> RightsHolder:
    plain: dict[str, Any] = {
        "id": "quill",
        "name": "Quillmere Ltd",
        "size": "sme",
        "assets": (
            Asset(id="quill-word", kind=AssetKind.WORD_MARK, text="QUILLMERE", variants=("奎尔米",)),
            Asset(id="quill-logo", kind=AssetKind.FIGURATIVE_MARK, images=("logo.png",)),
            Asset(id="quill-art", kind=AssetKind.COPYRIGHT_WORK, images=("art.png",)),
            Asset(id="quill-shape", kind=AssetKind.DESIGN, images=("shape.png",)),
            Asset(id="quill-photo", kind=AssetKind.PRODUCT_PHOTO, images=("photo.jpg",), sku="Q-1"),
        ),
        "products": (
            Product(
                sku="Q-1",
                name="Quillmere canvas bag",
                category="Bags",
                list_prices=(Money(amount=Decimal(120), currency="USD"),),
            ),
        ),
        "authorised_sellers": (AuthorisedSeller(platform="taobao", seller_id="trusted"),),
    }
    return RightsHolder(**(plain | changes))


def register(*holders: RightsHolder) -> Register:
    return Register(version=1, rights_holders=holders or (holder(),), digest="0" * 64)


def signal(observation: str, asset_id: str | None = "quill-word", **changes: Any) -> Signal:
    plain: dict[str, Any] = {
        "detector": observation.split(".", maxsplit=1)[0],
        "observation": observation,
        "rights_holder_id": None if asset_id is None else "quill",
        "asset_id": asset_id,
        "strength": 1.0,
        "reason": f"Saw {observation}.",
        "evidence": {"kind": "text", "field": "title", "start": 0, "end": 6, "quote": "Canvas"},
    }
    return Signal(**(plain | changes))
