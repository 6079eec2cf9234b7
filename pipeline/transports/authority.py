"""Asking a time-stamping authority over HTTP (RFC 3161, section 3.4)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509

from pipeline.errors import SettingsError, TransportError
from pipeline.exhibits.stamps import Stamp, ask, judge
from pipeline.transports.web import Web


@dataclass(frozen=True, slots=True)
class Authority:
    """A time-stamping authority that the user configured.

    Parameters
    ----------
    url : str
        Where it answers.
    roots : sequence of Certificate
        Roots that its signer must lead to.
    web : Web
        Sends the requests.
    """

    url: str
    roots: Sequence[x509.Certificate]
    web: Web

    def stamp(self, data: bytes) -> Stamp:
        """Return a stamp over some bytes; only their digest is sent.

        Raises
        ------
        TransportError
            If the authority cannot be reached, refuses, or is not who it should be.
        """
        headers = {"Content-Type": "application/timestamp-query", "Accept": "application/timestamp-reply"}
        answer = self.web.ask("POST", self.url, headers=headers, body=ask(data))
        if answer.status != 200:  # noqa: PLR2004
            raise TransportError(f"{self.url}: refused, got HTTP {answer.status}, expected a time stamp")
        return judge(data, answer.body, self.roots, self.url)


def read_roots(path: Path) -> tuple[x509.Certificate, ...]:
    """Read trusted root certificates from a PEM file.

    Raises
    ------
    SettingsError
        If it cannot be read or holds none.
    """
    try:
        return tuple(x509.load_pem_x509_certificates(path.read_bytes()))
    except (OSError, ValueError) as error:
        raise SettingsError(f"{path}: cannot be read: {error}, expected certificates in PEM") from error
