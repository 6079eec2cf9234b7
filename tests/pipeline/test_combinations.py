import dataclasses

import pytest

from pipeline.combinations import find_combinations
from pipeline.records import Signal
from tests.pipeline.builders import holder, signal

PICTURE = signal("photo.copy.near", "quill-photo")
UNSURE = dataclasses.replace(signal("photo.found.clear", "quill-photo"), strength=0.95)
IN_SHOP_NAME = dataclasses.replace(signal("mark.exact.mention"), evidence={"kind": "text", "field": "seller.name"})
IN_TITLE = signal("mark.exact.claim")
WORD = signal("vocabulary.replica", None)


@pytest.mark.parametrize(
    ("seen", "meant"),
    [
        pytest.param((PICTURE,), ["picture.without_mark"], id="a picture alone"),
        pytest.param((PICTURE, WORD), ["picture.without_mark"], id="a picture and a coded word"),
        pytest.param((UNSURE,), [], id="a picture that may be another"),
        pytest.param((PICTURE, IN_TITLE), [], id="a picture of goods that are named"),
        pytest.param((PICTURE, IN_SHOP_NAME), [], id="a picture in a shop that is named"),
        pytest.param((IN_SHOP_NAME,), ["shop.named_after_mark"], id="a shop's name alone"),
        pytest.param((IN_SHOP_NAME, IN_TITLE), [], id="a shop's name and a title"),
        pytest.param((WORD,), [], id="a coded word alone"),
        pytest.param((), [], id="nothing"),
    ],
)
def test_signals_mean_more_together_only_where_they_say_so(seen: tuple[Signal, ...], meant: list[str]) -> None:
    assert [s.observation for s in find_combinations(holder(), seen)] == meant


def test_a_combination_points_to_the_evidence_of_its_strongest_signal() -> None:
    weak = dataclasses.replace(signal("logo.part.far", "quill-logo"), strength=0.2, evidence={"kind": "image"})

    (combined,) = find_combinations(holder(), (weak, PICTURE))

    assert combined.asset_id == "quill-photo"
    assert combined.evidence == PICTURE.evidence
