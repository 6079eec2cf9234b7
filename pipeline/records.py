"""The nouns, in the order in which data flows: rights, listings, photos, signals, candidates.

Every record is frozen. Outside data becomes records in the readers, once; nothing below the readers sees a raw row.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

import orjson

if TYPE_CHECKING:
    from pipeline.photos import Photo

Json = Any
"""A JSON value: None, bool, int, float, str, list or dict of such."""


class AssetKind(StrEnum):
    """What kind of right an asset is."""

    WORD_MARK = "word_mark"
    FIGURATIVE_MARK = "figurative_mark"
    DESIGN = "design"
    COPYRIGHT_WORK = "copyright_work"
    PRODUCT_PHOTO = "product_photo"


class Condition(StrEnum):
    """Condition of the goods, as the platform states it."""

    NEW = "new"
    USED = "used"
    REFURBISHED = "refurbished"
    UNKNOWN = "unknown"


class PriceKind(StrEnum):
    """Role of one of the prices of a listing."""

    LIST = "list"
    SALE = "sale"
    COUPON = "coupon"
    TIER = "tier"
    LOW = "low"
    HIGH = "high"


class Label(StrEnum):
    """What a listing is, to the rights holder: suggested by scoring, decided by a person."""

    COUNTERFEIT = "counterfeit"
    TRADEMARK_MISUSE = "trademark_misuse"
    IMAGE_COPYRIGHT = "image_copyright"
    DESIGN = "design"
    LOOKALIKE = "lookalike"
    GREY_MARKET = "grey_market"
    SECOND_HAND = "second_hand"
    ACCESSORY_COMPATIBLE = "accessory_compatible"
    AUTHORISED = "authorised"
    OWN_BRAND_OTHER = "own_brand_other"
    IRRELEVANT = "irrelevant"
    SUSPICIOUS = "suspicious"


ACTIONABLE = frozenset({Label.COUNTERFEIT, Label.TRADEMARK_MISUSE, Label.IMAGE_COPYRIGHT, Label.DESIGN})


class Band(StrEnum):
    """Range of the score, for queues and counts."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


