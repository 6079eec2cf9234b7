"""How certain a sighting is: one scale for every detector of pictures, whatever it measures.

A detector measures bits that differ, or a score. What a measure means is the same everywhere: the probability that the
photo shows the picture. It falls with the number of pictures that were looked for and of photos they were looked for
in, since each is a chance to err.
"""

from __future__ import annotations

from collections.abc import Iterable
from math import exp, log
from typing import NamedTuple

from pipeline.records import Signal

CERTAINTY_VERSION = "certainty-1"
"""Changes whenever the same sighting would have another strength."""
LEAST = 0.05
"""What is less certain is not given, or every photo would show something of a large register."""
_MOST = 30.0
"""Log odds beyond which nothing changes: 1 in 10 million million."""


def certain(signals: Iterable[Signal]) -> tuple[Signal, ...]:
    """Return the signals that are certain enough to be given."""
    return tuple(signal for signal in signals if signal.strength >= LEAST)


class Scale(NamedTuple):
    """From a measure to a probability.

    Attributes
    ----------
    level : float
        Log odds that a picture is shown where the measure is zero, for one picture and one photo.
    slope : float
        By how much they rise with the measure.

    Notes
    -----
    Bayes' rule: the odds are those before looking, times how much likelier the measure is with a copy than without.
    Without, m pictures give m times as many sightings as one; so that the log odds fall by the logarithm of m. Before
    looking, one photo in ten is taken to show a registered picture. Level and slope are fitted by logistic regression
    [1]_ to what was seen in altered copies and in innocent photos (`python -m benchmarks.images.certainty`).

    References
    ----------
    .. [1] J. Platt, "Probabilistic outputs for support vector machines", Advances in Large Margin Classifiers, 1999.
    """

    level: float
    slope: float

    def certainty(self, measure: float, chances: int) -> float:
        """Return the probability that a photo shows a picture.

        Parameters
        ----------
        measure : float
            What the detector measured.
        chances : int
            In how many pairs of a picture and a photo it may have erred, at least 1.

        Returns
        -------
        float
            0 to 1, six digits.

        Examples
        --------
        >>> scale = Scale(6.0, 1.0)
        >>> [scale.certainty(1.0, chances) for chances in (1, 100, 10_000)]
        [0.999089, 0.916432, 0.098826]
        """
        odds = self.level + self.slope * measure - log(chances)
        return round(1 / (1 + exp(-min(max(odds, -_MOST), _MOST))), 6)
