"""The files of a snapshot, found and named by their digests."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pipeline.errors import InputError

FORMATS: Final = (".jsonl", ".jsonl.gz", ".jsonl.zst", ".csv", ".parquet")


@dataclass(frozen=True, slots=True, kw_only=True)
class InputFile:
    """One file of listings.

    Attributes
    ----------
    path : Path
        As given or found.
    folder : Path
        Where the images lie that it names.
    format : str
        One of `FORMATS`.
    digest : str
        SHA-256 of the file's bytes.
    size : int
        Bytes.
    """

    path: Path
    folder: Path
    format: str
    digest: str
    size: int


def find_inputs(paths: Sequence[Path]) -> tuple[InputFile, ...]:
    """Find the files of listings among files and folders.

    Parameters
    ----------
    paths : sequence of Path
        Files, and folders that hold them directly or, if there are none, in sub-folders one level down. In a folder
        they are taken in the order of their names; hidden ones are passed over.

    Returns
    -------
    tuple of InputFile
        In the order given, each file once.

    Raises
    ------
    InputError
        If a path does not exist, cannot be read, has no known format, or a folder holds no listings.
    """
    found: dict[Path, Path] = {}
    for path in paths:
        for file in _files_of(path):
            found.setdefault(file.resolve(), file)
    return tuple(_input_file(file) for file in found.values())


def _files_of(path: Path) -> list[Path]:
    try:
        if path.is_dir():
            return _files_in(path) or _files_below(path)
        if not path.exists():
            raise InputError(f"{path}: got nothing, expected a snapshot file or folder")
        if not path.is_file() or not _format_of(path):
            raise InputError(f"{path}: got no known format, expected a file ending in {', '.join(FORMATS)}")
    except (OSError, ValueError) as error:
        raise InputError(f"{path}: cannot be read ({error}), expected a snapshot file or folder") from error
    return [path]


def _files_in(folder: Path) -> list[Path]:
    entries = sorted(folder.iterdir(), key=lambda entry: entry.name)
    return [entry for entry in entries if not entry.name.startswith(".") and _format_of(entry) and entry.is_file()]


def _files_below(folder: Path) -> list[Path]:
    children = sorted(folder.iterdir(), key=lambda entry: entry.name)
    files = [file for child in children if child.is_dir() for file in _files_in(child)]
    if not files:
        raise InputError(f"{folder}: got a folder without listings, expected files ending in {', '.join(FORMATS)}")
    return files


def _format_of(path: Path) -> str | None:
    return next((ending for ending in FORMATS if path.name.lower().endswith(ending)), None)


def _input_file(path: Path) -> InputFile:
    digest, size = hashlib.sha256(), 0
    try:
        for chunk in _chunks(path):
            digest.update(chunk)
            size += len(chunk)
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror}), expected a readable file") from error
    return InputFile(path=path, folder=path.parent, format=_format_of(path) or "", digest=digest.hexdigest(), size=size)


def _chunks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while chunk := file.read(1 << 20):
            yield chunk
