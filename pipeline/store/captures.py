"""What the listings of cases showed when: earlier captures, photos and contact details, and the registers used."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import orjson
from sqlalchemy import ColumnElement, Connection, RowMapping, Table, and_, distinct, func, or_, select

from pipeline.cases.relisting import Trace
from pipeline.enforcement import CaseState
from pipeline.records import Json, Listing, Register
from pipeline.store.case_tables import captures, case_contacts, case_photos, cases, events, registers
from pipeline.store.cases import Scope
from pipeline.store.codec import from_json, to_json
from pipeline.store.ledger import insert_new, upsert

ENDED: Final = (CaseState.DOWN.value, CaseState.CLOSED.value)
MOST_EARLIER: Final = 50
"""Earlier cases that a new listing is compared with: those that ended last."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownPhoto:
    """A photo as a listing showed it.

    Attributes
    ----------
    name : str
        As the listing names it.
    digest : str or None
        SHA-256 of its bytes, under which they lie among the originals; None if it could not be read.
    whole : str
        Perceptual hash of the whole photo in hexadecimal; empty for a photo without detail, or not described.
    """

    name: str
    digest: str | None
    whole: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Capture:
    """The listing of a case as captured, with the photos that it showed.

    Attributes
    ----------
    row : mapping
        The candidate as the scan wrote it out: score, signals, exclusions.
    """

    case_id: str
    content: str
    captured_at: datetime
    run_id: str
    row: Json
    listing: Listing
    photos: tuple[ShownPhoto, ...]

    def photo_digests(self) -> tuple[str, ...]:
        """Return the digests of the photos that could be read, in their order."""
        return tuple(photo.digest for photo in self.photos if photo.digest is not None)


def record_captures(connection: Connection, found: Iterable[Capture]) -> None:
    """Enter captures with their photos.

    A content that is there already keeps the time of its first capture, and gets what the newest scan says of it.
    """
    rows, photos = [], []
    for capture in found:
        rows.append(
            {
                "case_id": capture.case_id,
                "content": capture.content,
                "captured_at": capture.captured_at,
                "run_id": capture.run_id,
                "row": orjson.dumps(capture.row),
                "listing": to_json(capture.listing),
                "photos": to_json(capture.photos),
            }
        )
        photos += [
            {"case_id": capture.case_id, "photo": photo.digest, "whole": photo.whole}
            for photo in capture.photos
            if photo.digest is not None
        ]
    statement = upsert(connection, captures)
    newer = {name: getattr(statement.excluded, name) for name in ("run_id", "row", "photos")}
    if rows:
        keys = ["case_id", "content"]
        connection.execute(statement.on_conflict_do_update(index_elements=keys, set_=newer), rows)
    insert_new(connection, case_photos, photos)


def record_contacts(connection: Connection, found: Iterable[tuple[str, str]]) -> None:
    """Enter which contacts (digests) the listings of cases give, as pairs of case id and contact."""
    insert_new(connection, case_contacts, [{"case_id": case_id, "contact": contact} for case_id, contact in found])


def read_captures(connection: Connection, case_id: str, scope: Scope) -> tuple[Capture, ...]:
    """Return the captures of a case of the scope, oldest first; each content once."""
    query = select(captures).join(cases, cases.c.case_id == captures.c.case_id).where(captures.c.case_id == case_id)
    if scope is not None:
        query = query.where(cases.c.rights_holder_id.in_(scope))
    ordered = query.order_by(captures.c.captured_at, captures.c.content)
    return tuple(_capture(row) for row in connection.execute(ordered).mappings())


def current_captures(connection: Connection, case_ids: Collection[str]) -> dict[str, Capture]:
    """Return the capture that each of some hundred cases shows now, by case id."""
    now = (cases.c.case_id == captures.c.case_id) & (cases.c.content == captures.c.content)
    query = select(captures).join(cases, now).where(captures.c.case_id.in_(case_ids))
    return {row["case_id"]: _capture(row) for row in connection.execute(query).mappings()}


