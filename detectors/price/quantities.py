"""How many units one purchase brings: packs, sets and lots named in a title."""

from __future__ import annotations

import re
from typing import Final

from detectors.price.words import fold

MOST_UNITS: Final = 1_000
"""A larger count is read as part of a name, not as a pack."""

_NUMBER = r"(?<![\w.,:/*×-])(\d{1,4})"
_PACK = "pack|set|lot|case|bundle|box|lote|paquete|pacote|confezione|paczka|zestaw|комплект|набор|упаковка"
_UNIT = (
    "packs?|pk|pcs?|pieces?|count|ct|pairs?|units?|stk|stuck|paar|uds?|unidades|piezas|pares|pezzi|pz|paia|paires"
    "|szt|sztuk|par|шт|штук|пар|пары|упаковок|упаковки"
)
_PATTERNS: Final = tuple(
    re.compile(pattern)
    for pattern in (
        r"(?<![\d.,])(\d{1,4}) ?[件个個只隻支条條双雙对對瓶盒包袋片枚本张張罐粒颗块把点點] ?(?:装|裝|入|組|组)(?!套)",
        r"(?<![\d.,])(\d{1,4}) ?(?:個|本|枚|足|点)(?:入り?|組|セット|set)",
        r"(?<![\d.,])(\d{1,4}) ?(?:個|입|개입|개|매|켤레)(?![월人년月])",
        rf"{_NUMBER}[ -]?(?:{_UNIT})(?!\w)(?! ?(?:set|suit))",
        rf"{_NUMBER}er[ -]?(?:set|pack|packung)(?!\w)",
        rf"(?<!\w)(?:{_PACK}) (?:of|de|da|di|z|из|von|à) (\d{{1,4}})(?![\w.,])",
        r"(?<![\w.,])(?<!\d )[x×] ?(\d{1,3})(?![\w.,:]| ?[x×])",
        r"(?:^|(?<=[^\w.,×*]))(\d{1,2}) [x×] (?=[^\W\d_]{3})",
        r"^(\d{1,2})[x×] (?=[^\W\d_]{3})",
    )
)


def units_in(title: str) -> int | None:
    """Return the units that a title says one purchase brings: 1 if it says nothing, None if it contradicts itself.

    A set of different things ("3件套", "5-piece set") is one article and not a pack.

    Examples
    --------
    >>> [units_in(title) for title in ("Socks, pack of 10", "袜子3件装", "10er Set Kerzen", "mug x2", "45L bag")]
    [10, 3, 10, 2, 1]
    >>> units_in("2-pack or 3-pack") is None
    True
    """
    folded = fold(title)
    counts = {int(match) for pattern in _PATTERNS for match in pattern.findall(folded)}
    stated = {count for count in counts if 1 <= count <= MOST_UNITS}
    if len(stated) > 1:
        return None
    return stated.pop() if stated else 1
