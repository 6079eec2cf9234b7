"""Measure how well and how fast word marks are found in titles, beside fuzzy search and a plain automaton.

Run from the root of the repository::

    python benchmarks/text.py [--titles FILE] [--out FILE]

Marks and disguises are made up from a seed; so are the titles, unless a file of real ones is given (one a line, UTF-8).
Titles that hold a mark in disguise give the recall by class of disguise; titles without one give the false alarms.
"""

from __future__ import annotations

import argparse
import random
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final, TypedDict

import orjson
from ahocorasick_rs import AhoCorasick
from rapidfuzz.fuzz import partial_ratio

from detectors.text.forms import Form
from detectors.text.index import MarkIndex
from detectors.text.phrases import is_whole
from detectors.text.spelling import spellings_of
from pipeline.records import Asset, AssetKind, Register, RightsHolder

SEED: Final = 20261121
MARKS: Final = 200
TITLES: Final = 3_000
FUZZY_TITLES: Final = 300
EACH: Final = 200

_SYLLABLES: Final = (  # noqa: SIM905
    "ba ke lo mi nu ra ve zo ti sha dro fe gan hil por quen ryn sta tor wex yl mar den bri cal os und"
).split()
_WORDS: Final = (  # noqa: SIM905
    "new black red leather cotton summer winter bag tote shoes jacket watch lamp mug phone camera strap case set pack "
    "of women men kids gift large small soft light waterproof outdoor classic 2026 steel wool 50 ml XL with and for "
    "home"
).split()
_HANZI_WORDS: Final = (  # noqa: SIM905
    "新款 手提包 女士 夏季 轻便 防水 真皮 运动鞋 连衣裙 男士 学生 大容量 复古 简约 保温杯 台灯"
).split()
_HANZI: Final = "青岚素云禾木白屿晴川竹松鹿鸣海石溪北辰朗悦锦墨染漫野简言微澜"

_LOOK_ALIKES: Final = dict(zip("aceiopsxykmthbn", "аϲеіорѕхукмтһЬո", strict=True))
_LEET: Final = dict(zip("oilesatb", "01135478", strict=True))
_ACCENTS: Final = dict(zip("aeioucnyszdg", "äéïöüçñýšžďğ", strict=True))


class Result(TypedDict):
    """What is measured: shares by disguise and finder, shares by finder, and speeds."""

    recall: dict[str, dict[str, float]]
    false_alarms: dict[str, float]
    speed: list[dict[str, float]]


Disguise = Callable[[random.Random, str], str]
Finder = Callable[[str], set[str]]


def _some(draw: random.Random, mark: str, table: dict[str, str]) -> str:
    """Replace at least one letter and about every second one by its counterpart."""
    at = [i for i, c in enumerate(mark) if c in table]
    chosen = {i for i in at if draw.random() < 0.5} or set(at[:1])
    return "".join(table[c] if i in chosen else c for i, c in enumerate(mark))


def _insert(draw: random.Random, mark: str, sign: str) -> str:
    at = draw.randrange(1, len(mark))
    return mark[:at] + sign + mark[at:]


def _replaced(draw: random.Random, mark: str, sign: str) -> str:
    at = draw.randrange(1, len(mark) - 1)
    return mark[:at] + sign + mark[at + 1 :]


def _swapped(draw: random.Random, mark: str) -> str:
    at = draw.choice([i for i in range(1, len(mark) - 1) if mark[i] != mark[i + 1]])
    return mark[:at] + mark[at + 1] + mark[at] + mark[at + 2 :]


def _doubled(draw: random.Random, mark: str) -> str:
    at = draw.randrange(len(mark))
    return mark[:at] + mark[at] * draw.randrange(2, 4) + mark[at:][1:]


def _shift(start: int) -> Disguise:
    return lambda _, mark: "".join(chr(start + ord(c) - ord("a")) for c in mark)


DISGUISES: Final[dict[str, Disguise]] = {
    "plain": lambda _, m: m,
    "capitals": lambda _, m: m.upper(),
    "look-alikes": lambda d, m: _some(d, m, _LOOK_ALIKES),
    "mathematical": _shift(0x1D5EE),
    "full width": _shift(0xFF41),
    "circled": _shift(0x24D0),
    "accents": lambda d, m: _some(d, m, _ACCENTS),
    "zero width": lambda d, m: _insert(d, _insert(d, m, "\u200b"), "\u2060"),
    "spaced": lambda _, m: " ".join(m),
    "dotted": lambda d, m: d.choice("._-*·").join(m),
    "emoji inside": lambda d, m: _insert(d, m, d.choice("🔥✨❤💎")),
    "leet": lambda d, m: _some(d, m, _LEET),
    "letters doubled": _doubled,
    "letter masked": lambda d, m: _replaced(d, m, "*"),
    "letter wrong": lambda d, m: _replaced(d, m, d.choice("bdfgkpw")),
    "letter missing": lambda d, m: _replaced(d, m, ""),
    "letter added": lambda d, m: _insert(d, m, d.choice("bdfgkpw")),
    "letters swapped": _swapped,
    "glued": lambda d, m: d.choice(["new", "top", "my"]) + m.upper(),
    "beside hanzi": lambda _, m: f"新款{m}手提包",
}


