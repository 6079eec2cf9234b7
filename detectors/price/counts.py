"""How many units an amount of money buys, and how many must be ordered: "3 for $20", "≥10件 ¥18", "MOQ 300 sets"."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from detectors.price.roles import END, Beside

UNIT: Final = (
    r"(?:pcs?|pieces?|units?|items?|pairs?|sets?|packs?|rolls?|boxes|stück|stk|paare?|pièces?|paires?|piezas?|pares|uds?"
    r"|unidades|unidad|pezzi|pezzo|pz|paia|peças?|шт|штуки?|штук|пары?|пар|pary|sztuki?|szt|adet|buah|cái|stuks?|件|个|個|只"
    r"|双|雙|条|條|瓶|盒|包|着|袋|片|支|张|枚|本|足|点|개입|개|켤레|장|병|세트|セット)"
    r"(?:装|入り?|セット|组| ?세트|\.)?(?![a-zà-žа-яё])"
)
_FEW: Final = "〇一二三四五六七八九十"
_A_DOZEN: Final = 12
_COUNTED: Final = r"[件个個只双雙条條瓶盒包袋片支张枚套本点足]"
DOZEN: Final = r"(?:dozen|dutzend|douzaine|docena|dozzina|dúzia|дюжин[аы]|打)"
_ONLY: Final = "only|just|nur|seulement|solo|só|apenas|tylko|только"
_FOR: Final = rf" ?(?:for|für|pour|por|per|za|за|only|仅|只要|共|合計|で|에)?(?: (?:{_ONLY}))? ?[:=@/,-]? ?$"
_NO_DIGIT: Final = r"(?<![0-9a-zà-žа-яё.,])"
_OR_MORE: Final = r"or more|oder mehr|et plus|ou plus|o más|y más|o più|ou mais|и более|lub więcej"
_LEAST: Final = (
    r"≥|>=|moq|min(?:imum|\.)? ?(?:order|purchase)(?: quantity| qty)?|min\.|minimum|起订量|起批量?|最小起订量"
    r"|最低注文数?|最小ロット|최소 ?주문(?: ?수량)?|mindestabnahme|mindestbestellmenge|mindestmenge"
    r"|pedido mínimo|compra mínima|commande minimum|minimum de commande|quantité minimum|ordine minimo|quantità minima"
    r"|minimalne zamówienie|zamówienie minimalne|минимальный заказ|мин\. заказ|мин\. партия"
)
_SINCE: Final = r"ab|from|à partir de|dès|desde|a partir de|da|от|від|od|vanaf"
_STATED: Final = (
    rf"(?:{_LEAST}) ?:? ?(?P<a>\d{{1,5}})(?!\d| ?%)"
    rf"|{_NO_DIGIT}(?P<b>\d{{1,5}}) ?(?:{UNIT})? ?(?:\+|以上|起[订批訂]?|이상|{_OR_MORE}) ?(?:{UNIT})?"
)
_TIER: Final = re.compile(
    rf"{_STATED}|(?<!\w)(?:{_SINCE}) ?(?P<c>\d{{1,5}}) ?{UNIT}"
    rf"|{_NO_DIGIT}(?P<d>\d{{1,5}}) ?[-–~] ?\d{{1,5}} ?{UNIT}"
)
_TIER_BESIDE: Final = re.compile(rf"^ ?(?:{_SINCE}) (\d{{1,5}})(?= ?[)]|$)|(?<!\w)(?:{_SINCE}) (\d{{1,5}}) ?:? ?$")
"""A bare number with "from", right beside an amount."""

_LEAST_ORDER: Final = re.compile(
    rf"{_STATED}|{_NO_DIGIT}(?P<c>\d{{1,5}}) ?(?:{UNIT})? ?\(?(?:min(?![a-zà-ž])|minimum|moq|mindest\w*)"
)
_PACK_BEFORE: Final = re.compile(
    rf"(?<!\w)(?:(?:pack|set|lot|combo|bundle|paquete|pacote|confezione|lote) (?:of|de|da|di|à|von) (\d{{1,3}})"
    rf"|(\d{{1,2}})er[- ](?:set|pack)|(?<![一-鿿])([两{_FEW}]){_COUNTED}(?:装|裝)?"
    rf"|(?:(?:one|a|per|1) )?({DOZEN})){_FOR}"
)
_UNITS_BEFORE: Final = re.compile(
    rf"{_NO_DIGIT}(\d{{1,3}})(?:er)? ?(?:{UNIT}|(?=(?:for|für|pour|por|per|za|за) )){_FOR}"
)
_UNITS_AFTER: Final = re.compile(
    rf"^ ?(?:/|per|pro|par|por|za|за|for|für|pour|×) ?(?:(?P<b>{DOZEN})"
    rf"|(?P<a>\d{{1,3}})(?: ?{UNIT}|(?![\w.,]))(?! ?(?:\+|以上|이상|起|{_OR_MORE})))"
    rf"|^ ?/?(?P<c>\d{{1,3}}|[两{_FEW}]){_COUNTED}(?!起|以上|装起)"
)
_PER_SO_MANY: Final = re.compile(r"(?<!\w)(?:par|per|pro|por|za|по|by) \d{1,4} ?[:=] ?$")
"""Of so many: each, or together."""

_LOT: Final = re.compile(r"^ ?(?:/|per|pro|par|por) ?(?:lot|carton|case|bundle|bulk|karton|箱|ケース|박스)(?![a-zà-ž])")
_COUNT: Final = re.compile(rf"{_NO_DIGIT}(\d{{1,4}}) ?{UNIT}")


@dataclass(frozen=True, slots=True)
class Count:
    """Units that an amount buys and that must be ordered at least, each where it is said."""

    units: int | None = None
    least: int | None = None


def count_of(beside: Beside) -> Count | None:
    """Return the units and the least order that stand beside an amount; None where they cannot be told.

    Examples
    --------
    >>> count_of(Beside("3 pcs for ", "", True)), count_of(Beside("", " (10件起批)", True))
    (Count(units=3, least=None), Count(units=None, least=10))
    """
    if pack := _PACK_BEFORE.search(beside.left):
        return Count(units=_number(pack))
    if _PER_SO_MANY.search(beside.left):
        return None
    if least := _tier_beside(beside):
        return Count(least=least)
    if _LOT.match(beside.right):
        counts = {int(match[1]) for match in _COUNT.finditer(beside.right)}
        return Count(units=max(1, counts.pop())) if len(counts) == 1 else None
    before = None if _LEAST_ORDER.search(beside.left) else _UNITS_BEFORE.search(beside.left)
    units = before or _UNITS_AFTER.match(beside.right)
    return Count(units=_number(units)) if units else Count()


def least_order(rest: str) -> int:
    """Return the smallest order that a text states apart from its amounts, which are blanked out in it; 1 if none."""
    stated = {_number(match) for match in _LEAST_ORDER.finditer(rest)}
    return stated.pop() if len(stated) == 1 else 1


def _tier_beside(beside: Beside) -> int | None:
    """Return the least order in the clause before an amount or, where that says nothing, in the clause behind it."""
    left = beside.left.rstrip(" :-–—=")
    found = list(_TIER.finditer(left[_last_end(left) :])) or list(_TIER_BESIDE.finditer(beside.left))
    if found:
        return _number(found[-1])
    end = END.search(beside.right, re.match(r" ?/?", beside.right).end())  # type: ignore[union-attr]
    if end is None and not beside.ends and ")" not in beside.right:
        behind = _TIER_BESIDE.match(beside.right)
    else:
        clause = beside.right[: end.start()] if end else beside.right
        behind = _TIER.search(clause) or _TIER_BESIDE.match(clause)
    return _number(behind) if behind else None


def _last_end(text: str) -> int:
    return max((match.end() for match in END.finditer(text)), default=0)


def _number(match: re.Match[str]) -> int:
    written = next(group for group in match.groups() if group)
    if written.isdecimal():
        return max(1, int(written))
    return max(1, _FEW.index(written.replace("两", "二"))) if len(written) == 1 and written != "打" else _A_DOZEN
