"""A seller's range speaks where prices follow no list price, and holds its tongue about honest shops and strangers."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detectors.price import Ranges, SellerRange, learn_ranges, observe_offers
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

MAKES = {"Quillmere": 30, "Ostrevant": 80, "Harbrough": 200, "Tavelin": 500, "Nordweg": 1200}
ASKED = (30, 31, 29, 32, 30)


def holder(make: str, price: int, trusted: Sequence[str] = ()) -> RightsHolder:
    return RightsHolder(
        id=make.lower(),
        name=make,
        assets=(Asset(id=f"{make}-word", kind=AssetKind.WORD_MARK, text=make.upper()),),
        products=(
            Product(
                sku=make,
                name=f"{make} leather handbag",
                category="Bags",
                list_prices=(Money(amount=Decimal(price), currency="USD"),),
            ),
        ),
        authorised_sellers=tuple(AuthorisedSeller(platform="ebay", seller_id=seller) for seller in trusted),
    )


def register(trusted: Sequence[str] = ()) -> Register:
    holders = tuple(holder(make, price, trusted) for make, price in MAKES.items())
    return Register(version=1, rights_holders=holders, digest="")


def offers(asked: Sequence[float], seller: str | None = "s1", condition: Condition = Condition.NEW) -> list[Listing]:
    return [
        Listing(
            platform="ebay",
            listing_id=str(number),
            url=f"https://shop.example/{number}",
            captured_at=datetime(2026, 10, 3, tzinfo=UTC),
            title=f"{make} leather handbag",
            condition=condition,
            prices=(Price(kind=PriceKind.SALE, amount=Decimal(str(price)), currency="USD"),),
            seller=Seller(id=seller, name="Corner Goods"),
        )
        for number, (make, price) in enumerate(zip(MAKES, asked, strict=False))
    ]


def learnt(listings: Sequence[Listing], rights: Register | None = None) -> Ranges:
    batch = ListingBatch(listings=tuple(listings), photos=((),) * len(listings))
    return learn_ranges(observe_offers(batch, rights or register()))


def seen(listings: Sequence[Listing], rights: Register | None = None) -> set[str]:
    batch = ListingBatch(listings=tuple(listings), photos=((),) * len(listings))
    signals = SellerRange(learnt(listings, rights)).detect(batch)
    return {signal.observation for found in signals for signal in found}


@pytest.mark.parametrize(
    ("listings", "observations"),
    [
        pytest.param(offers(ASKED), {"seller.flat_prices", "seller.many_marks"}, id="one price for all"),
        pytest.param(offers((15, 40, 100, 250, 600)), {"seller.many_marks"}, id="an outlet: half of each list price"),
        pytest.param(offers((9, 60, 90, 450, 500)), {"seller.many_marks"}, id="a dealer with various discounts"),
        pytest.param(offers(ASKED, condition=Condition.USED), {"seller.many_marks"}, id="a pawn shop's used goods"),
        pytest.param(offers(ASKED)[:4], set(), id="too few listings"),
        pytest.param(offers(ASKED, seller=None), set(), id="an unknown seller"),
        pytest.param([], set(), id="nothing"),
    ],
)
def test_a_range_speaks_only_where_enough_is_known(listings: list[Listing], observations: set[str]) -> None:
    assert seen(listings) == observations


def test_what_a_holder_authorised_is_no_part_of_a_range() -> None:
    assert seen(offers(ASKED), register(trusted=["s1"])) == set()


def test_a_listing_that_names_one_mark_after_the_other_is_told_from_one_that_names_all() -> None:
    one_id = [replace(offer, listing_id="1") for offer in offers(ASKED)[:3]]
    stuffed = [replace(offers(ASKED)[0], title=" ".join(MAKES))]

    assert seen(one_id) == {"seller.marks_in_turn"}
    assert seen(stuffed) == set()


@settings(max_examples=30, derandomize=True, deadline=None)
@given(st.integers(0, 1_000))
def test_ranges_depend_on_no_order_and_survive_json(seed: int) -> None:
    shuffled = random.Random(seed).sample(offers(ASKED), len(ASKED))
    ranges = learnt(shuffled)

    assert ranges == learnt(offers(ASKED))
    assert Ranges.from_json(orjson.loads(orjson.dumps(ranges.to_json()))) == ranges


def test_the_reason_names_what_a_reviewer_can_check() -> None:
    batch = ListingBatch(listings=tuple(offers(ASKED)), photos=((),) * len(ASKED))
    flat, many = SellerRange(learnt(offers(ASKED))).detect(batch)[0]

    assert flat.reason == (
        "The seller asks 29.00 to 32.00 USD in 5 listings under the marks of 5 rights holders, whose list prices lie"
        " between 30.00 and 1200.00."
    )
    assert many.reason.endswith("as outlets and second-hand dealers do too.")
    assert flat.asset_id is many.asset_id is flat.rights_holder_id is None
