"""Reading a folder that a stranger made: nothing outside it, no links, nothing without bounds."""

from __future__ import annotations

import hashlib
import io
import os
import stat
from pathlib import Path
from typing import Final

from pipeline.errors import BundleError, InputError

MAX_FILES: Final = 200_000
MAX_FILE_BYTES: Final = 1024**3
"""A frame of seven million listings fits in."""
_CHUNK: Final = 1024 * 1024


class BundleFiles:
    """The files of a bundle.

    Parameters
    ----------
    folder : Path
        Holds them.

    Raises
    ------
    InputError
        If there is no such folder.
    BundleError
        If it holds a link, a device or anything else that is no regular file, or too many files.
    """

    def __init__(self, folder: Path) -> None:
        if not folder.is_dir():
            raise InputError(f"{folder}: not a folder, expected a bundle")
        self._folder = folder
        self.names = frozenset(self._list())

    def _list(self) -> list[str]:
        names: list[str] = []
        for place, folders, files in os.walk(self._folder):
            for name in (*folders, *files):
                path = Path(place, name)
                shown = path.relative_to(self._folder).as_posix()
                mode = path.lstat().st_mode
                if not stat.S_ISREG(mode) and not stat.S_ISDIR(mode):
                    raise BundleError(shown, "not a regular file")
            names += [Path(place, name).relative_to(self._folder).as_posix() for name in files]
            if len(names) > MAX_FILES:
                raise BundleError(".", f"too many files, expected at most {MAX_FILES:,}")
        return names

    def read(self, name: str, limit: int = MAX_FILE_BYTES) -> bytes:
        """Return the bytes of a file.

        Raises
        ------
        BundleError
            If it is missing, cannot be read, or is longer than the limit.
        """
        with self._open(name) as file:
            data = file.read(limit + 1)
        if len(data) > limit:
            raise BundleError(name, f"too long, expected at most {limit:,} bytes")
        return data

    def text(self, name: str) -> str:
        """Return a file that must be UTF-8."""
        try:
            return self.read(name).decode()
        except UnicodeDecodeError as error:
            raise BundleError(name, "not UTF-8") from error

    def digest(self, name: str) -> str:
        """Return the SHA-256 of a file, in hexadecimal."""
        digest = hashlib.sha256()
        with self._open(name) as file:
            while chunk := file.read(_CHUNK):
                digest.update(chunk)
        return digest.hexdigest()

    def _open(self, name: str) -> io.BufferedReader:
        if name not in self.names:
            raise BundleError(name, "missing")
        try:
            return (self._folder / name).open("rb")
        except OSError as error:
            raise BundleError(name, f"cannot be read: {error.strerror}") from error
