"""How distinctive marks are."""

from __future__ import annotations

import pytest

from detectors.text import words
from detectors.text.distinctiveness import Grade, grade


@pytest.mark.parametrize(
    ("mark", "expected"),
    [
        pytest.param("Zorvane", Grade.DISTINCTIVE, id="coined"),
        pytest.param("Harvest", Grade.COMMON, id="English word"),
        pytest.param("Schmetterling", Grade.COMMON, id="German word"),
        pytest.param("ZV", Grade.SHORT, id="two letters"),
        pytest.param("D&G", Grade.SHORT, id="letters with a sign"),
        pytest.param("苹果", Grade.COMMON, id="Chinese word"),
        pytest.param("墨屿", Grade.SHORT, id="two hanzi"),
        pytest.param("青岚阁", Grade.DISTINCTIVE, id="three hanzi"),
        pytest.param("", Grade.SHORT, id="nothing"),
    ],
)
def test_a_mark_is_graded_by_length_and_by_what_the_words_mean(mark: str, expected: Grade) -> None:
    assert grade(mark).grade is expected


@pytest.mark.parametrize("mark", ["Harvest", "ZV", "墨屿", "青岚阁"])
def test_only_marks_that_are_no_everyday_words_take_edits_and_glue(mark: str) -> None:
    strictness = grade(mark)

    assert not strictness.edits
    assert not strictness.glue


def test_a_mark_crowded_by_other_names_is_not_looked_for_with_mistakes() -> None:
    crowded, alone = grade("Masson"), grade("Zorvane")

    assert len(crowded.near) >= 3
    assert (crowded.edits, alone.edits) == (False, True)
    assert "one letter away" in crowded.reason
    assert (crowded.cost, alone.cost) == ("not looked for in misspellings or longer words", "")


@pytest.mark.parametrize("mark", ["Station U", "T-Zorvane", "Zorvane's"])
def test_a_mark_with_a_word_of_one_letter_takes_no_edits(mark: str) -> None:
    assert not grade(mark).edits


def test_a_known_word_of_hanzi_that_reaches_into_a_mark_is_seen() -> None:
    assert words.cuts_a_word("中国家具", 1, 3)
    assert not words.cuts_a_word("买青岚阁杯", 1, 4)
