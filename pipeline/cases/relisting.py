"""Whether a new listing is one that was taken down before, come back: by its seller, its photos or its operator."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from dataclasses import dataclass
from typing import Final

from pipeline.records import Listing

MOST_TEXT: Final = 100_000
"""Characters of a description in which contact details are looked for."""
SET_OF_PHOTOS: Final = 2
"""Photos from which on the same set speaks for the same operator."""

_CONTACTS: Final = (
    re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,4}"),
    re.compile(r"(?<![\d+])\+\d[\d ()-]{6,17}\d(?!\d)"),
    re.compile(r"(?<!\d)1[3-9]\d{9}(?!\d)"),
    re.compile(
        r"(?:wechat|weixin|微信|薇信|威信|v信|\bvx|\bqq|whatsapp|telegram)(?:\s?(?:id|号))?\s{0,3}[::]?\s{0,3}"
        r"([a-z][a-z0-9_-]{5,19}|\d{5,12})(?![\w-])"
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """What connects a case with others.

    Attributes
    ----------
    photos, wholes : frozenset of str
        Digests of the photos' bytes, and perceptual hashes of the whole photos; those without detail are left out.
    contacts : frozenset of str
        Digests of contact details (`contacts_in`).
    """

    case_id: str
    rights_holder_id: str
    platform: str
    seller_id: str | None
    photos: frozenset[str] = frozenset()
    wholes: frozenset[str] = frozenset()
    contacts: frozenset[str] = frozenset()


def shared(new: Trace, earlier: Trace, telling: frozenset[str]) -> tuple[str, ...]:
    """Return what a new listing shares with one that was taken down.

    Parameters
    ----------
    new, earlier : Trace
        Of the two cases; both are one rights holder's.
    telling : frozenset of str
        Photos, hashes and contacts that few sellers show: what many show connects nobody.

    Returns
    -------
    tuple of str
        Some of "seller", "photo" and "operator" (the same contact details, or the same set of photos).
    """
    because = []
    if new.seller_id is not None and (new.platform, new.seller_id) == (earlier.platform, earlier.seller_id):
        because.append("seller")
    if (new.photos & earlier.photos | new.wholes & earlier.wholes) & telling:
        because.append("photo")
    same_set = len(new.photos) >= SET_OF_PHOTOS and new.photos == earlier.photos and new.photos & telling
    if same_set or new.contacts & earlier.contacts & telling:
        because.append("operator")
    return tuple(because)


def contacts_in(listing: Listing) -> frozenset[str]:
    """Return digests of the contact details that a listing's words give: e-mail, telephone, messenger.

    Only digests are kept, so that the store holds no list of people's numbers.

    Examples
    --------
    >>> from datetime import datetime
    >>> plain = {"platform": "p", "listing_id": "1", "url": "", "captured_at": datetime(2026, 10, 3)}
    >>> a = Listing(**plain, title="Bag, VX: corner_goods8")
    >>> b = Listing(**plain, title="Mug", description="WeChat:corner_goods8 or +44 20 7946 0000")
    >>> len(contacts_in(a)), len(contacts_in(b)), contacts_in(a) < contacts_in(b)
    (1, 2, True)
    """
    words = f"{listing.title}\n{(listing.description or '')[:MOST_TEXT]}"
    text = unicodedata.normalize("NFKC", words).casefold()
    found = {match.group(match.lastindex or 0) for pattern in _CONTACTS for match in pattern.finditer(text)}
    plain = {re.sub(r"[\s()-]", "", contact) if contact.startswith("+") else contact for contact in found}
    return frozenset(hashlib.sha256(contact.encode()).hexdigest() for contact in plain)
