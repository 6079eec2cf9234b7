"""Notices: what may go out and what is wrong with the rest, exports to hand in, and what became of them.

Nothing is sent from here: a person downloads an export, hands it in, and says so.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Annotated, BinaryIO, Final
from urllib.parse import urlencode

from fastapi import APIRouter, Form, HTTPException, Query, Request
from fastapi import Path as InPath
from fastapi.responses import RedirectResponse, Response, StreamingResponse
from pydantic import StringConstraints
from starlette.background import BackgroundTask

from pipeline.enforcement import CaseState
from pipeline.followup.health import shipped_programmes
from pipeline.notices.notice import Location, NoticeState, Problem
from pipeline.people import Access, Permission
from pipeline.review.access import Approving, Reading
from pipeline.review.pages import page
from pipeline.review.site import Site, Visitor, site_of
from pipeline.stages.export import Exported, export, pack
from pipeline.stages.followup import foresee, warning_line
from pipeline.stages.notify import file_batch, give_up_batch
from pipeline.stages.prepare import Ready, Stationery, prepare
from pipeline.stationery import scribe_of, stationery_of
from pipeline.store.cases import Filters, QueuedCase, Scope, Sort, count_all, queue
from pipeline.store.database import Connection
from pipeline.store.desk import record_access
from pipeline.store.notices import notices_of, recent_batches
from pipeline.store.rights import holder_names

router = APIRouter(prefix="/notices", include_in_schema=False)

ROWS: Final = 100
"""Cases on a page, and in an export from it at most."""
BATCHES: Final = 200
CHUNK: Final = 1 << 18
"""Bytes of a download that are read at once."""
WAITING: Final = (NoticeState.EXPORTED, NoticeState.SENDING)
"""Where nobody has said yet whether a batch reached its platform."""
APPROVED: Final = Filters(states=(CaseState.APPROVED,))

CaseId = Annotated[str, StringConstraints(pattern="^[0-9a-f]{32}$")]
BatchId = Annotated[str, InPath(pattern="^[0-9a-f]{16,32}$")]


@dataclass(slots=True, kw_only=True)
class Lane:
    """Approved cases of one channel: those whose notice may go out, and the others with what is wrong."""

    title: str
    ready: list[QueuedCase] = field(default_factory=list)
    kept_back: list[tuple[QueuedCase, list[Problem]]] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What a person has chosen: one channel for all ("" is that of each platform), and where rights are infringed."""

    channel: str
    claims: tuple[Location, ...]

    @classmethod
    def of(cls, stationery: Stationery, channel: str, claims: Iterable[Location] | None) -> Wish:
        """Read a choice.

        Raises
        ------
        HTTPException
            422 if there is no such channel.
        """
        if channel and channel not in {known.id for known in stationery.channels}:
            raise HTTPException(422, "There is no such channel.")
        return cls(channel=channel, claims=tuple(dict.fromkeys(claims or ())))

    @property
    def address(self) -> str:
        """The choice as a query string."""
        return urlencode([*([("channel", self.channel)] if self.channel else ()), *(("claim", c) for c in self.claims)])

    def prepared(
        self, connection: Connection, stationery: Stationery, now: datetime, scope: Scope, case_ids: list[str]
    ) -> Ready:
        """Return the notices of cases as chosen, and what is wrong with the others."""
        chosen = self.channel or None
        return prepare(connection, stationery, now, scope, case_ids=case_ids, channel_id=chosen, claims=self.claims)


@router.get("")
def show_notices(
    request: Request,
    visitor: Reading,
    after: str | None = None,
    channel: str = "",
    claim: Annotated[list[Location] | None, Query()] = None,
) -> Response:
    """Show approved cases by channel with what the checks say, and the batches that were exported."""
    site, scope = site_of(request), visitor.person.scope(Permission.READ)
    stationery, now = stationery_of(site.settings), site.now()
    with site.store.read() as connection:
        found = queue(connection, APPROVED, scope, sort=Sort.AGE, after=after, limit=ROWS)
        ids = [row.case.case_id for row in found.cases]
        wish = Wish.of(stationery, channel, claim)
        ready = wish.prepared(connection, stationery, now, scope, ids) if ids else Ready()
        kept = notices_of(connection, ids, scope)
        warnings = foresee(connection, ready.notices, scope, shipped_programmes(), now)
        total = count_all(connection, APPROVED, scope).total
        waiting = recent_batches(connection, WAITING, scope, BATCHES)
        others = [state for state in NoticeState if state not in WAITING]
        past = recent_batches(connection, others, scope, BATCHES)
        holders = holder_names(connection, scope)
    lanes = lanes_of(found.cases, ready, stationery, wish.channel)
    mine = {holder for holder in holders if visitor.person.may(Permission.APPROVE, holder)}
    return page(
        request,
        "notices.html",
        visitor,
        found=found,
        wish=wish,
        places=tuple(Location),
        total=total,
        lanes=lanes,
        warnings=[warning_line(warning) for warning in warnings],
        waiting=waiting,
        past=past,
        holders=holders,
        mine=mine,
        exported={one.notice.case_id for one in kept if one.state is NoticeState.EXPORTED},
        exportable=any(row.case.rights_holder_id in mine for lane in lanes for row in lane.ready),
        channels={channel.id: channel.name for channel in stationery.channels},
    )


