"""The queue finds cases by words, and says so where it could not count them all."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.people import Role
from pipeline.store import search
from tests.pipeline.builders import listing
from tests.pipeline.review.desk import Desk


@pytest.fixture
def desk(store_url: str, tmp_path: Path) -> Iterator[Desk]:
    desk = Desk.at(tmp_path, store_url)
    desk.case(listing(listing_id="L1", title="QUILLMERE lamp, blue"))
    desk.case(listing(listing_id="L2", title="QUILLMERE vase, blue"))
    yield desk
    desk.site.store.close()


@pytest.mark.parametrize(("text", "shown"), [("lamp", True), ("L1", True), ("blue vase", False), ("L2", False)])
def test_the_queue_shows_what_a_text_finds(desk: Desk, text: str, shown: bool) -> None:
    queue = desk.reviewer().get("/cases", params={"text": text}).text

    assert ("QUILLMERE lamp" in queue) is shown
    assert '<h1 id="queue-title">1 case</h1>' in queue


def test_nobody_finds_the_cases_of_others(desk: Desk) -> None:
    queue = desk.signed_in("kit", ("brook", Role.REVIEWER)).get("/cases", params={"text": "lamp"}).text

    assert "QUILLMERE lamp" not in queue
    assert "0 cases" in queue


def test_a_count_of_more_than_can_be_counted_says_so(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search, "FEW", 1)
    monkeypatch.setattr(search, "COUNTED", 1)
    browser = desk.reviewer()

    page, found = browser.get("/cases?text=blue").text, browser.get("/api/cases?text=blue").json()

    assert "1+ case" in page
    assert (found["total"], found["at_least"], len(found["cases"])) == (1, True, 2)


def test_a_text_without_a_letter_is_refused(desk: Desk) -> None:
    refused = desk.reviewer().get("/cases", params={"text": "%%%"})

    assert refused.status_code == 422
    assert "nothing to look for" in refused.text
