"""Dossiers: what they say, that hostile text harms nobody, and which accounts they connect."""

import hashlib
import re
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from pipeline.dossiers.dossier import AccountLink, Asked, Dossier, Offer, Picture, totals, units
from pipeline.dossiers.pages import print_dossier
from pipeline.enforcement import Event, EventKind
from pipeline.errors import InputError
from pipeline.paper import missing_fonts
from pipeline.records import Seller
from pipeline.stages.dossier import dossier_of_case, dossier_of_seller
from pipeline.store.database import Store
from tests.pipeline.notices.bureau import BYTES, Bureau
from tests.pipeline.notices.samples import CAPTURED, EXHIBIT, HOLDER, NOW, SIGNALS, case, listing

LINK = AccountLink(platform="taobao", seller_id="t-1", seller_name=None, shared={"photo": 2}, case_ids=("d" * 32,))
GOLDEN = Path(__file__).parent / "golden"
poppler = pytest.mark.skipif(shutil.which("pdftotext") is None, reason="poppler's tools are not installed")


def offer(number: int = 1, title: str = "Brаmblewick kestrel mug 高仿", **changes: object) -> Offer:
    seen = listing(title=title, listing_id=f"{number}", seller=Seller(id="s-77", name="mug-corner", country="GB"))
    event = Event(
        event_id="1" * 32, sequence=1, case_id="c", kind=EventKind.DECIDED, at=NOW, by="ana", reason=title,
        facts={"label": "counterfeit"},
    )  # fmt: skip
    base = Offer(
        case=case(seen),
        listing=seen,
        first_seen=datetime(2026, 9, 1, tzinfo=UTC),
        price=Decimal("7.50"),
        currency="GBP",
        sold=12,
        signals=(*SIGNALS, SIGNALS[0] | {"weight": -1.0, "reason": f"The seller says: {title}"}),
        events=(event,),
        pictures=(
            Picture(name="a.jpg", sha256=hashlib.sha256(BYTES).hexdigest(), data=BYTES),
            Picture(name=title, sha256=None, data=None),
            Picture(name="bomb.jpg", sha256="0" * 64, data=b"\xff\xd8\xff nothing"),
        ),
        exhibits=(EXHIBIT,),
        notices=(Asked(channel="ebay-vero", sent_at=NOW, state="acknowledged", native_id="r-1"),),
    )
    return replace(base, **changes)  # type: ignore[arg-type]


def dossier(*offers: Offer, **changes: object) -> Dossier:
    base = Dossier(
        number="c0ffee00",
        holders=(HOLDER,),
        platform="ebay",
        seller_id="s-77",
        seller_names=("mug-corner", "mug corner 2"),
        offers=offers or (offer(),),
        links=(
            AccountLink(
                platform="taobao", seller_id="t-1", seller_name=None, shared={"photo": 2}, case_ids=("d" * 32,)
            ),
        ),
        registered=(Picture(name="assets/kestrel-mug.png", sha256="1" * 64, data=BYTES),),
        made_at=NOW,
        operator="Jo Warden",
    )
    return replace(base, **changes)  # type: ignore[arg-type]


def text_of(pdf: bytes, folder: Path) -> str:
    path = folder / "a.pdf"
    path.write_bytes(pdf)
    shown = subprocess.run(["pdftotext", "-raw", path, "-"], capture_output=True, check=True).stdout
    return shown.decode().replace("\x0c", "\n")


@poppler
@pytest.mark.skipif(bool(missing_fonts()), reason="not every font is installed")
@pytest.mark.parametrize("language", ["en", "zh-Hans"])
def test_a_dossier_reads_as_it_did(language: str, golden: Callable[..., None], tmp_path: Path) -> None:
    pdf = print_dossier(dossier(offer(1), offer(2, price=None, sold=None)), language=language)

    golden(GOLDEN / f"seller.{language}.txt", text_of(pdf, tmp_path).encode(), spaces=False)


@poppler
def test_a_dossier_names_the_digest_of_everything_that_it_relies_on(tmp_path: Path) -> None:
    text = "".join(text_of(print_dossier(dossier()), tmp_path).split())

    assert EXHIBIT.sha256 in text
    assert hashlib.sha256(BYTES).hexdigest() in text


