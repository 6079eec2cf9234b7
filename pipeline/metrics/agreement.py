"""How far two blind reviews of the same items agree; never the raw share, which rare positives make look good."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable


def positive_agreement(pairs: Iterable[tuple[bool, bool]], clean_weight: float = 1.0) -> float | None:
    """Return 2a / (2a + b + c): of all positive words, the share that the other review repeats.

    Parameters
    ----------
    pairs : iterable of (bool, bool)
        The first and the second word on each item: whether it is positive.
    clean_weight : float
        How many items a pair stands for whose first word is not positive: only some of these are reviewed again.

    Returns
    -------
    float or None
        None if nobody said positive.

    References
    ----------
    .. [1] D. V. Cicchetti, A. R. Feinstein, "High agreement but low kappa: II", J. Clin. Epidemiol. 43, 1990.

    Examples
    --------
    >>> positive_agreement([(True, True), (True, False), (False, False)])
    0.6666666666666666
    >>> positive_agreement([(True, True), (False, True), (False, False)], clean_weight=10)
    0.16666666666666666
    """
    counts = Counter(pairs)
    both = counts[True, True]
    one = counts[True, False] + clean_weight * counts[False, True]
    return 2 * both / (2 * both + one) if both or one else None


def krippendorff_alpha(pairs: Iterable[tuple[bool, bool]], clean_weight: float = 1.0) -> float | None:
    """Return Krippendorff's alpha of two reviews with two possible words.

    Parameters
    ----------
    pairs, clean_weight
        As for `positive_agreement`.

    Returns
    -------
    float or None
        1 for full agreement, 0 for that of chance; None if all words are the same, where it is not defined.

    References
    ----------
    .. [1] K. Krippendorff, "Computing Krippendorff's alpha-reliability", 2011, section B.

    Examples
    --------
    >>> krippendorff_alpha([(True, True), (False, False), (True, False)])
    0.4444444444444444
    """
    counts = {pair: number * (1.0 if pair[0] else clean_weight) for pair, number in Counter(pairs).items()}
    words = 2 * sum(counts.values())
    positive = sum(number * (first + second) for (first, second), number in counts.items())
    disagreeing = sum(number for (first, second), number in counts.items() if first != second)
    expected = 2 * positive * (words - positive)
    return 1 - (words - 1) * 2 * disagreeing / expected if expected else None
