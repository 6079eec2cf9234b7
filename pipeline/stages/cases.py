"""Cases: the candidates worth a person's time become cases, and what later scans find is added to their history."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final

import orjson

from pipeline.cases import case_id_of, material_changes
from pipeline.cases.draw import probability, ticket
from pipeline.cases.relisting import Trace, contacts_in, shared
from pipeline.enforcement import SYSTEM, Case, CaseState, Event, EventKind
from pipeline.errors import InputError
from pipeline.groups import in_groups
from pipeline.records import Band, Json
from pipeline.stages.capture import (
    capture_by_hand,
    capture_of,
    capture_without,
    card_of,
    case_of,
    facts_of,
    identity_of,
)
from pipeline.stages.conductor import Conductor
from pipeline.stages.contents import read_partition
from pipeline.stages.keep import keep_register, keeping_photos
from pipeline.stages.merge import Ranked, ranked_candidates
from pipeline.stages.plan import Scan
from pipeline.stages.rules import give_back, rule_drafts
from pipeline.store.candidates import stored_candidate
from pipeline.store.captures import (
    Capture,
    current_captures,
    ended_traces,
    holders_with_ended,
    record_captures,
    record_contacts,
    telling_marks,
)
from pipeline.store.cases import QueuedCase, Scope, read_cases
from pipeline.store.database import Connection, Store
from pipeline.store.draws import Draw, record_draw
from pipeline.store.events import Draft, append_events, lock_events
from pipeline.store.lake import Lake, digest_of
from pipeline.store.overtaken import Overtaken, overtaken_cases
from pipeline.store.statistics import refresh_statistics

AT_ONCE: Final = 200
"""Candidates entered in one transaction, so that a reviewer's write need not wait long."""
MOST_SELLERS: Final = 5
"""A photo or contact that more sellers show connects nobody: stock photos, banners, helpdesks."""
WORTH: Final = frozenset({Band.HIGH.value, Band.MEDIUM.value})
"""Bands whose candidates become cases. A low one is a case only if a person, a setting or the draw wants it:
tens of them for each that is confirmed would bury the rest."""


def open_cases(scan: Scan, keys: tuple[str, ...], counts: Mapping[str, int], conductor: Conductor) -> None:
    """Open cases for the candidates of a scan, and add to those that there are.

    Parameters
    ----------
    scan : Scan
        After its candidates were merged.
    keys : tuple of str
        Names of the scored partitions in the lake.
    counts : mapping of str to int
        Candidates in all and by band, as in `run.json`.
    conductor : Conductor
        Tells the time and hears of progress.

    Notes
    -----
    Each group is one transaction, and its events bear ids made from the scan and the case: killed and started again,
    or carried out twice, it leaves the same.
    """
    now = conductor.now()
    keep_register(scan, now)
    draw = _draw(scan, counts, now)
    done = 0
    conductor.report("cases", done, counts["candidates"])
    for group in in_groups(ranked_candidates(scan.lake, keys), AT_ONCE):
        wanted = _wanted(scan, group, draw)
        with keeping_photos(scan, wanted):
            _enter(scan, [capture for capture, _ in wanted], draw, now)
        done += len(group)
        conductor.report("cases", done, counts["candidates"])
    for overtaken in in_groups(_overtaken(scan), AT_ONCE):
        _enter_overtaken(scan, overtaken, now)
    give_back(scan.store, now)
    with scan.store.write() as connection:
        refresh_statistics(connection)


