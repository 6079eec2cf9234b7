"""Finding every mark of a register in a text, fast; and the slow definition of the same."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from typing import Final

from ahocorasick_rs import AhoCorasick, Implementation, MatchKind

from detectors.text import folding, forms, fragments
from detectors.text.forms import MASKED_FROM, Hit, Place
from detectors.text.fragments import Fragment
from detectors.text.spelling import Spelling
from detectors.text.tokens import MASKS, KeyCache, Squeezed, class_key, squeeze

_SPOKEN: Final = re.compile(r"[\u0370-\u058f\u10a0-\u10ff\u3040-\u30ff\uac00-\ud7af]")
_LONGEST_CHAIN: Final = 4
_GAP: Final = 3
_SIGN: Final = re.compile(r"[^\W_](?:[*_#?~^%@$!|]|[^\x00-\x7f\w\s]){1,2}[^\W_]|[@$€£][^\W_]|[^\W_][@$€£]")
_WRITTEN: Final = frozenset({"look-alike", "raw"})
_WORDS_KEPT: Final = 200_000
_MOST_HITS: Final = 64
"""More hits in one field tell nothing more; a field of nothing but marks must not take for ever."""

Wanted = tuple[Spelling, Fragment | None]
Proposal = tuple[str, Squeezed, int, int, Wanted]
Window = tuple[int, int]


class MarkIndex:
    """The spellings of a register, indexed by class key and by class key with one letter left out.

    Parameters
    ----------
    spellings : tuple of Spelling
        What to look for.

    References
    ----------
    .. [1] A. V. Aho, M. J. Corasick, "Efficient string matching: an aid to bibliographic search", CACM 18, 1975.
    .. [2] W. Garbe, "SymSpell: 1 million times faster spelling correction", 2012 (deletions on both sides).
    """

    def __init__(self, spellings: tuple[Spelling, ...]) -> None:
        self._spellings = spellings
        self._cache = KeyCache()
        patterns: defaultdict[str, list[Wanted]] = defaultdict(list)
        self._parts: defaultdict[str, list[Wanted]] = defaultdict(list)
        for spelling in spellings:
            for pattern, fragment in patterns_of(spelling):
                table = self._parts if fragments.is_whole_word(pattern, fragment) else patterns
                table[pattern].append((spelling, fragment))
        self._wanted = list(patterns.values())
        self._automaton = AhoCorasick(
            list(patterns),
            matchkind=MatchKind.Standard,
            store_patterns=False,
            implementation=Implementation.ContiguousNFA,
        )
        self._words = frozenset(class_key(w) for s in spellings if len(s.words) > 1 for w in s.words)
        self._looks = frozenset(s.compact for s in spellings)
        self._shortened: defaultdict[str, list[Spelling]] = defaultdict(list)
        for spelling in spellings:
            if _may_be_edited(spelling):
                for shorter in {spelling.letters, *_shortened(spelling.letters)}:
                    self._shortened[shorter].append(spelling)
        self._near: dict[str, tuple[Spelling, ...]] = {}

    def hits(self, text: str, *, branded: bool = False) -> list[Hit]:
        """Return every hit in a text; `branded` says that the field names brands.

        Notes
        -----
        Equal to `brute_force` for the same spellings, which is the definition.
        """
        views = _views(text, self._cache)
        found = [hit for p in self._proposals(views) if (hit := _judge(p, branded=branded)) is not None]
        look = views["look-alike"]
        for first, last in _windows(look, self._words):
            for spelling in self._neighbours(_letters(look, first, last)):
                hit = forms.near(_window(look, first, last, branded=branded), spelling, self._looks)
                if hit is not None:
                    found.append(hit)
        return settled(found)

    def brute_force(self, text: str, *, branded: bool = False) -> list[Hit]:
        """Return the same as `hits` by trying every spelling everywhere: slow and obvious."""
        views = _views(text, KeyCache())
        found = []
        for spelling in self._spellings:
            for proposal in _tried(views, spelling):
                hit = _judge(proposal, branded=branded)
                if hit is not None:
                    found.append(hit)
            look = views["look-alike"]
            for first, last in _windows(look, self._words) if _may_be_edited(spelling) else ():
                hit = forms.near(_window(look, first, last, branded=branded), spelling, self._looks)
                if hit is not None:
                    found.append(hit)
        return settled(found)

    def _proposals(self, views: dict[str, Squeezed]) -> Iterator[Proposal]:
        for view, squeezed in views.items():
            for number, start, end in self._automaton.find_matches_as_indexes(squeezed.text, overlapping=True):
                for wanted in self._wanted[number]:
                    yield view, squeezed, start, end, wanted
            for number, token in enumerate(squeezed.tokens if view in _WRITTEN else ()):
                for wanted in self._parts.get(token.key, ()):
                    yield view, squeezed, squeezed.bounds[number], squeezed.bounds[number + 1], wanted

    def _neighbours(self, key: str) -> tuple[Spelling, ...]:
        """Return the spellings that may be one edit from a key."""
        found = self._near.get(key)
        if found is None:
            if len(self._near) >= _WORDS_KEPT:
                self._near.clear()
            shorter = {key, *_shortened(key)} if len(key) >= MASKED_FROM - 1 else set()
            near = {id(s): s for k in shorter if k in self._shortened for s in self._shortened[k] if s.letters != key}
            found = self._near[key] = tuple(near.values())
        return found


def patterns_of(spelling: Spelling) -> Iterator[tuple[str, Fragment | None]]:
    """Yield every string whose occurrence in a squeezed text is worth a look: whole keys, then fragments."""
    for key in sorted(spelling.keys):
        yield key, None
    yield from dict.fromkeys((key, fragment) for key, fragment in fragments.fragments_of(spelling) if key)


def settled(hits: list[Hit]) -> list[Hit]:
    """Return the hits in order of place, without weaker ones that overlap a stronger one of the same asset.

    A hit inside a longer one of another holder goes as well: "Zorvane" is not named where "Zorvane Peak" is. At most 64
    are kept, the strongest.
    """
    ranked = sorted(set(hits), key=_rank)
    kept: list[Hit] = []
    for hit in ranked:
        if len(kept) == _MOST_HITS:
            break
        if not any(_yields(hit, other) for other in kept):
            kept.append(hit)
    return sorted(kept, key=lambda h: (h.start, h.end, h.spelling.rights_holder_id, h.spelling.asset_id))


_ORDER: Final = {
    form: number for number, form in enumerate(("exact", "disguised", "common", "glued", "fuzzy", "fragment"))
}


def _rank(hit: Hit) -> tuple[object, ...]:
    spelling = hit.spelling
    return (
        _ORDER[hit.form],
        hit.start - hit.end,
        -hit.certainty,
        hit.start,
        spelling.rights_holder_id,
        spelling.asset_id,
        spelling.mark,
        spelling.plain,
        hit.view,
        hit.how,
    )


def _yields(hit: Hit, other: Hit) -> bool:
    if hit.end <= other.start or other.end <= hit.start:
        return False
    same = (hit.spelling.rights_holder_id, hit.spelling.asset_id) == (
        other.spelling.rights_holder_id,
        other.spelling.asset_id,
    )
    if same:
        return True
    inside = other.start <= hit.start and hit.end <= other.end and hit.end - hit.start < other.end - other.start
    weaker = hit.form in {forms.Form.FRAGMENT, forms.Form.FUZZY} and other.form is not forms.Form.FRAGMENT
    return (inside or weaker) and hit.spelling.rights_holder_id != other.spelling.rights_holder_id


def _views(text: str, cache: KeyCache) -> dict[str, Squeezed]:
    look = squeeze(folding.look_alike(text), cache)
    views = {"look-alike": look}
    if text.isascii():
        return views
    if _SPOKEN.search(text):
        views["raw"] = squeeze(folding.raw(text), cache)
    if _SPOKEN.search(text):
        views["transliteration"] = squeeze(folding.spoken(text), cache)
    if fragments.has_hanzi(look.text):
        views["sound"] = replace(look, text=fragments.sounded(look.text))
    return views


def _tried(views: dict[str, Squeezed], spelling: Spelling) -> Iterator[Proposal]:
    for view, squeezed in views.items():
        for pattern, fragment in patterns_of(spelling):
            start = squeezed.text.find(pattern)
            while start >= 0:
                yield view, squeezed, start, start + len(pattern), (spelling, fragment)
                start = squeezed.text.find(pattern, start + 1)


def _judge(proposal: Proposal, *, branded: bool) -> Hit | None:
    view, squeezed, start, end, (spelling, fragment) = proposal
    if (view == "sound") != (fragment is Fragment.SOUND) or (view == "transliteration" and fragment is not None):
        return None
    place = forms.locate(squeezed, view, start, end, branded=branded)
    if place is None:
        return None
    if view == "transliteration":
        return fragments.transliterated(place, spelling)
    if fragment is not None:
        return fragments.judge(place, spelling, fragment)
    return forms.whole(place, spelling)


def _may_be_edited(spelling: Spelling) -> bool:
    return not spelling.distinctiveness.cjk and spelling.distinctiveness.letters >= MASKED_FROM


def _shortened(key: str) -> Iterator[str]:
    for i in range(len(key)):
        yield key[:i] + key[i + 1 :]


def _letters(look: Squeezed, first: int, last: int) -> str:
    return "".join([token.letters for token in look.tokens[first : last + 1]])


def _window(look: Squeezed, first: int, last: int, *, branded: bool) -> Place:
    return Place(squeezed=look, view="look-alike", first=first, last=last, branded=branded)


def _windows(look: Squeezed, mark_words: frozenset[str]) -> Iterator[Window]:
    """Yield the stretches of words that may be a mark with one edit: words, chains, and company of a mark's word."""
    tokens = look.tokens
    for number, token in enumerate(tokens):
        if not token.cjk and len(token.letters) >= MASKED_FROM - 1:
            yield number, number
    if _SIGN.search(look.folded.text) or not mark_words.isdisjoint([token.key for token in tokens]):
        for first, token in enumerate(tokens):
            if not token.cjk:
                yield from _chains(look, first, mark_words)


def _chains(look: Squeezed, first: int, mark_words: frozenset[str]) -> Iterator[Window]:
    """Yield the stretches of several words from one word on that hold a word of a mark or a sign for a letter."""
    tokens = look.tokens
    known = tokens[first].key in mark_words
    signed, chained = not look.word(first).isalnum(), True
    for last, following in islice(enumerate(tokens), first + 1, first + _LONGEST_CHAIN):
        gap = look.folded.text[tokens[last - 1].end : following.start]
        if following.cjk or len(gap) > _GAP:
            return
        known = known or following.key in mark_words
        chained = chained and not gap.isspace() and len(gap) < _GAP
        signed = signed or gap[:1] in MASKS or not gap.isascii() or not look.word(last).isalnum()
        if known or (chained and signed):
            yield first, last
