"""What must be true of a notice before anybody may send it: one table of checks, each with one clear line.

A platform takes away its fast lane from those whose notices are wrong too often, and a wrong notice makes its sender
liable (E-commerce Law of China, Article 42; DMCA, 17 U.S.C. 512(f)). So every check here blocks.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from datetime import UTC, datetime
from typing import Final, NamedTuple

from pipeline.enforcement import Case, CaseState
from pipeline.notices.channels import Channel
from pipeline.notices.notice import Location, Notice, Problem, RightType
from pipeline.notices.territories import countries, host_of
from pipeline.records import AuthorisedSeller

MAX_URL: Final = 2_000
_MARKED_GOODS: Final = frozenset({Location.PRODUCT, Location.PACKAGING})


class Fault(NamedTuple):
    """What a check found: the fact's place in the notice, and what is wrong with it."""

    place: str
    problem: str
    got: str
    expected: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """A notice that is about to go out, with what must be known besides.

    Attributes
    ----------
    notice : Notice
        As built.
    channel : Channel
        Where it would go.
    case : Case
        The case as it stands now.
    now : datetime
        When the notice would go out.
    approvals : int
        How many people must have agreed: 2 where the rights holder wants four eyes.
    authorised_sellers : tuple of AuthorisedSeller
        The rights holder's own list.
    open_notices : mapping
        Ids of notices that are out and unanswered, by (case id, right, reason).
    """

    notice: Notice
    channel: Channel
    case: Case
    now: datetime
    approvals: int = 1
    authorised_sellers: tuple[AuthorisedSeller, ...] = ()
    open_notices: Mapping[tuple[str, str, str], str] = field(default_factory=dict)


Check = Callable[[Submission], Iterable[Fault]]


def problems_of(sub: Submission) -> tuple[Problem, ...]:
    """Return every reason for which a notice may not go out, in the order of `CHECKS`; none means that it may."""
    return tuple(
        Problem(case_id=sub.notice.case_id, channel=sub.channel.id, **fault._asdict())
        for check in CHECKS
        for fault in check(sub)
    )


def facts_of(notice: Notice) -> dict[str, str]:
    """Return the facts of a notice as text, by dotted name ("target.url"); what is not given is ""."""
    return dict(_facts(notice, ""))


def _facts(value: object, name: str) -> Iterator[tuple[str, str]]:
    if is_dataclass(value):
        for part in fields(value):
            yield from _facts(getattr(value, part.name), f"{name}.{part.name}" if name else part.name)
    elif isinstance(value, tuple):
        if not any(is_dataclass(item) for item in value):
            yield name, ", ".join(str(item) for item in value)
    elif isinstance(value, datetime):
        yield name, f"{value.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
    else:
        yield name, "" if value is None or value is False else str(value)


def approved(sub: Submission) -> Iterator[Fault]:
    """Ask for a person's approval, of the offer as it is now."""
    return unapproved(sub.case, sub.approvals)


def unapproved(case: Case, approvals: int) -> Iterator[Fault]:
    """Yield why nothing may go out about a case; `approvals` is how many people must have agreed."""
    if case.state is not CaseState.APPROVED:
        yield Fault("case.state", "the case is not approved", case.state.value, CaseState.APPROVED.value)
    if len(set(case.approvals)) < approvals:
        got = ", ".join(case.approvals) or "nobody"
        yield Fault("case.approvals", "too few people agreed", got, f"{approvals}")
    if case.changed:
        yield Fault("case.changed", "the offer changed after the decision", "changed", "a new look at it")


def in_force(sub: Submission) -> Iterator[Fault]:
    """Ask for a registration, where there must be one, that is in force."""
    right, day = sub.notice.right, sub.now.date()
    if right.type is not RightType.COPYRIGHT and not right.number:
        yield Fault("right.number", "no registration", "nothing", "a registration number")
    if right.registered_on and day < right.registered_on:
        yield Fault("right.registered_on", "not yet registered", f"{right.registered_on}", f"{day} or before")
    if right.expires_on and right.expires_on < day:
        yield Fault("right.expires_on", "the right has lapsed", f"{right.expires_on}", f"{day} or later")


def in_territory(sub: Submission) -> Iterator[Fault]:
    """Ask for a right in a country whose buyers are addressed; copyright holds everywhere (Berne Convention)."""
    if sub.notice.right.type is RightType.COPYRIGHT:
        return
    addressed, covered = countries(sub.notice.target.territories), countries(sub.notice.right.territories)
    if not addressed:
        yield Fault("target.territories", "nobody knows whom the offer addresses", "nothing", "ships_to or a site")
    elif not addressed & covered:
        got, expected = ", ".join(sorted(covered)) or "nothing", f"one of {', '.join(sorted(addressed))}"
        yield Fault("right.territories", "not in force where the offer is made", got, expected)


def classified(sub: Submission) -> Iterator[Fault]:
    """Ask for the classes of goods that a trade mark is registered for (Nice Agreement: 1 to 45)."""
    classes = sub.notice.right.nice_classes
    if sub.notice.right.type is RightType.TRADE_MARK and not classes:
        yield Fault("right.nice_classes", "no class of goods", "nothing", "a Nice class")
    for number in classes:
        if not 1 <= number <= 45:  # noqa: PLR2004
            yield Fault("right.nice_classes", "no such class", f"{number}", "1 to 45")


