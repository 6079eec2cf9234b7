"""Re-check: looks at listings become events of their cases, with what proves them among the originals."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Protocol
from urllib.parse import urlsplit

from pipeline.cases import standing
from pipeline.enforcement import SYSTEM, CaseState, Event, EventKind, RecheckResult
from pipeline.followup.clocks import Clock, Moment, due
from pipeline.followup.pages import Pattern, Wanted, classify
from pipeline.groups import in_groups
from pipeline.rechecks import Look
from pipeline.records import Rejected
from pipeline.store.cases import read_cases
from pipeline.store.database import Store
from pipeline.store.events import Draft, append_events, lock_events, read_histories
from pipeline.store.lake import digest_of
from pipeline.store.originals import Originals
from pipeline.store.watch import Watched, watched_cases

AT_ONCE: Final = 200
AGAIN: Final = timedelta(days=7)
"""How often a listing that still stands is looked at."""


class Visitor(Protocol):
    """Looks at the address of a listing."""

    def allows(self, url: str) -> bool:
        """Tell whether an address may be asked for."""
        ...

    def visit(self, url: str, now: datetime) -> Look:
        """Ask for an address."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """What became of looks.

    Attributes
    ----------
    results : mapping of RecheckResult to int
        Looks entered, each for every case of its listing.
    unmatched : int
        Looks at listings that are no case.
    older : int
        Looks made before the last that a case knows of: they change nothing.
    rejected : tuple of Rejected
        What could not be used.
    """

    results: Mapping[RecheckResult, int]
    unmatched: int
    older: int
    rejected: tuple[Rejected, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Seen:
    """A look at the listing of a case, judged."""

    watched: Watched
    look: Look
    result: RecheckResult


def enter_looks(
    store: Store,
    originals: Originals,
    looks: Iterable[Look | Rejected],
    *,
    patterns: tuple[Pattern, ...],
    now: datetime,
) -> Tally:
    """Enter looks that a user brings.

    Parameters
    ----------
    store, originals
        Where cases and evidence lie.
    looks : iterable of Look or Rejected
        In any order; entered again, they change nothing.
    patterns : tuple of Pattern
        By which answers are judged.
    now : datetime
        A look from the future is rejected.
    """
    index = _Index(store)
    counts: Counter[RecheckResult] = Counter()
    rejected: list[Rejected] = []
    unmatched = older = 0
    for some in in_groups(looks, AT_ONCE):
        seen: list[_Seen] = []
        for look in some:
            fault = look if isinstance(look, Rejected) else _from_the_future(look, now)
            if fault is not None:
                rejected.append(fault)
                continue
            found = index.find(look)  # type: ignore[arg-type]
            unmatched += not found
            seen += [_judge(watched, look, patterns) for watched in found]  # type: ignore[arg-type]
        entered = _enter(store, originals, seen)
        counts.update(one.result for one in entered)
        older += len(seen) - len(entered)
    return Tally(results=dict(counts), unmatched=unmatched, older=older, rejected=tuple(rejected))


def look_again(
    store: Store,
    originals: Originals,
    visitor: Visitor,
    *,
    patterns: tuple[Pattern, ...],
    clocks: tuple[Clock, ...],
    now: datetime,
) -> Tally:
    """Ask for the addresses of listings whose next look is due, where the visitor may; one case at a time.

    Killed and started again, it goes on with what is still due.
    """
    counts: Counter[RecheckResult] = Counter()
    for watched in listings_due(store, clocks, now):
        if visitor.allows(watched.url):
            seen = _judge(watched, visitor.visit(watched.url, now), patterns)
            counts.update(one.result for one in _enter(store, originals, [seen]))
    return Tally(results=dict(counts), unmatched=0, older=0, rejected=())


def listings_due(store: Store, clocks: tuple[Clock, ...], now: datetime) -> list[Watched]:
    """Return the cases whose listing should be looked at now: by a clock, or a week after it was found standing."""
    found: list[Watched] = []
    with store.read() as connection:
        watched = list(watched_cases(connection))
    for some in in_groups(watched, AT_ONCE):
        ids = [one.case_id for one in some]
        with store.read() as connection:
            histories = read_histories(connection, ids)
            cases = {queued.case.case_id: queued.case for queued in read_cases(connection, ids, None)}
        for one in some:
            history = standing(histories[one.case_id])
            terms = due(cases[one.case_id], history, clocks)
            late = any(term.due_at <= now and term.clock.ends in _LOOKS for term in terms)
            stale = one.rechecked_at is None or now - one.rechecked_at >= AGAIN
            again = one.rechecked_at is not None and stale and one.state is CaseState.NOTICED
            if (late and one.rechecked_at != now) or again:
                found.append(one)
    return found


_LOOKS: Final = frozenset({Moment.RECHECKED, Moment.RECHECKED_LATE})


class _Index:
    """The cases of every state, by address and by identity of their listing."""

    def __init__(self, store: Store) -> None:
        self._by_url: dict[str, list[Watched]] = {}
        self._by_listing: dict[tuple[str, str], list[Watched]] = {}
        with store.read() as connection:
            for watched in watched_cases(connection, every_state=True):
                self._by_url.setdefault(_plain(watched.url), []).append(watched)
                self._by_listing.setdefault(watched.key[:2], []).append(watched)

    def find(self, look: Look) -> list[Watched]:
        """Return the cases of the listing that was looked at."""
        if look.platform and look.listing_id:
            found = self._by_listing.get((look.platform, look.listing_id), [])
            return [w for w in found if look.seller_id is None or w.key.seller_id == look.seller_id]
        return self._by_url.get(_plain(look.url or ""), [])


def _plain(url: str) -> str:
    """Return an address without what makes no difference: case of host, fragment, a slash at the end."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return url
    query = f"?{parts.query}" if parts.query else ""
    return f"{parts.netloc.lower()}{parts.path.rstrip('/')}{query}"


