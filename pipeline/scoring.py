"""From signals to one probability: additive weights of evidence, with every point of it shown.

score = sigmoid(prior + sum of weights), in natural-log odds. Each observation that a detector can make has one weight
in `weights.json`, with the source of the weight beside it. Signals of one family speak about the same fact (a mark in
the title, the same mark in the brand field), so in some families only the strongest counts, and all are capped.

References
----------
.. [1] I. J. Good, "Weight of evidence: a brief survey", Bayesian Statistics 2, 1985.
.. [2] R. Linacre et al., "Splink: free software for probabilistic record linkage at scale", IJPDS 7(3), 2022
       (match weights and the waterfall that explains them).
"""

import hashlib
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import orjson

from pipeline.combinations import claimed_marks, find_combinations
from pipeline.errors import SettingsError
from pipeline.exclusions import find_exclusions
from pipeline.records import AssetKind, Band, Candidate, Label, Listing, Register, RightsHolder, Signal, Weighed
from pipeline.spread import interval

EVEN = 0.5
HIGH, MEDIUM = 0.80, 0.40
"""Lower ends of the bands: `high` is for notices after a short look, `medium` for a reviewer's judgement."""

SOLD_AS_COPIES = frozenset({"vocabulary.replica", "vocabulary.evasive"})
"""Words by which the goods themselves, and not only a picture of them, are given away as copies."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Weight:
    """The points of one observation, the family that caps them, and where they come from."""

    points: float
    family: str
    source: str
    excludes_as: Label | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """The most points, for and against, that the signals of one family add up to, or that its strongest one has."""

    most: float
    least: float
    only_strongest: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class WeightTable:
    """A versioned table of weights of evidence (natural-log odds).

    Attributes
    ----------
    version : str
        Stands in every candidate and in the ledger: scores of two versions are never mixed.
    prior : float
        Log odds of a listing with one uninformative signal.
    observations : mapping of str to Weight
        By observation, as detectors name them.
    families : mapping of str to Family
        Caps, by family.
    """

    version: str
    prior: float
    observations: Mapping[str, Weight]
    families: Mapping[str, Family]

    def weight(self, observation: str) -> Weight:
        """Return the weight of an observation.

        Raises
        ------
        SettingsError
            If the table does not know it.
        """
        try:
            return self.observations[observation]
        except KeyError:
            raise SettingsError(
                f"weights.json: no weight for an observation, got {observation!r}, expected a key of the table"
            ) from None


@cache
def default_weights() -> WeightTable:
    """Return the table of weights that ships with the package."""
    raw = orjson.loads((files("pipeline") / "weights.json").read_bytes())
    return WeightTable(
        version=raw["version"],
        prior=raw["prior"]["points"],
        observations={
            name: Weight(
                points=w["points"],
                family=w["family"],
                source=w["source"],
                excludes_as=Label(w["excludes_as"]) if "excludes_as" in w else None,
            )
            for name, w in raw["observations"].items()
        },
        families={
            name: Family(most=f["most"], least=f["least"], only_strongest=f["counts"] == "the strongest")
            for name, f in raw["families"].items()
        },
    )


@cache
def fixed_observations() -> frozenset[str]:
    """Return the observations whose weights are policy: no fit moves them."""
    raw = orjson.loads((files("pipeline") / "weights.json").read_bytes())
    return frozenset(name for name, weight in raw["observations"].items() if weight.get("fixed"))


def score_listing(
    listing: Listing, signals: tuple[Signal, ...], register: Register, table: WeightTable | None = None
) -> tuple[Candidate, ...]:
    """Turn the signals of one listing into candidates, one for each rights holder whose assets were seen.

    Parameters
    ----------
    listing : Listing
        The listing as captured.
    signals : tuple of Signal
        Everything the detectors saw in it, in any order.
    register : Register
        The rights holders.
    table : WeightTable, optional
        The weights; those of the package by default.

    Returns
    -------
    tuple of Candidate
        In the order of rights holder ids. A price or a coded word alone accuses nobody: only a signal that names an
        asset makes a candidate.
    """
    table = table or default_weights()
    holders = {h.id: h for h in register.rights_holders}
    context = tuple(s for s in signals if s.rights_holder_id is None)
    accused = sorted({s.rights_holder_id for s in signals if s.rights_holder_id is not None and s.asset_id is not None})
    claimed = claimed_marks(signals)
    return tuple(
        _candidate(listing, holders[holder_id], _signals_about(signals, holder_id) + context, claimed, table)
        for holder_id in accused
    )


def _signals_about(signals: tuple[Signal, ...], holder_id: str) -> tuple[Signal, ...]:
    return tuple(s for s in signals if s.rights_holder_id == holder_id)


def _candidate(
    listing: Listing, holder: RightsHolder, seen: tuple[Signal, ...], claimed: frozenset[str], table: WeightTable
) -> Candidate:
    weighed = weigh((*find_exclusions(listing, holder), *find_combinations(holder, seen, claimed), *seen), table)
    log_odds = table.prior + sum(w.weight for w in weighed)
    score = 1.0 / (1.0 + math.exp(-log_odds))
    named = [w.signal.observation for w in weighed]
    low, high = interval(
        log_odds, ((name, table.weight(name).points, w.weight) for name, w in zip(named, weighed, strict=True))
    )
    exclusions = tuple(w for w in weighed if table.weight(w.signal.observation).excludes_as is not None)
    for_it = tuple(w for w in weighed if table.weight(w.signal.observation).excludes_as is None)
    assets = {s.asset_id for s in seen if s.asset_id is not None}
    return Candidate(
        candidate_id=candidate_id(listing, holder.id),
        listing=listing,
        rights_holder_id=holder.id,
        score=round(score, 6),
        score_low=round(low, 6),
        score_high=round(high, 6),
        band=band_of(score),
        label=suggest_label(score, weighed, holder, table),
        asset_ids=tuple(sorted(assets)),
        signals=for_it,
        exclusions=exclusions,
    )


def weigh(signals: Iterable[Signal], table: WeightTable) -> tuple[Weighed, ...]:
    """Give each signal its points, strongest first, as its family allows.

    Parameters
    ----------
    signals : iterable of Signal
        In any order; the result does not depend on it.
    table : WeightTable
        The weights and the families.

    Returns
    -------
    tuple of Weighed
        Every signal, the weightiest first; one that its family does not count is kept with 0 points.
    """
    ordered = sorted(
        signals, key=lambda s: (-abs(table.weight(s.observation).points), s.observation, s.asset_id or "", s.reason)
    )
    room = {name: Room(family) for name, family in table.families.items()}
    weighed = [
        Weighed(signal=s, weight=round(room[weight.family].take(weight.points), 6))
        for s, weight in ((s, table.weight(s.observation)) for s in ordered)
    ]
    return tuple(sorted(weighed, key=lambda w: -abs(w.weight)))


class Room:
    """What is left of a family's points while its signals are counted, strongest first."""

    def __init__(self, family: Family) -> None:
        self.family = family
        self.most = family.most
        self.least = family.least

    def take(self, points: float) -> float:
        """Return as many of the points as the family still allows."""
        taken = min(points, self.most) if points > 0 else max(points, self.least)
        if self.family.only_strongest:
            self.most = self.least = 0.0
        elif points > 0:
            self.most -= taken
        else:
            self.least -= taken
        return taken


