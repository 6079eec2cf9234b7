"""Finding every mark of a register in a text, fast; and the slow definition of the same."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from ahocorasick_rs import AhoCorasick, Implementation, MatchKind

from detectors.text import folding, forms, fragments, keyboards, lettering
from detectors.text.forms import Hit
from detectors.text.fragments import Fragment
from detectors.text.masked import MaskedMarks
from detectors.text.misspellings import Misspellings
from detectors.text.readings import sounded
from detectors.text.sounds import OF_SOUND, Sounds
from detectors.text.spelling import Spelling
from detectors.text.tokens import Squeezed, Tokens, squeeze

_SPOKEN: Final = re.compile(r"[\u0370-\u058f\u10a0-\u10ff\u3040-\u30ff\uac00-\ud7af]")
_WRITTEN: Final = frozenset({"look-alike", "raw", "spelt"})
_WHOLE_ONLY: Final = frozenset({"transliteration", "turned", "drawn"})
"""Views in which parts of a mark mean nothing; in the typed view only the keys of one mean something."""

_MOST_HITS: Final = 64
"""More hits in one field tell nothing more; a field of nothing but marks must not take for ever."""

Wanted = tuple[Spelling, Fragment | None]
Proposal = tuple[str, Squeezed, int, int, Wanted]


class MarkIndex:
    """The spellings of a register, indexed by class key, by what a mistake leaves of it, and by sound.

    Parameters
    ----------
    spellings : tuple of Spelling
        What to look for.
    brands : frozenset of str
        Names of other makes.

    References
    ----------
    .. [1] A. V. Aho, M. J. Corasick, "Efficient string matching: an aid to bibliographic search", CACM 18, 1975.
    """

    def __init__(self, spellings: tuple[Spelling, ...], brands: frozenset[str] = frozenset()) -> None:
        self._spellings = spellings
        self._seen = Tokens()
        patterns: defaultdict[str, list[Wanted]] = defaultdict(list)
        self._parts: defaultdict[str, list[Wanted]] = defaultdict(list)
        self._starts: defaultdict[str, list[Wanted]] = defaultdict(list)
        self._styled: defaultdict[str, list[Wanted]] = defaultdict(list)
        of_whole_words = {Fragment.MASKED_START: self._starts, Fragment.STYLED_PART: self._styled}
        for spelling in spellings:
            for pattern, fragment in patterns_of(spelling):
                table = patterns
                if fragment is not None and fragments.is_whole_word(pattern, fragment):
                    table = of_whole_words.get(fragment, self._parts)
                table[pattern].append((spelling, fragment))
        self._wanted = list(patterns.values())
        self._automaton = AhoCorasick(
            list(patterns),
            matchkind=MatchKind.Standard,
            store_patterns=False,
            implementation=Implementation.ContiguousNFA,
        )
        self._misspellings = Misspellings(spellings, brands)
        self._sounds = Sounds(spellings)
        self._masked = MaskedMarks(spellings)

    def hits(self, text: str, *, branded: bool = False) -> list[Hit]:
        """Return every hit in a text; `branded` says that the field names brands.

        Notes
        -----
        Equal to `brute_force` for the same spellings, which is the definition.
        """
        views = _views(text, self._seen)
        found = [hit for p in self._proposals(views) if (hit := _judge(p, branded=branded)) is not None]
        found += self._misspellings.hits(views["look-alike"], branded=branded)
        if not text.isascii() and OF_SOUND.search(text):
            found += self._sounds.hits(text)
        found += self._masked.hits(text)
        return settled(found) if found else found

    def brute_force(self, text: str, *, branded: bool = False) -> list[Hit]:
        """Return the same as `hits` by trying every spelling everywhere: slow and obvious."""
        views = _views(text, Tokens())
        proposals = (proposal for spelling in self._spellings for proposal in _tried(views, spelling))
        found = [hit for p in proposals if (hit := _judge(p, branded=branded)) is not None]
        found += self._misspellings.brute_force(views["look-alike"], branded=branded)
        found += self._sounds.brute_force(text)
        found += self._masked.brute_force(text)
        return settled(found)

    def _proposals(self, views: dict[str, Squeezed]) -> Iterator[Proposal]:
        for view, squeezed in views.items():
            for number, start, end in self._automaton.find_matches_as_indexes(squeezed.text, overlapping=True):
                for wanted in self._wanted[number]:
                    yield view, squeezed, start, end, wanted
            if view in _WRITTEN:
                yield from self._of_whole_words(view, squeezed)

    def _of_whole_words(self, view: str, squeezed: Squeezed) -> Iterator[Proposal]:
        keys = list(enumerate([token.key for token in squeezed.tokens]))
        found = [(n, self._parts[key]) for n, key in keys if key in self._parts]
        masked = [(n, key) for n, key in keys if key in self._starts and fragments.is_masked(squeezed.following(n))]
        found += [(n, self._starts[key]) for n, key in masked]
        if not squeezed.folded.original.isascii():
            found += [(n, self._styled[key]) for n, key in keys if key in self._styled]
        for number, parts in found:
            for wanted in parts:
                yield view, squeezed, squeezed.bounds[number], squeezed.bounds[number + 1], wanted


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


def _views(text: str, seen: Tokens) -> dict[str, Squeezed]:
    look = squeeze(folding.look_alike(text), seen)
    views = {"look-alike": look}
    one_by_one = lettering.spelt(text)
    if one_by_one is not None:
        views["spelt"] = squeeze(one_by_one, seen)
    if text.isascii():
        return views
    if _SPOKEN.search(text):
        views["raw"] = squeeze(folding.raw(text), seen)
        views["transliteration"] = squeeze(folding.spoken(text), seen)
    on_keys = keyboards.typed(text)
    if on_keys is not None:
        views["typed"] = squeeze(on_keys, seen)
    upside_down = folding.turned(text)
    if upside_down is not None:
        views["turned"] = squeeze(upside_down, seen)
    drawn = lettering.drawn(text)
    if drawn is not None:
        views["drawn"] = squeeze(drawn, seen)
    if fragments.has_hanzi(look.text):
        views["sound"] = replace(look, text=sounded(look.text))
    return views


def _tried(views: dict[str, Squeezed], spelling: Spelling) -> Iterator[Proposal]:
    for view, squeezed in views.items():
        for pattern, fragment in patterns_of(spelling):
            start = squeezed.text.find(pattern)
            while start >= 0:
                yield view, squeezed, start, start + len(pattern), (spelling, fragment)
                start = squeezed.text.find(pattern, start + 1)


def _says_nothing(view: str, fragment: Fragment | None) -> bool:
    """Say whether a part of a mark means nothing in a view."""
    return fragment is not None and (view in _WHOLE_ONLY or (view == "typed" and fragment is not Fragment.TYPED))


def _judge(proposal: Proposal, *, branded: bool) -> Hit | None:
    view, squeezed, start, end, (spelling, fragment) = proposal
    if (view == "sound") != (fragment is Fragment.SOUND) or _says_nothing(view, fragment):
        return None
    place = forms.locate(squeezed, view, start, end, branded=branded)
    if place is None or (view == "turned" and (place.before or place.after)):
        return None
    if view == "spelt" and not place.closed_up:
        return None
    if fragment is not None:
        return fragments.judge(place, spelling, fragment)
    return _WHOLE.get(view, forms.whole)(place, spelling)


_WHOLE: Final = {"transliteration": fragments.transliterated, "typed": keyboards.of_latin}
"""Who judges a whole mark in a view, if not `forms.whole`."""
