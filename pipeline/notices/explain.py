"""The explanation of a notice: what the signals saw, in sentences of the platform's languages, within its limit."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from pathlib import Path
from string import Template
from typing import Any, Final

from pipeline.errors import SettingsError
from pipeline.notices.notice import Purchase, Right, RightType
from pipeline.plain import plain, shorten
from pipeline.records import Json

SENTENCES_FILE: Final = "sentences.toml"
BETWEEN_LANGUAGES: Final = "\n\n"
_QUOTED, _NAMED = 80, 60
_EVIDENCE: Final = 6
"""Sentences of evidence, at most; the strongest first."""

Sentences = Mapping[str, Any]
"""By language: templates by what they are for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Grounds:
    """What an explanation is made of: the right, its holder, the decision, and what was seen, strongest first."""

    right: Right
    holder: str
    label: str
    signals: Sequence[Mapping[str, Json]]
    captured_on: date | None = None
    test_buy: Purchase | None = None


def explain(grounds: Grounds, languages: Iterable[str], limit: int, sentences: Sentences) -> str:
    """Return the explanation in all languages.

    Parameters
    ----------
    grounds : Grounds
        What there is to say.
    languages : iterable of str
        In this order; each has the same share of the limit.
    limit : int
        The most code points, all languages together.
    sentences : mapping
        From `load_sentences`.

    Returns
    -------
    str
        At most `limit` code points; sentences that no longer fit are left out whole.

    Raises
    ------
    SettingsError
        If there are no sentences in a language.
    """
    languages = tuple(languages)
    share = (limit - len(BETWEEN_LANGUAGES) * (len(languages) - 1)) // max(len(languages), 1)
    parts = []
    for language in languages:
        if language not in sentences:
            raise SettingsError(f"{SENTENCES_FILE}: no sentences in the language, got {language!r}")
        words = sentences[language]
        parts.append(fit(_sentences(grounds, words), share, words["between"]))
    return BETWEEN_LANGUAGES.join(parts)


def fit(sentences: Iterable[str], limit: int, between: str) -> str:
    """Return the sentences that fit into a limit, in order; the first is cut if it alone is too long.

    Examples
    --------
    >>> fit(["One two.", "A very long sentence.", "Three."], 16, " ")
    'One two. Three.'
    """
    text = ""
    for sentence in sentences:
        if not text:
            text = shorten(sentence, limit)
        elif len(text) + len(between) + len(sentence) <= limit:
            text += between + sentence
    return text


def load_sentences(folder: Path | None = None) -> Sentences:
    """Read the sentences that ship with the program, or the user's own in their place.

    Raises
    ------
    SettingsError
        If the user's file cannot be read.
    """
    path = None if folder is None else folder / SENTENCES_FILE
    if path is None or not path.exists():
        return _shipped()
    try:
        return _shipped() | tomllib.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise SettingsError(f"{path}: cannot be read: {error}, expected sentences in TOML") from error


@cache
def _shipped() -> dict[str, Any]:
    return tomllib.loads(files("pipeline.notices").joinpath("shipped", SENTENCES_FILE).read_text("utf-8"))


def _sentences(grounds: Grounds, words: Mapping[str, Any]) -> list[str]:
    right = grounds.right
    names = {
        "holder": plain(grounds.holder, _QUOTED),
        "mark": f"“{plain(right.mark, _NAMED)}”" if right.mark else words["figurative"],
        "right": _right(right, words),
        "work": _fill(words["works"].get(right.kind, ""), {"asset": plain(right.asset_id, _NAMED)}),
    }
    said = [_fill(words[f"opening_{right.type}"], names)]
    if grounds.label in words:
        said.append(words[grounds.label])
    said += list(dict.fromkeys(_evidence(grounds.signals, words)))[:_EVIDENCE]
    if grounds.test_buy is not None:
        order, finding = plain(grounds.test_buy.order_number, _NAMED), plain(grounds.test_buy.finding, 300)
        day = grounds.test_buy.bought_on.isoformat()
        said.append(_fill(words["test_buy"], {"order": order, "day": day, "finding": finding}))
    if grounds.captured_on is not None:
        said.append(_fill(words["captured"], {"day": grounds.captured_on.isoformat()}))
    return said


def _right(right: Right, words: Mapping[str, Any]) -> str:
    if right.type is RightType.COPYRIGHT or right.number is None:
        return str(words["unregistered"])
    facts = {
        "type": words["types"][right.type],
        "number": plain(right.number, _NAMED),
        "office": plain(right.office or "", 10),
    }
    return _fill(words["right"], facts)


def _evidence(signals: Iterable[Mapping[str, Json]], words: Mapping[str, Any]) -> Iterable[str]:
    for signal in signals:
        observation, evidence = str(signal["observation"]), signal["evidence"]
        fitting = [start for start in words["evidence"] if observation.startswith(start)]
        if not fitting:
            continue
        names = _names(evidence, words)
        template = Template(words["evidence"][max(fitting, key=len)])
        if set(template.get_identifiers()) <= names.keys():
            yield template.substitute(names)


def _names(evidence: Mapping[str, Json], words: Mapping[str, Any]) -> dict[str, str]:
    """Return what a sentence can name of a piece of evidence; what the evidence does not say is left out."""
    names: dict[str, str] = {}
    if evidence.get("field") and evidence.get("quote"):
        field = str(evidence["field"]).partition("[")[0].partition(".")[0]
        names |= {"field": words["fields"].get(field, field), "quote": plain(str(evidence["quote"]), _QUOTED)}
    if isinstance(evidence.get("image"), int):
        names["photo"] = str(evidence["image"] + 1)
    if evidence.get("asset_image"):
        names["picture"] = plain(str(evidence["asset_image"]), _NAMED)
    if evidence.get("unit_price") and isinstance(evidence.get("ratio"), float | int):
        names |= {"unit_price": str(evidence["unit_price"]), "currency": plain(str(evidence.get("currency")), 3)}
        names["share"] = f"{evidence['ratio']:.0%}"
    return names


def _fill(template: str, names: Mapping[str, str]) -> str:
    try:
        return Template(template).substitute(names)
    except (KeyError, ValueError) as error:
        raise SettingsError(
            f"{SENTENCES_FILE}: cannot be filled in, got {template!r}, expected only ${', $'.join(names)}"
        ) from error
