"""Views of a text lead back to the characters that were given."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detectors.text import folding
from detectors.text.folding import Folded

TEXTS = st.text(max_size=40) | st.text(alphabet="a *Zé\u0301\u200bＡ𝗔аΑガｶﾞ\u3099韓国愛ｱ한ᄒ\u1161™ ß️❤", max_size=30)


def closed_up(text: str) -> Folded:
    return folding.closed_up(folding.look_alike(text))


@pytest.mark.parametrize("view", [folding.raw, folding.look_alike, folding.spoken, closed_up])
@given(text=TEXTS)
@settings(derandomize=True, max_examples=300, deadline=None)
def test_every_folded_character_comes_from_a_place_in_the_original(view: type[Folded], text: str) -> None:
    folded = view(text)  # type: ignore[call-arg]
    spans = [folded.span(i, i + 1) for i in range(len(folded.text))]

    assert all(0 <= start < end <= len(text) for start, end in spans)
    assert spans == sorted(spans)


@pytest.mark.parametrize(
    ("written", "read"),
    [
        pytest.param("ＺＯＲ", "zor", id="full width"),
        pytest.param("𝗭𝑂ℝ", "zor", id="mathematical"),
        pytest.param("Zοr", "zor", id="Greek omicron"),
        pytest.param("Ⓩ🄾r", "zor", id="circled and squared"),
        pytest.param("Z\u0336o\u0336r", "zor", id="struck through"),
        pytest.param("z\u200bo\u2060r", "zor", id="invisible characters"),
        pytest.param("\u202ezor\u202c", "zor", id="direction override"),
        pytest.param("愛馬", "爱马", id="traditional hanzi"),
        pytest.param("ｶﾞ", "ガ", id="half-width kana keep their voicing"),
        pytest.param("ガ", "ガ", id="kana keep their voicing"),
    ],
)
def test_the_look_alike_view_reads_as_a_shopper_does(written: str, read: str) -> None:
    assert folding.look_alike(written).text == read


def test_a_span_takes_the_accents_that_hang_on_its_last_character() -> None:
    text = "xe\u0301y"

    folded = folding.look_alike(text)

    assert folded.text == "xey"
    assert text[slice(*folded.span(1, 2))] == "e\u0301"