@router.post("/export")
def export_notices(
    request: Request,
    visitor: Approving,
    case: Annotated[list[CaseId] | None, Form(max_length=ROWS)] = None,
    channel: Annotated[str, Form(max_length=80)] = "",
    claim: Annotated[list[Location] | None, Form()] = None,
) -> Response:
    """Return the notices of chosen cases with their exhibits as a ZIP file, and write them down as exported."""
    if not case:
        raise HTTPException(422, "No case is chosen.")
    site, now = site_of(request), site_of(request).now()
    stationery, scope = stationery_of(site.settings), visitor.person.scope(Permission.APPROVE)
    with site.store.read() as connection:
        wish = Wish.of(stationery, channel, claim)
        ready = wish.prepared(connection, stationery, now, scope, list(dict.fromkeys(case)))
    if not ready.notices:
        raise HTTPException(422, "None of these cases may be noticed: see what is wrong with each.")
    name, file = _exported(site, stationery, ready, now)
    _record(site, visitor, ready, now)
    size = file.seek(0, 2)
    file.seek(0)
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Content-Length": str(size)}
    return StreamingResponse(
        _chunks(file), media_type="application/zip", headers=headers, background=BackgroundTask(file.close)
    )


@router.post("/{batch_id}/filed")
def say_filed(
    request: Request, visitor: Approving, batch_id: BatchId, native_id: Annotated[str, Form(max_length=200)] = ""
) -> Response:
    """Write down that a batch was handed in, with what the platform calls it if it has said."""
    site, person = site_of(request), visitor.person
    said = " ".join(native_id.split()) or None
    scope = person.scope(Permission.APPROVE)
    file_batch(site.store, batch_id, site.now(), by=person.person_id, native_id=said, scope=scope)
    return RedirectResponse("/notices", 303)


@router.post("/{batch_id}/given-up")
def say_given_up(
    request: Request, visitor: Approving, batch_id: BatchId, reason: Annotated[str, Form(max_length=2_000)] = ""
) -> Response:
    """Write down that a batch never reached its platform; its cases may be noticed again."""
    site, person = site_of(request), visitor.person
    scope = person.scope(Permission.APPROVE)
    give_up_batch(site.store, batch_id, site.now(), by=person.person_id, reason=reason.strip(), scope=scope)
    return RedirectResponse("/notices", 303)


def lanes_of(rows: Iterable[QueuedCase], ready: Ready, stationery: Stationery, channel: str = "") -> list[Lane]:
    """Sort cases by the channel that their notices go to: the chosen one, or that of their platform."""
    going = {notice.case_id: notice.channel for notice in ready.notices}
    wrong: dict[str, list[Problem]] = {}
    for problem in ready.problems:
        wrong.setdefault(problem.case_id, []).append(problem)
    lanes: dict[str, Lane] = {}
    for row in rows:
        case_id = row.case.case_id
        channel_id = going.get(case_id) or channel or stationery.channels.serving(row.case.key.platform).id
        lane = lanes.setdefault(channel_id, Lane(title=stationery.channels.named(channel_id).name))
        if case_id in going:
            lane.ready.append(row)
        else:
            lane.kept_back.append((row, wrong.get(case_id, [])))
    return [lanes[channel_id] for channel_id in sorted(lanes)]


def _exported(site: Site, stationery: Stationery, ready: Ready, now: datetime) -> tuple[str, BinaryIO]:
    """Return an export as an open file that is in no folder, with the name to offer for it."""
    scribe = scribe_of(site.settings, stationery, site.originals, now)
    with ExitStack() as unless_done:
        file = unless_done.enter_context(tempfile.TemporaryFile())
        with tempfile.TemporaryDirectory(prefix="counterfoil-") as folder:
            done: Exported = export(site.store, stationery, ready, Path(folder), scribe)
            pack(done, now, file)
        unless_done.pop_all()  # the response closes it
    return f"notices-{done.folder.name}.zip", file


def _record(site: Site, visitor: Visitor, ready: Ready, now: datetime) -> None:
    """Note for every exported case who took its evidence away."""
    with site.store.write() as connection:
        for notice in ready.notices:
            access = Access(at=now, person_id=visitor.person.person_id, what="export", case_id=notice.case_id)
            record_access(connection, access)


def _chunks(file: BinaryIO) -> Iterator[bytes]:
    while chunk := file.read(CHUNK):
        yield chunk
