"""Amounts of money as people write them: signs and words for currencies, decimals, thousands, 万, 만 and lakh, 9块9."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import lru_cache
from typing import Final

_DOLLARS: Final = ("USD", "AUD", "CAD", "HKD", "SGD", "NZD", "TWD", "MXN")
_PESOS: Final = ("ARS", "CLP", "COP", "UYU")
_KRONER: Final = ("SEK", "NOK", "DKK")

CURRENCIES: Final[dict[str, tuple[str, ...]]] = {
    "us$": ("USD",), "us $": ("USD",), "usd": ("USD",), "u$s": ("USD",), "$us": ("USD",), "dollars": _DOLLARS,
    "au$": ("AUD",), "a$": ("AUD",), "aud": ("AUD",), "ca$": ("CAD",), "c$": ("CAD",), "cad": ("CAD",),
    "hk$": ("HKD",), "hkd": ("HKD",), "nt$": ("TWD",), "twd": ("TWD",), "s$": ("SGD",), "sgd": ("SGD",),
    "nz$": ("NZD",), "nzd": ("NZD",), "mx$": ("MXN",), "mxn": ("MXN",), "$": _DOLLARS,
    "€": ("EUR",), "eur": ("EUR",), "euro": ("EUR",), "euros": ("EUR",), "евро": ("EUR",), "欧元": ("EUR",),
    "£": ("GBP",), "gbp": ("GBP",), "pounds": ("GBP",), "quid": ("GBP",), "英镑": ("GBP",),
    "¥": ("CNY", "JPY"), "cny": ("CNY",), "rmb": ("CNY",), "cn¥": ("CNY",), "元": ("CNY",), "块钱": ("CNY",),
    "块": ("CNY",), "人民币": ("CNY",), "юаней": ("CNY",), "yuan": ("CNY",), "jp¥": ("JPY",), "jpy": ("JPY",),
    "円": ("JPY",), "yen": ("JPY",), "日元": ("JPY",), "美元": ("USD",), "美金": ("USD",), "港币": ("HKD",),
    "₩": ("KRW",), "krw": ("KRW",), "원": ("KRW",), "won": ("KRW",),
    "₹": ("INR",), "inr": ("INR",), "rs.": ("INR", "PKR", "LKR"), "rs": ("INR", "PKR", "LKR"),
    "₽": ("RUB",), "rub": ("RUB",), "руб.": ("RUB",), "руб": ("RUB",), "рублей": ("RUB",), "рубля": ("RUB",),
    "рубль": ("RUB",), "р.": ("RUB",), "r$": ("BRL",), "brl": ("BRL",), "reais": ("BRL",), "real": ("BRL",),
    "zł": ("PLN",), "pln": ("PLN",), "złotych": ("PLN",), "złote": ("PLN",), "chf": ("CHF",), "fr.": ("CHF",),
    "sfr.": ("CHF",), "kr": _KRONER, "kr.": _KRONER, "sek": ("SEK",), "nok": ("NOK",), "dkk": ("DKK",),
    "₺": ("TRY",), "tl": ("TRY",), "try": ("TRY",), "kč": ("CZK",), "czk": ("CZK",), "ft": ("HUF",), "huf": ("HUF",),
    "฿": ("THB",), "thb": ("THB",), "บาท": ("THB",), "₫": ("VND",), "vnd": ("VND",), "rp": ("IDR",), "idr": ("IDR",),
    "rm": ("MYR",), "₪": ("ILS",), "₴": ("UAH",), "грн": ("UAH",), "zar": ("ZAR",), "aed": ("AED",), "lei": ("RON",),
    "грн.": ("UAH",), "uah": ("UAH",), "гривень": ("UAH",), "гривні": ("UAH",), "đ": ("VND",), "vnđ": ("VND",),
    "درهم": ("AED", "MAD"), "د.إ": ("AED",), "dhs": ("AED",), "dh": ("AED", "MAD"), "ر.س": ("SAR",), "ج.م": ("EGP",),
    "ريال سعودي": ("SAR",), "جنيه": ("EGP",), "s/": ("PEN",), "s/.": ("PEN",), "pen": ("PEN",), "ron": ("RON",),
    "港元": ("HKD",), "台币": ("TWD",), "台幣": ("TWD",), "新台币": ("TWD",), "新台幣": ("TWD",), "ドル": ("USD",),
    "ユーロ": ("EUR",), "ウォン": ("KRW",), "달러": ("USD",), "유로": ("EUR",), "위안": ("CNY",), "엔": ("JPY",),
    "rupees": ("INR", "PKR", "LKR"), "रु": ("INR",), "रुपये": ("INR",), "pkr": ("PKR",), "ksh": ("KES",),
    "ngn": ("NGN",), "myr": ("MYR",), "ils": ("ILS",), "лв.": ("BGN",), "baht": ("THB",), "korun": ("CZK",),
    "₱": ("PHP",), "php": ("PHP",), "₸": ("KZT",), "тенге": ("KZT",), "kzt": ("KZT",), "sar": ("SAR",), "₦": ("NGN",),
    "лв": ("BGN",), "bgn": ("BGN",), "egp": ("EGP",), "qar": ("QAR",), "৳": ("BDT",),
    **{f"{code.lower()}{space}$": (code,) for code in (*_DOLLARS, *_PESOS) for space in ("", " ")},
    **{code.lower(): (code,) for code in _PESOS},
}  # fmt: skip
"""Signs and words for currencies, in lower case, with the currencies that each may stand for, the likeliest first."""

_MINOR: Final[dict[str, tuple[str, ...]]] = {
    "¢": _DOLLARS, "cents": ("USD", "EUR", "AUD", "CAD"), "ct": ("EUR",), "cent": ("EUR", "USD"), "p": ("GBP",),
    "pence": ("GBP",), "коп.": ("RUB",), "коп": ("RUB",), "gr": ("PLN",), "角": ("CNY",), "毛": ("CNY",),
}  # fmt: skip
_TENTHS: Final = frozenset("角毛")
_BEHIND: Final = frozenset({"元", "块", "块钱", "円", "원"})
"""What only ever stands behind its amount: "198元3件" names three pieces and no 3 yuan."""
_COMMA: Final = frozenset("EUR BRL RUB PLN SEK NOK DKK TRY CZK HUF RON UAH IDR VND KZT BGN".split()).union(_PESOS)  # noqa: SIM905
"""Currencies of countries that write decimals with a comma."""

_SPACED: Final = (_COMMA - {"BRL", "IDR", "VND", "TRY", *_PESOS}) | {"CHF"}
"""Currencies of countries that part thousands with a space."""

_WHOLE: Final = frozenset({"JPY", "KRW", "VND", "IDR", "HUF", "CLP", "COP"})
"""Currencies that know no smaller unit in prices."""

_TIMES: Final = {
    "": 1, "k": 1_000, "千": 1_000, "천": 1_000, "тыс.": 1_000, "тыс": 1_000, "mil": 1_000, "rb": 1_000, "ribu": 1_000,
    "万": 10_000, "萬": 10_000, "만": 10_000, "w": 10_000, "lakhs": 10**5, "lakh": 10**5, "lac": 10**5, "juta": 10**6,
    "jt": 10**6, "million": 10**6, "mio.": 10**6, "mio": 10**6, "mln": 10**6, "млн": 10**6, "crores": 10**7,
    "crore": 10**7, "亿": 10**8, "億": 10**8, "억": 10**8, "m": 0,
}  # fmt: skip
"""By what an amount is multiplied; "$5m" may be millions or metres, and is not read."""

_MYRIADS: Final = "億亿억万萬만千천"
_COUNTERS: Final = "件个個只双条瓶盒包袋片支张枚套斤两月期折%"
_GROUP: Final = 3
_LARGEST: Final = Decimal(10) ** 10

_NUMBER: Final = r"\d{1,3}(?:[ \u00a0\u202f'’]\d{3})+(?:[.,]\d{1,2})?|\d+(?:[.,]\d+)*(?:[.,][-–—])?"
_SPACE: Final = r"[ \u00a0\u202f]?"
_TIME: Final = "|".join(map(re.escape, sorted(filter(None, _TIMES), key=len, reverse=True)))


def _either(names: dict[str, tuple[str, ...]]) -> str:
    """Return a pattern of signs and, bounded once for all of them, of words in Latin letters, the longest first."""
    words: list[str] = []
    signs: list[str] = []
    for name in sorted(names, key=len, reverse=True):
        (words if name[0].isascii() and name[0].isalpha() else signs).append(re.escape(name))
    return rf"(?<![^\W\d_])(?:{'|'.join(words)})(?![^\W\d_])|{'|'.join(signs)}"


_ALIKE: Final = str.maketrans("￥＄：（）٫٬", "¥$:().,")


def evened(text: str) -> str:
    """Return a text in small letters and plain digits and signs, each character in its old place.

    Examples
    --------
    >>> evened("Fİyat：￥٢٩٩٫٥٠ １２")
    'fiyat:¥299.50 12'
    """
    return "".join(map(_plain_character, text)).translate(_ALIKE)


@lru_cache(maxsize=4_096)
def _plain_character(character: str) -> str:
    digit = unicodedata.decimal(character, None)
    return character.lower()[0] if digit is None else str(digit)


_MIXED: Final = (
    rf"(?:\d+(?:\.\d+)?[{_MYRIADS}] ?){{1,3}}(?:\d{{1,3}}(?:,\d{{3}})+|\d+(?![\d.,{_MYRIADS}])|\d+[{_MYRIADS}])"
)
"""1万2000, 5万8千, 3만 9,900."""

MONEY: Final = re.compile(
    rf"(?:(?<![0-9a-zа-яё.,])(?P<whole>\d{{1,6}})(?:(?P<yuan>块|元(?=\d[角毛]))(?P<tenths>\d)(?:[角毛]|(?![\d{_COUNTERS}](?!邮)))"
    r"|€(?P<cents>\d{2})(?!\d|[.,]\d| ?€))"
    rf"|(?P<before>{_either({n: c for n, c in CURRENCIES.items() if n not in _BEHIND})}){_SPACE}"
    rf"(?:(?P<mixed>{_MIXED})|(?P<number>{_NUMBER})(?:{_SPACE}(?P<times>{_TIME})(?![^\W\d_]))?)(?:/-)?"
    rf"|(?:(?<![0-9a-zа-яё.,])(?P<mixed_first>{_MIXED})"
    rf"|(?P<number_first>(?<![0-9a-zа-яё.,])(?:{_NUMBER}))(?:{_SPACE}(?P<times_first>{_TIME}))?){_SPACE}"
    rf"(?P<after>(?:{_either(CURRENCIES)})(?:(?<=[元块钱円원])|(?!\d))|(?P<minor>{_either(_MINOR)})(?![^\W_])))"
    rf"(?: ?(?P<code>{'|'.join(code.lower() for code in (*_DOLLARS, *_PESOS, *_KRONER))})(?![a-z]| ?\d))?"
)
"""An amount with its currency before, after or inside it, in an evened text."""


_DASHED: Final = re.compile(r"(?<![\w.,'’])\d{1,3}(?:[.'’ ]?\d{3})*[.,][-–—](?!\d)")
"""An amount that its dash tells, without a currency: "statt 129.–"."""

_TORN: Final = re.compile(r"[⁰¹²³⁴-⁹]|(?<=\d) \d{2}(?= *(?:$|[(;|]|[-–] ))")
"""Cents that may stand behind an amount."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Amount:
    """An amount of money: in which currencies it may be, the likeliest first, and where it stands.

    Attributes
    ----------
    currencies : tuple of str
        ISO 4217 codes; empty where the text names none.
    start, end : int
        Offsets in the text.
    """

    value: Decimal
    currencies: tuple[str, ...]
    start: int
    end: int


