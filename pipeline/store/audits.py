"""Audits in the store: what a frame lists, what was drawn, and who said what of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from itertools import groupby
from operator import itemgetter

from sqlalchemy import Connection, RowMapping, and_, func, insert, select, update

from pipeline.groups import in_groups
from pipeline.records import ACTIONABLE, ListingKey
from pipeline.store.audit_tables import audit_items, audit_nonces, audit_reviews, audits
from pipeline.store.case_tables import cases
from pipeline.store.ledger import insert_new
from pipeline.store.schema import candidates, contents, listings, observations

AT_ONCE = 5_000
"""Rows written by one statement."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredAudit:
    """One audit; the seed is None until it is drawn."""

    audit_id: str
    over: str
    period: str
    labels: int
    frame_sha256: str
    drand_round: int | None
    committed_at: datetime
    seed: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FrameItem:
    """One listing of a frame, or one appearance among search results.

    Attributes
    ----------
    item : str
        The commitment: SHA-256 of the salt and of what is listed; public.
    salt : str
        32 random bytes in hexadecimal; with it the commitment can be opened.
    content : str
        Digest of the content as captured, by which the lake finds it.
    appearance : str
        Keyword and rank of a search; empty where listings are listed.
    stratum, size, sector, country : str
        Public.
    sold : int or None
        Units sold as a frame tells them, public; None where the platform does not say.
    ticket : str or None
        Where the item was drawn.
    probe : bool
        Whether it is a known fake that was put among the sample.
    """

    item: str
    salt: str
    listing_key: str
    platform: str
    listing_id: str
    seller_id: str | None
    captured_at: datetime
    content: str
    appearance: str = ""
    stratum: str
    size: str
    sector: str
    country: str
    sold: int | None = None
    ticket: str | None = None
    probe: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """One blind review of one item; rounds count from 1, `reviewer` is the person's number within the audit."""

    item: str
    round: int
    person_id: str
    reviewer: int
    label: str
    reason: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Nonce:
    """A random number of a trade body: its SHA-256 first, the number itself after the frame is committed."""

    nonce_sha256: str
    body: str
    committed_at: datetime
    audit_id: str | None = None
    nonce: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A listing as last captured in a period, with the best candidate on it.

    Attributes
    ----------
    rights_holder_id, band : str or None
        Of the candidate with the highest score; None where no detector saw anything.
    sold_count : int or None
        As the platform showed it then.
    """

    listing_key: str
    key: ListingKey
    captured_at: datetime
    content: str
    rights_holder_id: str | None
    band: str | None
    sold_count: int | None = None


def seen_between(connection: Connection, first: datetime, after: datetime) -> Iterator[Seen]:
    """Yield every listing captured in a period once, as last captured, by key."""
    best = _best_candidates(connection)
    o, at = observations.c, observations.c.captured_at
    key_columns = listings.c.platform, listings.c.listing_id, listings.c.seller_id
    query = (
        select(o.listing_key, at, o.content, o.sold_count, *key_columns)
        .join(listings, listings.c.listing_key == o.listing_key)
        .where(and_(at >= first, at < after))
        .order_by(o.listing_key, at.desc(), o.run_id)
    )
    for listing_key, rows in groupby(connection.execute(query).tuples(), key=itemgetter(0)):
        _, captured_at, content, sold_count, *key = next(rows)
        holder, band = best.get(listing_key, (None, None))
        yield Seen(
            listing_key=listing_key,
            key=ListingKey(*key),
            captured_at=captured_at,
            content=content,
            rights_holder_id=holder,
            band=band,
            sold_count=sold_count,
        )


def known_fakes(connection: Connection) -> list[Seen]:
    """Return the listings that two people, or one where no second is wanted, have called infringing."""
    c = cases.c
    confirmed = and_(c.label.in_(ACTIONABLE), c.state.in_(("approved", "noticed", "down", "closed")))
    query = select(c.listing_key, c.captured_at, c.content, c.rights_holder_id, c.band, c.platform, c.listing_id)
    return [
        Seen(
            listing_key=row.listing_key,
            key=ListingKey(row.platform, row.listing_id, row.seller_id),
            captured_at=row.captured_at,
            content=row.content,
            rights_holder_id=row.rights_holder_id,
            band=row.band,
        )
        for row in connection.execute(query.add_columns(c.seller_id).where(confirmed).order_by(c.case_id))
    ]


def add_audit(connection: Connection, audit: StoredAudit) -> None:
    """Enter an audit."""
    connection.execute(insert(audits), [asdict(audit)])


def read_audit(connection: Connection, audit_id: str) -> StoredAudit | None:
    """Return an audit; None if there is none of that id."""
    row = connection.execute(select(audits).where(audits.c.audit_id == audit_id)).mappings().first()
    return None if row is None else StoredAudit(**row)


def list_audits(connection: Connection) -> list[StoredAudit]:
    """Return every audit, the oldest first."""
    query = select(audits).order_by(audits.c.committed_at, audits.c.audit_id)
    return [StoredAudit(**row) for row in connection.execute(query).mappings()]


def set_seed(connection: Connection, audit_id: str, seed: str) -> bool:
    """Enter the seed of an audit; return False, and change nothing, if it has one."""
    open_still = and_(audits.c.audit_id == audit_id, audits.c.seed.is_(None))
    return bool(connection.execute(update(audits).where(open_still).values(seed=seed)).rowcount)


def add_items(connection: Connection, audit_id: str, items: Iterable[FrameItem]) -> None:
    """Enter items of a frame, or known fakes."""
    names = [field.name for field in fields(FrameItem)]
    rows = ({"audit_id": audit_id} | {name: getattr(item, name) for name in names} for item in items)
    for some in in_groups(rows, AT_ONCE):
        connection.execute(insert(audit_items), some)


def read_frame(connection: Connection, audit_id: str) -> Iterator[FrameItem]:
    """Yield the items of a frame, by item; known fakes are not among them."""
    query = select(audit_items).where(and_(audit_items.c.audit_id == audit_id, ~audit_items.c.probe))
    for row in connection.execute(query.order_by(audit_items.c.item)).mappings():
        yield _item(row)


def count_strata(connection: Connection, audit_id: str) -> list[tuple[tuple[str, ...], int]]:
    """Return how many items a frame has, by stratum, size, platform, sector, country and units sold; empty: unknown."""
    i = audit_items.c
    cells = (i.stratum, i.size, i.platform, i.sector, i.country, i.sold)
    query = select(*cells, func.count()).where(and_(i.audit_id == audit_id, ~i.probe)).group_by(*cells)
    return [
        ((*cell, "" if sold is None else str(sold)), int(number))
        for *cell, sold, number in connection.execute(query).tuples()
    ]


def read_drawn(connection: Connection, audit_id: str) -> list[FrameItem]:
    """Return the items under review, known fakes among them, by ticket: in an order that says nothing."""
    drawn = and_(audit_items.c.audit_id == audit_id, audit_items.c.ticket.is_not(None))
    query = select(audit_items).where(drawn).order_by(audit_items.c.ticket)
    return [_item(row) for row in connection.execute(query).mappings()]


def read_tickets(connection: Connection, audit_id: str) -> list[tuple[str, str]]:
    """Return the items under review with their tickets, in the order of these."""
    drawn = and_(audit_items.c.audit_id == audit_id, audit_items.c.ticket.is_not(None))
    query = select(audit_items.c.item, audit_items.c.ticket).where(drawn).order_by(audit_items.c.ticket)
    return [(item, ticket) for item, ticket in connection.execute(query).tuples()]


def read_words(connection: Connection, audit_id: str) -> dict[str, dict[int, tuple[str, str]]]:
    """Return person and label of each review of an audit, by item and round, the oldest first."""
    r = audit_reviews.c
    query = select(r.item, r.round, r.person_id, r.label).where(r.audit_id == audit_id).order_by(r.at, r.item, r.round)
    found: dict[str, dict[int, tuple[str, str]]] = defaultdict(dict)
    for item, number, person, label in connection.execute(query).tuples():
        found[item][number] = person, label
    return found


def reviewer_number(connection: Connection, audit_id: str, person_id: str) -> int:
    """Return the number that a person has among the reviewers of an audit, or will have."""
    mine = and_(audit_reviews.c.audit_id == audit_id, audit_reviews.c.person_id == person_id)
    known = connection.execute(select(audit_reviews.c.reviewer).where(mine).limit(1)).scalar()
    newest = select(func.coalesce(func.max(audit_reviews.c.reviewer), 0)).where(audit_reviews.c.audit_id == audit_id)
    return int(known or connection.execute(newest).scalar_one() + 1)


def read_item(connection: Connection, audit_id: str, item: str) -> FrameItem | None:
    """Return one item."""
    query = select(audit_items).where(and_(audit_items.c.audit_id == audit_id, audit_items.c.item == item))
    row = connection.execute(query).mappings().first()
    return None if row is None else _item(row)


def home_of(connection: Connection, content: str) -> tuple[str, int] | None:
    """Return the partition of the lake, and the row in it, that holds a content; None if it is not kept."""
    query = select(contents.c.partition, contents.c.row).where(contents.c.content == content)
    return connection.execute(query).tuples().first()


def mark_drawn(connection: Connection, audit_id: str, tickets: Mapping[str, str]) -> None:
    """Enter the tickets of the sample, by item."""
    for item, ticket in tickets.items():
        mine = and_(audit_items.c.audit_id == audit_id, audit_items.c.item == item)
        connection.execute(update(audit_items).where(mine).values(ticket=ticket))


def add_review(connection: Connection, audit_id: str, review: Review) -> bool:
    """Enter a review; return False if somebody else has given one for that round."""
    before = _reviews_of(connection, audit_id, review.item)
    insert_new(connection, audit_reviews, [{"audit_id": audit_id, **asdict(review)}])
    return _reviews_of(connection, audit_id, review.item) > before


def _reviews_of(connection: Connection, audit_id: str, item: str) -> int:
    mine = and_(audit_reviews.c.audit_id == audit_id, audit_reviews.c.item == item)
    return int(connection.execute(select(func.count()).where(mine)).scalar_one())


def add_nonce(connection: Connection, nonce: Nonce) -> None:
    """Enter a commitment; entered again, it is passed over."""
    insert_new(connection, audit_nonces, [asdict(nonce)])


def read_nonces(connection: Connection, audit_id: str | None) -> list[Nonce]:
    """Return the commitments that belong to an audit, or to none yet, by body and digest."""
    mine = audit_nonces.c.audit_id.is_(None) if audit_id is None else audit_nonces.c.audit_id == audit_id
    query = select(audit_nonces).where(mine).order_by(audit_nonces.c.body, audit_nonces.c.nonce_sha256)
    return [Nonce(**row) for row in connection.execute(query).mappings()]


def bind_nonces(connection: Connection, audit_id: str) -> None:
    """Let the commitments that belong to no audit yet belong to this one."""
    connection.execute(update(audit_nonces).where(audit_nonces.c.audit_id.is_(None)).values(audit_id=audit_id))


def reveal_nonce(connection: Connection, nonce_sha256: str, nonce: str) -> None:
    """Enter a number that was revealed."""
    mine = audit_nonces.c.nonce_sha256 == nonce_sha256
    connection.execute(update(audit_nonces).where(mine).values(nonce=nonce))


def _best_candidates(connection: Connection) -> dict[str, tuple[str, str]]:
    c = candidates.c
    query = select(c.listing_key, c.rights_holder_id, c.band).order_by(c.score, c.candidate_id.desc())
    return {key: (holder, band) for key, holder, band in connection.execute(query).tuples()}


def _item(row: RowMapping) -> FrameItem:
    return FrameItem(**{name: value for name, value in row.items() if name != "audit_id"})
