"""The register's goods: which holders a listing may concern, which of their products it is, and what those cost."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Final

from disarm import strip_obfuscation
from rapidfuzz import fuzz

from detectors.price.goods import Goods, goods_offered
from detectors.price.quantities import units_in
from detectors.price.words import MAX_TEXT, Found, Lexicon, fold, spaced
from pipeline.rates import Rate, rate_between
from pipeline.records import Listing, Product, RightsHolder

NAME_SCORE: Final = 90
"""Least token-set score (rapidfuzz, 0 to 100) between title and product name that identifies the product."""
MOST_HOLDERS: Final = 32
"""Goods of more holders than this make no unnamed holder a candidate, which bounds the work per listing."""
_LEAST_UNSPACED: Final = 4
"""Characters from which a name in a script without spaces says more than a kind of goods."""
_FOR: Final = re.compile(
    r"(?<!\w)(?:for|fits|fur|zu|pour|para|per|do|dla|для|voor|till|til|untuk|cho)[ \"'(\[«„“]*$"
    r"|(?:适用|用于|兼容|适配|สำหรับ|ل)于?[ (（【]*$"
)
_OF_USE: Final = re.compile(r"[ )）】]*(?:用|対応|専用|专用|适用|通用|용|전용|호환|icin|uyumlu)")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class KnownProduct:
    """A product with what is compared of it; told apart by identity, so that it is cheap as a key.

    Attributes
    ----------
    name : str
        Folded, without the holder's marks.
    goods : Goods
        What its name and category say that it is.
    gtins : frozenset of str
        Valid ones, in 14 digits.
    units : int
        Units that the list price buys.
    """

    product: Product
    name: str
    goods: Goods
    gtins: frozenset[str]
    units: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """What one unit of a product costs by its list price, in the currency of the offer."""

    product: Product
    list_amount: Decimal
    list_currency: str
    unit_price: Decimal
    rate: Rate


@dataclass(frozen=True, slots=True, kw_only=True)
class Identified:
    """The products of one holder that a listing may be, and by what: gtin, name, kind or family."""

    by: str
    products: tuple[KnownProduct, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """A listing as far as products can be told apart by it.

    Attributes
    ----------
    title : str
        Folded.
    goods : Goods
        Kinds of goods named by the title, read through the category.
    gtins : frozenset of str
        Valid ones, in 14 digits.
    named : frozenset of str
        Holders whose word mark stands in the title or brand.
    fitted : frozenset of str
        Holders whose mark only tells what the goods are for ("strap for ...").
    """

    title: str
    goods: Goods
    gtins: frozenset[str]
    named: frozenset[str]
    fitted: frozenset[str]


def valid_gtin(code: str) -> str | None:
    """Return a GTIN in 14 digits, or None if its length or check digit is wrong.

    References
    ----------
    .. [1] GS1 General Specifications, section 7.9, "Check digit calculations".

    Examples
    --------
    >>> valid_gtin("5012345678900"), valid_gtin("5012345678901")
    ('05012345678900', None)
    """
    if len(code) not in {8, 12, 13, 14} or not (code.isascii() and code.isdigit()) or not int(code):
        return None
    digits = code.zfill(14)
    total = sum(int(digit) * (3 if place % 2 == 0 else 1) for place, digit in enumerate(digits))
    return digits if total % 10 == 0 else None


class Products:
    """Index of the register's products.

    Parameters
    ----------
    rights_holders : tuple of RightsHolder
        With their word marks and products.
    """

    def __init__(self, rights_holders: tuple[RightsHolder, ...]) -> None:
        self._marks = Lexicon({holder.id: tuple(_marks(holder)) for holder in rights_holders})
        self._known = {holder.id: tuple(_known(holder)) for holder in rights_holders}
        self._by_gtin = _index(
            (code, holder) for holder, products in self._known.items() for known in products for code in known.gtins
        )
        self._by_goods = _index(
            (entry, holder)
            for holder, products in self._known.items()
            for known in products
            for entry in known.goods.kinds | known.goods.families
        )

    def read(self, listing: Listing) -> Read:
        """Return what a listing says about its goods, read once for all holders."""
        texts = (listing.title[:MAX_TEXT], (listing.brand or "")[:MAX_TEXT])
        views = {fold(view) for text in texts for view in (text, strip_obfuscation(text))}
        marks = [(view, found) for view in views for found in self._marks.find(view)]
        return Read(
            title=fold(listing.title),
            goods=goods_offered(listing.title, listing.category),
            gtins=frozenset(_valid(listing.gtin)),
            named=frozenset(found.entry for _, found in marks),
            fitted=frozenset(found.entry for view, found in marks if _tells_use(view, found)),
        )

    def holders(self, read: Read) -> frozenset[str]:
        """Return the holders that a listing may concern: named, of its GTIN, or among a few with such goods."""
        entries = read.goods.kinds or read.goods.families
        by_goods = frozenset[str]().union(*(self._by_goods.get(entry, frozenset()) for entry in entries))
        few = by_goods if len(by_goods) <= MOST_HOLDERS else frozenset()
        coded = frozenset[str]().union(*(self._by_gtin.get(code, frozenset()) for code in read.gtins))
        return (read.named | few | coded) - read.fitted

    def goods_of(self, holder_id: str) -> Goods:
        """Return all goods that a holder's products are."""
        known = self._known.get(holder_id, ())
        return Goods(
            kinds=frozenset().union(*(k.goods.kinds for k in known)),
            families=frozenset().union(*(k.goods.families for k in known)),
        )

    def identify(self, read: Read, holder_id: str) -> Identified | None:
        """Return which products of a holder a listing may be, by the surest means; None where nothing tells."""
        known = self._known.get(holder_id, ())
        coded = tuple(k for k in known if not read.gtins.isdisjoint(k.gtins))
        if coded:
            return Identified(by="gtin", products=coded)
        kin = tuple(k for k in known if not read.goods.kinds.isdisjoint(k.goods.kinds))
        alike = _alike(read.title, kin if read.goods.kinds else known)
        if alike:
            return Identified(by="name", products=alike)
        if read.goods.kinds:
            return Identified(by="kind", products=kin) if kin else None
        if read.goods.families:
            filed = tuple(k for k in known if not read.goods.families.isdisjoint(k.goods.families))
            return Identified(by="family", products=filed) if filed else None
        return None


