"""The bytes of a listing's photo, from inside the snapshot's folder only."""

from __future__ import annotations

import hashlib
from pathlib import Path
from urllib.parse import unquote, urlsplit

from pipeline.errors import PhotoRefusedError
from pipeline.files import read_inside
from pipeline.records import ImageName


def read_photo(folder: Path, image: ImageName) -> bytes:
    """Read the file that a listing names as its image.

    Parameters
    ----------
    folder : Path
        Folder of the snapshot.
    image : ImageName
        As the listing names it: a relative path, or a `file:` URL that leads into the folder.

    Returns
    -------
    bytes
        The file as it is, at most 32 MB; nothing is decoded.

    Raises
    ------
    PhotoRefusedError
        If it lies elsewhere, is remote, is not a regular file, is empty or too large, or does not have the digest
        given. `got` is the name as the listing gives it.
    """
    try:
        data = read_inside(folder, _relative_name(folder, image.name))
    except PhotoRefusedError as error:
        raise PhotoRefusedError(error.reason, got=image.name, expected=error.expected) from error
    if image.sha256 is not None and (digest := hashlib.sha256(data).hexdigest()) != image.sha256:
        raise PhotoRefusedError(f"the file's SHA-256 is {digest}", got=image.name, expected=f"SHA-256 {image.sha256}")
    return data


def _relative_name(folder: Path, name: str) -> str:
    """Return the path below the folder that a name stands for; names without a known scheme are left as they are."""
    scheme = name.partition(":")[0].lower()
    if scheme in {"http", "https", "s3"}:
        raise PhotoRefusedError("remote images are not fetched", got=name, expected="an image in the snapshot's folder")
    if scheme != "file":
        return name
    try:
        url = urlsplit(name)
        path = Path(unquote(url.path, errors="strict"))
        if url.netloc in {"", "localhost"} and ".." not in path.parts:
            return path.relative_to(folder.resolve()).as_posix()
    except (ValueError, OSError):
        pass
    raise PhotoRefusedError("a file outside the snapshot's folder", got=name, expected="an image inside it")
