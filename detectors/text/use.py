"""How a listing uses a mark it names: as a claim, a reference, a comparison and so on.

References
----------
.. [1] Regulation (EU) 2017/1001, Art. 14(1)(c): use of a mark to identify goods as those of its owner (accessories,
   spare parts). Art. 9(3)(f): use in comparative advertising.
.. [2] New Kids on the Block v. News America Publishing, 971 F.2d 302 (9th Cir. 1992): nominative use.
"""

from __future__ import annotations

import csv
import math
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cache
from importlib import resources
from typing import Final

from detectors.text import folding
from detectors.text.forms import Form, Hit
from detectors.text.phrases import Phrases

_WINDOW: Final = 48
_BREAK: Final = re.compile(r"[,;:|/。，；！!?？()（）【】\[\]《》\n、]|\s[-–—]\s")
_CJK: Final = re.compile(f"[{folding.CJK}]")
_WORD: Final = re.compile(folding.WORD)
_JOINING: Final = re.compile(r"(?:[\s,，、/|;；+&·\-]|and|und|et|or|oder|ou|y|o|и|或|和|与)*")
_TOGETHER: Final = re.compile(r"\s*(?:[x×&+]|feat\.?|by|with|联名)\s*", re.IGNORECASE)
_LISTED: Final = re.compile(r"\s*[|/、]\s*\w")
_ROW: Final = 3
"""Marks of so many holders in one field are stuffing, whatever stands between them."""


class Use(StrEnum):
    """How a mark is used; the order decides between several uses in one field."""

    QUALITY = "quality"
    STUFFING = "stuffing"
    REFERENCE = "reference"
    COMPARISON = "comparison"
    NEGATION = "negation"
    SUBJECT = "subject"
    CLAIM = "claim"
    MENTION = "mention"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cue:
    """A phrase that tells how the mark beside it is used; offsets in code points of the original field."""

    quote: str
    start: int
    end: int
    use: Use


@dataclass(frozen=True, slots=True, kw_only=True)
class Used:
    """A hit with its use and the cue that told, if any."""

    hit: Hit
    use: Use
    cue: Cue | None


@dataclass(frozen=True, slots=True)
class _Rule:
    use: Use
    reach: int


@cache
def _rules() -> dict[str, dict[str, _Rule]]:
    """Return the cue table: place, then folded phrase, then what it means."""
    table: defaultdict[str, dict[str, _Rule]] = defaultdict(dict)
    source = resources.files("detectors.text").joinpath("cues.tsv").read_text(encoding="utf-8")
    for row in csv.DictReader(source.splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE):
        for phrase in row["phrases"].split("|"):
            folded = folding.raw(phrase).text
            table[row["place"]].setdefault(folded, _Rule(Use(row["use"]), int(row["reach"])))
    return dict(table)


@cache
def _phrases(place: str) -> Phrases:
    return Phrases(tuple(_rules()[place]))


def uses(text: str, hits: Sequence[Hit], *, plain: Use) -> tuple[Used, ...]:
    """Tell the use of every hit in one field.

    Parameters
    ----------
    text : str
        The field.
    hits : sequence of Hit
        What was found in it, in order.
    plain : Use
        The use without any cue: a claim in a title, a mention in a description.
    """
    found = [Used(hit=hit, use=cue.use if cue else plain, cue=cue) for hit in hits for cue in [_cue(text, hit)]]
    return tuple(_stuffed(text, _shared(text, [_listed(text, used) for used in found]), plain))


def key_use(key: str) -> Use | None:
    """Tell what the name of an attribute says about marks in its value: "Brand" claims, "Compatible with" refers."""
    folded = folding.raw(key).text
    match = [rule.use for phrase, rule in _rules()["key"].items() if phrase in folded]
    return Use.REFERENCE if Use.REFERENCE in match else match[0] if match else None


