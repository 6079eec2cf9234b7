"""Sentences that are made far from the pages (by detectors, checks, clocks), said in the reader's language.

A sentence is stored in English, as it was made. A catalogue beside that of the pages holds templates of such sentences:
fixed words with fields between them. The fixed words tell which sentence it is. A field is put into the translation as
it is, unless it holds words of ours (`SPOKEN`): these are said in the same way. What no template reads stays English.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

LONGEST: Final = 2_000
"""Characters of a sentence that is looked at; a longer one stays as it is."""
DEEPEST: Final = 6
"""Sentences within sentences."""
SPOKEN: Final = frozenset({"place", "what", "how", "way", "other", "view", "state", "kind", "said", "thing"})
"""Fields that hold words of ours."""
_FIELD: Final = re.compile(r"%\((\w+)\)s")


@dataclass(frozen=True, slots=True)
class Template:
    """A sentence with fields: `words` are its fixed words, `fields` the names of what lies between them."""

    words: tuple[str, ...]
    fields: tuple[str, ...]
    translation: str

    def read(self, sentence: str) -> dict[str, str] | None:
        """Return the fields of a sentence, or None if it is another.

        It is read from its end: there stand words of ours, while strangers' words may look like them.
        """
        first, *between, last = self.words
        end = len(sentence) - len(last)
        if not (sentence.startswith(first) and sentence.endswith(last)):
            return None
        found: list[str] = []
        for words in reversed(between):
            here = sentence.rfind(words, len(first), end)
            if here < 0:
                return None
            found.append(sentence[here + len(words) : end])
            end = here
        found.append(sentence[len(first) : end])
        return dict(zip(self.fields, reversed(found), strict=True)) if all(found) else None


@dataclass(frozen=True, slots=True)
class Sentences:
    """What can be said in one language: `phrases` as they are, `templates` in the order in which they are tried."""

    phrases: Mapping[str, str]
    templates: tuple[Template, ...]

    def say(self, sentence: str, depth: int = 0) -> str:
        """Say a sentence.

        Parameters
        ----------
        sentence : str
            In English, as it was made.
        depth : int
            How deep in other sentences it stands.

        Returns
        -------
        str
            The sentence itself where no template reads it. It may hold text of strangers: escape it.

        Notes
        -----
        Takes time linear in the sentence for each template, whatever strangers have written into its fields.
        """
        if sentence in self.phrases:
            return self.phrases[sentence]
        if len(sentence) > LONGEST or depth == DEEPEST:
            return sentence
        for template in self.templates:
            fields = template.read(sentence)
            if fields is not None:
                said = {n: self.say(value, depth + 1) if n in SPOKEN else value for n, value in fields.items()}
                return template.translation % said
        return sentence


def sentences_of(catalogue: Mapping[str, str]) -> Sentences:
    """Return what can be said by a catalogue: what has fields is a template, anything else a phrase.

    Examples
    --------
    >>> german = {"%(what)s (seen in %(place)s)": "%(what)s (in %(place)s gesehen)", "a mark": "eine Marke"}
    >>> sentences_of(german).say("a mark (seen in a photo)")
    'eine Marke (in a photo gesehen)'
    """
    parted = {text: _FIELD.split(text) for text in catalogue}
    return Sentences(
        phrases={text: catalogue[text] for text, parts in parted.items() if len(parts) == 1},
        templates=tuple(
            Template(words=tuple(parts[::2]), fields=tuple(parts[1::2]), translation=catalogue[text])
            for text, parts in parted.items()
            if len(parts) > 1
        ),
    )
