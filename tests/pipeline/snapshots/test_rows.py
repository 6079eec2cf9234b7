"""A row becomes a listing, less what was unusable, or one rejection."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import orjson
import pytest
from hypothesis import given, settings

from pipeline.records import Condition, ImageName, Listing, Price, PriceKind, Query, Rejected, Seller
from pipeline.snapshots import row_to_listing
from tests.pipeline.snapshots.rows import FULL, JSON, row, spoilt_rows, without


def read(raw: Any) -> tuple[Listing | None, tuple[Rejected, ...]]:
    return row_to_listing(raw, "a.jsonl", 7)


def kept(raw: Any) -> Listing:
    listing, _ = read(raw)
    assert listing is not None
    return listing


def test_every_field_of_a_full_row_is_read() -> None:
    listing, rejected = read(FULL)

    assert rejected == ()
    assert listing == Listing(
        platform="taobao",
        listing_id="1005",
        url="https://item.example/1005",
        captured_at=datetime(2026, 10, 3, 7, 12, tzinfo=UTC),
        title=FULL["title"],
        description=FULL["description"],
        language="zh",
        brand="Quellmoor",
        category="Beauty > Soap",
        attributes={"Material": "oil", "Scent": "birch"},
        condition=Condition.NEW,
        gtin=("4006381333931",),
        prices=(
            Price(kind=PriceKind.LIST, amount=Decimal("59.90"), currency="CNY"),
            Price(kind=PriceKind.SALE, amount=Decimal("39.90"), currency="CNY", min_qty=2, unit_count=1),
        ),
        seller=Seller(id="s1", name="Corner", type="shop", country="CN", registered_at="2026-08-01"),
        ships_from="CN",
        ships_to=("GB", "DE"),
        images=(ImageName(name="images/a.jpg"), ImageName(name="images/b.jpg", sha256="0" * 64)),
        sold_count=12,
        stock=100,
        rating=4.5,
        review_count=10,
        query=Query(keyword="soap", rank=3, page=1, run_id="a"),
        availability="in_stock",
        extra={"shelf": "7"},
    )


def test_five_fields_are_enough() -> None:
    names = ("listing_id", "platform", "url", "captured_at", "title")

    listing, rejected = read({name: FULL[name] for name in names})

    assert rejected == ()
    assert listing is not None
    assert (listing.prices, listing.seller, listing.condition) == ((), Seller(), Condition.UNKNOWN)


@pytest.mark.parametrize("name", ["listing_id", "platform", "url", "captured_at", "title"])
@pytest.mark.parametrize("given", ["missing", None, "", 7.5, ["x"]])
def test_a_row_without_a_usable_required_field_is_rejected_once(name: str, given: Any) -> None:
    listing, rejected = read(without(name) if given == "missing" else row(**{name: given}))

    assert listing is None
    assert [(r.kind, r.source, r.line, r.field) for r in rejected] == [("row", "a.jsonl", 7, name)]


def test_a_rejected_row_names_all_required_fields_that_are_unusable() -> None:
    _, (rejected,) = read(row(title=None, captured_at="03/10/2026"))

    assert rejected.field == "captured_at"
    assert rejected.got == "'03/10/2026'"
    assert "title" in rejected.reason
    assert rejected.listing_id == "1005"


@pytest.mark.parametrize("raw", [None, "hello", 5, ["listing_id", 1], []], ids=repr)
def test_a_row_that_is_no_object_is_rejected(raw: Any) -> None:
    listing, (rejected,) = read(raw)

    assert listing is None
    assert (rejected.kind, rejected.field, rejected.listing_id) == ("row", "line", None)


@pytest.mark.parametrize(
    ("changes", "field", "attribute", "value"),
    [
        pytest.param({"seller": "someone"}, "seller", "seller", Seller(), id="a seller as text"),
        pytest.param({"seller": {"id": ["x"], "name": "N"}}, "seller.id", "seller", Seller(name="N"), id="seller.id"),
        pytest.param({"condition": "like new"}, "condition", "condition", Condition.UNKNOWN, id="unknown condition"),
        pytest.param({"prices": {"amount": 5}}, "prices", "prices", (), id="prices as an object"),
        pytest.param({"prices": [7]}, "prices[0]", "prices", (), id="a price as a number"),
        pytest.param(
            {"prices": [{"kind": "sale", "amount": "5", "currency": "¥"}]}, "prices[0].currency", "prices", (), id="¥"
        ),
        pytest.param(
            {"prices": [{"kind": "sale", "currency": "CNY"}]}, "prices[0].amount", "prices", (), id="no amount"
        ),
        pytest.param({"gtin": ["123"]}, "gtin[0]", "gtin", (), id="a wrong GTIN"),
        pytest.param({"gtin": "4006381333931"}, "gtin", "gtin", (), id="GTIN as text"),
        pytest.param({"images": "images/a.jpg"}, "images", "images", (), id="images as text"),
        pytest.param({"attributes": "oil"}, "attributes", "attributes", {}, id="attributes as text"),
        pytest.param({"attributes": {"a": {"b": 1}}}, "attributes.a", "attributes", {}, id="a nested attribute"),
        pytest.param({"description": ["x"]}, "description", "description", None, id="a description as a list"),
        pytest.param({"brand": "x" * 2001}, "brand", "brand", None, id="an over-long brand"),
        pytest.param({"rating": "good"}, "rating", "rating", None, id="a rating in words"),
        pytest.param({"stock": -1}, "stock", "stock", None, id="a negative stock"),
        pytest.param({"query": {"rank": "top"}}, "query.rank", "query", Query(), id="a rank in words"),
        pytest.param({"ships_to": ["GB", None]}, "ships_to[1]", "ships_to", ("GB",), id="a missing destination"),
    ],
)
def test_an_unusable_value_is_reported_and_the_row_kept_without_it(
    changes: dict[str, Any], field: str, attribute: str, value: Any
) -> None:
    listing, rejected = read(row(**changes))

    assert [(r.kind, r.field, r.listing_id) for r in rejected] == [("field", field, "1005")]
    assert getattr(listing, attribute) == value


@pytest.mark.parametrize(
    ("changes", "attribute", "value"),
    [
        pytest.param({"listing_id": 12345678}, "listing_id", "12345678", id="an id as a number"),
        pytest.param({"listing_id": "../../etc"}, "listing_id", "../../etc", id="an id like a path"),
        pytest.param({"title": "bag\x00hidden\x1b[31m"}, "title", "bag\x00hidden\x1b[31m", id="control characters"),
        pytest.param({"title": "   "}, "title", "   ", id="a blank title"),
        pytest.param({"title": "=1+1"}, "title", "=1+1", id="a formula"),
        pytest.param({"url": "javascript:alert(1)"}, "url", "javascript:alert(1)", id="a script for a URL"),
        pytest.param({"brand": ""}, "brand", None, id="an empty brand is an absent one"),
        pytest.param({"seller": None}, "seller", Seller(), id="no seller"),
        pytest.param({"condition": "New"}, "condition", Condition.NEW, id="a condition in capitals"),
        pytest.param({"attributes": [["a", "b"]]}, "attributes", {"a": "b"}, id="attributes as pairs"),
        pytest.param(
            {"attributes": {"n": 1, "f": 0.5, "t": True, "l": ["a", "b"], "z": None}},
            "attributes",
            {"n": "1", "f": "0.5", "t": "true", "l": "a, b"},
            id="attributes of other types",
        ),
        pytest.param(
            {"images": [{"url": "https://cdn.example/a.jpg", "sha256": "AB" * 32}]},
            "images",
            (ImageName(name="https://cdn.example/a.jpg", sha256="ab" * 32),),
            id="an image with a digest in capitals",
        ),
    ],
)
def test_an_odd_value_is_kept(changes: dict[str, Any], attribute: str, value: Any) -> None:
    listing, rejected = read(row(**changes))

    assert rejected == ()
    assert getattr(listing, attribute) == value


def test_an_entry_that_names_no_image_keeps_its_place() -> None:
    listing = kept(row(images=[None, 7, {}, "images/a.jpg"]))

    assert [image.name for image in listing.images] == ["null", "7", "{}", "images/a.jpg"]


def test_a_wrong_image_digest_is_reported_and_the_image_kept() -> None:
    listing, (rejected,) = read(row(images=["a.jpg", {"path": "b.jpg", "sha256": "short"}]))

    assert rejected.field == "images[1].sha256"
    assert listing is not None
    assert listing.images[1] == ImageName(name="b.jpg")


def test_an_over_long_description_is_cut_and_reported() -> None:
    listing, (rejected,) = read(row(description="x" * 600_000))

    assert listing is not None
    assert listing.description == "x" * 50_000
    assert (rejected.field, rejected.got) == ("description", "600,000 characters")


def test_an_over_long_title_rejects_the_row() -> None:
    listing, (rejected,) = read(row(title="A" * 10_001))

    assert listing is None
    assert (rejected.kind, rejected.field) == ("row", "title")


@pytest.mark.parametrize(
    ("name", "item", "most"),
    [
        ("images", "images/a.jpg", 100),
        ("ships_to", "GB", 300),
        ("gtin", "4006381333931", 100),
        ("prices", {"kind": "tier", "amount": "5", "currency": "CNY"}, 100),
    ],
)
def test_a_flood_of_items_is_cut_and_reported(name: str, item: Any, most: int) -> None:
    listing, (rejected,) = read(row(**{name: [item] * 1_000}))

    assert len(getattr(listing, name)) == most
    assert (rejected.field, rejected.got) == (f"{name}[{most}]", "1,000 items")


def nested(depth: int) -> list[Any]:
    value: list[Any] = []
    for _ in range(depth):
        value = [value]
    return value


@pytest.mark.parametrize(
    "extra",
    [
        pytest.param(nested(300), id="deeper than can be written"),
        pytest.param("x" * 200_000, id="a text of 200,000 characters"),
        pytest.param([0] * 200_000, id="a list of 200,000 numbers"),
        pytest.param({f"key {n}": None for n in range(50_000)}, id="50,000 keys"),
    ],
)
def test_unknown_fields_too_large_to_be_kept_are_reported(extra: Any) -> None:
    listing, (rejected,) = read(row(another=extra))

    assert listing is not None
    assert listing.extra == {}
    assert (rejected.kind, rejected.field) == ("field", "extra")


def test_unknown_fields_are_kept() -> None:
    listing, rejected = read(row(unknown={"x": [1, nested(20)]}, extra="y"))

    assert rejected == ()
    assert listing is not None
    assert listing.extra == {"shelf": "7", "unknown": {"x": [1, nested(20)]}, "extra": "y"}


@given(JSON)
@settings(derandomize=True, max_examples=200, deadline=None)
def test_any_json_is_a_listing_or_one_rejected_row(raw: Any) -> None:
    listing, rejected = read(raw)

    assert (listing is None) == ([r.kind for r in rejected] == ["row"])


@given(spoilt_rows())
@settings(derandomize=True, max_examples=150, deadline=None)
def test_a_spoilt_row_is_bounded_reported_and_can_be_written_again(raw: dict[str, Any]) -> None:
    listing, rejected = read(raw)

    assert (listing is None) == ([r.kind for r in rejected] == ["row"])
    for report in rejected:
        assert len(report.got) <= 80
        assert report.got.isprintable()
        assert len(report.field) <= 120
        assert report.expected
        assert report.reason
    if listing is not None:
        assert listing.title == raw["title"]
        assert all(price.amount >= 0 for price in listing.prices)
        assert listing.captured_at.tzinfo is UTC
        assert len(listing.content_digest()) == 64
        orjson.dumps(listing.extra)
