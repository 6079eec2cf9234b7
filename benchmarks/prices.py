"""Measure whether p-values of authentic prices mean what they say: how often an honest price is called as rare as 1 %.

Run from the root of the repository::

    python -m benchmarks.prices PRICES.csv.gz [--rounds 100]

PRICES has the columns `sub_category`, `actual_price` (list) and `discount_price` of authentic offers. Weeks and
conditions are drawn, since such tables have none: used goods sell for a part of what new ones do, and in the week of a
promotion every second shop goes lower still. Levels are learnt from one part of the offers and judged on the other:
once with the offers parted at random, once with whole categories held back, which is harder, since categories differ.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import random
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from statistics import mean
from typing import Final

from detectors.price.levels import PriceLevels, PriceObservation, learn
from pipeline.records import Condition, Register

SEED: Final = 20261121
NOMINAL: Final = 0.01
WEEKS: Final = tuple(f"2026-W{week}" for week in range(40, 47))
PROMOTION: Final = WEEKS[-1]
REGISTER: Final = Register(version=1, rights_holders=(), digest="")

Offer = tuple[str, PriceObservation]
"""An authentic offer with its category."""


def read(path: Path) -> list[tuple[str, float]]:
    """Return the category and the share of the list price of every offer that has both prices."""
    lines = gzip.decompress(path.read_bytes()).decode("utf-8").splitlines()
    return [
        (row["sub_category"], asked / listed)
        for row in csv.DictReader(lines)
        for listed, asked in [(_amount(row["actual_price"]), _amount(row["discount_price"]))]
        if 0 < asked <= listed
    ]


def _amount(written: str) -> float:
    return float(re.sub(r"[^\d.]", "", written) or 0)


def drawn(draw: random.Random, rows: list[tuple[str, float]]) -> Iterator[Offer]:
    """Yield the offers with a week and a condition each."""
    for number, (category, ratio) in enumerate(rows):
        week = draw.choice(WEEKS)
        condition = draw.choices([Condition.NEW, Condition.UNKNOWN, Condition.USED], [0.5, 0.25, 0.25])[0]
        asked = ratio * (draw.uniform(0.3, 0.8) if condition is Condition.USED else 1.0)
        if week == PROMOTION:
            asked *= draw.uniform(0.6, 1.0) if draw.random() < 0.5 else 1.0
        yield (
            category,
            PriceObservation(
                rights_holder_id=category,
                listing=str(number),
                sku=str(number),
                identified_by="gtin",
                condition=condition,
                week=week,
                ratio=asked,
            ),
        )


def realised(levels: PriceLevels, offers: list[PriceObservation]) -> dict[str, list[bool]]:
    """Return whether each offer is called as rare as the nominal level, by condition, and for the promotion's week."""
    found: defaultdict[str, list[bool]] = defaultdict(list)
    for offer in offers:
        known = levels.p_value(
            offer.ratio, condition=offer.condition, identified_by=offer.identified_by, week=offer.week
        )
        called = known is not None and known.p <= NOMINAL
        found["promotion week" if offer.week == PROMOTION else offer.condition.value].append(called)
    return found


def parted(draw: random.Random, offers: list[Offer], *, by_category: bool) -> tuple[list[Offer], list[Offer]]:
    """Return two halves of the offers."""
    if not by_category:
        shuffled = draw.sample(offers, len(offers))
        return shuffled[::2], shuffled[1::2]
    categories = sorted({category for category, _ in offers})
    known = set(draw.sample(categories, len(categories) // 2))
    return [o for o in offers if o[0] in known], [o for o in offers if o[0] not in known]


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("prices", type=Path)
    parser.add_argument("--rounds", type=int, default=100)
    arguments = parser.parse_args()
    draw = random.Random(SEED)
    rows = read(arguments.prices)
    print(
        f"{len(rows)} authentic offers in {len({category for category, _ in rows})} categories, nominal {NOMINAL:.1%}"
    )
    for by_category in (False, True):
        shares: defaultdict[str, list[float]] = defaultdict(list)
        for _ in range(arguments.rounds):
            known, judged = parted(draw, list(drawn(draw, rows)), by_category=by_category)
            levels = learn([offer for _, offer in known], REGISTER)
            for group, called in realised(levels, [offer for _, offer in judged]).items():
                shares[group].append(mean(called))
        print("categories held back" if by_category else "offers held back at random")
        for group, each in sorted(shares.items()):
            low, high = sorted(each)[len(each) // 20], sorted(each)[-1 - len(each) // 20]
            print(f"  {group:<16} {mean(each):.4f}  (nine rounds in ten: {low:.4f} to {high:.4f})")


if __name__ == "__main__":
    main()
