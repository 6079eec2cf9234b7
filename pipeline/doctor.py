"""Whether this installation can work: versions, settings, store, lake, and that nothing calls out."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Final

from packaging.specifiers import SpecifierSet

from pipeline.engine import check_dask_address
from pipeline.errors import CounterfoilError
from pipeline.log.folder import LogFolder
from pipeline.log.keys import load_keys
from pipeline.notices.channels import load_channels
from pipeline.notices.explain import load_sentences
from pipeline.notices.team import load_team
from pipeline.paper import missing_fonts
from pipeline.settings import SILENT, Settings, lake_folder
from pipeline.store.database import hide_password, open_store
from pipeline.verify.notes import open_checkpoint

VERSIONS: Final = (
    ("prefect", "==3.8.8", "later ones cannot be installed beside certifi yet"),
    ("fastapi", "<0.151", "Prefect 3.8.8 dies at import with later ones"),
    ("sqlalchemy", ">=2.0,<2.1", "with 2.1 Prefect's schedules never fire"),
)
"""Packages that break something when they are newer, what is expected of them, and why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that was examined."""

    good: bool
    text: str


def examine(settings: Settings, environment: Mapping[str, str]) -> tuple[Finding, ...]:
    """Examine an installation.

    Parameters
    ----------
    settings : Settings
        As read; that they could be read is a finding itself.
    environment : mapping
        As it is when Prefect is imported.

    Returns
    -------
    tuple of Finding
        In a fixed order.
    """
    found = [_version(*expected) for expected in VERSIONS]
    found.append(Finding(good=True, text="settings: every one is known and in range"))
    found += [
        _store(settings),
        _lake(lake_folder(settings)),
        _log(settings),
        _notices(settings),
        _fonts(),
        *_engine(settings),
    ]
    found += [_switch(name, value, environment.get(name)) for name, value in SILENT.items()]
    return tuple(found)


def _version(package: str, expected: str, why: str) -> Finding:
    try:
        installed = version(package)
    except PackageNotFoundError:
        return Finding(good=False, text=f"{package}: not installed, expected {expected}")
    good = SpecifierSet(expected).contains(installed)
    return Finding(good=good, text=f"{package}: {installed}" + ("" if good else f", expected {expected}: {why}"))


def _notices(settings: Settings) -> Finding:
    folder = Path(settings.notices) if settings.notices else None
    try:
        channels = list(load_channels(folder and folder / "channels"))
        load_team(folder)
        load_sentences(folder)
    except CounterfoilError as error:
        return Finding(good=False, text=" ".join(str(error).split()))
    return Finding(good=True, text=f"notices: {len(channels)} channels can be read")


def _fonts() -> Finding:
    missing = missing_fonts()
    said = f"not installed: {', '.join(missing)}; their letters are printed as code points" if missing else "all there"
    return Finding(good=True, text=f"fonts of printed pages: {said}")


def _store(settings: Settings) -> Finding:
    shown = hide_password(settings.store)
    try:
        open_store(settings.store).close()
    except CounterfoilError as error:
        return Finding(good=False, text=" ".join(str(error).split()))
    return Finding(good=True, text=f"store: {shown} is open and its schema up to date")


def _lake(folder: Path) -> Finding:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return Finding(good=True, text=f"lake: {folder} can be written to")
    except OSError as error:
        return Finding(good=False, text=f"lake: {folder}: {error.strerror}, expected a folder that can be written to")


def _log(settings: Settings) -> Finding:
    if not Path(settings.keys).exists():
        return Finding(good=True, text="log: there is none; `counterfoil log init` makes the keys of one")
    try:
        keys = load_keys(Path(settings.keys))
        note = LogFolder(Path(settings.log)).note()
        size = open_checkpoint(note, keys.verifier).size if note else 0
    except CounterfoilError as error:
        return Finding(good=False, text=" ".join(f"log: {error}".split()))
    return Finding(good=True, text=f"log: {keys.verifier.name}, {size} entries published in {settings.log}")


def _engine(settings: Settings) -> Iterator[Finding]:
    if settings.engine == "dask":
        try:
            check_dask_address(settings.dask_address, allow_plain=settings.dask_allow_plain)
        except CounterfoilError as error:
            yield Finding(good=False, text=str(error))
        else:
            yield Finding(good=True, text=f"engine: dask at {settings.dask_address}")
    else:
        yield Finding(good=True, text="engine: local")


def _switch(name: str, expected: str, got: str | None) -> Finding:
    good = (got or "").lower() == expected
    return Finding(good=good, text=f"{name}={got}" + ("" if good else f", expected {expected}: something may call out"))
