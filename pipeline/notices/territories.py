"""Where a right is in force and whom an offer addresses, as countries (ISO 3166-1)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Final
from urllib.parse import urlsplit

_EU: Final = frozenset(
    "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK".split()  # noqa: SIM905
)
UNIONS: Final[Mapping[str, frozenset[str]]] = MappingProxyType(
    {"EM": _EU, "EU": _EU, "BX": frozenset({"BE", "NL", "LU"}), "UK": frozenset({"GB"}), "EL": frozenset({"GR"})}
)
"""Offices and codes that stand for several countries, or for one under another name (WIPO ST.3)."""


def countries(codes: Iterable[str]) -> frozenset[str]:
    """Return the countries that codes of territories and offices stand for.

    Examples
    --------
    >>> sorted(countries(["BX", "gb"]))
    ['BE', 'GB', 'LU', 'NL']
    """
    return frozenset(c for code in codes for c in UNIONS.get(code.upper(), {code.upper()}))


def host_of(url: str) -> str:
    """Return the host of a web address in small letters; empty if it is none.

    Examples
    --------
    >>> host_of("https://www.Shop.example:443/item/1"), host_of("javascript:alert(1)")
    ('www.shop.example', '')
    """
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        return ""
    return host.lower() if parts.scheme in {"http", "https"} else ""


def country_of_site(host: str, sites: Mapping[str, str]) -> str | None:
    """Return the country of the site that a host belongs to; the longest ending that fits decides.

    Examples
    --------
    >>> country_of_site("www.shop.co.uk", {"shop.co.uk": "GB", "co.uk": "XX"})
    'GB'
    """
    fitting = [end for end in sites if host == end or host.endswith(f".{end}")]
    return sites[max(fitting, key=len)] if fitting else None