def coined(draw: random.Random, count: int) -> list[str]:
    """Return made-up marks of five to twelve letters."""
    found: set[str] = set()
    while len(found) < count:
        mark = "".join(draw.choices(_SYLLABLES, k=draw.choice([2, 3, 3, 4])))
        if 5 <= len(mark) <= 12:
            found.add(mark)
    return sorted(found)


def register_of(marks: list[str]) -> Register:
    """Return a register with one holder for each mark."""
    holders = [
        RightsHolder(id=mark, name=mark, assets=(Asset(id=mark, kind=AssetKind.WORD_MARK, text=mark.capitalize()),))
        for mark in marks
    ]
    return Register(version=1, digest="", rights_holders=tuple(holders))


def made_titles(draw: random.Random, count: int) -> list[str]:
    """Return made-up titles, three quarters English and one quarter Chinese."""
    return [
        " ".join(draw.choices(_WORDS, k=draw.randrange(5, 12)))
        if draw.random() < 0.75
        else "".join(draw.choices(_HANZI_WORDS, k=draw.randrange(3, 7)))
        for _ in range(count)
    ]


def put(draw: random.Random, title: str, mark: str) -> str:
    """Put a mark between two words of a title."""
    words = title.split(" ")
    words.insert(draw.randrange(len(words) + 1), mark)
    return " ".join(words)


def finders(marks: list[str]) -> dict[str, Finder]:
    """Return the ways of finding to compare: each gives the marks that a title holds."""
    index = MarkIndex(spellings_of(register_of(marks)))
    automaton = AhoCorasick(marks)

    def ours(title: str) -> set[str]:
        return {hit.spelling.asset_id for hit in index.hits(title) if hit.form is not Form.FRAGMENT}

    def fuzzy(title: str) -> set[str]:
        lower = title.lower()
        return {mark for mark in marks if partial_ratio(mark, lower) >= 90}

    def plain(title: str) -> set[str]:
        lower = title.lower()
        found = automaton.find_matches_as_indexes(lower, overlapping=True)
        return {marks[number] for number, start, end in found if is_whole(lower, start, end)}

    return {"MarkInText": ours, "partial_ratio>=90": fuzzy, "plain automaton": plain}


def recall(draw: random.Random, marks: list[str], titles: list[str]) -> dict[str, dict[str, float]]:
    """Return the share of disguised marks found, by class of disguise and finder."""
    ways = finders(marks)
    table: dict[str, dict[str, float]] = {}
    for name, disguise in DISGUISES.items():
        cases = [(mark, put(draw, draw.choice(titles), disguise(draw, mark))) for mark in marks[:EACH]]
        table[name] = {
            way: sum(mark in find(title) for mark, title in cases) / len(cases) for way, find in ways.items()
        }
    return table


def false_alarms(marks: list[str], titles: list[str]) -> dict[str, float]:
    """Return the share of titles without a mark in which one is found, by finder."""
    shares = {}
    for way, find in finders(marks).items():
        some = titles[:FUZZY_TITLES] if way.startswith("partial") else titles
        shares[way] = sum(bool(find(title)) for title in some) / len(some)
    return shares


def speed(draw: random.Random, count: int, titles: list[str]) -> dict[str, float]:
    """Return the seconds to index so many marks and the titles read in a second of processor time, when warm."""
    start = time.process_time()
    index = MarkIndex(spellings_of(register_of(coined(draw, count))))
    built = time.process_time()
    for title in titles[: len(titles) // 4]:
        index.hits(title)
    warm = time.process_time()
    for title in titles:
        index.hits(title)
    return {
        "marks": count,
        "build_seconds": built - start,
        "titles_per_second": len(titles) / (time.process_time() - warm),
    }


def main() -> None:
    """Measure, print a table and write JSON."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--titles", type=Path, help="real titles, one a line")
    parser.add_argument("--out", type=Path, default=Path("out/benchmark-text.json"))
    arguments = parser.parse_args()
    draw = random.Random(SEED)
    marks = coined(draw, MARKS)
    titles = made_titles(draw, TITLES)
    if arguments.titles:
        real = [line for line in arguments.titles.read_text(encoding="utf-8").splitlines() if line.strip()]
        titles = draw.sample(real, min(TITLES, len(real)))
    result: Result = {
        "recall": recall(draw, marks, titles),
        "false_alarms": false_alarms(marks, titles),
        "speed": [speed(draw, count, titles) for count in (1_000, 10_000)],
    }
    show(result)
    arguments.out.parent.mkdir(parents=True, exist_ok=True)
    arguments.out.write_bytes(orjson.dumps(result, option=orjson.OPT_INDENT_2))


def show(result: Result) -> None:
    """Print the result as a table."""
    ways = list(result["false_alarms"])
    print(f"{'recall':<18}" + "".join(f"{way:>20}" for way in ways))
    for name, row in result["recall"].items():
        print(f"{name:<18}" + "".join(f"{row[way]:>20.3f}" for way in ways))
    print(f"{'false alarms':<18}" + "".join(f"{result['false_alarms'][way]:>20.4f}" for way in ways))
    for row in result["speed"]:
        print(
            f"{row['marks']:>6.0f} marks: built in {row['build_seconds']:.1f} s, "
            f"{row['titles_per_second']:.0f} titles/s"
        )


if __name__ == "__main__":
    main()
