"""Rows for tests, with made-up names."""

from typing import Any

import hypothesis.strategies as st

FULL: dict[str, Any] = {
    "listing_id": "1005",
    "platform": "taobao",
    "url": "https://item.example/1005",
    "captured_at": "2026-10-03T07:12:00Z",
    "title": "Quellmoor 香皂 50 g",
    "description": 'Two lines,\r\nwith "quotes" and a comma',
    "language": "zh",
    "brand": "Quellmoor",
    "category": "Beauty > Soap",
    "attributes": {"Material": "oil", "Scent": "birch"},
    "condition": "new",
    "gtin": ["4006381333931"],
    "prices": [
        {"kind": "list", "amount": "59.90", "currency": "CNY"},
        {"kind": "sale", "amount": "39.90", "currency": "CNY", "min_qty": 2, "unit_count": 1},
    ],
    "seller": {"id": "s1", "name": "Corner", "type": "shop", "country": "CN", "registered_at": "2026-08-01"},
    "ships_from": "CN",
    "ships_to": ["GB", "DE"],
    "images": ["images/a.jpg", {"path": "images/b.jpg", "sha256": "0" * 64}],
    "sold_count": 12,
    "stock": 100,
    "rating": 4.5,
    "review_count": 10,
    "query": {"keyword": "soap", "rank": 3, "page": 1, "run_id": "a"},
    "availability": "in_stock",
    "shelf": "7",
}


def row(**changes: Any) -> dict[str, Any]:
    return {**FULL, **changes}


def without(*names: str) -> dict[str, Any]:
    return {name: value for name, value in FULL.items() if name not in names}


_SCALARS = st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats() | st.text(max_size=30)
JSON = st.recursive(
    _SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=10,
)


@st.composite
def spoilt_rows(draw: st.DrawFn) -> dict[str, Any]:
    """Return a full row of which some fields, at any depth, have been replaced by anything."""
    spoilt = dict(FULL)
    for name in draw(st.lists(st.sampled_from(sorted(FULL)), max_size=6)):
        spoilt[name] = draw(JSON)
    if draw(st.booleans()):
        field = draw(st.sampled_from(sorted(FULL["prices"][1])))
        spoilt["prices"] = [{**FULL["prices"][1], field: draw(JSON)}, draw(JSON)]
    if draw(st.booleans()):
        spoilt["images"] = [draw(JSON), {"path": draw(JSON), "sha256": draw(JSON)}]
    return spoilt