def band_of(score: float) -> Band:
    """Return the band of a score.

    Examples
    --------
    >>> band_of(0.93).value, band_of(0.5).value, band_of(0.1).value
    ('high', 'medium', 'low')
    """
    if score >= HIGH:
        return Band.HIGH
    return Band.MEDIUM if score >= MEDIUM else Band.LOW


def candidate_id(listing: Listing, rights_holder_id: str) -> str:
    """Return the id of a candidate: the same for every capture and every run.

    Notes
    -----
    The first 20 hexadecimal digits of the SHA-256 of the listing's identity and the rights holder's id, as JSON.
    """
    return hashlib.sha256(orjson.dumps([*listing.key, rights_holder_id])).hexdigest()[:20]


def suggest_label(score: float, weighed: tuple[Weighed, ...], holder: RightsHolder, table: WeightTable) -> Label:
    """Suggest what the listing is; a person decides.

    Parameters
    ----------
    score : float
        The probability of an actionable infringement.
    weighed : tuple of Weighed
        The signals with their points.
    holder : RightsHolder
        For the kinds of the assets that were seen.
    table : WeightTable
        For the label that an exclusion stands for.

    Returns
    -------
    Label
        Below even odds the label of the strongest exclusion, if any; otherwise what the strongest evidence infringes.
    """
    against = [w for w in weighed if w.weight < 0 and table.weight(w.signal.observation).excludes_as is not None]
    if score < EVEN and against:
        strongest = min(against, key=lambda w: w.weight)
        return table.weight(strongest.signal.observation).excludes_as or Label.SUSPICIOUS
    if score < MEDIUM:
        return Label.SUSPICIOUS
    return _infringement(weighed, holder)


def _infringement(weighed: tuple[Weighed, ...], holder: RightsHolder) -> Label:
    kinds = {a.id: a.kind for a in holder.assets}
    observations = {w.signal.observation for w in weighed}
    uses = {o.split(".")[2] for o in observations if o.startswith("mark.")}
    seen = {kinds[w.signal.asset_id] for w in weighed if w.signal.asset_id is not None}
    if uses & {"quality", "stuffing"} and "claim" not in uses:
        return Label.TRADEMARK_MISUSE
    marked = "claim" in uses or AssetKind.FIGURATIVE_MARK in seen
    if not marked and AssetKind.DESIGN in seen and _in_other_colours(weighed):
        return Label.DESIGN
    if marked or (seen and observations & SOLD_AS_COPIES):
        return Label.COUNTERFEIT
    if AssetKind.PRODUCT_PHOTO in seen or AssetKind.COPYRIGHT_WORK in seen:
        return Label.IMAGE_COPYRIGHT
    if AssetKind.DESIGN in seen:
        return Label.DESIGN
    return Label.SUSPICIOUS


def _in_other_colours(weighed: tuple[Weighed, ...]) -> bool:
    """Tell whether the strongest evidence of a picture shows it recoloured: goods of that shape, no copy."""
    return next((bool(w.signal.evidence["recoloured"]) for w in weighed if "recoloured" in w.signal.evidence), False)
