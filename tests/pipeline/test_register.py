"""A register is read as a whole or not at all, and every problem of it is named at once."""

import copy
import hashlib
import json
import os
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.errors import InputError, PhotoRefusedError, RegisterError
from pipeline.records import AssetKind, AuthorisedSeller, Contact, Money
from pipeline.register import check_register, load_register, read_image, register_folder

DOCUMENT: dict[str, Any] = {
    "version": 1,
    "rights_holders": [
        {
            "id": "qm",
            "name": "Quellmoor Ltd",
            "size": "sme",
            "country": "NO",
            "contact": {"name": "IP desk", "email": "ip@qm.example", "phone": "+47 0", "address": "1 Example St"},
            "assets": [
                {
                    "id": "qm-word",
                    "kind": "word_mark",
                    "text": "QUELLMOOR",
                    "variants": ["泉沼"],
                    "registration_number": "0123",
                    "office": "GB",
                    "territories": ["GB", "CN"],
                    "nice_classes": [3, 21],
                    "registered_on": "2016-05-01",
                    "expires_on": "2036-05-01",
                },
                {"id": "qm-logo", "kind": "figurative_mark", "images": ["assets/logo.png"]},
                {"id": "qm-photo", "kind": "product_photo", "images": ["photos/soap.jpg"], "sku": "QM-1"},
            ],
            "products": [
                {
                    "sku": "QM-1",
                    "name": "Quellmoor soap 50 g",
                    "gtin": ["4006381333931"],
                    "category": "Beauty > Soap",
                    "list_prices": [{"amount": "14.95", "currency": "GBP"}],
                    "unit_count": 1,
                    "images": ["photos/soap.jpg"],
                }
            ],
            "authorised_sellers": [
                {"platform": "tmall", "seller_id": "s1", "from": "2021-01-01", "until": None, "territories": ["CN"]}
            ],
            "remark": "unknown fields are no fault",
        },
        {"id": "bn", "name": "Birkennebel", "assets": [], "size": None},
    ],
}


def write(folder: Path, document: Any) -> Path:
    for name in ("assets/logo.png", "photos/soap.jpg"):
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_bytes(name.encode())
    (folder / "register.json").write_text(json.dumps(document, ensure_ascii=False), "utf-8")
    return folder


def changed(change: Callable[[dict[str, Any]], Any]) -> dict[str, Any]:
    document = copy.deepcopy(DOCUMENT)
    change(document)
    return document


def holder(document: dict[str, Any]) -> dict[str, Any]:
    first: dict[str, Any] = document["rights_holders"][0]
    return first


def test_every_field_of_a_register_is_read(tmp_path: Path) -> None:
    register = load_register(write(tmp_path, DOCUMENT))

    first, second = register.rights_holders
    word, logo, photo = first.assets
    assert (register.version, first.id, first.size, first.country) == (1, "qm", "sme", "NO")
    assert first.contact == Contact(name="IP desk", email="ip@qm.example", phone="+47 0", address="1 Example St")
    assert (word.kind, word.text, word.variants, word.office) == (AssetKind.WORD_MARK, "QUELLMOOR", ("泉沼",), "GB")
    assert (word.nice_classes, word.registered_on, word.expires_on) == ((3, 21), date(2016, 5, 1), date(2036, 5, 1))
    assert (logo.kind, logo.images) == (AssetKind.FIGURATIVE_MARK, ("assets/logo.png",))
    assert photo.sku == "QM-1"
    assert first.products[0].list_prices == (Money(amount=Decimal("14.95"), currency="GBP"),)
    assert first.authorised_sellers == (
        AuthorisedSeller(platform="tmall", seller_id="s1", from_date=date(2021, 1, 1), territories=("CN",)),
    )
    assert (second.name, second.assets, second.size, second.contact) == ("Birkennebel", (), None, None)
    assert register.image_digests == {
        name: hashlib.sha256(name.encode()).hexdigest() for name in ("assets/logo.png", "photos/soap.jpg")
    }


def test_yaml_gives_the_same_register_as_json(tmp_path: Path) -> None:
    expected = load_register(write(tmp_path, DOCUMENT))
    (tmp_path / "register.json").unlink()
    text = yaml.safe_dump(DOCUMENT, allow_unicode=True).replace("'NO'", "NO").replace("'2016-05-01'", "2016-05-01")
    assert "country: NO" in text
    (tmp_path / "register.yaml").write_text(text, "utf-8")

    assert load_register(tmp_path) == expected


