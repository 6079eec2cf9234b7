"""The nouns of enforcement: cases, what happened to them, and whether a listing is really down.

A case is what its events say. An event is written once and never changed; taking something back is an event too.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from pipeline.records import Json, Label, ListingKey


class CaseState(StrEnum):
    """Where a case stands."""

    OPEN = "open"
    """Waits for a person's decision."""
    HELD = "held"
    """Put aside by a person: a test purchase is under way, a question is open."""
    CONFIRMED = "confirmed"
    """Decided to infringe; waits for a second person where the rights holder wants four eyes."""
    APPROVED = "approved"
    """A notice may be sent."""
    NOTICED = "noticed"
    """A notice is out."""
    DOWN = "down"
    """A re-check found the listing gone."""
    DISMISSED = "dismissed"
    """Decided not to be actionable."""
    CLOSED = "closed"
    """Nothing more will be done, whatever the outcome."""


class EventKind(StrEnum):
    """What can happen to a case; behind each the facts that its event carries."""

    OPENED = "opened"
    """A scan found the listing: candidate_id, run_id, score, band, label, asset_ids, content, captured_at; and whose it
    is: rights_holder_id, platform, listing_id, seller_id; probability, where it was drawn at random."""
    SEEN = "seen"
    """A later scan found it again with nothing that matters changed: facts as for opened."""
    CHANGED = "changed"
    """A later scan found it materially changed: facts as for opened, and changes [{field, before, after}]."""
    RELISTED = "relisted"
    """It is a listing that was taken down before: earlier_case_id, because ["seller" | "photo" | "operator"]."""
    ASSIGNED = "assigned"
    """Given to a person: to (a person's id, None to nobody)."""
    COMMENTED = "commented"
    """A remark; the reason is its text."""
    HELD = "held"
    """Put aside."""
    DECIDED = "decided"
    """A person's word: label, asset_ids."""
    UNDONE = "undone"
    """An earlier event of a person is taken back: event_id."""
    APPROVED = "approved"
    """A second person agrees: nothing more."""
    RETURNED = "returned"
    """A second person disagrees: back to the reviewer."""
    NOTICED = "noticed"
    """A notice went out: notice_id, channel, method, reason_code, right_type."""
    GIVEN_UP = "given_up"
    """A notice never reached its platform, and nobody will try with it again: notice_id, channel."""
    ACKNOWLEDGED = "acknowledged"
    """The platform has it: notice_id, native_id."""
    DISPOSED = "disposed"
    """The platform's answer: notice_id, disposition, cause, platform_text."""
    RECHECKED = "rechecked"
    """We looked ourselves: result, evidence_sha256, vantage; evidence_url, where the evidence lies elsewhere."""
    COUNTERED = "countered"
    """The seller objects: notice_id, counter_notice_id, grounds, deadline."""
    SETTLED = "settled"
    """An objection has ended: counter_notice_id, outcome "upheld" (the seller was right) | "rejected" | "lapsed"."""
    CLOSED = "closed"
    """Nothing more will be done."""
    REOPENED = "reopened"
    """A case is looked at again from the beginning."""
    RULED = "ruled"
    """A person's rule dismisses it, or no longer does: rule_id, label (None when it no longer does)."""


class Disposition(StrEnum):
    """A platform's answer to a notice, and the ends that are nobody's answer."""

    REMOVED = "removed"
    RESTRICTED = "restricted"
    REJECTED = "rejected"
    PENDING = "pending"
    COUNTER_NOTICED = "counter_noticed"
    WITHDRAWN = "withdrawn"
    DUPLICATE = "duplicate"
    ALREADY_GONE = "already_gone"


class RecheckResult(StrEnum):
    """What a re-check found at a listing's address."""

    GONE = "gone_404"
    DELISTED = "delisted_page"
    SELLER_GONE = "seller_gone"
    UP = "up"
    CHANGED = "changed_content"
    LOGIN_WALL = "login_wall"
    BLOCKED = "blocked"
    UNREACHABLE = "unreachable"

    @property
    def verdict(self) -> str:
        """Whether the listing is "down", "up" or "unknown"; unknown is never counted as down.

        Examples
        --------
        >>> [RecheckResult(result).verdict for result in ("delisted_page", "changed_content", "blocked")]
        ['down', 'up', 'unknown']
        """
        if self in {RecheckResult.GONE, RecheckResult.DELISTED, RecheckResult.SELLER_GONE}:
            return "down"
        return "up" if self in {RecheckResult.UP, RecheckResult.CHANGED} else "unknown"


SYSTEM = "system"
"""Who did it, where no person did."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that happened to a case, for ever.

    Attributes
    ----------
    event_id : str
        32 hexadecimal digits, made by whoever writes the event.
    sequence : int
        Its place among all events of a store, from 1 without gaps, given by the store.
    by : str
        A person's id or `SYSTEM`.
    reason : str
        Why, in that person's words; may be empty.
    facts : mapping
        As `EventKind` says.
    """

    event_id: str
    sequence: int
    case_id: str
    kind: EventKind
    at: datetime
    by: str
    reason: str
    facts: Mapping[str, Json]


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One listing held against one rights holder, as its events leave it.

    Attributes
    ----------
    case_id : str
        32 hexadecimal digits, the same for the same listing and rights holder whatever the scan.
    candidate_id : str
        The newest candidate.
    score, band, suggested : float, str, Label
        What the newest scan says.
    label : Label or None
        A person's word, where there is one.
    approvals : tuple of str
        Who has confirmed it: the person who decided, then the one who approved.
    changed : bool
        Whether it changed materially after a person's decision, and nobody has looked since.
    earlier_case_id : str or None
        The case of the same goods that were taken down before.
    """

    case_id: str
    rights_holder_id: str
    key: ListingKey
    candidate_id: str
    state: CaseState
    opened_at: datetime
    updated_at: datetime
    score: float
    band: str
    suggested: Label
    label: Label | None = None
    asset_ids: tuple[str, ...] = ()
    assignee: str | None = None
    approvals: tuple[str, ...] = ()
    changed: bool = False
    earlier_case_id: str | None = None
    events: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Exhibit:
    """A file that proves something about a case, known by its digest.

    Attributes
    ----------
    kind : str
        "capture" (a web archive of the listing as delivered), "photo", "document".
    name : str
        Name of the file among the exhibits: letters, digits, dots, hyphens.
    sha256 : str
        Of its bytes.
    captured_at : datetime
        When the listing was captured.
    stamped_at : datetime or None
        The time that a time-stamping authority attests for the digest (RFC 3161), if one was asked.
    stamp_sha256 : str or None
        Digest of that authority's token.
    """

    kind: str
    name: str
    sha256: str
    captured_at: datetime
    stamped_at: datetime | None = None
    stamp_sha256: str | None = None
