"""Every price that a text names, with what it is: "到手价￥159 原价￥899", "2 for $30", "$0.50 - $1.20 (MOQ 100)"."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum
from functools import cache
from importlib.resources import files
from itertools import zip_longest
from typing import Final

from detectors.price.money import MONEY, Amount, amount_of, evened, number_of
from detectors.price.unpriced import names_a_deal, prices_nothing

LONGEST: Final = 500
"""Characters of a text that are read."""

_UNIT: Final = (
    r"(?:pcs?|pieces?|units?|items?|pairs?|sets?|packs?|rolls?|boxes|stück|stk|paare?|pièces?|paires?|piezas?|pares|uds?"
    r"|unidades|unidad|pezzi|pezzo|pz|paia|peças?|шт|штуки?|штук|пары?|пар|pary|sztuki?|szt|件|个|個|只|双|雙|条|條|瓶|盒|包|着"
    r"|袋|片|支|张|枚|本|足|点|개입|개|켤레|장|병|세트|セット)(?:装|入り?|セット|组| ?세트|\.)?(?![a-zà-žа-яё])"
)
_FEW: Final = "〇一二三四五六七八九十"
_A_DOZEN: Final = 12
_COUNTED: Final = r"[件个個只双雙条條瓶盒包袋片支张枚套本点足]"
_DOZEN: Final = r"(?:dozen|dutzend|douzaine|docena|dozzina|dúzia|дюжин[аы]|打)"
_TO: Final = r"(?:-|–|—|~|～|〜|to|bis|à|a|до|do|至|から|부터)"
_FOR: Final = r" ?(?:for|für|pour|por|per|za|за|only|仅|只要|共|合計|で|에)?(?: only)? ?[:：=@/,-]? ?$"
_OR_MORE: Final = r"or more|oder mehr|et plus|ou plus|o más|y más|o più|ou mais|и более|lub więcej"
_FROM_SO_MANY: Final = (
    r"≥|>=|ab|from|à partir de|dès|desde|a partir de|da|от|od|moq:?|min\.?(?: order)?:?|起订量?[:：]?|起批[:：]?"
)
_PACK_BEFORE: Final = re.compile(
    rf"(?<!\w)(?:(?:pack|set|lot|combo|bundle|paquete|pacote|confezione|lote) (?:of|de|da|di|à|von) (\d{{1,3}})"
    rf"|(\d{{1,2}})er[- ](?:set|pack)|(?<![一-鿿])([两{_FEW}]){_COUNTED}(?:装|裝)?"
    rf"|(?:(?:one|a|per|1) )?({_DOZEN})){_FOR}",
    re.IGNORECASE,
)
_UNITS_BEFORE: Final = re.compile(
    rf"(?<![0-9a-zа-яё.,])(\d{{1,3}})(?:er)? ?(?:{_UNIT}|(?=(?:for|für|pour|por|per|za|за) )){_FOR}", re.IGNORECASE
)
_UNITS_AFTER: Final = re.compile(
    rf"^ ?(?:/|per|pro|par|por|per|za|за|for|für|pour|×) ?(?:(?P<a>\d{{1,3}})(?: ?{_UNIT}|(?![\w.,]))|(?P<b>{_DOZEN}))"
    rf"|^ ?/?(?P<c>\d{{1,3}}|[两{_FEW}]){_COUNTED}(?!起|以上|装起)",
    re.IGNORECASE,
)
_TIER_BEFORE: Final = re.compile(
    rf"(?:(?:{_FROM_SO_MANY}) ?(?P<a>\d{{1,5}}) ?(?:{_UNIT})?"
    rf"|(?<![0-9a-zа-яё.,])(?P<b>\d{{1,5}}) ?(?:{_UNIT})? ?(?:\+|以上|起|이상|{_OR_MORE}) ?(?:{_UNIT})?"
    rf"|(?<![0-9a-zа-яё.,])(?P<c>\d{{1,5}}) ?[-–~] ?\d{{1,5}} ?{_UNIT})"
    r" ?(?:je|each|по|po|à|cada|每件)? ?[:：=,-]? ?$",
    re.IGNORECASE,
)
_TIER_AFTER: Final = re.compile(
    rf"^ ?(?:(?:/|per|pro|par|por)? ?(?:each|{_UNIT}))? ?[(（,，;]? ?(?:{_FROM_SO_MANY}) ?(?P<a>\d{{1,5}})"
    rf"(?: ?{_UNIT}| ?\+|(?=[)）]|$))"
    rf"|^ ?[(（] ?(?P<b>\d{{1,5}}) ?{_UNIT}?(?:起订?批?|\+|以上)",
    re.IGNORECASE,
)
_RANGE: Final = re.compile(rf"^ ?{_TO} ?$", re.IGNORECASE)
_RANGE_TAIL: Final = re.compile(
    rf"(?<!of )(?<!von )(?<![0-9a-zа-яё.,])(?P<low>\d+(?:[.,]\d+)*) ?{_TO} ?$", re.IGNORECASE
)
_RANGE_HEAD: Final = re.compile(r"^ ?(?:-|–|—|~|～|〜|to|bis|至) ?(?P<high>\d+(?:[.,]\d+)*)(?![\w.,])", re.IGNORECASE)
_TIMES: Final = re.compile(
    r"(?<![0-9a-zа-яё.,])\d{1,2} ?(?:x|×|vezes|fois|rate|cuotas?|期|raz(?:y)?|(?:easy |monthly )?payments)"
    r"(?: (?:de|da|à|по|of))? ?$",
    re.IGNORECASE,
)
_TAKEN: Final = re.compile(r"(?:(?:^|\s)[-–−]|(?<!\w)(?:save|less|minus) ?)$", re.IGNORECASE)
_TAKEN_OFF: Final = re.compile(
    r"^ ?(?:off(?!\w)|引き?|オフ|할인(?!가)|de (?:réduction|remise|descuento|desconto|rabais)|di sconto|rabatt|zniżki"
    r"|rabatu|скидк|优惠券|券)",
    re.IGNORECASE,
)
_THRESHOLD: Final = re.compile(
    r"(?:满|over|above|ab einem \w+ von|dès|(?:por )?encima de|más de|oltre|acima de|свыше|powyżej|plus de|über) ?$",
    re.IGNORECASE,
)
_THRESHOLD_AFTER: Final = re.compile(
    r"^ ?(?:以上(?:で|购)|이상 구매|or more|and over|et plus|oder mehr)", re.IGNORECASE
)
_CODE: Final = re.compile(r" ?([a-z]{3})(?![a-z]| ?\d)")
"""An ISO 4217 code behind an amount that has a sign already."""

_KANA: Final = re.compile(r"[\u3040-\u30ff価円込税]|送料")
_UNCLEAR: Final = re.compile(rf"^ ?(?:[(（] ?\d{{2,5}} ?{_UNIT}[)）]|(?:les|los|las|da) \d)", re.IGNORECASE)
"""What stands behind an amount that may be said of one unit, or of all of them."""

_FROM: Final = re.compile(
    r"(?<!\w)(?:ab|from|à partir de|dès|desde|a partir de|da|от|od|starting at) ?$", re.IGNORECASE
)
_FROM_AFTER: Final = re.compile(r"^ ?(?:起(?!订|批)|から|부터|onwards|and up)")
_FREE: Final = re.compile(
    r"free|gratis|gratuit|grátis|kostenlos|kostenfrei|бесплатн|darmow|包邮|免邮|無料|무료", re.IGNORECASE
)
_INSTEAD_OF: Final = re.compile(r"(?<!\w)de ?$", re.IGNORECASE)
"""Before reais: "de R$ 100 por R$ 80"."""

_HANZI: Final = re.compile(r"[\u4e00-\u9fff]")
_WHERE: Final = re.compile(r"^ (?:when|if|on|off|with|for|ab|bei|beim|dès|para|sur|su|na|на|при)(?!\w)", re.IGNORECASE)
"""Words behind "£10 voucher" that say what it is for."""
_END: Final = re.compile(r"[;；。!！|/]|, |，|\. ")
_WORDS_BETWEEN: Final = 2
_BEFORE: Final = 26


class Role(StrEnum):
    """What an amount of money in a text is."""

    SALE = "sale"
    LIST = "list"
    LOW = "low"
    HIGH = "high"
    TIER = "tier"
    DEPOSIT = "deposit"
    SHIPPING = "shipping"
    COUPON = "coupon"
    INSTALMENT = "instalment"


_PARTS: Final = frozenset({Role.DEPOSIT, Role.SHIPPING, Role.INSTALMENT})
"""What is no price of the goods, wherever it begins."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Quoted:
    """A price named in a text.

    Attributes
    ----------
    currencies : tuple of str
        ISO 4217 codes that the sign may stand for, the likeliest first; empty where the text names none.
    units : int
        Units that the amount buys.
    min_qty : int
        Units that must be ordered at least.
    start, end : int
        Offsets of the amount in the text.
    """

    amount: Decimal
    currencies: tuple[str, ...]
    role: Role
    units: int
    min_qty: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class _Beside:
    """What stands left and right of an amount, up to the next one; `ends` says that the text ends with it."""

    left: str
    right: str
    ends: bool


