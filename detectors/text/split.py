"""Marks of which one field has the beginning and another the end: "Zor" in the title, "vane" as the brand."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Final, NamedTuple

from detectors.text import folding, words
from detectors.text.distinctiveness import Grade
from detectors.text.forms import Form, Hit
from detectors.text.fragments import has_hanzi
from detectors.text.spelling import Spelling
from detectors.text.tokens import Squeezed, Tokens, squeeze

LEAST: Final = 6
"""Letters a mark must have to be put together from two fields; three hanzi."""

LEAST_HANZI: Final = 3
_PART: Final = 2
_LONGEST: Final = 24
_MOST_FIELDS: Final = 40


class Split(NamedTuple):
    """A mark put together: the hit in the title, and the field that has the rest."""

    hit: Hit
    field: str


class SplitMarks:
    """The spellings of a register that may be split over two fields.

    Parameters
    ----------
    spellings : sequence of Spelling
        Of which distinctive ones are looked for.
    """

    def __init__(self, spellings: Sequence[Spelling]) -> None:
        self._seen = Tokens()
        self._whole: defaultdict[str, list[Spelling]] = defaultdict(list)
        for spelling in spellings:
            strictness = spelling.distinctiveness
            least = LEAST_HANZI if strictness.cjk else LEAST
            if strictness.grade is Grade.DISTINCTIVE and strictness.letters >= least and not strictness.everyday:
                self._whole[spelling.compact].append(spelling)

    def find(self, title: str, fields: Iterable[tuple[str, str]]) -> Iterator[Split]:
        """Yield the marks that a word of the title and the whole of another field make together.

        Parameters
        ----------
        title : str
            As written.
        fields : iterable of (str, str)
            Name and value of the other fields; only values of one short word are looked at.
        """
        rests = [(name, word) for name, value in fields for word in [self._only_word(value)] if word][:_MOST_FIELDS]
        if not rests or not self._whole:
            return
        read = squeeze(folding.look_alike(title), self._seen)
        for number in range(len(read.tokens)):
            for name, rest in rests:
                for spelling in self._made_of(read.word(number), rest):
                    yield Split(_hit(read, number, spelling, name), name)

    def _only_word(self, value: str) -> str | None:
        if not 0 < len(value) <= _LONGEST:
            return None
        read = squeeze(folding.look_alike(value), self._seen)
        return read.word(0) if len(read.tokens) == 1 else None

    def _made_of(self, word: str, rest: str) -> Iterator[Spelling]:
        if min(len(word), len(rest)) < (1 if has_hanzi(word) else _PART):
            return
        if words.is_frequent(word) and words.is_frequent(rest):
            return
        for whole in (word + rest, rest + word):
            yield from self._whole.get(whole, ())


def _hit(read: Squeezed, number: int, spelling: Spelling, field: str) -> Hit:
    start, end = read.folded.span(read.start(number), read.end(number))
    return Hit(
        spelling=spelling,
        form=Form.DISGUISED,
        view="look-alike",
        start=start,
        end=end,
        how=f"split over the title and {field}",
        certainty=0.8,
    )