def test_the_digest_covers_content_and_images_but_not_the_writing(tmp_path: Path) -> None:
    digests = [load_register(write(tmp_path, DOCUMENT)).digest]
    (tmp_path / "register.json").write_text(json.dumps(DOCUMENT, indent=3, sort_keys=True), "utf-8")
    digests.append(load_register(tmp_path).digest)
    (tmp_path / "photos/soap.jpg").write_bytes(b"another photo")
    digests.append(load_register(tmp_path).digest)
    digests.append(load_register(write(tmp_path, changed(lambda d: holder(d).update(remark="x")))).digest)

    assert digests[0] == digests[1]
    assert len(set(digests)) == 3


CASES = [
    pytest.param(lambda d: d.pop("version"), "version", id="no version"),
    pytest.param(lambda d: d.update(version=2), "version", id="a later version"),
    pytest.param(lambda d: d.update(rights_holders={}), "rights_holders", id="holders as an object"),
    pytest.param(lambda d: d["rights_holders"].append(None), "rights_holders[2]", id="a holder that is nothing"),
    pytest.param(lambda d: holder(d).pop("id"), "rights_holders[0].id", id="no id"),
    pytest.param(lambda d: holder(d).update(id="bn"), "rights_holders[1].id", id="a holder's id twice"),
    pytest.param(lambda d: holder(d).update(name=" "), "rights_holders[0].name", id="a blank name"),
    pytest.param(lambda d: holder(d).update(name="A\x00B"), "rights_holders[0].name", id="a null byte in a name"),
    pytest.param(lambda d: holder(d).update(size="huge"), "rights_holders[0].size", id="an unknown size"),
    pytest.param(lambda d: holder(d).update(country="Norway"), "rights_holders[0].country", id="a country by name"),
    pytest.param(lambda d: holder(d).pop("assets"), "rights_holders[0].assets", id="no assets"),
    pytest.param(lambda d: holder(d)["contact"].update(email=5), "rights_holders[0].contact.email", id="an email"),
    pytest.param(
        lambda d: holder(d)["assets"][1].update(id="qm-word"),
        "rights_holders[0].assets[1].id",
        id="an asset's id twice",
    ),
    pytest.param(
        lambda d: d["rights_holders"][1]["assets"].append({"id": "qm-word", "kind": "word_mark", "text": "X"}),
        "rights_holders[1].assets[0].id",
        id="an asset's id twice in two holders",
    ),
    pytest.param(
        lambda d: holder(d)["assets"][0].update(kind="slogan"), "rights_holders[0].assets[0].kind", id="an unknown kind"
    ),
    pytest.param(
        lambda d: holder(d)["assets"][0].pop("text"), "rights_holders[0].assets[0].text", id="a word mark without text"
    ),
    pytest.param(
        lambda d: holder(d)["assets"][1].update(images=[]),
        "rights_holders[0].assets[1].images",
        id="a logo without image",
    ),
    pytest.param(
        lambda d: holder(d)["assets"][0].update(variants=[""]),
        "rights_holders[0].assets[0].variants[0]",
        id="no variant",
    ),
    pytest.param(
        lambda d: holder(d)["assets"][0].update(office="EUIPO"),
        "rights_holders[0].assets[0].office",
        id="office by name",
    ),
    pytest.param(
        lambda d: holder(d)["assets"][0].update(nice_classes=[46]),
        "rights_holders[0].assets[0].nice_classes[0]",
        id="a class beyond 45",
    ),
    pytest.param(
        lambda d: holder(d)["assets"][0].update(expires_on="2015-01-01"),
        "rights_holders[0].assets[0].expires_on",
        id="expired before it was registered",
    ),
    pytest.param(
        lambda d: holder(d)["assets"][0].update(expires_on="2023-02-29"),
        "rights_holders[0].assets[0].expires_on",
        id="no such day",
    ),
    pytest.param(
        lambda d: holder(d)["assets"][2].update(sku="QM-2"), "rights_holders[0].assets[2].sku", id="no such product"
    ),
    pytest.param(
        lambda d: holder(d)["products"].append({"sku": "QM-1", "name": "X"}),
        "rights_holders[0].products[1].sku",
        id="a sku twice",
    ),
    pytest.param(
        lambda d: holder(d)["products"][0].update(gtin=["4006381333932"]),
        "rights_holders[0].products[0].gtin[0]",
        id="a wrong check digit",
    ),
    pytest.param(
        lambda d: holder(d)["products"][0]["list_prices"][0].update(amount="-1"),
        "rights_holders[0].products[0].list_prices[0].amount",
        id="a negative price",
    ),
    pytest.param(
        lambda d: holder(d)["products"][0]["list_prices"][0].update(currency="EURO"),
        "rights_holders[0].products[0].list_prices[0].currency",
        id="no currency",
    ),
    pytest.param(
        lambda d: holder(d)["products"][0].update(unit_count=0),
        "rights_holders[0].products[0].unit_count",
        id="no units",
    ),
    pytest.param(
        lambda d: holder(d)["authorised_sellers"][0].update(until="2020-01-01"),
        "rights_holders[0].authorised_sellers[0].until",
        id="a seller's end before the start",
    ),
    pytest.param(
        lambda d: holder(d)["authorised_sellers"][0].pop("seller_id"),
        "rights_holders[0].authorised_sellers[0].seller_id",
        id="a seller without id",
    ),
    *(
        pytest.param(
            lambda d, name=name: holder(d)["assets"][1].update(images=["assets/logo.png", name]),
            "rights_holders[0].assets[1].images[1]",
            id=f"image {name[:20]!r}",
        )
        for name in ("missing.png", "../secret.png", "/etc/hostname", "https://cdn.example/a.png", "assets", "a\nb", "")
    ),
]


