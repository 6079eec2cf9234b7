"""From a case that a person has approved to a notice; nothing is in it that the records do not hold."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

from pipeline.enforcement import Case, Exhibit
from pipeline.notices.channels import Channel, Reason
from pipeline.notices.explain import Grounds, Sentences, explain
from pipeline.notices.notice import (
    RIGHT_TYPES,
    Delivery,
    Infringement,
    Location,
    Notice,
    Party,
    Problem,
    Right,
    RightType,
    Target,
)
from pipeline.notices.team import Team
from pipeline.notices.territories import country_of_site, host_of
from pipeline.records import Asset, Contact, Json, Listing, RightsHolder

BRIEF, FULL = 1_000, 5_000
"""Code points of the two lengths of explanation; a channel's own limit may lower the first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Matter:
    """What a notice is made from.

    Attributes
    ----------
    case : Case
        As its events leave it.
    listing : Listing
        As last captured.
    signals : sequence of mapping
        The newest candidate's, as its row holds them.
    holder : RightsHolder
        From the register.
    exhibits : tuple of Exhibit
        Files that prove it.
    attempt : int
        1, or more after earlier notices about the same.
    asset_id : str or None
        The right to rely on; None chooses the one that was seen best among those that fit.
    locations : tuple of Location
        Where the right is claimed to be infringed; empty claims no more than what signals saw.
    """

    case: Case
    listing: Listing
    signals: Sequence[Mapping[str, Json]]
    holder: RightsHolder
    exhibits: tuple[Exhibit, ...] = ()
    attempt: int = 1
    asset_id: str | None = None
    locations: tuple[Location, ...] = ()


def build_notice(
    matter: Matter, channel: Channel, team: Team, sentences: Sentences, *, now: datetime
) -> Notice | Problem:
    """Build the notice for a case.

    Parameters
    ----------
    matter : Matter
        The case with all that is known of it.
    channel : Channel
        Where it goes.
    team : Team
        Who sends it.
    sentences : mapping
        Wording of the explanation.
    now : datetime
        When it is made and signed.

    Returns
    -------
    Notice or Problem
        The notice, unchecked; or why none can be made.
    """
    ranked = _ranked(matter, channel)
    if not ranked:
        return _why_none(matter, channel)
    asset, reason = ranked[0]
    case, holder = matter.case, matter.holder
    right = replace(_right(asset), certificate=team.certificate_of(holder.id, asset.id))
    target = _target(matter.listing, channel)
    test_buy = team.test_buy_of(case.key.platform, case.key.listing_id)
    grounds = Grounds(
        right=right,
        holder=holder.name,
        label=str(case.label),
        signals=_strongest(matter.signals, right),
        captured_on=matter.listing.captured_at.date(),
        test_buy=test_buy,
    )
    parts = (case.case_id, channel.id, asset.id, reason.code or reason.name, str(matter.attempt))
    return Notice(
        notice_id=hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:32],
        case_id=case.case_id,
        rights_holder_id=holder.id,
        channel=channel.id,
        attempt=matter.attempt,
        created_at=now,
        claimant=_claimant(holder),
        agent=team.agent,
        authorisation=team.authorisation_of(holder.id),
        right=right,
        target=target,
        infringement=_infringement(matter, grounds, reason, channel, sentences),
        declarations=replace(team.declarations, signed_at=now if team.declarations.signer else None),
        evidence=matter.exhibits,
        test_buy=test_buy,
        delivery=Delivery(method=channel.method),
    )


def choices(matter: Matter, channel: Channel) -> tuple[str, ...]:
    """Return the rights that a notice could rely on, the best first.

    Those decided on that the channel has a reason for: first one that was seen, for the channel's first reason, the
    one seen best.
    """
    return tuple(asset.id for asset, _ in _ranked(matter, channel))


def _ranked(matter: Matter, channel: Channel) -> list[tuple[Asset, Reason]]:
    case = matter.case
    wanted = case.asset_ids if matter.asset_id is None else (matter.asset_id,)
    usable = []
    for asset in matter.holder.assets:
        reason = channel.reason_for(case.label, asset.kind) if case.label is not None else None
        if asset.id in wanted and reason is not None:
            usable.append((asset, reason))

    def rank(pair: tuple[Asset, Reason]) -> tuple[bool, int, float]:
        weight = _weight(matter.signals, pair[0].id)
        return weight > 0, -channel.reasons.index(pair[1]), weight

    return sorted(usable, key=rank, reverse=True)


