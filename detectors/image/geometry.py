"""How a registered picture lies in a photo: the one movement that most pairs of alike features agree on."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from detectors.image.features import UNIT, Places

Movement = NDArray[np.float64]
"""Shape (2, 3): from a point of the picture to one of the photo, both in shares of the longer side."""
Poses = NDArray[np.float64]
"""Shape (n, 4): x, y and diameter in shares of the longer side, direction in radians."""

MOST_PAIRS = 160
_NEAR = 0.012
"""Shares of the photo's longer side that a point may lie beside its place."""
_TURN = np.radians(20)
_GROWTH = np.log(1.6)
_SPOT = 0.004
_ROW_OF_SPOTS = 1024
_AT_ONCE = 200_000
"""So many pairs of pairs are looked at together, whatever a photo shares with the register."""
_ROUNDS = 3
FEWEST = 3
"""So many pairs must agree; fewer do so by chance."""
_AFFINE = 6
_MOST_STRETCH = 1.8


class Alignment(NamedTuple):
    """A movement that carries the picture into the photo.

    Attributes
    ----------
    movement : ndarray of float64, shape (2, 3)
        From points of the picture to points of the photo.
    pairs : ndarray of int64, shape (k,)
        Which of the given pairs agree with it, each feature once.
    """

    movement: Movement
    pairs: NDArray[np.int64]


def poses(places: Places, sizes: NDArray[np.int32], *, mirrored: bool = False) -> Poses:
    """Return where features lie, free of the picture's proportions, and optionally in its mirror image.

    Parameters
    ----------
    places : ndarray of uint16, shape (n, 4)
        As `Features` has them.
    sizes : ndarray of int32, shape (2,) or (n, 2)
        Width and height of the picture, or of the picture of each feature.
    mirrored : bool
        Whether left and right are exchanged.

    Returns
    -------
    ndarray of float64, shape (n, 4)
        x, y and diameter in shares of the longer side, direction in radians.
    """
    shares = sizes / sizes.max(axis=-1, keepdims=True)
    found = (places + 0.5) / UNIT
    if mirrored:
        found[:, 0] = 1 - found[:, 0]
        found[:, 3] = 0.5 - found[:, 3]
    found[:, :2] *= shares
    found[:, 3] *= 2 * np.pi
    return found


def align(picture: Poses, photo: Poses) -> Alignment | None:
    """Find the movement that most pairs of features agree on.

    Parameters
    ----------
    picture, photo : ndarray of float64, shape (n, 4)
        Poses of features, paired: the likeliest first. Those after the 160th are not looked at.

    Returns
    -------
    Alignment or None
        None if no three pairs agree.

    Notes
    -----
    Each pair alone gives a movement (shift, turn, growth), since features have a size and a direction. All of them are
    tried on all pairs, so that nothing is drawn at random as RANSAC [1]_ does; the best is refined by least squares.

    References
    ----------
    .. [1] M. Fischler and R. Bolles, "Random sample consensus", Comm. ACM 24, 1981.
    """
    picture, photo = picture[:MOST_PAIRS], photo[:MOST_PAIRS]
    if len(picture) < FEWEST:
        return None
    growth, turn = np.log(photo[:, 2] / picture[:, 2]), photo[:, 3] - picture[:, 3]
    movements = _single(picture, photo, np.exp(growth), turn)
    votes = _agreeing(movements, growth, turn, picture, photo)
    best = int(np.argmax(votes.sum(axis=1)))
    movement, pairs = movements[best], np.flatnonzero(votes[best])
    for _ in range(_ROUNDS):
        if len(pairs) < FEWEST:
            return None
        movement = _fitted(picture[pairs, :2], photo[pairs, :2])
        turned, grown = np.arctan2(movement[1, 0], movement[0, 0]), 0.5 * np.log(_area(movement))
        agree = _agreeing(movement[None], np.array([grown]), np.array([turned]), picture, photo)[0]
        pairs = np.flatnonzero(agree)
    pairs = _once(pairs, picture, photo)
    return Alignment(movement, pairs) if len(pairs) >= FEWEST else None


