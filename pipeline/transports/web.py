"""Requests to addresses that the user configured: bounded, never redirected, tried again when that is safe."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import httpx

from pipeline.errors import TransportError

MAX_ANSWER: Final = 4 * 1024 * 1024
TIMEOUT_S: Final = 30.0
TRIES: Final = 4
FIRST_PAUSE_S, LONGEST_PAUSE_S = 1.0, 60.0
BUSY: Final = frozenset({429, 503})
"""Answers by which a server says that it has not begun."""

Sleep = Callable[[float], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a server said."""

    status: int
    body: bytes


class UnansweredError(TransportError):
    """A request that may or may not have been carried out."""


@dataclass(frozen=True, slots=True)
class Web:
    """Sends requests for a transport.

    Parameters
    ----------
    sleep : callable
        Waits some seconds between tries.
    """

    sleep: Sleep

    def ask(self, method: str, url: str, *, headers: dict[str, str], body: bytes = b"", safe: bool = True) -> Answer:
        """Send a request, and again after a pause while the server is busy.

        Parameters
        ----------
        method, url, headers, body
            The request.
        safe : bool
            Whether it may be sent again when nobody knows whether the first was carried out.

        Raises
        ------
        UnansweredError
            If the connection broke or the server failed, and the request is not safe.
        TransportError
            If the address is not allowed, or the server does not answer after `TRIES` tries.
        """
        check_address(url)
        pause, trouble = FIRST_PAUSE_S, ""
        for attempt in range(1, TRIES + 1):
            answer, trouble, wait = self._once(method, url, headers, body)
            if answer is not None and answer.status not in BUSY and answer.status < 500:  # noqa: PLR2004
                return answer
            sent = answer is None or answer.status not in BUSY
            if sent and not safe:
                raise UnansweredError(f"{url}: {trouble}; nobody knows whether the request was carried out")
            if attempt < TRIES:
                self.sleep(min(wait or pause, LONGEST_PAUSE_S))
                pause *= 2
        raise TransportError(f"{url}: {trouble}, expected an answer within {TRIES} tries")

    def _once(
        self, method: str, url: str, headers: dict[str, str], body: bytes
    ) -> tuple[Answer | None, str, float | None]:
        try:
            with (
                httpx.Client(timeout=TIMEOUT_S, follow_redirects=False, trust_env=False) as client,
                client.stream(method, url, headers=headers, content=body) as response,
            ):
                data = b""
                for part in response.iter_bytes():
                    data += part
                    if len(data) > MAX_ANSWER:
                        raise TransportError(f"{url}: the answer is too long, expected at most {MAX_ANSWER:,} bytes")
                wait = response.headers.get("retry-after", "")
                seconds = float(wait) if wait.isdecimal() else None
                return Answer(status=response.status_code, body=data), f"HTTP {response.status_code}", seconds
        except httpx.HTTPError as error:
            return None, f"{type(error).__name__} {error}".strip(), None


def check_address(url: str) -> None:
    """Refuse addresses over which nothing confidential may travel.

    Raises
    ------
    TransportError
        Unless the address is https, or http to this very machine.

    Examples
    --------
    >>> check_address("https://api.example/v2"), check_address("http://127.0.0.1:8080/")
    (None, None)
    """
    try:
        parts = httpx.URL(url)
    except (httpx.InvalidURL, ValueError) as error:
        raise TransportError(f"not an address, got {url!r}, expected https://…") from error
    if parts.scheme == "https" and parts.host:
        return
    if parts.scheme == "http" and _is_here(parts.host):
        return
    raise TransportError(f"{url}: not a safe address, got {parts.scheme!r}, expected https")


def _is_here(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
