"""Scales are found again in what they made, and strengths are as reliable as they are."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from benchmarks.images.certainty import IN_USE, SHOWN, Seen, Sight, fit, reliability, weighed
from detectors.image.certainty import Scale

KIND = "picture_found, as they are"
SCALE = Scale(4.0, 3.0)


def sights(scale: Scale, count: int, *, kind: str = KIND, chances: int = 300) -> list[Sight]:
    """Return sights that are right as often as a scale says."""
    random = np.random.default_rng(3)
    made = []
    for measure in random.uniform(0, 2, count).tolist():
        strength = scale.certainty(measure, chances)
        right = bool(random.random() < strength)
        made.append(Sight(kind, measure, chances, strength, right=right, attacked=right, half=0))
    return made


@pytest.mark.parametrize("chances", [300, 10_000])
def test_a_scale_is_found_again_whatever_the_chances(chances: int) -> None:
    found = fit(sights(Scale(np.log(chances) - 1, 3.0), 4_000, chances=chances))

    assert found is not None
    assert found.level == pytest.approx(np.log(chances) - 1, abs=0.2)
    assert found.slope == pytest.approx(3.0, abs=0.3)


def test_what_never_erred_is_not_beyond_doubt() -> None:
    kind = "photo_reused, copy"
    never = [Sight(kind, bits, 300, 1.0, right=True, attacked=True, half=0) for bits in range(44)]

    found = fit(never)

    assert found is not None
    assert found.slope < 0
    assert 0.5 < found.certainty(43, 300) < found.certainty(0, 300)
    assert found.certainty(43, 300) < 0.995


def test_nothing_seen_asks_for_no_scale() -> None:
    assert fit([]) is None


def test_uploads_count_as_if_one_in_ten_showed_a_picture() -> None:
    shown = [Sight(KIND, 1.0, 300, 0.5, right=True, attacked=True, half=0)] * 40
    innocent = [Sight(KIND, 1.0, 300, 0.5, right=False, attacked=False, half=0)] * 7

    counted = weighed([Seen([*shown, *innocent], Counter({(0, True): 40, (0, False): 7}))])

    assert sum(sight.weight for sight in counted if sight.attacked) == pytest.approx(SHOWN)
    assert sum(sight.weight for sight in counted) == pytest.approx(1)


def test_true_probabilities_are_reliable() -> None:
    rows = reliability(sights(SCALE, 20_000))

    assert sum(row["sights"] for row in rows) == 20_000
    assert all(row["right"] == pytest.approx(row["strength"], abs=0.05) for row in rows)


def test_every_scale_in_use_tells_strong_from_weak() -> None:
    assert all(abs(scale.slope) > 0.05 for scale in IN_USE.values())
