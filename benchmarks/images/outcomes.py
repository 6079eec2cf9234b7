"""What trials amount to: recall by attack, false alarms by group."""

from __future__ import annotations

from collections.abc import Iterable

from benchmarks.images.rates import Share, share
from benchmarks.images.trials import AS_IT_IS, Trial

Key = tuple[str, int]
"""A method and a number of registered pictures."""
ATTACKED = "attacked"
"""The group of registered pictures; every other group is innocent."""


def recall_by_attack(trials: Iterable[Trial], key: Key, above: float) -> dict[str, Share]:
    """Return the share of uploads whose own picture has the best score, and a greater one than the threshold."""
    hits: dict[str, list[bool]] = {}
    for trial in trials:
        if trial.subject.group == ATTACKED:
            found = trial.found[key]
            right = found.score > above and trial.subject.item.file in found.assets
            hits.setdefault(trial.attack, []).append(right)
    return {name: share(several) for name, several in hits.items()}


def alarms_by_group(trials: Iterable[Trial], key: Key, above: float) -> dict[str, Share]:
    """Return the share flagged among innocent pictures of each group, of both halves, as they are and altered."""
    flags: dict[str, list[bool]] = {}
    for trial in trials:
        if trial.subject.group != ATTACKED:
            name = trial.subject.group if trial.attack == AS_IT_IS else "altered"
            flags.setdefault(name, []).append(trial.found[key].score > above)
    return {name: share(several) for name, several in sorted(flags.items())}


def innocent_scores(trials: Iterable[Trial], key: Key, half: int, *left_out: str) -> list[float]:
    """Return the best scores of the innocent pictures of one half, but for some groups."""
    innocent = (t for t in trials if t.subject.group not in {ATTACKED, *left_out} and t.subject.half == half)
    return [trial.found[key].score for trial in innocent]
