"""What a register may hold: the rule of every field (contract of the register format)."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from pipeline.records import AssetKind, Json
from pipeline.rules import Fields, Items
from pipeline.values import AMOUNT, COUNTRY, CURRENCY, DATE, GTIN, OFFICE, choice, label, whole

MAX_IMAGES: Final = 1_000
"""Images of one asset or product."""


class Size(StrEnum):
    """Size of an enterprise.

    References
    ----------
    .. [1] Commission Recommendation 2003/361/EC, Annex, Article 2.
    """

    SME = "sme"
    LARGE = "large"


_ID = label(200)
_NAME = label(500)
_IMAGES = Items(label(2_000, expected="the path of an image inside the register's folder"), most=MAX_IMAGES, holes=True)
_TERRITORIES = Items(COUNTRY)

_PICTURED: Final[Json] = {"properties": {"images": {"type": "array", "minItems": 1}}, "required": ["images"]}
_WORDED: Final[Json] = {"properties": {"text": {"type": "string"}}, "required": ["text"]}

ASSET: Final = Fields(
    {
        "id": _ID,
        "kind": choice(AssetKind),
        "text": _NAME,
        "variants": Items(_NAME),
        "images": _IMAGES,
        "registration_number": label(100),
        "office": OFFICE,
        "territories": _TERRITORIES,
        "nice_classes": Items(whole(1, 45)),
        "registered_on": DATE,
        "expires_on": DATE,
        "sku": _ID,
    },
    required=("id", "kind"),
    also={"if": {"properties": {"kind": {"const": "word_mark"}}}, "then": _WORDED, "else": _PICTURED},
)
PRODUCT: Final = Fields(
    {
        "sku": _ID,
        "name": _NAME,
        "gtin": Items(GTIN),
        "category": _NAME,
        "list_prices": Items(Fields({"amount": AMOUNT, "currency": CURRENCY}, required=("amount", "currency"))),
        "unit_count": whole(1),
        "images": _IMAGES,
    },
    required=("sku", "name"),
)
AUTHORISED_SELLER: Final = Fields(
    {"platform": _ID, "seller_id": _ID, "from": DATE, "until": DATE, "territories": _TERRITORIES},
    required=("platform", "seller_id"),
)
RIGHTS_HOLDER: Final = Fields(
    {
        "id": _ID,
        "name": _NAME,
        "size": choice(Size),
        "country": COUNTRY,
        "contact": Fields({"name": _NAME, "email": _NAME, "phone": label(100), "address": label(2_000)}),
        "assets": Items(ASSET, holes=True),
        "products": Items(PRODUCT, holes=True),
        "authorised_sellers": Items(AUTHORISED_SELLER, holes=True),
    },
    required=("id", "name", "assets"),
)
REGISTER: Final = Fields(
    {"version": whole(1, 1), "rights_holders": Items(RIGHTS_HOLDER, holes=True)}, required=("version", "rights_holders")
)
"""The rule of a whole register."""
