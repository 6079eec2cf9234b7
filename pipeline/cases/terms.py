"""The terms by which a case is found: the words of its title and seller, its ids, its address."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterator
from typing import Final

from pipeline.cases.card import Card
from pipeline.records import ListingKey

LONGEST: Final = 40
"""Letters of a term; longer words are cut there."""
MOST: Final = 300
"""Terms that a case is found by."""
MOST_SOUGHT: Final = 12
"""Terms that are looked for at once; further ones are passed over."""

_UNSPACED: Final = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
)
"""Thai, Lao, Burmese, Khmer, Japanese and Chinese: scripts that do not part words by spaces."""
_RUNS: Final = re.compile(rf"[{_UNSPACED}]+|[^\W_{_UNSPACED}]+")
_UNSPACED_RUN: Final = re.compile(rf"[{_UNSPACED}]+")
_ADDRESS: Final = re.compile(r"https?://", re.IGNORECASE)


def terms_of(card: Card, key: ListingKey) -> tuple[str, ...]:
    """Return the terms by which a case is found, each once.

    Parameters
    ----------
    card : Card
        Title, name of the seller, address.
    key : ListingKey
        Ids of the listing and of the seller.

    Returns
    -------
    tuple of str
        Letters and digits only, without case. Runs of a script without spaces are cut into overlapping pairs.
    """
    texts = (key.listing_id, key.seller_id or "", card.seller_name or "", card.title)
    found = [_address_term(card.url), *(term for text in texts for term in _cut(text, single=True))]
    return tuple(dict.fromkeys(found))[:MOST]


def sought_terms(text: str) -> tuple[str, ...]:
    """Return the terms that somebody looks for: a case is found that has all of them.

    Examples
    --------
    >>> sought_terms("Vélo-Crème 手提包")
    ('velo', 'creme', '手提', '提包')
    """
    if _ADDRESS.match(text.strip()):
        return (_address_term(text),)
    return tuple(dict.fromkeys(_cut(text, single=False)))[:MOST_SOUGHT]


def _address_term(url: str) -> str:
    """Return one term for a web address, whatever its scheme, fragment, case, or slash at the end."""
    plain = _ADDRESS.sub("", url.strip()).partition("#")[0].rstrip("/").casefold()
    return f"address{hashlib.sha256(plain.encode(errors='replace')).hexdigest()[:24]}"


def _cut(text: str, *, single: bool) -> Iterator[str]:
    """Cut a text into terms; of an unspaced run the pairs, and with `single` each letter too, or one alone was lost."""
    for run in _RUNS.findall(_folded(text)):
        if not _UNSPACED_RUN.fullmatch(run):
            yield run[:LONGEST]
            continue
        yield from (run[at : at + 2] for at in range(len(run) - 1))
        if single or len(run) == 1:
            yield from run


def _folded(text: str) -> str:
    """Return a text without case, marks on letters, and characters that nobody sees."""
    apart = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    return "".join(c for c in apart if unicodedata.category(c) not in {"Mn", "Cf"})