def _judge(watched: Watched, look: Look, patterns: tuple[Pattern, ...]) -> _Seen:
    wanted = Wanted(platform=watched.key.platform, listing_id=watched.key.listing_id, title=watched.title)
    if look.result is not None:
        result = look.result
    elif look.answer is not None:
        result = classify(look.answer, wanted, patterns)
    else:
        result = RecheckResult.UNREACHABLE
    return _Seen(watched=watched, look=look, result=result)


def _from_the_future(look: Look, now: datetime) -> Rejected | None:
    if look.checked_at <= now:
        return None
    return Rejected(
        kind="row",
        source=look.place,
        line=0,
        field="checked_at",
        got=look.checked_at.isoformat(),
        expected=f"a time until {now.isoformat()}",
        reason="in the future",
    )


def _enter(store: Store, originals: Originals, seen: list[_Seen]) -> list[_Seen]:
    """Enter looks and return those that are newer than what their cases know of."""
    kept = {id(one): originals.keep(one.look.evidence) for one in seen if one.look.evidence}
    with store.write() as connection:
        lock_events(connection)
        ids = sorted({one.watched.case_id for one in seen})
        last = {queued.case.case_id: queued.rechecked_at for queued in read_cases(connection, ids, None)}
        entered: list[_Seen] = []
        for one in sorted(seen, key=lambda one: one.look.checked_at):
            before = last[one.watched.case_id]
            if before is None or one.look.checked_at > before:
                last[one.watched.case_id] = one.look.checked_at
                entered.append(one)
        drafts = [Draft(event=_event(one, kept.get(id(one)))) for one in entered]
        append_events(connection, drafts, None, four_eyes=())
    return entered


def _event(seen: _Seen, evidence: str | None) -> Event:
    look, case_id = seen.look, seen.watched.case_id
    facts = {"result": seen.result.value, "evidence_sha256": evidence or look.evidence_sha256, "vantage": look.vantage}
    facts |= {"evidence_url": look.evidence_url} if look.evidence_url else {}
    return Event(
        event_id=digest_of("rechecked", case_id, look.checked_at.isoformat(), facts)[:32],
        sequence=0,
        case_id=case_id,
        kind=EventKind.RECHECKED,
        at=look.checked_at,
        by=SYSTEM,
        reason="",
        facts=facts,
    )


def rejected_lines(tally: Tally) -> Iterator[str]:
    """Yield what could not be used, one line each."""
    for fault in tally.rejected:
        yield f"{fault.source}:{fault.line}: {fault.field}: {fault.reason}, got {fault.got}, expected {fault.expected}"
