"""The pages of a dossier, labelled in English and Simplified Chinese."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from functools import cache
from importlib.resources import files
from typing import Any, Final

from pipeline.dossiers.dossier import Dossier, Offer, Picture, totals, units
from pipeline.paper import Paper
from pipeline.records import Asset, Json, RightsHolder

MOST_OFFERS: Final = 200
"""Offers printed in full; the table names all of them."""
MOST_SIGNALS, MOST_PICTURES, MOST_EVENTS = 12, 6, 40
SENTENCE: Final = 70
"""Code points from which on a label is a sentence, whose translation has a line of its own."""
_BETWEEN: Final = " · "

Label = Callable[[str], str]


def print_dossier(dossier: Dossier, *, language: str = "en") -> bytes:
    """Return a dossier as a PDF.

    Parameters
    ----------
    dossier : Dossier
        What is known.
    language : str
        "en" or "zh-Hans": which language goes first.

    Returns
    -------
    bytes
        A4, with every digest that is needed to check the exhibits.
    """
    label = _labels(language)
    kind = "dossier_case" if len(dossier.offers) == 1 else "dossier_seller"
    paper = Paper(
        title=label(kind),
        footer=f"{label('reference')} {dossier.number}{_BETWEEN}{_day(dossier.made_at)} UTC",
        language=language,
        created_at=dossier.made_at,
    )
    _summary(paper, dossier, label)
    _rights(paper, dossier, label)
    if len(dossier.offers) > 1:
        _overview(paper, dossier, label)
    for offer in dossier.offers[:MOST_OFFERS]:
        _offer(paper, offer, label)
    _links(paper, dossier, label)
    _exhibits(paper, dossier, label)
    _checking(paper, label)
    return paper.pdf()


def _summary(paper: Paper, dossier: Dossier, label: Label) -> None:
    offers = dossier.offers
    goods = sorted({label(f"decisions.{o.case.label or o.case.suggested}") for o in offers})
    sold, known = units(offers)
    amounts = " + ".join(f"{amount:,.2f} {currency}" for currency, amount in totals(offers).items())
    seen = sorted(o.listing.captured_at for o in offers)
    first = min(o.first_seen for o in offers)
    countries = sorted({o.listing.seller.country for o in offers if o.listing.seller.country})
    paper.heading(label("summary"), 2)
    paper.facts(
        [
            (label("reference"), dossier.number),
            (label("prepared"), f"{_time(dossier.made_at)}{_BETWEEN}{dossier.operator}".removesuffix(_BETWEEN)),
            (label("prepared_for"), label("authorities")),
            (label("holder"), ", ".join(holder.name for holder in dossier.holders)),
            (label("goods"), ", ".join(goods)),
            (label("where"), dossier.platform),
            (label("account"), dossier.seller_id or label("not_known")),
            (label("names"), ", ".join(dossier.seller_names) or label("not_known")),
            (label("country"), ", ".join(countries) or label("not_known")),
            (label("how_many"), _count(len(offers), sold, known, label)),
            (label("value"), amounts or label("not_known")),
            (label("period"), f"{_day(first)} – {_day(seen[-1])}"),
        ]
    )


def _count(offers: int, sold: int, known: int, label: Label) -> str:
    amount = f"{sold:,} {label('units_sold')} ({label('of_offers')}: {known})" if known else label("not_known")
    return f"{offers} {label('offers_count')}; {amount}"


def _rights(paper: Paper, dossier: Dossier, label: Label) -> None:
    paper.heading(label("rights"), 2)
    for holder in dossier.holders:
        contact = holder.contact
        given = [] if contact is None else [contact.name, contact.email, contact.phone, contact.address]
        paper.facts(
            [
                (label("holder"), f"{holder.name} ({holder.country})" if holder.country else holder.name),
                (label("contact"), ", ".join(value for value in given if value) or label("not_known")),
            ]
        )
    head = [label(name) for name in ("right", "number", "office", "territories", "classes", "expires")]
    rows = [_right(holder, asset) for holder, asset in dossier.assets()]
    if rows:
        paper.table(head, rows, (30, 22, 10, 16, 10, 12))
    _pictures(paper, dossier.registered, "registered", label)


def _right(holder: RightsHolder, asset: Asset) -> list[str]:
    name = f"{asset.kind.value.replace('_', ' ')}: {asset.text or asset.id}"
    return [
        f"{name} ({holder.id})",
        asset.registration_number or "–",
        asset.office or "–",
        ", ".join(asset.territories) or "–",
        ", ".join(map(str, asset.nice_classes)) or "–",
        asset.expires_on.isoformat() if asset.expires_on else "–",
    ]


def _overview(paper: Paper, dossier: Dossier, label: Label) -> None:
    paper.heading(label("offers"), 2)
    head = ["", label("listing"), label("title"), label("price"), label("sold"), label("first_seen"), label("state")]
    rows = [
        [
            str(number),
            offer.listing.listing_id,
            offer.listing.title,
            _price(offer) or "–",
            "–" if offer.sold is None else f"{offer.sold:,}",
            _day(offer.first_seen),
            label(f"states.{offer.case.state}"),
        ]
        for number, offer in enumerate(dossier.offers, start=1)
    ]
    paper.table(head, rows, (4, 17, 34, 13, 9, 12, 11))


def _offer(paper: Paper, offer: Offer, label: Label) -> None:
    case, listing = offer.case, offer.listing
    paper.heading(listing.title, 2)
    decided = label(f"decisions.{case.label or case.suggested}")
    facts = [
        (label("case"), case.case_id),
        (label("listing"), f"{listing.listing_id} ({listing.platform})"),
        (label("address"), listing.url),
        (label("captured"), _time(listing.captured_at)),
        (label("price"), _price(offer) or label("not_known")),
        (label("sold"), label("not_known") if offer.sold is None else f"{offer.sold:,}"),
        (label("decision") if case.label else label("suggestion"), decided),
        (label("decided_by"), ", ".join(case.approvals) or "–"),
        (label("state"), label(f"states.{case.state}")),
    ]
    genuine = _genuine(offer.signals)
    paper.facts([*facts, (label("genuine"), genuine)] if genuine else facts)
    _seen(paper, offer, label)
    _pictures(paper, offer.pictures, "photos", label)
    _timeline(paper, offer, label)


def _seen(paper: Paper, offer: Offer, label: Label) -> None:
    for name, speaking in (("seen", [s for s in offer.signals if _weight(s) > 0]), ("against", _against(offer))):
        if speaking:
            paper.heading(label(name), 3)
            strongest = sorted(speaking, key=lambda s: -abs(_weight(s)))[:MOST_SIGNALS]
            for number, signal in enumerate(strongest, start=1):
                paper.paragraph(f"{number}. {signal['reason']}")


def _against(offer: Offer) -> list[Mapping[str, Json]]:
    return [s for s in offer.signals if _weight(s) < 0]


def _pictures(paper: Paper, pictures: Sequence[Picture], heading: str, label: Label) -> None:
    if not pictures:
        return
    paper.heading(label(heading), 3, room_mm=60)
    shown = []
    for number, picture in enumerate(pictures[:MOST_PICTURES], start=1):
        caption = f"{number}. {picture.name} SHA-256 {picture.sha256 or label('not_known')}"
        if picture.data is None:
            paper.paragraph(f"{caption} ({label('not_kept')})", quiet=True)
        else:
            shown.append((picture.data, caption))
    paper.pictures(shown)


def _timeline(paper: Paper, offer: Offer, label: Label) -> None:
    if offer.events:
        paper.heading(label("timeline"), 3)
        head = [label("time"), label("event"), label("who")]
        rows = [[_time(e.at), _told(e.kind, e.facts, e.reason, label), e.by] for e in offer.events[-MOST_EVENTS:]]
        paper.table(head, rows, (20, 62, 18))
    if offer.notices:
        paper.heading(label("notices"), 3)
        head = [label("time"), label("where"), label("state"), label("reference")]
        notices = [[_time(n.sent_at), n.channel, n.state, n.native_id or "–"] for n in offer.notices]
        paper.table(head, notices, (24, 36, 20, 20))


def _told(kind: str, facts: Mapping[str, Json], reason: str, label: Label) -> str:
    """Return an event in words, with the fact that matters most."""
    names = ("label", "result", "disposition", "outcome", "notice_id", "native_id", "earlier_case_id")
    said = [_words()["decisions"].get(facts[name], [str(facts[name])])[0] for name in names if facts.get(name)]
    return ": ".join(part for part in (label(f"events.{kind}"), ", ".join(said), reason) if part)


def _links(paper: Paper, dossier: Dossier, label: Label) -> None:
    paper.heading(label("links"), 2)
    if not dossier.links:
        paper.paragraph(label("no_links"))
        return
    paper.paragraph(label("link_note"), quiet=True)
    head = [label("where"), label("account"), label("names"), label("shared"), label("cases")]
    rows = [
        [
            link.platform,
            link.seller_id,
            link.seller_name or "–",
            "; ".join(f"{label(f'shares.{what}')}: {count}" for what, count in sorted(link.shared.items())),
            ", ".join(case_id[:8] for case_id in link.case_ids[:12]),
        ]
        for link in dossier.links
    ]
    paper.table(head, rows, (14, 18, 18, 30, 20))


def _exhibits(paper: Paper, dossier: Dossier, label: Label) -> None:
    rows = [
        [exhibit.name, exhibit.sha256, _time(exhibit.captured_at), _time(exhibit.stamped_at)]
        for offer in dossier.offers
        for exhibit in offer.exhibits
    ]
    if rows:
        paper.heading(label("exhibits"), 2)
        paper.table([label(name) for name in ("file", "digest", "captured", "stamp")], rows, (28, 40, 16, 16))


def _checking(paper: Paper, label: Label) -> None:
    paper.heading(label("check"), 2)
    for name in ("check_1", "check_2", "check_3"):
        paper.paragraph(label(name))
    paper.heading(label("method"), 2)
    paper.paragraph(label("method_text"))


def _price(offer: Offer) -> str | None:
    return None if offer.price is None else f"{offer.price:,.2f} {offer.currency or ''}".rstrip()


def _genuine(signals: Iterable[Mapping[str, Json]]) -> str | None:
    for signal in signals:
        evidence = signal["evidence"]
        if evidence.get("kind") == "price" and evidence.get("reference_unit_price"):
            return f"{evidence['reference_unit_price']} {evidence.get('currency', '')} ({evidence.get('sku', '–')})"
    return None


def _weight(signal: Mapping[str, Json]) -> float:
    return float(signal.get("weight", 0))


def _time(time: datetime | None) -> str:
    return "–" if time is None else f"{time.astimezone(UTC):%Y-%m-%d %H:%M:%S}"


def _day(time: datetime) -> str:
    return f"{time.astimezone(UTC):%Y-%m-%d}"


def _labels(language: str) -> Label:
    """Return what gives labels in both languages, this one first; the same in both is said once."""

    def label(name: str) -> str:
        group, _, key = name.rpartition(".")
        words = (_words()[group] if group else _words()).get(key, [key, key])
        ordered = words if language == "en" else words[::-1]
        between = "\n" if len(words[0]) > SENTENCE else _BETWEEN
        return between.join(dict.fromkeys(ordered))

    return label


@cache
def _words() -> dict[str, Any]:
    return tomllib.loads(files("pipeline.dossiers").joinpath("labels.toml").read_text("utf-8"))
