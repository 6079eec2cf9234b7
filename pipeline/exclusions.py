"""Legitimate uses that the register and the platform's own fields prove: they speak before any suspicion does.

What the words of a listing say about legitimate use ("used", "for X", "inspired by X") is seen by the text detectors;
here stand only facts: the seller is on the rights holder's list, or the platform states the condition of the goods.
"""

from pipeline.records import AuthorisedSeller, Condition, Listing, RightsHolder, Signal

NAME = "register_and_fields"
OBSERVATIONS = ("exclusion.authorised", "exclusion.lapsed_authorisation", "exclusion.condition_used")


def find_exclusions(listing: Listing, holder: RightsHolder) -> tuple[Signal, ...]:
    """Return the exclusions of one listing with respect to one rights holder.

    Parameters
    ----------
    listing : Listing
        The listing as captured; the day of capture decides whether an authorisation was in force.
    holder : RightsHolder
        Its `authorised_sellers` and nothing else is looked at.

    Returns
    -------
    tuple of Signal
        At most one about the seller and one about the condition.
    """
    found = [s for s in (_authorised(listing, holder), _used(listing, holder)) if s is not None]
    return tuple(found)


def _authorised(listing: Listing, holder: RightsHolder) -> Signal | None:
    entries = [a for a in holder.authorised_sellers if a.has_account(listing.platform, listing.seller.id)]
    if not entries:
        return None
    day = listing.captured_at.date()
    for entry in entries:
        if (entry.from_date is None or entry.from_date <= day) and (
            entry.until_date is None or day <= entry.until_date
        ):
            reason = f"The seller is on {holder.name}'s list of authorised sellers, in force on {day}."
            return _signal(holder, "exclusion.authorised", reason, _entry(entry))
    reason = f"The seller is on {holder.name}'s list of authorised sellers, but not for {day}."
    return _signal(holder, "exclusion.lapsed_authorisation", reason, _entry(entries[0]))


def _used(listing: Listing, holder: RightsHolder) -> Signal | None:
    if listing.condition not in {Condition.USED, Condition.REFURBISHED}:
        return None
    reason = f"The platform states the condition of the goods as {listing.condition.value}."
    return _signal(holder, "exclusion.condition_used", reason, {"field": "condition", "value": listing.condition.value})


def _entry(entry: AuthorisedSeller) -> dict[str, str | None]:
    return {
        "field": "seller.id",
        "platform": entry.platform,
        "seller_id": entry.seller_id,
        "from": None if entry.from_date is None else entry.from_date.isoformat(),
        "until": None if entry.until_date is None else entry.until_date.isoformat(),
    }


def _signal(holder: RightsHolder, observation: str, reason: str, evidence: dict[str, str | None]) -> Signal:
    return Signal(
        detector=NAME,
        observation=observation,
        rights_holder_id=holder.id,
        asset_id=None,
        strength=1.0,
        reason=reason,
        evidence={"kind": "field", **evidence},
    )
