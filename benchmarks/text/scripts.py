"""Ways in which marks are written in other scripts, and by parts of themselves; weak evidence, most of them."""

from __future__ import annotations

import random
from typing import Final

from opencc import OpenCC
from pypinyin import Style, lazy_pinyin, pinyin

from benchmarks.text.coined import HANZI, Mark, Writing

_HOMOPHONES: Final = {
    "青": "轻清", "岚": "兰蓝", "素": "速塑", "云": "芸匀", "禾": "和河", "木": "沐牧",
    "白": "百柏", "屿": "羽雨", "晴": "情请", "川": "穿串", "竹": "烛逐", "松": "淞嵩",
    "鹿": "路露", "鸣": "明名", "海": "亥骇", "石": "时实", "溪": "西希", "北": "贝倍",
    "辰": "晨陈", "朗": "郎浪", "悦": "月越", "锦": "紧谨", "墨": "末默", "染": "冉苒",
    "漫": "慢曼", "野": "也冶", "简": "减剪", "言": "严岩", "微": "威薇", "澜": "兰拦",
}  # fmt: skip
_TRADITIONAL: Final = OpenCC("s2t")


def _one_hanzi(draw: random.Random, mark: Mark) -> str:
    at = draw.randrange(len(mark.text))
    other = draw.choice([c for c in HANZI if c not in mark.text])
    return mark.text[:at] + other + mark.text[at + 1 :]


def _homophone(draw: random.Random, mark: Mark) -> str:
    at = draw.randrange(len(mark.text))
    return mark.text[:at] + draw.choice(_HOMOPHONES[mark.text[at]]) + mark.text[at + 1 :]


def _one_as(draw: random.Random, mark: Mark, written: str) -> str:
    """Return a mark with one hanzi, not its first, written otherwise."""
    at = draw.randrange(1, len(mark.text))
    style = {"pinyin": Style.NORMAL, "letter": Style.FIRST_LETTER, "zhuyin": Style.BOPOMOFO}[written]
    return mark.text[:at] + lazy_pinyin(mark.text[at], style=style)[0].strip("ˊˇˋ˙") + mark.text[at + 1 :]


def _one_hidden(draw: random.Random, mark: Mark, sign: str) -> str:
    at = draw.randrange(1, len(mark.text) - 1)
    return mark.text[:at] + sign + mark.text[at + 1 :]


HANZI_WAYS: Final[dict[str, Writing]] = {
    "hanzi": lambda _, m: m.text,
    "traditional": lambda _, m: str(_TRADITIONAL.convert(m.text)),
    "hanzi split": lambda d, m: d.choice("*·🔥 ").join(m.text),
    "one homophone": _homophone,
    "one masked": lambda d, m: _one_hidden(d, m, d.choice("*○")),
    "one hidden": lambda d, m: _one_hidden(d, m, d.choice("某口X")),
    "one in pinyin": lambda d, m: _one_as(d, m, "pinyin"),
    "one by its first letter": lambda d, m: _one_as(d, m, "letter"),
    "one in zhuyin": lambda d, m: _one_as(d, m, "zhuyin"),
    "hanzi in brackets": lambda _, m: f"{m.text[0]}【{m.text[1]}】{m.text[2:]}",
    "hanzi from their end": lambda _, m: m.text[::-1],
    "all homophones": lambda d, m: "".join(d.choice(_HOMOPHONES[c]) for c in m.text),
}
"""Marks in hanzi, as whole words: these speak for themselves, or nearly."""

HANZI_PARTS: Final[dict[str, Writing]] = {
    "pinyin": lambda _, m: "".join(lazy_pinyin(m.text)),
    "pinyin, capitals": lambda _, m: " ".join(lazy_pinyin(m.text)).title(),
    "pinyin with tones": lambda _, m: "".join(p[0] for p in pinyin(m.text, style=Style.TONE)),
    "one hanzi changed": _one_hanzi,
    "first hanzi and mask": lambda d, m: m.text[0] + d.choice("～*~"),
    "pinyin with numbers": lambda _, m: "".join(lazy_pinyin(m.text, style=Style.TONE3)),
    "two hanzi and house": lambda _, m: f"{m.text[0]}家{m.text[1]}",
    "hanzi and house": lambda d, m: m.text[0] + d.choice("家牌"),
    "part of the hanzi": lambda _, m: m.text[:-1],
    "pinyin initials": lambda _, m: "".join(p[0][0] for p in pinyin(m.text, style=Style.FIRST_LETTER)).upper(),
}
"""Marks in hanzi by their sound or a part."""

LATIN_PARTS: Final[dict[str, Writing]] = {
    "katakana": lambda _, m: m.heard[0],
    "Hangul": lambda _, m: m.heard[1],
    "Cyrillic": lambda _, m: m.heard[2].title(),
    "Arabic": lambda _, m: m.heard[3],
    "letter and house": lambda _, m: m.text[0].upper() + "家",
    "letters and mask": lambda _, m: m.text[:2] + "*",
    "consonants": lambda _, m: (m.text[0] + "".join(c for c in m.text[1:] if c not in "aeiou")).upper(),
    "beginning": lambda _, m: m.text[: max(4, len(m.text) - 3)].title(),
    "mathematical part": lambda _, m: "".join(chr(0x1D5EE + ord(c) - 97) for c in m.text[:4]),
}
"""Marks in Latin letters by their sound in another script, or a part."""
