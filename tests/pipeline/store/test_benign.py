"""Benign photos in the store."""

from dataclasses import replace
from datetime import UTC, datetime

from pipeline.photos import BenignPhoto
from pipeline.store.benign import add_benign, read_benign, remove_benign
from pipeline.store.database import Store

BANNER = BenignPhoto(
    rights_holder_id="quill",
    photo="ab" * 32,
    describer="photo-1",
    whole="0f" * 32,
    reason="a shipping banner\x00",
    added_at=datetime(2026, 11, 21, 9, tzinfo=UTC),
)


def test_a_photo_confirmed_twice_stands_once_with_the_newer_reason(store: Store) -> None:
    newer = replace(BANNER, reason="a size chart")
    for photo in (BANNER, replace(BANNER, rights_holder_id="other"), newer):
        with store.write() as connection:
            add_benign(connection, photo)

    with store.read() as connection:
        assert read_benign(connection) == (replace(BANNER, rights_holder_id="other"), newer)


def test_a_photo_taken_out_binds_nobody_and_leaves_the_others(store: Store) -> None:
    with store.write() as connection:
        add_benign(connection, BANNER)
        add_benign(connection, replace(BANNER, photo="cd" * 32))
        assert remove_benign(connection, "quill", BANNER.photo)
        assert not remove_benign(connection, "other", BANNER.photo)

    with store.read() as connection:
        assert [found.photo for found in read_benign(connection)] == ["cd" * 32]
