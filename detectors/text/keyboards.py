"""Words typed with the keyboard set to another script: "йгшддьуку" is "quillmere", and "whfmqks" is "조르반".

Both ways round, and Korean letters that stand apart ("ㅈㅗㄹㅡㅂㅏㄴ"), read the same on the keys of a Latin keyboard.

References
----------
.. [1] KS X 5002, "Information processing keyboard layout" (the Korean two-set layout). GOST 6431, the Russian layout.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from detectors.text import folding, words
from detectors.text.folding import Folded
from detectors.text.forms import EDITED_FROM, Form, Hit, Place, hit_at
from detectors.text.spelling import Spelling

LEAST: Final = 6
"""Keys that a mark of another script must take to be looked for among Latin letters."""

_APART: Final = re.compile("[\u3131-\u318e]")
_OTHER: Final = re.compile("[\u0430-\u045f\u0410-\u042f\u1100-\u11ff\u3131-\u318e\uac00-\ud7a3]")
_CYRILLIC: Final = dict(zip("йцукенгшщзфывапролдячсмить", "qwertyuiopasdfghjklzxcvbnm", strict=True))
_FIRST: Final = "r r s e e f a q q t t d w w c z x v g"
_MIDDLE: Final = "k o i o j p u p h hk ho hl y n nj np nl b m ml l"
_LAST: Final = "r r rt s sw sg e f fr fa fq ft fx fv fg a q qt t t d w c z x v g"
_JAMO: Final = {
    chr(start + at): keys
    for start, letters in ((0x1100, _FIRST), (0x1161, _MIDDLE), (0x11A8, _LAST))
    for at, keys in enumerate(letters.split())
}
_KEYS: Final = _CYRILLIC | _JAMO


def typed(text: str) -> Folded | None:
    """Read Cyrillic and Hangul as the keys that they are typed with; None where there is neither.

    >>> typed("сумка Йгшддьуку").text, typed("벼ㅑㅣㅣㅡㄷㄱㄷ").text, typed("bag")
    ('cevrf quillmere', 'quillmere', None)
    """
    if not _OTHER.search(text):
        return None
    pieces = [_keys(character) for character in text]
    origin = tuple(at for at, piece in enumerate(pieces) for _ in piece)
    return Folded(text, "".join(pieces), origin)


def keys_of(spelling: Spelling) -> str | None:
    """Return the keys of a mark of another script, or None where it has other characters or is short."""
    found = "".join(map(_keys, "".join(spelling.plain)))
    strange = _OTHER.search("".join(spelling.plain))
    return found if strange and len(found) >= LEAST and found.isascii() and found.isalpha() else None


def of_latin(place: Place, spelling: Spelling) -> Hit | None:
    """Judge a word of the typed view that has the letters of a Latin mark."""
    if place.parts != [spelling.compact] or spelling.distinctiveness.letters < EDITED_FROM:
        return None
    quote = place.quote
    if any(map(str.isascii, quote)) or words.is_known_abroad(folding.raw(quote).text) or words.is_known(quote.lower()):
        return None
    return _hit(place, spelling)


def of_other(place: Place, spelling: Spelling) -> Hit | None:
    """Judge a word of Latin letters, or of Korean letters that stand apart, that has the keys of a mark."""
    if place.parts != [keys_of(spelling)] or words.is_seen(place.parts[0]):
        return None
    return _hit(place, spelling) if place.quote.isascii() or _APART.search(place.quote) else None


def _hit(place: Place, spelling: Spelling) -> Hit | None:
    if place.before or place.after:
        return None
    return hit_at(place, spelling, Form.DISGUISED, "typed on the keyboard of another script", 0.9)


def _keys(character: str) -> str:
    letters = unicodedata.normalize("NFKD", character).lower() if character >= "\u1100" else character.lower()
    return "".join([_KEYS.get(letter, letter) for letter in letters])