def prices_in(text: str) -> tuple[Quoted, ...]:
    """Return the prices that a text names, in order; what can be read in two ways is left out.

    Parameters
    ----------
    text : str
        A title, a price field, a line of a description.

    Notes
    -----
    An amount counts only with its currency. Words before an amount tell its role, then words after it; of several
    amounts that nothing is said about, none is taken for the selling price.

    Examples
    --------
    >>> [(str(p.amount), p.currencies[0], p.role.value, p.units) for p in prices_in("3件 ¥268, 原价￥399")]
    [('268', 'CNY', 'sale', 3), ('399', 'CNY', 'list', 1)]
    >>> [(str(p.amount), p.role.value, p.min_qty) for p in prices_in("$0.50 - $1.20 / piece (MOQ 100)")]
    [('0.50', 'low', 100), ('1.20', 'high', 100)]
    """
    read = evened(text[:LONGEST])
    matches = [amount_of(match) for match in MONEY.finditer(read)]
    amounts = [amount for amount in matches if amount is not None]
    if not amounts or len(amounts) < len(matches) or names_a_deal(read):
        return ()
    found: list[Quoted] = []
    for number, amount in enumerate(amounts):
        first = amounts[number - 1].end if number else 0
        last = amounts[number + 1].start if number + 1 < len(amounts) else len(read)
        beside = _Beside(read[first : amount.start], read[amount.end : last], last == len(read))
        found += _quoted(_resolved(amount, read), beside, ranged=_is_range(amounts, read, number))
    return tuple(_without_doubt(list(_of_one_range(found))))


