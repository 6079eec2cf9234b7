"""What a scan writes can be read back, and does no harm where it is opened."""

import csv
import io
from pathlib import Path
from typing import Any

import orjson
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.output import candidate_row, candidate_writer, write_rejected
from pipeline.plain import FORMULA_STARTS, neutralise
from pipeline.records import Band, Candidate, Label, Rejected, Signal, Weighed
from tests.pipeline.builders import listing

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
CONTRACT = [
    "candidate_id",
    "platform",
    "listing_id",
    "seller_id",
    "url",
    "captured_at",
    "title",
    "rights_holder_id",
    "score",
    "score_low",
    "score_high",
    "band",
    "label",
    "asset_ids",
    "signals",
    "exclusions",
]


def candidate(title: str = "QUILLMERE bag", **changes: Any) -> Candidate:
    signal = Signal(
        detector="mark_in_text",
        observation="mark.exact.claim",
        rights_holder_id="quill",
        asset_id="quill-word",
        strength=1.0,
        reason="The title says =QUILLMERE.",
        evidence={"kind": "text", "field": "title", "start": 0, "end": 9},
    )
    plain: dict[str, Any] = {
        "candidate_id": "c1",
        "listing": listing(title=title),
        "rights_holder_id": "quill",
        "score": 0.75,
        "score_low": 0.6,
        "score_high": 0.9,
        "band": Band.MEDIUM,
        "label": Label.COUNTERFEIT,
        "asset_ids": ("quill-word",),
        "signals": (Weighed(signal=signal, weight=3.5),),
        "exclusions": (),
    }
    return Candidate(**(plain | changes))


def written(folder: Path, candidates: list[Candidate]) -> tuple[list[Any], list[dict[str, str]], list[Any]]:
    """Write candidates and read all three files back."""
    paths = [folder / name for name in ("c.jsonl", "c.csv", "c.parquet")]
    with candidate_writer(*paths) as writer:
        writer.write([orjson.dumps(candidate_row(c)) for c in candidates])
    lines = [orjson.loads(line) for line in paths[0].read_bytes().splitlines()]
    cells = list(csv.DictReader(io.StringIO(paths[1].read_bytes().decode(), newline="")))
    return lines, cells, pq.read_table(paths[2]).to_pylist()


def test_a_row_has_the_fields_of_the_contract() -> None:
    row = candidate_row(candidate())

    assert list(row) == CONTRACT
    assert row["captured_at"] == "2026-10-03T08:00:00Z"
    assert {"detector", "asset_id", "strength", "reason", "evidence", "observation", "weight"} == set(row["signals"][0])


def test_the_three_files_hold_the_same_rows(tmp_path: Path) -> None:
    lines, cells, columns = written(tmp_path, [candidate(), candidate(title="Sac, bleu\n2", candidate_id="c2")])

    assert [line["title"] for line in lines] == [c["title"] for c in cells] == [c["title"] for c in columns]
    assert [orjson.loads(c["signals"]) for c in columns] == [line["signals"] for line in lines]
    assert [orjson.loads(c["signals"]) for c in cells] == [line["signals"] for line in lines]
    assert [c["asset_ids"] for c in columns] == [line["asset_ids"] for line in lines]
    assert [float(c["score"]) for c in cells] == [c["score"] for c in columns] == [0.75, 0.75]


@pytest.mark.parametrize("start", sorted(FORMULA_STARTS), ids=repr)
def test_no_cell_begins_as_a_formula(tmp_path: Path, start: str) -> None:
    title = f"{start}HYPERLINK(0)"

    lines, cells, columns = written(tmp_path, [candidate(title=title)])

    assert cells[0]["title"] == "'" + title
    assert lines[0]["title"] == columns[0]["title"] == title


@settings(max_examples=500, derandomize=True, deadline=None)
@given(TEXTS)
def test_a_neutral_cell_is_the_text_or_the_text_behind_an_apostrophe(text: str) -> None:
    cell = neutralise(text)

    assert cell.removeprefix("'") == text.removeprefix("'")
    assert cell[:1] not in FORMULA_STARTS


@settings(max_examples=100, derandomize=True, deadline=None)
@given(st.lists(TEXTS, min_size=1, max_size=4))
def test_any_title_survives_json_and_parquet_and_keeps_the_csv_in_shape(
    tmp_path_factory: pytest.TempPathFactory, titles: list[str]
) -> None:
    candidates = [candidate(title=title, candidate_id=str(n)) for n, title in enumerate(titles)]

    lines, cells, columns = written(tmp_path_factory.mktemp("out"), candidates)

    assert [line["title"] for line in lines] == [c["title"] for c in columns] == titles
    assert [c["candidate_id"] for c in cells] == [c.candidate_id for c in candidates]
    assert [c["band"] for c in cells] == ["medium"] * len(titles)


def test_no_candidates_are_files_with_columns_and_no_rows(tmp_path: Path) -> None:
    paths = [tmp_path / name for name in ("c.jsonl", "c.csv", "c.parquet")]

    with candidate_writer(*paths):
        pass

    assert paths[0].read_bytes() == b""
    assert paths[1].read_text().strip().split(",") == CONTRACT == pq.read_schema(paths[2]).names


def test_rejections_have_the_fields_of_the_contract(tmp_path: Path) -> None:
    fault = Rejected(kind="row", source="a.jsonl", line=3, field="title", got="\x00", expected="a text", reason="none")

    write_rejected(tmp_path / "r.jsonl", [fault])

    names = ["kind", "source", "line", "listing_id", "field", "got", "expected", "reason"]
    assert list(orjson.loads((tmp_path / "r.jsonl").read_bytes())) == names
