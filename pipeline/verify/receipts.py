"""Receipts: that an entry stands in a log, checkable offline.

References
----------
.. [1] C2SP, tlog-proof, https://c2sp.org/tlog-proof
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, Self

from pipeline.errors import ProofError
from pipeline.verify.base64s import decode, encode
from pipeline.verify.merkle import HASH_BYTES, check_inclusion, leaf_hash
from pipeline.verify.notes import Checkpoint, Note, VerifierKey, open_checkpoint

_FIRST_LINE: Final = "c2sp.org/tlog-proof@v1"
_INDEX: Final = re.compile(r"index (0|[1-9][0-9]{0,18})")
MAX_PROOF_LINES: Final = 63


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """A `.tlog-proof` file.

    Attributes
    ----------
    index : int
        Of the entry, from 0.
    proof : tuple of bytes
        Hashes that lead from the entry to the root.
    checkpoint : Note
        Signed by the log and its witnesses.
    extra : bytes
        The entry itself, so that one file is enough; empty where it comes with another file. It is proved, not trusted:
        its hash must lead to the root.
    """

    index: int
    proof: tuple[bytes, ...]
    checkpoint: Note
    extra: bytes = b""

    def encode(self) -> bytes:
        """Write the file."""
        extra = [f"extra {encode(self.extra)}"] if self.extra else []
        lines = [_FIRST_LINE, *extra, f"index {self.index}", *map(encode, self.proof), "", ""]
        return "\n".join(lines).encode() + self.checkpoint.encode()

    @classmethod
    def parse(cls, data: bytes) -> Self:
        """Read the file.

        Raises
        ------
        ProofError
            If it is none.
        """
        head, blank, note = data.partition(b"\n\n")
        try:
            first, *lines = head.decode("ascii").split("\n")
        except UnicodeDecodeError:
            first, lines = "", []
        if not blank or first != _FIRST_LINE:
            raise ProofError(f"not a receipt, expected {_FIRST_LINE} in the first line")
        extra = decode(lines.pop(0).removeprefix("extra ")) if lines and lines[0].startswith("extra ") else b""
        index = _INDEX.fullmatch(lines[0]) if lines else None
        if index is None or len(lines) > MAX_PROOF_LINES + 1:
            raise ProofError("not a receipt, expected an index and at most 63 hashes")
        proof = tuple(decode(line) for line in lines[1:])
        if any(len(part) != HASH_BYTES for part in proof):
            raise ProofError("not a receipt, expected hashes of 32 bytes")
        return cls(index=int(index[1]), proof=proof, checkpoint=Note.parse(note), extra=extra)

    def check(self, entry: bytes, key: VerifierKey) -> Checkpoint:
        """Check that an entry stands in the log that a key belongs to.

        Returns
        -------
        Checkpoint
            That the log signed.

        Raises
        ------
        ProofError
            If it does not, or the log has not signed it.
        """
        checkpoint = open_checkpoint(self.checkpoint, key)
        self.check_leaf(entry, checkpoint)
        return checkpoint

    def check_leaf(self, entry: bytes, checkpoint: Checkpoint) -> None:
        """Check that an entry stands in the tree of a checkpoint whose signatures were checked.

        Raises
        ------
        ProofError
            If it does not.
        """
        check_inclusion(self.index, checkpoint.size, leaf_hash(entry), checkpoint.root, self.proof)