def _why_none(matter: Matter, channel: Channel) -> Problem:
    case = matter.case
    problem = partial(Problem, case_id=case.case_id, channel=channel.id)
    if case.label is None:
        undecided, expected = "nobody has decided", "a person's decision"
        return problem(place="infringement.label", problem=undecided, got="no label", expected=expected)
    wanted = case.asset_ids if matter.asset_id is None else (matter.asset_id,)
    known = [asset for asset in matter.holder.assets if asset.id in wanted]
    if not known:
        got, expected = ", ".join(wanted) or "none", f"one of {matter.holder.id}'s assets in the register"
        return problem(place="right.asset_id", problem="no such right", got=got, expected=expected)
    kinds = ", ".join(sorted({asset.kind.value for asset in known}))
    takes = sorted({f"{r.reason} for {kind.value}" for r in channel.reasons for kind in r.rights})
    got = f"{case.label.value} of {kinds}"
    return problem(place="infringement.reason", problem="no reason fits", got=got, expected="; ".join(takes))


def _weight(signals: Iterable[Mapping[str, Json]], asset_id: str) -> float:
    return sum(float(s.get("weight", 0)) for s in signals if s.get("asset_id") == asset_id)


def _claimant(holder: RightsHolder) -> Party:
    contact = holder.contact or Contact()
    return Party(
        name=holder.name,
        country=holder.country,
        size=holder.size,
        contact=contact.name,
        email=contact.email,
        phone=contact.phone,
        address=contact.address,
    )


def _right(asset: Asset) -> Right:
    kind = RIGHT_TYPES[asset.kind]
    office = (asset.office,) if asset.office and kind is not RightType.COPYRIGHT else ()
    return Right(
        asset_id=asset.id,
        type=kind,
        kind=asset.kind,
        mark=asset.text,
        pictures=asset.images,
        number=asset.registration_number,
        office=asset.office,
        territories=asset.territories or office,
        nice_classes=asset.nice_classes,
        registered_on=asset.registered_on,
        expires_on=asset.expires_on,
    )


def _target(listing: Listing, channel: Channel) -> Target:
    host = host_of(listing.url)
    site = country_of_site(host, channel.sites)
    return Target(
        platform=listing.platform,
        listing_id=listing.listing_id,
        url=listing.url,
        site=host,
        territories=channel.territories or ((site,) if site else listing.ships_to),
        seller_id=listing.seller.id,
        seller_name=listing.seller.name,
        title=listing.title,
        captured_at=listing.captured_at,
    )


def _infringement(
    matter: Matter, grounds: Grounds, reason: Reason, channel: Channel, sentences: Sentences
) -> Infringement:
    seen = _seen(grounds.signals, grounds.right.asset_id)
    common = replace(grounds, signals=(), captured_on=None, test_buy=None)
    short = min(BRIEF, channel.explanation)
    return Infringement(
        label=grounds.label,
        reason_code=reason.code,
        reason_name=reason.name,
        reason=reason.reason,
        locations=matter.locations or seen,
        seen=seen,
        summary=explain(common, channel.languages, short, sentences),
        brief=explain(grounds, channel.languages, short, sentences),
        full=explain(grounds, channel.languages, FULL, sentences),
        languages=channel.languages,
    )


def _strongest(signals: Iterable[Mapping[str, Json]], right: Right) -> list[Mapping[str, Json]]:
    """Return what speaks for the infringement of a right, strongest first: what was seen of it, then of the offer.

    Price and wording of the offer speak about its goods, and so about trade marks only.
    """
    about = (right.asset_id, None) if right.type is RightType.TRADE_MARK else (right.asset_id,)
    speaking = [s for s in signals if s.get("asset_id") in about and s.get("weight", 0) > 0]
    return sorted(speaking, key=lambda s: (s.get("asset_id") is None, -float(s["weight"])))


def _seen(signals: Iterable[Mapping[str, Json]], asset_id: str) -> tuple[Location, ...]:
    kinds = {s["evidence"].get("kind") for s in signals if s.get("asset_id") == asset_id}
    places = {"text": Location.TEXT, "image": Location.IMAGE}
    return tuple(places[kind] for kind in sorted(kinds & places.keys()))
