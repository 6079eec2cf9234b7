"""The review app in a real browser: by keyboard alone, many at once, with four eyes, on a phone, for everybody."""

from __future__ import annotations

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from pipeline.enforcement import CaseState, EventKind
from pipeline.people import EVERY_HOLDER, Role
from pipeline.records import Label
from tests.browser.conftest import Visit
from tests.pipeline.builders import listing, signal
from tests.pipeline.review.desk import Desk, picture, seller

ADMIN = (EVERY_HOLDER, Role.ADMIN)


def case_of(page: Page) -> str:
    return page.locator("[data-case]").get_attribute("data-case") or ""


def test_a_queue_of_fifty_is_worked_by_keyboard_alone(desk: Desk, visit: Visit) -> None:
    cases = [desk.case(photos=[picture(n)] if n % 10 == 0 else ()) for n in range(50)]
    desk.person("rae", (EVERY_HOLDER, Role.REVIEWER))
    page = visit.sign_in("rae")
    labels = ["c", "t", "l", "s", "i"]

    page.keyboard.press("j")
    page.keyboard.press("Enter")
    for number in range(49):
        before = case_of(page)
        page.keyboard.press(labels[number % 5])
        page.wait_for_function(
            "before => !['', before].includes(document.querySelector('[data-case]')?.dataset.case ?? '')", arg=before
        )
    last = case_of(page)
    page.keyboard.press("h")
    page.wait_for_url("**/cases?**")

    states = [desk.read(case_id).state for case_id in cases]
    assert desk.read(last).state is CaseState.HELD
    assert states.count(CaseState.HELD) == 1
    assert states.count(CaseState.OPEN) == 0
    assert [desk.read(c).label for c in cases].count(Label.COUNTERFEIT) == 10


def test_undo_comment_assign_and_help_have_keys_and_typing_is_no_key(desk: Desk, visit: Visit) -> None:
    first, _ = desk.case(), desk.case()
    desk.person("rae", (EVERY_HOLDER, Role.REVIEWER))
    page = visit.sign_in("rae")
    page.locator("a.title").first.click()
    first = case_of(page)

    page.keyboard.press("c")
    expect(page.locator(".done")).to_contain_text("Counterfeit")
    page.keyboard.press("u")
    expect(page.locator("[data-case]")).to_have_attribute("data-case", first)
    page.keyboard.press("n")
    page.keyboard.type("clicks and chills")
    page.get_by_role("button", name="Comment").click()
    expect(page.locator(".history")).to_contain_text("clicks and chills")
    page.keyboard.press("e")
    expect(page.locator(".head")).to_contain_text("for Rae")
    page.keyboard.press("?")
    expect(page.locator("#help")).to_be_visible()
    page.keyboard.press("Escape")

    assert desk.read(first).state is CaseState.OPEN
    assert desk.read(first).assignee is not None


def test_keys_can_be_changed_and_switched_off(desk: Desk, visit: Visit) -> None:
    case_id = desk.case()
    desk.person("rae", (EVERY_HOLDER, Role.REVIEWER))
    page = visit.sign_in("rae")
    visit.open("/account")
    page.get_by_label("Counterfeit").fill("w")
    page.get_by_role("button", name="Save the keys").click()

    visit.open(f"/cases/{case_id}")
    page.keyboard.press("c")
    page.keyboard.press("w")
    page.wait_for_url("**/cases?**")
    assert desk.read(case_id).label is Label.COUNTERFEIT

    other = desk.case()
    visit.open("/account")
    page.get_by_label("Use single keys").uncheck()
    page.get_by_role("button", name="Save the keys").click()
    visit.open(f"/cases/{other}")
    page.keyboard.press("w")
    assert page.locator("kbd").count() == 0
    assert desk.read(other).state is CaseState.OPEN


