"""What keeps a notice back: each check by the smallest change that trips it, with the line that a user reads."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from pipeline.enforcement import CaseState
from pipeline.notices.build import build_notice
from pipeline.notices.checks import CHECKS, Submission, problems_of
from pipeline.notices.explain import load_sentences
from pipeline.notices.notice import Declarations, Location, Problem, Purchase
from pipeline.notices.team import Team
from pipeline.records import AssetKind, AuthorisedSeller, Label, Seller
from tests.pipeline.notices.samples import HOLDER, NOW, TEAM, channel, listing, matter, notice, submission

Change = Callable[[Submission], Submission]
BUY = Purchase(
    platform="ebay",
    listing_id="110000000001",
    order_number="o-1",
    bought_on=date(2026, 10, 5),
    finding="No kiln mark under the glaze.",
)


def in_notice(part: str, **changes: Any) -> Change:
    def change(sub: Submission) -> Submission:
        return replace(sub, notice=replace(sub.notice, **{part: replace(getattr(sub.notice, part), **changes)}))

    return change


def in_case(**changes: Any) -> Change:
    return lambda sub: replace(sub, case=replace(sub.case, **changes))


def around(**changes: Any) -> Change:
    return lambda sub: replace(sub, **changes)


def of_notice(**changes: Any) -> Change:
    return lambda sub: replace(sub, notice=replace(sub.notice, **changes))


TRIPS = [
    pytest.param(in_case(state=CaseState.CONFIRMED), "case.state: the case is not approved, got confirmed", id="state"),
    pytest.param(in_case(approvals=("ana",)), "case.approvals: too few people agreed, got ana, expected 2", id="alone"),
    pytest.param(in_case(approvals=("ana", "ana")), "case.approvals: too few people agreed", id="one person twice"),
    pytest.param(in_case(changed=True), "case.changed: the offer changed after the decision", id="changed"),
    pytest.param(in_notice("right", number=None), "right.number: no registration", id="unregistered"),
    pytest.param(
        in_notice("right", expires_on=date(2026, 10, 19)),
        "right.expires_on: the right has lapsed, got 2026-10-19, expected 2026-10-20 or later",
        id="lapsed",
    ),
    pytest.param(
        in_notice("right", registered_on=date(2026, 10, 21)), "right.registered_on: not yet registered", id="too early"
    ),
    pytest.param(
        in_notice("right", territories=("CN",)),
        "right.territories: not in force where the offer is made, got CN, expected one of GB",
        id="elsewhere",
    ),
    pytest.param(in_notice("target", territories=()), "target.territories: nobody knows whom", id="nowhere"),
    pytest.param(in_notice("right", nice_classes=()), "right.nice_classes: no class of goods", id="no class"),
    pytest.param(in_notice("right", nice_classes=(46,)), "right.nice_classes: no such class, got 46", id="class 46"),
    pytest.param(
        in_notice("right", kind=AssetKind.PRODUCT_PHOTO),
        "right.kind: does not fit the reason 'Trade mark: counterfeit item', got product_photo",
        id="wrong kind of right",
    ),
    pytest.param(
        in_notice("infringement", reason_code="1", reason_name="Anything"),
        "infringement.reason_code: no such reason, got Anything",
        id="unknown reason",
    ),
    pytest.param(
        in_notice("infringement", locations=(Location.PACKAGING,)),
        "infringement.locations: claimed on packaging, where nothing was seen, got text, expected packaging",
        id="claimed where not seen",
    ),
    pytest.param(
        in_notice("infringement", locations=(), seen=()),
        "infringement.locations: the right was not seen in the offer",
        id="not seen",
    ),
    pytest.param(
        in_notice("target", seller_id="bramble-shop"),
        "target.seller_id: an authorised seller, got bramble-shop until open",
        id="authorised seller",
    ),
    pytest.param(
        around(open_notices={("c0ffee00c0ffee00c0ffee00c0ffee00", "bramble-word", "counterfeit"): "e" * 32}),
        "notice_id: a notice about the same is open, got eeeeeeee",
        id="duplicate",
    ),
    pytest.param(in_notice("claimant", email=None), "claimant.email: not given", id="no address"),
    pytest.param(
        in_notice("infringement", brief="x" * 1_001),
        "infringement.brief: too long, got 1001 code points, expected at most 1000",
        id="too long",
    ),
    pytest.param(in_notice("target", listing_id="1" * 20), "target.listing_id: too long", id="id too long"),
    pytest.param(in_notice("target", url="javascript:alert(1)"), "target.url: not a web address", id="no web address"),
    pytest.param(in_notice("target", url="https://x.example/\u202e"), "target.url: not a web address", id="bidi"),
    pytest.param(of_notice(authorisation=None), "authorisation: the agent has no authorisation", id="no authority"),
    pytest.param(
        in_notice("authorisation", expires_on=date(2026, 10, 19)),
        "authorisation.expires_on: the authorisation has expired, got 2026-10-19",
        id="authority expired",
    ),
    pytest.param(of_notice(declarations=Declarations()), "declarations.signer: nobody signs", id="nobody signs"),
    pytest.param(
        in_notice("declarations", accuracy=False), "declarations.accuracy: not declared, got false", id="not declared"
    ),
]


@pytest.mark.parametrize(("change", "line"), TRIPS)
def test_a_notice_with_this_fault_is_kept_back_with_one_clear_line(change: Change, line: str) -> None:
    good = submission(approvals=2)
    assert problems_of(good) == ()

    problems = [str(problem) for problem in problems_of(change(good))]

    assert any(line in problem for problem in problems), problems
    assert all("\n" not in problem and ", got " in problem and ", expected " in problem for problem in problems)


def test_every_check_is_tripped_by_one_of_these() -> None:
    good = submission(approvals=2)

    tripped = {
        check.__name__
        for param in TRIPS
        for check in CHECKS
        if list(check(param.values[0](good)))  # type: ignore[operator]
    }

    assert tripped == {check.__name__ for check in CHECKS}


def test_a_code_that_the_user_has_not_filled_in_keeps_the_notice_back() -> None:
    shipped = channel("ebay-vero", reasons=tuple(replace(r, code="") for r in channel("ebay-vero").reasons))

    problems = [str(p) for p in problems_of(submission(to=shipped))]

    assert [p for p in problems if "ebay-vero.toml: reasons: the platform's code for" in p]


def test_a_reason_that_needs_a_test_purchase_asks_for_one() -> None:
    to = channel("ebay-vero")
    to = replace(to, reasons=(replace(to.reasons[0], test_buy=True), *to.reasons[1:]))

    assert "test_buy" in {p.place for p in problems_of(submission(to=to))}
    assert problems_of(submission(to=to, team=replace(TEAM, test_buys=(BUY,)))) == ()


def test_goods_are_seen_in_a_test_purchase() -> None:
    sub = in_notice("infringement", locations=(Location.PRODUCT,))(submission(team=replace(TEAM, test_buys=(BUY,))))

    assert problems_of(sub) == ()


def test_an_authorisation_that_ended_before_the_capture_trusts_nobody() -> None:
    ended = AuthorisedSeller(platform="ebay", seller_id="s-77", until_date=date(2026, 1, 1))

    assert problems_of(submission(authorised_sellers=(ended,))) == ()


def test_an_authorisation_that_ended_after_the_capture_still_protects() -> None:
    ended = AuthorisedSeller(platform="ebay", seller_id="s-77", until_date=date(2026, 10, 4))

    assert [p.place for p in problems_of(submission(authorised_sellers=(ended,)))] == ["target.seller_id"]


def test_copyright_needs_no_registration_and_holds_everywhere() -> None:
    about = matter(listing(ships_to=()), label=Label.IMAGE_COPYRIGHT, asset_ids=("bramble-photo-1",))

    assert problems_of(submission(about, channel("dmca"))) == ()


@pytest.mark.parametrize(("label", "asset_id"), [(Label.COUNTERFEIT, "bramble-word"), (Label.DESIGN, "bramble-design")])
def test_the_dmca_is_for_copyright_only(label: Label, asset_id: str) -> None:
    made = build_notice(matter(label=label, asset_ids=(asset_id,)), channel("dmca"), TEAM, load_sentences(), now=NOW)

    assert isinstance(made, Problem)
    assert "no reason fits" in str(made)


def test_a_right_of_the_european_union_holds_in_its_countries() -> None:
    about = matter(listing(ships_to=("FR",), platform="m", url="https://m.example/1"), label=Label.DESIGN)
    about = replace(about, case=replace(about.case, asset_ids=("bramble-design",)))

    assert problems_of(submission(about, channel("dsa-article-16"))) == ()


def test_the_site_says_whom_an_offer_addresses_whatever_ships_where() -> None:
    offer = listing(platform="amazon", url="https://www.amazon.com.au/dp/B01", ships_to=("GB",))

    problems = problems_of(submission(matter(offer), channel("amazon-report-a-violation")))

    assert [(p.place, p.expected) for p in problems] == [("right.territories", "one of AU")]


def test_nothing_is_claimed_that_the_records_do_not_hold() -> None:
    bare = replace(HOLDER, contact=None, country=None, size=None)
    made = notice(replace(matter(), holder=bare), team=Team())

    assert made.claimant.email is None
    assert made.agent is None
    assert made.declarations == Declarations()
    assert (made.target.seller_id, made.test_buy, made.delivery.native_id) == ("s-77", None, None)


def test_the_same_case_has_the_same_notice_until_it_is_tried_again() -> None:
    first, again = notice(), notice(team=replace(TEAM, agent=None))

    assert first.notice_id == again.notice_id
    assert notice(replace(matter(), attempt=2)).notice_id != first.notice_id
    assert notice(to=channel("dsa-article-16")).notice_id != first.notice_id


def test_the_right_that_was_seen_is_relied_on_before_one_that_was_not() -> None:
    about = matter(asset_ids=("bramble-word", "bramble-photo-1"))
    unseen = [s for s in about.signals if s["asset_id"] != "bramble-word"]

    assert notice(about).right.asset_id == "bramble-word"
    assert notice(replace(about, signals=unseen)).right.asset_id == "bramble-photo-1"


def test_a_seller_without_an_account_number_is_no_authorised_seller() -> None:
    offer = listing(seller=Seller(id=None, name="bramble-shop"))

    assert problems_of(submission(matter(offer))) == ()


def test_times_are_those_that_were_given() -> None:
    assert notice().declarations.signed_at == notice().created_at == datetime(2026, 10, 20, 9, 30, tzinfo=UTC)
