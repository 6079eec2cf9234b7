"""Everything that the page of a case shows, gathered in one reading of the store."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import urlsplit

from pipeline.cases import UNDOABLE, Change, allowed_kinds, material_changes, standing
from pipeline.enforcement import SYSTEM, Event, EventKind
from pipeline.people import Permission, Person
from pipeline.records import Asset, Listing, Product
from pipeline.review.charts import price_chart
from pipeline.review.evidence import Seen, pairs_of, price_of, seen_in, waterfall
from pipeline.review.filters import Queue
from pipeline.review.texts import Stretch, stretches, text_spans
from pipeline.store.captures import Capture, read_captures
from pipeline.store.cases import QueuedCase, count_all, place_of, queue, read_events
from pipeline.store.database import Connection
from pipeline.store.desk import accesses_of, lookers
from pipeline.store.neighbours import alike, of_same_seller
from pipeline.store.people import read_four_eyes, read_people
from pipeline.store.rights import KnownHolder, known_holder

STILL_HERE: Final = timedelta(minutes=5)
"""Somebody who opened a case no longer ago than this is said to be looking at it."""
OTHERS: Final = 12
ALIKE: Final = 200
ATTRIBUTES: Final = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class CaptureShown:
    """A capture, and what changed materially since the one before."""

    captured_at: datetime
    listing: Listing
    changes: tuple[Change, ...]


def gather(connection: Connection, found: QueuedCase, person: Person, asked: Queue, now: datetime) -> dict[str, Any]:
    """Return what the template of a case speaks of."""
    case, scope = found.case, person.scope(Permission.READ)
    captures = read_captures(connection, case.case_id, scope)
    capture = next((c for c in reversed(captures) if c.content == found.card.content), None) or captures[-1]
    events = read_events(connection, case.case_id, scope)
    everybody = read_people(connection)
    people = {known.person_id: known.shown_as for known in everybody}
    four_eyes = read_four_eyes(connection).get(case.rights_holder_id, True)
    return {
        **_case_itself(found, events, person, four_eyes=four_eyes),
        **_listing(capture),
        **_rights(known_holder(connection, case.rights_holder_id), found, capture),
        "captures": _shown(captures),
        "people": people,
        "team": _team(everybody, found),
        "looked": accesses_of(connection, case.case_id, limit=15),
        "also_here": [
            people.get(who, who) for who in lookers(connection, case.case_id, now - STILL_HERE, person.person_id)
        ],
        "others": of_same_seller(connection, case, scope, OTHERS),
        "alike": alike(connection, case, found.card.title, scope, ALIKE),
        "next_id": next_case(connection, found, person, asked),
        "left": count_all(connection, asked.filters, scope),
        "queue": asked,
    }


def next_case(connection: Connection, found: QueuedCase, person: Person, asked: Queue) -> str | None:
    """Return the case that follows one in a queue, or the first where nothing follows; None if it is alone there."""
    scope = person.scope(Permission.READ)
    after = place_of(found, asked.sort)
    for place in (after, None):
        page = queue(connection, asked.filters, scope, sort=asked.sort, after=place, limit=2)
        following = [row.case.case_id for row in page.cases if row.case.case_id != found.case.case_id]
        if following:
            return following[0]
    return None


def own_word(events: Sequence[Event], person: Person) -> str | None:
    """Return the event that a person could take back: the newest word on the case, if it is theirs and none is sent."""
    counted = standing(events)
    words = [event for event in counted if event.kind in UNDOABLE and event.by != SYSTEM]
    if not words or words[-1].by != person.person_id:
        return None
    after = counted[counted.index(words[-1]) :]
    return None if any(event.kind is EventKind.NOTICED for event in after) else words[-1].event_id


def _case_itself(found: QueuedCase, events: Sequence[Event], person: Person, *, four_eyes: bool) -> dict[str, Any]:
    case = found.case
    relisted = next((e for e in reversed(events) if e.kind is EventKind.RELISTED), None)
    return {
        "case": case,
        "card": found.card,
        "chance": found.probability,
        "history": tuple(reversed(events)),
        "undone": frozenset(e.facts.get("event_id") for e in events if e.kind is EventKind.UNDONE),
        "own_word": own_word(events, person),
        "possible": frozenset(kind.value for kind in allowed_kinds(case.state)),
        "may_decide": person.may(Permission.DECIDE, case.rights_holder_id),
        "may_rule": person.may(Permission.RULE, case.rights_holder_id),
        "may_approve": person.may(Permission.APPROVE, case.rights_holder_id),
        "second_needed": four_eyes and person.person_id in case.approvals[:1],
        "relisted_because": tuple(relisted.facts.get("because", ())) if relisted else (),
    }


def _team(everybody: Sequence[Person], found: QueuedCase) -> dict[str, str]:
    """Return to whom a case can be given."""
    able = [p for p in everybody if p.retired_at is None and p.may(Permission.DECIDE, found.case.rights_holder_id)]
    return {person.person_id: person.shown_as for person in able}


def _listing(capture: Capture) -> dict[str, Any]:
    listing = capture.listing
    seen = seen_in(capture.row)
    fall = waterfall(float(capture.row.get("score", 0.5)), seen)
    price = price_of(seen)
    return {
        "listing": listing,
        "web_address": _web_address(listing.url),
        "title_parts": _parts(seen, "title", listing.title),
        "description_parts": _parts(seen, "description", listing.description or ""),
        "seller_parts": _parts(seen, "seller.name", listing.seller.name or ""),
        "brand_parts": _parts(seen, "brand", listing.brand or ""),
        "attributes": [
            (name, _parts(seen, f"attributes[{name}]", value))
            for name, value in list(listing.attributes.items())[:ATTRIBUTES]
        ],
        "disguises": _disguises(seen),
        "photos": [(index, photo.digest) for index, photo in enumerate(capture.photos)],
        "seen": seen,
        "fall": fall,
        "interval": _interval(capture.row),
        "uncounted": [s for s in seen if not s.weight],
        "price": price,
        "chart": price_chart(price.evidence) if price else None,
    }


def _interval(row: Mapping[str, Any]) -> tuple[float, float] | None:
    """Return the ends of a score's interval; None where it was scored before intervals were given."""
    low, high = row.get("score_low"), row.get("score_high")
    return (float(low), float(high)) if isinstance(low, float) and isinstance(high, float) else None