def _is_range(amounts: list[Amount], text: str, number: int) -> Role | None:
    """Return which end of a range an amount is, of two amounts with a dash between them."""
    if number + 1 < len(amounts) and _RANGE.match(text[amounts[number].end : amounts[number + 1].start]):
        return Role.LOW
    if number and _RANGE.match(text[amounts[number - 1].end : amounts[number].start]):
        return Role.HIGH
    return None


def _resolved(amount: Amount, text: str) -> Amount:
    """Read "$45 CAD" by its code, ¥ as yen in a Japanese text, and as yuan where hanzi stand without kana."""
    code = _CODE.match(text, amount.end)
    if code and code[1].upper() in amount.currencies:
        return replace(amount, currencies=(code[1].upper(),))
    if amount.currencies != ("CNY", "JPY"):
        return amount
    return replace(
        amount, currencies=("JPY",) if _KANA.search(text) else ("CNY",) if _HANZI.search(text) else amount.currencies
    )


def _quoted(amount: Amount, beside: _Beside, *, ranged: Role | None) -> Iterator[Quoted]:
    """Yield an amount with what stands before and after it, or both ends of a range that names its currency once."""
    low, high = _RANGE_TAIL.search(beside.left), _RANGE_HEAD.match(beside.right)
    if ranged is None and low:
        around = replace(beside, left=beside.left[: low.start()])
        yield from _ends(amount, number_of(low["low"], amount.currencies), amount.value, around)
    elif ranged is None and high:
        around = replace(beside, right=beside.right[high.end() :])
        yield from _ends(amount, amount.value, number_of(high["high"], amount.currencies), around)
    elif not _is_condition(beside):
        first = _INSTEAD_OF.search(beside.left) and amount.currencies == ("BRL",)
        role = ranged or _role(beside)
        role = Role.LIST if first and role is Role.SALE else role
        yield _made(amount, amount.value, role, beside)


def _is_condition(beside: _Beside) -> bool:
    """Say whether an amount is no price but what must be spent, or may be the price of one as well as of many."""
    if _THRESHOLD.search(beside.left) or _THRESHOLD_AFTER.match(beside.right) or _UNCLEAR.match(beside.right):
        return True
    if prices_nothing(beside.left, beside.right):
        return True
    return _FROM.search(beside.left) is not None and _FREE.search(beside.left) is not None