def test_many_are_decided_at_once_after_a_preview_and_taken_back_as_one(desk: Desk, visit: Visit) -> None:
    cases = [desk.case(listing(listing_id=f"a{n}", title="QUILLMERE bag", seller=seller(7))) for n in range(8)]
    desk.person("rae", (EVERY_HOLDER, Role.REVIEWER))
    visit.sign_in("rae")
    page = visit.open("/cases?seller=s7")

    page.get_by_label("All 8 of the queue").check()
    page.get_by_label("What to do").select_option("counterfeit")
    page.get_by_role("button", name="Preview…").click()
    expect(page.locator("main")).to_contain_text("8 cases will change.")
    page.get_by_label("Reason").fill("same shop, same bag")
    page.get_by_role("button", name="Change 8 cases").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("8 cases changed")
    assert {desk.read(c).label for c in cases} == {Label.COUNTERFEIT}

    page.get_by_role("button", name="Undo all of it").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("8 decisions taken back")
    assert {desk.read(c).state for c in cases} == {CaseState.OPEN}


def test_a_second_person_approves_on_a_phone_what_the_first_has_confirmed(
    desk: Desk, visit: Visit, second_visit: Visit
) -> None:
    case_id = desk.case(photos=[picture()])
    desk.person("rae", (EVERY_HOLDER, Role.APPROVER))
    desk.person("sam", (EVERY_HOLDER, Role.APPROVER))
    page, phone = visit.sign_in("rae"), second_visit.sign_in("sam")

    visit.open(f"/cases/{case_id}")
    page.keyboard.press("c")
    page.wait_for_url("**/cases?**")
    visit.open(f"/cases/{case_id}")
    expect(page.get_by_role("button", name="Approve", exact=True)).to_be_disabled()

    phone.get_by_role("link", name="Approvals").click()
    phone.locator("a.title").click()
    phone.get_by_role("button", name="Approve", exact=True).click()
    phone.wait_for_url("**/cases?**")

    assert desk.read(case_id).state is CaseState.APPROVED


def test_two_people_on_one_case_are_told_of_each_other(desk: Desk, visit: Visit, second_visit: Visit) -> None:
    case_id = desk.case()
    desk.person("rae", (EVERY_HOLDER, Role.REVIEWER))
    desk.person("sam", (EVERY_HOLDER, Role.REVIEWER))
    page, other = visit.sign_in("rae"), second_visit.sign_in("sam")
    visit.open(f"/cases/{case_id}")
    second_visit.open(f"/cases/{case_id}")
    expect(other.locator("main")).to_contain_text("Also open: Rae")

    bar = other.locator(".decide")
    assert bar.evaluate("bar => bar.offsetHeight") < 0.15 * 844
    bar.get_by_role("button", name="More").click()
    bar.get_by_role("button", name="Lookalike").click()
    other.wait_for_url("**/cases?**")
    page.keyboard.press("c")
    expect(page.locator(".problem")).to_contain_text("Sam")
    page.get_by_role("button", name="Decide all the same: Counterfeit").click()
    page.wait_for_url("**/cases?**")

    assert desk.read(case_id).label is Label.COUNTERFEIT
    assert desk.read(case_id).events == 3
    visit.complaints[:] = [text for text in visit.complaints if "409" not in text]  # the browser notes the refusal


def relisted(desk: Desk) -> str:
    earlier = desk.case(listing(listing_id="old", title="QUILLMERE bag", seller=seller(3)))
    again = desk.case(listing(listing_id="new", title="QUILLMERE bag", seller=seller(3)))
    desk.happen(again, EventKind.RELISTED, {"earlier_case_id": earlier, "because": ["seller", "photo"]})
    return again


def test_a_relisting_is_marked_in_the_queue_and_leads_to_the_earlier_case(desk: Desk, visit: Visit) -> None:
    case_id = relisted(desk)
    desk.person("rae", (EVERY_HOLDER, Role.REVIEWER))
    page = visit.sign_in("rae")

    expect(page.locator("main")).to_contain_text("relisted")
    visit.open(f"/cases/{case_id}")
    expect(page.locator(".notice").first).to_contain_text("It was recognised by: Seller, Photo.")
    page.get_by_role("link", name="The earlier case").click()
    expect(page.locator("[data-case]")).not_to_have_attribute("data-case", case_id)


