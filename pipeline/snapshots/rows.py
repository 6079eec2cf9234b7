"""A row becomes a listing or a rejection.

A row without a usable required field is rejected, once, with the first such field. An optional value that cannot be
used is reported and the row is kept without it. Unknown fields are kept in `extra`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from pipeline.records import Json, Listing, Rejected
from pipeline.rules import Fault, quote
from pipeline.snapshots.fields import LISTING

_MAX_FIELD: Final = 120


def row_to_listing(raw: Json, source: str, line: int) -> tuple[Listing | None, tuple[Rejected, ...]]:
    """Turn one row into a listing.

    Parameters
    ----------
    raw : JSON
        The row as parsed, whatever it is.
    source : str
        Name of the input file, for reports.
    line : int
        Number of the row in it, from 1.

    Returns
    -------
    listing : Listing or None
        None if the row is rejected.
    rejected : tuple of Rejected
        One of kind "row" exactly if there is no listing, else one of kind "field" for each unusable value.

    Examples
    --------
    >>> listing, rejected = row_to_listing({"listing_id": "1"}, "a.jsonl", 7)
    >>> rejected[0].field, rejected[0].got, rejected[0].reason
    ('platform', 'nothing', 'required, but missing; also unusable: url, captured_at, title')
    """
    faults: list[Fault] = []
    listing: Listing | None = LISTING.read(raw, faults)
    if not faults:
        return listing, ()
    listing_id = _listing_id(raw)
    if listing is None:
        return None, (reject_row(source, line, _gravest(faults), listing_id=listing_id),)
    return listing, tuple(_rejected("field", source, line, fault, listing_id) for fault in faults)


def reject_row(source: str, line: int, fault: Fault, *, listing_id: str | None = None) -> Rejected:
    """Return the report of a row that cannot be used; the fault's place is "line" where it is not even an object."""
    return _rejected("row", source, line, fault, listing_id)


def _rejected(kind: str, source: str, line: int, fault: Fault, listing_id: str | None) -> Rejected:
    return Rejected(
        kind=kind,
        source=source,
        line=line,
        field=fault.place if fault.place.isprintable() and len(fault.place) <= _MAX_FIELD else quote(fault.place),
        got=fault.got,
        expected=fault.expected,
        reason=fault.reason,
        listing_id=listing_id,
    )


def _gravest(faults: Sequence[Fault]) -> Fault:
    """Return the fault of the first required field, naming the other ones in its reason."""
    by_place = {fault.place: fault for fault in reversed(faults)}
    places = [place for place in LISTING.required if place in by_place]
    if not places:
        return faults[0]._replace(place="line")
    first = by_place[places[0]]
    others = f"; also unusable: {', '.join(places[1:])}" if len(places) > 1 else ""
    return first._replace(reason=first.reason + others)


def _listing_id(raw: Json) -> str | None:
    given = raw.get("listing_id") if isinstance(raw, dict) else None
    return LISTING.rules["listing_id"].read(given, []) if given is not None else None
