"""Use in context is told by the words around a mark, whatever the mark."""

from __future__ import annotations

import json
from pathlib import Path

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.context.examples import from_corrections, from_offers
from detectors.text.context import FEATURES, ContextModel, Window, features, packaged
from tests.detectors.text.builders import listing, marks_in


def window(title: str, mark: str) -> Window:
    start = title.index(mark)
    return Window(title=title, start=start, end=start + len(mark))


def test_a_mark_that_opens_a_title_refers_less_than_one_at_its_end() -> None:
    opening = packaged().probability(window("zorvane leather shoulder bag brown", "zorvane"))
    ending = packaged().probability(window("compatible toner cartridge 2x for the zorvane", "zorvane"))

    assert opening < 0.1 < ending


def test_the_model_does_not_know_which_mark_it_judges() -> None:
    one = packaged().probability(window("soft case with zorvane print", "zorvane"))
    other = packaged().probability(window("soft case with kelmaro print", "kelmaro"))

    assert one == other


@settings(max_examples=200, derandomize=True, deadline=None)
@given(st.text(max_size=40), st.text(max_size=40))
def test_any_title_has_all_features_and_a_probability(before: str, after: str) -> None:
    seen = Window(title=f"{before}ZORVANE{after}", start=len(before), end=len(before) + 7)

    assert len(features(seen)) == len(FEATURES)
    assert 0.0 < packaged().probability(seen) < 1.0


def test_a_model_of_other_features_is_refused() -> None:
    document = orjson.dumps({"features": ["words_before"], "prior": 0.0, "trees": [], "trained_on": ""})

    with pytest.raises(ValueError, match="features differ"):
        ContextModel.from_json(document)


def test_the_probability_stands_in_the_evidence_of_a_claim_without_a_cue() -> None:
    claim = marks_in(listing("ZORVANE tote"))["zor-word"].evidence
    cued = marks_in(listing("strap for ZORVANE"))["zor-word"].evidence

    assert 0.0 < claim["reference_probability"] < 0.5
    assert cued["reference_probability"] is None


def test_offers_whose_brand_field_names_another_make_are_examples_of_reference(tmp_path: Path) -> None:
    rows = ["title_a,brand_a,title_b,brand_b"]
    rows += [f"zorvane tote {n},zorvane,kelmaro case {n} for zorvane tote,kelmaro" for n in range(3)]
    (tmp_path / "offers.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")

    examples = from_offers(tmp_path / "offers.csv")

    assert {(e.group, e.refers) for e in examples} == {("zorvane", False), ("kelmaro", False), ("zorvane", True)}
    assert all(e.sure for e in examples)


def test_a_persons_correction_is_an_example_of_more_weight(tmp_path: Path) -> None:
    row = {"title": "case ZORVANE", "start": 5, "end": 12, "use": "reference", "group": "zorvane"}
    (tmp_path / "corrections.jsonl").write_text(json.dumps(row) + "\n", encoding="utf-8")

    (example,) = from_corrections(tmp_path / "corrections.jsonl", weight=5.0)

    assert (example.refers, example.weight, example.window.start) == (True, 5.0, 5)
