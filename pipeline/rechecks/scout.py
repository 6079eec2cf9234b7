"""Asking for a listing's address ourselves: only where the user allows it, politely, bounded, never inside a network.

The name of a host is looked up once, every address that it has must be a public one, and the connection goes to that
address and no other: a name that changes its mind cannot lead us to a machine of the user's.
"""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

import httpx

from pipeline.followup.pages import Answer
from pipeline.rechecks.look import MOST_BODY, Look, text_of

AGENT: Final = "counterfoil-recheck (looks whether a reported listing is still offered)"
MOST_REDIRECTS: Final = 5
TIMEOUT_S: Final = 20.0
"""For the connection, and for each piece of an answer."""
WHOLE_S: Final = 60.0
"""For an answer as a whole."""
PORTS: Final = frozenset({80, 443})
REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
_TRANSLATED: Final = ipaddress.ip_network("64:ff9b::/96")

Lookup = Callable[[str, int], Sequence[str]]
"""Addresses of a host and port."""


def look_up(host: str, port: int) -> list[str]:
    """Return the addresses of a host."""
    return sorted({str(found[4][0]) for found in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)})


@dataclass(frozen=True, slots=True, kw_only=True)
class Scout:
    """Asks for the addresses of listings, one after the other.

    Attributes
    ----------
    hosts : tuple of str
        Hosts that may be asked, each with those below it; no others, redirects included.
    pause_s : float
        Between two requests to one host.
    sleep, clock : callable
        Wait some seconds; tell the seconds since some moment.
    allow_loopback : bool
        Whether addresses of this very machine, and any port of it, may be asked too.
    lookup : callable
        Finds the addresses of a host.
    """

    hosts: tuple[str, ...]
    pause_s: float
    sleep: Callable[[float], None]
    clock: Callable[[], float]
    allow_loopback: bool = False
    lookup: Lookup = look_up
    _asked: dict[str, float] = field(default_factory=dict)

    def allows(self, url: str) -> bool:
        """Tell whether an address may be asked for, as far as its words say."""
        return self._problem(url) is None

    def visit(self, url: str, now: datetime) -> Look:
        """Ask for an address, following redirects within the allowed hosts.

        Parameters
        ----------
        url : str
            Address of a listing: untrusted.
        now : datetime
            When, for the record.

        Returns
        -------
        Look
            With an answer without status where nothing usable came back; the evidence then says why.
        """
        address, started = url, self.clock()
        for _ in range(MOST_REDIRECTS + 1):
            try:
                status, headers, body = self._ask(address, started)
            except (httpx.HTTPError, OSError, ValueError) as error:
                return _nothing(url, address, f"{type(error).__name__}: {error}", now)
            onward = headers.get("location", "")
            if status not in REDIRECTS or not onward:
                return _answer(url, address, (status, headers, body), now)
            try:
                address = str(httpx.URL(address).join(onward))
            except httpx.InvalidURL as error:
                return _nothing(url, address, f"redirected to no address: {error}", now)
        return _nothing(url, address, f"more than {MOST_REDIRECTS} redirects", now)

    def _ask(self, url: str, started: float) -> tuple[int, httpx.Headers, bytes]:
        problem = self._problem(url)
        if problem is not None:
            raise ValueError(problem)
        target = httpx.URL(url)
        port = target.port or (443 if target.scheme == "https" else 80)
        numeric = self._public_address(target.host, port)
        self._wait(target.host)
        headers = {"Host": target.netloc.decode("ascii"), "User-Agent": AGENT, "Accept-Encoding": "identity"}
        pinned = target.copy_with(host=numeric)
        extensions = {"sni_hostname": target.host}
        with (
            httpx.Client(timeout=TIMEOUT_S, follow_redirects=False, trust_env=False) as client,
            client.stream("GET", pinned, headers=headers, extensions=extensions) as response,
        ):
            body = b""
            for part in response.iter_raw(65_536):
                body += part
                if len(body) >= MOST_BODY or self.clock() - started > WHOLE_S:
                    break
            return response.status_code, response.headers, body[:MOST_BODY]

    def _problem(self, url: str) -> str | None:
        try:
            target = httpx.URL(url)
        except (httpx.InvalidURL, TypeError, UnicodeError):
            return "not an address"
        if target.scheme not in {"http", "https"} or target.userinfo or not target.host:
            return "not a plain http or https address"
        if target.port not in {None, *PORTS} and not self.allow_loopback:
            return f"port {target.port} is not asked"
        host = target.host.lower().rstrip(".")
        if not any(host == allowed or host.endswith(f".{allowed}") for allowed in self.hosts):
            return f"the host {host!r} is not among those that may be asked"
        return None

    def _public_address(self, host: str, port: int) -> str:
        found = list(self.lookup(host, port))
        refused = [address for address in found if not self._may_reach(address)]
        if refused or not found:
            raise ValueError(f"the host {host!r} is at {', '.join(refused) or 'no address'}, expected public addresses")
        return found[0]

    def _may_reach(self, address: str) -> bool:
        given = ipaddress.ip_address(address.partition("%")[0])
        if isinstance(given, ipaddress.IPv6Address):
            if given.sixtofour or given.teredo or given in _TRANSLATED:
                return False
            given = given.ipv4_mapped or given
        return (given.is_global and not given.is_multicast) or (self.allow_loopback and given.is_loopback)

    def _wait(self, host: str) -> None:
        ready = self._asked.get(host, float("-inf")) + self.pause_s
        self.sleep(max(0.0, ready - self.clock()))
        self._asked[host] = self.clock()


def _answer(url: str, address: str, got: tuple[int, httpx.Headers, bytes], now: datetime) -> Look:
    status, headers, body = got
    page = text_of(body, headers.get("content-type", ""), headers.get("content-encoding", ""))
    head = [f"HTTP {status}", f"Address: {address}", *(f"{name}: {value}" for name, value in headers.items())]
    return Look(
        checked_at=now,
        url=url,
        answer=Answer(status=status, address=address, page=page),
        evidence="\r\n".join(head).encode("utf-8", "replace") + b"\r\n\r\n" + body,
        vantage="asked by this program, not signed in",
        place=url,
    )


def _nothing(url: str, address: str, problem: str, now: datetime) -> Look:
    return Look(
        checked_at=now,
        url=url,
        answer=Answer(status=None, address=address, page=""),
        evidence=f"no answer: {problem}".encode("utf-8", "replace")[:4_000],
        vantage="asked by this program, not signed in",
        place=url,
    )