def open_by_hand(
    store: Store, lake: Lake, candidate_id: str, scope: Scope, *, by: str, reason: str, now: datetime
) -> Case:
    """Open a case for a candidate that no scan opened one for: a low one that a person wants to look at.

    Parameters
    ----------
    store, lake
        Where candidates and contents lie. The photos themselves are kept by the next scan that sees the listing.
    candidate_id : str
        As in `candidates.jsonl`.
    scope : tuple of str or None
        The rights holders for whom the person may open cases.
    by, reason : str
        Who, and why.
    now : datetime
        When.

    Raises
    ------
    InputError
        If there is no such candidate in the scope, or its content is gone from the lake.
    """
    with store.write() as connection:
        lock_events(connection)
        found = stored_candidate(connection, candidate_id, scope)
        if found is None:
            raise InputError(f"candidate: no such candidate, got {candidate_id!r}, expected one of a scan of yours")
        known = read_cases(connection, [case_id_of(found.key, found.rights_holder_id)], scope)
        if known:
            return known[0].case
        capture = capture_by_hand(found, read_partition(lake, found.partition)[found.row_number])
        opened = _event(capture, EventKind.OPENED, facts_of(capture) | identity_of(capture), now)
        draft = Draft(event=replace(opened, by=by, reason=reason), card=card_of(capture))
        cases = append_events(connection, [draft], scope, four_eyes=())
        _record(connection, [capture])
    return cases[capture.case_id]


def _draw(scan: Scan, counts: Mapping[str, int], now: datetime) -> Draw:
    chosen = counts["candidates"] if scan.open_low else sum(counts[band] for band in WORTH)
    share = scan.random_percent / 100
    draw = Draw(
        run_id=scan.run_id,
        seed=digest_of("draw", scan.run_id),
        share=share,
        candidates=counts["candidates"],
        probability=probability(share, chosen, counts["candidates"]),
        drawn_at=now,
    )
    with scan.store.write() as connection:
        return record_draw(connection, draw)


def _wanted(scan: Scan, group: Sequence[Ranked], draw: Draw) -> list[tuple[Capture, int]]:
    """Return those that make a case, each with the number of the file in which it was read."""
    rows = [orjson.loads(one.row) for one in group]
    found = {case_of(row): (row, one) for row, one in zip(rows, group, strict=True)}
    with scan.store.read() as connection:
        known = {queued.case.case_id for queued in read_cases(connection, list(found), None)}
    return [
        (capture_of(one, row, scan.run_id), one.source)
        for case_id, (row, one) in found.items()
        if case_id in known or scan.open_low or row["band"] in WORTH or ticket(draw.seed, case_id) < draw.probability
    ]


def _enter(scan: Scan, found: Sequence[Capture], draw: Draw, now: datetime) -> None:
    ids = [capture.case_id for capture in found]
    with scan.store.write() as connection:
        lock_events(connection)
        known = {queued.case.case_id: queued for queued in read_cases(connection, ids, None)}
        shown = current_captures(connection, ids)
        drafts: list[Draft] = []
        for capture in found:
            if capture.case_id in known:
                drafts += _seen_again(capture, known[capture.case_id], shown.get(capture.case_id), now)
            else:
                drafts.append(_opening(capture, draw, now))
        newer = {draft.event.case_id for draft in drafts}
        append_events(connection, drafts, None, four_eyes=())
        _record(connection, [capture for capture in found if capture.case_id in newer])
        new = [capture for capture in found if capture.case_id not in known]
        append_events(connection, _relistings(connection, new, now), None, four_eyes=())
        append_events(connection, rule_drafts(connection, sorted(newer), now), None, four_eyes=())


def _record(connection: Connection, found: Sequence[Capture]) -> None:
    record_captures(connection, found)
    record_contacts(connection, ((c.case_id, contact) for c in found for contact in sorted(contacts_in(c.listing))))


def _opening(capture: Capture, draw: Draw, now: datetime) -> Draft:
    facts = facts_of(capture) | identity_of(capture)
    if ticket(draw.seed, capture.case_id) < draw.probability:
        facts["probability"] = draw.probability
    return Draft(event=_event(capture, EventKind.OPENED, facts, now), card=card_of(capture))


