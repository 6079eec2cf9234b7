"""What notices are made with, as the settings describe it: for commands and for the review app alike."""

from __future__ import annotations

import platform
import time
from datetime import datetime
from importlib.metadata import version
from pathlib import Path

from pipeline.errors import SettingsError
from pipeline.notices.channels import load_channels
from pipeline.notices.explain import load_sentences
from pipeline.notices.team import load_team
from pipeline.settings import Settings
from pipeline.stages.export import Scribe
from pipeline.stages.prepare import Stationery
from pipeline.store.originals import Originals
from pipeline.transports.authority import Authority, read_roots
from pipeline.transports.web import Web


def stationery_of(settings: Settings) -> Stationery:
    """Read what notices are made with: channels, the team and sentences, from the user's folder and as they ship.

    Raises
    ------
    SettingsError
        If the folder of notices is not there, or a file in it cannot be used.
    """
    folder = Path(settings.notices) if settings.notices else None
    if folder is not None and not folder.is_dir():
        raise SettingsError(f"notices: no such folder, got {settings.notices!r}, expected one with team.toml")
    return Stationery(
        channels=load_channels(folder and folder / "channels"),
        team=load_team(folder),
        sentences=load_sentences(folder),
        folder=folder,
    )


def scribe_of(settings: Settings, stationery: Stationery, originals: Originals, now: datetime) -> Scribe:
    """Return who writes an export: the team's signer, with the time-stamping authority where one is set.

    Raises
    ------
    SettingsError
        If the certificates of the authority cannot be read.
    """
    authority = None
    if settings.stamp_authority:
        roots = read_roots(Path(settings.stamp_roots))
        authority = Authority(settings.stamp_authority, roots, Web(time.sleep))
    return Scribe(
        now=now,
        originals=originals,
        operator=stationery.team.declarations.signer or "",
        tools={"counterfoil": version("counterfoil"), "python": platform.python_version(), "warcio": version("warcio")},
        authority=authority,
    )