@poppler
def test_hostile_text_in_a_dossier_runs_nothing_and_fills_no_hundred_pages(tmp_path: Path) -> None:
    nasty = "=1+1 <script>\x00\u202e\n\n# forged " + "A" * 50_000
    path = tmp_path / "a.pdf"
    path.write_bytes(
        print_dossier(
            dossier(
                offer(1, nasty), seller_id=nasty[:500], seller_names=(nasty,), operator=nasty[:300], platform=nasty[:99]
            )
        )
    )

    facts = subprocess.run(["pdfinfo", path], capture_output=True, check=True, text=True).stdout
    assert re.search(r"JavaScript: +no", facts)
    assert int(re.findall(r"Pages: +(\d+)", facts)[0]) <= 25


def test_value_is_price_times_sales_where_both_are_known_and_by_currency() -> None:
    offers = [
        offer(1, price=Decimal("7.50"), currency="GBP", sold=12),
        offer(2, price=Decimal(10), currency="CNY", sold=3),
        offer(3, price=Decimal("0.50"), currency="GBP", sold=2),
        offer(4, price=Decimal(99), currency="GBP", sold=None),
        offer(5, price=None, currency=None, sold=7),
    ]

    assert totals(offers) == {"CNY": Decimal(30), "GBP": Decimal("91.00")}
    assert units(offers) == (24, 4)


@pytest.fixture
def bureau(tmp_path: Path, store: Store) -> Bureau:
    return Bureau(tmp_path, store)


def by(seller: str, number: str, platform: str = "ebay") -> dict[str, object]:
    return {"listing_id": number, "platform": platform, "seller": Seller(id=seller, name=f"shop {seller}")}


def test_a_seller_s_dossier_holds_every_case_and_the_accounts_that_share_something(bureau: Bureau) -> None:
    mine = [bureau.approved(listing(**by("s-1", n)), photo=b"\xff\xd8\xff" + n.encode()) for n in ("1", "2")]
    bureau.opened(listing(**by("s-2", "3", "taobao")), photo=b"\xff\xd8\xff1", contact="w" * 64)
    bureau.opened(listing(**by("s-3", "4")), photo=b"\xff\xd8\xffother")

    with bureau.store.read() as connection:
        made, files = dossier_of_seller(connection, "ebay", "s-1", None, bureau.scribe())

    assert [o.case.case_id for o in made.offers] == mine
    assert [(k.platform, k.seller_id, dict(k.shared)) for k in made.links] == [("taobao", "s-2", {"photo": 1})]
    assert {e.name: e.sha256 for o in made.offers for e in o.exhibits} == {
        name: hashlib.sha256(data).hexdigest() for name, data in files.items()
    }
    assert made.offers[0].first_seen == CAPTURED
    assert made.seller_names == ("shop s-1",)


def test_a_photo_that_many_sellers_show_connects_nobody(bureau: Bureau) -> None:
    for number in range(6):
        bureau.opened(listing(**by(f"s-{number}", str(number))), photo=BYTES)

    with bureau.store.read() as connection:
        made, _ = dossier_of_seller(connection, "ebay", "s-1", None, bureau.scribe())

    assert made.links == ()


def test_goods_that_came_back_link_the_account_that_sold_them_before(bureau: Bureau) -> None:
    earlier = bureau.approved(listing(**by("s-2", "1", "taobao")), photo=b"\xff\xd8\xffa")
    bureau.say(earlier, EventKind.NOTICED, "ana", notice_id="n")
    bureau.say(earlier, EventKind.RECHECKED, "system", result="gone_404")
    again = bureau.opened(listing(**by("s-1", "2")), photo=b"\xff\xd8\xffb")
    bureau.say(again, EventKind.RELISTED, "system", earlier_case_id=earlier, because=["operator"])

    with bureau.store.read() as connection:
        made, _ = dossier_of_case(connection, again, None, bureau.scribe())

    expected = [("taobao", "s-2", {"relisted": 1})]
    assert [(k.platform, k.seller_id, dict(k.shared)) for k in made.links] == expected


def test_nobody_reads_a_dossier_of_another_rights_holder(bureau: Bureau) -> None:
    case_id = bureau.opened()

    with bureau.store.read() as connection:
        with pytest.raises(InputError, match="no such case"):
            dossier_of_case(connection, case_id, ("somebody else",), bureau.scribe())
        with pytest.raises(InputError, match="no cases"):
            dossier_of_seller(connection, "ebay", "s-77", ("somebody else",), bureau.scribe())
        made, _ = dossier_of_case(connection, case_id, (HOLDER.id,), bureau.scribe())

    assert made.number == case_id