def _ends(amount: Amount, low: Decimal | None, high: Decimal | None, beside: _Beside) -> Iterator[Quoted]:
    if low is not None and high is not None and low < high:
        yield _made(amount, low, Role.LOW, beside)
        yield _made(amount, high, Role.HIGH, beside)


def _of_one_range(found: list[Quoted]) -> Iterator[Quoted]:
    """Yield the same, with what is said behind the upper end of a range said of its lower end too."""
    for price, following in zip_longest(found, found[1:]):
        if price.role is Role.LOW and following is not None and following.role is Role.HIGH:
            yield replace(price, units=following.units, min_qty=following.min_qty)
        else:
            yield price


def _made(amount: Amount, value: Decimal, role: Role, beside: _Beside) -> Quoted:
    tier = _TIER_BEFORE.search(beside.left) or _TIER_AFTER.match(beside.right)
    units = None if tier else _UNITS_BEFORE.search(beside.left) or _UNITS_AFTER.match(beside.right)
    if pack := _PACK_BEFORE.search(beside.left):
        tier, units = None, pack
    if role is Role.INSTALMENT:
        tier = units = None
    return Quoted(
        amount=value,
        currencies=amount.currencies,
        role=Role.TIER if tier and role is Role.SALE else role,
        units=_number(units),
        min_qty=_number(tier),
        start=amount.start,
        end=amount.end,
    )


def _number(match: re.Match[str] | None) -> int:
    if match is None:
        return 1
    written = next(group for group in match.groups() if group)
    if written.isdecimal():
        return max(1, int(written))
    return max(1, _FEW.index(written.replace("两", "二"))) if len(written) == 1 and written != "打" else _A_DOZEN


def _role(beside: _Beside) -> Role:
    """Return what the words beside an amount say that it is: those before it first, the nearest; a sale otherwise."""
    left, right = beside.left[-_BEFORE:], beside.right.lstrip(" (（,，'")
    if _TIMES.search(left):
        return Role.INSTALMENT
    if _TAKEN.search(left) or _TAKEN_OFF.match(beside.right):
        return Role.COUPON
    before = [match for match in _cues().finditer(left) if _touches(left[match.end() :])]
    said = _roles()[before[-1].group()] if before else None
    behind = _said_behind(right, ends=beside.ends)
    if behind in {Role.INSTALMENT, Role.DEPOSIT}:
        return behind
    if _FROM.search(left) or _FROM_AFTER.match(beside.right):
        return said if said in _PARTS else Role.LOW
    return said or behind or Role.SALE


def _said_behind(right: str, *, ends: bool) -> Role | None:
    """Return what the words behind an amount say that it is, unless they may be about the next one."""
    cue = _cues().match(right)
    if cue is None:
        return None
    role, rest = _roles()[cue.group()], right[cue.end() :]
    told = ends or cue.group().startswith("/") or _END.match(rest) or (role is Role.COUPON and _WHERE.match(rest))
    return role if told else None


def _touches(between: str) -> bool:
    """Say whether nothing but a few words without an end of a sentence stands between a cue and an amount."""
    return not _END.search(between) and len(between.split()) <= _WORDS_BETWEEN


@cache
def _roles() -> dict[str, Role]:
    rows = (row.split("\t") for row in (files("detectors.price") / "quotes.tsv").read_text("utf-8").splitlines())
    return {word: Role(row[0]) for row in rows if len(row) > 1 for word in reversed(row[1].lower().split("|"))}


@cache
def _cues() -> re.Pattern[str]:
    words = sorted(_roles(), key=len, reverse=True)
    bounded = (
        ("" if not w[0].isalpha() or w[0] > "\u2e80" else r"(?<![^\W\d_])")
        + re.escape(w)
        + ("" if not w[-1].isalpha() or w[-1] > "\u2e80" else r"(?![^\W\d_])")
        for w in words
    )
    return re.compile("|".join(bounded))


def _without_doubt(found: list[Quoted]) -> list[Quoted]:
    """Leave out selling prices of which there are several for the same units."""
    sales = [(price.units, price.min_qty) for price in found if price.role is Role.SALE]
    return [p for p in found if p.role is not Role.SALE or sales.count((p.units, p.min_qty)) == 1]