def amounts_in(text: str) -> tuple[Amount, ...]:
    """Return the amounts of money in an evened text, in order; none if one of them can be read in two ways.

    Examples
    --------
    >>> [(str(amount.value), amount.currencies) for amount in amounts_in("chf 89.– statt 129.–")]
    [('89', ('CHF',)), ('129', ('CHF',))]
    >>> amounts_in("$ 22 99"), amounts_in("$22⁹⁹")
    ((), ())
    """
    matches = list(MONEY.finditer(text))
    found = [None if _TORN.match(text, match.end()) else _amount_of(match) for match in matches]
    amounts = [amount for amount in found if amount is not None]
    if len(amounts) < len(matches):
        return ()
    currencies = {amount.currencies for amount in amounts}
    if len(currencies) == 1:
        taken = [range(amount.start, amount.end) for amount in amounts]
        for bare in _DASHED.finditer(text):
            value = number_of(bare.group(), amounts[0].currencies)
            if value is not None and not any(bare.start() in span for span in taken):
                amounts.append(replace(amounts[0], value=value, start=bare.start(), end=bare.end()))
    return tuple(sorted(amounts, key=lambda amount: amount.start))


def _amount_of(match: re.Match[str]) -> Amount | None:
    """Return the amount of a match of `MONEY`; None where it can be read in two ways."""
    if match["whole"]:
        return _parted(match)
    sign = match["before"] or match["after"]
    if mixed := match["mixed"] or match["mixed_first"]:
        value = _of_parts(mixed)
        span = match.span()
        return _bounded(value, CURRENCIES[sign], *span) if value is not None and match["minor"] is None else None
    return _plain(match, sign)


