"""Benign photos: what a person has confirmed to show nothing of a rights holder's, whatever a detector sees in it."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, select

from pipeline.store.ledger import upsert
from pipeline.store.schema import benign_photos


@dataclass(frozen=True, slots=True, kw_only=True)
class BenignPhoto:
    """A photo that proves nothing against its seller.

    Attributes
    ----------
    rights_holder_id : str
        Whose assets it does not show; one holder's word does not bind another.
    photo : str
        SHA-256 of the file's bytes.
    describer, whole : str
        The 256-bit hash of the whole photo in hexadecimal, and the version of the describer that made it.
    reason : str
        What it is, in a person's words.
    added_at : datetime
        When it was confirmed.
    """

    rights_holder_id: str
    photo: str
    describer: str
    whole: str
    reason: str
    added_at: datetime


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
