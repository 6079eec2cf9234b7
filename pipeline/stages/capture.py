"""What a case takes from a candidate: its capture, its card for queues, and the facts of its events."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import orjson

from pipeline.cases import case_id_of
from pipeline.cases.card import Card
from pipeline.cases.changes import offered_price
from pipeline.output import rfc3339
from pipeline.rates import rate_between
from pipeline.records import Json, Listing, ListingKey
from pipeline.stages.contents import Content
from pipeline.stages.merge import Ranked
from pipeline.store.candidates import FoundCandidate
from pipeline.store.captures import Capture, ShownPhoto
from pipeline.store.codec import from_json

NOTHING_SEEN = {"score": 0.0, "band": "low", "label": "irrelevant", "asset_ids": [], "signals": [], "exclusions": []}
"""What a scan says of a listing in which it sees nothing of the rights holder's any more."""


def case_of(row: Mapping[str, Any]) -> str:
    """Return the id of the case that a candidate belongs to, given as its row."""
    return case_id_of(ListingKey(row["platform"], row["listing_id"], row["seller_id"]), row["rights_holder_id"])


def capture_of(ranked: Ranked, row: Mapping[str, Any], run_id: str) -> Capture:
    """Return the capture that a candidate was seen in; `row` is its own, as parsed."""
    listing = from_json(Listing, ranked.listing)
    return Capture(
        case_id=case_of(row),
        content=ranked.content,
        captured_at=listing.captured_at,
        run_id=run_id,
        row=dict(row),
        listing=listing,
        photos=from_json(tuple[ShownPhoto, ...], ranked.photos),
    )


def capture_by_hand(found: FoundCandidate, content: Content) -> Capture:
    """Return the capture of a candidate of the store; what its photos look like is not known here."""
    return Capture(
        case_id=case_id_of(found.key, found.rights_holder_id),
        content=found.content,
        captured_at=found.captured_at,
        run_id=found.run_id,
        row=orjson.loads(found.row),
        listing=from_json(Listing, found.listing),
        photos=tuple(ShownPhoto(name=photo.name, digest=photo.digest) for photo in content.photos),
    )


def capture_without(earlier: Capture, content: Content, digest: str, captured_at: datetime, run_id: str) -> Capture:
    """Return the capture of a listing that makes no candidate any more."""
    listing = content.listing
    changed = {"captured_at": rfc3339(captured_at), "title": listing.title, "url": listing.url}
    return Capture(
        case_id=earlier.case_id,
        content=digest,
        captured_at=captured_at,
        run_id=run_id,
        row=earlier.row | changed | NOTHING_SEEN,
        listing=listing,
        photos=tuple(ShownPhoto(name=photo.name, digest=photo.digest) for photo in content.photos),
    )


def facts_of(capture: Capture) -> dict[str, Json]:
    """Return what an event says of a capture."""
    row = capture.row
    said = {name: row[name] for name in ("candidate_id", "score", "band", "label", "asset_ids", "captured_at")}
    return said | {"run_id": capture.run_id, "content": capture.content}


def identity_of(capture: Capture) -> dict[str, Json]:
    """Return what the first event says besides: whose case it is."""
    return {name: capture.row[name] for name in ("rights_holder_id", "platform", "listing_id", "seller_id")}


def card_of(capture: Capture) -> Card:
    """Return what queues show of a capture."""
    listing = capture.listing
    price = offered_price(listing)
    rate = None if price is None else rate_between(price.currency, "EUR", capture.captured_at.date())
    return Card(
        content=capture.content,
        captured_at=capture.captured_at,
        title=listing.title,
        url=listing.url,
        seller_name=listing.seller.name,
        price=None if price is None else price.amount,
        currency=None if price is None else price.currency,
        euros=None if price is None or rate is None else float(price.amount * rate.rate),
        sold_count=listing.sold_count,
        keyword=listing.query.keyword,
        rank=listing.query.rank,
    )
