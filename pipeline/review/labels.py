"""Labels that are offered: one that a team has retired stays in history and is not given any more."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, HTTPException, Request
from fastapi.responses import RedirectResponse, Response

from pipeline.errors import ConflictError, InputError
from pipeline.people import EVERY_HOLDER, LabelChange, Permission
from pipeline.records import ACTIONABLE, Label
from pipeline.review.access import Managing
from pipeline.review.keys import DECISIONS
from pipeline.review.pages import page
from pipeline.review.site import Site, Visitor, site_of
from pipeline.store.database import Connection
from pipeline.store.labels import read_label_changes, record_label_change, retired_labels
from pipeline.store.people import read_people

router = APIRouter(prefix="/labels", include_in_schema=False)


@router.get("")
def show_labels(request: Request, visitor: Managing) -> Response:
    """Show the labels, which of them are retired, and who said so when and why."""
    with site_of(request).store.read() as connection:
        changes = read_label_changes(connection)
        people = {person.person_id: person.shown_as for person in read_people(connection)}
    return page(
        request,
        "labels.html",
        visitor,
        labels=tuple(DECISIONS),
        retired={change.label.value: change.retired for change in changes},
        changes=changes[::-1],
        people=people,
        whole=visitor.person.may(Permission.MANAGE, EVERY_HOLDER),
    )


@router.post("/{label}")
def change_label(
    request: Request,
    visitor: Managing,
    label: Label,
    *,
    retired: Annotated[bool, Form()],
    reason: Annotated[str, Form(max_length=500)] = "",
) -> Response:
    """Retire a label, or offer it again."""
    set_retired(site_of(request), visitor, label, retired=retired, reason=reason)
    return RedirectResponse("/labels", 303)


def set_retired(site: Site, visitor: Visitor, label: Label, *, retired: bool, reason: str) -> LabelChange:
    """Write down that a label is given no more, or is again.

    Raises
    ------
    HTTPException
        403 if the visitor is no admin of all rights holders, whose labels they are.
    InputError
        Without a reason, or if nothing would be left to confirm with, or to dismiss with.
    ConflictError
        If the label is so already.
    """
    if not visitor.person.may(Permission.MANAGE, EVERY_HOLDER):
        raise HTTPException(403, "Your role does not allow this.")
    if not reason.strip():
        raise InputError("label: no reason, got '', expected why it is changed")
    change = LabelChange(
        label=label, retired=retired, at=site.now(), by=visitor.person.person_id, reason=reason.strip()
    )
    with site.store.write() as connection:
        before = retired_labels(connection)
        if (label in before) == retired:
            raise ConflictError(f"label {label.value}: it is so already, got retired = {retired}, expected a change")
        left = set(Label) - before - {label}
        if retired and not (left & ACTIONABLE and left - ACTIONABLE):
            raise InputError(
                f"label {label.value}: the last of its sort, got it to retire, expected another to be left"
            )
        record_label_change(connection, change)
    return change


def offered(connection: Connection) -> tuple[str, ...]:
    """Return the labels that may be given, in the order of the buttons."""
    retired = retired_labels(connection)
    return tuple(label for label in DECISIONS if label not in retired)


def check_offered(site: Site, label: Label) -> None:
    """Refuse a label that is retired.

    Raises
    ------
    HTTPException
        422.
    """
    with site.store.read() as connection:
        if label in retired_labels(connection):
            raise HTTPException(422, "That label is retired.")