@pytest.mark.parametrize(("change", "place"), CASES)
def test_each_problem_is_named_on_one_line(tmp_path: Path, change: Callable[[dict[str, Any]], Any], place: str) -> None:
    folder = write(tmp_path, changed(change))

    (problem,) = check_register(folder)

    assert problem.startswith(f"{folder / 'register.json'}: {place}: ")
    assert ": got " in problem
    assert ", expected " in problem
    assert "\n" not in problem
    with pytest.raises(RegisterError) as caught:
        load_register(folder)
    assert caught.value.problems == (problem,)


def test_all_problems_are_named_at_once_with_their_places(tmp_path: Path) -> None:
    def spoil(document: dict[str, Any]) -> None:
        holder(document)["assets"].insert(0, "not an asset")
        holder(document)["assets"][1]["kind"] = "slogan"
        holder(document)["assets"][3].update(sku="QM-9", images=["gone.jpg"])
        document["rights_holders"][1]["id"] = "qm"
        document.pop("version")

    problems = check_register(write(tmp_path, changed(spoil)))

    places = sorted(problem.split(": ")[1] for problem in problems)
    assert places == [
        "rights_holders[0].assets[0]",
        "rights_holders[0].assets[1].kind",
        "rights_holders[0].assets[3].images[0]",
        "rights_holders[0].assets[3].sku",
        "rights_holders[1].id",
        "version",
    ]


def test_a_register_in_order_has_no_problems(tmp_path: Path) -> None:
    assert check_register(write(tmp_path, DOCUMENT)) == ()


