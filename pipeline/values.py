"""Rules for single values that registers and snapshots share: texts, amounts, numbers, times, codes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Final

from pipeline.codes import CURRENCIES, is_gtin
from pipeline.records import Json
from pipeline.rules import UnusableError, Value

MAX_AMOUNT: Final = Decimal(10) ** 12
MAX_COUNT: Final = 10**15

_PLAIN_AMOUNT = re.compile(r"-?[0-9]{1,13}(?:\.[0-9]{1,8})?")
_GROUPED_AMOUNT = re.compile(r"[0-9]{1,3}(?:(?:,[0-9]{3})+\.[0-9]{1,2}|(?:,[0-9]{3}){2,4})")
_WHOLE = re.compile(r"[0-9]{1,16}")
_INSTANT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,9})?(?:[Zz]|[+-][0-9]{2}:[0-9]{2})"
)
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")


def text(longest: int, *, expected: str = "") -> Value:
    """Return the rule of a text as given, of 1 to `longest` characters, whatever characters they are."""

    def parse(raw: Json) -> str:
        if isinstance(raw, str) and 0 < len(raw) <= longest:
            return raw
        raise UnusableError(f"a text of {len(raw):,} characters" if isinstance(raw, str) else "not a text")

    accepts = {"type": "string", "minLength": 1, "maxLength": longest}
    return Value(expected or f"a text of 1 to {longest:,} characters", parse, accepts)


def label(longest: int, *, pattern: str = "", expected: str = "") -> Value:
    """Return the rule of a one-line text that is not blank and has no control characters, as registers need them."""
    shape = re.compile(pattern) if pattern else None

    def parse(raw: Json) -> str:
        if not isinstance(raw, str):
            raise UnusableError("not a text")
        if not raw.strip() or len(raw) > longest:
            raise UnusableError("a text that is blank or too long")
        if _CONTROL.search(raw):
            raise UnusableError("a text with control characters")
        if shape and not shape.fullmatch(raw):
            raise UnusableError("a text of another shape")
        return raw

    accepts = {"type": "string", "minLength": 1, "maxLength": longest}
    if pattern:
        accepts["pattern"] = f"^(?:{pattern})$"
    return Value(expected or f"a text of 1 to {longest:,} characters in one line", parse, accepts)


def name_or_number(longest: int) -> Value:
    """Return the rule of an id: a text, or a whole number that is taken as its decimal text."""

    def parse(raw: Json) -> str:
        if isinstance(raw, str):
            if raw.strip() and len(raw) <= longest:
                return raw
            raise UnusableError("a text that is blank or too long")
        if isinstance(raw, int) and not isinstance(raw, bool) and abs(raw) < MAX_COUNT:
            return str(raw)
        raise UnusableError("neither a text nor a whole number")

    bounds = {"minimum": 1 - MAX_COUNT, "maximum": MAX_COUNT - 1}
    accepts = {"type": ["string", "integer"], "pattern": r"\S", "maxLength": longest, **bounds}
    return Value(f"a text of 1 to {longest:,} characters or a whole number", parse, accepts)


def choice(values: type[StrEnum]) -> Value:
    """Return the rule of one of a closed set of words, in any case."""
    by_name = {value.value: value for value in values}

    def parse(raw: Json) -> StrEnum:
        value = by_name.get(raw.strip().lower()) if isinstance(raw, str) else None
        if value is None:
            raise UnusableError("not one of the accepted words")
        return value

    return Value(f"one of {', '.join(by_name)}", parse, {"enum": [*by_name]})


def whole(least: int, most: int = MAX_COUNT) -> Value:
    """Return the rule of a whole number between two bounds, as a number or as its digits."""

    def parse(raw: Json) -> int:
        number = raw
        if isinstance(raw, int) and not isinstance(raw, bool) and least <= raw <= most:
            return raw
        if (isinstance(raw, str) and _WHOLE.fullmatch(raw.strip())) or (isinstance(raw, float) and raw.is_integer()):
            number = int(raw)
        if not isinstance(number, int) or isinstance(number, bool):
            raise UnusableError("not a whole number")
        if not least <= number <= most:
            raise UnusableError("a number out of range")
        return number

    above = f" and <= {most}" if most < MAX_COUNT else ""
    accepts = {"type": ["integer", "string"], "minimum": least, "maximum": most, "pattern": "^[0-9]+$"}
    return Value(f"a whole number >= {least}{above}", parse, accepts)


def _amount(raw: Json) -> Decimal:
    if isinstance(raw, str):
        digits = raw.strip()
        if not _PLAIN_AMOUNT.fullmatch(digits):
            if not _GROUPED_AMOUNT.fullmatch(digits):
                raise UnusableError("not a plain decimal number")
            digits = digits.replace(",", "")
        amount = Decimal(digits)
    elif isinstance(raw, int | float) and not isinstance(raw, bool):
        amount = Decimal(repr(raw)) if isinstance(raw, float) else Decimal(raw)
    else:
        raise UnusableError("neither a number nor a text with one")
    if not (amount.is_finite() and 0 <= amount <= MAX_AMOUNT):
        raise UnusableError("a number out of range")
    return amount


def _rating(raw: Json) -> float:
    rating = float(_amount(raw)) if isinstance(raw, str) else raw
    if not isinstance(rating, int | float) or isinstance(rating, bool) or not 0 <= rating <= 100:  # noqa: PLR2004
        raise UnusableError("not a number from 0 to 100")
    return float(rating)


def _currency(raw: Json) -> str:
    code = raw.strip().upper() if isinstance(raw, str) else ""
    if code not in CURRENCIES:
        raise UnusableError("not a currency code")
    return code


def _gtin(raw: Json) -> str:
    code = str(raw) if isinstance(raw, int) and not isinstance(raw, bool) and 0 <= raw < MAX_COUNT else raw
    if not isinstance(code, str) or not is_gtin(code.strip()):
        raise UnusableError("wrong length or check digit")
    return code.strip()


def _instant(raw: Json) -> datetime:
    if not isinstance(raw, str) or not _INSTANT.fullmatch(raw):
        raise UnusableError("not a time with its zone")
    try:
        return datetime.fromisoformat(raw.upper()).astimezone(UTC)
    except (ValueError, OverflowError):
        raise UnusableError("no such time") from None


def _date(raw: Json) -> date:
    if not isinstance(raw, str) or not _DATE.fullmatch(raw):
        raise UnusableError("not a date")
    try:
        return date.fromisoformat(raw)
    except ValueError:
        raise UnusableError("no such date") from None


_DECIMAL: Mapping[str, Json] = {
    "type": ["string", "number"],
    "minimum": 0,
    "maximum": int(MAX_AMOUNT),
    "pattern": r"^[0-9]{1,13}(\.[0-9]{1,8})?$",
}

_DIGITS: Mapping[str, Json] = {"type": ["string", "integer"], "pattern": "^([0-9]{8}|[0-9]{12,14})$"}

AMOUNT: Final = Value("a decimal number from 0 to a million million, like '39.90'", _amount, _DECIMAL)
RATING: Final = Value("a number from 0 to 100", _rating, {**_DECIMAL, "maximum": 100})
CURRENCY: Final = Value("an ISO 4217 currency code", _currency, {"type": "string", "pattern": "^[A-Za-z]{3}$"})
GTIN: Final = Value("a GTIN of 8, 12, 13 or 14 digits with its check digit", _gtin, _DIGITS)
INSTANT: Final = Value(
    "an RFC 3339 time with its zone, like '2026-10-03T07:12:00Z'", _instant, {"type": "string", "format": "date-time"}
)
DATE: Final = Value("a date, like '2026-10-03'", _date, {"type": "string", "format": "date"})
COUNTRY: Final = label(2, pattern="[A-Z]{2}", expected="a country code of two capital letters (ISO 3166-1)")
OFFICE: Final = label(2, pattern="[A-Z]{2}", expected="an office's code of two capital letters (WIPO ST.3)")
SHA256: Final = label(64, pattern="[0-9A-Fa-f]{64}", expected="a SHA-256 digest of 64 hexadecimal digits")
