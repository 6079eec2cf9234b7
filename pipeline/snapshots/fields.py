"""What a listing may hold: the rule of every field of a snapshot's row (contract of the snapshot format)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from pipeline.records import Condition, ImageName, Json, Listing, Price, PriceKind, Query, Seller
from pipeline.rules import Fault, Fields, Items, Rule, quote
from pipeline.values import AMOUNT, CURRENCY, GTIN, INSTANT, RATING, SHA256, choice, name_or_number, text, whole

MAX_TITLE: Final = 10_000
MAX_DESCRIPTION: Final = 50_000
MAX_TEXT: Final = 2_000
MAX_NAME: Final = 1_000
"""Characters of an image's path or URL."""
MAX_ITEMS: Final = 100
"""Images, prices, attributes and the like that are read of one listing; more are reported and left out."""

_TEXT: Final = text(MAX_TEXT)
_COUNT: Final = whole(0)
_POSITIVE: Final = whole(1)


class Description:
    """The rule of a description: over-long ones are cut, and reported."""

    expected = f"a text of at most {MAX_DESCRIPTION:,} characters"

    def read(self, raw: Json, faults: list[Fault]) -> str | None:
        """Return the text, or its first part."""
        if not isinstance(raw, str):
            faults.append(Fault("", quote(raw), self.expected, "not a text"))
            return None
        if len(raw) > MAX_DESCRIPTION:
            faults.append(Fault("", f"{len(raw):,} characters", self.expected, "over-long; only its beginning is kept"))
        return raw[:MAX_DESCRIPTION] or None

    def schema(self) -> dict[str, Json]:
        """Return the JSON Schema of a description."""
        return {"type": "string", "maxLength": MAX_DESCRIPTION, "description": self.expected}


class Attributes:
    """The rule of attributes: an object of names and single values or lists of such, all kept as text.

    A list of pairs, as Parquet's map type gives it, counts as an object.
    """

    expected = "an object of names and single values"

    def read(self, raw: Json, faults: list[Fault]) -> dict[str, str] | None:
        """Return the usable attributes by name."""
        pairs = _pairs(raw)
        if pairs is None:
            faults.append(Fault("", quote(raw), self.expected, "neither an object nor a list of pairs"))
            return None
        values = {}
        for name, value in pairs[:MAX_ITEMS]:
            shown = _attribute_text(value)
            if shown is None or len(shown) > MAX_TEXT:
                faults.append(Fault(name, quote(value), _TEXT.expected, "not a single value that can be kept as text"))
            elif shown:
                values[name] = shown
        if len(pairs) > MAX_ITEMS:
            reason = "too many attributes; the rest was left out"
            faults.append(Fault("", f"{len(pairs):,} attributes", f"at most {MAX_ITEMS} attributes", reason))
        return values

    def schema(self) -> dict[str, Json]:
        """Return the JSON Schema of attributes."""
        single: dict[str, Json] = {"type": ["string", "number", "boolean", "null"]}
        several = {"type": "array", "items": single}
        return {"type": "object", "additionalProperties": {"anyOf": [single, several]}, "description": self.expected}


def _pairs(raw: Json) -> list[tuple[str, Json]] | None:
    if isinstance(raw, dict):
        return list(raw.items())
    if isinstance(raw, list) and all(isinstance(pair, list) and len(pair) == 2 for pair in raw):  # noqa: PLR2004
        return [(name, value) for name, value in raw if isinstance(name, str)]
    return None


def _attribute_text(value: Json) -> str | None:
    """Return a value as text, "" for an absent one, None for one that has no plain text."""
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return quote(value)
    if isinstance(value, list) and len(value) <= MAX_ITEMS:
        parts = [_attribute_text(item) for item in value if not isinstance(item, list)]
        return None if None in parts or len(parts) < len(value) else ", ".join(filter(None, parts))
    return None


class Image:
    """The rule of one image: a name, or an object with it under `path` or `url` and perhaps a digest.

    What names no image stands as its own short text: it keeps its place in the list, and is refused and reported like
    any other name without a file when photos are read.
    """

    expected = "a path, a URL, or an object with path or url and sha256"

    def read(self, raw: Json, faults: list[Fault]) -> ImageName:
        """Return the name and digest."""
        if isinstance(raw, str):
            return ImageName(name=raw if len(raw) <= MAX_NAME else quote(raw))
        name = raw.get("path") or raw.get("url") if isinstance(raw, dict) else None
        if not isinstance(name, str) or len(name) > MAX_NAME:
            return ImageName(name=quote(raw))
        if raw.get("sha256") is None:
            return ImageName(name=name)
        digest = SHA256.read(raw["sha256"], faults)
        if digest is None:
            faults[-1] = faults[-1]._replace(place="sha256")
        return ImageName(name=name, sha256=digest and digest.lower())

    def schema(self) -> dict[str, Json]:
        """Return the JSON Schema of an image."""
        name: dict[str, Json] = {"type": "string", "minLength": 1, "maxLength": MAX_NAME}
        record = {
            "type": "object",
            "properties": {"path": name, "url": name, "sha256": SHA256.schema()},
            "anyOf": [{"required": ["path"]}, {"required": ["url"]}],
        }
        return {"anyOf": [name, record], "description": self.expected}


_PRICE: Final = Fields(
    {
        "kind": choice(PriceKind),
        "amount": AMOUNT,
        "currency": CURRENCY,
        "min_qty": _POSITIVE,
        "unit_count": _POSITIVE,
    },
    required=("kind", "amount", "currency"),
    build=Price,
)
_SELLER: Final = Fields(
    {"id": name_or_number(500), "name": _TEXT, "type": _TEXT, "country": _TEXT, "registered_at": text(100)},
    build=Seller,
)
_QUERY: Final = Fields({"keyword": _TEXT, "rank": _COUNT, "page": _COUNT, "run_id": _TEXT}, build=Query)

_RULES: Final[Mapping[str, Rule]] = {
    "listing_id": name_or_number(500),
    "platform": text(200),
    "url": text(8_000),
    "captured_at": INSTANT,
    "title": text(MAX_TITLE),
    "description": Description(),
    "language": text(100),
    "brand": _TEXT,
    "category": _TEXT,
    "attributes": Attributes(),
    "condition": choice(Condition),
    "gtin": Items(GTIN, most=MAX_ITEMS),
    "prices": Items(_PRICE, most=MAX_ITEMS),
    "seller": _SELLER,
    "ships_from": _TEXT,
    "ships_to": Items(text(100), most=300),
    "images": Items(Image(), most=MAX_ITEMS),
    "sold_count": _COUNT,
    "stock": _COUNT,
    "rating": RATING,
    "review_count": _COUNT,
    "query": _QUERY,
    "availability": _TEXT,
}

NESTED: Final = frozenset({"attributes", "gtin", "prices", "seller", "ships_to", "images", "query"})
"""Fields that are lists or objects: JSON text in CSV, and accepted as such in Parquet."""


LISTING: Final = Fields(
    _RULES,
    required=("listing_id", "platform", "url", "captured_at", "title"),
    build=Listing,
    unknown="extra",
)
"""The rule of a whole row."""
