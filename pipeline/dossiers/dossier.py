"""A dossier: what is known of one case, or of one seller, in a form that police or customs can take over."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from pipeline.enforcement import Case, Event, Exhibit
from pipeline.records import Asset, Json, Listing, RightsHolder


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A photo of an offer; `data` is None where its bytes were not kept."""

    name: str
    sha256: str | None
    data: bytes | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A notice that went out: where to, when, and how it stands."""

    channel: str
    sent_at: datetime
    state: str
    native_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """One case of a dossier.

    Attributes
    ----------
    case : Case
        As its events leave it.
    listing : Listing
        As last captured.
    price, currency : Decimal and str, or None
        As offered.
    sold : int or None
        Units sold, as the platform shows; None where it does not.
    first_seen : datetime
        When it was first captured.
    signals : tuple of mapping
        What was seen, as the scan wrote it.
    events : tuple of Event
        What happened, in order.
    pictures, exhibits, notices : tuple
        Its photos, the files that prove it, what was asked of the platform.
    """

    case: Case
    listing: Listing
    first_seen: datetime
    price: Decimal | None = None
    currency: str | None = None
    sold: int | None = None
    signals: tuple[Mapping[str, Json], ...] = ()
    events: tuple[Event, ...] = ()
    pictures: tuple[Picture, ...] = ()
    exhibits: tuple[Exhibit, ...] = ()
    notices: tuple[Asked, ...] = ()

    @property
    def value(self) -> Decimal | None:
        """Price times units sold, where both are known."""
        return None if self.price is None or self.sold is None else self.price * self.sold


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountLink:
    """Another seller account and what it shares with this one: "photo", "contact" or "relisted", and how many."""

    platform: str
    seller_id: str
    seller_name: str | None
    shared: Mapping[str, int]
    case_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Dossier:
    """What is known of a case or a seller.

    Attributes
    ----------
    number : str
        Reference: the case's id, or the first digits of a digest of the account.
    holders : tuple of RightsHolder
        Whose rights are concerned.
    platform, seller_id, seller_names : str, str or None, tuple of str
        The account; every name that it was seen under.
    offers : tuple of Offer
        At least one; oldest first.
    registered : tuple of Picture
        Pictures of the rights concerned, from the register.
    links : tuple of AccountLink
        Other accounts that share something.
    made_at, operator : datetime and str
        When, and who answers for it.
    """

    number: str
    holders: tuple[RightsHolder, ...]
    platform: str
    seller_id: str | None
    seller_names: tuple[str, ...]
    offers: tuple[Offer, ...]
    registered: tuple[Picture, ...] = ()
    links: tuple[AccountLink, ...] = ()
    made_at: datetime
    operator: str

    def assets(self) -> tuple[tuple[RightsHolder, Asset], ...]:
        """Return the rights concerned, with their holders, in the register's order."""
        wanted = {(o.case.rights_holder_id, asset_id) for o in self.offers for asset_id in o.case.asset_ids}
        return tuple((h, a) for h in self.holders for a in h.assets if (h.id, a.id) in wanted)


def totals(offers: Iterable[Offer]) -> dict[str, Decimal]:
    """Return the value of what was sold, by currency; offers whose price or sales are not known add nothing.

    Examples
    --------
    >>> totals([])
    {}
    """
    found: dict[str, Decimal] = defaultdict(Decimal)
    for offer in offers:
        if offer.value is not None and offer.currency:
            found[offer.currency] += offer.value
    return dict(sorted(found.items()))


def units(offers: Iterable[Offer]) -> tuple[int, int]:
    """Return the units sold, and of how many offers they are known."""
    known = [offer.sold for offer in offers if offer.sold is not None]
    return sum(known), len(known)
