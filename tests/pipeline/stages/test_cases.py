"""Cases of whole scans: what opens one, what is added, what comes back, and that nobody's word is lost."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest
from sqlalchemy import select

from pipeline.cases import case_id_of
from pipeline.cases.dismissal import DismissalRule, RuleKind
from pipeline.cases.draw import ticket
from pipeline.enforcement import Case, CaseState, Event, EventKind
from pipeline.errors import InputError
from pipeline.records import Label, ListingKey
from pipeline.stages.cases import open_by_hand
from pipeline.stages.rules import apply_rules, give_back, preview
from pipeline.store.captures import current_captures, newest_register, read_captures
from pipeline.store.case_tables import draws
from pipeline.store.cases import Filters, Sort, count, queue, read_case, read_events
from pipeline.store.database import Store
from pipeline.store.dismissal_rules import add_rule, ignored_photos, read_rules, retire_rule
from pipeline.store.events import Draft, append_events, events_after
from pipeline.store.lake import Lake
from pipeline.store.originals import Originals
from tests.market import FakeKit, row, run, scan_of, write_register, write_snapshot

LATER, LATEST = "2026-10-10T08:00:00Z", "2026-10-17T08:00:00Z"
NOW = datetime(2026, 11, 2, tzinfo=UTC)


@pytest.fixture
def register(tmp_path: Path) -> Path:
    return write_register(tmp_path / "register")


class Desk:
    """A store with what is scanned into it, and the people who work with it."""

    def __init__(self, home: Path, register: Path, store: Store) -> None:
        self.home, self.register, self.store = home, register, store
        self.number = 0

    def scan(self, *rows: dict[str, Any], **changes: Any) -> dict[str, Any]:
        self.number += 1
        snapshot = write_snapshot(self.home / f"snapshot-{self.number}", rows)
        plain: dict[str, Any] = {"store": self.store, "random_percent": 0}
        return run(scan_of([snapshot], self.register, self.home, **(plain | changes)))

    def say(self, case_id: str, kind: EventKind, by: str = "ana", **facts: Any) -> None:
        self.number += 1
        event = Event(
            event_id=f"{self.number:032x}",
            sequence=0,
            case_id=case_id,
            kind=kind,
            at=NOW,
            by=by,
            reason="",
            facts=facts,
        )
        with self.store.write() as connection:
            append_events(connection, [Draft(event=event)], None, four_eyes=())

    def take_down(self, case_id: str) -> None:
        self.say(case_id, EventKind.DECIDED, label="counterfeit", asset_ids=["quill-word"])
        self.say(case_id, EventKind.APPROVED)
        self.say(case_id, EventKind.NOTICED, notice_id="n")
        self.say(case_id, EventKind.RECHECKED, result="gone_404")

    def case(self, case_id: str) -> Case:
        with self.store.read() as connection:
            queued = read_case(connection, case_id, None)
        assert queued is not None
        return queued.case

    def history(self, case_id: str) -> tuple[Event, ...]:
        with self.store.read() as connection:
            return read_events(connection, case_id, None)

    def kinds(self, case_id: str) -> list[str]:
        return [event.kind.value for event in self.history(case_id)]

    def total(self, **filters: Any) -> int:
        with self.store.read() as connection:
            return count(connection, Filters(**filters), None).total


@pytest.fixture
def desk(tmp_path: Path, register: Path, store: Store) -> Desk:
    return Desk(tmp_path, register, store)


def bag(number: int, **changes: Any) -> dict[str, Any]:
    """Return a row that names the mark, from a seller that nobody trusts."""
    plain: dict[str, Any] = {"title": f"QUILLMERE bag no. {number}", "seller": {"id": f"seller-{number}"}}
    return row(number, **(plain | changes))


def id_of(number: int, seller: str | None = None) -> str:
    return case_id_of(ListingKey("taobao", str(number), seller or f"seller-{number}"), "quill")


def test_candidates_worth_a_look_become_cases_with_all_that_was_seen(desk: Desk) -> None:
    made = desk.scan(bag(1, sold_count=3, query={"keyword": "bag", "rank": 1}), bag(2, images=[]), row(4))

    with desk.store.read() as connection:
        queued = read_case(connection, id_of(1), None)
        (capture,) = read_captures(connection, id_of(1), None)
        register = newest_register(connection, "quill")
        assert register is not None
        assert register.digest == made["versions"]["register"]
        assert current_captures(connection, [id_of(1)]) == {id_of(1): capture}
    originals = Originals.beside(scan_of([], desk.register, desk.home, store=desk.store).lake)
    assert desk.total() == 2
    assert queued is not None
    assert (queued.card.title, queued.card.euros, queued.harm) == ("QUILLMERE bag no. 1", 11.0, 44.0)
    assert queued.case.state is CaseState.OPEN
    assert capture.row["signals"][0]["asset_id"] == "quill-word"
    assert originals.read(capture.photos[0].digest or "") == b"PHOTO 1"
    assert all(originals.has(digest) for digest in register.image_digests.values())


def test_a_low_candidate_becomes_a_case_only_where_it_is_asked_for(desk: Desk) -> None:
    rows = [row(n, title=f"Canvas bag {n}", images=["images/5.jpg"], seller={"id": "trusted"}) for n in range(9)]

    assert desk.scan(*rows)["counts"]["low"] == 9
    assert desk.total() == 0
    desk.scan(*rows, open_low=True)
    assert desk.total() == 9


def test_a_person_opens_a_case_for_a_low_candidate(desk: Desk) -> None:
    desk.scan(row(8, title="Canvas bag", images=["images/5.jpg"], seller={"id": "trusted"}))
    candidate = id_of(8, "trusted")[:20]
    wanted: dict[str, Any] = {"by": "ana", "reason": "known shop", "now": NOW}
    lake = Lake(desk.home / "lake")

    opened = open_by_hand(desk.store, lake, candidate, ("quill",), **wanted)
    again = open_by_hand(desk.store, lake, candidate, None, **wanted)
    with pytest.raises(InputError, match="no such candidate"):
        open_by_hand(desk.store, lake, candidate, ("other",), **wanted)
    desk.scan(row(8, title="Canvas bag", images=["images/5.jpg"], seller={"id": "trusted"}, captured_at=LATER))

    assert opened == again
    assert (opened.case_id, opened.band) == (id_of(8, "trusted"), "low")
    assert [(e.kind.value, e.by, e.reason) for e in desk.history(opened.case_id)] == [
        ("opened", "ana", "known shop"),
        ("seen", "system", ""),
    ]


def test_a_scan_carried_out_twice_adds_nothing(desk: Desk) -> None:
    rows = [bag(n) for n in range(1, 6)]
    desk.scan(*rows)
    before = [desk.history(id_of(n)) for n in range(1, 6)]
    desk.number = 0

    desk.scan(*rows)

    assert [desk.history(id_of(n)) for n in range(1, 6)] == before


def test_a_later_scan_adds_that_it_was_seen_and_what_changed(desk: Desk) -> None:
    desk.scan(bag(1), bag(2))
    desk.say(id_of(1), EventKind.DECIDED, label="lookalike", asset_ids=[])
    desk.say(id_of(2), EventKind.DECIDED, label="lookalike", asset_ids=[])

    desk.scan(bag(1, captured_at=LATER), bag(2, captured_at=LATER, title="QUILLMERE leather bag", sold_count=8))

    assert desk.kinds(id_of(1)) == ["opened", "decided", "seen"]
    assert desk.kinds(id_of(2)) == ["opened", "decided", "changed"]
    assert not desk.case(id_of(1)).changed
    changed = desk.case(id_of(2))
    assert (changed.changed, changed.label, changed.state) == (True, Label.LOOKALIKE, CaseState.DISMISSED)
    (change,) = desk.history(id_of(2))[-1].facts["changes"]
    assert change == {"field": "title", "before": "QUILLMERE bag no. 2", "after": "QUILLMERE leather bag"}
    with desk.store.read() as connection:
        assert [c.listing.title for c in read_captures(connection, id_of(2), None)] == [
            change["before"],
            change["after"],
        ]


def test_a_snapshot_older_than_the_case_changes_nothing(desk: Desk) -> None:
    desk.scan(bag(1, captured_at=LATER, title="QUILLMERE now"))

    desk.scan(bag(1, title="QUILLMERE then"))

    assert desk.kinds(id_of(1)) == ["opened"]


def test_a_listing_in_which_nothing_is_seen_any_more_is_a_change(desk: Desk) -> None:
    desk.scan(bag(1))
    desk.say(id_of(1), EventKind.DECIDED, label="counterfeit", asset_ids=["quill-word"])

    desk.scan(bag(1, captured_at=LATER, title="Canvas bag"))

    case = desk.case(id_of(1))
    assert (case.changed, case.label, case.score) == (True, Label.COUNTERFEIT, 0.0)


def test_of_several_captures_without_the_mark_the_newest_counts_however_few_cases_are_read_at_once(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipeline.stages.cases.AT_ONCE", 1)
    desk.scan(bag(1), bag(2))
    captured = [f"2026-10-1{day}T08:00:00Z" for day in range(3)]

    desk.scan(*(bag(n, captured_at=at, title=f"Canvas bag at {at}") for n in (1, 2) for at in captured))

    for number in (1, 2):
        with desk.store.read() as connection:
            queued = read_case(connection, id_of(number), None)
        assert queued is not None
        assert queued.card.title == f"Canvas bag at {captured[-1]}"


def test_a_photo_that_changed_under_its_name_is_a_change(desk: Desk) -> None:
    desk.scan(bag(1))

    desk.scan(bag(1, captured_at=LATER, images=["images/2.jpg"]))

    assert [change["field"] for change in desk.history(id_of(1))[-1].facts["changes"]] == ["photos"]


def test_a_listing_captured_after_it_was_down_is_up_again(desk: Desk) -> None:
    desk.scan(bag(1))
    desk.take_down(id_of(1))

    desk.scan(bag(1, captured_at=LATER))
    assert desk.case(id_of(1)).state is CaseState.DOWN
    desk.scan(bag(1, captured_at="2026-11-09T08:00:00Z"))

    assert desk.kinds(id_of(1))[-2:] == ["seen", "rechecked"]
    assert desk.case(id_of(1)).state is CaseState.NOTICED


@pytest.mark.parametrize(
    ("earlier", "again", "because"),
    [
        pytest.param({}, {"seller": {"id": "seller-1"}}, ["seller"], id="same seller"),
        pytest.param({"images": ["images/9.jpg"]}, {"images": ["images/9.jpg"]}, ["photo"], id="same photo"),
        pytest.param(
            {"images": ["images/9.jpg", "images/8.jpg"]},
            {"images": ["images/8.jpg", "images/9.jpg"]},
            ["photo", "operator"],
            id="same set of photos",
        ),
        pytest.param(
            {"description": "write to corner@goods.example"},
            {"description": "E-MAIL: corner@goods.example"},
            ["operator"],
            id="same contact",
        ),
        pytest.param({}, {"platform": "1688", "seller": {"id": "seller-1"}}, None, id="same id elsewhere"),
        pytest.param({}, {}, None, id="nothing in common"),
    ],
)
def test_a_listing_that_was_taken_down_is_known_when_it_comes_back(
    desk: Desk, earlier: dict[str, Any], again: dict[str, Any], because: list[str] | None
) -> None:
    desk.scan(bag(1, **earlier))
    desk.take_down(id_of(1))

    desk.scan(bag(20, captured_at=LATER, **again))

    with desk.store.read() as connection:
        (case,) = (q.case for q in queue(connection, Filters(states=(CaseState.OPEN,)), None, sort=Sort.AGE).cases)
    found = [event.facts["because"] for event in desk.history(case.case_id) if event.kind is EventKind.RELISTED]
    assert found == ([] if because is None else [because])
    assert case.earlier_case_id == (None if because is None else id_of(1))


def test_what_many_sellers_show_connects_nobody(desk: Desk) -> None:
    desk.scan(*(bag(n, images=["images/9.jpg"], description="help@platform.example") for n in range(1, 8)))
    desk.take_down(id_of(1))

    desk.scan(bag(20, images=["images/9.jpg"], description="help@platform.example", captured_at=LATER))

    assert desk.kinds(id_of(20)) == ["opened"]


def test_what_was_never_noticed_cannot_come_back(desk: Desk) -> None:
    desk.scan(bag(1))
    desk.say(id_of(1), EventKind.CLOSED)

    desk.scan(bag(20, seller={"id": "seller-1"}, captured_at=LATER))

    assert desk.case(id_of(20, "seller-1")).earlier_case_id is None


def rule(kind: RuleKind, value: str, **changes: Any) -> DismissalRule:
    plain: dict[str, Any] = {
        "rule_id": f"{len(value):032x}",
        "kind": kind,
        "value": value,
        "rights_holder_id": "quill",
        "platform": "taobao",
        "owner": "ana",
        "reason": "agreed with the holder",
        "made_at": NOW,
    }
    return DismissalRule(**(plain | changes))


SELLER = rule(RuleKind.AUTHORISED_SELLER, "seller-1")
PHRASE = rule(RuleKind.IGNORED_PHRASE, "quillmere  BAG no. 1")


def enter(desk: Desk, made: DismissalRule) -> int:
    with desk.store.write() as connection:
        add_rule(connection, made, None)
    return apply_rules(desk.store, made, NOW)


@pytest.mark.parametrize("made", [pytest.param(SELLER, id="seller"), pytest.param(PHRASE, id="phrase")])
def test_a_rule_dismisses_open_cases_at_once_and_new_ones_when_they_open(desk: Desk, made: DismissalRule) -> None:
    desk.scan(bag(1), bag(2))

    assert enter(desk, made) == 1
    desk.scan(bag(3), bag(1, listing_id="9", captured_at=LATER))

    assert desk.kinds(id_of(1)) == ["opened", "ruled"]
    assert desk.history(id_of(1))[-1].facts["rule_id"] == made.rule_id
    assert "agreed with the holder" in desk.history(id_of(1))[-1].reason
    assert (desk.case(id_of(1)).state, desk.case(id_of(1)).label) == (CaseState.DISMISSED, None)
    assert desk.case(id_of(9, "seller-1")).state is CaseState.DISMISSED
    assert desk.total(states=(CaseState.OPEN,)) == 2


def test_an_ignored_image_dismisses_what_rests_on_it_alone(desk: Desk) -> None:
    shown = {"title": "Canvas bag", "images": ["images/3.jpg", "images/5.jpg"]}
    desk.scan(bag(1, **shown), bag(2, images=["images/5.jpg"]), open_low=True)
    with desk.store.read() as connection:
        digest = current_captures(connection, [id_of(1)])[id_of(1)].photos[1].digest or ""

    ignored = rule(RuleKind.IGNORED_IMAGE, digest, platform=None)
    enter(desk, ignored)
    with desk.store.read() as connection:
        (benign,) = ignored_photos(connection, NOW)

    assert (benign.photo, benign.describer, benign.whole) == (digest, "1", digest)
    assert [desk.case(id_of(n)).state for n in (1, 2)] == [CaseState.DISMISSED, CaseState.OPEN]


def test_a_rule_never_goes_over_a_persons_word_but_its_preview_shows_it(desk: Desk) -> None:
    desk.scan(bag(1), bag(10, seller={"id": "seller-1"}), bag(2))
    desk.say(id_of(1), EventKind.DECIDED, label="counterfeit", asset_ids=["quill-word"])
    with desk.store.read() as connection:
        effects = {e.case.case_id: (e.dismisses, e.case.label) for e in preview(connection, SELLER, ("quill",))}
        assert preview(connection, SELLER, ("other",)) == ()

    assert enter(desk, SELLER) == 1

    assert effects == {id_of(1): (False, Label.COUNTERFEIT), id_of(10, "seller-1"): (True, None)}
    assert desk.case(id_of(1)).state is CaseState.CONFIRMED
    desk.say(id_of(10, "seller-1"), EventKind.REOPENED)
    assert apply_rules(desk.store, SELLER, NOW) == 0


def test_a_rule_that_has_ended_gives_back_what_it_dismissed(desk: Desk) -> None:
    desk.scan(bag(1))
    expiring = replace(SELLER, expires_at=NOW + timedelta(days=1))
    enter(desk, expiring)

    give_back(desk.store, NOW)
    assert desk.case(id_of(1)).state is CaseState.DISMISSED
    give_back(desk.store, NOW + timedelta(days=1))

    assert desk.case(id_of(1)).state is CaseState.OPEN
    assert desk.kinds(id_of(1)) == ["opened", "ruled", "ruled"]


def test_rules_are_retired_by_somebody_and_stay(desk: Desk) -> None:
    enter(desk, SELLER)
    with desk.store.write() as connection:
        with pytest.raises(InputError, match="no such rule"):
            retire_rule(connection, SELLER.rule_id, ("other",), "bo", NOW)
        retire_rule(connection, SELLER.rule_id, None, "bo", NOW)
        retire_rule(connection, SELLER.rule_id, None, "cleo", NOW + timedelta(days=1))
        (kept,) = read_rules(connection, ("quill",))
        assert read_rules(connection, ("other",)) == ()

    assert kept == replace(SELLER, retired_at=NOW, retired_by="bo")
    assert not kept.holds(NOW)


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        pytest.param({"reason": " "}, "reason: missing", id="no reason"),
        pytest.param({"platform": None}, "platform: missing", id="no platform"),
        pytest.param({"kind": RuleKind.IGNORED_IMAGE}, "no digest", id="no digest"),
        pytest.param({"kind": RuleKind.IGNORED_PHRASE, "value": "a "}, "expected a phrase of 3", id="too short"),
    ],
)
def test_what_cannot_be_a_rule_is_refused(changes: dict[str, Any], says: str) -> None:
    with pytest.raises(InputError, match=says):
        replace(SELLER, **changes)


def test_a_random_share_is_drawn_with_its_probability_kept(desk: Desk) -> None:
    low = [row(n, title=f"Canvas {n}", images=["images/5.jpg"], seller={"id": "trusted"}) for n in range(40)]
    desk.scan(*low, *(bag(n) for n in range(100, 140)), random_percent=30)

    with desk.store.read() as connection:
        draw = connection.execute(select(draws)).one()
        drawn = queue(connection, Filters(drawn=True), None, sort=Sort.SCORE, limit=99).cases
    assert draw.probability == pytest.approx(0.3 / 0.7 * 40 / 80)
    every = [id_of(n, "trusted") for n in range(40)] + [id_of(n) for n in range(100, 140)]
    lucky = {case_id for case_id in every if ticket(draw.seed, case_id) < draw.probability}
    assert {queued.case.case_id for queued in drawn} == lucky
    assert {queued.probability for queued in drawn} <= {draw.probability}
    assert desk.total(bands=("low",)) == len(lucky & set(every[:40]))


def test_events_of_a_scan_are_all_the_systems_and_in_one_order(desk: Desk) -> None:
    desk.scan(*(bag(n) for n in range(1, 30)))

    with desk.store.read() as connection:
        written = events_after(connection, 0, 99)
    assert [event.sequence for event in written] == list(range(1, 30))
    assert {event.by for event in written} == {"system"}


def test_a_new_score_for_the_same_capture_is_added(desk: Desk, tmp_path: Path) -> None:
    desk.scan(bag(1, images=["images/5.jpg"]))
    document = orjson.loads((desk.register / "register.json").read_bytes())
    document["rights_holders"][0]["assets"].pop()
    (desk.register / "register.json").write_bytes(orjson.dumps(document))

    run(scan_of([], desk.register, tmp_path, store=desk.store, kit=FakeKit()))

    with desk.store.read() as connection:
        (capture,) = read_captures(connection, id_of(1), None)
    assert desk.kinds(id_of(1)) == ["opened", "seen"]
    assert capture.row["score"] == desk.case(id_of(1)).score
    assert {signal["asset_id"] for signal in capture.row["signals"]} == {"quill-word"}
