"""Making receipts."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from pipeline.errors import LogError
from pipeline.log.feed import RECEIPTED
from pipeline.log.folder import LogFolder
from pipeline.verify.merkle import inclusion_proof
from pipeline.verify.notes import Checkpoint
from pipeline.verify.receipts import Receipt

_ID = re.compile(r"[0-9a-f]{32}")


def receipt_of(folder: LogFolder, number: int) -> Receipt:
    """Return a receipt for an entry, with the entry in it.

    Raises
    ------
    LogError
        If nothing was published since the entry was added.
    """
    note = folder.note()
    size = Checkpoint.parse(note.text).size if note else 0
    if note is None or number >= size:
        raise LogError(f"{folder.path}: entry {number} is not published yet; `counterfoil log publish` does that")
    proof = inclusion_proof(number, size, folder.hashes(size))
    entry = next(folder.entries(number, size))
    return Receipt(index=number, proof=tuple(proof), checkpoint=note, extra=entry)


def all_receipts(folder: LogFolder) -> Iterator[tuple[str, Receipt]]:
    """Yield a receipt for every notice and decision in the published log, with the id of its event."""
    note = folder.note()
    if note is None:
        return
    size = Checkpoint.parse(note.text).size
    hashes = folder.hashes(size)
    for number, entry in enumerate(folder.entries(0, size)):
        document = json.loads(entry)
        if document.get("type") == "event" and document.get("kind") in RECEIPTED and _ID.fullmatch(document["id"]):
            proof = inclusion_proof(number, size, hashes)
            yield document["id"], Receipt(index=number, proof=tuple(proof), checkpoint=note, extra=entry)
