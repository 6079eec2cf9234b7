"""What signals mean together: facts that only show when two detectors' findings are laid side by side.

Points add up, so a meaning that no single signal has needs an observation of its own, with a name, weight and reason.
"""

from collections.abc import Iterator

from pipeline.records import RightsHolder, Signal

NAME = "combination"
OBSERVATIONS = (
    "picture.without_mark",
    "picture.under_another_mark",
    "shop.named_after_mark",
    "sign.on_named_goods",
    "sighting.on_named_goods",
    "word.in_another_sense",
)

FAINT = (".faint", ".silhouette.far")
"""End the name of a sighting that means nothing without others."""
PICTURES = ("photo.", "artwork.", "design.", "logo.")
SIGNS = "logo."
SURE = 0.98
"""Certainty from which a picture counts as seen where the words say nothing: a less certain one may be another photo of
such goods, and goods of others need not name the mark.
"""


UNCLEAR_FORM = "mark.fragment."
CLAIMS = (".claim", ".quality", ".stuffing")
OPEN_CLAIMS = frozenset({"mark.exact.claim", "mark.common.claim"})
OPEN_FORMS = ("mark.exact.", "mark.common.", "mark.glued.", "mark.fuzzy.", "mark.fragment.")
OPEN_USES = (".claim", ".mention")
OTHER_GOODS = "goods.outside_range"


def claimed_marks(signals: tuple[Signal, ...]) -> frozenset[str]:
    """Return the rights holders under whose marks, written in full, the goods of a listing are offered."""
    marks = (s for s in signals if s.observation.startswith("mark.") and s.observation.endswith(CLAIMS))
    return frozenset(s.rights_holder_id or "" for s in marks if not s.observation.startswith(UNCLEAR_FORM))


def find_combinations(
    holder: RightsHolder, seen: tuple[Signal, ...], claimed: frozenset[str] = frozenset()
) -> tuple[Signal, ...]:
    """Return what the signals about one rights holder mean together.

    Parameters
    ----------
    holder : RightsHolder
        The rights holder.
    seen : tuple of Signal
        What the detectors saw in one listing about this holder, and about the listing as a whole.
    claimed : frozenset of str
        Rights holders under whose marks the goods are offered, from `claimed_marks`.

    Returns
    -------
    tuple of Signal
        `picture.without_mark`: a registered picture is used while the text does not name the mark. Whoever resells
        genuine goods names them; whoever shows a brand's picture without its name has a reason.
        `picture.under_another_mark`: what looks like a registered picture, without certainty, stands in an offer of
        goods under another holder's mark: it is more likely a picture of those goods.
        `shop.named_after_mark`: the shop is called after the mark, but nothing says so of these goods.
        `sign.on_named_goods`: the goods are offered openly under the mark and bear its sign, as genuine ones do.
        `sighting.on_named_goods`: the same, and what is seen of pictures is faint, as in photos of any such goods.
        `word.in_another_sense`: the mark stands undisguised in an offer of goods that the holder does not sell.
    """
    marks = [s for s in seen if s.observation.startswith("mark.")]
    found = _of_marks(holder, seen, marks) if marks else _of_pictures_alone(holder, seen, claimed - {holder.id})
    return tuple(found)


def _of_pictures_alone(holder: RightsHolder, seen: tuple[Signal, ...], others: frozenset[str]) -> Iterator[Signal]:
    pictures = [s for s in seen if s.observation.startswith(PICTURES)]
    sure = [s for s in pictures if s.strength >= SURE and not s.observation.endswith(FAINT)]
    if sure:
        reason = f"The text does not name {holder.name}'s mark, though a registered picture is used."
        yield _signal("picture.without_mark", _strongest(sure), reason)
    elif pictures and others:
        reason = f"The goods are offered under another mark, and the picture is not surely {holder.name}'s."
        yield _signal("picture.under_another_mark", _strongest(pictures), reason)


def _of_marks(holder: RightsHolder, seen: tuple[Signal, ...], marks: list[Signal]) -> Iterator[Signal]:
    sightings = [s for s in seen if s.observation.startswith(PICTURES)]
    pictures = [s for s in sightings if not s.observation.endswith(FAINT)]
    openly = all(s.observation.startswith(OPEN_FORMS) and s.observation.endswith(OPEN_USES) for s in marks)
    if not pictures and all(s.evidence.get("field") == "seller.name" for s in marks):
        reason = f"Only the name of the shop has {holder.name}'s mark; nothing says that these goods are theirs."
        yield _signal("shop.named_after_mark", _strongest(marks), reason)
    elif openly and OTHER_GOODS in {s.observation for s in seen}:
        reason = f"{holder.name} sells no such goods, and nothing hides the mark: the word may mean something else."
        yield _signal("word.in_another_sense", _strongest(marks), reason)
    if not openly or OPEN_CLAIMS.isdisjoint(s.observation for s in marks):
        return
    if pictures and all(s.observation.startswith(SIGNS) for s in pictures):
        reason = f"The goods are offered openly under {holder.name}'s mark: genuine goods show its sign too."
        yield _signal("sign.on_named_goods", _strongest(pictures), reason)
    elif sightings and not pictures:
        reason = f"The goods are offered openly under {holder.name}'s mark: a faint sighting adds nothing to that."
        yield _signal("sighting.on_named_goods", _strongest(sightings), reason)


def _strongest(signals: list[Signal]) -> Signal:
    return min(signals, key=lambda s: (-s.strength, s.asset_id or ""))


def _signal(observation: str, shown: Signal, reason: str) -> Signal:
    return Signal(
        detector=NAME,
        observation=observation,
        rights_holder_id=shown.rights_holder_id,
        asset_id=shown.asset_id,
        strength=shown.strength,
        reason=reason,
        evidence=shown.evidence,
    )
