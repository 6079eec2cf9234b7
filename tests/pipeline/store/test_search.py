"""Cases are found by words, on both databases, whichever way is taken."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pipeline.enforcement import EventKind
from pipeline.store import search as searching
from pipeline.store.cases import Filters, Sort, count_all, queue
from pipeline.store.database import Store
from pipeline.store.events import Draft
from tests.pipeline.cases.events import event
from tests.pipeline.store.test_cases import CARD, opening, write

TITLES = (
    "Quillmere vase white",
    "Quillmere mug, see pictures",
    "白色手提包 外贸",
    "vase “'; DROP TABLE cases;--” \x00",
)


@pytest.fixture(params=[searching.FEW, 1], ids=["few", "many"])
def found_in(request: pytest.FixtureRequest, store: Store, monkeypatch: pytest.MonkeyPatch) -> Store:
    """Return a store of a case with each title; `many`: as if every text found more than can be put in order."""
    monkeypatch.setattr(searching, "FEW", request.param)
    monkeypatch.setattr(searching, "COUNTED", request.param)
    drafts = [opening(number) for number in range(len(TITLES))]
    write(store, *(replace(d, card=replace(CARD, title=t)) for d, t in zip(drafts, TITLES, strict=True)))
    return store


def numbers(store: Store, text: str, sort: Sort = Sort.SCORE) -> list[int]:
    with store.read() as connection:
        page = queue(connection, Filters(text=text), None, sort=sort)
    return [int(row.case.case_id, 16) for row in page.cases]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("vase", [0, 3]),
        ("quillmere", [0, 1]),
        ("QUILLMERE white", [0]),
        ("手提包", [2]),
        ("2", [2]),
        ("drop table", [3]),
        ("corner goods", [0, 1, 2, 3]),
        ("nothing of the kind", []),
    ],
)
def test_a_text_finds_the_cases_that_have_all_its_words(found_in: Store, text: str, expected: list[int]) -> None:
    assert sorted(numbers(found_in, text)) == expected


def test_found_cases_come_in_the_order_of_the_queue_and_page_by_page(found_in: Store) -> None:
    with found_in.read() as connection:
        first = queue(connection, Filters(text="vase"), None, sort=Sort.AGE, limit=1)
        second = queue(connection, Filters(text="vase"), None, sort=Sort.AGE, limit=1, after=first.after)
        other = queue(connection, Filters(text="vase"), ("another",), sort=Sort.AGE)

    assert [int(row.case.case_id, 16) for page in (first, second) for row in page.cases] == [0, 3]
    assert second.after is None
    assert other.cases == ()


def test_what_is_found_is_counted_or_said_to_be_more(found_in: Store) -> None:
    with found_in.read() as connection:
        counts = count_all(connection, Filters(text="vase"), None)

    assert (counts.total, counts.at_least) == ((2, False) if searching.FEW > 1 else (1, True))


def test_a_case_is_found_by_its_newest_title_only(store: Store) -> None:
    write(store, opening(1))
    seen = event(2, EventKind.CHANGED, case_id=f"{1:032x}", facts=dict(opening(1).event.facts) | {"changes": []})
    write(store, Draft(event=seen, card=replace(CARD, title="a lamp")))

    assert (numbers(store, "lamp"), numbers(store, "bag")) == ([1], [])
