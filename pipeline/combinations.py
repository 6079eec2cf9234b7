"""What signals mean together: facts that only show when two detectors' findings are laid side by side.

Points add up, so a meaning that no single signal has needs an observation of its own, with a name, weight and reason.
"""

from pipeline.records import RightsHolder, Signal

NAME = "combination"
OBSERVATIONS = ("picture.without_mark",)

PICTURES = ("photo.", "artwork.", "design.", "logo.")


def find_combinations(holder: RightsHolder, seen: tuple[Signal, ...]) -> tuple[Signal, ...]:
    """Return what the signals about one rights holder mean together.

    Parameters
    ----------
    holder : RightsHolder
        The rights holder.
    seen : tuple of Signal
        What the detectors saw in one listing about this holder, and about the listing as a whole.

    Returns
    -------
    tuple of Signal
        `picture.without_mark`: a registered picture is used while the text does not name the mark. Whoever resells
        genuine goods names them; whoever shows a brand's picture without its name has a reason.
    """
    pictures = [s for s in seen if s.observation.startswith(PICTURES)]
    if not pictures or any(s.observation.startswith("mark.") for s in seen):
        return ()
    picture = min(pictures, key=lambda s: (-s.strength, s.asset_id or ""))
    reason = f"The text does not name {holder.name}'s mark, though a registered picture is used."
    return (
        Signal(
            detector=NAME,
            observation="picture.without_mark",
            rights_holder_id=holder.id,
            asset_id=picture.asset_id,
            strength=picture.strength,
            reason=reason,
            evidence=picture.evidence,
        ),
    )
