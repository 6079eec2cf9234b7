"""What must hold across the fields of a register: unique ids, dates in order, references that lead somewhere."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pipeline.records import AssetKind
from pipeline.rules import Fault, quote

Record = dict[str, Any]
"""The usable fields of one object of the register."""


def check_whole(register: Record) -> Iterator[Fault]:
    """Check what no single field shows.

    Parameters
    ----------
    register : dict
        Everything of the register that was usable, as `REGISTER.read` returns it: what is missing or broken has been
        reported and is passed over here.

    Yields
    ------
    Fault
        Every fault with its place.
    """
    holders = list(_records(register.get("rights_holders"), "rights_holders"))
    assets = [pair for place, holder in holders for pair in _records(holder.get("assets"), f"{place}.assets")]
    yield from _repeats(holders, "id")
    yield from _repeats(assets, "id")
    for place, asset in assets:
        yield from _check_asset(place, asset)
    for place, holder in holders:
        yield from _check_holder(place, holder)


def image_names(register: Record) -> dict[str, str]:
    """Return every image named by the register, with the first place that names it."""
    names: dict[str, str] = {}
    for place, holder in _records(register.get("rights_holders"), "rights_holders"):
        for group in ("assets", "products"):
            for inner, owner in _records(holder.get(group), f"{place}.{group}"):
                for index, name in enumerate(owner.get("images", ())):
                    if name is not None:
                        names.setdefault(name, f"{inner}.images[{index}]")
    return names


def _records(items: tuple[Record | None, ...] | None, place: str) -> Iterator[tuple[str, Record]]:
    for index, item in enumerate(items or ()):
        if item is not None:
            yield f"{place}[{index}]", item


def _repeats(records: list[tuple[str, Record]], name: str) -> Iterator[Fault]:
    first: dict[str, str] = {}
    for place, record in records:
        value = record.get(name)
        if value in first:
            yield Fault(f"{place}.{name}", quote(value), f"a {name} other than that of {first[value]}", "used twice")
        elif value is not None:
            first[value] = place


def _check_asset(place: str, asset: Record) -> Iterator[Fault]:
    kind = asset.get("kind")
    if kind is AssetKind.WORD_MARK and "text" not in asset:
        yield Fault(f"{place}.text", "nothing usable", "the text of the word mark", "required, but missing")
    if kind not in {AssetKind.WORD_MARK, None} and not any(asset.get("images", ())):
        yield Fault(f"{place}.images", "nothing usable", f"at least one image of the {kind}", "required, but missing")
    yield from _check_order(place, asset, "registered_on", "expires_on")


def _check_holder(place: str, holder: Record) -> Iterator[Fault]:
    products = list(_records(holder.get("products"), f"{place}.products"))
    yield from _repeats(products, "sku")
    skus = {product.get("sku") for _, product in products}
    for inner, asset in _records(holder.get("assets"), f"{place}.assets"):
        if "sku" in asset and asset["sku"] not in skus:
            expected = "the sku of a product of this rights holder"
            yield Fault(f"{inner}.sku", quote(asset["sku"]), expected, "no such product")
    for inner, seller in _records(holder.get("authorised_sellers"), f"{place}.authorised_sellers"):
        yield from _check_order(inner, seller, "from", "until")


def _check_order(place: str, record: Record, start: str, end: str) -> Iterator[Fault]:
    if start in record and end in record and record[end] < record[start]:
        expected = f"a date not before {start} ({record[start]})"
        yield Fault(f"{place}.{end}", quote(record[end].isoformat()), expected, "the dates are in the wrong order")
