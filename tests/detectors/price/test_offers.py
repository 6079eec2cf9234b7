"""The price of one unit is read off a listing, or nothing is said."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detectors.price.offers import NoOffer, Offer, offer_of
from detectors.price.quantities import units_in
from pipeline.records import Condition, Price, PriceKind
from tests.detectors.price.builders import listing, price


def the_offer(title: str, *prices: Price) -> Offer:
    offer = offer_of(listing(title, *prices))
    assert isinstance(offer, Offer)
    return offer


@pytest.mark.parametrize(
    ("prices", "unit_price"),
    [
        pytest.param([price("20")], "20", id="one price"),
        pytest.param([price("50", kind="list"), price("20")], "20", id="sale beats list"),
        pytest.param([price("50", kind="list")], "50", id="a list price alone is the price"),
        pytest.param([price("20"), price("12", kind="coupon")], "20", id="a coupon is a claim"),
        pytest.param(
            [price("20"), price("20", kind="low"), price("60", kind="high")], "20", id="the range is not the price"
        ),
        pytest.param(
            [price("9", kind="tier", min_qty=50), price("12", kind="tier", min_qty=2)], "12", id="smallest tier"
        ),
        pytest.param([price("20"), price("9", kind="tier", min_qty=50)], "20", id="sale beats tier"),
        pytest.param([price("30", unit_count=3)], "10", id="stated units"),
        pytest.param([price("20"), price("35")], "35", id="the dearest variant"),
    ],
)
def test_the_price_of_one_unit_is(prices: list[Price], unit_price: str) -> None:
    assert the_offer("Ostervik backpack", *prices).unit_price == Decimal(unit_price)


@pytest.mark.parametrize(
    ("title", "prices", "why"),
    [
        pytest.param("backpack", [], "no price", id="no price"),
        pytest.param("backpack", [price("12", kind="coupon")], "no selling price", id="coupon alone"),
        pytest.param("backpack", [price("1", kind="low"), price("3", kind="high")], "no selling price", id="range"),
        pytest.param(
            "backpack", [price("1"), price("1", kind="low"), price("9", kind="high")], "price range", id="bait"
        ),
        pytest.param("backpack", [price("2"), price("11")], "span", id="variants far apart"),
        pytest.param("backpack", [price("9", kind="tier", min_qty=50)], "wholesale", id="wholesale"),
        pytest.param("backpack", [price("9", "$")], "currency", id="dollars of some country"),
        pytest.param("backpack", [price("9", "USD"), price("9", "CAD")], "currency", id="two currencies"),
        pytest.param("backpack", [price("-9")], "no price", id="negative"),
        pytest.param("backpack", [price("NaN")], "no price", id="not a number"),
        pytest.param("2-pack or 4-pack of socks", [price("9")], "contradicts", id="two quantities"),
        pytest.param("backpack, empty box", [price("9")], "packaging", id="box only"),
        pytest.param("replacement for Ostervik", [price("9")], "for the goods", id="part"),
        pytest.param("奥斯特维 双肩包 定金", [price("9", "CNY")], "deposit", id="deposit"),
        pytest.param("joblot of socks", [price("9")], "lot", id="lot of unknown size"),
        pytest.param("Rucksack defekt", [price("9")], "damaged", id="damaged"),
        pytest.param("аренда палатки", [price("9", "USD")], "hire", id="hire"),
    ],
)
def test_nothing_is_guessed_about(title: str, prices: list[Price], why: str) -> None:
    offer = offer_of(listing(title, *prices))

    assert isinstance(offer, NoOffer)
    assert why in offer.why


@pytest.mark.parametrize(
    ("title", "stated", "condition"),
    [
        pytest.param("backpack", Condition.NEW, Condition.NEW, id="as stated"),
        pytest.param("backpack, second hand", Condition.NEW, Condition.USED, id="the title admits use"),
        pytest.param("二手 双肩包", Condition.UNKNOWN, Condition.USED, id="Chinese"),
        pytest.param("Rucksack, wenig getragen", Condition.UNKNOWN, Condition.USED, id="German"),
        pytest.param("renewed speaker", Condition.USED, Condition.REFURBISHED, id="refurbished"),
        pytest.param("backpack", Condition.UNKNOWN, Condition.UNKNOWN, id="unknown stays unknown"),
    ],
)
def test_the_condition_is(title: str, stated: Condition, condition: Condition) -> None:
    offer = offer_of(listing(title, price("9"), condition=stated))

    assert isinstance(offer, Offer)
    assert offer.condition == condition


@pytest.mark.parametrize(
    ("title", "units"),
    [
        ("backpack 30 L", 1),
        ("Socks 3 pairs", 3),
        ("socks, pack of 10", 10),
        ("2-pack mugs", 2),
        ("mug x2", 2),
        ("mug ×12 blue", 12),
        ("6 x mug", 6),
        ("lot of 5 caps", 5),
        ("set of 4 bowls", 4),
        ("袜子3件装", 3),
        ("面膜 10片装", 10),
        ("袜子 5双装 包邮", 5),
        ("靴下 3足セット", 3),
        ("石鹸 10個", 10),
        ("양말 5켤레", 5),
        ("10er Set Kerzen", 10),
        ("Socken 4 Paar", 4),
        ("lote de 6 calcetines", 6),
        ("носки 5 пар", 5),
        ("skarpetki 3 szt.", 3),
        ("茶具5件套", 1),
        ("5-piece set of pans", 1),
        ("tent 200 x 150 x 110", 1),
        ("rug 60x90", 1),
        ("model 2026 camera 4x zoom", 1),
        ("1:10 scale, 12.5 pcs", 1),
        ("99999 pcs", 1),
        ("新款2件包邮", 1),
    ],
)
def test_the_units_named_by(title: str, units: int) -> None:
    assert units_in(title) == units


@settings(derandomize=True, max_examples=200, deadline=None)
@given(
    title=st.text(max_size=60),
    prices=st.lists(
        st.builds(
            Price,
            kind=st.sampled_from(PriceKind),
            amount=st.decimals(places=2) | st.sampled_from([Decimal("NaN"), Decimal("sNaN"), Decimal("Infinity")]),
            currency=st.text(max_size=4) | st.sampled_from(["EUR", "CNY"]),
            min_qty=st.none() | st.integers(),
            unit_count=st.none() | st.integers(),
        ),
        max_size=6,
    ),
)
def test_any_prices_and_title_give_an_offer_or_a_reason(title: str, prices: list[Price]) -> None:
    offer = offer_of(listing(title, *prices))

    assert offer.why
    if isinstance(offer, Offer):
        assert any(offer.amount is price.amount for price in prices)
        assert 0 <= offer.unit_price <= offer.amount


def test_a_price_in_the_title_is_the_offer_where_no_other_is_given() -> None:
    offer = the_offer("Ostervik backpack 3件 ¥268 原价¥399")

    assert (offer.amount, offer.currency, offer.units) == (Decimal(268), "CNY", 3)
    assert offer.why == "the price that the title names"


def test_units_are_read_with_the_price_that_the_title_repeats() -> None:
    assert the_offer("Ostervik socks, 4 for €20", price("20")).units == 4
    assert the_offer("Ostervik socks, 4 for €20", price("15")).units == 1


@pytest.mark.parametrize("title", ["Ostervik backpack $20", "Ostervik backpack €20 €30", "Ostervik deposit €20"])
def test_a_title_whose_price_is_in_doubt_names_none(title: str) -> None:
    assert isinstance(offer_of(listing(title)), NoOffer)
