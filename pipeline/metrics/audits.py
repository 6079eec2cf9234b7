"""Audits: a committed frame, a sample that nobody could choose, and what blind reviews say of its items."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from pipeline.errors import InputError
from pipeline.metrics.draw import FLAGGED
from pipeline.metrics.entries import Entry, of_type, text, whole
from pipeline.metrics.intervals import Stratum
from pipeline.metrics.periods import days_of
from pipeline.records import ACTIONABLE, Label

UNRESOLVABLE = "unresolvable"
"""A reviewer's word on an item that cannot be judged: the listing vanished, the photos are gone."""
FIRST, SECOND, THIRD = 1, 2, 3
"""Rounds of review."""
VALUES = ("size", "platform", "sector", "country")
SOLD = "sold"
FRAME_COLUMNS = ("audit", "item", "stratum", *VALUES, SOLD)
SAMPLE_COLUMNS = (*FRAME_COLUMNS, "ticket")
STRATA_COLUMNS = ("audit", "stratum", *VALUES, SOLD, "listings")
PROBE_COLUMNS = ("audit", "item")
MOST_DIGITS = 12
"""Of units sold, so that no stranger's number takes long to compute with."""
DECOY_DIGIT = 40
"""Which digit of an item's ticket sends one item in ten that was called clean to a second blind review."""

FileRow = Mapping[str, str]


class Over(StrEnum):
    """What a frame lists."""

    LISTINGS = "listings"
    TOP_RESULTS = "top_results"


class Outcome(StrEnum):
    """What the reviews of an item come to."""

    CONFIRMED = "confirmed"
    CLEAN = "clean"
    UNRESOLVED = "unresolved"


class Sign(StrEnum):
    """Which way a reviewer's word points."""

    POSITIVE = "positive"
    NEGATIVE = "negative"
    UNSURE = "unsure"


class Cell(NamedTuple):
    """Listings of a frame that look alike: stratum, values by `VALUES`, and units sold, None where nobody says."""

    stratum: str
    values: tuple[str, ...]
    sold: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One item of a sample; `words` are the reviewers' labels by round, from 1."""

    item: str
    stratum: str
    values: tuple[str, ...]
    sold: int | None
    ticket: str
    words: Mapping[int, str]

    @property
    def outcome(self) -> Outcome:
        """What the reviews come to."""
        return outcome(self.words)


@dataclass(frozen=True, slots=True, kw_only=True)
class Audit:
    """One audit as the log and the files of a bundle tell it.

    Attributes
    ----------
    audit : str
        Its id.
    over : Over
        What the frame lists.
    period : str
        For which it speaks.
    place : int
        Of the frame's entry in the log, to tell what was promised before.
    listings : mapping
        How many the frame has, by cell.
    items : tuple of Item
        The sample.
    probes : tuple of mapping
        The reviewers' words on known fakes, by round.
    as_of : str
        When the last that was said of it was logged.
    """

    audit: str
    over: Over
    period: str
    place: int
    listings: Mapping[Cell, int]
    items: tuple[Item, ...]
    probes: tuple[Mapping[int, str], ...]
    as_of: str

    @property
    def complete(self) -> bool:
        """Whether no review is outstanding."""
        return all(next_round(item.words, item.ticket) is None for item in self.items)

    def strata(self, dimension: str, group: str, counted: Mapping[str, bool]) -> dict[str, Stratum]:
        """Return the strata of a part of the frame.

        Parameters
        ----------
        dimension, group : str
            "all" twice, or one of `VALUES` with its value.
        counted : mapping
            By item, whether it counts.
        """
        sizes: Counter[str] = Counter()
        for cell, listings in self.cells(dimension, group):
            sizes[cell.stratum] += listings
        members = self.members(dimension, group)
        sampled = Counter(item.stratum for item in members)
        confirmed = Counter(item.stratum for item in members if counted[item.item])
        return {
            name: Stratum(size=size, sampled=sampled[name], confirmed=confirmed[name])
            for name, size in sorted(sizes.items())
        }

    def cells(self, dimension: str, group: str) -> list[tuple[Cell, int]]:
        """Return the cells of a part of the frame, with how many listings each has."""
        return [(cell, listings) for cell, listings in self.listings.items() if _within(cell, dimension, group)]

    def members(self, dimension: str, group: str) -> list[Item]:
        """Return the items of the sample that lie in a part of the frame."""
        return [item for item in self.items if _within(item, dimension, group)]

    def groups(self, dimension: str) -> list[str]:
        """Return the values that a dimension has in the frame."""
        place = VALUES.index(dimension)
        return sorted({cell.values[place] for cell in self.listings})


