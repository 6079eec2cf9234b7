"""Writing so that what was acknowledged is there after a loss of power."""

from __future__ import annotations

import os
import shutil
from pathlib import Path


class Disk:
    """The few ways in which the log changes files; tests put a failing one in its place."""

    def __init__(self) -> None:
        self._unsynced: set[Path] = set()

    def append(self, path: Path, data: bytes) -> None:
        """Add bytes to the end of a file that exists, and wait until they are kept."""
        with path.open("ab") as file:
            self._write(file.fileno(), data)
            self._flush(file.fileno())

    def cut(self, path: Path, size: int) -> None:
        """Shorten a file, and wait until that is kept."""
        with path.open("r+b") as file:
            file.truncate(size)
            self._flush(file.fileno())

    def replace(self, path: Path, data: bytes, *, mode: int = 0o644) -> None:
        """Put a file in place as a whole: after a crash there is the old one or the new one, never a part."""
        temporary = path.with_name(f".{path.name}.new")
        temporary.unlink(missing_ok=True)
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
        try:
            self._write(descriptor, data)
            self._flush(descriptor)
        finally:
            os.close(descriptor)
        self._rename(temporary, path)
        self._sync(path.parent)

    def make_folder(self, folder: Path) -> None:
        """Make a folder and those above it, and wait until they are kept."""
        missing = [parent for parent in (folder, *folder.parents) if not parent.exists()]
        folder.mkdir(parents=True, exist_ok=True)
        for made in missing:
            self._sync(made.parent)

    def keep_folder(self, folder: Path) -> None:
        """Wait until a folder and the names in it are kept."""
        self._sync(folder)
        self._sync(folder.parent)

    def write(self, path: Path, data: bytes) -> None:
        """Write a file that nothing refers to yet; it is kept after the next `barrier`."""
        self.make_folder(path.parent)
        self._unsynced.add(path)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
        try:
            self._write(descriptor, data)
        finally:
            os.close(descriptor)

    def barrier(self) -> None:
        """Wait until every file that was written is kept."""
        for path in sorted(self._unsynced):
            self._sync(path)
        for folder in sorted({path.parent for path in self._unsynced}):
            self._sync(folder)
        self._unsynced.clear()

    def move(self, old: Path, new: Path) -> None:
        """Give a file or folder another place, where there is nothing or an empty folder, and wait until it is kept."""
        self._rename(old, new)
        self._sync(new.parent)

    def remove(self, folder: Path) -> None:
        """Remove a folder that nothing needs any more; whether that outlasts a crash does not matter."""
        shutil.rmtree(folder, ignore_errors=True)

    def _write(self, descriptor: int, data: bytes) -> None:
        view = memoryview(data)
        while view:
            view = view[os.write(descriptor, view) :]

    def _rename(self, old: Path, new: Path) -> None:
        old.replace(new)

    def _sync(self, path: Path) -> None:
        descriptor = os.open(path, os.O_RDONLY)
        try:
            self._flush(descriptor)
        finally:
            os.close(descriptor)

    def _flush(self, descriptor: int) -> None:
        os.fsync(descriptor)
