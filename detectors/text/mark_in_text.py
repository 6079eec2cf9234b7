"""The detector that finds registered word marks in the text of a listing and tells how each is used."""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Final

from detectors.text.context import Window, packaged
from detectors.text.disguise import odd_characters
from detectors.text.forms import Form, Hit
from detectors.text.index import MarkIndex
from detectors.text.spelling import spellings_of
from detectors.text.split import SplitMarks
from detectors.text.use import Use, Used, key_use, uses
from pipeline.photos import Photo
from pipeline.records import Asset, Json, Listing, ListingBatch, Register, Signal

NAME: Final = "mark_in_text"
VERSION: Final = "10"
_LONGEST_FIELD: Final = 4_000
_SHOWN: Final = 8

_FORM_STRENGTH: Final = {
    Form.EXACT: 0.9,
    Form.DISGUISED: 1.0,
    Form.FUZZY: 0.7,
    Form.GLUED: 0.8,
    Form.COMMON: 0.6,
    Form.FRAGMENT: 0.6,
}
_FIELDS: Final = ("title", "brand", "attribute", "description", "seller")
_IN_CONTEXT: Final = frozenset({Form.EXACT, Form.COMMON, Form.GLUED})
REFERS_FROM: Final = 0.8
"""From this probability on a mark without a cue refers to another maker's goods."""

_FIELD_STRENGTH: Final = {"title": 1.0, "brand": 1.0, "attribute": 0.9, "description": 0.8, "seller": 0.7}
_FORM_ORDER: Final = {form: number for number, form in enumerate(_FORM_STRENGTH)}
_USE_ORDER: Final = {use: number for number, use in enumerate(Use)}

