"""Ways in which sellers disguise a mark in Latin letters; each takes a seeded draw and a mark in lower case."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Final

from benchmarks.text.keys import korean, russian

Disguise = Callable[[random.Random, str], str]

_CONFUSABLE: Final = dict(zip("aceiopsxykmthbndgjlquvwz", "аϲеіорѕхукмтհЬոԁɡјⅼԛսνԝᴢ", strict=True))
"""Unicode confusables."""

_RENDERED: Final = {
    "a": "ɑα", "b": "ƄЬ", "c": "ᴄс", "d": "ԁɗ", "e": "ҽҿ", "f": "ẝƒ", "g": "ց", "h": "հһⱨ", "i": "іɩ", "j": "јϳ",
    "k": "κⱪ", "l": "ӏⵏꓲ", "m": "ⅿɱ", "n": "ոռꞑ", "o": "օ໐ס", "p": "рϼ", "q": "զɋ", "r": "гᴦ", "s": "ꜱȿ", "t": "тƫ",
    "u": "ʋս", "v": "ѵᴠ", "w": "ѡɯ", "x": "хӽ", "y": "уყ", "z": "ᴢⱬ",
}  # fmt: skip
"""Letters of other scripts that cover most of the same ink when rendered in DejaVu Sans."""

_DRAWN: Final = {
    "a": "4@Λ", "b": "ßβ", "c": "¢ᑕ", "d": "ᗪđ", "e": "€ξ", "f": "ƒ", "g": "ɢ", "h": "ᕼĦ", "i": "¡ł", "k": "ₖк",
    "l": "ℓ£", "m": "๓ᗰ", "n": "ηᑎ", "o": "ø◯", "p": "ρᑭ", "q": "ᑫ", "r": "Яʀ", "s": "$§", "t": "†ŧ", "u": "µᑌ",
    "v": "√ᐯ", "w": "ωᗯ", "x": "×χ", "y": "¥γ", "z": "ʐƶ",
}  # fmt: skip
"""Letters as people draw them from whatever looks alike: currency signs, Greek, syllabics."""

_SCRIPTS: Final = dict(zip("abcdefghijklmnopqrstuvwxyz", "卂乃匚ᗪ乇千Ꮆ卄丨ﾌҜㄥ爪几ㄖ卩Ɋ尺丂ㄒㄩᐯ山乂ㄚ乙", strict=True))
_SIX_ALPHABETS: Final = dict(zip("abcdefghijklmnopqrstuvwxyz", "ąҍçժҽƒցհìʝҟӀʍղօքզɾʂէմѵաxվՀ", strict=True))
_SUPERSCRIPT: Final = dict(zip("abcdefghijklmnoprstuvwxyz", "ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖʳˢᵗᵘᵛʷˣʸᶻ", strict=True))
_BY_EAR: Final = (("qu", "kw"), ("ph", "f"), ("x", "ks"), ("ck", "k"), ("c", "k"), ("y", "i"), ("z", "s"), ("v", "b"))
_CHEROKEE: Final = dict(zip("aijmostvwdrkpbcgh", "ᎪᏆᎫᎷᎾᏚᎢᏙᎳᎠᏒᏦᏢᏴᏟᏀᎻ", strict=True))
_LEET: Final = dict(zip("oilesatb", "01135478", strict=True))
_ACCENTS: Final = dict(zip("aeioucnyszdg", "äéïöüçñýšžďğ", strict=True))
_SMALL_CAPITALS: Final = dict(zip("abcdefghijklmnopqrstuvwxyz", "ᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘǫʀꜱᴛᴜᴠᴡxʏᴢ", strict=True))
_TURNED: Final = dict(zip("abcdefghijklmnopqrstuvwxyz", "ɐqɔpǝɟƃɥᴉɾʞlɯuodbɹsʇnʌʍxʎz", strict=True))
_NEIGHBOURS: Final = dict(zip("aeioubdfgklmnprstvwyzxhqcj", "sruiyvsdhljnmetaybtxaxjwvk", strict=True))


def some(draw: random.Random, mark: str, table: dict[str, str]) -> str:
    """Replace at least one letter and about every second one by one of its counterparts."""
    at = [i for i, c in enumerate(mark) if c in table]
    chosen = {i for i in at if draw.random() < 0.5} or set(at[:1])
    return "".join(draw.choice(table[c]) if i in chosen else c for i, c in enumerate(mark))


def every(mark: str, table: dict[str, str]) -> str:
    return "".join(table.get(c, c) for c in mark)


def insert(draw: random.Random, mark: str, sign: str) -> str:
    at = draw.randrange(1, len(mark))
    return mark[:at] + sign + mark[at:]


def replaced(draw: random.Random, mark: str, sign: str) -> str:
    at = draw.randrange(1, len(mark) - 1)
    return mark[:at] + sign + mark[at + 1 :]


def wrong(draw: random.Random, mark: str) -> str:
    at = draw.randrange(1, len(mark))
    return mark[:at] + _NEIGHBOURS.get(mark[at], "k") + mark[at + 1 :]


def swapped(draw: random.Random, mark: str) -> str:
    places = [i for i in range(1, len(mark) - 1) if mark[i] != mark[i + 1]]
    at = draw.choice(places)
    return mark[:at] + mark[at + 1] + mark[at] + mark[at + 2 :]


def doubled(draw: random.Random, mark: str) -> str:
    at = draw.randrange(len(mark))
    return mark[:at] + mark[at] * draw.randrange(2, 4) + mark[at + 1 :]


def one_edit(draw: random.Random, mark: str) -> str:
    return draw.choice((wrong, swapped, _missing, _added))(draw, mark)


def two_edits(draw: random.Random, mark: str) -> str:
    """Return a mark with a mistake in each half."""
    half = len(mark) // 2
    return mark[0] + one_edit(draw, mark[1:half] + "\0").replace("\0", "") + one_edit(draw, mark[half:])


def _missing(draw: random.Random, mark: str) -> str:
    return replaced(draw, mark, "")


def _added(draw: random.Random, mark: str) -> str:
    return insert(draw, mark, draw.choice("bdfgkpw"))


def by_ear(_: random.Random, mark: str) -> str:
    """Return a mark as English or Spanish ears hear it."""
    for letters, heard in _BY_EAR:
        mark = mark.replace(letters, heard)
    return mark


def several_masked(draw: random.Random, mark: str) -> str:
    at = draw.randrange(1, len(mark) - 2)
    return mark[:at] + draw.choice("*#●") * 2 + mark[at + 2 :]


def _spaced_look_alikes(draw: random.Random, mark: str) -> str:
    return " ".join(some(draw, mark, _CONFUSABLE))


def _mixed(draw: random.Random, mark: str) -> str:
    """Return a mark with two different disguises, one in each half."""
    ways: list[Disguise] = [
        lambda d, m: some(d, m, _CONFUSABLE),
        lambda d, m: some(d, m, _LEET),
        lambda d, m: some(d, m, _ACCENTS),
        lambda d, m: insert(d, m, d.choice(".*-·")),
        lambda d, m: insert(d, m, "\u200b"),
        doubled,
    ]
    first, second = draw.sample(ways, 2)
    half = len(mark) // 2
    return first(draw, mark[:half]) + second(draw, mark[half:])


def _shift(start: int) -> Disguise:
    return lambda _, mark: "".join(chr(start + ord(c) - ord("a")) if c.isascii() and c.isalpha() else c for c in mark)


DISGUISES: Final[dict[str, Disguise]] = {
    "plain": lambda _, m: m,
    "capitals": lambda _, m: m.upper(),
    "confusables, some": lambda d, m: some(d, m, _CONFUSABLE),
    "confusables, all": lambda _, m: every(m, _CONFUSABLE),
    "rendered alike": lambda d, m: some(d, m, _RENDERED),
    "drawn": lambda d, m: some(d, m, _DRAWN),
    "Cherokee": lambda d, m: some(d, m, _CHEROKEE),
    "mathematical": _shift(0x1D5EE),
    "full width": _shift(0xFF41),
    "circled": _shift(0x24D0),
    "negative circled": lambda _, m: "".join(chr(0x1F150 + ord(c) - 97) for c in m),
    "flags": lambda _, m: "\u200c".join(chr(0x1F1E6 + ord(c) - 97) for c in m),
    "small capitals": lambda _, m: every(m, _SMALL_CAPITALS),
    "accents": lambda d, m: some(d, m, _ACCENTS),
    "stacked marks": lambda d, m: "".join(c + d.choice(("", "\u0335", "\u0336", "\u0332\u0305")) for c in m),
    "zero width": lambda d, m: insert(d, insert(d, m, "\u200b"), "\u2060"),
    "spaced": lambda _, m: " ".join(m),
    "dotted": lambda d, m: d.choice("._-*·").join(m),
    "one space": lambda d, m: insert(d, m, " "),
    "one sign": lambda d, m: insert(d, m, d.choice("._-*·/|")),
    "emoji inside": lambda d, m: insert(d, m, d.choice("🔥✨❤💎")),
    "leet": lambda d, m: some(d, m, _LEET),
    "leet and dot": lambda d, m: insert(d, some(d, m, _LEET), "."),
    "look-alikes, spaced": _spaced_look_alikes,
    "mixed": _mixed,
    "letters doubled": doubled,
    "letter masked": lambda d, m: replaced(d, m, d.choice("*_#✱")),
    "letter wrong": wrong,
    "letter missing": _missing,
    "letter added": _added,
    "letters swapped": swapped,
    "glued": lambda d, m: d.choice(["new", "top", "my"]) + m.upper(),
    "glued after": lambda d, m: m + d.choice(["store", "official", "bag"]),
    "beside hanzi": lambda _, m: f"新款{m}手提包",
    "reversed": lambda _, m: m[::-1],
    "upside down": lambda _, m: every(m, _TURNED)[::-1],
    "letters of six alphabets": lambda _, m: every(m, _SIX_ALPHABETS),
    "drawn with hanzi": lambda _, m: every(m, _SCRIPTS),
    "superscript": lambda _, m: every(m, _SUPERSCRIPT),
    "squared letters": lambda _, m: " ".join(chr(0x1F170 + ord(c) - 97) for c in m),
    "letter by letter": lambda d, m: d.choice(("|", "/", " - ", ",")).join(m.upper()),
    "several masked": several_masked,
    "a ball for o": lambda _, m: m.replace("o", "⚽"),
    "digits of other scripts": lambda d, m: some(d, m, {"o": "٥०", "l": "١", "i": "١"}),
    "on Russian keys": lambda _, m: russian(m),
    "on Korean keys": lambda _, m: korean(m),
    "turned by direction": lambda _, m: f"\u202e{m[::-1]}\u202c",
    "one letter in brackets": lambda _, m: f"{m[:2]}({m[2]}){m[3:]}",
}
"""Disguises that any mark of five letters can have."""

LONG: Final[dict[str, Disguise]] = {"two edits": two_edits, "by ear": by_ear}
"""Disguises that are looked for in long marks alone: of nine letters and more here."""
