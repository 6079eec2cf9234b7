"""Code lists and check digits that registers and snapshots share."""

from __future__ import annotations

import re
from typing import Final

_CODES: Final = """
AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CLP
CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR
ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT
MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD
SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD UYU UZS VES VND
VUV WST XAF XCD XCG XOF XPF YER ZAR ZMW ZWG
"""

CURRENCIES: Final = frozenset(_CODES.split())
"""Currencies that goods are sold in: ISO 4217 list one, without funds, metals, units of account and test codes.

ANG and BGN were withdrawn in 2025 and 2026 and stay, since older captures hold them.
"""

_GTIN = re.compile(r"[0-9]{8}|[0-9]{12,14}")


def is_gtin(code: str) -> bool:
    """Tell whether a text is a GTIN-8, -12, -13 or -14 with the right check digit.

    References
    ----------
    .. [1] GS1 General Specifications, section 7.9.1, "Standard check digit calculations".

    Examples
    --------
    >>> is_gtin("4006381333931"), is_gtin("4006381333932"), is_gtin("123")
    (True, False, False)
    """
    if not _GTIN.fullmatch(code):
        return False
    digits = [int(digit) for digit in reversed(code)]
    return (sum(digits[0::2]) + 3 * sum(digits[1::2])) % 10 == 0
