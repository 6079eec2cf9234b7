"""Deciding many cases at once: a preview of what will change, then exactly that, and one undo for all of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Annotated, Any, Final

from fastapi import APIRouter, Form, HTTPException, Request
from fastapi.responses import RedirectResponse, Response
from starlette.datastructures import QueryParams

from pipeline.cases import allowed_kinds
from pipeline.enforcement import Case, EventKind
from pipeline.errors import ConflictError, InputError, TransitionError
from pipeline.groups import in_groups
from pipeline.people import Permission
from pipeline.records import Label
from pipeline.review.access import Deciding
from pipeline.review.deeds import NEEDS, Deed, carry_out, case_by_case
from pipeline.review.filters import Queue, queue_of
from pipeline.review.labels import check_offered
from pipeline.review.pages import page
from pipeline.review.site import Site, Visitor, site_of
from pipeline.store.cases import QueuedCase, count_all, queue
from pipeline.store.database import Connection
from pipeline.store.desk import read_bulk, record_bulk
from pipeline.store.rights import holder_names

router = APIRouter(prefix="/bulk", include_in_schema=False)

MOST: Final = 2_000
"""Cases of one bulk decision: more than a person can answer for are too many."""
LOT: Final = 100
"""Cases written in one transaction, so that nobody else waits long."""
SHOWN: Final = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What is to happen to each of many cases."""

    kind: EventKind
    label: Label | None = None

    def deed(self, case: Case, person_id: str, reason: str) -> Deed:
        """Return it for one case, as it is now."""
        facts: dict[str, object] = {}
        if self.label is not None:
            facts = {"label": self.label.value, "asset_ids": list(case.asset_ids)}
        elif self.kind is EventKind.ASSIGNED:
            facts = {"to": person_id}
        return Deed(case_id=case.case_id, kind=self.kind, facts=facts, reason=reason, seen=case.events)

    def changes(self, case: Case, person_id: str) -> bool:
        """Tell whether a case would be another afterwards, and may be."""
        if self.kind not in allowed_kinds(case.state):
            return False
        if self.kind is EventKind.ASSIGNED:
            return case.assignee != person_id
        return self.label is None or case.label is not self.label


def wish_of(site: Site, deed: str) -> Wish:
    """Read what a form asks for: a label, "hold", "assign" or "approve".

    Raises
    ------
    HTTPException
        422 if it is none of these.
    """
    others = {"hold": EventKind.HELD, "assign": EventKind.ASSIGNED, "approve": EventKind.APPROVED}
    if deed in others:
        return Wish(kind=others[deed])
    try:
        label = Label(deed)
    except ValueError:
        raise HTTPException(422, "No such deed.") from None
    check_offered(site, label)
    return Wish(kind=EventKind.DECIDED, label=label)


@router.post("/preview")
def preview(
    request: Request,
    visitor: Deciding,
    *,
    deed: Annotated[str, Form(max_length=40)],
    case: Annotated[list[str] | None, Form()] = None,
    whole: Annotated[bool, Form()] = False,
    query: Annotated[str, Form(max_length=4_000)] = "",
) -> Response:
    """Show which cases a bulk decision would change, and how, before anything is written."""
    wish = wish_of(site_of(request), deed)
    asked = queue_of(QueryParams(query), visitor.person.person_id)
    scope = visitor.person.scope(NEEDS.get(wish.kind, Permission.DECIDE))
    with site_of(request).store.read() as connection:
        if whole:
            found, total = _whole(connection, asked, visitor, wish)
        else:
            found = case_by_case(connection, scope, (case or [])[:MOST])
            total = len(found)
        holders = holder_names(connection, visitor.person.scope(Permission.READ))
    changing = [row for row in found if wish.changes(row.case, visitor.person.person_id)]
    return page(
        request,
        "bulk.html",
        visitor,
        deed=deed,
        queue=asked,
        total=total,
        most=MOST,
        changing=changing,
        staying=len(found) - len(changing),
        sample=changing[:SHOWN],
        holders=holders,
        by_holder=Counter(row.case.rights_holder_id for row in changing).most_common(),
        by_label=Counter((row.case.label or row.case.suggested).value for row in changing).most_common(),
        by_state=Counter(row.case.state.value for row in changing).most_common(),
        overruled=sum(row.case.label is not None for row in changing),
        tokens=[f"{row.case.case_id}:{row.case.events}" for row in changing],
    )


