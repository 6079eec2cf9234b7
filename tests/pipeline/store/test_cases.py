"""Cases in the store: events written once, queues that page by key, counts that are right, on both databases."""

import threading
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import Connection, delete, select, text, update

from pipeline.cases import fold
from pipeline.cases.card import Card
from pipeline.enforcement import Case, CaseState, Event, EventKind
from pipeline.errors import ConflictError, InputError, StoreError, TransitionError
from pipeline.records import Label
from pipeline.store.case_tables import cases, events
from pipeline.store.cases import Filters, Sort, count, queue, read_case, read_cases, read_events
from pipeline.store.database import Store
from pipeline.store.events import Draft, append_events, events_after
from tests.pipeline.cases.events import OPENING, STARTED_AT, event
from tests.stores import append_event

CARD = Card(
    content="1" * 64,
    captured_at=STARTED_AT,
    title="QUILLMERE bag",
    url="https://item.example/1001",
    seller_name="Corner\x00Goods",
    price=Decimal("19.90"),
    currency="USD",
    euros=18.0,
    sold_count=4,
    keyword="bag",
    rank=3,
)


def opening(number: int, **facts: Any) -> Draft:
    """Return the draft that opens the case with a number."""
    case_id = f"{number:032x}"
    facts = OPENING | {"listing_id": str(number)} | facts
    opened = event(number, EventKind.OPENED, case_id=case_id, facts=facts, event_id=f"{10_000 + number:032x}")
    return Draft(event=opened, card=replace(CARD, euros=float(number), rank=number))


def word(number: int, case_id: str, kind: EventKind, by: str = "ana", **facts: Any) -> Event:
    return event(number, kind, by, case_id=case_id, facts=facts)


def decision(number: int, case_id: str, label: str = "counterfeit", by: str = "ana") -> Event:
    return word(number, case_id, EventKind.DECIDED, by, label=label, asset_ids=["quill-word"])


def write(store: Store, *drafts: Draft, scope: tuple[str, ...] | None = None) -> dict[str, Case]:
    with store.write() as connection:
        return append_events(connection, drafts, scope, four_eyes=())


FIRST = f"{1:032x}"


def test_an_event_and_what_it_leaves_are_written_together(store: Store) -> None:
    write(store, opening(1))
    with store.write() as connection:
        case = append_event(connection, decision(2, FIRST), None, four_eyes=(), expected_events=1)
    with store.read() as connection:
        queued = read_case(connection, FIRST, None)
        history = read_events(connection, FIRST, None)

    assert queued is not None
    assert queued.case == case == fold(history)
    assert queued.card == replace(CARD, euros=1.0, rank=1)
    assert (case.state, case.label, case.approvals) == (CaseState.CONFIRMED, Label.COUNTERFEIT, ("ana",))
    assert [e.sequence for e in history] == [1, 2]


def test_an_event_written_again_changes_nothing(store: Store) -> None:
    write(store, opening(1), Draft(event=decision(2, FIRST)))

    case = write(store, opening(1), Draft(event=decision(2, FIRST), expected_events=1))[FIRST]

    assert case.events == 2


def test_refused_events_leave_nothing_behind(store: Store) -> None:
    write(store, opening(1))
    approval = Draft(event=word(3, FIRST, EventKind.APPROVED))

    with pytest.raises(TransitionError):
        write(store, opening(2), Draft(event=decision(4, f"{2:032x}")), approval)

    with store.read() as connection:
        assert [e.event_id for e in events_after(connection, 0, 9)] == [opening(1).event.event_id]
        assert count(connection, Filters(), None).total == 1


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(update(events).values(by="nobody"), id="update"),
        pytest.param(delete(events), id="delete"),
        pytest.param(text("INSERT INTO events SELECT * FROM events"), id="twice"),
    ],
)
def test_nobody_changes_what_was_written(store: Store, change: Any) -> None:
    write(store, opening(1))

    with pytest.raises(StoreError), store.write() as connection:
        connection.execute(change)


