"""What is measured: recall by disguise, false alarms, and speed."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from typing import Final, TypedDict

from scipy.stats import beta

from benchmarks.text.abroad import ARABIC, CYRILLIC, HANGUL, KANA, PAIR_PARTS, PAIRS, pairs
from benchmarks.text.coined import Mark, Writing
from benchmarks.text.disguises import DISGUISES, LONG, Disguise
from benchmarks.text.finders import OURS, QUICK, SLOW, WITH_FRAGMENTS, Finder, finders, register_of
from benchmarks.text.scripts import HANZI_PARTS, HANZI_WAYS, LATIN_PARTS
from detectors.text.index import MarkIndex
from detectors.text.spelling import spellings_of
from detectors.text.split import SplitMarks

FEW_TITLES: Final = 100
PROCESSES: Final = 2
EXAMPLES: Final = 40
SPLIT: Final = "split over title and brand"
LONG_FROM: Final = 9

Lot = tuple[list[Mark], dict[str, Writing]]
"""Marks, and ways to write them; a way that leaves a mark as it is, is not tried on it."""

Recall = dict[str, dict[str, float]]
"""Shares by disguise and finder."""


class Share(TypedDict):
    """A share of titles with its 95 % Clopper-Pearson interval."""

    share: float
    interval: tuple[float, float]
    titles: int


class FalseAlarms(TypedDict):
    """Shares of titles without a mark in which one is found, by finder, and some of ours to look at."""

    marks: int
    titles: int
    found: dict[str, Share]
    examples: list[str]


class Speed(TypedDict):
    """Seconds to index so many marks, and titles read in a second, by ours and by others that are not slow."""

    marks: int
    processes: int
    build_seconds: float
    titles_per_second: float
    titles_per_cpu_second: float
    others_per_cpu_second: dict[str, float]


class Result(TypedDict):
    """All that is measured."""

    disguises: Recall
    parts: Recall
    false_alarms: list[FalseAlarms]
    speed: list[Speed]


def recall_of_disguises(draw: random.Random, latin: list[Mark], hanzi: list[Mark], titles: list[str]) -> Recall:
    """Return the share of disguised marks found, by disguise and finder: what speaks for itself."""
    kana, hangul, cyrillic, arabic = ([Mark(text=m.heard[at]) for m in latin] for at in range(4))
    long = [mark for mark in latin if len(mark.text) >= LONG_FROM]
    table = _recalls(
        draw,
        [
            (latin, {name: _of_text(disguise) for name, disguise in DISGUISES.items()}),
            (long, {name: _of_text(disguise) for name, disguise in LONG.items()}),
            (pairs(draw, latin), PAIRS),
            (hanzi, HANZI_WAYS),
            ([mark for mark in kana if len(mark.text) > 2], KANA),
            ([mark for mark in hangul if len(mark.text) > 2], HANGUL),
            (cyrillic, CYRILLIC),
            (arabic, ARABIC),
        ],
        titles,
    )
    return table | {SPLIT: _recall_of_split(draw, latin, titles, list(table["plain"]))}


def _recall_of_split(draw: random.Random, latin: list[Mark], titles: list[str], ways: list[str]) -> dict[str, float]:
    """Return the share of marks found that begin in the title and end in the brand field, which others do not read."""
    marks = SplitMarks(spellings_of(register_of([mark.text for mark in latin])))
    found = 0
    for mark in latin:
        at = draw.randrange(2, len(mark.text) - 1)
        title = _put(draw, draw.choice(titles), mark.text[:at])
        halves = marks.find(title, [("brand", mark.text[at:])])
        found += any(half.hit.spelling.asset_id == mark.text for half in halves)
    return {way: found / len(latin) if way in {OURS, WITH_FRAGMENTS} else 0.0 for way in ways}


def recall_of_parts(draw: random.Random, latin: list[Mark], hanzi: list[Mark], titles: list[str]) -> Recall:
    """Return the same for marks written by their sound or a part of themselves."""
    return _recalls(draw, [(latin, LATIN_PARTS), (pairs(draw, latin), PAIR_PARTS), (hanzi, HANZI_PARTS)], titles)


def _of_text(disguise: Disguise) -> Writing:
    return lambda draw, mark: disguise(draw, mark.text)


def _recalls(draw: random.Random, lots: list[Lot], titles: list[str]) -> Recall:
    table = {}
    for marks, ways in lots:
        find = finders([mark.text for mark in marks])
        for name, writing in ways.items():
            written = [(mark.text, writing(draw, mark)) for mark in marks]
            changed = [(mark, text) for mark, text in written if text != mark]
            table[name] = _recall(draw, changed or written, titles, find)
    return table


def _recall(
    draw: random.Random, written: Iterable[tuple[str, str]], titles: list[str], ways: dict[str, Finder]
) -> dict[str, float]:
    cases = [(mark, _put(draw, draw.choice(titles), disguised)) for mark, disguised in written]
    return {way: sum(mark in find(title) for mark, title in cases) / len(cases) for way, find in ways.items()}


def _put(draw: random.Random, title: str, mark: str) -> str:
    """Put a mark between two words of a title."""
    words = title.split(" ")
    words.insert(draw.randrange(len(words) + 1), mark)
    return " ".join(words)


def false_alarms(marks: list[str], titles: list[str]) -> FalseAlarms:
    """Return the share of titles without a mark in which one is found, by finder."""
    found: dict[str, Share] = {}
    ways = finders(marks)
    for way, find in ways.items():
        some = titles[:FEW_TITLES] if way in SLOW else titles
        hits = sum(bool(find(title)) for title in some)
        found[way] = Share(share=hits / len(some), interval=_interval(hits, len(some)), titles=len(some))
    ours = ((ways[OURS](title), title) for title in titles)
    examples = [f"{', '.join(sorted(hit))} <- {title[:120]}" for hit, title in ours if hit][:EXAMPLES]
    return FalseAlarms(marks=len(marks), titles=len(titles), found=found, examples=examples)


def _interval(hits: int, of: int) -> tuple[float, float]:
    low = float(beta.ppf(0.025, hits, of - hits + 1)) if hits else 0.0
    return low, float(beta.ppf(0.975, hits + 1, of - hits)) if hits < of else 1.0


def speed(marks: list[str], titles: list[str]) -> Speed:
    """Return how fast titles are read with so many marks, by all processes together, when warm."""
    start = time.process_time()
    index = MarkIndex(spellings_of(register_of(marks)))
    built = time.process_time() - start
    alone = _seconds(index.hits, titles)
    others = {name: find for name, find in finders(marks, index).items() if name in QUICK}
    parts = [(tuple(marks), tuple(titles[i::PROCESSES])) for i in range(PROCESSES)]
    with ProcessPoolExecutor(PROCESSES) as pool:
        list(pool.map(_read, parts))
        start = time.perf_counter()
        list(pool.map(_read, parts))
        together = time.perf_counter() - start
    return Speed(
        marks=len(marks),
        processes=PROCESSES,
        build_seconds=built,
        titles_per_second=len(titles) / together,
        titles_per_cpu_second=len(titles) / alone,
        others_per_cpu_second={name: len(titles) / _seconds(find, titles) for name, find in others.items()},
    )


def _seconds(find: Callable[[str], object], titles: list[str]) -> float:
    """Return the seconds of processor time in which titles are read, after a quarter of them to warm up."""
    for title in titles[: len(titles) // 4]:
        find(title)
    start = time.process_time()
    for title in titles:
        find(title)
    return time.process_time() - start


@cache
def _index(marks: tuple[str, ...]) -> MarkIndex:
    return MarkIndex(spellings_of(register_of(list(marks))))


def _read(part: tuple[tuple[str, ...], tuple[str, ...]]) -> int:
    marks, titles = part
    find: Callable[[str], object] = _index(marks).hits
    return sum(bool(find(title)) for title in titles)
