"""Prepare: the notices of cases that people have approved, built and checked; and of the others, why not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from pipeline.cases.dismissal import DismissalRule, RuleKind
from pipeline.enforcement import Case, CaseState
from pipeline.groups import in_groups
from pipeline.notices.batches import Batch, split
from pipeline.notices.build import Matter, build_notice, choices
from pipeline.notices.channels import Channel, Channels
from pipeline.notices.checks import Submission, problems_of
from pipeline.notices.explain import Sentences
from pipeline.notices.notice import Location, Notice, Problem
from pipeline.notices.team import Team
from pipeline.records import AuthorisedSeller
from pipeline.store.captures import Capture, current_captures
from pipeline.store.cases import Filters, Scope, Sort, queue, read_cases
from pipeline.store.database import Connection
from pipeline.store.dismissal_rules import read_rules
from pipeline.store.notices import attempts_among, notices_of, open_among
from pipeline.store.people import read_four_eyes
from pipeline.store.rights import KnownHolder, known_holder

LOT = 200
"""Cases looked at together."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stationery:
    """What notices are made with, read once.

    Attributes
    ----------
    channels : Channels
        Where notices can go.
    team : Team
        Who sends them.
    sentences : mapping
        Wording of explanations.
    folder : Path or None
        The team's folder, with its documents and own templates.
    """

    channels: Channels
    team: Team
    sentences: Sentences
    folder: Path | None = None

    @property
    def wording(self) -> Path | None:
        """Where the team's own templates are."""
        return None if self.folder is None else self.folder / "wording"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ready:
    """Notices that may go out, with the captures that prove them, and the problems of those that may not."""

    notices: tuple[Notice, ...] = ()
    captures: Mapping[str, Capture] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()

    def only(self, channel_id: str) -> Ready:
        """Return those of one channel, with all problems."""
        notices = tuple(notice for notice in self.notices if notice.channel == channel_id)
        captures = {notice.case_id: self.captures[notice.case_id] for notice in notices}
        return Ready(notices=notices, captures=captures, problems=self.problems)


def approved_cases(connection: Connection, scope: Scope) -> Iterator[Case]:
    """Yield every approved case of a scope."""
    after: str | None = None
    while True:
        page = queue(connection, Filters(states=(CaseState.APPROVED,)), scope, sort=Sort.AGE, after=after, limit=LOT)
        yield from (queued.case for queued in page.cases)
        after = page.after
        if after is None:
            return


def cases_named(connection: Connection, case_ids: Sequence[str], scope: Scope) -> Iterator[Case]:
    """Yield those of any number of cases that are in a scope, in the order asked for."""
    for some in in_groups(case_ids, LOT):
        yield from (queued.case for queued in read_cases(connection, some, scope))


