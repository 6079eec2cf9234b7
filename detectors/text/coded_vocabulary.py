"""The detector that reads the vocabulary of the trade: what a listing says about its goods without naming a mark.

The phrases stand in `vocabulary.tsv`, one row for phrases that share an observation, a language, a weight, the fields
they count in (t title, d description, a attributes, s seller name), the company that makes them harmless (`unless`) and
the company that they need (`needs`).
"""

from __future__ import annotations

import csv
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Final

from detectors.text import folding
from detectors.text.phrases import Phrases, holds, is_whole
from pipeline.photos import Photo
from pipeline.records import Asset, Json, Listing, ListingBatch, Signal

NAME: Final = "coded_vocabulary"
VERSION: Final = "3"
_LONGEST_FIELD: Final = 4_000
_COMPANY: Final = 24
_SHOWN: Final = 8
_FIELDS: Final = {"title": "t", "description": "d", "attributes": "a", "seller.name": "s"}
_OUTSIDE_TITLE: Final = 0.8

_SAYS: Final = {
    "replica": "calls the goods a copy",
    "evasive": "hides or winks at what the goods are",
    "contact": "asks for contact outside the platform",
    "second_hand": "sells the goods as used",
    "grey_market": "says that the goods come from outside the sales channel",
    "accessory": "sells an accessory or a part",
    "lookalike": "sells the goods as alike, not as the same",
    "denial": "denies a connection or is about the make",
    "authorised_claim": "claims to sell genuine goods",
    "damaged_or_parts": "sells packaging, parts or broken goods",
}
_NEVER_NEGATED: Final = frozenset({"evasive", "contact", "denial"})

_NEGATED_BEFORE: Final = re.compile(
    rf"(?:(?<![^\W_{folding.CJK}])(?:not|no|never|not an?|isn't|without|non|kein|keine|keinen|nicht|pas|pas de|sans|"
    r"sin|no es|senza|sem|nao|não|nie|bez|geen|niet|не|нет|без)\s+(?:an?\s+|ein\s+|une?\s+)?|"
    r"(?:非|不是|并非|無|无|拒绝|杜绝|没有|不卖|不做|绝非|远离|抵制)\s*)$"
)
_NEGATED_AFTER: Final = re.compile(
    r"^\s*(?:ではありません|ではない|じゃない|ではございません|아님|아닙니다|이 아닙니다|勿扰|勿进)"
)

_INCLUDABLE: Final = frozenset({"accessory", "damaged_or_parts"})
"""What goods may come with: a bag with its dust bag is a bag."""

