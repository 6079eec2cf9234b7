"""The keyboard: one key an action, shown on its button, to be changed or switched off by each person."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from pipeline.people import Person

DECISIONS: Final[Mapping[str, str]] = {
    "counterfeit": "c",
    "trademark_misuse": "t",
    "image_copyright": "p",
    "design": "g",
    "lookalike": "l",
    "grey_market": "m",
    "second_hand": "s",
    "accessory_compatible": "x",
    "authorised": "a",
    "own_brand_other": "o",
    "irrelevant": "i",
    "suspicious": "q",
}
"""Keys of decisions, by label."""

MOVES: Final[Mapping[str, str]] = {
    "next": "j",
    "previous": "k",
    "hold": "h",
    "comment": "n",
    "assign": "e",
    "undo": "u",
    "approve": "y",
    "return": "r",
    "zoom": "z",
    "blur": "b",
    "search": "/",
    "help": "?",
}
"""Keys of everything else, by action."""

DEFAULTS: Final[Mapping[str, str]] = {**DECISIONS, **MOVES}


def keys_of(person: Person) -> dict[str, str]:
    """Return the keys of a person by action: their own, else the usual; none at all if they are switched off.

    Examples
    --------
    >>> lin = Person(person_id="1", name="lin", shown_as="Lin", keys={"hold": "w", "help": ""})
    >>> keys_of(lin)["hold"], keys_of(lin)["help"], keys_of(lin)["next"]
    ('w', '', 'j')
    """
    if not person.single_keys:
        return dict.fromkeys(DEFAULTS, "")
    own = {action: key for action, key in person.keys.items() if action in DEFAULTS}
    return {**DEFAULTS, **own}


def clashes(keys: Mapping[str, str]) -> tuple[str, ...]:
    """Return the keys that more than one action has.

    Examples
    --------
    >>> clashes({"hold": "h", "help": "h", "next": "j", "undo": "", "zoom": ""})
    ('h',)
    """
    used = [key for key in keys.values() if key]
    return tuple(sorted({key for key in used if used.count(key) > 1}))