def _rights(known: KnownHolder | None, found: QueuedCase, capture: Capture) -> dict[str, Any]:
    seen = seen_in(capture.row)
    digests = known.register.image_digests if known else {}
    assets = [(a, a.id in found.case.asset_ids) for a in known.holder.assets] if known else []
    shown = [pair for pair in assets if pair[1] or any(s.asset_id == pair[0].id for s in seen)]
    kept = len(capture.photos)
    pairs = [(pair, digests.get(pair.asset_image)) for pair in pairs_of(seen) if 0 <= pair.photo < kept]
    return {
        "holder_name": known.holder.name if known else found.case.rights_holder_id,
        "assets": shown,
        "pairs": pairs,
        "product": _product(known, seen, [asset for asset, _ in shown]),
    }


def _product(known: KnownHolder | None, seen: Sequence[Seen], assets: Sequence[Asset]) -> Product | None:
    price = price_of(seen)
    sku = str(price.evidence.get("sku")) if price else next((a.sku for a in assets if a.sku), None)
    return next((p for p in known.holder.products if p.sku == sku), None) if known else None


def _parts(seen: Sequence[Seen], field: str, text: str) -> tuple[Stretch, ...]:
    return stretches(text, text_spans(((s.number, s.evidence) for s in seen), field))


def _disguises(seen: Sequence[Seen]) -> list[Mapping[str, Any]]:
    """Return each disguised mark once: what stands there, for what, by which characters."""
    found: dict[tuple[str, str], Mapping[str, Any]] = {}
    for s in seen:
        hits = s.evidence.get("hits")
        for hit in hits if isinstance(hits, list) else [s.evidence]:
            if isinstance(hit, Mapping) and (hit.get("code_points") or hit.get("form") == "disguised"):
                shown = {name: hit.get(name) or "" for name in ("quote", "mark", "how")}
                points = hit.get("code_points")
                shown["code_points"] = [str(p) for p in points] if isinstance(points, list) else []
                found.setdefault((str(shown["quote"]), str(shown["mark"])), shown)
    return list(found.values())


def _shown(captures: Sequence[Capture]) -> list[CaptureShown]:
    shown = []
    for before, capture in zip((None, *captures), captures, strict=False):
        changes = (
            material_changes(before.listing, before.photo_digests(), capture.listing, capture.photo_digests())
            if before
            else ()
        )
        shown.append(CaptureShown(captured_at=capture.captured_at, listing=capture.listing, changes=changes))
    return shown[::-1]


def _web_address(url: str) -> str | None:
    """Return an address that may become a link: the web's own, whatever else a listing gives."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    return url if parts.scheme in {"http", "https"} and parts.netloc else None
