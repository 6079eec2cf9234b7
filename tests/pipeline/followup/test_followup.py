"""What a page says, which clocks run, what to send again, how a fast lane stands."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.cases import fold
from pipeline.enforcement import SYSTEM, Disposition, Event, EventKind, RecheckResult
from pipeline.errors import InputError
from pipeline.followup.again import answer_by, objections, renotice
from pipeline.followup.clocks import due, read_clocks, shipped_clocks
from pipeline.followup.health import Planned, Sent, health, sent_notices, shipped_programmes, would_breach
from pipeline.followup.pages import Answer, Wanted, classify, read_patterns, shipped_patterns
from tests.pipeline.cases.events import STARTED_AT, decided, event, opened

E = EventKind
DAY = timedelta(days=1)
WANTED = Wanted(platform="taobao", listing_id="600123456", title="Quillmere canvas bag 帆布包")
SHOWN = "<title>Quillmere Canvas Bag 帆布包</title> item 600123456"


@pytest.mark.parametrize(
    ("status", "address", "page", "platform", "result"),
    [
        pytest.param(None, "", "", "taobao", "unreachable", id="no answer"),
        pytest.param(404, "", "", "taobao", "gone_404", id="404"),
        pytest.param(410, "", SHOWN, "taobao", "gone_404", id="410 whatever it shows"),
        pytest.param(200, "", SHOWN, "taobao", "up", id="shown"),
        pytest.param(200, "", "很抱歉，您查看的宝贝不存在，可能已下架", "taobao", "delisted_page", id="delisted"),
        pytest.param(200, "", "Sorry, this item is no longer available!", "aliexpress", "delisted_page", id="ali"),
        pytest.param(200, "", "Looks like this page is missing", "ebay", "delisted_page", id="ebay"),
        pytest.param(200, "", "Sorry! We couldn&#39;t find that page", "amazon", "delisted_page", id="entities"),
        pytest.param(200, "", "Sorry! We couldn’t find that page", "amazon", "delisted_page", id="curly"),
        pytest.param(200, "", "此商品已下架", "shop.example", "blocked", id="words of another platform"),
        pytest.param(200, "", "没有找到相应的店铺信息", "taobao", "seller_gone", id="seller gone"),
        pytest.param(200, "https://login.taobao.example/", SHOWN, "taobao", "login_wall", id="sent to sign in"),
        pytest.param(401, "", "", "taobao", "login_wall", id="401"),
        pytest.param(403, "", "", "taobao", "blocked", id="403"),
        pytest.param(404, "", "Robot Check", "amazon", "blocked", id="a check for robots under 404"),
        pytest.param(200, "", "<script src=x5secdata>", "1688", "blocked", id="slider"),
        pytest.param(200, "", "<div id=app></div>", "taobao", "blocked", id="filled in by a program"),
        pytest.param(200, "", "item 600123456: ceramic vase", "taobao", "changed_content", id="other goods"),
        pytest.param(500, "", SHOWN, "taobao", "unreachable", id="500"),
        pytest.param(302, "", "", "taobao", "unreachable", id="a redirect that leads nowhere"),
    ],
)
def test_an_answer_is_down_or_up_only_where_it_proves_it(
    status: int | None, address: str, page: str, platform: str, result: str
) -> None:
    answer = Answer(status=status, address=address or "https://item.example/600123456", page=page)

    assert classify(answer, replace(WANTED, platform=platform), shipped_patterns()).value == result


@settings(max_examples=200, derandomize=True, deadline=None)
@given(status=st.sampled_from([200, 302, 403, 429, 500, 503, None]), page=st.text(max_size=200))
def test_no_page_without_a_platforms_words_is_ever_down(status: int | None, page: str) -> None:
    patterns = [p for p in shipped_patterns() if p.result.verdict != "down"]

    assert classify(Answer(status=status, address="", page=page), WANTED, patterns).verdict != "down"


def test_platforms_words_are_lower_case_and_every_result_is_told_apart() -> None:
    patterns = shipped_patterns()

    assert all(p.words == p.words.casefold() for p in patterns)
    assert {p.result for p in patterns if "*" in p.platforms} == {RecheckResult.LOGIN_WALL, RecheckResult.BLOCKED}


@pytest.mark.parametrize(
    ("row", "says"),
    [
        pytest.param("taobao\tgone\tpage\tx\t", "t.tsv:2: result: got 'gone', expected one of gone_404", id="result"),
        pytest.param("taobao\tup\tbody\tx\t", "t.tsv:2: not a pattern", id="where"),
        pytest.param("taobao\tup\tpage\t \t", "the fourth not empty", id="no words"),
    ],
)
def test_a_pattern_of_a_user_that_cannot_be_used_is_refused(row: str, says: str) -> None:
    with pytest.raises(InputError, match=says):
        read_patterns(f"platforms\tresult\twhere\twords\tnote\n{row}\n", "t.tsv")


def noticed(*more: Event, channel: str = "taobao-tmall-1688") -> list[Event]:
    sent = event(4, E.NOTICED, "bo", facts={"notice_id": "n1", "channel": channel, "reason_code": "r1"})
    return [opened(), decided(2), event(3, E.APPROVED, "bo"), sent, *more]


def checked(number: int, result: str, days: float) -> Event:
    return event(number, E.RECHECKED, at=STARTED_AT + days * DAY, facts={"result": result})


def answered(number: int, disposition: Disposition, days: float, cause: str = "") -> Event:
    facts = {"notice_id": "n1", "disposition": disposition.value, "cause": cause}
    return event(number, E.DISPOSED, at=STARTED_AT + days * DAY, facts=facts)


def objected(number: int, days: float) -> Event:
    facts = {"notice_id": "n1", "counter_notice_id": "c1", "grounds": "genuine", "deadline": None}
    return event(number, E.COUNTERED, at=STARTED_AT + days * DAY, facts=facts)


def running(history: list[Event]) -> dict[str, int]:
    """Return the clocks that run, with the whole days from the start of the case until each is due."""
    return {d.clock.clock: (d.due_at - STARTED_AT).days for d in due(fold(history), history, shipped_clocks())}


@pytest.mark.parametrize(
    ("more", "clocks"),
    [
        pytest.param([], {"look": 3, "answer": 7}, id="a notice is out"),
        pytest.param([checked(5, "blocked", 2)], {"look": 3, "answer": 7}, id="a check that told nothing"),
        pytest.param([checked(5, "up", 2)], {"answer": 7}, id="still up"),
        pytest.param(
            [answered(5, Disposition.PENDING, 1), checked(6, "gone_404", 2)],
            {"answer": 7, "confirm-1": 3, "confirm-7": 9, "confirm-30": 32},
            id="down",
        ),
        pytest.param(
            [checked(5, "gone_404", 2), checked(6, "gone_404", 3.5), checked(7, "gone_404", 9.5)],
            {"answer": 7, "confirm-30": 32},
            id="down, and confirmed twice",
        ),
        pytest.param([answered(5, Disposition.REJECTED, 1)], {"look": 3, "rejected": 15}, id="refused"),
        pytest.param(
            [objected(5, 1)], {"look": 3, "answer": 7, "cn-15-days": 16, "cn-20-working-days": 30}, id="objected to"
        ),
    ],
)
def test_clocks_run_from_what_starts_them_to_what_stops_them(more: list[Event], clocks: dict[str, int]) -> None:
    assert running(noticed(*more)) == clocks


def test_nothing_is_due_before_a_notice_or_after_the_end() -> None:
    assert running([opened(), decided(2)]) == {}
    assert running(noticed(event(9, E.CLOSED, "ana"))) == {}


def test_law_follows_the_channel_of_the_notice_too() -> None:
    clocks = shipped_clocks()
    friday = datetime(2026, 10, 2, tzinfo=UTC)

    assert answer_by(clocks, "taobao", "", friday) == friday + 15 * DAY
    assert answer_by(clocks, "shop.example", "dmca", friday) == friday + 14 * DAY
    assert answer_by(clocks, "shop.example", "dsa-article-16", friday) is None


@pytest.mark.parametrize(
    ("unit", "start", "days", "expected"),
    [
        pytest.param("calendar", "2026-10-02", 7, "2026-10-09", id="calendar"),
        pytest.param("working", "2026-10-02", 5, "2026-10-09", id="weekends only"),
        pytest.param("working CN", "2026-09-30", 1, "2026-10-08", id="a week of holidays"),
        pytest.param("working CN", "2026-10-09", 1, "2026-10-10", id="a Saturday that is worked for it"),
        pytest.param("working US", "2026-11-25", 1, "2026-11-27", id="another country's holiday"),
    ],
)
def test_working_days_are_those_of_the_country(unit: str, start: str, days: int, expected: str) -> None:
    columns = "clock\ttitle\tstarts\tends\tplatforms\tchannels\tdays\tunit\tsource"
    (clock,) = read_clocks(f"{columns}\na\tb\tnoticed\trechecked\t\t\t{days}\t{unit}\tours\n", "c.tsv")

    assert clock.due_at(datetime.fromisoformat(f"{start}T10:00:00+00:00")).date().isoformat() == expected


@pytest.mark.parametrize(
    ("row", "says"),
    [
        pytest.param("a\tb\tnoticed\trechecked\t\t\t1\tworking XX\tours", "unit: got 'working XX'", id="country"),
        pytest.param("a\tb\tnoticed\trechecked\t\t\t1\tcalendar CN\tours", "unit: got 'calendar CN'", id="unit"),
        pytest.param("a\tb\tnoticed\trechecked\t\t\t0\tcalendar\tours", "days: got '0'", id="no days"),
        pytest.param("a\tb\tnoticed\tnever\t\t\t1\tcalendar\tours", "'never' is not a valid Moment", id="no moment"),
        pytest.param("a\tb", "got 2 cells, expected 9", id="cells"),
    ],
)
def test_a_clock_of_a_user_that_cannot_be_used_is_refused(row: str, says: str) -> None:
    columns = "clock\ttitle\tstarts\tends\tplatforms\tchannels\tdays\tunit\tsource"

    with pytest.raises(InputError, match=f"c.tsv:2: .*{says}|c.tsv:2: {says}"):
        read_clocks(f"{columns}\n{row}\n", "c.tsv")


@pytest.mark.parametrize(
    ("more", "days", "proposed"),
    [
        pytest.param([], 30, False, id="nobody has looked"),
        pytest.param([checked(5, "blocked", 9)], 30, False, id="nobody could look"),
        pytest.param([checked(5, "up", 3)], 4, False, id="too early"),
        pytest.param([checked(5, "up", 3)], 8, True, id="up after a week"),
        pytest.param([checked(5, "up", 8), checked(6, "login_wall", 9)], 10, True, id="and then no word"),
        pytest.param([checked(5, "up", 3), answered(6, Disposition.REJECTED, 3)], 4, True, id="refused"),
        pytest.param([checked(5, "up", 8), objected(6, 8)], 10, False, id="an objection is open"),
        pytest.param([checked(5, "up", 8), checked(6, "gone_404", 9)], 10, False, id="down since"),
    ],
)
def test_a_notice_is_proposed_again_where_the_listing_is_known_to_stand(
    more: list[Event], days: int, proposed: bool
) -> None:
    history = noticed(*more)

    found = renotice(fold(history), history, STARTED_AT + days * DAY)

    assert (found is not None) == proposed
    assert found is None or (found.notice_id, found.sent) == ("n1", 1)


def test_an_objection_is_open_until_it_is_settled() -> None:
    settled = event(6, E.SETTLED, "ana", facts={"counter_notice_id": "c1", "outcome": "lapsed"})

    assert [e.event_id for e in objections(noticed(objected(5, 1)))] == [f"{5:032x}"]
    assert objections(noticed(objected(5, 1), settled)) == ()


ALIBABA, AMAZON = shipped_programmes()
NOW = STARTED_AT + 60 * DAY


def sent(number: int, disposition: Disposition | None = Disposition.REMOVED, **changes: Any) -> list[Sent]:
    plain: dict[str, Any] = {"platform": "taobao", "reason_code": "r1", "sent_at": NOW - 30 * DAY}
    return [Sent(**(plain | {"disposition": disposition} | changes)) for _ in range(number)]


def test_shares_count_what_a_platform_decided_within_the_period() -> None:
    notices = [
        *sent(18),
        *sent(2, Disposition.REJECTED),
        *sent(5, Disposition.PENDING),
        *sent(3, Disposition.WITHDRAWN),
        *sent(4, None),
        *sent(9, Disposition.REJECTED, sent_at=NOW - 93 * DAY),
        *sent(9, Disposition.REJECTED, platform="ebay"),
    ]

    every, one = health(ALIBABA, notices, NOW)

    assert (every.sent, every.decided, every.accepted, every.accepted_share) == (32, 20, 18, 0.9)
    assert (every.reason_code, one.reason_code) == (None, "r1")
    assert not every.breached
    assert health(ALIBABA, [*notices, *sent(1, Disposition.REJECTED)], NOW)[0].breached
    assert health(ALIBABA, [*sent(18), *sent(2, overturned=True)], NOW)[0].breached
    assert not health(ALIBABA, sent(19, Disposition.REJECTED), NOW)[0].breached


def test_a_programme_of_several_platforms_is_told_by_platform_too() -> None:
    notices = [*sent(4), *(replace(n, platform="aliexpress", reason_code="r2") for n in sent(2, Disposition.REJECTED))]

    found = [(h.platform, h.reason_code, h.sent, h.accepted) for h in health(ALIBABA, notices, NOW)]

    assert found == [
        (None, None, 6, 4),
        (None, "r1", 4, 4),
        (None, "r2", 2, 0),
        ("aliexpress", None, 2, 0),
        ("aliexpress", "r2", 2, 0),
        ("taobao", None, 4, 4),
        ("taobao", "r1", 4, 4),
    ]


@pytest.mark.parametrize(
    ("before", "batch", "reasons"),
    [
        pytest.param(sent(100), [("taobao", "r1", 0.95)] * 20, [], id="a good batch"),
        pytest.param(sent(18), [("taobao", "r1", 0.5)] * 10, [None, "r1"], id="a bad batch"),
        pytest.param(sent(100), [("taobao", "r2", 0.5)] * 30, [None, "r2"], id="a bad batch for one reason"),
        pytest.param(sent(200), [("taobao", "r2", 0.5)] * 30, ["r2"], id="hidden in the whole"),
        pytest.param(sent(30, Disposition.REJECTED), [("taobao", "r1", 1.0)], [None, "r1"], id="breached already"),
        pytest.param([], [("taobao", "r1", 0.1)] * 3, [], id="too few to say"),
        pytest.param(
            [*sent(17), *sent(2, overturned=True)], [("taobao", "r1", 1.0)] * 5, [None, "r1"], id="sellers were right"
        ),
        pytest.param(
            [*sent(19), *sent(1, overturned=True)], [("taobao", "r1", 1.0)] * 20, [], id="sellers seldom were right"
        ),
        pytest.param([], [("ebay", "r1", 0.1)] * 99, [], id="no such programme"),
    ],
)
def test_a_batch_that_would_breach_a_programme_is_seen_before(
    before: list[Sent], batch: list[tuple[str, str, float]], reasons: list[str | None]
) -> None:
    planned = [Planned(platform=platform, reason_code=code, score=score) for platform, code, score in batch]

    found = would_breach([ALIBABA, AMAZON], before, planned, NOW)

    assert [warning.now.reason_code for warning in found] == reasons


@settings(max_examples=200, derandomize=True, deadline=None)
@given(accepted=st.integers(0, 200), refused=st.integers(0, 50), planned=st.integers(1, 60), certain=st.booleans())
def test_what_may_be_spared_is_exactly_what_keeps_the_share(
    accepted: int, refused: int, planned: int, certain: bool
) -> None:
    before = [*sent(accepted), *sent(refused, Disposition.REJECTED)]
    batch = [Planned(platform="amazon", reason_code="r1", score=0.0)] * planned
    amazon = [replace(notice, platform="amazon") for notice in before]

    for warning in would_breach([AMAZON], amazon, batch, NOW):
        total = accepted + refused + planned
        kept = [r for r in range(planned + 1) if accepted + planned - r >= 0.99 * total - 1e-9]
        assert min(warning.spare, planned) == (max(kept) if kept else min(warning.spare, -1))


def test_notices_of_a_case_carry_their_answers() -> None:
    lost = event(7, E.SETTLED, "ana", facts={"counter_notice_id": "c1", "outcome": "upheld"})
    history = noticed(answered(5, Disposition.REMOVED, 1), objected(6, 2), lost)

    (found,) = sent_notices("taobao", history)

    assert (found.reason_code, found.disposition, found.overturned) == ("r1", Disposition.REMOVED, True)
    assert sent_notices("taobao", [opened()]) == ()
    assert {e.by for e in history if e.kind is E.DISPOSED} == {SYSTEM}