def last_reference(text: str) -> int | None:
    """Return where the last cue of reference in a text ends, however far from a mark: "case for the new ..."."""
    folded = folding.raw(text)
    rules = _rules()["before"]
    ends = [end for _, end, phrase in _phrases("before").find(folded.text) if rules[phrase].use is Use.REFERENCE]
    return folded.span(0, max(ends))[1] if ends else None


def _cue(text: str, hit: Hit) -> Cue | None:
    """Return the nearest cue beside a hit, the longer one of two at the same distance."""
    first = max(0, hit.start - _WINDOW)
    found = [*_cues("before", text, first, hit.start), *_cues("after", text, hit.end, hit.end + _WINDOW)]
    return min(found, key=lambda f: f[:2])[2] if found else None


def _cues(place: str, text: str, first: int, last: int) -> Iterator[tuple[float, int, Cue]]:
    """Yield the cues in a stretch before or after a mark, each with its distance and its length, negated."""
    folded = folding.raw(text[first:last])
    longest = {start: (end, phrase) for start, end, phrase in _phrases(place).find(folded.text)}
    for start, (end, phrase) in longest.items():
        rule = _rules()[place][phrase]
        distance = _distance(folded.text[end:] if place == "before" else folded.text[:start])
        if distance <= rule.reach:
            left, right = (first + offset for offset in folded.span(start, end))
            yield distance, -len(phrase), Cue(quote=text[left:right], start=left, end=right, use=rule.use)


def _distance(gap: str) -> float:
    """Return how many words stand in a gap, two characters of a script without spaces counting as one."""
    if _BREAK.search(gap):
        return math.inf
    return len(_WORD.findall(gap)) + len(_CJK.findall(gap)) / 2


def _listed(text: str, used: Used) -> Used:
    """Take a comparison with the first of several names for stuffing: "similar to A | B | C"."""
    listed = used.use is Use.COMPARISON and _LISTED.match(folding.raw(text[used.hit.end : used.hit.end + _WINDOW]).text)
    return replace(used, use=Use.STUFFING) if listed else used


def _shared(text: str, found: list[Used]) -> list[Used]:
    """Let marks in one list share its cue: "similar to A | B | C"."""
    shared = list(found)
    for order in (range(1, len(found)), range(len(found) - 2, -1, -1)):
        step = 1 if order.step > 0 else -1
        for i in order:
            neighbour, own = shared[i - step], shared[i]
            between = text[min(own.hit.end, neighbour.hit.end) : max(own.hit.start, neighbour.hit.start)]
            if own.cue is None and neighbour.cue is not None and _JOINING.fullmatch(folding.raw(between).text):
                shared[i] = replace(own, use=neighbour.use, cue=neighbour.cue)
    return shared


def _stuffed(text: str, found: list[Used], plain: Use) -> list[Used]:
    """Mark claims and comparisons as stuffing where marks of several holders stand in a row."""
    strong = [used for used in found if used.hit.form is not Form.FRAGMENT]
    holders = {used.hit.spelling.rights_holder_id for used in strong}
    if len(holders) < 2 or plain is not Use.CLAIM:  # noqa: PLR2004
        return found
    crowd = len(holders) >= _ROW
    return [
        replace(used, use=Use.STUFFING)
        if used.use in {Use.CLAIM, Use.COMPARISON}
        and used.hit.form is not Form.FRAGMENT
        and (crowd or _beside(text, used, strong))
        else used
        for used in found
    ]


def _beside(text: str, used: Used, others: list[Used]) -> bool:
    """Say whether another holder's mark stands right beside, not joined as partners are ("A x B")."""
    for other in others:
        if other.hit.spelling.rights_holder_id == used.hit.spelling.rights_holder_id:
            continue
        between = text[min(used.hit.end, other.hit.end) : max(used.hit.start, other.hit.start)]
        if _JOINING.fullmatch(folding.raw(between).text) and not (between.strip() and _TOGETHER.fullmatch(between)):
            return True
    return False
