"""Every price that a text names, with what it is: "到手价￥159 原价￥899", "2 for $30", "$0.50 - $1.20 (MOQ 100)"."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from itertools import zip_longest
from typing import Final

from detectors.price.counts import UNIT, Count, count_of, least_order
from detectors.price.goods import goods_in
from detectors.price.money import Amount, amounts_in, evened, number_of
from detectors.price.roles import Beside, Role, is_outside, role_of
from detectors.price.settled import Quoted, settled
from detectors.price.unpriced import is_named, names_a_deal, prices_nothing, without_terms

LONGEST: Final = 500
"""Characters of a text that are read."""

_TO: Final = r"(?:-|–|—|~|～|〜|to|bis|à|a|до|do|至|から|부터)"
_RANGE: Final = re.compile(rf"^ ?{_TO} ?$")
_END_OF_RANGE: Final = r"(?:\d{1,3}(?:[ \u00a0]\d{3})+|\d+(?:[.,]\d+)*)"
_RANGE_TAIL: Final = re.compile(rf"(?<!of )(?<!von )(?<![0-9a-zа-яё.,/])(?P<low>{_END_OF_RANGE}) ?{_TO} ?$")
_RANGE_HEAD: Final = re.compile(rf"^ ?(?:-|–|—|~|～|〜|to|bis|至) ?(?P<high>{_END_OF_RANGE})(?![\w.,])")
_KANA: Final = re.compile(r"[\u3040-\u30ff価円込税]|送料")
_HANZI: Final = re.compile(r"[\u4e00-\u9fff]")
_INSTEAD_OF: Final = re.compile(r"(?<!\w)de:? ?$")
"""Before reais: "de R$ 100 por R$ 80"."""

_OFFERED: Final = frozenset({Role.SALE, Role.PRICE, Role.UNSAID, Role.WHOLESALE, Role.LOW, Role.HIGH})
_ALL_OR_ONE: Final = re.compile(rf"^ ?(?:\( ?\d{{2,5}} ?{UNIT}\)|(?:les|los|las|da) \d)")
"""What stands behind an amount that may be said of one unit, or of all of them."""


def prices_in(text: str) -> tuple[Quoted, ...]:
    """Return the prices that a text names, in order; what can be read in two ways is left out.

    Parameters
    ----------
    text : str
        A title, a price field, a line of a description.

    Notes
    -----
    An amount counts only with its currency. The words of its clause tell its role, and a count its units; what is said
    to be no price of the goods (a fee, a member's price, an amount per litre) is left out. Then all amounts are held
    against each other: of several that nothing is said about, none is taken for the selling price.

    Examples
    --------
    >>> [(str(p.amount), p.currencies[0], p.role.value, p.units) for p in prices_in("3件 ¥268, 原价￥399")]
    [('268', 'CNY', 'sale', 3), ('399', 'CNY', 'list', 1)]
    >>> [(str(p.amount), p.role.value, p.min_qty) for p in prices_in("$0.50 - $1.20 / piece (MOQ 100)")]
    [('0.50', 'low', 100), ('1.20', 'high', 100)]
    """
    read = evened(text[:LONGEST])
    amounts = amounts_in(read)
    if not amounts or names_a_deal(read):
        return ()
    words, goods = without_terms(read), bool(goods_in(read).kinds)
    found: list[Quoted] = []
    for number, amount in enumerate(amounts):
        first = amounts[number - 1].end if number else 0
        last = amounts[number + 1].start if number + 1 < len(amounts) else len(read)
        beside = Beside(words[first : amount.start], words[amount.end : last], last == len(read))
        found += _quoted(_resolved(amount, read), beside, ranged=_is_range(amounts, read, number), goods=goods)
    return settled(list(_ordered(list(_of_one_range(found, read)), least_order(_blanked(words, amounts)))), read)


def _blanked(text: str, amounts: tuple[Amount, ...]) -> str:
    """Return a text with signs in the place of its amounts."""
    for amount in amounts:
        text = text[: amount.start] + "$" * (amount.end - amount.start) + text[amount.end :]
    return text


def _is_range(amounts: tuple[Amount, ...], text: str, number: int) -> Role | None:
    """Return which end of a range an amount is, of two amounts with a dash between them."""
    if number + 1 < len(amounts) and _RANGE.match(text[amounts[number].end : amounts[number + 1].start]):
        return Role.LOW
    if number and _RANGE.match(text[amounts[number - 1].end : amounts[number].start]):
        return Role.HIGH
    return None


def _resolved(amount: Amount, text: str) -> Amount:
    """Read ¥ as yen in a Japanese text, and as yuan where hanzi stand without kana."""
    if amount.currencies != ("CNY", "JPY"):
        return amount
    return replace(
        amount, currencies=("JPY",) if _KANA.search(text) else ("CNY",) if _HANZI.search(text) else amount.currencies
    )


def _quoted(amount: Amount, beside: Beside, *, ranged: Role | None, goods: bool) -> Iterator[Quoted]:
    """Yield an amount with what stands before and after it, or both ends of a range that names its currency once."""
    low, high = _RANGE_TAIL.search(beside.left), _RANGE_HEAD.match(beside.right)
    if ranged is None and low:
        around = replace(beside, left=beside.left[: low.start()])
        yield from _ends(amount, number_of(low["low"], amount.currencies), amount.value, around)
    elif ranged is None and high:
        around = replace(beside, right=beside.right[high.end() :])
        yield from _ends(amount, amount.value, number_of(high["high"], amount.currencies), around)
    else:
        yield _made(amount, amount.value, ranged, beside, goods=goods)


def _ends(amount: Amount, low: Decimal | None, high: Decimal | None, beside: Beside) -> Iterator[Quoted]:
    if low is not None and high is not None and low < high:
        yield _made(amount, low, Role.LOW, beside, goods=True)
        yield _made(amount, high, Role.HIGH, beside, goods=True)


def _made(amount: Amount, value: Decimal, ranged: Role | None, beside: Beside, *, goods: bool) -> Quoted:
    role, count = ranged or role_of(beside), count_of(beside)
    if role is Role.UNSAID and amount.currencies == ("BRL",) and _INSTEAD_OF.search(beside.left):
        role = Role.LIST
    if _ALL_OR_ONE.match(beside.right) or prices_nothing(beside.left, beside.right):
        role = Role.ASIDE
    elif count is None or (count == Count() and _is_doubtful(role, beside, goods=goods)):
        role = Role.DOUBT
    elif role in {Role.SALE, Role.PRICE, Role.UNSAID, Role.WHOLESALE} and count.least:
        role = Role.TIER
    counted = count is not None and role is not Role.INSTALMENT
    return Quoted(
        amount=value,
        currencies=amount.currencies,
        role=role,
        units=count.units or 1 if count and counted else 1,
        min_qty=count.least or 1 if count and counted else 1,
        start=amount.start,
        end=amount.end,
    )


def _is_doubtful(role: Role, beside: Beside, *, goods: bool) -> bool:
    """Say whether nothing tells what an amount is: added, or among unknown words where no goods are named."""
    if role is Role.UNSAID and is_outside(beside):
        return True
    return role in {Role.UNSAID, Role.PRICE} and not goods and is_named(beside)


def _of_one_range(found: list[Quoted], text: str) -> Iterator[Quoted]:
    """Yield the same, with what is said behind the upper end of a range said of its lower end too."""
    for price, following in zip_longest(found, found[1:]):
        if price.role is Role.LOW and following is not None and following.role is Role.HIGH:
            yield replace(price, units=following.units, min_qty=following.min_qty)
        elif price.role is Role.LOW and following is not None and _RANGE.match(text[price.end : following.start]):
            yield replace(price, role=following.role)
        else:
            yield price


def _ordered(found: list[Quoted], least: int) -> Iterator[Quoted]:
    """Yield the same, with a smallest order that is stated once for all; a wholesale price without one is left out."""
    tiers = any(price.min_qty > 1 for price in found)
    for price in found:
        if least > 1 and not tiers and price.role in _OFFERED:
            role = price.role if price.role in {Role.LOW, Role.HIGH} else Role.TIER
            yield replace(price, role=role, min_qty=least)
        else:
            yield replace(price, role=Role.ASIDE) if price.role is Role.WHOLESALE else price
