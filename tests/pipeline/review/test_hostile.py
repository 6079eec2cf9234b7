"""Whatever a listing says, no page runs it, hides it, or fails over it."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from fastapi.routing import APIRoute
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.datastructures import QueryParams

from pipeline.enforcement import EventKind
from pipeline.people import EVERY_HOLDER, Role
from pipeline.records import ImageName, Query, Seller
from pipeline.review.app import create_app
from pipeline.review.evidence import pairs_of, seen_in, waterfall
from pipeline.review.filters import queue_of
from pipeline.review.followup import Tab
from pipeline.review.texts import reveal, stretches, text_spans
from tests.pipeline.builders import listing, signal
from tests.pipeline.review.desk import PICTURE, Browser, Desk, id_of

PAYLOADS = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    "{{ 7 * 7 }}{% raw %}",
    "%(name)s %s {0} ${7*7}",
    "javascript:alert(1)",
    "\u202egnp.exe\u202c \u200b\ufeff\x00\x1b[31m",
    "]]>--><!--",
    '=HYPERLINK("http://evil.example")',
    "A" * 5_000,
)


class Tags(HTMLParser):
    """Collects what could run."""

    def __init__(self) -> None:
        super().__init__()
        self.suspects: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = {name for name, _ in attrs}
        addresses = [value or "" for name, value in attrs if name in {"href", "src", "action", "formaction"}]
        if any(name.startswith("on") or name == "style" for name in names):
            self.suspects.append(f"{tag} {attrs}")
        if tag == "script" and dict(attrs).get("src") != "/static/review.js":
            self.suspects.append(f"{tag} {attrs}")
        if any(not re.match(r"(/(?!/)|https?://|#|$)", address) for address in addresses):
            self.suspects.append(f"{tag} {attrs}")


def suspects(html: str) -> list[str]:
    tags = Tags()
    tags.feed(html)
    return tags.suspects


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> tuple[Desk, Browser, list[str]]:
    desk = Desk.at(tmp_path_factory.mktemp("hostile"))
    cases = []
    for number, payload in enumerate(PAYLOADS):
        hostile = listing(
            listing_id=f"{number}{payload[:200]}",
            title=f"QUILLMERE {payload}",
            description=payload,
            brand=payload,
            category=payload,
            url=payload if number % 2 else f"https://shop.example/{payload[:50]}",
            language='en" onload=alert(1)',
            attributes={payload[:300]: payload},
            seller=Seller(id=payload[:200], name=payload, type=payload),
            query=Query(keyword=payload, rank=1),
            images=(ImageName(name="../../etc/passwd"),),
        )
        evidence = {
            "kind": "image",
            "image": 0,
            "asset_image": f"../{payload[:100]}",
            "box": [payload, None, {}, []],
            "hits": [payload, {"field": "title", "start": -5, "end": 10**9, "quote": payload, "mark": payload}],
        }
        seen = [signal("mark.exact.claim", reason=payload), signal("photo.part.near", "quill-photo", evidence=evidence)]
        cases.append(desk.case(hostile, seen, [PICTURE]))
    browser = desk.signed_in("ada", (EVERY_HOLDER, Role.ADMIN))
    for case_id, payload in zip(cases, PAYLOADS, strict=True):
        browser.post(f"/cases/{case_id}/deed", {"deed": "commented", "seen": "1", "reason": payload[:1_900]})
    browser.post("/account", {"shown_as": PAYLOADS[1], "language": "en"})
    browser.post("/filters", {"title": PAYLOADS[0], "query": "keyword=%3Cscript%3E"})
    browser.post("/account/tokens", {"title": PAYLOADS[1], "days": "1"})
    browser.post("/people", {"name": PAYLOADS[0], "shown_as": PAYLOADS[1], "password": ""})
    browser.post("/labels/grey_market", {"retired": "true", "reason": PAYLOADS[0]})
    rule = {"kind": "ignored_phrase", "value": PAYLOADS[0], "holder": "quill", "reason": PAYLOADS[0]}
    browser.post("/rules", rule)
    follow_up(desk, cases[0])
    return desk, browser, cases


def follow_up(desk: Desk, case_id: str) -> None:
    """Let a notice go out about a case, a seller object, the platform refuse, and a look find it standing."""
    ada, sam = id_of("ada"), desk.person("sam", (EVERY_HOLDER, Role.APPROVER)).person_id
    notice = {"notice_id": "f" * 32, "method": PAYLOADS[0], "channel": PAYLOADS[0], "reason_code": PAYLOADS[1]}
    desk.happen(case_id, EventKind.DECIDED, {"label": "counterfeit", "asset_ids": ["quill-word"]}, ada)
    desk.happen(case_id, EventKind.APPROVED, by=sam)
    desk.happen(case_id, EventKind.NOTICED, notice | {"right_type": PAYLOADS[1]}, ada)
    answer = {"notice_id": "f" * 32, "disposition": "rejected", "cause": PAYLOADS[0], "platform_text": PAYLOADS[1]}
    desk.happen(case_id, EventKind.DISPOSED, answer, ada)
    found = {"result": "up", "evidence_sha256": "e" * 64, "vantage": PAYLOADS[0], "evidence_url": PAYLOADS[5]}
    desk.happen(case_id, EventKind.RECHECKED, found)
    said = {"notice_id": "f" * 32, "counter_notice_id": "c" * 32, "grounds": PAYLOADS[0], "deadline": None}
    desk.happen(case_id, EventKind.COUNTERED, said, ada)


@pytest.mark.parametrize("number", range(len(PAYLOADS)))
def test_the_page_of_a_hostile_listing_shows_it_and_runs_nothing(
    world: tuple[Desk, Browser, list[str]], number: int
) -> None:
    _, browser, cases = world

    response = browser.get(f"/cases/{cases[number]}")

    assert response.status_code == 200
    assert suspects(response.text) == []


def test_every_page_there_is_shows_hostile_text_and_runs_nothing(world: tuple[Desk, Browser, list[str]]) -> None:
    desk, browser, cases = world
    lists = [f"/follow-up?tab={tab.value}" for tab in Tab]
    browser.get("/cases")
    done = browser.post("/bulk/apply", {"deed": "lookalike", "cases": f"{cases[1]}:2", "confirmed": "1"})
    bulk = done.headers["location"].removeprefix("/bulk/").partition("?")[0]
    paths = [
        *pages(desk, {"case_id": cases[0], "person_id": id_of("ada"), "bulk_id": bulk}),
        *lists,
        "/cases?state=any&sort=harm",
        "/no",
    ]

    seen = {path: browser.get(path) for path in paths}

    assert len(paths) > 20
    assert {path: found for path, response in seen.items() if (found := suspects(response.text))} == {}
    assert [path for path, response in seen.items() if response.status_code >= 500] == []
    assert all("&lt;script" in seen[path].text for path in ("/cases", "/labels", "/rules", "/follow-up?tab=objections"))


def pages(desk: Desk, ids: dict[str, str]) -> list[str]:
    """Return the address of every page of the app, with ids by the names that routes give them."""
    routes = [route for route in create_app(desk.site).routes if isinstance(route, APIRoute)]
    asked = [route.path for route in routes if "GET" in (route.methods or ()) and not route.path.startswith("/api")]
    return sorted({re.sub(r"\{(\w+)[^}]*\}", lambda name: ids.get(name[1], "0"), path) for path in asked})


def test_previews_of_hostile_cases_run_nothing(world: tuple[Desk, Browser, list[str]]) -> None:
    _, browser, cases = world
    rule = {"kind": "ignored_phrase", "value": PAYLOADS[0], "holder": "quill", "reason": PAYLOADS[1]}

    browser.get("/cases")
    pages = [
        browser.post("/bulk/preview", {"deed": "irrelevant", "case": cases}),
        browser.post("/rules/preview", rule),
        browser.post(f"/cases/{cases[0]}/decide", {"label": "design", "seen": "99", "reason": PAYLOADS[1]}),
    ]

    assert [page.status_code for page in pages] == [200, 200, 409]
    assert [suspects(page.text) for page in pages] == [[], [], []]


@pytest.mark.parametrize("name", ["..%2f..%2fetc%2fpasswd", "0/../../x", "-1", "99999999999999999999", "%00"])
def test_a_name_in_an_address_is_never_a_path(world: tuple[Desk, Browser, list[str]], name: str) -> None:
    _, browser, cases = world

    photo = browser.get(f"/cases/{cases[0]}/photos/{name}")
    picture = browser.get(f"/cases/{cases[0]}/registered/{name}")
    static = browser.get(f"/static/{name}")

    assert {photo.status_code, picture.status_code, static.status_code} <= {404, 422}


def test_photos_are_made_anew_before_a_browser_sees_them(tmp_path: Path) -> None:
    desk = Desk.at(tmp_path)
    hidden = PICTURE + b"<script>alert(1)</script>"
    bomb = b"\xff\xd8\xff\xe0 not a picture"
    case_id = desk.case(photos=[hidden, bomb])
    browser = desk.reviewer()

    shown = browser.get(f"/cases/{case_id}/photos/0")
    broken = browser.get(f"/cases/{case_id}/photos/1")

    assert shown.headers["content-type"] == "image/jpeg"
    assert shown.headers["x-content-type-options"] == "nosniff"
    assert b"<script>" not in shown.content
    assert broken.status_code == 404


@given(st.text(max_size=80))
def test_revealed_text_has_no_hidden_character_and_no_markup(text: str) -> None:
    shown = str(reveal(text))
    plain = re.sub(r"</?span[^>]*>", "", shown)

    assert "<" not in plain
    assert not re.search(r"[\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff\x00-\x08]", shown)


@given(
    st.text(max_size=40), st.lists(st.tuples(st.integers(-5, 60), st.integers(-5, 60), st.integers(1, 9)), max_size=6)
)
def test_a_text_is_the_same_after_it_was_cut_whatever_the_marks(text: str, spans: list[tuple[int, int, int]]) -> None:
    parts = stretches(text, spans)

    assert "".join(part.text for part in parts) == text
    for start, end, number in spans:
        covered = "".join(part.text for part in parts if number in part.marks)
        assert text[max(0, start) : max(0, end)] in covered or start >= end


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=9), inner, max_size=4),
    max_leaves=12,
)
NAMES = st.sampled_from(
    ["kind", "image", "box", "corners", "asset_image", "asset_box", "hits", "ratio", "field", "start"]
)


@settings(max_examples=200)
@given(st.lists(st.dictionaries(NAMES, JSON, max_size=8), max_size=4), st.floats(0, 1))
def test_evidence_of_any_shape_is_laid_out_without_a_fault(evidences: list[dict[str, object]], score: float) -> None:
    row = {"signals": [{"weight": 1.5, "evidence": evidence} for evidence in evidences], "exclusions": []}

    seen = seen_in(row)
    fall = waterfall(score, seen)

    assert len(pairs_of(seen)) <= len(evidences)
    assert text_spans(((s.number, s.evidence) for s in seen), "title") is not None
    assert fall.steps[-1].total == pytest.approx(fall.total, abs=1e-6)
    assert all(0 <= step.left <= 1_000 for step in fall.steps)


@given(st.lists(st.tuples(st.sampled_from(["state", "sort", "rank", "since", "keyword", "x"]), st.text(max_size=12))))
def test_the_address_of_a_queue_leads_to_the_same_queue(pairs: list[tuple[str, str]]) -> None:
    usable = [(n, v) for n, v in pairs if n in {"keyword", "x"}]

    asked = queue_of(QueryParams(usable), "me")

    assert queue_of(QueryParams(asked.address), "me") == asked
