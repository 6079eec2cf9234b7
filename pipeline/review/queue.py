"""The queue: filters in the address, rows that are dense but readable, counts that are right."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response
from starlette.datastructures import QueryParams

from pipeline.people import Permission, SavedFilter
from pipeline.review.access import Reading
from pipeline.review.deeds import done_by
from pipeline.review.filters import Queue, queue_of
from pipeline.review.labels import offered
from pipeline.review.pages import page
from pipeline.review.site import site_of
from pipeline.store.cases import Sort, count, queue
from pipeline.store.desk import drop_filter, filters_of, save_filter
from pipeline.store.people import read_people
from pipeline.store.rights import holder_names

router = APIRouter(include_in_schema=False)

ROWS = 50
"""Cases on a page."""


@router.get("/")
def home(visitor: Reading) -> Response:  # noqa: ARG001  the rule
    """Begin with the queue."""
    return RedirectResponse("/cases", 303)


@router.get("/cases")
def show_queue(request: Request, visitor: Reading, after: str | None = None, done: str = "") -> Response:
    """Show a page of a queue."""
    scope = visitor.person.scope(Permission.READ)
    asked = queue_of(request.query_params, visitor.person.person_id)
    with site_of(request).store.read() as connection:
        found = queue(connection, asked.filters, scope, sort=asked.sort, after=after, limit=ROWS)
        counts = count(connection, asked.filters, scope)
        just_done = done_by(connection, done, visitor.person)
        saved = filters_of(connection, visitor.person.person_id)
        holders = holder_names(connection, scope)
        people = {person.person_id: person.shown_as for person in read_people(connection)}
        labels = offered(connection)
    return page(
        request,
        "queue.html",
        visitor,
        queue=asked,
        done=just_done,
        found=found,
        counts=counts,
        saved=saved,
        holders=holders,
        people=people,
        sorts=tuple(Sort),
        labels=labels,
        deeper=after is not None,
        deciding=visitor.person.may_somewhere(Permission.DECIDE),
        facets=_facets(asked, counts.facets, holders),
    )


@router.post("/filters")
def save(
    request: Request,
    visitor: Reading,
    title: Annotated[str, Form(min_length=1, max_length=80)],
    query: Annotated[str, Form(max_length=4_000)],
) -> Response:
    """Name a queue."""
    site = site_of(request)
    asked = queue_of(QueryParams(query), visitor.person.person_id)
    saved = SavedFilter(
        filter_id=site.new_id(), person_id=visitor.person.person_id, title=title.strip(), query=asked.address
    )
    with site.store.write() as connection:
        save_filter(connection, saved, site.now())
    return RedirectResponse(f"/cases?{asked.address}", 303)


@router.post("/filters/{filter_id}/drop")
def drop(request: Request, visitor: Reading, filter_id: str) -> Response:
    """Forget a named queue."""
    with site_of(request).store.write() as connection:
        drop_filter(connection, visitor.person.person_id, filter_id)
    return RedirectResponse("/cases", 303)


FACETS = (
    ("holder", "rights_holder_id"),
    ("platform", "platform"),
    ("state", "state"),
    ("band", "band"),
    ("label", "shown"),
)
"""Parameters whose values are counted, with the names under which the store counts them."""
ORDER = {
    "state": ("open", "held", "confirmed", "approved", "noticed", "down", "dismissed", "closed"),
    "band": ("high", "medium", "low"),
}


def _facets(
    asked: Queue, counted: Mapping[str, Mapping[str, int]], holders: Mapping[str, str]
) -> list[tuple[str, list[tuple[str, str, int, bool]]]]:
    """Return for each facet its values: value, what it is called, how many cases, whether it is chosen."""
    shown = []
    for name, counted_as in FACETS:
        numbers = dict(counted.get(counted_as, {}))
        for value in asked.values(name):
            if value != "any":
                numbers.setdefault(value, 0)
        chosen = asked.values(name) or (("open",) if name == "state" else ())
        by_number = sorted(numbers, key=lambda value, of=numbers: (-of[value], value))  # type: ignore[misc]
        ranked = [value for value in ORDER[name] if value in numbers] if name in ORDER else by_number
        rows = [(v, holders.get(v, v) if name == "holder" else v, numbers[v], v in chosen) for v in ranked]
        shown.append((name, rows))
    return shown
