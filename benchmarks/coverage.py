"""How often the published prevalence interval contains the truth: the estimator that ships, in nine scenarios.

python -m benchmarks.coverage [--draws 2000] [--labels 600] [--json FILE]

Each scenario is a market of a million listings with a prevalence of 0.3, 0.8 or 2 % and a scan whose scores separate
infringing from other listings with an AUC of 0.97, but for 0, 15 or 40 % of the infringing ones, which score like
anything else. The strata are the highest 5 % of scores and the rest; labels are shared out by the rule that ships.
Told for each interval: coverage, how often it lies wholly below the truth (the error that flatters) and wholly above,
and its mean width, beside a simple random sample of as many labels. Fails if the headline covers less than 94.5 %
anywhere.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path

import numpy as np
from scipy.special import ndtri

from pipeline.metrics.draw import FLAGGED, REST, allocate
from pipeline.metrics.intervals import Interval, Limits, Stratum, clopper_pearson, jeffreys, stratified

LISTINGS, ABOVE, AUC = 1_000_000, 0.05, 0.97
PREVALENCES, EVASIVE = (0.003, 0.008, 0.02), (0.0, 0.15, 0.40)
LEAST = 0.945
SEED = 20261121


@dataclass(frozen=True, slots=True, kw_only=True)
class Market:
    """Listings and infringing ones among them, above the band and in all."""

    listings: int
    above: int
    fakes: int
    fakes_above: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """How an interval did in a scenario; shares of the draws, and its mean width in percentage points."""

    prevalence: float
    evasive: float
    interval: str
    covered: float
    below: float
    above: float
    width_pp: float


def market(prevalence: float, evasive: float, seed: int = SEED, listings: int = LISTINGS) -> Market:
    """Draw the scores of a market and cut off the highest."""
    chance = np.random.default_rng([seed, round(prevalence * 1e6), round(evasive * 100)])
    fakes = round(listings * prevalence)
    hidden = round(fakes * evasive)
    scores = chance.standard_normal(listings)
    scores[: fakes - hidden] += np.sqrt(2) * ndtri(AUC)
    above = round(listings * ABOVE)
    cut = np.partition(scores, listings - above)[listings - above]
    return Market(listings=listings, above=above, fakes=fakes, fakes_above=int((scores[:fakes] >= cut).sum()))


def findings(found: Market, prevalence: float, evasive: float, *, draws: int, labels: int) -> Iterator[Finding]:
    """Draw samples and yield how each interval did."""
    chance = np.random.default_rng([SEED, found.fakes_above, found.fakes])
    below = found.listings - found.above
    wanted = allocate({FLAGGED: found.above, REST: below}, labels)
    top = chance.hypergeometric(found.fakes_above, found.above - found.fakes_above, wanted[FLAGGED], draws)
    missed = found.fakes - found.fakes_above
    rest = chance.hypergeometric(missed, below - missed, wanted[REST], draws)
    plain = chance.hypergeometric(found.fakes, found.listings - found.fakes, labels, draws)

    def published(limits: Limits) -> Callable[[int, int], Interval | None]:
        @cache
        def interval(above: int, under: int) -> Interval | None:
            strata = [
                Stratum(size=found.above, sampled=wanted[FLAGGED], confirmed=above),
                Stratum(size=below, sampled=wanted[REST], confirmed=under),
            ]
            return stratified(strata, limits)

        return interval

    truth = found.fakes / found.listings
    made: dict[str, list[Interval | None]] = {
        "headline": [published(clopper_pearson)(int(a), int(b)) for a, b in zip(top, rest, strict=True)],
        "jeffreys": [published(jeffreys)(int(a), int(b)) for a, b in zip(top, rest, strict=True)],
        "simple random": [clopper_pearson(int(x), labels) for x in plain],
    }
    for name, intervals in made.items():
        yield Finding(prevalence=prevalence, evasive=evasive, interval=name, **shares(intervals, truth))


def shares(intervals: Sequence[Interval | None], truth: float) -> dict[str, float]:
    """Return the shares of draws whose interval holds the truth or lies beside it, and the mean width."""
    known, draws = [i for i in intervals if i is not None], len(intervals)
    return {
        "covered": sum(i.low <= truth <= i.high for i in known) / draws,
        "below": sum(i.high < truth for i in known) / draws,
        "above": sum(i.low > truth for i in known) / draws,
        "width_pp": 100 * sum(i.high - i.low for i in known) / draws,
    }


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--draws", type=int, default=2_000)
    options.add_argument("--labels", type=int, default=600)
    options.add_argument("--json", type=Path)
    given = options.parse_args()
    found = [
        finding
        for prevalence in PREVALENCES
        for evasive in EVASIVE
        for finding in findings(
            market(prevalence, evasive), prevalence, evasive, draws=given.draws, labels=given.labels
        )
    ]
    print("prevalence  evasive  interval       covered   below   above  width pp")
    for f in found:
        print(
            f"{f.prevalence:9.1%} {f.evasive:8.0%}  {f.interval:13} {f.covered:8.1%} {f.below:7.1%} {f.above:7.1%}"
            f" {f.width_pp:9.2f}"
        )
    if given.json:
        given.json.write_text(json.dumps([asdict(f) for f in found], indent=2) + "\n")
    short = [f for f in found if f.interval == "headline" and f.covered < LEAST]
    sys.exit(f"{len(short)} scenarios are covered too seldom" if short else 0)


if __name__ == "__main__":
    main()
