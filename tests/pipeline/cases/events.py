"""Events for tests, with made-up people; every field can be overridden."""

from datetime import UTC, datetime, timedelta
from typing import Any

from pipeline.enforcement import SYSTEM, Event, EventKind
from pipeline.records import Json

STARTED_AT = datetime(2026, 10, 4, 9, tzinfo=UTC)
OPENING: dict[str, Json] = {
    "candidate_id": "c" * 20,
    "run_id": "a" * 64,
    "score": 0.91,
    "band": "high",
    "label": "counterfeit",
    "asset_ids": ["quill-word"],
    "content": "1" * 64,
    "captured_at": "2026-10-03T08:00:00Z",
    "rights_holder_id": "quill",
    "platform": "taobao",
    "listing_id": "1001",
    "seller_id": "s1",
}


def event(number: int, kind: EventKind, by: str = SYSTEM, **changes: Any) -> Event:
    """Return the event with a number: its id, sequence and minute."""
    plain: dict[str, Any] = {
        "event_id": f"{number:032x}",
        "sequence": number,
        "case_id": "d" * 32,
        "kind": kind,
        "at": STARTED_AT + timedelta(minutes=number),
        "by": by,
        "reason": "",
        "facts": {},
    }
    return Event(**(plain | changes))


def opened(**facts: Json) -> Event:
    return event(1, EventKind.OPENED, facts=OPENING | facts)


def decided(number: int, label: str = "counterfeit", by: str = "ana", **changes: Any) -> Event:
    return event(number, EventKind.DECIDED, by, facts={"label": label, "asset_ids": ["quill-word"]}, **changes)
