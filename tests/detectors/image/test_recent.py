"""A photo seen before is not looked at again, within bounds."""

from __future__ import annotations

from dataclasses import replace

from detectors.image import describe
from detectors.image.recent import Recent
from pipeline.photos import PhotoDescription
from tests.detectors.image.pictures import encoded, scene

PHOTO = describe(encoded(scene(0)))


class Counted:
    """Work that counts how often it is done."""

    def __init__(self) -> None:
        self.done: list[str] = []

    def __call__(self, photo: PhotoDescription) -> str:
        self.done.append(photo.digest)
        return f"seen {photo.digest}"


def test_a_photo_is_looked_at_once_whatever_listing_shows_it() -> None:
    work = Counted()
    recent = Recent(work)

    again = [recent(replace(PHOTO, digest=digest)) for digest in "aabab"]

    assert again == ["seen a", "seen a", "seen b", "seen a", "seen b"]
    assert work.done == ["a", "b"]


def test_the_oldest_is_forgotten_first() -> None:
    work = Counted()
    recent = Recent(work, most=2)

    for digest in "abcba":
        recent(replace(PHOTO, digest=digest))

    assert work.done == ["a", "b", "c", "a"]


def test_photos_without_a_digest_are_not_taken_for_one_another() -> None:
    work = Counted()
    recent = Recent(work)

    recent(replace(PHOTO, digest=""))
    recent(replace(PHOTO, digest=""))

    assert work.done == ["", ""]
