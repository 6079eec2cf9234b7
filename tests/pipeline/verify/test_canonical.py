"""Canonical JSON and disclosures: one way to write a thing, and nothing learnt of what stays hidden."""

import pytest
import rfc8785
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.errors import ProofError
from pipeline.verify.base64s import decode, encode
from pipeline.verify.canonical import canonical, read_canonical
from pipeline.verify.disclosures import Disclosure, check_disclosure

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=12,
)


@given(VALUES)
@settings(derandomize=True, deadline=None, max_examples=300)
def test_what_was_written_is_read_again(value: object) -> None:
    assert read_canonical(canonical(value)) == value


@given(VALUES)
@settings(derandomize=True, deadline=None, max_examples=500)
def test_the_fast_way_writes_what_the_library_writes(value: object) -> None:
    assert canonical(value) == rfc8785.dumps(value)  # type: ignore[arg-type]  # any JSON


@pytest.mark.parametrize(
    "value", [2**53, -(2**53), {"a": [0.5]}, {1: "a"}, b"a", {"a": "\ud800"}, {"\ud800": 1}, object()]
)
def test_what_is_no_canonical_json_is_refused(value: object) -> None:
    with pytest.raises(ProofError):
        canonical(value)


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b'{"a": 1}', id="white space"),
        pytest.param(b'{"b":1,"a":2}', id="another order"),
        pytest.param(b'{"a":1,"a":1}', id="a key twice"),
        pytest.param(b'{"a":1.0}', id="a float"),
        pytest.param(b'{"a":NaN}', id="no number"),
        pytest.param(b'{"a":1e3}', id="an exponent"),
        pytest.param(b'"\\u0041"', id="needless escapes"),
        pytest.param(b'"\\ud800"', id="half a character"),
        pytest.param(b'{"a":1}\n', id="a newline"),
        pytest.param(b"\xef\xbb\xbf1", id="a byte order mark"),
        pytest.param(b"9" * 5000, id="a number without end"),
        pytest.param(b"[" * 100_000, id="brackets without end"),
        pytest.param(b"[" * 500 + b"]" * 500, id="too deep"),
        pytest.param(b"", id="nothing"),
    ],
)
def test_what_can_be_written_otherwise_is_refused(data: bytes) -> None:
    with pytest.raises(ProofError):
        read_canonical(data)


@given(st.binary(max_size=40))
@settings(derandomize=True, deadline=None)
def test_base64_has_one_way_to_write_bytes(data: bytes) -> None:
    assert decode(encode(data)) == data


@pytest.mark.parametrize("text", ["A", "AA", "AB==", "AAB=", "AA==AA==", "AA ==", "AA==\n", "A-==", "é"])
def test_other_ways_to_write_base64_are_refused(text: str) -> None:
    with pytest.raises(ProofError):
        decode(text)


FIELD = Disclosure(name="listing_id", value="1005001", salt=bytes(range(32)))


def test_a_disclosed_field_is_found_in_its_entry() -> None:
    check_disclosure({"type": "event", "hidden": {"listing_id": FIELD.digest}}, FIELD)
    check_disclosure({"type": "event", "case": FIELD.digest}, FIELD)

    assert Disclosure.of(FIELD.document()) == FIELD


@pytest.mark.parametrize(
    "field",
    [
        pytest.param(Disclosure(name="listing_id", value="1005002", salt=FIELD.salt), id="another value"),
        pytest.param(Disclosure(name="seller_id", value="1005001", salt=FIELD.salt), id="another name"),
        pytest.param(Disclosure(name="listing_id", value="1005001", salt=bytes(32)), id="another salt"),
        pytest.param(Disclosure(name="listing_id", value=1005001, salt=FIELD.salt), id="another type"),
    ],
)
def test_a_field_that_was_not_logged_is_refused(field: Disclosure) -> None:
    with pytest.raises(ProofError, match="not what stands in the entry"):
        check_disclosure({"type": "event", "hidden": {"listing_id": FIELD.digest}}, field)


@pytest.mark.parametrize(
    "document",
    [{}, [], None, {"name": "a", "value": 1, "salt": "xyz"}, {"name": "a", "value": 1, "salt": "00"}],
)
def test_what_is_no_disclosure_is_refused(document: object) -> None:
    with pytest.raises(ProofError):
        Disclosure.of(document)