def _plain(match: re.Match[str], sign: str) -> Amount | None:
    """Return an amount that is one number, perhaps in thousands, with its currency before or after it."""
    written, start, end = match["number"] or match["number_first"], match.start(), match.end()
    minor = match["minor"] is not None
    currencies = _MINOR[sign] if minor else CURRENCIES[sign]
    if match["code"] and (sign == "$" or match["code"].upper() in currencies):
        currencies = (match["code"].upper(),)
    if not minor and not _SPACED.intersection(currencies) and (gap := re.search(r"[ \u00a0\u202f]", written)):
        if match["before"]:
            written, end = written[: gap.start()], match.start("number") + gap.start()
        else:
            written, start = written[written.rindex(gap.group()) + 1 :], start + written.rindex(gap.group()) + 1
    value = number_of(written, currencies, sign_first=match["before"] is not None)
    times = _TIMES[match["times"] or match["times_first"] or ""]
    if value is None or not times or (times == 1 and currencies[0] in _WHOLE and value != value.to_integral_value()):
        return None
    if minor:
        value /= 10 if sign in _TENTHS else 100
    return _bounded(value * times, currencies, start, end)


def _parted(match: re.Match[str]) -> Amount:
    """Return an amount whose currency stands where its decimals begin: 9块9, 39€90."""
    currency = "CNY" if match["yuan"] else "EUR"
    value = Decimal(f"{match['whole']}.{match['tenths'] or match['cents']}")
    return Amount(value=value, currencies=(currency,), start=match.start(), end=match.end())


