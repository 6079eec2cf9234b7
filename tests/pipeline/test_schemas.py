"""The published schemas are those of the code, and say what the readers do."""

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given, settings

from pipeline.register import check_register
from pipeline.schemas import main, register_schema, schema_files, snapshot_schema
from pipeline.snapshots import row_to_listing
from tests.pipeline.snapshots.rows import FULL, row, spoilt_rows, without
from tests.pipeline.test_register import DOCUMENT, changed, holder

HOME = Path(__file__).parents[2]
DOCS = HOME / "docs/schema"
FIXTURES = HOME / "fixtures"
ROWS = jsonschema.Draft202012Validator(snapshot_schema())
REGISTERS = jsonschema.Draft202012Validator(register_schema())


def parsed(line: bytes) -> Any:
    try:
        return json.loads(line)
    except ValueError:
        return None


def test_the_published_schemas_are_current(tmp_path: Path) -> None:
    main(tmp_path / "schema")

    assert {path.name: path.read_bytes() for path in (tmp_path / "schema").iterdir()} == schema_files()
    assert {path.name: path.read_bytes() for path in DOCS.glob("*.json")} == schema_files()


@pytest.mark.parametrize("validator", [ROWS, REGISTERS], ids=["snapshot", "register"])
def test_the_schemas_are_schemas(validator: Any) -> None:
    validator.check_schema(validator.schema)


def test_sample_data_is_valid() -> None:
    assert list(ROWS.iter_errors(FULL)) == []
    assert list(ROWS.iter_errors(row(brand=None, seller=None, prices=[], unknown={"x": 1}))) == []
    assert list(REGISTERS.iter_errors(DOCUMENT)) == []


def test_the_fixtures_are_valid_wherever_the_readers_find_no_fault() -> None:
    assert check_register(FIXTURES / "register") == ()
    assert list(REGISTERS.iter_errors(json.loads((FIXTURES / "register/register.json").read_bytes()))) == []

    rows = [line for path in FIXTURES.glob("snapshots/*/listings.jsonl") for line in path.read_bytes().splitlines()]
    sound = [raw for line in rows if (raw := parsed(line)) is not None and row_to_listing(raw, "a.jsonl", 1)[1] == ()]

    assert len(sound) > 0.9 * len(rows)
    assert [error.json_path for raw in sound for error in ROWS.iter_errors(raw)] == []


@pytest.mark.parametrize(
    "raw",
    [
        pytest.param(without("title"), id="no title"),
        pytest.param(row(captured_at=5), id="a number for a time"),
        pytest.param(row(prices=[{"kind": "sale", "currency": "CNY"}]), id="no amount"),
        pytest.param(row(prices=[{"kind": "sale", "amount": "-1", "currency": "CNY"}]), id="a negative amount"),
        pytest.param(row(condition="like new"), id="an unknown condition"),
        pytest.param(row(images=[7]), id="a number for an image"),
        pytest.param(row(gtin=["123"]), id="a short GTIN"),
        pytest.param([], id="a list"),
    ],
)
def test_the_snapshot_schema_refuses_what_the_reader_refuses(raw: Any) -> None:
    assert not ROWS.is_valid(raw)


@pytest.mark.parametrize(
    "document",
    [
        pytest.param(changed(lambda d: d.pop("version")), id="no version"),
        pytest.param(changed(lambda d: holder(d)["assets"][0].pop("text")), id="a word mark without text"),
        pytest.param(changed(lambda d: holder(d)["assets"][1].pop("images")), id="a logo without image"),
        pytest.param(changed(lambda d: holder(d).update(size="huge")), id="an unknown size"),
        pytest.param(changed(lambda d: holder(d).update(country="Norway")), id="a country by name"),
    ],
)
def test_the_register_schema_refuses_what_the_reader_refuses(document: Any) -> None:
    assert not REGISTERS.is_valid(document)


@given(spoilt_rows())
@settings(derandomize=True, max_examples=100, deadline=None)
def test_a_row_that_is_rejected_for_its_shape_is_not_valid_either(raw: dict[str, Any]) -> None:
    listing, rejected = row_to_listing(raw, "a.jsonl", 1)

    if listing is None and rejected[0].field != "captured_at":
        assert not ROWS.is_valid(raw)
