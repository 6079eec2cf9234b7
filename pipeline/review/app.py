"""The app: routes, guards, and how errors are told."""

from __future__ import annotations

from importlib.metadata import version
from importlib.resources import as_file, files
from pathlib import Path

from fastapi import FastAPI, HTTPException, Request
from fastapi.exception_handlers import http_exception_handler, request_validation_exception_handler
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, RedirectResponse, Response
from starlette.exceptions import HTTPException as StarletteHTTPException
from starlette.staticfiles import StaticFiles

from pipeline.errors import (
    ConflictError,
    CounterfoilError,
    InputError,
    NoticeError,
    TransitionError,
    TransportError,
)
from pipeline.review import (
    account,
    admin,
    api,
    approvals,
    auditing,
    bulk,
    cases,
    decisions,
    enforcement_api,
    followup,
    followup_api,
    labels,
    notices,
    oidc,
    photos,
    queue,
    rules_api,
    ruling,
    signin,
)
from pipeline.review.access import check_rules, sign_in_address
from pipeline.review.guard import Guard
from pipeline.review.pages import page
from pipeline.review.site import Site

PARTS = (
    signin,
    oidc,
    queue,
    cases,
    photos,
    decisions,
    bulk,
    approvals,
    notices,
    followup,
    auditing,
    ruling,
    labels,
    account,
    admin,
    api,
    enforcement_api,
    followup_api,
    rules_api,
)
"""Modules with routes."""
STATUS = {ConflictError: 409, TransitionError: 409, NoticeError: 409, InputError: 422, TransportError: 502}
"""What an error of ours is to a browser; any other is the store's."""


def create_app(site: Site) -> FastAPI:
    """Put the review app together.

    Parameters
    ----------
    site : Site
        The store, the settings, and the world outside.

    Returns
    -------
    FastAPI
        An ASGI application.

    Raises
    ------
    ValueError
        If a route says nothing of who may use it.
    """
    app = FastAPI(
        title="Counterfoil",
        version=version("counterfoil"),
        description="The actions of the review app, for programs: send `Authorization: Bearer` and a token of yours.",
        openapi_url="/api/openapi.json",
        docs_url=None,
        redoc_url=None,
    )
    app.state.site = site
    for part in PARTS:
        app.router.routes.extend(part.router.routes)  # included routers would hide their routes from `check_rules`
    check_rules(app)
    app.mount("/static", Assets(directory=_folder("static")), name="static")
    app.add_exception_handler(StarletteHTTPException, _refused)
    app.add_exception_handler(RequestValidationError, _unusable)
    app.add_exception_handler(CounterfoilError, _failed)
    app.add_middleware(Guard, https=site.settings.review_https)
    return app


class Assets(StaticFiles):
    """Style and script; browsers ask again whether they changed."""

    def file_response(self, *args: object, **options: object) -> Response:
        """Return a file."""
        response = super().file_response(*args, **options)  # type: ignore[arg-type]
        response.headers["Cache-Control"] = "no-cache"
        return response


def _folder(name: str) -> Path:
    with as_file(files("pipeline.review") / name) as folder:
        return folder


async def _refused(request: Request, error: Exception) -> Response:
    if not isinstance(error, HTTPException | StarletteHTTPException):
        raise error
    if _for_program(request):
        return await http_exception_handler(request, error)
    if error.status_code == 401:  # noqa: PLR2004  sign in first
        return RedirectResponse(sign_in_address(request), 303)
    visitor = getattr(request.state, "visitor", None)
    return page(
        request, "error.html", visitor, status=error.status_code, status_code=error.status_code, text=error.detail
    )


async def _unusable(request: Request, error: Exception) -> Response:
    if not isinstance(error, RequestValidationError):
        raise error
    if _for_program(request):
        return await request_validation_exception_handler(request, error)
    visitor = getattr(request.state, "visitor", None)
    text = "Some values of the form cannot be used."
    return page(request, "error.html", visitor, status=422, status_code=422, text=text)


async def _failed(request: Request, error: Exception) -> Response:
    status = next((code for kind, code in STATUS.items() if isinstance(error, kind)), 503)
    if _for_program(request):
        return JSONResponse({"detail": str(error)}, status)
    visitor = getattr(request.state, "visitor", None)
    return page(request, "error.html", visitor, status=status, status_code=status, text=str(error))


def _for_program(request: Request) -> bool:
    return request.url.path.startswith("/api/")
