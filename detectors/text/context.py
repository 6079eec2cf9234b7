"""How likely a mark in a title refers to another maker's goods, told by the words around it, the mark itself masked.

The rules (`use`) know cues; this model weighs what stands between the lines: where the mark stands, what kind of word
opens the title, whether a model's name follows. It never sees which mark it is, so that it serves marks it has not met.

References
----------
.. [1] J. H. Friedman, "Greedy function approximation: a gradient boosting machine", Annals of Statistics 29, 2001.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Final

import orjson

from detectors.text import words
from detectors.text.folding import CJK, raw
from detectors.text.use import Use, last_reference

_WORD: Final = re.compile(rf"[^\W_{CJK}][\w'&+]*|[{CJK}]|[^\w\s]")
_NEAR: Final = 3
_FAR: Final = 20
_OPENERS: Final = 2
_NO_WORD: Final = 9.0
"""What stands for the frequency of a word that is not there: more than any has."""

FEATURES: Final = (
    "words_before", "words_after", "share_before", "everyday", "frequency", "letters", "words_of_mark", "first_known",
    "first_common", "first_rare", "other_before", "other_first", "other_after", "others", "model_follows",
    "follower_known", "repeated", "digits_before", "digits_after", "frequency_before", "frequency_after", "sign_before",
    "cue_reference", "since_cue", "frequency_second", "rarest_opener", "commonest_opener", "rare_before",
    "different_before", "first_letters", "most_letters_before",
)  # fmt: skip
"""What the model is told, in order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """A mark in a title: its offsets, those of other makers' marks, and what the rules say of its use."""

    title: str
    start: int
    end: int
    others: tuple[tuple[int, int], ...] = ()
    use: Use | None = None


@dataclass(frozen=True, slots=True)
class Tree:
    """A decision tree in arrays: a node without a feature (-1) is a leaf."""

    feature: tuple[int, ...]
    threshold: tuple[float, ...]
    left: tuple[int, ...]
    right: tuple[int, ...]
    value: tuple[float, ...]

    def score(self, seen: Sequence[float]) -> float:
        """Return the value of the leaf that the features lead to."""
        node = 0
        while self.feature[node] >= 0:
            node = self.left[node] if seen[self.feature[node]] <= self.threshold[node] else self.right[node]
        return self.value[node]


@dataclass(frozen=True, slots=True, kw_only=True)
class ContextModel:
    """Boosted trees: log odds = prior + sum of the trees' leaves."""

    prior: float
    trees: tuple[Tree, ...]
    trained_on: str

    def probability(self, window: Window) -> float:
        """Return the probability that the mark refers to another maker's goods."""
        seen = features(window)
        return 1.0 / (1.0 + math.exp(-(self.prior + sum(tree.score(seen) for tree in self.trees))))

    @classmethod
    def from_json(cls, document: bytes) -> ContextModel:
        """Read a model back from what `python -m benchmarks.context` wrote."""
        stored = orjson.loads(document)
        if stored["features"] != list(FEATURES):
            raise ValueError(f"context.json: features differ, got {stored['features']}, expected {list(FEATURES)}")
        trees = tuple(Tree(*(tuple(tree[name]) for name in Tree.__dataclass_fields__)) for tree in stored["trees"])
        return cls(prior=stored["prior"], trees=trees, trained_on=stored["trained_on"])


@cache
def packaged() -> ContextModel:
    """Return the model that ships with the package."""
    return ContextModel.from_json(resources.files("detectors.text").joinpath("context.json").read_bytes())


def features(window: Window) -> tuple[float, ...]:
    """Return what the model is told of a mark in a title, in the order of `FEATURES`."""
    before = _words(window.title[: window.start])
    after = _words(window.title[window.end :])
    mark = _words(window.title[window.start : window.end])
    first = before[0] if before else ""
    following = after[0] if after else ""
    openers = [words.frequency(word) for word in before[:_OPENERS] if word.isalpha()]
    others_before = [start for start, end in window.others if end <= window.start]
    return tuple(
        float(value)
        for value in (
            min(len(before), _FAR), min(len(after), _FAR), len(before) / (len(before) + len(after) + 1),
            all(map(words.is_common, mark)), words.frequency(mark[0] if mark else ""), sum(map(len, mark)), len(mark),
            words.is_known(first), words.is_common(first), _is_rare(first),
            bool(others_before), bool(others_before) and not window.title[: min(others_before)].strip(),
            any(start >= window.end for start, _ in window.others), len(window.others),
            _has_digit(following) and not following.isdecimal(), words.is_known(following),
            bool(set(mark) & {*before, *after}), sum(map(_has_digit, before[-_NEAR:])),
            sum(map(_has_digit, after[:_NEAR])), words.frequency(before[-1] if before else ""),
            words.frequency(following), bool(before) and not before[-1].isalnum(), window.use is Use.REFERENCE,
            _since_cue(window, len(before)), words.frequency(before[1] if len(before) > 1 else ""),
            min(openers, default=_NO_WORD), max(openers, default=_NO_WORD), sum(map(_is_rare, before)),
            min(len(set(before)), _FAR), min(len(first), _FAR), min(max(map(len, before), default=0), _FAR),
        )
    )  # fmt: skip


def _since_cue(window: Window, otherwise: int) -> int:
    """Return how many words stand between the last cue of reference and the mark, or before the mark without one."""
    end = last_reference(window.title[: window.start])
    return min(_FAR, otherwise if end is None else len(_words(window.title[end : window.start]))) if otherwise else _FAR


def _words(text: str) -> list[str]:
    return _WORD.findall(raw(text).text)


def _is_rare(word: str) -> bool:
    return word.isalpha() and words.frequency(word) < words.KNOWN_ZIPF


def _has_digit(word: str) -> bool:
    return any(map(str.isdecimal, word))
