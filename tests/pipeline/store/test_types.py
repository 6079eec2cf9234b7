"""What both databases give back exactly as it was."""

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from types import MappingProxyType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, insert, select

from pipeline.records import (
    Condition,
    ImageName,
    Listing,
    Price,
    PriceKind,
    Query,
    Register,
    Rejected,
    Seller,
    Signal,
)
from pipeline.store.codec import from_json, to_json
from pipeline.store.database import Store
from pipeline.store.schema import SafeText, instant, listings
from tests.pipeline.builders import holder, listing

TEXTS = st.text(st.characters(exclude_categories=["Cs"]))
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False) | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=8,
)


@pytest.mark.parametrize(
    "name",
    ["a\x00b", "\\0", "\\\x00", "\\\\0", "\x00\\", "\\", "", "'; DROP TABLE listings; --", "\u202emug\U0001f600"],
    ids=repr,
)
def test_any_text_comes_back_from_the_database(store: Store, name: str) -> None:
    row = {"listing_key": "k", "platform": name, "listing_id": name, "seller_id": None}
    times = {"first_seen_at": datetime(2026, 1, 2, tzinfo=UTC), "last_seen_at": datetime(2026, 1, 2, 3, 4, 5, 6, UTC)}

    with store.write() as connection:
        connection.execute(insert(listings), row | times)
        found = connection.execute(select(listings).where(listings.c.platform == name)).mappings().one()

    assert dict(found) == row | times


@settings(max_examples=1000, derandomize=True, deadline=None)
@given(TEXTS)
def test_escaped_text_has_no_nul_and_comes_back(text: str) -> None:
    kept = SafeText().process_bind_param(text, None)  # type: ignore[arg-type]

    assert "\x00" not in kept
    assert SafeText().process_result_value(kept, None) == text  # type: ignore[arg-type]


@settings(max_examples=300, derandomize=True, deadline=None)
@given(st.lists(st.datetimes(timezones=st.sampled_from([UTC, timezone(timedelta(hours=5, minutes=45))])), min_size=2))
def test_times_as_text_sort_as_times(times: list[datetime]) -> None:
    assert sorted(times) == sorted(times, key=instant)


def test_two_rows_of_one_store_do_not_meet(store: Store) -> None:
    times = {"first_seen_at": datetime(2026, 1, 2, tzinfo=UTC), "last_seen_at": datetime(2026, 1, 2, tzinfo=UTC)}
    rows = [{"listing_key": key, "platform": "p", "listing_id": key, "seller_id": None} | times for key in ("a", "b")]

    with store.write() as connection:
        connection.execute(insert(listings), rows)
        connection.execute(delete(listings).where(listings.c.listing_key == "a"))
        left = connection.execute(select(listings.c.listing_key)).scalars().all()

    assert left == ["b"]


FULL = listing(
    title="Bag \x00 \u202e奎尔米",
    attributes=MappingProxyType({"Material": "canvas"}),
    condition=Condition.USED,
    gtin=("5012345678900",),
    prices=(Price(kind=PriceKind.TIER, amount=Decimal("0.10"), currency="EUR", min_qty=2, unit_count=3),),
    seller=Seller(id="s", name="n", registered_at="2026-01-01"),
    images=(ImageName(name="a.jpg", sha256="0" * 64),),
    rating=4.5,
    query=Query(keyword="bag", rank=3),
    extra=MappingProxyType({"deep": [1, {"b": None}]}),
)


@pytest.mark.parametrize(
    "record",
    [
        pytest.param(FULL, id="listing"),
        pytest.param(
            Register(version=1, rights_holders=(holder(),), digest="d", image_digests={"a": "b"}), id="register"
        ),
        pytest.param(
            Rejected(kind="row", source="a", line=1, field="title", got="", expected="text", reason="none"),
            id="rejected",
        ),
    ],
)
def test_a_record_comes_back_from_json(record: Listing | Register | Rejected) -> None:
    assert from_json(type(record), to_json(record)) == record


@settings(max_examples=300, derandomize=True, deadline=None)
@given(st.dictionaries(TEXTS, VALUES, max_size=4), st.floats(0, 1))
def test_a_signal_comes_back_from_json_whatever_its_evidence(evidence: dict[str, object], strength: float) -> None:
    signal = Signal(
        detector="d",
        observation="o",
        rights_holder_id=None,
        asset_id=None,
        strength=strength,
        reason="r",
        evidence=evidence,
    )

    assert from_json(tuple[Signal, ...], to_json((signal,))) == (signal,)


def test_what_is_no_record_is_not_stored() -> None:
    with pytest.raises(TypeError, match="JSON"):
        to_json(object())