@router.post("/apply")
def apply(
    request: Request,
    visitor: Deciding,
    *,
    deed: Annotated[str, Form(max_length=40)],
    cases: Annotated[str, Form(max_length=200_000)],
    confirmed: Annotated[int, Form(ge=1)],
    reason: Annotated[str, Form(max_length=2_000)] = "",
    query: Annotated[str, Form(max_length=4_000)] = "",
) -> Response:
    """Write what the preview showed; cases that have moved on since are left alone and counted."""
    site = site_of(request)
    wish = wish_of(site, deed)
    seen = _seen(cases)
    if len(seen) != confirmed or len(seen) > MOST:
        raise HTTPException(422, f"The number of cases does not agree: expected {len(seen)}, at most {MOST}.")
    bulk_id = site.new_id()
    done = left = 0
    for lot in in_groups(seen, LOT):
        made = _write(site, visitor, wish, {case_id: seen[case_id] for case_id in lot}, reason.strip())
        with site.store.write() as connection:
            record_bulk(connection, bulk_id, visitor.person.person_id, made, site.now())
        done += len(made)
        left += len(lot) - len(made)
    return RedirectResponse(f"/bulk/{bulk_id}?done={done}&left={left}&{query}", 303)


@router.get("/{bulk_id}")
def show_bulk(request: Request, visitor: Deciding, bulk_id: str, done: int = 0, left: int = 0) -> Response:
    """Show what a bulk decision has done, with its undo."""
    asked = queue_of(request.query_params, visitor.person.person_id)
    with site_of(request).store.read() as connection:
        made = read_bulk(connection, bulk_id, visitor.person.person_id)
        found = case_by_case(connection, visitor.person.scope(Permission.READ), [case_id for _, case_id in made[:50]])
    if not made and not left:
        raise HTTPException(404, "There is no such bulk decision of yours.")
    context: dict[str, Any] = {
        "bulk_id": bulk_id,
        "number": len(made),
        "left": left,
        "found": found,
        "queue": asked,
        "undone": None,
    }
    return page(request, "bulk_done.html", visitor, done=done, **context)


@router.post("/{bulk_id}/undo")
def undo_bulk(request: Request, visitor: Deciding, bulk_id: str) -> Response:
    """Take a whole bulk decision back, but for cases on which somebody has spoken since."""
    site = site_of(request)
    with site.store.read() as connection:
        made = read_bulk(connection, bulk_id, visitor.person.person_id)
    if not made:
        raise HTTPException(404, "There is no such bulk decision of yours.")
    taken_back = 0
    for lot in in_groups(made, LOT):
        deeds = [Deed(case_id=c, kind=EventKind.UNDONE, facts={"event_id": e}, reason="bulk") for e, c in lot]
        taken_back += len(_each(site, visitor, deeds))
    asked = queue_of(request.query_params, visitor.person.person_id)
    context: dict[str, Any] = {
        "bulk_id": bulk_id,
        "number": len(made),
        "found": (),
        "queue": asked,
        "undone": taken_back,
    }
    return page(request, "bulk_done.html", visitor, done=taken_back, left=len(made) - taken_back, **context)


def _whole(connection: Connection, asked: Queue, visitor: Visitor, wish: Wish) -> tuple[tuple[QueuedCase, ...], int]:
    """Return the first cases of a queue, no more than a bulk decision may have, and how many it has in all."""
    scope = visitor.person.scope(NEEDS.get(wish.kind, Permission.DECIDE))
    total = count_all(connection, asked.filters, scope).total
    return queue(connection, asked.filters, scope, sort=asked.sort, limit=MOST).cases, total


def _seen(cases: str) -> dict[str, int]:
    try:
        pairs = (token.split(":") for token in cases.split())
        return {case_id: int(events) for case_id, events in pairs}
    except ValueError:
        raise HTTPException(422, "The cases are not readable: go back to the preview.") from None


def _write(site: Site, visitor: Visitor, wish: Wish, seen: dict[str, int], reason: str) -> list[tuple[str, str]]:
    """Write one lot and return the events made, each with its case."""
    scope = visitor.person.scope(NEEDS.get(wish.kind, Permission.DECIDE))
    with site.store.read() as connection:
        found = case_by_case(connection, scope, list(seen))
    deeds = [
        replace(wish.deed(row.case, visitor.person.person_id, reason), seen=seen[row.case.case_id]) for row in found
    ]
    return _each(site, visitor, deeds)


def _each(site: Site, visitor: Visitor, deeds: Sequence[Deed]) -> list[tuple[str, str]]:
    """Write deeds together, or one by one where one of them is refused: the others are none the worse for it."""
    if not deeds:
        return []
    try:
        _, events = carry_out(site, visitor, deeds)
    except (ConflictError, TransitionError, InputError):
        if len(deeds) == 1:
            return []
        return [made for deed in deeds for made in _each(site, visitor, [deed])]
    return list(zip(events, (deed.case_id for deed in deeds), strict=True))