def rich_case(desk: Desk) -> str:
    """Open a case with everything that a page can show."""
    registered = desk.site.originals.keep(picture(50))
    price = {
        "kind": "price", "unit_price": "19.90", "reference_unit_price": "120.00", "currency": "USD",
        "ratio": 0.166, "p_value": 0.01, "sku": "Q-1",
    }  # fmt: skip
    text = {
        "kind": "text", "field": "title", "start": 0, "end": 9, "quote": "QUІLLMERE", "mark": "QUILLMERE",
        "form": "disguised", "how": "with a Cyrillic letter",
        "code_points": ["U+0406 CYRILLIC CAPITAL LETTER BYELORUSSIAN-UKRAINIAN I"],
    }  # fmt: skip
    image = {"kind": "image", "image": 0, "asset_image": "photo.jpg", "box": [0, 0, 0.5, 1], "asset_box": [0, 0, 1, 1]}
    assert registered
    return desk.case(
        listing(title="QUІLLMERE canvas bag", description="Mirror quality", sold_count=1_234),
        [
            signal("mark.disguised.claim", evidence=text),
            signal("photo.part.near", "quill-photo", evidence=image),
            signal("price.low.p05", None, evidence=price),
            signal("exclusion.condition_used", None, rights_holder_id="quill"),
        ],
        [picture(10), picture(20)],
    )


@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (390, "dark")])
def test_no_page_keeps_anybody_out_or_runs_over_its_edge(desk: Desk, visit: Visit, width: int, scheme: str) -> None:
    case_id, again = rich_case(desk), relisted(desk)
    desk.happen(case_id, EventKind.COMMENTED, by=desk.person("sam", ADMIN).person_id)
    person = desk.person("ada", ADMIN)
    page = visit.page
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    page.set_viewport_size({"width": width, "height": 900})
    faults = [*faults_of(visit, "/sign-in")]
    visit.sign_in("ada")
    paths = [
        "/cases",
        "/cases?state=any",
        f"/cases/{case_id}",
        f"/cases/{again}",
        "/approvals",
        "/rules",
        "/labels",
        "/audits",
        "/people",
    ]
    for path in [*paths, f"/people/{person.person_id}", "/account", "/nowhere"]:
        faults += faults_of(visit, path)
    page.goto(f"{visit.address}/cases?state=any")
    page.get_by_label("All 3 of the queue").check()
    page.get_by_role("button", name="Preview…").click()
    faults += faults_of(visit, None)

    visit.complaints[:] = [text for text in visit.complaints if "404" not in text]  # of /nowhere and of missing photos
    assert faults == []


def faults_of(visit: Visit, path: str | None) -> list[str]:
    page = visit.open(path) if path else visit.page
    found = Axe().run(page).response["violations"]
    faults = [f"{page.url} {fault['id']}: {[node['html'][:120] for node in fault['nodes'][:2]]}" for fault in found]
    wide = page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
    return [*faults, *([f"{page.url} runs over its edge"] if wide else [])]


def test_the_case_page_draws_boxes_reveals_disguises_and_enlarges_photos(desk: Desk, visit: Visit) -> None:
    case_id = rich_case(desk)
    desk.person("rae", (EVERY_HOLDER, Role.REVIEWER))
    page = visit.sign_in("rae")
    visit.open(f"/cases/{case_id}")

    expect(page.locator(".disguises")).to_contain_text("U+0406 CYRILLIC CAPITAL LETTER")
    expect(page.locator("h1 mark").first).to_contain_text("QUІLLM")
    expect(page.locator(".pair polygon").first).to_have_attribute("points", re.compile("0.5000,1.0000"))
    expect(page.locator(".chart .bell")).to_have_count(1)
    expect(page.locator(".falls li.sum")).to_contain_text("log odds")
    page.keyboard.press("z")
    expect(page.locator("#zoom img")).to_be_visible()
    assert page.locator("#zoom img").evaluate("image => image.decode().then(() => image.naturalWidth)") > 0


def test_the_next_case_is_fetched_ahead_and_what_is_then_shown_is_recorded(desk: Desk, visit: Visit) -> None:
    desk.case(), desk.case()
    desk.person("rae", (EVERY_HOLDER, Role.REVIEWER))
    page = visit.sign_in("rae")
    with page.expect_request(lambda request: request.headers.get("x-ahead") == "1") as ahead:
        page.locator("a.title").first.click()
    ahead.value.response()

    with page.expect_response(re.compile("/shown$")) as shown:
        page.keyboard.press("j")

    assert shown.value.status == 204