def _of_parts(written: str) -> Decimal | None:
    """Return the sum of parts that grow smaller, "1万2000" or "5万8千"; None if they do not."""
    parts = re.findall(rf"([\d.,]+)([{_MYRIADS}]?)", written)
    scales = [_TIMES[unit] for _, unit in parts]
    values = [Decimal(number.replace(",", "")) for number, _ in parts]
    room = zip(scales, scales[1:], values[1:], strict=False)
    if any(value * scale >= larger for larger, scale, value in room):
        return None
    return sum((value * scale for value, scale in zip(values, scales, strict=True)), Decimal(0))


def _bounded(value: Decimal, currencies: tuple[str, ...], start: int, end: int) -> Amount | None:
    return Amount(value=value, currencies=currencies, start=start, end=end) if value < _LARGEST else None


def number_of(written: str, currencies: tuple[str, ...], *, sign_first: bool = False) -> Decimal | None:
    """Return a number as its currency's people write it; None where it can be read in two ways, or in none.

    Examples
    --------
    >>> number_of("1.234,50", ("EUR",)), number_of("1,23,456", ("INR",)), number_of("1'299.-", ("CHF",))
    (Decimal('1234.50'), Decimal('123456'), Decimal('1299'))
    >>> number_of("1.234", ("USD",)), number_of("1.234", ("EUR",)), number_of("1,234", ("EUR",))
    (None, Decimal('1234'), None)
    """
    bare = re.sub(r"[.,][-–—]$", "", written)
    digits = re.sub(r"[ \u00a0\u202f'’]", "", bare)
    if digits != bare and not re.search(r"[.,]", digits):
        return Decimal(digits)
    signs = re.findall(r"[.,]", digits)
    if not signs:
        return Decimal(digits)
    groups = re.split(r"[.,]", digits)
    if len(set(signs)) == 2:  # noqa: PLR2004
        return _two_signs(signs, groups)
    if len(signs) > 1:
        return Decimal("".join(groups)) if _are_groups(groups) else None
    return _one_sign(signs[0], groups, currencies, sign_first=sign_first)


def _two_signs(signs: list[str], groups: list[str]) -> Decimal | None:
    """Read thousands and decimals told apart by their signs: the last one parts the decimals."""
    if signs.count(signs[-1]) > 1 or not _are_groups(groups[:-1]) or len(groups[-1]) > 2:  # noqa: PLR2004
        return None
    return Decimal("".join(groups[:-1]) + "." + groups[-1])


def _are_groups(groups: list[str]) -> bool:
    """Say whether groups of digits are thousands, or the lakhs and crores of India."""
    first, *rest = map(len, groups)
    return not rest or (1 <= first <= _GROUP and rest[-1] == _GROUP and set(rest[:-1]) in ({_GROUP}, {2}, set()))


def _one_sign(sign: str, groups: list[str], currencies: tuple[str, ...], *, sign_first: bool) -> Decimal | None:
    """Read a number with one sign: two digits after it are decimals, three are thousands where the currency says so."""
    whole, rest = groups
    if len(rest) <= 2:  # noqa: PLR2004
        return Decimal(f"{whole}.{rest}")
    if len(rest) != 3 or len(whole) > 3 or whole == "0":  # noqa: PLR2004
        return None
    if not currencies:
        return None
    comma = currencies[0] in _COMMA and not sign_first if currencies[0] == "EUR" else currencies[0] in _COMMA
    thousands = "." if comma else ","
    if sign == thousands or set(currencies) <= _WHOLE:
        return Decimal(whole + rest)
    return None
