"""A review app whose approved cases can be noticed: a register with a mark in force, and a team that declares."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

from pipeline.enforcement import EventKind
from pipeline.people import EVERY_HOLDER, Role
from pipeline.records import Contact
from pipeline.settings import Settings
from pipeline.store.captures import record_register
from tests.pipeline.builders import holder, listing, register
from tests.pipeline.notices.samples import DECLARED
from tests.pipeline.review.desk import NOW, PICTURE, Desk, id_of, seller

ADDRESSES = {
    "taobao": "https://item.taobao.example/item.htm?id={}",
    "amazon": "https://www.amazon.co.uk/dp/{}",
    "tiktok": "https://shop.tiktok.example/view/{}",
    "ebay": "https://www.ebay.co.uk/itm/{}",
}
"""Where a listing is, by platform; eBay's codes are told to members only, so that notices to it are kept back."""


def outbox(folder: Path) -> Desk:
    """Return a desk with a folder of notices, and two people who decide and approve."""
    home = folder / "notices"
    home.mkdir()
    (home / "team.toml").write_text(DECLARED, "utf-8")
    desk = Desk.at(folder, settings=Settings(notices=str(home)))
    mark = replace(
        holder().assets[0], registration_number="UK00009000009", office="GB", territories=("GB", "CN"),
        nice_classes=(18,), registered_on=date(2016, 5, 1), expires_on=date(2036, 5, 1),
    )  # fmt: skip
    contact = Contact(
        name="IP desk", email="ip@quill.example", phone="+44 20 7946 0002", address="2 Mill Row, Leek, GB"
    )
    owner = holder(country="GB", contact=contact, assets=(mark, *holder().assets[1:]))
    known = replace(register(owner, holder(id="brook", name="Brookvale SA")), digest="c" * 64)
    with desk.site.store.write() as connection:
        record_register(connection, known, NOW + timedelta(seconds=1))
    for name in ("ana", "bo"):
        desk.person(name, (EVERY_HOLDER, Role.APPROVER))
    return desk


def approved(desk: Desk, platform: str, number: int = 1, title: str = "QUILLMERE canvas bag") -> str:
    """Open a case, let two people agree on it, and return its id."""
    shown = listing(
        platform=platform, listing_id=f"{platform[:2]}{number}", url=ADDRESSES[platform].format(number), title=title,
        ships_to=("GB",), seller=seller(number),
    )  # fmt: skip
    case_id = desk.case(shown, photos=[PICTURE])
    desk.happen(case_id, EventKind.DECIDED, {"label": "counterfeit", "asset_ids": ["quill-word"]}, id_of("ana"))
    desk.happen(case_id, EventKind.APPROVED, by=id_of("bo"))
    return case_id