def most_agreeing(picture: Poses, photo: Poses, sizes: NDArray[np.int64]) -> NDArray[np.int64]:
    """Count for many pictures at once how many pairs agree with the movement of the best pair.

    Parameters
    ----------
    picture, photo : ndarray of float64, shape (n, 4)
        Poses of features, paired, one picture after another.
    sizes : ndarray of int64, shape (m,)
        Pairs of each picture, at least one.

    Returns
    -------
    ndarray of int64, shape (m,)
        What the first step of `align` finds. It is cheap: nearly all pictures that a photo shares a few features with
        are done with here.
    """
    ends = np.cumsum(sizes)
    most = [np.zeros(0, dtype=np.int64)]
    for some in np.split(np.arange(len(sizes)), np.flatnonzero(np.diff(np.cumsum(sizes**2) // _AT_ONCE)) + 1):
        if len(some):
            rows = slice(ends[some[0]] - sizes[some[0]], ends[some[-1]])
            most.append(_most_agreeing(picture[rows], photo[rows], sizes[some]))
    return np.concatenate(most)


def _most_agreeing(picture: Poses, photo: Poses, sizes: NDArray[np.int64]) -> NDArray[np.int64]:
    """Do so for no more pictures than fit into memory."""
    growth, turn = np.log(photo[:, 2] / picture[:, 2]), photo[:, 3] - picture[:, 3]
    rivals = np.repeat(sizes, sizes)
    first = np.repeat(np.arange(len(rivals)), rivals)
    starts = np.repeat(np.cumsum(sizes) - sizes, sizes)
    other = np.repeat(starts - np.cumsum(rivals) + rivals, rivals) + np.arange(len(first))
    alike = np.flatnonzero(
        (np.abs(growth[first] - growth[other]) < _GROWTH) & (np.abs(_wrapped(turn[first] - turn[other])) < _TURN)
    )
    first, other = first[alike], other[alike]
    cos, sin = np.exp(growth) * np.cos(turn), np.exp(growth) * np.sin(turn)
    here, there = picture[other, :2] - picture[first, :2], photo[other, :2] - photo[first, :2]
    across = cos[first] * here[:, 0] - sin[first] * here[:, 1] - there[:, 0]
    down = sin[first] * here[:, 0] + cos[first] * here[:, 1] - there[:, 1]
    near = across * across + down * down < _NEAR**2
    first, other = first[near], other[near]
    votes = np.minimum(*(_distinct(first, _spots(poses)[other], len(rivals)) for poses in (picture, photo)))
    most: NDArray[np.int64] = np.maximum.reduceat(votes, np.cumsum(sizes) - sizes)
    return most


def _spots(poses: Poses) -> NDArray[np.int64]:
    """Tell the spot of each feature: a corner with two directions is one spot."""
    across, down = np.rint(poses[:, :2].T / _SPOT).astype(np.int64)
    spots: NDArray[np.int64] = across * _ROW_OF_SPOTS + down
    return spots


def _distinct(voter: NDArray[np.int64], spot: NDArray[np.int64], voters: int) -> NDArray[np.int64]:
    """Count the distinct spots of each voter."""
    votes: NDArray[np.int64] = np.bincount(
        np.unique(voter * _ROW_OF_SPOTS**2 + spot) // _ROW_OF_SPOTS**2, minlength=voters
    )
    return votes


def _wrapped(angle: NDArray[np.float64]) -> NDArray[np.float64]:
    """Bring angles into half a turn either way."""
    half: NDArray[np.float64] = (angle + np.pi) % (2 * np.pi) - np.pi
    return half


def _single(picture: Poses, photo: Poses, scale: NDArray[np.float64], turn: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the movement that each pair alone stands for, shape (n, 2, 3)."""
    cos, sin = scale * np.cos(turn), scale * np.sin(turn)
    linear = np.stack([np.stack([cos, -sin], axis=1), np.stack([sin, cos], axis=1)], axis=1)
    shift = photo[:, :2] - np.einsum("nij,nj->ni", linear, picture[:, :2])
    return np.concatenate([linear, shift[:, :, None]], axis=2)


def _agreeing(
    movements: NDArray[np.float64],
    growth: NDArray[np.float64],
    turn: NDArray[np.float64],
    picture: Poses,
    photo: Poses,
) -> NDArray[np.bool_]:
    """Tell which pairs each movement carries onto each other, in place, size and direction; shape (movements, n)."""
    carried = np.einsum("mij,nj->mni", movements[:, :, :2], picture[:, :2]) + movements[:, None, :, 2]
    far = ((carried - photo[:, :2]) ** 2).sum(axis=2)
    turned = np.abs(_wrapped(photo[:, 3] - picture[:, 3] - turn[:, None]))
    grown = np.abs(np.log(photo[:, 2] / picture[:, 2]) - growth[:, None])
    near: NDArray[np.bool_] = (far < _NEAR**2) & (turned < _TURN) & (grown < _GROWTH)
    return near


def _fitted(picture: NDArray[np.float64], photo: NDArray[np.float64]) -> Movement:
    """Return the least-squares movement: sheared too if there are enough points and they ask for little shear."""
    middle, aim = picture.mean(axis=0), photo.mean(axis=0)
    here, there = picture - middle, photo - aim
    linear = _similar(here, there)
    if len(picture) >= _AFFINE:
        solved, _, rank, _ = np.linalg.lstsq(here, there, rcond=1e-3)
        stretch = np.linalg.svd(solved, compute_uv=False)
        if rank == 2 and 0 < stretch[0] < _MOST_STRETCH * stretch[1] and np.linalg.det(solved) > 0:  # noqa: PLR2004
            linear = solved.T
    return np.concatenate([linear, (aim - linear @ middle)[:, None]], axis=1)


def _similar(here: NDArray[np.float64], there: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the turn and growth that carry centred points onto centred points best."""
    across = (here * there).sum()
    around = (here[:, 0] * there[:, 1] - here[:, 1] * there[:, 0]).sum()
    extent = max(float((here**2).sum()), 1e-12)
    return np.array([[across, -around], [around, across]]) / extent


def _area(movement: Movement) -> float:
    """Return by how much a movement enlarges areas; a little more than nothing for what it flattens."""
    return max(float(np.linalg.det(movement[:, :2])), 1e-9)


def _once(pairs: NDArray[np.int64], picture: Poses, photo: Poses) -> NDArray[np.int64]:
    """Keep of several pairs at one spot of either picture the first: a corner with two directions counts once."""
    spots = (_spots(poses[pairs]).tolist() for poses in (picture, photo))
    ours, theirs, kept = set(), set(), []
    for pair, here, there in zip(pairs.tolist(), *spots, strict=True):
        if here not in ours and there not in theirs:
            ours.add(here)
            theirs.add(there)
            kept.append(pair)
    return np.array(kept, dtype=np.int64)
