"""Keep: the bytes that people will decide on and show to others, among the originals."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Final

from pipeline.errors import PhotoRefusedError
from pipeline.records import ImageName
from pipeline.register import read_image
from pipeline.snapshots import read_photo
from pipeline.stages.plan import Scan
from pipeline.store.captures import Capture, ShownPhoto, record_register
from pipeline.store.originals import Originals

MOST_PHOTOS: Final = 40
"""Photos of one listing that are kept: more than any platform shows."""
WRITERS: Final = 8
"""Originals written at once: each waits for the disk, which flushes several in the time of one."""


def keep_register(scan: Scan, now: datetime) -> None:
    """Keep the register that is scanned for, with the bytes of its images."""
    originals = Originals.beside(scan.lake)
    missing = [name for name, digest in scan.register.image_digests.items() if not originals.has(digest)]
    with ThreadPoolExecutor(WRITERS) as writers:
        list(writers.map(lambda name: originals.keep(read_image(scan.register_folder, name)), missing))
    with scan.store.write() as connection:
        record_register(connection, scan.register, now)


@contextmanager
def keeping_photos(scan: Scan, found: Iterable[tuple[Capture, int]]) -> Iterator[None]:
    """Keep the photos of captures meanwhile: at the end all are kept.

    Parameters
    ----------
    scan : Scan
        One that recalls what was seen has no photos at hand.
    found : iterable of (Capture, int)
        With the number of the input file in which each was read. A photo whose file has changed or gone since it was
        taken in is passed over: the case says which it was.
    """
    folders = [file.folder for file in scan.inputs]
    shown = [(folders[n], photo) for capture, n in found for photo in capture.photos[:MOST_PHOTOS]] if folders else []
    with ThreadPoolExecutor(WRITERS) as writers:
        kept = writers.map(partial(_keep_photo, Originals.beside(scan.lake)), *zip(*shown, strict=True))
        yield
        list(kept)


def _keep_photo(originals: Originals, folder: Path, photo: ShownPhoto) -> None:
    if photo.digest is not None and not originals.has(photo.digest):
        with suppress(PhotoRefusedError):
            originals.keep(read_photo(folder, ImageName(name=photo.name, sha256=photo.digest)))