def reason_fits(sub: Submission) -> Iterator[Fault]:
    """Ask for one of the platform's reasons, for this kind of right, with its code."""
    said, kind = sub.notice.infringement, sub.notice.right.kind
    reasons = [r for r in sub.channel.reasons if (r.code, r.name) == (said.reason_code, said.reason_name)]
    if not reasons:
        known = ", ".join(r.name for r in sub.channel.reasons)
        yield Fault("infringement.reason_code", "no such reason", said.reason_name, f"one of {known}")
    for reason in reasons:
        if kind not in reason.rights:
            fitting = ", ".join(k.value for k in reason.rights)
            yield Fault("right.kind", f"does not fit the reason {reason.name!r}", kind.value, fitting)
        if not reason.code:
            place = f"{sub.channel.id}.toml: reasons"
            yield Fault(place, f"the platform's code for {reason.name!r} is not filled in", "nothing", "a code")
        if reason.test_buy and sub.notice.test_buy is None:
            yield Fault("test_buy", f"the reason {reason.name!r} needs a test purchase", "none", "one in team.toml")


def seen_where_claimed(sub: Submission) -> Iterator[Fault]:
    """Ask that the right was seen where it is claimed; goods are seen on photos or in a test purchase."""
    said = sub.notice.infringement
    if not said.locations:
        yield Fault("infringement.locations", "the right was not seen in the offer", "nothing", "a signal that saw it")
    seen = set(said.seen)
    if Location.IMAGE in seen or sub.notice.test_buy is not None:
        seen |= _MARKED_GOODS
    for place in said.locations:
        if place not in seen:
            got = ", ".join(said.seen) or "nowhere"
            yield Fault("infringement.locations", f"claimed on {place.value}, where nothing was seen", got, place.value)


def seller_not_authorised(sub: Submission) -> Iterator[Fault]:
    """Refuse sellers that the rights holder trusted at the capture or trusts now."""
    target = sub.notice.target
    days = (target.captured_at.date(), sub.now.date())
    for entry in sub.authorised_sellers:
        if not entry.has_account(target.platform, target.seller_id):
            continue
        if any((entry.from_date or d) <= d <= (entry.until_date or d) for d in days):
            until = entry.until_date or "open"
            yield Fault(
                "target.seller_id", "an authorised seller", f"{entry.seller_id} until {until}", "another seller"
            )


def no_duplicate(sub: Submission) -> Iterator[Fault]:
    """Refuse a second notice about an offer, right and reason while the first is unanswered."""
    key = (sub.notice.case_id, sub.notice.right.asset_id, sub.notice.infringement.reason)
    other = sub.open_notices.get(key)
    if other is not None and other != sub.notice.notice_id:
        yield Fault("notice_id", "a notice about the same is open", other, "its answer first")


def complete(sub: Submission) -> Iterator[Fault]:
    """Ask for every fact that the channel wants, none longer than it takes."""
    facts = facts_of(sub.notice)
    for name in sub.channel.required:
        if not facts.get(name):
            yield Fault(name, "not given", "nothing", f"what {sub.channel.name} asks for")
    lengths = {"infringement.brief": sub.channel.explanation, "target.url": MAX_URL, **sub.channel.lengths}
    for name, limit in lengths.items():
        if len(facts.get(name, "")) > limit:
            yield Fault(name, "too long", f"{len(facts[name])} code points", f"at most {limit}")


def addressed(sub: Submission) -> Iterator[Fault]:
    """Ask for the offer's web address, written as one."""
    url = sub.notice.target.url
    if not host_of(url) or any(c.isspace() or not c.isprintable() for c in url):
        yield Fault("target.url", "not a web address", repr(url[:80]), "http:// or https:// and no blanks")


def authorised(sub: Submission) -> Iterator[Fault]:
    """Ask an agent for an authorisation of the rights holder that has not expired."""
    if sub.notice.agent is None or not sub.channel.authorisation:
        return
    found = sub.notice.authorisation
    if found is None:
        expected = f"one for {sub.notice.rights_holder_id} in team.toml"
        yield Fault("authorisation", "the agent has no authorisation", "nothing", expected)
    elif found.expires_on is not None and found.expires_on < sub.now.date():
        expected = f"{sub.now.date()} or later"
        yield Fault("authorisation.expires_on", "the authorisation has expired", f"{found.expires_on}", expected)


def declared(sub: Submission) -> Iterator[Fault]:
    """Ask for the declarations that the law or the platform wants a person to make."""
    made = sub.notice.declarations
    if sub.channel.declarations and not made.signer:
        yield Fault("declarations.signer", "nobody signs", "nothing", "a name in team.toml")
    for name in sub.channel.declarations:
        if getattr(made, name, False) is not True:
            yield Fault(f"declarations.{name}", "not declared", "false", "true in team.toml, if the signer does")


CHECKS: Final[tuple[Check, ...]] = (
    approved,
    in_force,
    in_territory,
    classified,
    reason_fits,
    seen_where_claimed,
    seller_not_authorised,
    no_duplicate,
    complete,
    addressed,
    authorised,
    declared,
)
"""Every check, in the order in which problems are told."""
