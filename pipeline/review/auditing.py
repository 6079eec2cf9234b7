"""The audit queue: items of random samples, reviewed without score, signals or what others have said."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, HTTPException, Request
from fastapi.responses import RedirectResponse, Response

from pipeline.people import Permission
from pipeline.review.access import Deciding
from pipeline.review.pages import page
from pipeline.review.site import Visitor, site_of
from pipeline.settings import lake_folder
from pipeline.stages.audit_review import LABELS, captured, next_item, progress, review_item
from pipeline.store.audits import list_audits, read_audit
from pipeline.store.lake import Lake

router = APIRouter(prefix="/audits", include_in_schema=False)


@router.get("")
def show_audits(request: Request, visitor: Deciding) -> Response:
    """Show the audits that are drawn, and how many reviews are outstanding."""
    _check_scope(visitor)
    with site_of(request).store.read() as connection:
        told = [progress(connection, audit) for audit in list_audits(connection) if audit.seed is not None]
    return page(request, "audits.html", visitor, told=told)


@router.get("/{audit_id}")
def show_item(request: Request, visitor: Deciding, audit_id: str) -> Response:
    """Show the next item for the visitor: the listing as captured, and nothing that the program thinks of it."""
    _check_scope(visitor)
    site = site_of(request)
    with site.store.read() as connection:
        audit = read_audit(connection, audit_id)
        if audit is None:
            raise HTTPException(404, "There is no such audit.")
        item = next_item(connection, audit_id, visitor.person.person_id)
        listing = captured(connection, Lake(lake_folder(site.settings)), item) if item else None
    return page(request, "audit_item.html", visitor, audit=audit, item=item, listing=listing, labels=LABELS)


@router.post("/{audit_id}/{item}")
def label_item(
    request: Request,
    visitor: Deciding,
    audit_id: str,
    item: str,
    *,
    label: Annotated[str, Form(max_length=40)],
    reason: Annotated[str, Form(max_length=2_000)] = "",
) -> Response:
    """Enter what the visitor says of an item, and go on to the next."""
    _check_scope(visitor)
    site, person = site_of(request), visitor.person.person_id
    with site.store.write() as connection:
        if read_audit(connection, audit_id) is None:
            raise HTTPException(404, "There is no such audit.")
        review_item(connection, audit_id, item, person_id=person, label=label, reason=reason, now=site.now())
    return RedirectResponse(f"/audits/{audit_id}", 303)


def _check_scope(visitor: Visitor) -> None:
    """Let in only who may decide for every rights holder: a sample is drawn from the listings of all."""
    if visitor.person.scope(Permission.DECIDE) is not None:
        raise HTTPException(404, "There is no such page.")