def _within(one: Cell | Item, dimension: str, group: str) -> bool:
    return dimension not in VALUES or one.values[VALUES.index(dimension)] == group


def sign(word: str) -> Sign:
    """Return which way a word points.

    Examples
    --------
    >>> [sign(word).value for word in ("design", "lookalike", "suspicious", "unresolvable")]
    ['positive', 'negative', 'unsure', 'unsure']
    """
    if word in ACTIONABLE:
        return Sign.POSITIVE
    return Sign.UNSURE if word in (UNRESOLVABLE, Label.SUSPICIOUS) else Sign.NEGATIVE


def outcome(words: Mapping[int, str]) -> Outcome:
    """Return what the reviews of an item come to.

    Parameters
    ----------
    words : mapping
        Labels by round: 1, a blind second, and a third where these two disagree.

    Returns
    -------
    Outcome
        Unresolved wherever a review is outstanding or cannot tell: such items count as confirmed in the headline. A
        third word counts only where the first two differ.

    Examples
    --------
    >>> [outcome(w).value for w in ({1: "accessory_compatible"}, {1: "design"}, {1: "design", 2: "counterfeit"})]
    ['clean', 'unresolved', 'confirmed']
    """
    signs = {number: sign(word) for number, word in words.items()}
    agree = signs.get(SECOND, Sign.NEGATIVE) is signs.get(FIRST)
    decided = signs[FIRST] if agree else signs.get(THIRD, Sign.UNSURE) if SECOND in signs else Sign.UNSURE
    by_sign = {Sign.POSITIVE: Outcome.CONFIRMED, Sign.NEGATIVE: Outcome.CLEAN, Sign.UNSURE: Outcome.UNRESOLVED}
    return by_sign[decided]


def next_round(words: Mapping[int, str], ticket: str) -> int | None:
    """Return which review an item waits for; None if it needs no more.

    Notes
    -----
    Whatever is not called clean is reviewed again, and so is one in ten of what is, by a digit of its ticket: whoever
    reviews a second time cannot tell what the first review said. Where the two disagree a third decides.
    """
    if FIRST not in words:
        return FIRST
    first = sign(words[FIRST])
    if SECOND not in words:
        decoy = ticket[DECOY_DIGIT : DECOY_DIGIT + 1] == "0"
        return SECOND if decoy or first is not Sign.NEGATIVE else None
    return THIRD if THIRD not in words and sign(words[SECOND]) is not first else None


def is_flagged(stratum: str) -> bool:
    """Whether a stratum lies above the band.

    Examples
    --------
    >>> is_flagged("sme/flagged"), is_flagged("rest")
    (True, False)
    """
    return stratum.rpartition("/")[2] == FLAGGED