DOCUMENTS = [
    pytest.param("register.json", b'{"version": 1,', "line 1", id="cut off"),
    pytest.param("register.json", b'{"version": 1, "version": 1}', "twice", id="a key twice"),
    pytest.param("register.json", b'{"version": NaN}', "NaN", id="NaN"),
    pytest.param("register.json", b'{"version": "\xff"}', "UTF-8", id="not UTF-8"),
    pytest.param("register.json", b"[" * 200_000, "too deep", id="nested too deep"),
    pytest.param("register.json", b"9" * 10_000, "expected", id="a number of 10,000 digits"),
    pytest.param("register.json", b'{"remark": "\\ud800"}', "surrogates", id="half a surrogate pair"),
    pytest.param("register.json", b'{"\\udc00": 1}', "surrogates", id="half a surrogate pair in a key"),
    pytest.param("register.json", b'{"remark": 99999999999999999999}', "64-bit", id="a number beyond 64 bits"),
    pytest.param("register.json", b"[" * 400 + b"]" * 400, "digest", id="400 levels"),
    pytest.param("register.json", b"[]", "not an object", id="a list"),
    pytest.param("register.json", b"", "line 1", id="empty"),
    pytest.param("register.yaml", b"version: 1\nversion: 1\n", "twice", id="YAML: a key twice"),
    pytest.param("register.yaml", b"a: &x [1]\nb: *x\n", "alias", id="YAML: alias"),
    pytest.param("register.yaml", b"a: &x [*x]\n", "alias", id="YAML: a list in itself"),
    pytest.param("register.yaml", b"a: !!python/object/apply:os.getcwd []\n", "tag", id="YAML: tag that runs code"),
    pytest.param("register.yaml", b"a: !!set {b}\n", "tag", id="YAML: tag"),
    pytest.param("register.yaml", b"? [1]\n: 2\n", "no text", id="YAML: a key that is a list"),
    pytest.param("register.yaml", b"[" * 200_000, "too deep", id="YAML: nested too deep"),
    pytest.param("register.yaml", b"- " * 20_000 + b"x", "too deep", id="YAML: nested blocks"),
    pytest.param("register.yaml", b"a: [1\n", "line", id="YAML: cut off"),
    pytest.param("register.yaml", b"a: \x01\n", "expected YAML", id="YAML: control character"),
    pytest.param("register.yaml", b"a: 1\n---\nb: 2\n", "expected", id="YAML: two documents"),
    pytest.param("register.yaml", b"", "not an object", id="YAML: empty"),
]


@pytest.mark.parametrize(("name", "content", "said"), DOCUMENTS)
def test_a_document_that_cannot_be_parsed_is_one_problem(tmp_path: Path, name: str, content: bytes, said: str) -> None:
    (tmp_path / name).write_bytes(content)

    (problem,) = check_register(tmp_path)

    assert problem.startswith(str(tmp_path / name))
    assert said in problem
    assert "\n" not in problem


def test_a_register_that_is_not_there_is_an_input_error(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path, tmp_path / "missing.json", tmp_path / "pipe", tmp_path / "a\x00b"):
        with pytest.raises(InputError, match=r"expected a register|expected register\.json"):
            load_register(path)


@pytest.mark.parametrize(("name", "limit"), [("register.json", 64 << 20), ("register.yaml", 8 << 20)])
def test_a_document_that_is_too_large_is_an_input_error(tmp_path: Path, name: str, limit: int) -> None:
    (tmp_path / name).write_bytes(b" " * (limit + 1))

    with pytest.raises(InputError, match=f"{limit:,}"):
        check_register(tmp_path)


def test_the_folder_of_a_register_is_found_from_either_path(tmp_path: Path) -> None:
    write(tmp_path, DOCUMENT)

    assert register_folder(tmp_path) == register_folder(tmp_path / "register.json") == tmp_path
    assert load_register(tmp_path) == load_register(tmp_path / "register.json")


def test_an_image_is_read_from_the_folder_only(tmp_path: Path) -> None:
    write(tmp_path, DOCUMENT)

    assert read_image(tmp_path, "assets/logo.png") == b"assets/logo.png"
    with pytest.raises(PhotoRefusedError):
        read_image(tmp_path / "assets", "../register.json")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@st.composite
def spoilt_registers(draw: st.DrawFn) -> Any:
    """Return the register with a few values, anywhere, replaced by anything."""
    document = copy.deepcopy(DOCUMENT)
    for _ in range(draw(st.integers(1, 4))):
        place: Any = document
        while True:
            key = draw(st.sampled_from(range(len(place)) if isinstance(place, list) else sorted(place)))
            if not isinstance(place[key], list | dict) or not place[key] or draw(st.integers(0, 5)) == 0:
                place[key] = draw(JSON)
                break
            place = place[key]
    return document


@given(spoilt_registers())
@settings(
    derandomize=True, max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_a_spoilt_register_has_problems_or_loads(tmp_path: Path, document: Any) -> None:
    folder = write(tmp_path, document)

    problems = check_register(folder)

    assert all("\n" not in problem and problem.isprintable() for problem in problems)
    if problems:
        with pytest.raises(RegisterError):
            load_register(folder)
    else:
        assert len(load_register(folder).rights_holders) == len(document["rights_holders"])
