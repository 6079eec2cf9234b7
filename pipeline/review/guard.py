"""What holds for every response and every request body, whatever the route."""

from __future__ import annotations

from typing import Final

from starlette.datastructures import MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

MAX_BODY: Final = 256 * 1024
"""Bytes of a request; forms and decisions are far smaller."""

POLICY: Final = (
    "default-src 'none'; "
    "script-src 'self'; "
    "style-src 'self'; "
    "img-src 'self'; "
    "connect-src 'self'; "
    "form-action 'self'; "
    "base-uri 'none'; "
    "frame-ancestors 'none'"
)
"""Content-Security-Policy: nothing inline, nothing from elsewhere."""

HEADERS: Final = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=()",
}
STRICT_TRANSPORT: Final = "max-age=31536000"


class Guard:
    """Adds the security headers and refuses large bodies.

    Parameters
    ----------
    app : ASGIApp
        What is guarded.
    https : bool
        Whether browsers reach the app over TLS; they are then told to stay there.
    """

    def __init__(self, app: ASGIApp, *, https: bool) -> None:
        self._app = app
        self._headers = HEADERS | ({"Strict-Transport-Security": STRICT_TRANSPORT} if https else {})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    headers[name] = value
                headers.setdefault("Cache-Control", "no-store")
            await send(message)

        body = await _read(receive, scope)
        if body is None:
            refusal = PlainTextResponse(f"The request is too large: expected at most {MAX_BODY} bytes.", 413)
            await refusal(scope, receive, guarded)
            return
        await self._app(scope, _replay(body, receive), guarded)


async def _read(receive: Receive, scope: Scope) -> bytes | None:
    """Return the whole body of a request; None if it is too large."""
    if scope["method"] in {"GET", "HEAD"}:
        return b""
    body: bytes = b""
    while True:
        message = await receive()
        body += message.get("body", b"")
        if len(body) > MAX_BODY:
            return None
        if message["type"] != "http.request" or not message.get("more_body"):
            return body


def _replay(body: bytes, receive: Receive) -> Receive:
    sent = False

    async def again() -> Message:
        nonlocal sent
        if sent:
            return await receive()
        sent = True
        return {"type": "http.request", "body": body, "more_body": False}

    return again
