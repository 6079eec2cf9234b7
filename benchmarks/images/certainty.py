"""What the strengths of signals are worth: fitted on the uploads of half of the senders, shown on the other half.

python -m benchmarks.images.certainty COLLECTION [--assets 300 3000] [--sample N] [--logos N] [--workers N]

COLLECTION is what `prepare` wrote. Registered photos are uploaded with every attack and logos with every print, beside
innocent photos as they are and altered. Each signal is right or wrong. Printed are, for each kind of sighting, the
level and slope of `detectors.image.certainty.Scale` that one half asks for, beside those in use; and how often
signals of the other half are right, by their strength. Uploads count as if one in ten showed a registered picture.
"""

from __future__ import annotations

import argparse
import hashlib
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from itertools import pairwise
from math import log
from multiprocessing import get_context
from random import Random
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from benchmarks.images import attacks, logos
from benchmarks.images.collection import Collection, load
from benchmarks.images.command import carried_out, options
from benchmarks.images.ours import KIT, MARKS, batch_of, enrolled, image_detectors, register_of
from benchmarks.images.outcomes import ATTACKED
from benchmarks.images.split import REFERENCES, split
from benchmarks.images.trials import Alter, Bench, Subject
from detectors.image.certainty import Scale
from detectors.image.evidence import SCALES
from detectors.image.finding import PLAIN, PRINTED
from detectors.image.silhouette_detector import SCALE as SILHOUETTE
from pipeline.errors import PhotoRefusedError
from pipeline.records import Detector, Register, Signal

IN_USE = {
    "photo_reused, copy": SCALES["copy"],
    "photo_reused, part": SCALES["part"],
    "picture_found, as they are": PLAIN,
    "picture_found, printed": PRINTED,
    "silhouette_seen": SILHOUETTE,
}
SHOWN = 0.1
"""Share of uploads that are taken to show a registered picture."""
USUAL, FIRMNESS = 2.0, 10.0
"""What a standard deviation of a measure adds to log odds if nothing is known, and how much that opinion weighs."""
EDGES = (0, 0.1, 0.3, 0.5, 0.7, 0.9, 0.97, 1.0)


class Sight(NamedTuple):
    """A signal, and whether it is right.

    Attributes
    ----------
    kind : str
        One of `IN_USE`.
    measure : float
        What its scale reads.
    chances : int
        In how many pairs of a picture and a photo the detector may have erred.
    strength : float
        Of the signal.
    right : bool
        Whether the upload shows the asset.
    attacked : bool
        Whether the upload shows a registered picture at all.
    half : int
        1 to fit, 0 to show.
    weight : float
        How much it counts.
    """

    kind: str
    measure: float
    chances: int
    strength: float
    right: bool
    attacked: bool
    half: int
    weight: float = 1.0


class Seen(NamedTuple):
    """The sights of some uploads, and how many uploads there were, by half and by whether they were attacked."""

    sights: list[Sight]
    uploads: Counter[tuple[int, bool]]


def main() -> int:
    parser = options(__doc__)
    parser.add_argument("--assets", type=int, nargs="+", default=[REFERENCES, 3_000])
    parser.add_argument("--sample", type=int, default=REFERENCES)
    parser.add_argument("--logos", type=int, default=150)
    parser.add_argument("--workers", type=int, default=2)
    return carried_out(parser.parse_args(), measure, print_result)


def measure(arguments: argparse.Namespace) -> dict[str, Any]:
    """Return fitted scales, and how reliable the strengths in use are."""
    collection = load(arguments.collection)
    parts, random = split(collection, arguments.seed), Random(arguments.seed)
    uploads = attacks.subjects(parts, arguments.sample, arguments.seed)
    brands = logos.one_a_brand(collection, REFERENCES, random)
    prints = logos.subjects(collection, brands[: arguments.logos], random)
    registers = [register_of(parts.assets(count)) for count in arguments.assets]
    seen = [see(collection, register, uploads, attacks.attack, arguments) for register in registers]
    seen.append(see(collection, register_of(brands, MARKS), prints, logos.put, arguments))
    sights = weighed(seen)
    fitted = {kind: fit([s for s in sights if s.kind == kind and s.half == 1]) for kind in IN_USE}
    return {
        "in use": {kind: scale._asdict() for kind, scale in IN_USE.items()},
        "fitted": {kind: scale._asdict() for kind, scale in fitted.items() if scale},
        "reliability": reliability([s for s in sights if s.half == 0]),
    }


