"""Rules of people's that dismiss cases: authorised sellers, ignored images, ignored phrases."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from pipeline.errors import InputError
from pipeline.records import Json, Label, Listing

MOST_PHRASE: Final = 500
SHORTEST_PHRASE: Final = 3
"""Characters of a phrase; a shorter one would silence half the world."""


class RuleKind(StrEnum):
    """What a rule is about."""

    AUTHORISED_SELLER = "authorised_seller"
    """A seller account that the rights holder trusts: id of the seller, on one platform."""
    IGNORED_IMAGE = "ignored_image"
    """A photo that shows nothing of the rights holder's, whatever it resembles: SHA-256 of its bytes."""
    IGNORED_PHRASE = "ignored_phrase"
    """Words inside which a mark says nothing: the phrase."""


LABELS: Final[Mapping[RuleKind, Label]] = {
    RuleKind.AUTHORISED_SELLER: Label.AUTHORISED,
    RuleKind.IGNORED_IMAGE: Label.IRRELEVANT,
    RuleKind.IGNORED_PHRASE: Label.IRRELEVANT,
}
"""What a case is that a rule dismisses."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DismissalRule:
    """A rule, for ever: it is retired and never deleted.

    Attributes
    ----------
    value : str
        As `RuleKind` says.
    rights_holder_id : str
        Whose cases it dismisses.
    platform : str or None
        On which platform; None is everywhere. An authorised seller needs one.
    owner : str
        Id of the person who made it.
    expires_at, retired_at : datetime or None
        From when on it no longer holds.
    """

    rule_id: str
    kind: RuleKind
    value: str
    rights_holder_id: str
    platform: str | None
    owner: str
    reason: str
    made_at: datetime
    expires_at: datetime | None = None
    retired_at: datetime | None = None
    retired_by: str | None = None

    def __post_init__(self) -> None:
        """Check what can be a rule."""
        problem = _problem(self)
        if problem:
            raise InputError(f"rule {self.kind.value}: {problem}")

    def holds(self, now: datetime) -> bool:
        """Tell whether it dismisses cases at a time."""
        ended = (end for end in (self.expires_at, self.retired_at) if end is not None)
        return all(now < end for end in ended)

    def covers(self, rights_holder_id: str, platform: str) -> bool:
        """Tell whether it is about a rights holder and a platform."""
        return self.rights_holder_id == rights_holder_id and self.platform in {None, platform}


def _problem(rule: DismissalRule) -> str | None:
    if not rule.reason.strip():
        return "reason: missing, got '', expected why, for those who ask later"
    if rule.kind is RuleKind.AUTHORISED_SELLER and not (rule.platform and rule.value):
        return f"platform: missing, got {rule.platform!r}, expected the platform on which {rule.value!r} sells"
    if rule.kind is RuleKind.IGNORED_IMAGE and not re.fullmatch(r"[0-9a-f]{64}", rule.value):
        return f"value: no digest, got {rule.value[:80]!r}, expected 64 hexadecimal digits"
    if rule.kind is RuleKind.IGNORED_PHRASE and not SHORTEST_PHRASE <= len(rule.value.strip()) <= MOST_PHRASE:
        return f"value: got {rule.value[:80]!r}, expected a phrase of {SHORTEST_PHRASE} to {MOST_PHRASE} characters"
    return None


def silenced(
    rule: DismissalRule, signals: Sequence[Mapping[str, Any]], listing: Listing, photos: Collection[int]
) -> frozenset[int]:
    """Return which signals of a candidate an ignored image or phrase silences, by their place.

    Parameters
    ----------
    rule : DismissalRule
        An ignored image or phrase.
    signals : sequence of mapping
        As the scan wrote them out.
    listing : Listing
        As captured.
    photos : collection of int
        Places of the listing's photos that are the ignored image, or differ little from it.
    """
    if rule.kind is RuleKind.IGNORED_IMAGE:
        return frozenset(i for i, s in enumerate(signals) if _is(s, "image") and s["evidence"].get("image") in photos)
    if rule.kind is RuleKind.IGNORED_PHRASE:
        return frozenset(i for i, s in enumerate(signals) if _is(s, "text") and _inside(rule.value, s, listing))
    return frozenset()


def _is(signal: Mapping[str, Any], kind: str) -> bool:
    return bool(signal["evidence"].get("kind") == kind)


def _inside(phrase: str, signal: Mapping[str, Json], listing: Listing) -> bool:
    """Tell whether every place to which a text signal points lies inside the phrase."""
    pattern = re.compile(r"\s+".join(re.escape(word) for word in phrase.split()), flags=re.IGNORECASE)
    hits = signal["evidence"].get("hits") or [signal["evidence"]]
    return all(_covers(pattern, hit, listing) for hit in hits)


def _covers(pattern: re.Pattern[str], hit: Mapping[str, Json], listing: Listing) -> bool:
    text = text_of(listing, str(hit.get("field", "")))
    start, end = hit.get("start"), hit.get("end")
    if text is None or not isinstance(start, int) or not isinstance(end, int):
        return False
    return any(match.start() <= start and end <= match.end() for match in pattern.finditer(text))


def text_of(listing: Listing, field: str) -> str | None:
    """Return the text into which the evidence of a text signal points, by the name of its field."""
    plain = {
        "title": listing.title,
        "description": listing.description,
        "brand": listing.brand,
        "seller.name": listing.seller.name,
    }
    if field.startswith("attributes[") and field.endswith("]"):
        return listing.attributes.get(field[len("attributes[") : -1])
    return plain.get(field)
