"""The team that sends notices: who acts for whom, with which authorisation, and what its signer declares.

It stands in `team.toml` in the folder of notices. Nothing in it is invented by the program: what the file does not say
is missing from a notice, and a platform that wants it gets none.
"""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import ClassVar, Final

from pydantic import ConfigDict, TypeAdapter, ValidationError

from pipeline.errors import PhotoRefusedError, SettingsError
from pipeline.files import read_inside
from pipeline.notices.notice import Authorisation, Certificate, Declarations, Party, Purchase

TEAM_FILE: Final = "team.toml"
MAX_DOCUMENT: Final = 32 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Team:
    """Who sends notices.

    Attributes
    ----------
    agent : Party or None
        Who acts for rights holders; None where they act themselves.
    authorisations : tuple of Authorisation
        At most one for each rights holder.
    declarations : Declarations
        What the signer declares with every notice, and the signer.
    certificates : tuple of Certificate
        Of registered rights.
    test_buys : tuple of Purchase
        Test purchases, by platform and listing.
    recipients : mapping
        Addresses for letters, by channel.
    """

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")

    agent: Party | None = None
    authorisations: tuple[Authorisation, ...] = ()
    declarations: Declarations = field(default_factory=Declarations)
    certificates: tuple[Certificate, ...] = ()
    test_buys: tuple[Purchase, ...] = ()
    recipients: Mapping[str, str] = field(default_factory=dict)

    def authorisation_of(self, rights_holder_id: str) -> Authorisation | None:
        """Return the authorisation to act for a rights holder, if there is one."""
        return next((a for a in self.authorisations if a.rights_holder_id == rights_holder_id), None)

    def certificate_of(self, rights_holder_id: str, asset_id: str) -> Certificate | None:
        """Return the certificate of a right, if there is one."""
        wanted = (rights_holder_id, asset_id)
        return next((c for c in self.certificates if (c.rights_holder_id, c.asset_id) == wanted), None)

    def test_buy_of(self, platform: str, listing_id: str) -> Purchase | None:
        """Return the newest test purchase of a listing, if there is one."""
        found = [t for t in self.test_buys if (t.platform, t.listing_id) == (platform, listing_id)]
        return max(found, key=lambda t: t.bought_on, default=None)


_TEAM: Final[TypeAdapter[Team]] = TypeAdapter(Team)


def load_team(folder: Path | None) -> Team:
    """Read `team.toml`, and the digests of the documents that it names.

    Parameters
    ----------
    folder : Path or None
        Folder of notices; without it or without the file there is no agent and nothing is declared.

    Raises
    ------
    SettingsError
        If the file cannot be read, or names a document that is not in the folder.
    """
    path = None if folder is None else folder / TEAM_FILE
    if folder is None or path is None or not path.exists():
        return Team()
    try:
        team = _TEAM.validate_python(tomllib.loads(path.read_text("utf-8")))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SettingsError(f"{path}: cannot be read: {error}, expected a TOML file") from error
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise SettingsError(f"{path}: {place}: {first['msg']}, got {first['input']!r}") from error
    return replace(
        team,
        authorisations=tuple(replace(a, sha256=_digest(folder, a.document)) for a in team.authorisations),
        certificates=tuple(replace(c, sha256=_digest(folder, c.document)) for c in team.certificates),
        test_buys=tuple(replace(t, sha256=t.report and _digest(folder, t.report)) for t in team.test_buys),
    )


def read_document(folder: Path, name: str) -> bytes:
    """Read a document that `team.toml` names, from inside its folder only.

    Raises
    ------
    SettingsError
        If it is not there, or cannot be read.
    """
    try:
        return read_inside(folder, name, limit=MAX_DOCUMENT)
    except PhotoRefusedError as error:
        raise SettingsError(f"{folder / TEAM_FILE}: {error}") from error


def _digest(folder: Path, name: str) -> str:
    return hashlib.sha256(read_document(folder, name)).hexdigest()