_WITH_BEFORE: Final = re.compile(
    rf"(?:(?<![^\W_{folding.CJK}])(?:with|incl|includes?|including|mit|inkl|inklusive|samt|avec|con|incluye|"
    r"incluido|com|inclui|z|ze|met|med|с|со|включая|в комплекте)\.?\s+"
    r"(?:an?\s+|the\s+|its\s+|einem\s+|einer\s+|une?\s+|original\s+)?|"
    r"(?:带|送|赠|赠送|附|附赠|附带|配|含|内含|有|帶|贈|포함된)\s*)$"
)
_WITH_AFTER: Final = re.compile(
    r"^\s*(?:付き|付|つき|あり|セット|同梱|포함|증정|included|inklusive|inclus|incluse|inclusa|incluido|incluida|inclusi|incluso|"
    r"в комплекте|в подарок|齐全|齊全|赠送)"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Phrase:
    """A phrase of the trade, folded, with what it says and when it counts."""

    text: str
    observation: str
    weight: float
    fields: str
    unless: tuple[str, ...]
    needs: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Match:
    """A phrase in a field; offsets in code points of the original."""

    phrase: Phrase
    field: str
    start: int
    end: int
    quote: str
    strength: float


class CodedVocabulary:
    """Finds phrases of the trade in title, description, attributes and seller name.

    Notes
    -----
    The longest phrase at a place counts. A phrase at the edge of a longer word does not, but where the script changes
    a word ends. A negated phrase does not count.
    """

    name = NAME
    version = VERSION
    observations: tuple[str, ...] = tuple(f"vocabulary.{observation}" for observation in _SAYS)

    def __init__(self) -> None:
        self._meanings: defaultdict[str, list[Phrase]] = defaultdict(list)
        for phrase in vocabulary():
            self._meanings[phrase.text].append(phrase)
        self._phrases = Phrases(tuple(self._meanings))

    def detect(self, batch: ListingBatch) -> list[tuple[Signal, ...]]:
        """Return the signals of each listing: at most one for each observation."""
        return [_signals(list(self._matches(listing))) for listing in batch.listings]

    def compare(self, listing: Listing, photos: tuple[Photo, ...], asset: Asset) -> tuple[Signal, ...]:  # noqa: ARG002
        """Return the signals of one listing by trying every phrase; the asset has no part in it."""
        return _signals(
            [
                match
                for field, text in _texts(listing)
                for view in _views(text)
                for match in _judged(listing, field, view, _tried(view.text))
            ]
        )

    def _matches(self, listing: Listing) -> Iterator[_Match]:
        for field, text in _texts(listing):
            for view in _views(text):
                found = self._phrases.find(view.text)
                places = [(start, end, phrase) for start, end, wording in found for phrase in self._meanings[wording]]
                if places:
                    yield from _judged(listing, field, view, places)


@cache
def vocabulary() -> tuple[Phrase, ...]:
    """Return the phrases of the table, folded in every view in which they may be found."""
    source = resources.files("detectors.text").joinpath("vocabulary.tsv").read_text(encoding="utf-8")
    phrases: dict[tuple[str, str], Phrase] = {}
    for row in csv.DictReader(source.splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE):
        for written in row["phrases"].split("|"):
            for folded in (folding.look_alike(written).text, folding.raw(written).text):
                phrase = Phrase(
                    text=folded,
                    observation=row["observation"],
                    weight=float(row["weight"]),
                    fields=row["fields"],
                    unless=_folded(row["unless"]),
                    needs=_folded(row["needs"]),
                )
                phrases.setdefault((folded, phrase.observation), phrase)
    return tuple(phrases.values())


def _folded(cell: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(folding.look_alike(word).text for word in cell.split("|") if word))


def _texts(listing: Listing) -> Iterator[tuple[str, str]]:
    yield "title", listing.title[:_LONGEST_FIELD]
    if listing.description:
        yield "description", listing.description[:_LONGEST_FIELD]
    for name, value in listing.attributes.items():
        yield f"attributes[{name}]", value[:_LONGEST_FIELD]
    if listing.seller.name:
        yield "seller.name", listing.seller.name[:_LONGEST_FIELD]


def _views(text: str) -> list[folding.Folded]:
    look = folding.look_alike(text)
    views = [look, folding.closed_up(look)]
    if not text.isascii():
        views.append(folding.raw(text))
    return list({view.text: view for view in views}.values())


def _tried(text: str) -> list[tuple[int, int, Phrase]]:
    """Return every occurrence of every phrase, looked for one by one."""
    found = []
    for phrase in vocabulary():
        start = text.find(phrase.text)
        while start >= 0:
            if is_whole(text, start, start + len(phrase.text)):
                found.append((start, start + len(phrase.text), phrase))
            start = text.find(phrase.text, start + 1)
    return found


def _judged(
    listing: Listing, field: str, view: folding.Folded, places: list[tuple[int, int, Phrase]]
) -> Iterator[_Match]:
    """Yield what counts, the longest phrase at each place first; shorter ones of any observation give way to it."""
    taken: list[tuple[int, int]] = []
    kind = _FIELDS[field.partition("[")[0]]
    for start, end, phrase in sorted(places, key=lambda p: (p[0] - p[1], p[0], p[2].observation)):
        covered = any(first <= start and end <= last and (first, last) != (start, end) for first, last in taken)
        if covered or kind not in phrase.fields:
            continue
        taken.append((start, end))
        if _counts(listing, view.text, start, end, phrase):
            left, right = view.span(start, end)
            yield _Match(
                phrase=phrase,
                field=field,
                start=left,
                end=right,
                quote=view.original[left:right],
                strength=round(phrase.weight * (1.0 if kind == "t" else _OUTSIDE_TITLE), 3),
            )


def _counts(listing: Listing, text: str, start: int, end: int, phrase: Phrase) -> bool:
    """Say whether a phrase means what it says: not negated or thrown in, in no harmless company, in what it needs."""
    if phrase.observation not in _NEVER_NEGATED and (
        _NEGATED_BEFORE.search(text[max(0, start - _COMPANY) : start]) or _NEGATED_AFTER.match(text[end:])
    ):
        return False
    if phrase.observation in _INCLUDABLE and (
        _WITH_BEFORE.search(text[max(0, start - _COMPANY) : start]) or _WITH_AFTER.match(text[end:])
    ):
        return False
    company = text[max(0, start - _COMPANY) : end + _COMPANY]
    if phrase.needs and not any(holds(company, word) for word in phrase.needs):
        return False
    if not phrase.unless:
        return True
    context = f"{company}\n{folding.look_alike(listing.title).text}\n{folding.look_alike(listing.category or '').text}"
    return not any(holds(context, word) for word in phrase.unless)


def _signals(matches: list[_Match]) -> tuple[Signal, ...]:
    by_observation: defaultdict[str, dict[tuple[str, int, int], _Match]] = defaultdict(dict)
    for match in matches:
        by_observation[match.phrase.observation].setdefault((match.field, match.start, match.end), match)
    return tuple(
        _signal(observation, sorted(by_observation[observation].values(), key=_rank))
        for observation in _SAYS
        if observation in by_observation
    )


def _rank(match: _Match) -> tuple[float, bool, str, int, int]:
    return -match.strength, match.field != "title", match.field, match.start, match.end


def _signal(observation: str, matches: list[_Match]) -> Signal:
    best = matches[0]
    return Signal(
        detector=NAME,
        observation=f"vocabulary.{observation}",
        rights_holder_id=None,
        asset_id=None,
        strength=best.strength,
        reason=f"The {best.field} says “{best.quote}”, which {_SAYS[observation]}.",
        evidence={"kind": "text", **_evidence(best), "hits": [_evidence(match) for match in matches[:_SHOWN]]},
    )


def _evidence(match: _Match) -> dict[str, Json]:
    return {
        "field": match.field,
        "start": match.start,
        "end": match.end,
        "quote": match.quote,
        "phrase": match.phrase.text,
    }
