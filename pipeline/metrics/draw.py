"""The draw of an audit: anyone who has the frame and the seed draws the same sample."""

from __future__ import annotations

import hashlib
import heapq
from collections.abc import Iterable, Mapping, Sequence

LABELS_BELOW = (7, 10)
"""Seven of ten labels go where the program sees nothing: an honest upper limit costs most there."""
CLASS_LABELS = 1_200
"""From so many labels for each size of rights holder the strata are split by it."""
FLAGGED, REST = "flagged", "rest"
"""Above and below the band: listings that a scan flagged with medium or high score, and all others."""


def seed_of(root: bytes, randomness: bytes, nonces: Sequence[bytes]) -> str:
    """Return the seed of a draw that nobody could foresee when the frame was committed.

    Parameters
    ----------
    root : bytes
        Root of the log at a checkpoint that covers the entry of the frame.
    randomness : bytes
        Of the drand round that the frame's entry names; empty where none is used.
    nonces : sequence of bytes
        Revealed by trade bodies that committed to them beforehand, in the order of their names.

    Returns
    -------
    str
        SHA-256 of all three, one after the other, in hexadecimal.
    """
    return hashlib.sha256(b"".join((root, randomness, *nonces))).hexdigest()


def ticket(seed: str, item: str) -> str:
    """Return the ticket of an item: the decimal digits of a SHA-256, last digit first.

    Notes
    -----
    The rule of Rivest's `consistent_sampler`: tickets are compared as texts, the smallest are drawn.

    References
    ----------
    .. [1] R. L. Rivest, "Consistent sampling with replacement", arXiv:1808.10016, 2018.
    """
    return _ticket(hashlib.sha256(seed.encode()).hexdigest(), item)


def draw(seed: str, items: Iterable[str], count: int) -> list[tuple[str, str]]:
    """Return the sample of one stratum: the items with the smallest tickets.

    Parameters
    ----------
    seed : str
        See `seed_of`.
    items : iterable of str
        Commitments of the stratum's listings, in any order.
    count : int
        How many are wanted.

    Returns
    -------
    list of (str, str)
        Ticket and item, smallest ticket first.
    """
    seed_digest = hashlib.sha256(seed.encode()).hexdigest()
    return heapq.nsmallest(count, ((_ticket(seed_digest, item), item) for item in items))


def splits_by_size(sizes: Mapping[str, int], labels: int) -> bool:
    """Whether there are labels enough to give each size of rights holder its own strata.

    Parameters
    ----------
    sizes : mapping
        Listings by size of their rights holder.
    labels : int
        Budget of the audit.
    """
    present = [size for size, listings in sizes.items() if listings]
    return len(present) > 1 and labels >= CLASS_LABELS * len(present)


def allocate(strata: Mapping[str, int], labels: int) -> dict[str, int]:
    """Share out labels over strata.

    Parameters
    ----------
    strata : mapping
        Listings by stratum, named `flagged` and `rest`, or `size/flagged` and `size/rest`.
    labels : int
        Budget of the audit.

    Returns
    -------
    dict
        Labels by stratum: the same for each class, seven of ten below the band; what a stratum has no listings
        for goes to the other of its class.

    Examples
    --------
    >>> allocate({"flagged": 5_000, "rest": 95_000}, 600)
    {'flagged': 180, 'rest': 420}
    >>> allocate({"flagged": 20, "rest": 95_000}, 600)
    {'flagged': 20, 'rest': 580}
    """
    classes = sorted({name.rpartition("/")[0] for name in strata})
    shared: dict[str, int] = {}
    for number, size in enumerate(classes):
        budget = labels * (number + 1) // len(classes) - labels * number // len(classes)
        prefix = f"{size}/" if size else ""
        flagged, rest = strata.get(prefix + FLAGGED, 0), strata.get(prefix + REST, 0)
        below = min(rest, budget * LABELS_BELOW[0] // LABELS_BELOW[1])
        above = min(flagged, budget - below)
        shared[prefix + FLAGGED] = above
        shared[prefix + REST] = min(rest, budget - above)
    return {name: shared[name] for name in strata}


def _ticket(seed_digest: str, item: str) -> str:
    number = int(hashlib.sha256((seed_digest + item).encode()).hexdigest(), 16)
    return "0." + f"{number:064d}"[::-1]