@lru_cache(maxsize=65_536)
def reference_of(known: KnownProduct, currency: str, day: date) -> Reference | None:
    """Return a product's unit price in a currency: by the list price in it or else the lowest that can be converted."""
    references = []
    for price in known.product.list_prices:
        rate = rate_between(price.currency, currency, day) if price.amount.is_finite() and price.amount > 0 else None
        if rate is not None:
            references.append(
                Reference(
                    product=known.product,
                    list_amount=price.amount,
                    list_currency=price.currency,
                    unit_price=price.amount * rate.rate / known.units,
                    rate=rate,
                )
            )
    return min(references, key=lambda r: (r.rate.day is not None, r.unit_price, r.list_currency), default=None)


@lru_cache(maxsize=1)
def products_of(rights_holders: tuple[RightsHolder, ...]) -> Products:
    """Return the index of a register's products, kept from batch to batch."""
    return Products(rights_holders)


def _tells_use(text: str, mark: Found) -> bool:
    """Say whether a mark is put as what the goods are for: "strap for MARK", "MARK用"."""
    return bool(_FOR.search(text[max(0, mark.start - 20) : mark.start]) or _OF_USE.match(text, mark.end))


def _marks(holder: RightsHolder) -> Iterator[str]:
    for asset in holder.assets:
        if asset.text:
            yield from (mark.replace("*", "") for mark in (asset.text, *asset.variants))


def _known(holder: RightsHolder) -> Iterator[KnownProduct]:
    marks = sorted({fold(mark) for mark in _marks(holder)} - {""}, key=lambda mark: (-len(mark), mark))
    for product in holder.products:
        name = fold(product.name)
        for mark in marks:
            name = name.replace(mark, " ")
        yield KnownProduct(
            product=product,
            name=" ".join(name.split()),
            goods=goods_offered(name, product.category),
            gtins=frozenset(_valid(product.gtin)),
            units=max(product.unit_count, units_in(product.name) or 1),
        )


def _alike(title: str, known: Iterable[KnownProduct]) -> tuple[KnownProduct, ...]:
    """Return the products whose name is best found in a title, if well enough."""
    scored = [(_score(title, k.name), k) for k in known]
    best = max((score for score, _ in scored), default=0.0)
    return tuple(k for score, k in scored if score == best) if best >= NAME_SCORE else ()


def _score(title: str, name: str) -> float:
    """Score a product name against a title; one word says no more than a kind, and a shorter title picks no product."""
    if _is_unspaced(name):
        whole = name.replace(" ", "")
        return 100.0 if len(whole) >= _LEAST_UNSPACED and whole in title.replace(" ", "") else 0.0
    return fuzz.token_set_ratio(name, title) if 1 < len(name.split()) <= len(title.split()) else 0.0


@lru_cache(maxsize=65_536)
def _is_unspaced(name: str) -> bool:
    return not any(map(spaced, name))


def _valid(codes: Iterable[str]) -> Iterator[str]:
    return (gtin for code in codes if (gtin := valid_gtin(code)) is not None)


def _index(pairs: Iterable[tuple[str, str]]) -> Mapping[str, frozenset[str]]:
    index: defaultdict[str, set[str]] = defaultdict(set)
    for key, holder in pairs:
        index[key].add(holder)
    return {key: frozenset(holders) for key, holders in index.items()}
