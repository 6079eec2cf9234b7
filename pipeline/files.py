"""Files named by outside data: read from inside one folder, whatever the name tries."""

from __future__ import annotations

import errno
import os
import re
import stat
from pathlib import Path
from typing import Final

from pipeline.errors import PhotoRefusedError

MAX_IMAGE_BYTES: Final = 32 * 1024 * 1024
MAX_NAME: Final = 2_000
"""Characters in a name; longer ones name no file."""

_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


def read_inside(folder: Path, name: str, *, limit: int = MAX_IMAGE_BYTES) -> bytes:
    r"""Read a file that must lie inside a folder.

    Parameters
    ----------
    folder : Path
        The only folder that may be read from.
    name : str
        Relative path with "/" between its parts, as given by outside data.
    limit : int
        Largest file accepted, in bytes.

    Returns
    -------
    bytes
        The whole file, at least one byte.

    Raises
    ------
    PhotoRefusedError
        If the name is absolute, a URL, has "..", "\\" or control characters, leads out of the folder through a link,
        or is no regular file of 1 to `limit` bytes.

    Notes
    -----
    The path is walked part by part without following any link. Where there is one, links are followed, the place that
    they lead to is judged, and that is walked. Files are opened without waiting, so that neither a pipe nor a device
    can hold up or feed a scan.
    """
    expected = "the path of a regular file inside the folder"
    problem = _problem_of_name(name)
    if problem:
        raise PhotoRefusedError(problem, got=name, expected=expected)
    try:
        data = _read_without_links(folder, name, limit) or _read_through_links(folder, name, limit)
    except (OSError, ValueError, RuntimeError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else "not a usable path"
        raise PhotoRefusedError(reason, got=name, expected=expected) from error
    if data is None:
        raise PhotoRefusedError("not a regular file", got=name, expected=expected)
    if not data:
        raise PhotoRefusedError("the file is empty", got=name, expected="an image")
    if len(data) > limit:
        raise PhotoRefusedError("the file is too large", got=name, expected=f"at most {limit:,} bytes")
    return data


def _problem_of_name(name: str) -> str | None:
    if not name or len(name) > MAX_NAME:
        return "not a usable path"
    if _CONTROL.search(name):
        return "control characters in the path"
    if _SCHEME.match(name):
        return "a URL or drive, not a path"
    if name.startswith("/") or "\\" in name:
        return "the path is absolute or has a backslash"
    return "the path has a '..'" if ".." in name.split("/") else None


def _read_through_links(folder: Path, name: str, limit: int) -> bytes | None:
    root = folder.resolve(strict=True)
    path = (root / name).resolve(strict=True)
    if not path.is_relative_to(root):
        raise PhotoRefusedError("the path leads out of the folder", got=name, expected="a path inside the folder")
    return _read_without_links(root, path.relative_to(root).as_posix(), limit)


def _read_without_links(folder: Path, name: str, limit: int) -> bytes | None:
    """Read at most one byte more than the limit; None if there is a link on the way or this is no regular file."""
    *folders, last = (part for part in name.split("/") if part not in {"", "."})
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        for part in folders:
            inner = os.open(part, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=descriptor)
            os.close(descriptor)
            descriptor = inner
        file = os.open(last, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=descriptor)
    except OSError as error:
        if error.errno in {errno.ELOOP, errno.ENOTDIR}:
            return None
        raise
    finally:
        os.close(descriptor)
    with os.fdopen(file, "rb") as opened:
        status = os.fstat(file)
        return opened.read(min(status.st_size, limit) + 1) if stat.S_ISREG(status.st_mode) else None