def prepare(
    connection: Connection,
    stationery: Stationery,
    now: datetime,
    scope: Scope,
    *,
    case_ids: Sequence[str] = (),
    channel_id: str | None = None,
    claims: tuple[Location, ...] = (),
) -> Ready:
    """Build and check the notices of cases.

    Parameters
    ----------
    connection : Connection
        The store, for reading.
    stationery : Stationery
        What notices are made with.
    now : datetime
        When they are made.
    scope : tuple of str or None
        Rights holders whose cases may be looked at.
    case_ids : sequence of str
        Which cases; empty means every approved one.
    channel_id : str, optional
        Where the notices go; otherwise each to the channel that serves its platform.
    claims : tuple of Location
        Where the rights are claimed to be infringed; empty claims what signals saw.

    Returns
    -------
    Ready
        Every case is in it: as a notice or with its problems.

    Raises
    ------
    SettingsError
        If there is no such channel.
    """
    channels = stationery.channels
    cases = list(cases_named(connection, case_ids, scope) if case_ids else approved_cases(connection, scope))
    problems = _missing(case_ids, cases)
    notices, captures = [], {}
    for some in in_groups(cases, LOT):
        examiner = _Examiner.of(connection, stationery, some, now)
        for case in some:
            channel = channels.named(channel_id) if channel_id else channels.serving(case.key.platform)
            made, found = examiner.judge(case, channel, claims)
            problems += found
            if made is not None and not found:
                notices.append(made)
                captures[case.case_id] = examiner.captures[case.case_id]
    return Ready(notices=tuple(notices), captures=captures, problems=tuple(problems))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Examiner:
    """What must be known of some cases before their notices can be judged."""

    stationery: Stationery
    now: datetime
    captures: Mapping[str, Capture]
    holders: Mapping[str, KnownHolder | None]
    four_eyes: Mapping[str, bool]
    trusted: Sequence[DismissalRule]
    open_notices: Mapping[tuple[str, str, str], str]
    attempts: Mapping[str, int]

    @classmethod
    def of(cls, connection: Connection, stationery: Stationery, cases: Sequence[Case], now: datetime) -> _Examiner:
        ids = [case.case_id for case in cases]
        kept = notices_of(connection, ids, None)
        return cls(
            stationery=stationery,
            now=now,
            captures=current_captures(connection, ids),
            holders={h: known_holder(connection, h) for h in {case.rights_holder_id for case in cases}},
            four_eyes=read_four_eyes(connection),
            trusted=[r for r in read_rules(connection, None) if r.kind is RuleKind.AUTHORISED_SELLER and r.holds(now)],
            open_notices=open_among(kept),
            attempts=attempts_among(kept),
        )

    def judge(self, case: Case, channel: Channel, claims: tuple[Location, ...]) -> tuple[Notice | None, list[Problem]]:
        """Return the notice of a case and what is wrong with it: for the best right, or the next that may go out."""
        capture, known = self.captures.get(case.case_id), self.holders[case.rights_holder_id]
        if capture is None or known is None:
            what = "capture" if capture is None else "register"
            missing = Problem(
                case_id=case.case_id,
                channel=channel.id,
                place="case",
                problem=f"the store has no {what} of it",
                got="nothing",
                expected="a scan that kept it",
            )
            return None, [missing]
        matter = Matter(
            case=case,
            listing=capture.listing,
            signals=[*capture.row["signals"], *capture.row["exclusions"]],
            holder=known.holder,
            attempt=1 + self.attempts.get(case.case_id, 0),
            locations=claims,
        )
        judged = [
            self._judge(replace(matter, asset_id=asset_id), channel) for asset_id in choices(matter, channel) or (None,)
        ]
        return next((pair for pair in judged if not pair[1]), judged[0])

    def _judge(self, matter: Matter, channel: Channel) -> tuple[Notice | None, list[Problem]]:
        made = build_notice(matter, channel, self.stationery.team, self.stationery.sentences, now=self.now)
        if isinstance(made, Problem):
            return None, [made]
        submission = Submission(
            notice=made,
            channel=channel,
            case=matter.case,
            now=self.now,
            approvals=2 if self.four_eyes.get(matter.holder.id, True) else 1,
            authorised_sellers=(*matter.holder.authorised_sellers, *self._by_rule(matter.case)),
            open_notices=self.open_notices,
        )
        return made, list(problems_of(submission))

    def _by_rule(self, case: Case) -> Iterator[AuthorisedSeller]:
        """Yield the sellers whom people's rules trust on the platform of a case."""
        for rule in self.trusted:
            if rule.covers(case.rights_holder_id, case.key.platform):
                yield AuthorisedSeller(platform=case.key.platform, seller_id=rule.value)


def batches_of(ready: Ready, channels: Channels) -> tuple[Batch, ...]:
    """Split notices into the requests that their channels take."""
    names = sorted({notice.channel for notice in ready.notices})
    return tuple(
        batch
        for name in names
        for batch in split([n for n in ready.notices if n.channel == name], channels.named(name))
    )


def _missing(wanted: Sequence[str], found: Sequence[Case]) -> list[Problem]:
    there = {case.case_id for case in found}
    return [
        Problem(case_id=case_id, channel="any", place="case", problem="no such case", got="its id", expected="a case")
        for case_id in wanted
        if case_id not in there
    ]
