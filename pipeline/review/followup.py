"""Follow-up: what is due, objections of sellers, proposals to notice again, and how fast lanes stand."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Final

from fastapi import APIRouter, Form, HTTPException, Query, Request, UploadFile
from fastapi.responses import RedirectResponse, Response

from pipeline.followup.again import Renotice
from pipeline.followup.clocks import Due
from pipeline.followup.health import shipped_programmes
from pipeline.people import Permission
from pipeline.rechecks import read_looks
from pipeline.review.access import Approving, Reading
from pipeline.review.deeds import case_by_case
from pipeline.review.pages import page
from pipeline.review.site import site_of
from pipeline.stages.followup import OUTCOMES, Objection, Overview, Said, fast_lanes, overview, settle
from pipeline.stages.recheck import enter_looks, rejected_lines

UPLOADED: Final = (".jsonl", ".warc", ".warc.gz")
"""Files of looks that the page takes, by their endings; packed ones within packed ones are left to the command."""

router = APIRouter(prefix="/follow-up", include_in_schema=False)

ROWS: Final = 50
"""Rows of a list on a page, the soonest first."""
SHOWN: Final = 200
"""Rejected lines of a file that are shown."""


class Tab(StrEnum):
    """One of the lists of the page."""

    OVERDUE = "overdue"
    TODAY = "today"
    WAITING = "waiting"
    OBJECTIONS = "objections"
    AGAIN = "again"


@router.get("")
def show_followup(
    request: Request, visitor: Reading, tab: Tab | None = None, number: Annotated[int, Query(ge=1, le=100_000)] = 1
) -> Response:
    """Show what is to be done about the notices that are out, one list at a time: the first that is not empty."""
    site, scope = site_of(request), visitor.person.scope(Permission.READ)
    now = site.now()
    tabs = tabs_of(overview(site.store, scope, site.clocks, now), now)
    chosen = tab or next((name for name, rows in tabs.items() if rows), Tab.OVERDUE)
    rows = tabs[chosen][(number - 1) * ROWS : number * ROWS]
    with site.store.read() as connection:
        lanes = fast_lanes(connection, scope, shipped_programmes(), now)
        cases = {row.case.case_id: row for row in case_by_case(connection, scope, [one.case_id for one in rows])}
    return page(
        request,
        "followup.html",
        visitor,
        tabs={name.value: len(found) for name, found in tabs.items()},
        tab=chosen.value,
        rows=rows,
        number=number,
        last=-(-len(tabs[chosen]) // ROWS),
        lanes=[lane for lane in lanes if lane.sent],
        cases=cases,
        settling=visitor.person.may_somewhere(Permission.APPROVE),
        outcomes=OUTCOMES,
        entering=visitor.person.scope(Permission.APPROVE) is None,
    )


def tabs_of(found: Overview, now: datetime) -> Mapping[Tab, Sequence[Due | Objection | Renotice]]:
    """Return the lists of the page: what is due parted by the day, in UTC as the page writes it, then the others."""
    late = [one for one in found.due if one.overdue(now)]
    coming = found.due[len(late) :]
    today = [one for one in coming if one.due_at.date() == now.date()]
    return {
        Tab.OVERDUE: late,
        Tab.TODAY: today,
        Tab.WAITING: coming[len(today) :],
        Tab.OBJECTIONS: found.objections,
        Tab.AGAIN: found.renotices,
    }


@router.post("/looks")
def enter_file(request: Request, visitor: Approving, looks: UploadFile) -> Response:
    """Enter looks at listings from a file, as large as a request may be, and show what became of them.

    A line is about the listing, whoever's cases it has: only who approves for every rights holder may bring one. Of the
    name of the file only its ending counts; it lies alone in its folder, so that no line can name another as evidence.
    What a WARC file has captured is kept as evidence.
    """
    if visitor.person.scope(Permission.APPROVE) is not None:
        raise HTTPException(403, "Your role does not allow this.")
    site = site_of(request)
    with tempfile.TemporaryDirectory(prefix="counterfoil-") as folder:
        given = (looks.filename or "").lower()
        path = Path(folder) / f"looks{next((ending for ending in UPLOADED if given.endswith(ending)), UPLOADED[0])}"
        path.write_bytes(looks.file.read())
        tally = enter_looks(site.store, site.originals, read_looks(path), patterns=site.patterns, now=site.now())
        rejected = [line.replace(f"{folder}/", "") for line in rejected_lines(tally)]
    return page(request, "looks.html", visitor, tally=tally, rejected=rejected, shown=SHOWN)


@router.post("/objections/{notice_id}")
def settle_objection(
    request: Request, visitor: Approving, notice_id: str, outcome: Annotated[str, Form(max_length=20)]
) -> Response:
    """Enter how a seller's objection ended."""
    if outcome not in OUTCOMES:
        raise HTTPException(422, "Some values of the form cannot be used.")
    site = site_of(request)
    said = Said(by=visitor.person.person_id, at=site.now(), scope=visitor.person.scope(Permission.APPROVE))
    settle(site.store, notice_id, outcome, said)
    return RedirectResponse("/follow-up", 303)
