"""A made-up case with everything that a notice is made from."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from pipeline.enforcement import Case, CaseState, Exhibit
from pipeline.notices.build import Matter, build_notice
from pipeline.notices.channels import Channel, load_channels
from pipeline.notices.checks import Submission
from pipeline.notices.explain import load_sentences
from pipeline.notices.notice import Authorisation, Declarations, Notice, Party
from pipeline.notices.team import Team
from pipeline.records import (
    Asset,
    AssetKind,
    AuthorisedSeller,
    Contact,
    ImageName,
    Json,
    Label,
    Listing,
    ListingKey,
    Price,
    PriceKind,
    RightsHolder,
    Seller,
)

NOW = datetime(2026, 10, 20, 9, 30, tzinfo=UTC)
CAPTURED = datetime(2026, 10, 3, 7, 12, tzinfo=UTC)

HOLDER = RightsHolder(
    id="bramble",
    name="Bramblewick Pottery Ltd",
    size="sme",
    country="GB",
    contact=Contact(
        name="IP desk", email="ip@bramblewick.example", phone="+44 20 7946 0000", address="1 Kiln Lane, Leek, GB"
    ),
    assets=(
        Asset(
            id="bramble-word",
            kind=AssetKind.WORD_MARK,
            text="BRAMBLEWICK",
            registration_number="UK00009000001",
            office="GB",
            territories=("GB", "CN", "EM", "US"),
            nice_classes=(21,),
            registered_on=date(2016, 5, 1),
            expires_on=date(2036, 5, 1),
        ),
        Asset(id="bramble-photo-1", kind=AssetKind.PRODUCT_PHOTO, images=("photos/kestrel-mug.jpg",), sku="BW-1"),
        Asset(
            id="bramble-design",
            kind=AssetKind.DESIGN,
            images=("assets/kestrel-mug.png",),
            registration_number="90000001-0001",
            office="EM",
            registered_on=date(2020, 1, 1),
            expires_on=date(2030, 1, 1),
        ),
    ),
    authorised_sellers=(AuthorisedSeller(platform="ebay", seller_id="bramble-shop"),),
)

DECLARED = """
[declarations]
good_faith = true
accuracy = true
authority_under_perjury = true
liability = true
signer = "Jo Warden"
"""
"""What a team writes in `team.toml` to declare all that channels ask for."""

TEAM = Team(
    agent=Party(name="Marks & Wardens LLP", country="GB", email="notices@wardens.example", phone="+44 20 7946 0001"),
    authorisations=(
        Authorisation(
            rights_holder_id="bramble", document="authority.pdf", sha256="ab" * 32, expires_on=date(2027, 1, 1)
        ),
    ),
    declarations=Declarations(
        good_faith=True,
        accuracy=True,
        authority_under_perjury=True,
        liability=True,
        signer="Jo Warden",
        role="solicitor",
    ),
)

SIGNALS: list[dict[str, Json]] = [
    {
        "detector": "mark_in_text",
        "asset_id": "bramble-word",
        "strength": 0.9,
        "reason": "The title has the mark.",
        "observation": "mark.disguised.claim",
        "weight": 3.1,
        "evidence": {"kind": "text", "field": "title", "start": 0, "end": 11, "quote": "Brаmblewick"},
    },
    {
        "detector": "photo_reused",
        "asset_id": "bramble-photo-1",
        "strength": 0.97,
        "reason": "Photo 1 is the holder's.",
        "observation": "photo.copy.near",
        "weight": 2.4,
        "evidence": {"kind": "image", "image": 0, "box": [0, 0, 1, 1], "asset_image": "photos/kestrel-mug.jpg"},
    },
    {
        "detector": "picture_found",
        "asset_id": "bramble-design",
        "strength": 0.7,
        "reason": "Photo 2 shows the design.",
        "observation": "design.found.clear",
        "weight": 1.9,
        "evidence": {"kind": "image", "image": 1, "box": [0, 0, 1, 1], "asset_image": "assets/kestrel-mug.png"},
    },
    {
        "detector": "coded_vocabulary",
        "asset_id": None,
        "strength": 0.8,
        "reason": "The title says that the goods are copies.",
        "observation": "vocabulary.replica",
        "weight": 1.2,
        "evidence": {"kind": "text", "field": "title", "start": 25, "end": 36, "quote": "mirror copy"},
    },
]


def listing(**changes: Any) -> Listing:
    base = Listing(
        platform="ebay",
        listing_id="110000000001",
        url="https://www.ebay.co.uk/itm/110000000001",
        captured_at=CAPTURED,
        title="Brаmblewick kestrel mug, mirror copy",
        prices=(Price(kind=PriceKind.SALE, amount=Decimal("7.50"), currency="GBP"),),
        seller=Seller(id="s-77", name="mug-corner"),
        ships_to=("GB", "US"),
        images=(ImageName(name="images/a.jpg"),),
    )
    return replace(base, **changes)


def case(of: Listing, *, label: Label = Label.COUNTERFEIT, asset_ids: tuple[str, ...] = ("bramble-word",)) -> Case:
    return Case(
        case_id="c0ffee00c0ffee00c0ffee00c0ffee00",
        rights_holder_id="bramble",
        key=ListingKey(of.platform, of.listing_id, of.seller.id),
        candidate_id="cafe" * 8,
        state=CaseState.APPROVED,
        opened_at=CAPTURED,
        updated_at=NOW,
        score=0.93,
        band="high",
        suggested=label,
        label=label,
        asset_ids=asset_ids,
        approvals=("ana", "bo"),
    )


EXHIBIT = Exhibit(
    kind="capture", name="capture.wacz", sha256="cd" * 32, captured_at=CAPTURED, stamped_at=NOW, stamp_sha256="ef" * 32
)


def matter(of: Listing | None = None, **changes: Any) -> Matter:
    seen = of or listing()
    label = changes.pop("label", Label.COUNTERFEIT)
    asset_ids = changes.pop("asset_ids", ("bramble-word",))
    base = Matter(
        case=case(seen, label=label, asset_ids=asset_ids),
        listing=seen,
        signals=SIGNALS,
        holder=HOLDER,
        exhibits=(EXHIBIT,),
    )
    return replace(base, **changes)


def channel(channel_id: str = "ebay-vero", **changes: Any) -> Channel:
    """Return a shipped channel; eBay's with codes filled in, as a member would."""
    found = load_channels().named(channel_id)
    if channel_id == "ebay-vero":
        coded = (replace(reason, code=f"90{number}") for number, reason in enumerate(found.reasons, start=10))
        found = replace(found, reasons=tuple(coded))
    return replace(found, **changes)


def notice(of: Matter | None = None, to: Channel | None = None, team: Team = TEAM) -> Notice:
    built = build_notice(of or matter(), to or channel(), team, load_sentences(), now=NOW)
    assert isinstance(built, Notice), str(built)
    return built


def submission(of: Matter | None = None, to: Channel | None = None, team: Team = TEAM, **changes: Any) -> Submission:
    about, where = of or matter(), to or channel()
    base = Submission(
        notice=notice(about, where, team),
        channel=where,
        case=about.case,
        now=NOW,
        authorised_sellers=about.holder.authorised_sellers,
    )
    return replace(base, **changes)
