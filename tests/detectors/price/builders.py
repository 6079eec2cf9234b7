"""Made-up holders and listings for the price tests."""

from datetime import UTC, date, datetime
from decimal import Decimal

from pipeline.records import (
    Asset,
    AssetKind,
    AuthorisedSeller,
    Condition,
    Listing,
    ListingBatch,
    Money,
    Price,
    PriceKind,
    Product,
    Register,
    RightsHolder,
    Seller,
)

FRIDAY = datetime(2026, 10, 2, 9, tzinfo=UTC)


def price(
    amount: str, currency: str = "EUR", kind: str = "sale", min_qty: int | None = None, unit_count: int | None = None
) -> Price:
    return Price(
        kind=PriceKind(kind), amount=Decimal(amount), currency=currency, min_qty=min_qty, unit_count=unit_count
    )


def listing(
    title: str,
    *prices: Price,
    seller: str = "stall",
    number: str = "1",
    captured_at: datetime = FRIDAY,
    category: str | None = None,
    condition: Condition = Condition.NEW,
    gtin: tuple[str, ...] = (),
) -> Listing:
    return Listing(
        platform="bazaar",
        listing_id=number,
        url=f"https://bazaar.example/{number}",
        captured_at=captured_at,
        title=title,
        category=category,
        condition=condition,
        gtin=gtin,
        prices=prices,
        seller=Seller(id=seller),
    )


def product(sku: str, name: str, *list_prices: str, category: str | None = None, unit_count: int = 1) -> Product:
    return Product(
        sku=sku,
        name=name,
        category=category,
        unit_count=unit_count,
        list_prices=tuple(
            Money(amount=Decimal(amount), currency=currency)
            for amount, currency in (text.split() for text in list_prices)
        ),
    )


def holder(mark: str, *products: Product, variants: tuple[str, ...] = ()) -> RightsHolder:
    key = mark.casefold()
    return RightsHolder(
        id=key,
        name=f"{mark} Ltd",
        assets=(Asset(id=f"{key}-word", kind=AssetKind.WORD_MARK, text=mark, variants=variants),),
        products=products,
        authorised_sellers=(
            AuthorisedSeller(platform="bazaar", seller_id=f"{key}-shop", from_date=date(2025, 1, 1)),
            AuthorisedSeller(platform="bazaar", seller_id="former-shop", until_date=date(2025, 1, 1)),
        ),
    )


def register(*holders: RightsHolder) -> Register:
    return Register(version=1, rights_holders=holders, digest="0" * 64)


def batch(*listings: Listing) -> ListingBatch:
    return ListingBatch(listings=listings, photos=((),) * len(listings))


OSTERVIK = holder(
    "Ostervik",
    product("OV-1", "Ostervik Fjell backpack 30 L", "120.00 EUR", "900.00 CNY", category="Bags"),
    product("OV-2", "Ostervik Tur backpack 20 L", "80.00 EUR", category="Bags"),
    product("OV-3", "Ostervik wool socks, pack of 3", "30.00 EUR", category="Clothing"),
    variants=("奥斯特维",),
)
REGISTER = register(OSTERVIK)
