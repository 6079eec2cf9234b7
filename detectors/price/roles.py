"""What the words beside an amount of money say that it is: a selling price, a list price, a deposit, a coupon."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Final

_WORDS_BETWEEN: Final = 2
_BEFORE: Final = 40

_SHORT: Final = "".join(
    f"(?<!{word})" for word in ("szt", "stk", "шт", "грн", "руб", "pcs", "pc", "min", "incl", "inkl")
)
END: Final = re.compile(rf"[;；。!！|/\n]|, |，|、|{_SHORT}\. ")
"""Where a clause ends."""

_END_BEHIND: Final = re.compile(rf"{END.pattern}|[)）]")
_TIMES: Final = re.compile(
    r"(?<![0-9a-zа-яё.,])\d{1,2} ?(?:[x×]|期|회|(?:[a-zà-ž-]+ ){0,2}(?:vezes|fois|rate|cuotas?|plazos|pagos|mensualités"
    r"|mensualidades|parcelas|échéances|raten|monatsraten|raz(?:y)?|raty?|taksit|payments|instal?lments|платеж\w*"
    r"|months|monate|mois|meses|mesi|miesięcy|месяц\w*)|か月|ヶ月|개월)(?: (?:de|da|à|по|of|po|je|at|di|x|×|za))? ?$"
)
"""Twelve times so much."""

_TAKEN: Final = re.compile(r"(?:(?:^|\s)[-–−]|(?<!\w)(?:save|less|minus) ?)$")
_TAKEN_OFF: Final = re.compile(
    r"^ ?(?:off(?!\w)|引き?|オフ|할인(?!가)|de (?:réduction|remise|descuento|desconto|rabais)|di sconto|rabatt|zniżki"
    r"|rabatu|скидк|знижк|indirim(?!li)|优惠券|券(?!后|後)|günstiger|billiger)"
)
_FROM: Final = re.compile(
    r"(?<!\w)(?:ab|from|à partir de|dès|desde|a partir de|da|от|від|od|starting at|vanaf|mulai) ?$"
)
_FROM_AFTER: Final = re.compile(r"^ ?(?:起(?!订|批|訂)|から|부터|onwards|and up|['’]den başlayan)")
_WHERE: Final = re.compile(r"^ (?:when|if|on|off|with|for|ab|bei|beim|dès|para|sur|su|na|на|при)(?!\w)")
"""Words behind "£10 voucher" that say what it is for."""

_OUTSIDE: Final = re.compile(
    r"(?:\+|(?<!\w)(?:with|over|above|under|below|of|on|by|plus|up to|until|per|mit|über|unter|von|um|avec|sur|con"
    r"|sobre|oltre|sopra|su|com|na|с|на|при|понад|met|ile"
    r"|including|incl\.?|inkl\.?|enthält|davon|dont|di cui|w tym|incluye|в том числе|value of"
    r"|about|approx\.?|approximately|circa|ca\.?|around|environ|aprox\.?|около|примерно|ok\.)|うち|约|約|≈) ?$"
)
"""A sign or a preposition before an amount: it is added, or said of something else."""

FREE: Final = re.compile(
    r"free|gratis|gratuit|grátis|kostenlos|kostenfrei|frei(?!\w)|offerte?(?!\w)|бесплатн|безкоштовн|darmow|bedava|ücretsiz"
    r"|zdarma|مجان|חינם|ฟรี|miễn phí|包邮|包郵|免邮|免運|免运|無料|무료"
)
"""Words for what costs nothing, in most cases the delivery."""


class Role(StrEnum):
    """What an amount of money in a text is.

    The last seven are met only while a text is read: said of nothing, said to be a price, a price for many whose number
    is not beside it, without or with tax beside the other, no price that everybody pays for the goods, not understood.
    """

    SALE = "sale"
    LIST = "list"
    LOW = "low"
    HIGH = "high"
    TIER = "tier"
    DEPOSIT = "deposit"
    SHIPPING = "shipping"
    COUPON = "coupon"
    INSTALMENT = "instalment"
    UNSAID = "unsaid"
    PRICE = "price"
    WHOLESALE = "wholesale"
    NET = "net"
    GROSS = "gross"
    ASIDE = "aside"
    DOUBT = "doubt"


_PARTS: Final = frozenset({Role.DEPOSIT, Role.SHIPPING, Role.INSTALMENT, Role.ASIDE})
"""What is no price of the goods, wherever it begins."""

_NARROW: Final = frozenset({Role.DEPOSIT, Role.SHIPPING, Role.INSTALMENT, Role.COUPON})
"""What must stand right before its amount: a shipping box has a price."""

_JOINED: Final = re.compile(r"[ :+–-]*(?:(?:de|of|von|da|di|is|от|from|ab|od|only|nur|just|em|à|a|по|w) )?")

_NOUN: Final = re.compile(r"(?:价|價|価|価格|価額|가|가격)$")
_TAX: Final = frozenset({Role.NET, Role.GROSS})


@dataclass(frozen=True, slots=True)
class Beside:
    """What stands left and right of an amount, up to the next one; `ends` says that the text ends with it."""

    left: str
    right: str
    ends: bool


def role_of(beside: Beside) -> Role:
    """Return what the words beside an amount say that it is: those before it first, the nearest, then those behind.

    Examples
    --------
    >>> [str(role_of(Beside(left, right, True))) for left, right in (("was ", ""), ("", " deposit"), ("a mug ", ""))]
    ['list', 'deposit', 'unsaid']
    """
    left = beside.left[-_BEFORE:]
    if _TIMES.search(left):
        return Role.INSTALMENT
    if _TAKEN.search(left) or _TAKEN_OFF.match(beside.right):
        return Role.COUPON
    said, behind = _said_before(left), _said_behind(beside)
    if behind in _PARTS - {Role.SHIPPING}:
        said = behind
    if said in _PARTS:
        return said
    if _FROM.search(left) or _FROM_AFTER.match(beside.right):
        return Role.LOW
    if said in _TAX or said is None:
        said = behind or said
    return said or Role.UNSAID


def is_outside(beside: Beside) -> bool:
    """Say whether an amount is added to something, or said of something else.

    Examples
    --------
    >>> is_outside(Beside("gift wrapping + ", "", True)), is_outside(Beside("a mug ", "", True))
    (True, False)
    """
    return _OUTSIDE.search(beside.left) is not None


def _said_before(left: str) -> Role | None:
    """Return what the nearest words before an amount say, those about taxes last; what is no price goes before all."""
    found = [match for match in cues().finditer(left) if _touches(left[match.end() :]) and match.group()[0] != "/"]
    said = [role for cue in reversed(found) if _is_about(role := _role(cue), left[cue.end() :], left)]
    said = [role for role in said if role is not Role.UNSAID]
    if Role.ASIDE in said:
        return Role.ASIDE
    return next((role for role in said if role not in _TAX), said[0] if said else None)


def _role(cue: re.Match[str]) -> Role:
    """Return what a cue says; a price that characters before it qualify ("카드할인가") is a price of some kind."""
    role = _roles()[cue.group()]
    qualified = cue.start() > 0 and cue.string[cue.start() - 1] > "\u2e80" and cue.string[cue.start() - 1].isalpha()
    return Role.PRICE if role is Role.SALE and qualified and _NOUN.search(cue.group()) else role


def _is_about(role: Role, between: str, left: str) -> bool:
    """Say whether a cue with these words between it and an amount is about the amount."""
    if role not in _NARROW:
        return True
    return _JOINED.fullmatch(between) is not None and not (role is Role.SHIPPING and FREE.search(left))


def _touches(between: str) -> bool:
    """Say whether nothing but a few words without an end of a sentence stands between a cue and an amount."""
    return not END.search(between) and len(between.split()) <= _WORDS_BETWEEN


def _said_behind(beside: Beside) -> Role | None:
    """Return what the words behind an amount say that it is, unless they may be about the next one."""
    right = beside.right.lstrip(" (,，'")
    cue = cues().match(right)
    if cue is None:
        return None
    role, rest = _roles()[cue.group()], right[cue.end() :]
    if re.match(r" ?:| ?\d", rest):
        return None
    if _END_BEHIND.match(rest.lstrip()) or cue.group()[0] == "/" or (role is Role.COUPON and _WHERE.match(rest)):
        return role
    if not beside.ends:
        return None
    return Role.ASIDE if role is Role.SHIPPING and rest.strip() else role


@cache
def _roles() -> dict[str, Role]:
    rows = (row.split("\t") for row in (files("detectors.price") / "quotes.tsv").read_text("utf-8").splitlines())
    return {word: Role(row[0]) for row in rows if len(row) > 1 for word in row[1].lower().split("|")}


@cache
def cues() -> re.Pattern[str]:
    """Return a pattern of all words of the packaged table, the longest first."""
    words = sorted(_roles(), key=len, reverse=True)
    bounded = (
        ("" if not w[0].isalpha() or w[0] > "\u2e80" else r"(?<![^\W\d_])")
        + re.escape(w)
        + ("" if not w[-1].isalpha() or w[-1] > "\u2e80" else r"(?![^\W_])")
        for w in words
    )
    return re.compile("|".join(bounded))
