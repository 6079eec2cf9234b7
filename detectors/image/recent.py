"""What was worked out for the photos seen last: sellers reuse one another's photos, and each is looked at once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

from pipeline.photos import PhotoDescription

T = TypeVar("T")
MOST = 20_000
"""A photo that shows nothing costs some hundred bytes."""


class Recent(Generic[T]):
    """Work on photos whose results are kept by the photo's digest.

    Parameters
    ----------
    work : callable
        From a photo to a result that depends on nothing else.
    most : int
        So many results are kept; the oldest is forgotten first.
    """

    def __init__(self, work: Callable[[PhotoDescription], T], *, most: int = MOST) -> None:
        self.most = most
        self._work = work
        self._kept: dict[str, T] = {}

    def __call__(self, photo: PhotoDescription) -> T:
        """Return the result for a photo; one without a digest is looked at each time."""
        if photo.digest in self._kept:
            return self._kept[photo.digest]
        result = self._work(photo)
        if photo.digest:
            if len(self._kept) >= self.most:
                del self._kept[next(iter(self._kept))]
            self._kept[photo.digest] = result
        return result
