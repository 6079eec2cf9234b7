"""Samples are reviewed blindly in the review app, by people who may see everything."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from pipeline.people import EVERY_HOLDER, Role
from pipeline.settings import Settings
from pipeline.stages.contents import Content, write_partition
from pipeline.store.audits import read_words, seen_between
from pipeline.store.lake import Lake
from pipeline.store.observations import Chunk, Observation, record_chunk
from tests.pipeline.builders import CAPTURED_AT, listing
from tests.pipeline.review.desk import Desk
from tests.pipeline.stages.audit_world import commit, draw

EVIL = "<script>alert(1)</script>"
DAY = datetime(2026, 10, 1, tzinfo=UTC), datetime(2026, 11, 1, tzinfo=UTC)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """Return a review app whose store has an audit of three listings, drawn."""
    lake = Lake(tmp_path / "lake")
    desk = Desk.at(tmp_path, settings=Settings(lake=str(tmp_path / "lake")))
    shown = [
        listing(listing_id=f"L{n}", title=f"Canvas bag {n} {EVIL}", url=f"https://shop.example/{n}") for n in range(3)
    ]
    kept = [Content(listing=one, photos=()) for one in shown]
    partition = write_partition(lake, [(content.digest(), content) for content in kept])
    chunk = Chunk(
        source=0,
        sequence=0,
        rows_read=3,
        rows_rejected=0,
        observations=tuple(
            Observation(key=c.listing.key, captured_at=CAPTURED_AT, content=c.digest(), line=n)
            for n, c in enumerate(kept, start=1)
        ),
        homes={content.digest(): (partition, row) for row, content in enumerate(kept)},
        wanted=(),
        rejected=(),
    )
    with desk.site.store.write() as connection:
        record_chunk(connection, "0" * 64, chunk)
        audit = commit(connection, list(seen_between(connection, *DAY)), labels=10)
        draw(connection, audit)
    return desk


AUDIT = "/audits/" + "a" * 32


def test_a_reviewer_works_through_a_sample_without_being_told_anything(desk: Desk) -> None:
    browser = desk.reviewer()

    listed, pages = browser.get("/audits").text, []
    for _ in range(3):
        page = browser.get(AUDIT).text
        pages.append(page)
        item = page.split(f'action="{AUDIT}/')[1].split('"')[0]
        assert browser.post(f"{AUDIT}/{item}", {"label": "irrelevant", "reason": "own brand"}).status_code == 303
    last = browser.get(AUDIT).text

    assert ">3<" in listed
    assert all("Canvas bag" in page and "https://shop.example/" in page for page in pages)
    assert all("Score" not in page and "<script>alert" not in page for page in pages)
    assert "Nothing waits for you." in last
    with desk.site.store.read() as connection:
        assert len(read_words(connection, "a" * 32)) == 3


def test_a_second_reviewer_sees_the_item_as_the_first_did(desk: Desk) -> None:
    first, second = desk.reviewer("rae"), desk.reviewer("sam")
    page = first.get(AUDIT).text
    item = page.split(f'action="{AUDIT}/')[1].split('"')[0]
    first.post(f"{AUDIT}/{item}", {"label": "counterfeit"})

    again = second.get(AUDIT).text

    assert item in again
    assert again.split("<main")[1].replace(second.token, "") == page.split("<main")[1].replace(first.token, "")


def test_a_label_that_is_none_is_refused_and_nothing_is_written(desk: Desk) -> None:
    browser = desk.reviewer()
    item = browser.get(AUDIT).text.split(f'action="{AUDIT}/')[1].split('"')[0]

    assert browser.post(f"{AUDIT}/{item}", {"label": "fine"}).status_code == 422
    assert browser.post(f"{AUDIT}/{'0' * 64}", {"label": "design"}).status_code == 422
    with desk.site.store.read() as connection:
        assert read_words(connection, "a" * 32) == {}


def test_who_sees_some_rights_holders_only_is_not_shown_the_listings_of_others(desk: Desk) -> None:
    browser = desk.signed_in("bo", ("brook", Role.ADMIN))

    assert {browser.get(path).status_code for path in ("/audits", AUDIT)} == {404}
    assert 'href="/audits"' not in browser.get("/cases").text
    assert 'href="/audits"' in desk.signed_in("ada", (EVERY_HOLDER, Role.ADMIN)).get("/cases").text
