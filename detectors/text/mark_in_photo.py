"""The detector that finds registered word marks among the words read in the photos of a listing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Final

from detectors.text.distinctiveness import Grade
from detectors.text.forms import Form, Hit
from detectors.text.index import MarkIndex
from detectors.text.spelling import spellings_of
from pipeline.photos import Photo, PhotoWord
from pipeline.records import Asset, Json, Listing, ListingBatch, Register, Signal

NAME: Final = "mark_in_photo"
VERSION: Final = "1"
_FORMS: Final = (Form.EXACT, Form.DISGUISED, Form.GLUED, Form.FUZZY, Form.COMMON)
"""What is read in a picture may be misread: parts of a mark say nothing."""

_CERTAIN: Final = 0.5
"""What the reader is less certain of is left out."""

_CERTAIN_SHORT: Final = 0.85
"""The same for marks of a few letters."""

_SHOWN: Final = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    """A mark in a photo: the hit, what was read, the words that hold it, and the photo."""

    hit: Hit
    quote: str
    words: tuple[PhotoWord, ...]
    photo: Photo

    @property
    def certainty(self) -> float:
        """How certain the reader is of the least certain word."""
        return min(word.certainty for word in self.words)


class MarkInPhoto:
    """Finds word marks in the words of photos, line by line.

    Parameters
    ----------
    register : Register
        Whose word marks, with their variants, are looked for.

    Notes
    -----
    Photos have words only where a reader is configured, and only in listings that other evidence points at.
    """

    name = NAME
    version = VERSION
    observations: tuple[str, ...] = tuple(f"photo_text.{form}" for form in _FORMS)

    def __init__(self, register: Register) -> None:
        self._index = MarkIndex(spellings_of(register))

    def detect(self, batch: ListingBatch) -> list[tuple[Signal, ...]]:
        """Return the signals of each listing: one per word mark found."""
        return [_signals(photos, self._index.hits) for photos in batch.photos]

    def compare(self, listing: Listing, photos: tuple[Photo, ...], asset: Asset) -> tuple[Signal, ...]:  # noqa: ARG002
        """Return what is found of one word mark, trying every spelling at every place."""
        return tuple(s for s in _signals(photos, self._index.brute_force) if s.asset_id == asset.id)


def _signals(photos: tuple[Photo, ...], find: Callable[[str], list[Hit]]) -> tuple[Signal, ...]:
    by_asset: defaultdict[tuple[str, str], list[_Found]] = defaultdict(list)
    for photo in photos:
        for found in _in_photo(photo, find):
            by_asset[found.hit.spelling.rights_holder_id, found.hit.spelling.asset_id].append(found)
    return tuple(_signal(key, sorted(found, key=_rank)) for key, found in sorted(by_asset.items()))


def _in_photo(photo: Photo, find: Callable[[str], list[Hit]]) -> Iterator[_Found]:
    certain = [word for word in photo.words if word.certainty >= _CERTAIN]
    for _, line in groupby(certain, key=lambda word: word.line):
        words = tuple(line)
        text = " ".join(word.text for word in words)
        for hit in find(text):
            found = _Found(hit=hit, quote=text[hit.start : hit.end], words=_holding(words, hit), photo=photo)
            short = hit.spelling.distinctiveness.grade is Grade.SHORT
            if hit.form in _FORMS and found.certainty >= (_CERTAIN_SHORT if short else _CERTAIN):
                yield found


def _holding(words: tuple[PhotoWord, ...], hit: Hit) -> tuple[PhotoWord, ...]:
    """Return the words of a line, joined by spaces, that a hit touches."""
    held, at = [], 0
    for word in words:
        if at < hit.end and hit.start < at + len(word.text):
            held.append(word)
        at += len(word.text) + 1
    return tuple(held)


def _rank(found: _Found) -> tuple[int, float, int, int]:
    return _FORMS.index(found.hit.form), -found.certainty, found.photo.index, found.hit.start


def _signal(key: tuple[str, str], found: list[_Found]) -> Signal:
    best = found[0]
    return Signal(
        detector=NAME,
        observation=f"photo_text.{best.hit.form}",
        rights_holder_id=key[0],
        asset_id=key[1],
        strength=round(best.certainty * best.hit.certainty, 3),
        reason=f"Photo {best.photo.index + 1} shows the words “{best.quote}”, for the mark {best.hit.spelling.mark}.",
        evidence={"kind": "image", **_evidence(best), "hits": [_evidence(one) for one in found[:_SHOWN]]},
    )


def _evidence(found: _Found) -> dict[str, Json]:
    lefts, tops, rights, bottoms = zip(*(word.box for word in found.words), strict=True)
    return {
        "image": found.photo.index,
        "name": found.photo.name,
        "box": [round(edge, 4) for edge in (min(lefts), min(tops), max(rights), max(bottoms))],
        "quote": found.quote,
        "form": found.hit.form.value,
        "mark": found.hit.spelling.mark,
        "certainty": round(found.certainty, 3),
    }
