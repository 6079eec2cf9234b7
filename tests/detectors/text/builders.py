"""Made-up marks and listings for the tests of the text detectors."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from detectors.text import CodedVocabulary, MarkInText
from pipeline.records import Asset, AssetKind, Listing, ListingBatch, Register, RightsHolder, Seller, Signal


def word_mark(asset_id: str, text: str, *variants: str) -> Asset:
    return Asset(id=asset_id, kind=AssetKind.WORD_MARK, text=text, variants=variants)


REGISTER = Register(
    version=1,
    digest="",
    rights_holders=(
        RightsHolder(id="zor", name="Zorvane", assets=(word_mark("zor-word", "ZORVANE", "佐梵尼"),)),
        RightsHolder(id="kel", name="Kelmar & Wyse", assets=(word_mark("kel-word", "Kelmar & Wyse", "K&W"),)),
        RightsHolder(id="bla", name="Blåvång", assets=(word_mark("bla-word", "BLÅVÅNG"),)),
        RightsHolder(id="ozr", name="Кедр", assets=(word_mark("ozr-word", "Озёрный Кедр"),)),
        RightsHolder(id="qvn", name="QVN", assets=(word_mark("qvn-word", "QVN"),)),
        RightsHolder(id="har", name="Harvest", assets=(word_mark("har-word", "Harvest"),)),
        RightsHolder(id="moy", name="墨屿", assets=(word_mark("moy-word", "墨屿"), word_mark("qlg-word", "青岚阁"))),
        RightsHolder(id="sol", name="솔빛공방", assets=(word_mark("sol-word", "솔빛공방"),)),
        RightsHolder(id="tru", name="Trudelmann", assets=(word_mark("tru-word", "Trüdelmann"),)),
    ),
)
MARKS = MarkInText(REGISTER)
WORDS = CodedVocabulary()


def listing(
    title: str,
    *,
    description: str | None = None,
    brand: str | None = None,
    category: str | None = None,
    attributes: Mapping[str, str] | None = None,
    seller: str | None = None,
) -> Listing:
    return Listing(
        platform="market",
        listing_id="1",
        url="https://market.example/1",
        captured_at=datetime(2026, 10, 3, tzinfo=UTC),
        title=title,
        description=description,
        brand=brand,
        category=category,
        attributes=attributes or {},
        seller=Seller(id="s", name=seller),
    )


def batch(*listings: Listing) -> ListingBatch:
    return ListingBatch(listings=listings, photos=((),) * len(listings))


def marks_in(one: Listing) -> dict[str | None, Signal]:
    """Return the signals of the marks found, by asset."""
    return {signal.asset_id: signal for signal in MARKS.detect(batch(one))[0]}


def said_in(one: Listing) -> dict[str, Signal]:
    """Return the signals of the vocabulary, by observation without its first part."""
    return {s.observation.removeprefix("vocabulary."): s for s in WORDS.detect(batch(one))[0]}
