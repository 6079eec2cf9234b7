"""A store with cases that can be noticed: opened, decided and approved as scans and people do it."""

import hashlib
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

from pipeline.cases import case_id_of
from pipeline.cases.card import Card
from pipeline.enforcement import Case, Event, EventKind
from pipeline.notices.channels import Channels, load_channels
from pipeline.notices.explain import load_sentences
from pipeline.records import Listing, Register
from pipeline.stages.export import Scribe
from pipeline.stages.prepare import Ready, Stationery, prepare
from pipeline.store.captures import Capture, ShownPhoto, record_captures, record_contacts, record_register
from pipeline.store.cases import read_case, read_events
from pipeline.store.database import Store
from pipeline.store.originals import Originals
from tests.pipeline.notices.samples import CAPTURED, HOLDER, NOW, SIGNALS, TEAM, channel, listing
from tests.stores import append_event

PHOTO = (Path(__file__).parents[3] / "fixtures/register/photos").glob("*.jpg")
BYTES = min(PHOTO).read_bytes()


class Bureau:
    """Opens cases and says what people say of them."""

    def __init__(self, home: Path, store: Store) -> None:
        self.store, self.originals = store, Originals(home / "originals")
        self.number = 0
        with store.write() as connection:
            record_register(connection, Register(version=1, rights_holders=(HOLDER,), digest="d" * 64), NOW)

    def opened(self, of: Listing | None = None, contact: str | None = None, photo: bytes = BYTES) -> str:
        """Open a case as a scan would, and return its id."""
        seen = replace(of or listing(), title="Bramblewick kestrel mug")  # no large font is needed to print it
        case_id = case_id_of(seen.key, HOLDER.id)
        content = hashlib.sha256(repr(seen).encode()).hexdigest()
        digest = self.originals.keep(photo)
        facts = {
            "candidate_id": case_id, "run_id": "a" * 64, "score": 0.9, "band": "high", "label": "counterfeit",
            "asset_ids": ["bramble-word"], "content": content, "captured_at": "2026-10-03T07:12:00Z",
            "rights_holder_id": HOLDER.id, **seen.key._asdict(),
        }  # fmt: skip
        price = seen.prices[0]
        card = Card(
            content=content, captured_at=CAPTURED, title=seen.title, url=seen.url, seller_name=seen.seller.name,
            price=price.amount, currency=price.currency, sold_count=12,
        )  # fmt: skip
        capture = Capture(
            case_id=case_id, content=content, captured_at=CAPTURED, run_id="a" * 64,
            row={"signals": SIGNALS[:3], "exclusions": []}, listing=seen,
            photos=(ShownPhoto(name="images/a.jpg", digest=digest), ShownPhoto(name="images/gone.jpg", digest=None)),
        )  # fmt: skip
        with self.store.write() as connection:
            append_event(
                connection, self.event(case_id, EventKind.OPENED, "system", facts), None, four_eyes=(), card=card
            )
            record_captures(connection, [capture])
            record_contacts(connection, [(case_id, contact)] if contact else [])
        return case_id

    def event(self, case_id: str, kind: EventKind, by: str, facts: dict[str, Any]) -> Event:
        self.number += 1
        at = NOW.replace(hour=8, minute=self.number % 60)
        return Event(
            event_id=f"{self.number:032x}", sequence=0, case_id=case_id, kind=kind, at=at, by=by, reason="", facts=facts
        )

    def say(self, case_id: str, kind: EventKind, by: str, **facts: Any) -> None:
        with self.store.write() as connection:
            append_event(connection, self.event(case_id, kind, by, facts), None, four_eyes=(HOLDER.id,))

    def approved(self, of: Listing | None = None, **more: Any) -> str:
        """Open a case that two people agree on, and return its id."""
        case_id = self.opened(of, **more)
        self.say(case_id, EventKind.DECIDED, "ana", label="counterfeit", asset_ids=["bramble-word"])
        self.say(case_id, EventKind.APPROVED, "bo")
        return case_id

    def case(self, case_id: str) -> Case:
        with self.store.read() as connection:
            found = read_case(connection, case_id, None)
        assert found is not None
        return found.case

    def kinds(self, case_id: str) -> list[str]:
        with self.store.read() as connection:
            return [event.kind.value for event in read_events(connection, case_id, None)]

    def prepared(self, *case_ids: str, now: datetime = NOW, **options: Any) -> Ready:
        with self.store.read() as connection:
            return prepare(connection, stationery(), now, options.pop("scope", None), case_ids=case_ids, **options)

    def scribe(self, **changes: Any) -> Scribe:
        plain = Scribe(now=NOW, originals=self.originals, operator="Jo Warden", tools={"counterfoil": "1"})
        return replace(plain, **changes)


def stationery() -> Stationery:
    """Return stationery whose channel for eBay has its codes filled in."""
    channels = [channel("ebay-vero") if c.id == "ebay-vero" else c for c in load_channels()]
    return Stationery(channels=Channels(channels), team=TEAM, sentences=load_sentences())
