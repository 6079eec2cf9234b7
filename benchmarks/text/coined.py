"""Made-up marks and titles, from a seed: Latin marks by the syllable, so that other scripts can spell them too."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from detectors.text.words import is_seen

SYLLABLES: Final = tuple(
    line.split()
    for line in """
    ba バ 바 ба با
    ke ケ 케 ке كي
    lo ロ 로 ло لو
    mi ミ 미 ми مي
    nu ヌ 누 ну نو
    ra ラ 라 ра را
    ve ヴェ 베 ве في
    zo ゾ 조 зо زو
    ti ティ 티 ти تي
    sha シャ 샤 ша شا
    dro ドロ 드로 дро درو
    fe フェ 페 фе في
    gan ガン 간 ган غان
    hil ヒル 힐 хил هيل
    por ポル 포르 пор بور
    quen クェン 퀜 квен كوين
    ryn リン 린 рин رين
    sta スタ 스타 ста ستا
    tor トル 토르 тор تور
    wex ウェックス 웩스 векс ويكس
    yl イル 일 ил يل
    mar マル 마르 мар مار
    den デン 덴 ден دين
    bri ブリ 브리 бри بري
    cal カル 칼 кал كال
    os オス 오스 ос وس
    und ウンド 운드 унд وند
    """.strip().splitlines()
)
"""Latin, katakana, Hangul, Cyrillic, Arabic: as such a syllable is usually written."""

HANZI: Final = "青岚素云禾木白屿晴川竹松鹿鸣海石溪北辰朗悦锦墨染漫野简言微澜"

_WORDS: Final = (  # noqa: SIM905
    "new black red leather cotton summer winter bag tote shoes jacket watch lamp mug phone camera strap case set"
    " pack of women men kids gift large small soft light waterproof outdoor classic 2026 steel wool 50 ml XL with"
    " and for home"
).split()
_HANZI_WORDS: Final = (  # noqa: SIM905
    "新款 手提包 女士 夏季 轻便 防水 真皮 运动鞋 连衣裙 男士 学生 大容量 复古 简约 保温杯 台灯"
).split()


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A mark, and how its sound is written elsewhere; real marks have no such spellings.

    Attributes
    ----------
    text : str
        In Latin letters, lower case, or in hanzi.
    heard : tuple of str
        In katakana, Hangul, Cyrillic and Arabic letters; empty where nobody knows.
    """

    text: str
    heard: tuple[str, ...] = ()


Writing = Callable[[random.Random, Mark], str]
"""A way to write a mark."""


def latin_marks(draw: random.Random, count: int) -> list[Mark]:
    """Return made-up marks of five to fourteen letters that are no words of any language known to `wordfreq`."""
    found: dict[str, Mark] = {}
    while len(found) < count:
        parts = draw.choices(SYLLABLES, k=draw.choice([2, 3, 3, 4, 4]))
        latin, *heard = ("".join(column) for column in zip(*parts, strict=True))
        if 5 <= len(latin) <= 14 and not is_seen(latin):
            found.setdefault(latin, Mark(text=latin, heard=tuple(heard)))
    return [found[text] for text in sorted(found)]


def hanzi_marks(draw: random.Random, count: int) -> list[Mark]:
    """Return made-up marks of three or four hanzi."""
    found = {"".join(draw.sample(HANZI, k=draw.choice([3, 4]))) for _ in range(2 * count)}
    return [Mark(text=text) for text in sorted(found)[:count]]


def titles(draw: random.Random, count: int) -> list[str]:
    """Return made-up titles, three quarters English and one quarter Chinese."""
    return [
        " ".join(draw.choices(_WORDS, k=draw.randrange(5, 12)))
        if draw.random() < 0.75
        else "".join(draw.choices(_HANZI_WORDS, k=draw.randrange(3, 7)))
        for _ in range(count)
    ]