def read_audits(
    entries: Sequence[Entry], strata: Iterable[FileRow], sample: Iterable[FileRow], probes: Iterable[FileRow] = ()
) -> list[Audit]:
    """Return the audits whose sample is drawn, in the order of their periods.

    Parameters
    ----------
    entries : sequence of mapping
        Of the log, in its order.
    strata, sample, probes : iterable of mapping
        Rows of strata.csv, sample.csv and probes.csv.

    Raises
    ------
    InputError
        If an entry or a row lacks what it needs, or rows and entries do not fit.
    """
    words = _words(entries)
    drawn = {text(entry, "audit") for entry in of_type(entries, "sample")}
    times: dict[str, list[str]] = defaultdict(list)
    for entry in entries:
        if "audit" in entry:
            times[text(entry, "audit")].append(text(entry, "logged_at"))
    sizes, items, known = _listings(strata), _items(sample, words), _probes(probes, words)
    audits = [
        Audit(
            audit=(name := text(entry, "audit")),
            over=_over(entry),
            period=text(entry, "period"),
            place=place,
            listings=sizes.get(name, {}),
            items=tuple(items.get(name, ())),
            probes=tuple(known.get(name, ())),
            as_of=max(times[name]),
        )
        for place, entry in enumerate(entries)
        if entry.get("type") == "frame" and entry.get("audit") in drawn
    ]
    return sorted(audits, key=lambda audit: (days_of(audit.period), audit.over, audit.place))


def _over(entry: Entry) -> Over:
    try:
        return Over(text(entry, "over"))
    except ValueError:
        raise InputError(f"entry {entry.get('id', '?')}: over: no such frame, got {entry['over']!r:.60}") from None


def _words(entries: Sequence[Entry]) -> dict[tuple[str, str], dict[int, str]]:
    """Return what was said of each item by round: the first word, unless a correction with a reason replaced it."""
    corrected = {entry["entry"]: text(entry, "label") for entry in of_type(entries, "correction") if "entry" in entry}
    words: dict[tuple[str, str], dict[int, str]] = defaultdict(dict)
    for entry in of_type(entries, "label"):
        place = text(entry, "audit"), text(entry, "item")
        words[place].setdefault(whole(entry, "round"), corrected.get(entry.get("id"), text(entry, "label")))
    return words


def _listings(rows: Iterable[FileRow]) -> dict[str, dict[Cell, int]]:
    sizes: dict[str, dict[Cell, int]] = defaultdict(dict)
    for row in rows:
        stratum, *values = (_cell(row, name, "strata.csv") for name in ("stratum", *VALUES))
        cell = Cell(stratum=stratum, values=tuple(values), sold=_sold(row, "strata.csv"))
        count = _cell(row, "listings", "strata.csv")
        if not count.isdecimal():
            raise InputError(f"strata.csv: listings must be a whole number, got {count!r:.40}")
        sizes[_cell(row, "audit", "strata.csv")][cell] = int(count)
    return sizes


def _items(rows: Iterable[FileRow], words: Mapping[tuple[str, str], dict[int, str]]) -> dict[str, list[Item]]:
    items: dict[str, list[Item]] = defaultdict(list)
    for row in rows:
        audit, name = _cell(row, "audit", "sample.csv"), _cell(row, "item", "sample.csv")
        items[audit].append(
            Item(
                item=name,
                stratum=_cell(row, "stratum", "sample.csv"),
                values=tuple(_cell(row, value, "sample.csv") for value in VALUES),
                sold=_sold(row, "sample.csv"),
                ticket=_cell(row, "ticket", "sample.csv"),
                words=words.get((audit, name), {}),
            )
        )
    return items


def _probes(
    rows: Iterable[FileRow], words: Mapping[tuple[str, str], dict[int, str]]
) -> dict[str, list[Mapping[int, str]]]:
    probes: dict[str, list[Mapping[int, str]]] = defaultdict(list)
    for row in rows:
        audit = _cell(row, "audit", "probes.csv")
        probes[audit].append(words.get((audit, _cell(row, "item", "probes.csv")), {}))
    return probes


def _sold(row: FileRow, file: str) -> int | None:
    value = _cell(row, SOLD, file)
    if value and (not value.isascii() or not value.isdecimal() or len(value) > MOST_DIGITS):
        raise InputError(f"{file}: {SOLD} must be a whole number or empty, got {value!r:.40}")
    return int(value) if value else None


def _cell(row: FileRow, name: str, file: str) -> str:
    value = row.get(name)
    if not isinstance(value, str):
        raise InputError(f"{file}: no column {name} in a row, got {value!r}, expected a text")
    return value
