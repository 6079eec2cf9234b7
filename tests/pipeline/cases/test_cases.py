"""What may happen to a case, and what its events make of it."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.cases import allowed_kinds, check, check_unmoved, fold, material_changes, standing
from pipeline.cases.transitions import TABLE
from pipeline.enforcement import SYSTEM, CaseState, Event, EventKind, RecheckResult
from pipeline.errors import ConflictError, TransitionError
from pipeline.records import Label, Price, PriceKind, Seller
from tests.pipeline.builders import listing
from tests.pipeline.cases.events import OPENING, decided, event, opened

E, S = EventKind, CaseState
FACTS: dict[EventKind, list[dict[str, Any]]] = {
    E.SEEN: [OPENING | {"score": 0.5, "band": "medium"}],
    E.CHANGED: [OPENING | {"changes": []}],
    E.RELISTED: [{"earlier_case_id": "e" * 32, "because": ["photo"]}],
    E.ASSIGNED: [{"to": "ana"}, {"to": None}],
    E.RULED: [{"rule_id": "r1", "label": "authorised"}, {"rule_id": "r1", "label": None}],
    E.DECIDED: [{"label": label.value, "asset_ids": ["quill-word"]} for label in Label],
    E.RECHECKED: [{"result": result.value} for result in RecheckResult],
    E.SETTLED: [{"outcome": outcome} for outcome in ("upheld", "rejected", "lapsed")],
}
ATTEMPTS = [(kind, facts) for kind in E for facts in FACTS.get(kind, [{}]) if kind is not E.OPENED]


def told(*steps: tuple[EventKind, str, dict[str, Any]]) -> list[Event]:
    """Return a history whose every event was allowed when it came."""
    history = [opened()]
    for number, (kind, by, facts) in enumerate(steps, start=2):
        step = event(number, kind, by, facts=facts)
        check(fold(history), standing(history), step)
        history.append(step)
    return history


def label(name: str) -> dict[str, Any]:
    return {"label": name, "asset_ids": []}


CONFIRM = (E.DECIDED, "ana", label("counterfeit"))
APPROVE: tuple[EventKind, str, dict[str, Any]] = (E.APPROVED, "bo", {})
NOTICE = (E.NOTICED, "bo", {"notice_id": "n1"})
DOWN = (E.RECHECKED, SYSTEM, {"result": "gone_404"})
UP = (E.RECHECKED, SYSTEM, {"result": "up"})
CHANGE = (E.CHANGED, SYSTEM, FACTS[E.CHANGED][0])
RULE = (E.RULED, SYSTEM, FACTS[E.RULED][0])


@pytest.mark.parametrize(
    ("steps", "state"),
    [
        pytest.param([], S.OPEN, id="opened"),
        pytest.param([CONFIRM], S.CONFIRMED, id="an actionable label confirms"),
        pytest.param([(E.DECIDED, "ana", label("second_hand"))], S.DISMISSED, id="another label dismisses"),
        pytest.param([(E.DECIDED, "ana", label("suspicious"))], S.HELD, id="a suspicion holds"),
        pytest.param([CONFIRM, APPROVE], S.APPROVED, id="a second person approves"),
        pytest.param([CONFIRM, (E.RETURNED, "bo", {})], S.OPEN, id="a second person returns"),
        pytest.param([CONFIRM, APPROVE, NOTICE], S.NOTICED, id="a notice goes out"),
        pytest.param([CONFIRM, APPROVE, NOTICE, NOTICE], S.NOTICED, id="and again"),
        pytest.param([CONFIRM, APPROVE, NOTICE, DOWN], S.DOWN, id="found down"),
        pytest.param([CONFIRM, APPROVE, NOTICE, DOWN, UP], S.NOTICED, id="back up"),
        pytest.param([DOWN], S.OPEN, id="down before any notice is nobody's success"),
        pytest.param([CONFIRM, APPROVE, NOTICE, (E.SETTLED, "bo", {"outcome": "upheld"})], S.CLOSED, id="seller right"),
        pytest.param([CONFIRM, APPROVE, NOTICE, (E.SETTLED, "bo", {"outcome": "lapsed"})], S.NOTICED, id="lapsed"),
        pytest.param([RULE], S.DISMISSED, id="a rule dismisses"),
        pytest.param([RULE, (E.RULED, SYSTEM, FACTS[E.RULED][1])], S.OPEN, id="a retired rule gives back"),
        pytest.param([RULE, (E.REOPENED, "ana", {})], S.OPEN, id="a person overrides a rule"),
    ],
)
def test_events_lead_to_the_state_that_the_table_says(
    steps: list[tuple[EventKind, str, dict[str, Any]]], state: CaseState
) -> None:
    assert fold(told(*steps)).state is state


@pytest.mark.parametrize(
    ("steps", "refused", "says"),
    [
        pytest.param([], APPROVE, "expected one that is approved, confirmed", id="approve what nobody confirmed"),
        pytest.param([CONFIRM], NOTICE, "expected one that is approved, noticed", id="send without approval"),
        pytest.param([], (E.DECIDED, SYSTEM, label("counterfeit")), "expected a person", id="a machine decides"),
        pytest.param([], (E.DECIDED, "ana", {"label": "nonsense"}), "unusable facts", id="no such label"),
        pytest.param([], (E.DISPOSED, SYSTEM, {}), "no notice went out", id="an answer to nothing"),
        pytest.param([CONFIRM], RULE, "expected one that is open", id="a rule over a decision"),
        pytest.param([RULE, (E.REOPENED, "ana", {})], RULE, "a person has spoken", id="a rule over a reopening"),
        pytest.param(
            [(E.DECIDED, "ana", label("irrelevant"))],
            (E.RULED, SYSTEM, FACTS[E.RULED][1]),
            "a person has spoken",
            id="a retired rule over a dismissal",
        ),
        pytest.param([CONFIRM, APPROVE, CHANGE], NOTICE, "has changed since", id="send what has changed since"),
        pytest.param([], (E.OPENED, SYSTEM, OPENING), "a case that is open already", id="open twice"),
        pytest.param([], (E.SETTLED, "ana", {"outcome": "won"}), "expected one of 'lapsed'", id="no such outcome"),
    ],
)
def test_what_the_table_does_not_allow_is_refused(
    steps: list[tuple[EventKind, str, dict[str, Any]]], refused: tuple[EventKind, str, dict[str, Any]], says: str
) -> None:
    history = told(*steps)
    kind, by, facts = refused

    with pytest.raises(TransitionError, match=says):
        check(fold(history), standing(history), event(9, kind, by, facts=facts))


def test_with_four_eyes_nobody_approves_their_own_word() -> None:
    history = told(CONFIRM)

    check(fold(history), standing(history), event(3, E.APPROVED, "ana"))
    check(fold(history), standing(history), event(3, E.APPROVED, "bo"), four_eyes=True)
    with pytest.raises(TransitionError, match="a second person is wanted, got 'ana'"):
        check(fold(history), standing(history), event(3, E.APPROVED, "ana"), four_eyes=True)


def test_a_decided_listing_that_changed_is_marked_until_a_person_looks() -> None:
    history = told(CONFIRM, CHANGE)
    looked = [*history, decided(4)]

    assert (fold(history).changed, fold(history).label) == (True, Label.COUNTERFEIT)
    assert not fold(looked).changed
    assert not fold(told(CHANGE)).changed


@pytest.mark.parametrize(
    ("steps", "taken_back", "by", "says"),
    [
        pytest.param([CONFIRM], 3, "ana", "newest word can be, got", id="nothing of the sort"),
        pytest.param([CONFIRM, APPROVE], 2, "ana", "newest word can be", id="not the newest"),
        pytest.param([CONFIRM], 2, "bo", "another's word, got 'bo'", id="another's"),
        pytest.param([CONFIRM, APPROVE, NOTICE], 3, "bo", "a notice has gone out", id="after a notice"),
        pytest.param([RULE], 2, "bo", "expected 'nothing'", id="the system's"),
    ],
)
def test_only_ones_own_newest_word_before_a_notice_is_undone(
    steps: list[tuple[EventKind, str, dict[str, Any]]], taken_back: int, by: str, says: str
) -> None:
    history = told(*steps)

    with pytest.raises(TransitionError, match=says):
        check(fold(history), standing(history), event(9, E.UNDONE, by, facts={"event_id": f"{taken_back:032x}"}))


def test_an_undone_word_leaves_the_case_as_it_was_but_for_the_count() -> None:
    before = told(CONFIRM, CHANGE)
    after = told(CONFIRM, CHANGE, APPROVE, (E.UNDONE, "bo", {"event_id": f"{4:032x}"}))

    assert replace(fold(after), events=3, updated_at=fold(before).updated_at) == fold(before)
    assert fold(after).events == 5


@settings(max_examples=300, derandomize=True, deadline=None)
@given(data=st.data())
def test_allowed_events_fold_to_the_same_case_at_once_and_one_by_one(data: st.DataObject) -> None:
    history = [opened()]
    states = [fold(history)]
    for number in range(2, 2 + data.draw(st.integers(1, 12))):
        kind, facts = data.draw(st.sampled_from(ATTEMPTS))
        if kind is E.UNDONE:
            facts = {"event_id": data.draw(st.sampled_from(history)).event_id}
        step = event(number, kind, data.draw(st.sampled_from(["ana", "bo", SYSTEM])), facts=facts)
        try:
            check(states[-1], standing(history), step)
        except TransitionError:
            assert fold(history) == states[-1]
            continue
        history.append(step)
        states.append(fold(history))

    assert [fold(history[:count]) for count in range(1, len(history) + 1)] == states


def test_the_table_has_one_row_for_a_kind_and_variant() -> None:
    rows = [(rule.kind, rule.variant) for rule in TABLE]

    assert len(rows) == len(set(rows))
    assert {kind for kind, _ in rows} == set(E) - {E.OPENED}
    assert E.DECIDED in allowed_kinds(S.OPEN)
    assert E.SEEN not in allowed_kinds(S.OPEN)


def test_a_writer_hears_who_came_before() -> None:
    history = told(CONFIRM)

    check_unmoved(history, "d" * 32, 2)
    with pytest.raises(ConflictError, match="decided by ana at 2026-10-04 09:02:00 UTC"):
        check_unmoved(history, "d" * 32, 1)


PLAIN = listing(description="A canvas bag. " * 20)
PHOTOS = ("a" * 64, "b" * 64)


def sale(amount: str, currency: str = "USD", units: int | None = None) -> tuple[Price, ...]:
    return (Price(kind=PriceKind.SALE, amount=Decimal(amount), currency=currency, unit_count=units),)


@pytest.mark.parametrize(
    ("change", "photos", "fields"),
    [
        pytest.param({"title": "Leather bag with two pockets"}, PHOTOS, ["title"], id="title"),
        pytest.param({"title": "CANVAS bag  with two pockets"}, PHOTOS, [], id="case and spaces of a title"),
        pytest.param({"prices": sale("9.90")}, PHOTOS, ["price"], id="half the price"),
        pytest.param({"prices": sale("18.90")}, PHOTOS, [], id="a discount of the day"),
        pytest.param({"prices": sale("39.80", units=2)}, PHOTOS, [], id="two for twice the price"),
        pytest.param({"prices": sale("19.90", "EUR")}, PHOTOS, ["price"], id="another currency"),
        pytest.param({"prices": ()}, PHOTOS, ["price"], id="no price any more"),
        pytest.param({"seller": Seller(id="s1", name="Corner Traders")}, PHOTOS, ["seller"], id="seller's name"),
        pytest.param({"description": "A leather bag. " * 20}, PHOTOS, ["description"], id="description"),
        pytest.param({"description": "A canvas bag. " * 20 + "9 sold"}, PHOTOS, [], id="a counter in it"),
        pytest.param({}, ("b" * 64, "a" * 64), [], id="photos in another order"),
        pytest.param({}, ("a" * 64,), ["photos"], id="a photo less"),
        pytest.param({"sold_count": 9, "stock": 1}, PHOTOS, [], id="counters"),
    ],
)
def test_what_a_decision_rests_on_is_material(
    change: dict[str, Any], photos: tuple[str, ...], fields: list[str]
) -> None:
    changed = replace(PLAIN, **change)

    assert [c.field for c in material_changes(PLAIN, PHOTOS, changed, photos)] == fields