def see(collection: Collection, register: Register, subjects: Sequence[Subject], alter: Alter, arguments: Any) -> Seen:
    """Show uploads to the detectors and keep their signals."""
    detectors = image_detectors(register, enrolled(collection, register))
    bench = Bench(collection=collection, methods=(), matchers={}, alter=alter, seed=arguments.seed)
    with ProcessPoolExecutor(
        arguments.workers, mp_context=get_context("fork"), initializer=_at_work.append, initargs=((bench, detectors),)
    ) as pool:
        sights = [sight for several in pool.map(_sights, subjects) for sight in several]
    counts: Counter[tuple[int, bool]] = Counter()
    for subject in subjects:
        counts[half_of(subject), subject.group == ATTACKED] += len(subject.attacks)
    return Seen(sights, counts)


_at_work: list[tuple[Bench, tuple[Detector, ...]]] = []
"""What this worker process looks with."""


def _sights(subject: Subject) -> list[Sight]:
    bench, detectors = _at_work[0]
    sights = []
    for data in bench.uploads(subject):
        try:
            photos = batch_of([KIT.describe(data)])
        except PhotoRefusedError:
            continue
        signals = [signal for detector in detectors for signal in detector.detect(photos)[0]]
        sights += [sight_of(signal, subject) for signal in signals]
    return sights


def sight_of(signal: Signal, subject: Subject) -> Sight:
    """Return what counts of a signal."""
    seen = signal.evidence
    kind = signal.detector
    if kind == "photo_reused":
        kind += f", {signal.observation.split('.')[1]}"
    if kind == "picture_found":
        kind += ", printed" if signal.observation.startswith(("logo", "artwork")) else ", as they are"
    measured = seen["distance_bits"] if "distance_bits" in seen else log(seen["score"] / seen["threshold"])
    return Sight(
        kind=kind,
        measure=float(measured),
        chances=seen["chances"],
        strength=signal.strength,
        right=signal.asset_id == subject.item.file,
        attacked=subject.group == ATTACKED,
        half=half_of(subject),
    )


def half_of(subject: Subject) -> int:
    """Return the half of a subject: all of a sender or of a brand is in the same."""
    return hashlib.sha256(subject.item.group.encode()).digest()[0] % 2


def weighed(seen: Iterable[Seen]) -> list[Sight]:
    """Give sights the weights at which one upload in ten shows a registered picture."""
    return [
        sight._replace(weight=(SHOWN if sight.attacked else 1 - SHOWN) / some.uploads[sight.half, sight.attacked])
        for some in seen
        for sight in some.sights
    ]


def fit(sights: Sequence[Sight]) -> Scale | None:
    """Fit level and slope by logistic regression; None if nothing was seen.

    One wrong sight more, of the least telling measure and half the weight of an innocent upload, keeps the level of
    what never errs from rising without end.
    """
    if not sights:
        return None
    rising = IN_USE[sights[0].kind].slope > 0
    least = (min if rising else max)(sight.measure for sight in sights)
    measures = np.array([*(sight.measure for sight in sights), least])
    chances = np.log([*(sight.chances for sight in sights), max(sight.chances for sight in sights)])
    right = np.array([*(sight.right for sight in sights), False])
    lightest = min(sight.weight for sight in sights)
    weights = np.array([*(sight.weight for sight in sights), lightest / 2]) / lightest
    unit, usual = max(float(measures.std()), 1e-9), USUAL if rising else -USUAL

    def loss(values: NDArray[np.float64]) -> float:
        odds = values[0] + values[1] * measures / unit - chances
        return float(weights @ np.logaddexp(0, np.where(right, -odds, odds)) + FIRMNESS * (values[1] - usual) ** 2)

    level, slope = minimize(loss, np.array([np.mean(chances), usual])).x
    return Scale(round(float(level), 2), round(float(slope) / unit, 3))


def reliability(sights: Sequence[Sight]) -> list[dict[str, float]]:
    """Return the mean strength and the share that is right of the sights between two strengths."""
    rows = []
    for low, high in pairwise(EDGES):
        some = [s for s in sights if low <= s.strength < high or s.strength == high == 1]
        if weight := sum(sight.weight for sight in some):
            strength = sum(sight.weight * sight.strength for sight in some) / weight
            right = sum(sight.weight * sight.right for sight in some) / weight
            rows.append({"from": low, "to": high, "sights": len(some), "strength": strength, "right": right})
    return rows


def shown(scale: dict[str, float] | None) -> str:
    return f"{scale['level']:.2f} {scale['slope']:+.3f}" if scale else "-"


def print_result(result: dict[str, Any]) -> None:
    print(f"{'kind of sighting':30}{'in use':>18}{'fitted':>18}")
    for kind, scale in result["in use"].items():
        columns = [scale, result["fitted"].get(kind)]
        print(f"{kind:30}" + "".join(f"{shown(c):>18}" for c in columns))
    print(f"\n{'strength':14}{'sights':>8}{'mean':>8}{'right':>8}")
    for row in result["reliability"]:
        span = f"{row['from']} to {row['to']}"
        print(f"{span:14}{row['sights']:8}{row['strength']:8.3f}{row['right']:8.3f}")


if __name__ == "__main__":
    sys.exit(main())
