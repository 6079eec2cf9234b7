import dataclasses

import pytest

from pipeline.combinations import claimed_marks, find_combinations
from pipeline.records import Signal
from tests.pipeline.builders import holder, signal

PICTURE = signal("photo.copy.near", "quill-photo")
UNSURE = dataclasses.replace(signal("photo.found.clear", "quill-photo"), strength=0.95)
IN_SHOP_NAME = dataclasses.replace(signal("mark.exact.mention"), evidence={"kind": "text", "field": "seller.name"})
IN_TITLE = signal("mark.exact.claim")
WORD = signal("vocabulary.replica", None)
SIGN = signal("logo.found.clear", "quill-logo")
FAINT_PHOTO = signal("photo.found.faint", "quill-photo")
HIDDEN = signal("mark.disguised.claim")
ROW = signal("mark.exact.stuffing")
OTHER_GOODS = signal("goods.outside_range", None, rights_holder_id="quill")


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
        pytest.param((SIGN, IN_TITLE), ["sign.on_named_goods"], id="a sign on goods that are named"),
        pytest.param(
            (FAINT_PHOTO, IN_TITLE), ["sighting.on_named_goods"], id="a faint sighting on goods that are named"
        ),
        pytest.param((SIGN, FAINT_PHOTO, IN_TITLE), ["sign.on_named_goods"], id="a clear and a faint sign"),
        pytest.param((SIGN, HIDDEN), [], id="a sign on goods whose name is hidden"),
        pytest.param((SIGN, PICTURE, IN_TITLE), [], id="a sign and a picture of goods that are named"),
        pytest.param((OTHER_GOODS, IN_TITLE), ["word.in_another_sense"], id="a mark on goods of another trade"),
        pytest.param((OTHER_GOODS, HIDDEN), [], id="a hidden mark on goods of another trade"),
        pytest.param((OTHER_GOODS, ROW), [], id="a row of marks on goods of another trade"),
        pytest.param((WORD,), [], id="a coded word alone"),
        pytest.param((), [], id="nothing"),
    ],
)
def test_signals_mean_more_together_only_where_they_say_so(seen: tuple[Signal, ...], meant: list[str]) -> None:
    assert [s.observation for s in find_combinations(holder(), seen)] == meant


@pytest.mark.parametrize(
    ("seen", "claimed", "meant"),
    [
        pytest.param((UNSURE,), {"other"}, ["picture.under_another_mark"], id="a picture that may be another's"),
        pytest.param((UNSURE,), {"quill"}, [], id="no other mark"),
        pytest.param((UNSURE, IN_TITLE), {"other", "quill"}, [], id="both marks"),
        pytest.param((PICTURE,), {"other"}, ["picture.without_mark"], id="surely this picture"),
        pytest.param((WORD,), {"other"}, [], id="no picture"),
    ],
)
def test_a_doubtful_picture_yields_to_another_mark(
    seen: tuple[Signal, ...], claimed: set[str], meant: list[str]
) -> None:
    assert [s.observation for s in find_combinations(holder(), seen, frozenset(claimed))] == meant


def test_a_part_of_a_mark_and_a_mark_that_is_only_mentioned_claim_nothing() -> None:
    observations = ("mark.exact.claim", "mark.fragment.claim", "mark.exact.mention", "mark.exact.reference")
    claims = [claimed_marks((signal(observation),)) for observation in observations]

    assert claims == [{"quill"}, set(), set(), set()]


def test_a_combination_points_to_the_evidence_of_its_strongest_signal() -> None:
    weak = dataclasses.replace(signal("logo.part.far", "quill-logo"), strength=0.2, evidence={"kind": "image"})

    (combined,) = find_combinations(holder(), (weak, PICTURE))

    assert combined.asset_id == "quill-photo"
    assert combined.evidence == PICTURE.evidence