@dataclass(frozen=True, slots=True, kw_only=True)
class Money:
    """An amount in major units of an ISO 4217 currency."""

    amount: Decimal
    currency: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Asset:
    """One registered right: a word mark (`text`) or something pictured (`images`, paths inside the register)."""

    id: str
    kind: AssetKind
    text: str | None = None
    variants: tuple[str, ...] = ()
    images: tuple[str, ...] = ()
    registration_number: str | None = None
    office: str | None = None
    territories: tuple[str, ...] = ()
    nice_classes: tuple[int, ...] = ()
    registered_on: date | None = None
    expires_on: date | None = None
    sku: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Product:
    """A genuine article, with its list prices by currency."""

    sku: str
    name: str
    gtin: tuple[str, ...] = ()
    category: str | None = None
    list_prices: tuple[Money, ...] = ()
    unit_count: int = 1
    images: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthorisedSeller:
    """A seller account that the rights holder trusts on one platform, between two dates (inclusive; None is open)."""

    platform: str
    seller_id: str
    from_date: date | None = None
    until_date: date | None = None
    territories: tuple[str, ...] = ()

    def has_account(self, platform: str, seller_id: str | None) -> bool:
        """Say whether an account is this seller's: platforms are named in any case ("eBay"), ids are taken as given."""
        return self.seller_id == seller_id and self.platform.casefold() == platform.casefold()


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """Whom a platform may write to about a notice."""

    name: str | None = None
    email: str | None = None
    phone: str | None = None
    address: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RightsHolder:
    """The owner of assets; `size` is "sme" or "large" (EU 2003/361/EC) or None where unknown."""

    id: str
    name: str
    assets: tuple[Asset, ...]
    size: str | None = None
    country: str | None = None
    contact: Contact | None = None
    products: tuple[Product, ...] = ()
    authorised_sellers: tuple[AuthorisedSeller, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Register:
    """A brand's registered IP. `digest` covers the document and the bytes of every image that it names."""

    version: int
    rights_holders: tuple[RightsHolder, ...]
    digest: str
    image_digests: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """One price of a listing, as given: `amount` buys `unit_count` units if at least `min_qty` are ordered."""

    kind: PriceKind
    amount: Decimal
    currency: str
    min_qty: int | None = None
    unit_count: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Seller:
    """A seller account. `country` is kept for notices and is never evidence."""

    id: str | None = None
    name: str | None = None
    type: str | None = None
    country: str | None = None
    registered_at: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """The search that led to the listing."""

    keyword: str | None = None
    rank: int | None = None
    page: int | None = None
    run_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageName:
    """An image as the listing names it: a path inside the snapshot's folder or a URL, with its digest where given."""

    name: str
    sha256: str | None = None


class ListingKey(NamedTuple):
    """Identity of a listing across captures."""

    platform: str
    listing_id: str
    seller_id: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """A marketplace listing as captured once. Times are UTC; fields that were absent or unusable are None or empty."""

    platform: str
    listing_id: str
    url: str
    captured_at: datetime
    title: str
    description: str | None = None
    language: str | None = None
    brand: str | None = None
    category: str | None = None
    attributes: Mapping[str, str] = field(default_factory=dict)
    condition: Condition = Condition.UNKNOWN
    gtin: tuple[str, ...] = ()
    prices: tuple[Price, ...] = ()
    seller: Seller = field(default_factory=Seller)
    ships_from: str | None = None
    ships_to: tuple[str, ...] = ()
    images: tuple[ImageName, ...] = ()
    sold_count: int | None = None
    stock: int | None = None
    rating: float | None = None
    review_count: int | None = None
    query: Query = field(default_factory=Query)
    availability: str | None = None
    extra: Mapping[str, Json] = field(default_factory=dict)

    @property
    def key(self) -> ListingKey:
        """Identity of the listing, whatever the time of capture."""
        return ListingKey(self.platform, self.listing_id, self.seller.id)

    def content_digest(self) -> str:
        """Digest of everything a detector may look at; equal digests need no second look.

        Left out: when and by which search it was captured, counters (sold, stock, ratings), and unknown extras.
        """
        words = (self.url, self.title, self.description, self.brand, self.category)
        content = [
            *self.key,
            *words,
            sorted(self.attributes.items()),
            self.condition,
            self.gtin,
            [[p.kind, str(p.amount), p.currency, p.min_qty, p.unit_count] for p in self.prices],
            [self.seller.name, self.seller.type],
            [[i.name, i.sha256] for i in self.images],
        ]
        return hashlib.sha256(orjson.dumps(content)).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejected:
    """A row, image or value that could not be used: counted and reported, never dropped silently.

    `kind` is "row", "image" or "field"; `line` is the row's number in `source` from 1.
    """

    kind: str
    source: str
    line: int
    field: str
    got: str
    expected: str
    reason: str
    listing_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ListingBatch:
    """A few hundred or thousand listings with their usable photos; `photos[i]` belongs to `listings[i]`."""

    listings: tuple[Listing, ...]
    photos: tuple[tuple[Photo, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Signal:
    """What one detector saw in one listing, with a reason and evidence that a reviewer can check.

    Attributes
    ----------
    detector : str
        Name of the detector, after what it sees ("mark_in_text").
    observation : str
        What was seen, as a key of the table of weights ("mark.exact.claim").
    rights_holder_id, asset_id : str or None
        Whom it concerns; both None for context about the listing as a whole ("sold as second-hand").
    strength : float
        0 to 1, the detector's own measure; the weight comes from the table.
    reason : str
        One sentence in plain English.
    evidence : mapping
        JSON that points into the listing; `kind` is "text", "image", "price" or "field".
        Text: `field`, `start`, `end` (offsets in code points into the original), `quote`.
        Image: `image` (index), `box`, `asset_image`. Price: amounts, currency, rate with its date, reference.
    """

    detector: str
    observation: str
    rights_holder_id: str | None
    asset_id: str | None
    strength: float
    reason: str
    evidence: Mapping[str, Json]


class Detector(Protocol):
    """Built once from the register; `compare` is the definition, `detect` its fast form over a batch."""

    name: str
    version: str
    observations: tuple[str, ...]

    def detect(self, batch: ListingBatch) -> list[tuple[Signal, ...]]:
        """Return the signals of each listing of a batch, in the batch's order."""

    def compare(self, listing: Listing, photos: tuple[Photo, ...], asset: Asset) -> tuple[Signal, ...]:
        """Return what is seen of one asset in one listing, without any index: slow and obvious."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Weighed:
    """A signal with the evidence weight (natural-log odds) that the score gave it after capping its family."""

    signal: Signal
    weight: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A listing suspected on behalf of one rights holder: one probability, with everything that makes it up."""

    candidate_id: str
    listing: Listing
    rights_holder_id: str
    score: float
    score_low: float
    score_high: float
    band: Band
    label: Label
    asset_ids: tuple[str, ...]
    signals: tuple[Weighed, ...]
    exclusions: tuple[Weighed, ...]