def _seen_again(capture: Capture, known: QueuedCase, shown: Capture | None, now: datetime) -> Iterator[Draft]:
    """Yield what a later capture, or a later word on the same capture, adds to a case."""
    case, card = known.case, known.card
    if capture.captured_at < card.captured_at:
        return
    row = capture.row
    said = (row["score"], row["label"], row["candidate_id"])
    if capture.captured_at == card.captured_at and said == (case.score, case.suggested.value, case.candidate_id):
        return
    changes: tuple[Json, ...] = ()
    if shown is not None and shown.content != capture.content:
        photos = shown.photo_digests(), capture.photo_digests()
        found = material_changes(shown.listing, photos[0], capture.listing, photos[1])
        changes = tuple(change.facts() for change in found)
    kind = EventKind.CHANGED if changes else EventKind.SEEN
    facts = facts_of(capture) | ({"changes": list(changes)} if changes else {})
    yield Draft(event=_event(capture, kind, facts, now), card=card_of(capture))
    if case.state is CaseState.DOWN and known.rechecked_at is not None and capture.captured_at > known.rechecked_at:
        facts = {"result": "up", "evidence_sha256": None, "vantage": f"scan {capture.run_id}"}
        yield Draft(event=_event(capture, EventKind.RECHECKED, facts, now))


def _event(capture: Capture, kind: EventKind, facts: Mapping[str, Json], now: datetime) -> Event:
    return Event(
        event_id=digest_of(capture.run_id, capture.case_id, kind.value)[:32],
        sequence=0,
        case_id=capture.case_id,
        kind=kind,
        at=now,
        by=SYSTEM,
        reason="",
        facts=facts,
    )


def _relistings(connection: Connection, new: Sequence[Capture], now: datetime) -> list[Draft]:
    """Return which new cases are listings that were taken down before, come back."""
    ended = holders_with_ended(connection, {str(capture.row["rights_holder_id"]) for capture in new})
    drafts = []
    for capture in new:
        if capture.row["rights_holder_id"] not in ended:
            continue
        trace = _trace(capture)
        telling = telling_marks(connection, trace, MOST_SELLERS)
        earlier = [(shared(trace, one, telling), one) for one in ended_traces(connection, trace, telling)]
        because, best = max(earlier, key=lambda found: len(found[0]), default=((), None))
        if best is not None and because:
            facts = {"earlier_case_id": best.case_id, "because": list(because)}
            drafts.append(Draft(event=_event(capture, EventKind.RELISTED, facts, now)))
    return drafts


def _trace(capture: Capture) -> Trace:
    return Trace(
        case_id=capture.case_id,
        rights_holder_id=capture.row["rights_holder_id"],
        platform=capture.listing.platform,
        seller_id=capture.listing.seller.id,
        photos=frozenset(capture.photo_digests()),
        wholes=frozenset(photo.whole for photo in capture.photos if photo.whole),
        contacts=contacts_in(capture.listing),
    )


def _overtaken(scan: Scan) -> Iterator[Overtaken]:
    """Yield the cases whose listing the scan saw with another content, in which nothing of the holder's was seen."""
    after = ""
    while True:
        with scan.store.read() as connection:
            found = overtaken_cases(connection, scan.run_id, after, AT_ONCE)
        yield from found
        if not found:
            return
        after = found[-1].case_id


def _enter_overtaken(scan: Scan, found: Sequence[Overtaken], now: datetime) -> None:
    contents = {name: read_partition(scan.lake, name) for name in {one.partition for one in found}}
    with scan.store.write() as connection:
        lock_events(connection)
        ids = [one.case_id for one in found]
        known = {queued.case.case_id: queued for queued in read_cases(connection, ids, None)}
        shown = current_captures(connection, ids)
        captures = []
        for one in found:
            content = contents[one.partition][one.row]
            newer = replace(content, listing=replace(content.listing, captured_at=one.captured_at))
            if one.case_id in shown:
                earlier = shown[one.case_id]
                captures.append(capture_without(earlier, newer, one.content, one.captured_at, scan.run_id))
        drafts = [d for c in captures for d in _seen_again(c, known[c.case_id], shown[c.case_id], now)]
        append_events(connection, drafts, None, four_eyes=())
        _record(connection, captures)
        append_events(connection, rule_drafts(connection, ids, now), None, four_eyes=())
