"""Pictures: read by digest, decoded within bounds, and made anew before a browser sees them."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Final, Literal

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import RedirectResponse, Response

from pipeline.errors import PhotoRefusedError, StoreError
from pipeline.people import Access
from pipeline.review.access import Reading
from pipeline.review.deeds import visible_case
from pipeline.review.site import Visitor, site_of
from pipeline.store.captures import current_captures
from pipeline.store.desk import record_access
from pipeline.store.originals import Originals
from pipeline.store.rights import KnownHolder, known_holder

router = APIRouter(prefix="/cases", include_in_schema=False)

SIDES: Final = {"thumb": 112, "medium": 720, "large": 1_600}
"""Pixels of the longer side, by size."""
Size = Literal["thumb", "medium", "large"]
NO_PHOTO: Final = "/static/no-photo.svg"
REMEMBERED: Final = 512
"""Small pictures kept in memory: some megabytes."""


@router.get("/{case_id}/photos/{number}")
def show_photo(request: Request, visitor: Reading, case_id: str, number: int, size: Size = "medium") -> Response:
    """Show a photo of the listing as captured."""
    site = site_of(request)
    with site.store.read() as connection:
        visible_case(connection, visitor, case_id)
        capture = current_captures(connection, [case_id]).get(case_id)
    photos = capture.photos if capture else ()
    digest = photos[number].digest if 0 <= number < len(photos) else None
    if digest is None or not site.originals.has(digest):
        if size == "thumb":
            return RedirectResponse(NO_PHOTO, 303)
        raise HTTPException(404, "This photo was not kept.")
    return _picture(request, visitor, case_id, digest, size)


@router.get("/{case_id}/registered/{digest}")
def show_registered(request: Request, visitor: Reading, case_id: str, digest: str, size: Size = "medium") -> Response:
    """Show a registered picture of the case's rights holder."""
    site = site_of(request)
    with site.store.read() as connection:
        found = visible_case(connection, visitor, case_id)
        known = known_holder(connection, found.case.rights_holder_id)
    if known is None or digest not in _digests(known):
        raise HTTPException(404, "There is no such picture.")
    return _picture(request, visitor, case_id, digest, size)


def _digests(known: KnownHolder) -> frozenset[str]:
    """Return the digests of the pictures of one rights holder: another's of the same register stay unseen."""
    by_name = known.register.image_digests
    names = [name for asset in known.holder.assets for name in asset.images]
    names += [name for product in known.holder.products for name in product.images]
    return frozenset(by_name[name] for name in names if name in by_name)


def _picture(request: Request, visitor: Visitor, case_id: str, digest: str, size: Size) -> Response:
    site = site_of(request)
    try:
        make = _small if size == "thumb" else _made_anew
        data = make(site.originals, site.shrink, digest, SIDES[size])
    except (StoreError, PhotoRefusedError) as error:
        raise HTTPException(404, "This picture cannot be shown.") from error
    if size == "large":
        person_id = visitor.person.person_id
        access = Access(at=site.now(), person_id=person_id, what="picture", case_id=case_id, subject=digest)
        with site.store.write() as connection:
            record_access(connection, access)
    headers = {"Cache-Control": "private, max-age=600", "Content-Disposition": "inline"}
    return Response(data, media_type="image/jpeg", headers=headers)


def _made_anew(originals: Originals, shrink: Callable[[bytes, int], bytes], digest: str, side: int) -> bytes:
    return shrink(originals.read(digest), side)


_small = lru_cache(maxsize=REMEMBERED)(_made_anew)
