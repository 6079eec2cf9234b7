"""Benign photos: what a person has confirmed to show nothing of a rights holder's, whatever a detector sees in it."""

from __future__ import annotations

from dataclasses import asdict

from sqlalchemy import Connection, delete, select

from pipeline.photos import BenignPhoto
from pipeline.store.ledger import upsert
from pipeline.store.schema import benign_photos


def add_benign(connection: Connection, found: BenignPhoto) -> None:
    """Enter a photo; entered again, it gets the newer reason."""
    row = asdict(found)
    keys = ["rights_holder_id", "photo"]
    newer = {name: value for name, value in row.items() if name not in keys}
    connection.execute(upsert(connection, benign_photos).on_conflict_do_update(index_elements=keys, set_=newer), [row])


def remove_benign(connection: Connection, rights_holder_id: str, photo: str) -> bool:
    """Take a photo out again; return whether it was there."""
    columns = benign_photos.c
    mine = columns.rights_holder_id == rights_holder_id, columns.photo == photo
    return bool(connection.execute(delete(benign_photos).where(*mine)).rowcount)


def read_benign(connection: Connection) -> tuple[BenignPhoto, ...]:
    """Return every benign photo, by rights holder and digest."""
    query = select(benign_photos).order_by(benign_photos.c.rights_holder_id, benign_photos.c.photo)
    return tuple(BenignPhoto(**row) for row in connection.execute(query).mappings())
