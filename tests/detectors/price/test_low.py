"""Offers far below authentic ones are seen, with everything a reviewer needs to check it."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detectors.price import PriceLevels, PriceLow, learn, observe
from detectors.price.products import MOST_HOLDERS, Products
from pipeline.rates import rate_between
from pipeline.records import Condition, Listing, Money, Price, PriceKind, Register, Signal
from tests.detectors.price.builders import FRIDAY, OSTERVIK, REGISTER, batch, holder, listing, price, product, register

LEVELS = PriceLevels()


def signals(*listings: Listing, levels: PriceLevels = LEVELS, of: Register = REGISTER) -> list[tuple[Signal, ...]]:
    return PriceLow(levels, of).detect(batch(*listings))


def names(seen: Listing) -> set[str]:
    return {signal.observation for signal in signals(seen)[0]}


@pytest.mark.parametrize(
    ("title", "amount", "observation"),
    [
        pytest.param("Ostervik Fjell backpack 30 L", "25 EUR", "price.low.p01", id="a fifth of the list price"),
        pytest.param("Ostervik Fjell backpack 30 L", "60 EUR", "price.low.p05", id="half of the list price"),
        pytest.param("奥斯特维 双肩包", "100 CNY", "price.low.p01", id="the kind of goods in Chinese"),
        pytest.param("Оstervik рюкзак", "15 EUR", "price.low.p01", id="a look-alike letter in the mark"),
        pytest.param("Rucksack grau", "15 EUR", "price.low.p01", id="no mark, but goods of few holders"),
        pytest.param("Ostervik wool socks", "1.90 EUR", "price.low.p01", id="one of a pack of three"),
    ],
)
def test_a_price_is_low(title: str, amount: str, observation: str) -> None:
    number, currency = amount.split()

    assert names(listing(title, price(number, currency))) == {observation}


@pytest.mark.parametrize(
    "seen",
    [
        pytest.param(listing("Ostervik backpack", price("79")), id="normal"),
        pytest.param(listing("Ostervik backpack"), id="no price"),
        pytest.param(listing("Ostervik backpack strap", price("5")), id="a part"),
        pytest.param(listing("rain sheet for Ostervik", price("5")), id="something for it"),
        pytest.param(listing("Ostervik 用 レイン", price("500", "JPY")), id="something for it, Japanese"),
        pytest.param(listing("Ostervik teapot", price("5")), id="goods that the holder does not make"),
        pytest.param(listing("laptop backpack table", price("5")), id="goods of several families"),
        pytest.param(listing("Ostervik", price("5")), id="products too far apart"),
        pytest.param(listing("Ostervik backpack", price("900", "RUB")), id="no rate"),
        pytest.param(listing("Ostervik backpack", price("5", "XXX")), id="no such currency"),
        pytest.param(listing("Ostervik backpack", price("5"), condition=Condition.USED), id="used, nothing learnt"),
        pytest.param(listing("Ostervik backpack, second hand", price("5")), id="used by its title"),
        pytest.param(listing("", price("5")), id="no title"),
    ],
)
def test_nothing_is_said_of(seen: Listing) -> None:
    assert names(seen) == set()


@pytest.mark.parametrize(
    ("title", "amount", "placeholder"),
    [
        pytest.param("Ostervik backpack", "0", True, id="nothing"),
        pytest.param("Ostervik backpack", "0.01", True, id="a cent"),
        pytest.param("Ostervik backpack", "1", True, id="one euro for a backpack"),
        pytest.param("Ostervik backpack", "8888", True, id="row of digits"),
        pytest.param("parrot", "99999", True, id="row of digits for unknown goods"),
        pytest.param("parrot", "1", False, id="one euro for unknown goods"),
        pytest.param("parrot", "77", False, id="two digits"),
        pytest.param("parrot", "12345.67", False, id="with cents"),
    ],
)
def test_a_stand_in_for_a_price_is_context_and_never_low(title: str, amount: str, placeholder: bool) -> None:
    found = signals(listing(title, price(amount)))[0]

    assert [(s.observation, s.rights_holder_id) for s in found] == [("price.placeholder", None)] * placeholder


def test_one_euro_is_a_price_for_cheap_goods() -> None:
    badges = register(holder("Quillmere", product("Q-1", "Quillmere pen", "2.00 EUR")))

    assert signals(listing("Quillmere pen", price("1.00")), of=badges)[0][0].observation == "price.low.p05"


def test_the_evidence_holds_the_whole_calculation() -> None:
    offer = listing(
        "Ostervik Fjell backpack 30 L x2", price("60", "USD"), captured_at=datetime(2024, 3, 30, tzinfo=UTC)
    )

    (signal,) = signals(offer)[0]

    assert signal.evidence == {
        "kind": "price",
        "price_kind": "sale",
        "price_why": "the selling price",
        "amount": "60.00",
        "currency": "USD",
        "units": 2,
        "min_qty": 1,
        "unit_price": "30.00",
        "condition": "new",
        "reference_amount": "900.00",
        "reference_currency": "CNY",
        "reference_unit_price": "124.51",
        "rate": "0.13834715",
        "rate_date": "2024-03-28",
        "sku": "OV-1",
        "identified_by": "name",
        "plausible_products": 1,
        "ratio": 0.2409,
        "p_value": 0.009572,
        "n": 0,
        "from_null": 1.0,
        "week": "2024-W13",
        "week_shift": 0.0,
        "mark_named": True,
    }
    assert signal.reason.startswith("One unit costs 30.00 USD, 24% of the list price of Ostervik Fjell backpack 30 L")
    assert orjson.dumps(signal.evidence)


def test_a_valid_gtin_names_the_product_whatever_the_title() -> None:
    coded = replace(product("OV-9", "Ostervik tent", "400.00 EUR"), gtin=("5012345678900",))
    camp = register(holder("Ostervik", coded))

    found = signals(
        listing("shelter", price("60"), gtin=("5012345678900",)),
        listing("shelter", price("60"), gtin=("5012345678901",)),
        of=camp,
    )

    assert [[s.evidence["identified_by"] for s in each] for each in found] == [["gtin"], []]


def test_the_list_price_in_the_offers_own_currency_needs_no_rate() -> None:
    linen = register(holder("Лённик", product("L-1", "Лённик платье", "6000.00 RUB")))

    (signal,) = signals(listing("Лённик платье", price("900", "RUB")), of=linen)[0]

    assert (signal.evidence["rate"], signal.evidence["rate_date"], signal.evidence["ratio"]) == ("1", None, 0.15)


def test_goods_of_many_holders_concern_only_those_named() -> None:
    many = [holder(f"Mark{i}", product(f"M-{i}", "backpack", "80.00 EUR")) for i in range(MOST_HOLDERS + 1)]
    products = Products(tuple(many))

    assert products.holders(products.read(listing("backpack"))) == frozenset()
    assert products.holders(products.read(listing("Mark7 backpack"))) == {"mark7"}


@pytest.mark.parametrize(
    ("source", "target", "day", "on"),
    [
        pytest.param("USD", "EUR", date(2024, 3, 28), date(2024, 3, 28), id="a bank day"),
        pytest.param("CNY", "GBP", date(2024, 3, 31), date(2024, 3, 28), id="Easter Sunday"),
        pytest.param("RUB", "EUR", date(2022, 3, 20), date(2022, 3, 1), id="after a currency's last day"),
        pytest.param("RUB", "EUR", date(2024, 3, 28), None, id="long after it"),
        pytest.param("USD", "EUR", date(1, 1, 1), None, id="before the table"),
        pytest.param("USD", "???", date(2024, 3, 28), None, id="no currency"),
    ],
)
def test_the_rate_is_of_the_last_day_before(source: str, target: str, day: date, on: date | None) -> None:
    rate = rate_between(source, target, day)

    assert (rate.day if rate else None) == on


def authentic(count: int, captured_at: datetime = FRIDAY, seller: str = "ostervik-shop") -> list[Listing]:
    return [
        listing("Ostervik backpack", price(str(20 + i)), number=str(i), seller=seller, captured_at=captured_at)
        for i in range(count)
    ]


def test_only_sellers_authorised_on_the_day_are_authentic() -> None:
    early = datetime(2024, 10, 2, tzinfo=UTC)

    assert len(observe(batch(*authentic(5)), REGISTER)) == 5
    assert observe(batch(*authentic(5, seller="stall")), REGISTER) == []
    assert observe(batch(*authentic(5, seller="former-shop")), REGISTER) == []
    assert observe(batch(*authentic(5, captured_at=early)), REGISTER) == []


def test_prices_that_authorised_sellers_ask_are_not_low() -> None:
    offer = listing("Ostervik backpack", price("30"))

    levels = learn(observe(batch(*authentic(200)), REGISTER), REGISTER)

    assert signals(offer, levels=LEVELS)[0]
    assert not signals(offer, levels=levels)[0]


def test_placeholders_of_authorised_sellers_teach_nothing() -> None:
    assert observe(batch(listing("Ostervik backpack", price("1"), seller="ostervik-shop")), REGISTER) == []


TITLES = st.text(max_size=40) | st.sampled_from(
    ["Ostervik Fjell backpack 30 L", "Ostervik socks x3", "奥斯特维 双肩包", "Rucksack", "strap for Ostervik backpack"]
)
PRICES = st.lists(
    st.builds(
        Price,
        kind=st.sampled_from(PriceKind),
        amount=st.decimals() | st.decimals("0.01", "500", places=2),
        currency=st.sampled_from(["EUR", "CNY", "RUB", "USD", "", "€"]),
        min_qty=st.none() | st.integers(-1, 100),
        unit_count=st.none() | st.integers(-1, 100),
    ),
    max_size=5,
)


@settings(derandomize=True, max_examples=200, deadline=None)
@given(title=TITLES, prices=PRICES, condition=st.sampled_from(Condition), year=st.sampled_from([1, 2024, 9999]))
def test_any_listing_gives_what_comparing_each_asset_gives(
    title: str, prices: list[Price], condition: Condition, year: int
) -> None:
    detector = PriceLow(LEVELS, REGISTER)
    seen = listing(title, *prices, condition=condition, captured_at=datetime(year, 12, 31, tzinfo=UTC))

    (found,) = detector.detect(batch(seen))

    assert found == detector.compare(seen, (), OSTERVIK.assets[0])
    assert {signal.observation for signal in found} <= set(detector.observations)


@settings(derandomize=True, max_examples=60, deadline=None)
@given(amount=st.decimals("0.50", "300", places=2), scale=st.sampled_from(["0.5", "1.37", "8", "100"]))
def test_scaling_every_amount_changes_no_ratio(amount: Decimal, scale: str) -> None:
    def scaled(value: Decimal) -> Decimal:
        return value * Decimal(scale)

    dearer = replace(
        OSTERVIK,
        products=tuple(
            replace(
                each, list_prices=tuple(Money(amount=scaled(p.amount), currency=p.currency) for p in each.list_prices)
            )
            for each in OSTERVIK.products
        ),
    )
    before, after = (
        observe(batch(listing("Ostervik backpack", each, seller="ostervik-shop")), of)
        for each, of in (
            (replace(price("1"), amount=amount), REGISTER),
            (replace(price("1"), amount=scaled(amount)), register(dearer)),
        )
    )

    if before and after:
        assert after[0].ratio == pytest.approx(before[0].ratio, rel=1e-12)


def test_an_asset_of_another_register_concerns_nobody() -> None:
    stranger = holder("Quillmere").assets[0]

    assert PriceLow(LEVELS, REGISTER).compare(listing("Ostervik backpack", price("15")), (), stranger) == ()