def test_a_writer_who_has_not_seen_the_newest_event_is_told_whose_it_is(store: Store) -> None:
    write(store, opening(1), Draft(event=decision(2, FIRST, by="ana")))

    with pytest.raises(ConflictError, match="decided by ana"):
        write(store, Draft(event=decision(3, FIRST, "irrelevant", by="bo"), expected_events=1))

    with store.read() as connection:
        assert [e.by for e in read_events(connection, FIRST, None)] == ["system", "ana"]


def test_of_two_writers_at_once_one_wins_and_none_is_lost(store: Store) -> None:
    write(store, *(opening(n) for n in range(1, 9)))
    outcomes: list[str] = []

    def decide(by: str, offset: int) -> None:
        for n in range(1, 9):
            try:
                write(store, Draft(event=decision(offset + n, f"{n:032x}", by=by), expected_events=1))
                outcomes.append(by)
            except ConflictError:
                outcomes.append("conflict")

    threads = [threading.Thread(target=decide, args=who) for who in (("ana", 100), ("bo", 200))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    with store.read() as connection:
        written = events_after(connection, 0, 99)
        deciders = Counter(e.by for e in written if e.kind is EventKind.DECIDED)
        assert count(connection, Filters(states=(CaseState.CONFIRMED,)), None).total == 8
    assert [e.sequence for e in written] == list(range(1, 17))
    assert Counter(outcomes) == deciders + Counter(conflict=8)


def test_with_four_eyes_the_store_refuses_ones_own_approval(store: Store) -> None:
    write(store, opening(1), Draft(event=decision(2, FIRST)))
    own = word(3, FIRST, EventKind.APPROVED, "ana")

    with pytest.raises(TransitionError, match="a second person"), store.write() as connection:
        append_event(connection, own, None, four_eyes=("quill",))


def test_nobody_sees_or_writes_outside_their_scope(store: Store) -> None:
    write(store, opening(1), opening(2, rights_holder_id="other"))
    scopes: list[tuple[tuple[str, ...] | None, int]] = [(None, 2), (("quill",), 1), (("other",), 1), ((), 0)]
    with store.read() as connection:
        for scope, seen in scopes:
            both = Filters(rights_holders=("quill", "other"))
            assert count(connection, Filters(), scope).total == count(connection, both, scope).total == seen
            assert sum(count(connection, Filters(), scope).facets["rights_holder_id"].values()) == seen
            assert len(queue(connection, Filters(), scope, sort=Sort.SCORE).cases) == seen
            assert len(queue(connection, both, scope, sort=Sort.SCORE).cases) == seen
            assert len(read_cases(connection, [FIRST, f"{2:032x}"], scope)) == seen
        assert read_case(connection, FIRST, ("other",)) is None
        assert read_events(connection, FIRST, ("other",)) == ()

    with pytest.raises(InputError, match="no such case"):
        write(store, Draft(event=decision(3, FIRST)), scope=("other",))
    with pytest.raises(InputError, match="no such case"):
        write(store, Draft(event=decision(3, "f" * 32)))


def sample(store: Store, number: int) -> None:
    bands = {0: ("high", 0.9), 1: ("medium", 0.5), 2: ("low", 0.2)}
    drafts = []
    for n in range(1, number + 1):
        band, score = bands[n % 3]
        holder = "quill" if n % 4 else "other"
        draft = opening(n, band=band, score=score + n % 5 / 100, rights_holder_id=holder, seller_id=f"s{n % 7}")
        seen = draft.event.at + timedelta(days=n % 10)
        drafts.append(replace(draft, event=replace(draft.event, at=seen)))
    labels = {3: "counterfeit", 4: "irrelevant", 9: "counterfeit"}
    drafts += [Draft(event=decision(1_000 + n, f"{n:032x}", label)) for n, label in labels.items()]
    again = OPENING | {"changes": [{"field": "title", "before": "a", "after": "b"}]}
    drafts.append(Draft(event=event(2_000, EventKind.CHANGED, case_id=f"{3:032x}", facts=again)))
    drafts.append(Draft(event=word(2_001, f"{5:032x}", EventKind.ASSIGNED, to="ana")))
    drafts.append(Draft(event=word(2_002, f"{6:032x}", EventKind.RECHECKED, result="up")))
    write(store, *drafts)


FILTERS = [
    Filters(),
    Filters(rights_holders=("quill",)),
    Filters(rights_holders=("quill", "other"), states=(CaseState.OPEN,)),
    Filters(states=(CaseState.CONFIRMED, CaseState.DISMISSED)),
    Filters(bands=("high",), labels=(Label.COUNTERFEIT,)),
    Filters(labels=(Label.IRRELEVANT,)),
    Filters(seller_id="s3", platforms=("taobao",)),
    Filters(keyword="bag", best_rank=5, worst_rank=20),
    Filters(least_euros=7, most_euros=30.5),
    Filters(opened_from=STARTED_AT + timedelta(days=2), opened_until=STARTED_AT + timedelta(days=5)),
    Filters(changed=False, assignee="", drawn=False),
    Filters(assignee="ana"),
    Filters(changed=True),
    Filters(rechecks=("up",)),
]


def fits(filters: Filters, row: Any) -> bool:
    """Say what a filter means, one field after the other."""
    return (
        (not filters.rights_holders or row["rights_holder_id"] in filters.rights_holders)
        and (not filters.platforms or row["platform"] in filters.platforms)
        and (not filters.states or row["state"] in filters.states)
        and (not filters.bands or row["band"] in filters.bands)
        and (not filters.labels or (row["label"] or row["suggested"]) in filters.labels)
        and filters.changed in {None, row["changed"]}
        and filters.seller_id in {None, row["seller_id"]}
        and filters.keyword in {None, row["keyword"]}
        and (filters.best_rank or 0) <= row["rank"] <= (filters.worst_rank or 99)
        and (filters.least_euros or 0) <= row["euros"] <= (filters.most_euros or 99)
        and (filters.opened_from is None or filters.opened_from <= row["opened_at"])
        and (filters.opened_until is None or row["opened_at"] < filters.opened_until)
        and (filters.assignee is None or (row["assignee"] or "") == filters.assignee)
        and (not filters.rechecks or row["recheck"] in filters.rechecks)
        and (filters.drawn is None or (row["probability"] is not None) == filters.drawn)
    )


def test_pages_are_the_whole_queue_in_its_order_and_counts_are_right(store: Store) -> None:
    sample(store, 60)
    names = {Sort.SCORE: "score", Sort.HARM: "harm", Sort.AGE: "opened_at", Sort.UPDATED: "updated_at"}
    with store.read() as connection:
        rows = connection.execute(select(cases)).mappings().all()
        for filters in FILTERS:
            wanted = [row for row in rows if fits(filters, row)]
            assert count(connection, filters, None).total == len(wanted), filters
            for sort, name in names.items():
                wanted.sort(key=lambda row: (row[name], row["case_id"]), reverse=sort is not Sort.AGE)
                seen = list(pages(connection, filters, sort))
                assert seen == [row["case_id"] for row in wanted], (filters, sort)


def pages(connection: Connection, filters: Filters, sort: Sort) -> Iterator[str]:
    after: str | None = None
    while True:
        page = queue(connection, filters, None, sort=sort, after=after, limit=7)
        yield from (queued.case.case_id for queued in page.cases)
        after = page.after
        if after is None:
            return


def test_facets_count_what_another_choice_would_show(store: Store) -> None:
    sample(store, 60)
    with store.read() as connection:
        rows = connection.execute(select(cases)).mappings().all()
        facets = count(connection, Filters(bands=("high",), rights_holders=("quill",)), None).facets

    assert facets["band"] == dict(sorted(Counter(r["band"] for r in rows if r["rights_holder_id"] == "quill").items()))
    assert facets["rights_holder_id"] == dict(
        sorted(Counter(r["rights_holder_id"] for r in rows if r["band"] == "high").items())
    )


@pytest.mark.parametrize("after", ["", "x", "1.0", "first_x", "_" * 99])
def test_a_place_in_a_queue_that_no_page_gave_is_refused(store: Store, after: str) -> None:
    with pytest.raises(InputError, match="no such place in the queue"), store.read() as connection:
        queue(connection, Filters(), None, sort=Sort.SCORE, after=after)
