"""Re-checks: what looks leave behind, in whatever order and however often they come."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from pipeline.enforcement import CaseState, Event, EventKind, RecheckResult
from pipeline.followup.clocks import shipped_clocks
from pipeline.followup.pages import Answer, shipped_patterns
from pipeline.rechecks import Look
from pipeline.records import Rejected
from pipeline.stages.recheck import Tally, enter_looks, listings_due, look_again, rejected_lines
from pipeline.store.cases import read_case, read_events
from pipeline.store.database import Store
from pipeline.store.events import Draft, append_events
from pipeline.store.originals import Originals
from tests.pipeline.cases.events import STARTED_AT
from tests.pipeline.store.test_cases import decision, opening, word

DAY = timedelta(days=1)
NOW = STARTED_AT + 30 * DAY
URL = "https://item.example/1001"


def case_id(number: int) -> str:
    return f"{number:032x}"


@pytest.fixture
def noticed(store: Store) -> Store:
    """Return a store with two cases whose notices are out and one that is open."""
    with store.write() as connection:
        drafts = [opening(n) for n in (1, 2, 3)]
        for n in (1, 2):
            drafts.append(Draft(event=decision(10 * n, case_id(n))))
            drafts.append(Draft(event=word(10 * n + 1, case_id(n), EventKind.APPROVED)))
            drafts.append(Draft(event=word(10 * n + 2, case_id(n), EventKind.NOTICED, notice_id=f"n{n}")))
        append_events(connection, drafts, None, four_eyes=())
    return store


@pytest.fixture
def originals(tmp_path: Path) -> Originals:
    return Originals(tmp_path / "originals")


def look(number: int = 1, days: float = 5, result: str | None = "gone_404", **changes: Any) -> Look:
    plain: dict[str, Any] = {
        "checked_at": STARTED_AT + days * DAY,
        "platform": "taobao",
        "listing_id": str(number),
        "result": None if result is None else RecheckResult(result),
        "evidence": b"HTTP 404",
        "vantage": "GB",
        "place": "looks.jsonl:1",
    }
    return Look(**(plain | changes))


def enter(store: Store, originals: Originals, *looks: Look | Rejected, now: datetime = NOW) -> Tally:
    return enter_looks(store, originals, looks, patterns=shipped_patterns(), now=now)


def state(store: Store, number: int) -> tuple[CaseState, str | None]:
    with store.read() as connection:
        queued = read_case(connection, case_id(number), None)
    assert queued is not None
    return queued.case.state, queued.recheck


def history(store: Store, number: int) -> tuple[Event, ...]:
    with store.read() as connection:
        return read_events(connection, case_id(number), None)


def test_a_look_becomes_an_event_with_its_evidence(noticed: Store, originals: Originals) -> None:
    tally = enter(noticed, originals, look())

    assert state(noticed, 1) == (CaseState.DOWN, "gone_404")
    event = history(noticed, 1)[-1]
    assert (event.kind, event.at, event.facts["vantage"]) == (EventKind.RECHECKED, STARTED_AT + 5 * DAY, "GB")
    assert originals.read(event.facts["evidence_sha256"]) == b"HTTP 404"
    assert tally.results == {RecheckResult.GONE: 1}


def test_what_tells_nothing_is_never_down(noticed: Store, originals: Originals) -> None:
    looks = [look(days=4 + n, result=result) for n, result in enumerate(("login_wall", "blocked", "unreachable"))]

    enter(noticed, originals, *looks)

    assert state(noticed, 1) == (CaseState.NOTICED, "unreachable")


def test_looks_entered_again_or_late_change_nothing(noticed: Store, originals: Originals) -> None:
    enter(noticed, originals, look(days=5), look(days=4, result="up"))
    before = history(noticed, 1)

    tally = enter(noticed, originals, look(days=5), look(days=4, result="up"), look(days=3, result="up"))

    assert history(noticed, 1) == before
    assert [e.facts["result"] for e in before if e.kind is EventKind.RECHECKED] == ["up", "gone_404"]
    assert tally.older == 3


def test_a_look_finds_its_case_by_address_or_listing_and_seller(noticed: Store, originals: Originals) -> None:
    by_url: dict[str, Any] = {"platform": None, "listing_id": None, "url": "HTTPS://Item.example/1001/#top"}

    tally = enter(noticed, originals, look(**by_url), look(2, seller_id="another"), look(9))

    assert (tally.unmatched, sum(tally.results.values())) == (2, 3)  # the three cases of these tests share an address
    assert state(noticed, 3) == (CaseState.OPEN, "gone_404")


def test_answers_are_judged_and_the_future_is_rejected(noticed: Store, originals: Originals) -> None:
    answer = Answer(status=200, address=URL, page="此宝贝已下架")
    fault = Rejected(kind="row", source="a", line=3, field="line", got="x", expected="y", reason="z")

    tally = enter(noticed, originals, look(result=None, answer=answer), look(2, days=31), fault)

    assert state(noticed, 1) == (CaseState.DOWN, "delisted_page")
    assert list(rejected_lines(tally))[1] == "a:3: line: z, got x, expected y"
    assert "in the future" in next(rejected_lines(tally))


class FakeShop:
    """A visitor to whom every listing is gone, at the hosts that it may ask."""

    def __init__(self, *, open_: bool = True) -> None:
        self.open = open_
        self.visited: list[str] = []

    def allows(self, url: str) -> bool:
        return self.open

    def visit(self, url: str, now: datetime) -> Look:
        self.visited.append(url)
        return Look(checked_at=now, url=url, answer=Answer(status=404, address=url, page=""), evidence=b"404")


def test_only_listings_whose_look_is_due_are_asked_for(noticed: Store, originals: Originals) -> None:
    def due(days: float) -> list[str]:
        return [one.case_id for one in listings_due(noticed, shipped_clocks(), STARTED_AT + days * DAY)]

    assert due(2) == []
    assert due(3.1) == [case_id(1), case_id(2)]
    enter(noticed, originals, look(1, days=4, result="up"), look(2, days=4))
    assert due(4.5) == []
    assert due(5.1) == [case_id(2)]
    assert due(11.1) == [case_id(1), case_id(2)]


def test_asking_twice_on_one_day_asks_once(noticed: Store, originals: Originals) -> None:
    shop = FakeShop()
    tools: dict[str, Any] = {"patterns": shipped_patterns(), "clocks": shipped_clocks()}
    now = datetime(2026, 10, 8, tzinfo=UTC)

    first = look_again(noticed, originals, shop, **tools, now=now)
    second = look_again(noticed, originals, shop, **tools, now=now)

    assert (first.results, second.results) == ({RecheckResult.GONE: 2}, {})
    assert look_again(noticed, originals, FakeShop(open_=False), **tools, now=now + 9 * DAY).results == {}
    assert len(shop.visited) == 2
