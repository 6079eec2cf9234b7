"""The notice: every fact that any platform's form, or the law behind it, asks for, in one record.

References
----------
.. [1] Regulation (EU) 2022/2065 (DSA), Article 16(2): what a notice must hold.
.. [2] 17 U.S.C. 512(c)(3)(A) (DMCA): elements of a notification.
.. [3] E-commerce Law of the People's Republic of China, Articles 42 and 43.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any, ClassVar, Final

from pipeline.enforcement import Exhibit
from pipeline.records import AssetKind

FROM_FILES: Final[dict[str, Any]] = {"extra": "forbid"}
"""How records that users write into files are read: a misspelt field is an error."""


class RightType(StrEnum):
    """What kind of right a notice relies on."""

    TRADE_MARK = "trade_mark"
    DESIGN = "design"
    COPYRIGHT = "copyright"


RIGHT_TYPES: Mapping[AssetKind, RightType] = {
    AssetKind.WORD_MARK: RightType.TRADE_MARK,
    AssetKind.FIGURATIVE_MARK: RightType.TRADE_MARK,
    AssetKind.DESIGN: RightType.DESIGN,
    AssetKind.COPYRIGHT_WORK: RightType.COPYRIGHT,
    AssetKind.PRODUCT_PHOTO: RightType.COPYRIGHT,
}


class Location(StrEnum):
    """Where the right is infringed."""

    PRODUCT = "product"
    PACKAGING = "packaging"
    IMAGE = "image"
    TEXT = "text"


class NoticeState(StrEnum):
    """Where a notice stands with the platform."""

    EXPORTED = "exported"
    """Written to files; nobody has said that it was handed in."""
    SENDING = "sending"
    """On its way; if that was broken off, nobody knows whether it arrived."""
    SENT = "sent"
    ACKNOWLEDGED = "acknowledged"
    CLARIFICATION = "clarification"
    """The platform asks for more."""
    FAILED = "failed"
    """The platform did not take it."""
    CLOSED = "closed"
    """The platform has answered, or the notice was withdrawn."""


OPEN_STATES = frozenset({NoticeState.SENDING, NoticeState.SENT, NoticeState.ACKNOWLEDGED, NoticeState.CLARIFICATION})
"""States in which a second notice about the same would be a duplicate."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """A person or organisation, as a platform wants to know it; `size` is "sme", "large" or None."""

    __pydantic_config__: ClassVar[dict[str, Any]] = FROM_FILES

    name: str
    kind: str = "organisation"
    country: str | None = None
    size: str | None = None
    contact: str | None = None
    email: str | None = None
    phone: str | None = None
    address: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Authorisation:
    """The document by which a rights holder lets an agent act, with its digest and the last day on which it counts."""

    __pydantic_config__: ClassVar[dict[str, Any]] = FROM_FILES

    rights_holder_id: str
    document: str
    sha256: str | None = None
    expires_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate:
    """The document by which an office certifies a right, with its digest."""

    __pydantic_config__: ClassVar[dict[str, Any]] = FROM_FILES

    rights_holder_id: str
    asset_id: str
    document: str
    sha256: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Right:
    """The right relied on, as the register has it. `mark` is the text of a word mark, `pictures` name the others'."""

    asset_id: str
    type: RightType
    kind: AssetKind
    mark: str | None = None
    pictures: tuple[str, ...] = ()
    number: str | None = None
    office: str | None = None
    territories: tuple[str, ...] = ()
    nice_classes: tuple[int, ...] = ()
    registered_on: date | None = None
    expires_on: date | None = None
    certificate: Certificate | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """The offer complained of, as it was captured. `territories`: the countries whose buyers it addresses."""

    platform: str
    listing_id: str
    url: str
    site: str
    territories: tuple[str, ...]
    seller_id: str | None
    seller_name: str | None
    title: str
    captured_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Infringement:
    """What is wrong with it.

    Attributes
    ----------
    label : str
        The person's decision.
    reason_code, reason_name, reason : str
        The platform's own code and words, and ours for the same.
    locations : tuple of Location
        Where the right is infringed, as claimed.
    seen : tuple of Location
        Where signals saw it.
    summary, brief, full : str
        The explanation without what is particular to this offer, and with it in at most 1,000 and 5,000 code points,
        all languages together.
    languages : tuple of str
        Languages of the explanation.
    """

    label: str
    reason_code: str
    reason_name: str
    reason: str
    locations: tuple[Location, ...]
    seen: tuple[Location, ...]
    summary: str
    brief: str
    full: str
    languages: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Purchase:
    """A test purchase: `finding` says how the goods were examined and why they are not genuine."""

    __pydantic_config__: ClassVar[dict[str, Any]] = FROM_FILES

    platform: str
    listing_id: str
    order_number: str
    bought_on: date
    finding: str
    report: str | None = None
    sha256: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Declarations:
    """What the signer declares. Nothing is declared that the settings do not say the signer declares."""

    __pydantic_config__: ClassVar[dict[str, Any]] = FROM_FILES

    good_faith: bool = False
    accuracy: bool = False
    authority_under_perjury: bool = False
    liability: bool = False
    signer: str | None = None
    role: str | None = None
    signed_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """How the notice went out and what the platform calls it."""

    method: str
    native_id: str | None = None
    sent_at: datetime | None = None
    acknowledged_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CounterNotice:
    """The seller's objection, and how long there is to answer it."""

    received_on: date
    grounds: str
    evidence_sha256: tuple[str, ...] = ()
    deadline: date | None = None
    outcome: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """A request to take down one offer for one right, made for a case that a person has approved.

    Attributes
    ----------
    notice_id : str
        32 hexadecimal digits, the same for the same case, channel, right, reason and attempt.
    attempt : int
        1, or more after earlier notices about the same that are closed or failed.
    """

    notice_id: str
    case_id: str
    rights_holder_id: str
    channel: str
    attempt: int
    created_at: datetime
    claimant: Party
    agent: Party | None
    authorisation: Authorisation | None
    right: Right
    target: Target
    infringement: Infringement
    declarations: Declarations
    evidence: tuple[Exhibit, ...] = ()
    test_buy: Purchase | None = None
    delivery: Delivery = field(default_factory=lambda: Delivery(method="export"))
    counter_notice: CounterNotice | None = None

    def documents(self) -> dict[str, str]:
        """Return the digests of the team's documents that the notice relies on, by name."""
        papers = [(a.document, a.sha256) for a in (self.authorisation, self.right.certificate) if a is not None]
        if self.test_buy is not None and self.test_buy.report is not None:
            papers.append((self.test_buy.report, self.test_buy.sha256))
        return {name: digest for name, digest in papers if digest is not None}


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """Why a notice may not go out, in one line."""

    case_id: str
    channel: str
    place: str
    problem: str
    got: str
    expected: str

    def __str__(self) -> str:
        """Return the line.

        Examples
        --------
        >>> place, problem = "right.expires_on", "the right has lapsed"
        >>> print(Problem(case_id="c1", channel="amazon", place=place, problem=problem, got="2025", expected="2026 on"))
        case c1, amazon: right.expires_on: the right has lapsed, got 2025, expected 2026 on
        """
        where = f"case {self.case_id}, {self.channel}: {self.place}"
        return f"{where}: {self.problem}, got {self.got}, expected {self.expected}"
