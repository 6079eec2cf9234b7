"""Packages that hold pictures, fetched by the ordinary clients of their registries."""

from __future__ import annotations

import shutil
import subprocess
import tarfile
from pathlib import Path

from pipeline.errors import InputError


def npm_package(package: str, folder: Path) -> Path:
    """Fetch a package of npm and return the folder with its files.

    Raises
    ------
    InputError
        If npm is not installed or does not give the package.
    """
    home = folder / package.replace("/", "-")
    if not home.exists():
        parts = _fresh(home)
        _run("npm", "pack", "--silent", package, cwd=parts)
        with tarfile.open(next(parts.glob("*.tgz"))) as archive:
            archive.extractall(parts, filter="data")
        parts.rename(home)
    return home / "package"


def debian_package(package: str, folder: Path) -> Path:
    """Fetch a package of Debian and return the folder with its files.

    Raises
    ------
    InputError
        If apt-get and dpkg-deb are not installed or do not give the package.
    """
    home = folder / package
    if not home.exists():
        parts = _fresh(home)
        _run("apt-get", "download", "--quiet", package, cwd=parts)
        _run("dpkg-deb", "-x", str(next(parts.glob("*.deb"))), "files", cwd=parts)
        parts.rename(home)
    return home / "files"


def _fresh(home: Path) -> Path:
    """Return an empty folder to work in; what an interrupted run left there is removed."""
    parts = home.with_name(f"{home.name}.part")
    shutil.rmtree(parts, ignore_errors=True)
    parts.mkdir(parents=True)
    return parts.resolve()


def _run(program: str, *arguments: str, cwd: Path) -> None:
    if shutil.which(program) is None:
        raise InputError(f"{program}: is not installed, got no such program, expected it to fetch {arguments[-1]}")
    done = subprocess.run([program, *arguments], cwd=cwd, capture_output=True, text=True, check=False)
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["nothing on stderr"])[-1]
        raise InputError(f"{program} {arguments[-1]}: failed with exit status {done.returncode}: {last[:200]}")