def telling_marks(connection: Connection, trace: Trace, most_sellers: int) -> frozenset[str]:
    """Return those photos, hashes and contacts of a listing that no more than so many sellers' cases show."""
    lots = (
        (case_photos, case_photos.c.photo, trace.photos),
        (case_photos, case_photos.c.whole, trace.wholes),
        (case_contacts, case_contacts.c.contact, trace.contacts),
    )
    telling: set[str] = set()
    for table, column, marks in lots:
        query = (
            select(column)
            .join_from(table, cases, cases.c.case_id == table.c.case_id)
            .where(column.in_(marks))
            .group_by(column)
            .having(func.count(distinct(cases.c.seller_id)) <= most_sellers)
        )
        telling.update(connection.execute(query).scalars() if marks else ())
    return frozenset(telling)


def ended_traces(connection: Connection, trace: Trace, telling: frozenset[str]) -> tuple[Trace, ...]:
    """Return the cases of a rights holder that have ended and share something with a new listing, the newest first.

    Ended are cases that are down, and those closed after a notice.
    """
    query = (
        select(cases.c.case_id, cases.c.platform, cases.c.seller_id)
        .where(_ended([trace.rights_holder_id]), cases.c.case_id != trace.case_id, _sharing(trace, telling))
        .order_by(cases.c.updated_at.desc(), cases.c.case_id)
        .limit(MOST_EARLIER)
    )
    found = connection.execute(query).all()
    ids = [row.case_id for row in found]
    photos, wholes = (_marks(connection, case_photos, name, ids) for name in ("photo", "whole"))
    contacts = _marks(connection, case_contacts, "contact", ids)
    return tuple(
        Trace(
            **row._asdict(),
            rights_holder_id=trace.rights_holder_id,
            photos=photos.get(row.case_id, frozenset()),
            wholes=wholes.get(row.case_id, frozenset()) - {""},
            contacts=contacts.get(row.case_id, frozenset()),
        )
        for row in found
    )


def holders_with_ended(connection: Connection, holders: Collection[str]) -> frozenset[str]:
    """Return which rights holders have any case that has ended: to the others nothing can have come back."""
    query = select(cases.c.rights_holder_id).distinct().where(_ended(holders))
    return frozenset(connection.execute(query).scalars())


def _ended(holders: Collection[str]) -> ColumnElement[bool]:
    noticed = select(events.c.case_id).where(events.c.case_id == cases.c.case_id, events.c.kind == "noticed").exists()
    state = cases.c.state
    over = or_(state == CaseState.DOWN.value, and_(state == CaseState.CLOSED.value, noticed))
    return and_(cases.c.rights_holder_id.in_(holders), state.in_(ENDED), over)


def _sharing(trace: Trace, telling: frozenset[str]) -> ColumnElement[bool]:
    marked = telling & (trace.photos | trace.wholes)
    photos = or_(case_photos.c.photo.in_(marked), case_photos.c.whole.in_(marked))
    ways: list[ColumnElement[bool]] = [
        cases.c.case_id.in_(select(case_photos.c.case_id).where(photos)),
        cases.c.case_id.in_(
            select(case_contacts.c.case_id).where(case_contacts.c.contact.in_(telling & trace.contacts))
        ),
    ]
    if trace.seller_id is not None:
        ways.append(and_(cases.c.platform == trace.platform, cases.c.seller_id == trace.seller_id))
    return or_(*ways)


def _marks(connection: Connection, table: Table, name: str, case_ids: Sequence[str]) -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    query = select(table.c.case_id, table.c[name]).where(table.c.case_id.in_(case_ids))
    for case_id, mark in connection.execute(query):
        found.setdefault(case_id, set()).add(mark)
    return {case_id: frozenset(marks) for case_id, marks in found.items()}


def record_register(connection: Connection, register: Register, now: datetime) -> None:
    """Keep a register that was scanned for."""
    insert_new(connection, registers, [{"digest": register.digest, "document": to_json(register), "recorded_at": now}])


def newest_register(connection: Connection, rights_holder_id: str) -> Register | None:
    """Return the register that was recorded last of those that name a rights holder."""
    query = select(registers.c.document).order_by(registers.c.recorded_at.desc())
    found = (from_json(Register, document) for document in connection.execute(query).scalars())
    return next((r for r in found if any(holder.id == rights_holder_id for holder in r.rights_holders)), None)


def _capture(row: RowMapping) -> Capture:
    return Capture(
        case_id=row["case_id"],
        content=row["content"],
        captured_at=row["captured_at"],
        run_id=row["run_id"],
        row=orjson.loads(row["row"]),
        listing=from_json(Listing, row["listing"]),
        photos=from_json(tuple[ShownPhoto, ...], row["photos"]),
    )
