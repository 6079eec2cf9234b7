"""How far two blind reviews of the same items agree; never the raw share, which rare positives make look good."""

from __future__ import annotations

from collections.abc import Iterable


def positive_agreement(pairs: Iterable[tuple[bool, bool]]) -> float | None:
    """Return 2a / (2a + b + c): of all positive words, the share that the other review repeats.

    Parameters
    ----------
    pairs : iterable of (bool, bool)
        The first and the second word on each item.

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
    """
    said = [(first, second) for first, second in pairs if first or second]
    both = sum(first and second for first, second in said)
    return 2 * both / (len(said) + both) if said else None


def krippendorff_alpha(pairs: Iterable[tuple[bool, bool]]) -> float | None:
    """Return Krippendorff's alpha of two reviews with two possible words.

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
    known = list(pairs)
    words = 2 * len(known)
    positive = sum(first + second for first, second in known)
    disagreeing = sum(first != second for first, second in known)
    expected = 2 * positive * (words - positive)
    return 1 - (words - 1) * 2 * disagreeing / expected if expected else None