_USE_WORDS: Final = {
    Use.CLAIM: "as the make of the goods",
    Use.REFERENCE: "to say what the goods fit",
    Use.COMPARISON: "to compare the goods with",
    Use.QUALITY: "to praise the goods",
    Use.NEGATION: "to deny it",
    Use.SUBJECT: "as what the goods are about",
    Use.STUFFING: "in a row of marks of several makers",
    Use.MENTION: "in passing",
}
_FORM_WORDS: Final = {
    Form.EXACT: "as registered",
    Form.DISGUISED: "in disguise",
    Form.FUZZY: "nearly",
    Form.GLUED: "inside a longer word",
    Form.COMMON: "as registered, but it is an everyday word",
    Form.FRAGMENT: "in part",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Text:
    """One field of a listing: its kind, its name in the evidence, its text and the use of a mark without a cue."""

    kind: str
    field: str
    text: str
    plain: Use


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    """A used hit, where it stands, and the probability by its context that it refers to another maker's goods."""

    place: _Text
    used: Used
    refers: float | None


class MarkInText:
    """Finds word marks in title, description, brand, attributes and seller name, however they are written.

    Parameters
    ----------
    register : Register
        Whose word marks, with their variants, are looked for.
    brands : frozenset of str
        Names of other makes that the user knows.

    Notes
    -----
    One signal per asset: the title decides before the brand field, attributes, description and seller name; within a
    field a use told by a cue decides before a plain claim, then the form. All hits stand in the evidence.
    """

    name = NAME
    version = VERSION
    observations: tuple[str, ...] = tuple(f"mark.{form}.{use}" for form in Form for use in Use)

    def __init__(self, register: Register, brands: frozenset[str] = frozenset()) -> None:
        spellings = spellings_of(register, brands)
        self._index = MarkIndex(spellings, brands)
        self._split = SplitMarks(spellings)

    def detect(self, batch: ListingBatch) -> list[tuple[Signal, ...]]:
        """Return the signals of each listing: one per word mark found."""
        return [self._signals(listing, self._index.hits) for listing in batch.listings]

    def compare(self, listing: Listing, photos: tuple[Photo, ...], asset: Asset) -> tuple[Signal, ...]:  # noqa: ARG002
        """Return what is found of one word mark, trying every spelling at every place.

        The other marks of the register are tried as well: whether a mark stands in a row of others is part of its use.
        """
        return tuple(s for s in self._signals(listing, self._index.brute_force) if s.asset_id == asset.id)

    def _signals(self, listing: Listing, find: Callable[..., list[Hit]]) -> tuple[Signal, ...]:
        by_asset: defaultdict[tuple[str, str], list[_Found]] = defaultdict(list)
        for place in _texts(listing):
            branded = place.plain is Use.CLAIM and place.kind != "title"
            hits = [hit for hit in find(place.text, branded=branded) if not _is_own_brand(listing, place, hit, branded)]
            for found in _used(place, hits) if hits else ():
                spelling = found.used.hit.spelling
                by_asset[spelling.rights_holder_id, spelling.asset_id].append(found)
        for key, found in self._put_together(listing):
            if all(other.used.hit.form is Form.FRAGMENT for other in by_asset[key]):
                by_asset[key].append(found)
        return tuple(_signal(key, sorted(found, key=_rank)) for key, found in sorted(by_asset.items()) if found)

    def _put_together(self, listing: Listing) -> Iterator[tuple[tuple[str, str], _Found]]:
        """Yield the marks that the title begins or ends and another field completes."""
        title, *others = _texts(listing)
        fields = ((place.field, place.text) for place in others if place.kind in {"brand", "attribute"})
        for hit, _ in self._split.find(title.text, fields):
            used = Used(hit=hit, use=Use.CLAIM, cue=None)
            yield (hit.spelling.rights_holder_id, hit.spelling.asset_id), _Found(place=title, used=used, refers=None)


def _used(place: _Text, hits: list[Hit]) -> Iterator[_Found]:
    """Yield the hits of a field with their use: by cues, and in a title without cues by the context."""
    for used in uses(place.text, hits, plain=place.plain):
        refers = None
        if place.kind == "title" and used.use is Use.CLAIM and used.cue is None and used.hit.form in _IN_CONTEXT:
            own = used.hit.spelling.rights_holder_id
            others = tuple((h.start, h.end) for h in hits if h.spelling.rights_holder_id != own)
            window = Window(title=place.text, start=used.hit.start, end=used.hit.end, others=others)
            refers = round(packaged().probability(window), 3)
        use = Use.REFERENCE if refers is not None and refers >= REFERS_FROM else used.use
        yield _Found(place=place, used=replace(used, use=use), refers=refers)


def _is_own_brand(listing: Listing, place: _Text, hit: Hit, branded: bool) -> bool:  # noqa: FBT001
    """Say whether what nearly is a mark is what the listing itself declares as its brand: another make."""
    if hit.form is not Form.FUZZY:
        return False
    return branded or (listing.brand or "").casefold() == place.text[hit.start : hit.end].casefold()


def _texts(listing: Listing) -> Iterator[_Text]:
    yield _Text(kind="title", field="title", text=listing.title[:_LONGEST_FIELD], plain=Use.CLAIM)
    if listing.brand:
        yield _Text(kind="brand", field="brand", text=listing.brand[:_LONGEST_FIELD], plain=Use.CLAIM)
    for name, value in listing.attributes.items():
        told = key_use(name)
        plain = told or Use.MENTION
        text = value[:_LONGEST_FIELD]
        yield _Text(kind="attribute", field=f"attributes[{name}]", text=text, plain=plain)
    if listing.description:
        text = listing.description[:_LONGEST_FIELD]
        yield _Text(kind="description", field="description", text=text, plain=Use.MENTION)
    if listing.seller.name:
        yield _Text(kind="seller", field="seller.name", text=listing.seller.name[:_LONGEST_FIELD], plain=Use.MENTION)


def _rank(found: _Found) -> tuple[bool, int, int, int, int, float, str, int]:
    hit = found.used.hit
    return (
        hit.form is Form.FRAGMENT,
        _FIELDS.index(found.place.kind),
        _USE_ORDER[found.used.use],
        _FORM_ORDER[hit.form],
        hit.start,
        -hit.certainty,
        found.place.field,
        hit.end,
    )


def _signal(key: tuple[str, str], found: list[_Found]) -> Signal:
    best = found[0]
    hit = best.used.hit
    return Signal(
        detector=NAME,
        observation=f"mark.{hit.form}.{best.used.use}",
        rights_holder_id=key[0],
        asset_id=key[1],
        strength=_strength(best),
        reason=_reason(best),
        evidence={"kind": "text", **_evidence(best), "hits": [_evidence(f) for f in found[:_SHOWN]]},
    )


def _strength(found: _Found) -> float:
    hit = found.used.hit
    return round(_FORM_STRENGTH[hit.form] * hit.certainty * _FIELD_STRENGTH[found.place.kind], 3)


def _quote(found: _Found) -> str:
    return found.place.text[found.used.hit.start : found.used.hit.end]


def _reason(found: _Found) -> str:
    hit, use = found.used.hit, found.used.use
    how = hit.how if hit.form in {Form.DISGUISED, Form.FRAGMENT} and hit.how else _FORM_WORDS[hit.form]
    cue = f", as “{found.used.cue.quote}” tells" if found.used.cue else ""
    return (
        f"The {found.place.kind} has “{_quote(found)}” for the mark {hit.spelling.mark} ({how}), "
        f"used {_USE_WORDS[use]}{cue}."
    )


def _evidence(found: _Found) -> dict[str, Json]:
    hit, cue = found.used.hit, found.used.cue
    quote = _quote(found)
    odd = odd_characters(quote, hit.spelling) if hit.form is Form.DISGUISED else []
    return {
        "field": found.place.field,
        "start": hit.start,
        "end": hit.end,
        "quote": quote,
        "view": hit.view,
        "form": hit.form.value,
        "how": hit.how,
        "code_points": [f"U+{ord(c):04X} {unicodedata.name(c, 'UNNAMED')}" for c in odd],
        "mark": hit.spelling.mark,
        "use": found.used.use.value,
        "reference_probability": found.refers,
        "cue": {"quote": cue.quote, "start": cue.start, "end": cue.end} if cue else None,
        "distinctiveness": hit.spelling.distinctiveness.grade.value,
    }
