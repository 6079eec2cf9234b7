"""A mark protects goods, not a word."""

import dataclasses

import pytest

from detectors.price import GoodsKind
from pipeline.records import Listing
from tests.detectors.price.builders import OSTERVIK, REGISTER, batch, holder, listing, register

DETECTOR = GoodsKind(REGISTER)


@pytest.mark.parametrize(
    ("offered", "seen"),
    [
        pytest.param(listing("Ostervik backpack 25 L"), ["goods.in_range"], id="a kind that is sold"),
        pytest.param(listing("奥斯特维 双肩包"), ["goods.in_range"], id="the kind in another script"),
        pytest.param(listing("Ostervik classic", category="Bags"), ["goods.in_range"], id="told by the category"),
        pytest.param(listing("Ostervik face cream"), ["goods.outside_range"], id="another trade"),
        pytest.param(listing("奥斯特维 耳机"), ["goods.outside_range"], id="another trade in another script"),
        pytest.param(listing("Ostervik"), [], id="no goods named"),
        pytest.param(listing("Plain face cream"), [], id="no mark named"),
        pytest.param(listing("Strap for Ostervik backpack"), [], id="a part"),
    ],
)
def test_goods_are_held_against_the_range_of_the_named_holder(offered: Listing, seen: list[str]) -> None:
    (signals,) = DETECTOR.detect(batch(offered))

    assert [s.observation for s in signals] == seen
    assert signals == DETECTOR.compare(offered, (), OSTERVIK.assets[0])


def test_a_holder_without_products_has_no_range() -> None:
    detector = GoodsKind(register(holder("Ostervik")))

    assert detector.detect(batch(listing("Ostervik face cream"))) == [()]


def test_goods_of_a_class_that_the_mark_is_registered_for_are_not_outside() -> None:
    mark = dataclasses.replace(OSTERVIK.assets[0], nice_classes=(3, 18))
    detector = GoodsKind(register(dataclasses.replace(OSTERVIK, assets=(mark,))))

    seen = detector.detect(batch(listing("Ostervik face cream"), listing("Ostervik headphones")))

    assert [[s.observation for s in signals] for signals in seen] == [[], ["goods.outside_range"]]
