"""Making receipts."""

from __future__ import annotations

from pipeline.errors import LogError
from pipeline.log.folder import LogFolder
from pipeline.verify.merkle import inclusion_proof
from pipeline.verify.notes import Checkpoint
from pipeline.verify.receipts import Receipt


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
