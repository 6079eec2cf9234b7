"""What a queue shows of a case, and how much harm it may do."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Final

UNRANKED: Final = 100
"""A listing that no search led to counts as if it stood at the end of the first hundred results."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """The listing of a case as last captured, in so far as queues show it, filter and sort by it.

    Attributes
    ----------
    content : str
        Digest of the capture's content.
    price, currency : Decimal and str, or None
        As offered.
    euros : float or None
        The price in euros at the day's rate, so that prices can be compared; None where there is no rate.
    keyword, rank : str and int, or None
        The search that led to the listing, and its place among the results from 1.
    """

    content: str
    captured_at: datetime
    title: str
    url: str
    seller_name: str | None = None
    price: Decimal | None = None
    currency: str | None = None
    euros: float | None = None
    sold_count: int | None = None
    keyword: str | None = None
    rank: int | None = None

    @property
    def harm(self) -> float:
        """Return the turnover that buyers may see, in euros: for the order of a queue, not a sum of damages.

        Notes
        -----
        price x (1 + units sold) x 1 / log2(1 + rank): the discount by which searches are commonly judged.

        References
        ----------
        .. [1] K. Jarvelin, J. Kekalainen, "Cumulated gain-based evaluation of IR techniques", ACM TOIS 20(4), 2002.

        Examples
        --------
        >>> plain = {"content": "", "captured_at": datetime(2026, 10, 3), "title": "", "url": ""}
        >>> Card(**plain, euros=20.0, sold_count=9, rank=3).harm
        100.0
        """
        exposure = 1 / math.log2(1 + max(self.rank or UNRANKED, 1))
        return round((self.euros or 0.0) * (1 + max(self.sold_count or 0, 0)) * exposure, 2)
