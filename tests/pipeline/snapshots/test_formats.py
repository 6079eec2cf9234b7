"""The same rows are the same listings in every format, in batches that never change."""

import csv
import random
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.errors import InputError
from pipeline.records import PriceKind
from pipeline.snapshots import InputFile, read_rows
from tests.pipeline.snapshots import files
from tests.pipeline.snapshots.rows import row, without

Writer = Callable[[Path, files.Rows], None]

FORMATS: dict[str, Writer] = {
    ".jsonl": files.write_jsonl,
    ".jsonl.gz": files.write_gzip,
    ".jsonl.zst": files.write_zstd,
    ".csv": files.write_csv,
    ".parquet": files.write_parquet,
}
WRITERS = [pytest.param(ending, write, id=ending) for ending, write in FORMATS.items()]
ROWS = [
    row(),
    row(listing_id="1006", title='A "quoted" title,\r\nin two lines', attributes={}, prices=[]),
    row(listing_id="1007", title="=1+1", seller={"id": "s2"}, gtin=["123"], brand="\u202eevil\x1b"),
    without("title"),
    without("description", "prices", "shelf"),
]


@pytest.mark.parametrize(("ending", "write"), WRITERS)
def test_every_format_gives_the_same_listings_and_reports(tmp_path: Path, ending: str, write: Writer) -> None:
    files.write_jsonl(tmp_path / "plain.jsonl", ROWS)
    write(tmp_path / f"other{ending}", ROWS)

    plain, other = files.read(tmp_path / "plain.jsonl"), files.read(tmp_path / f"other{ending}")

    assert files.listings(other) == files.listings(plain)
    assert sorted(files.listings(plain)) == [1, 2, 3, 5]
    assert [(r.kind, r.line, r.field) for batch in other for r in batch.rejected] == [
        ("field", 3, "gtin[0]"),
        ("row", 4, "title"),
    ]


TITLES = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), min_size=1, max_size=20)


@given(titles=st.lists(TITLES, min_size=1, max_size=5))
@settings(derandomize=True, max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_title_survives_every_format(tmp_path: Path, titles: list[str]) -> None:
    rows = [row(title=title, listing_id=str(n)) for n, title in enumerate(titles)]

    for ending, write in FORMATS.items():
        path = tmp_path / f"titles{ending}"
        write(path, rows)
        assert [listing.title for listing in files.listings(files.read(path)).values()] == titles


@pytest.mark.parametrize(("ending", "write"), WRITERS)
@pytest.mark.parametrize("batch_rows", [1, 4, 7, 100])
def test_batches_have_exactly_the_rows_asked_for(tmp_path: Path, ending: str, write: Writer, batch_rows: int) -> None:
    path = tmp_path / f"a{ending}"
    write(path, [row(listing_id=str(n)) if n % 5 else without("title") for n in range(1, 601)])

    batches = files.read(path, batch_rows)

    assert len(batches) == -(-600 // batch_rows)
    assert all(batch.rows_read == batch_rows for batch in batches[:-1])
    assert sum(batch.rows_read for batch in batches) == 600
    assert all(listing.listing_id == str(line) for line, listing in files.listings(batches).items())
    for batch in batches:
        assert batch.rows_read == len(batch.listings) + sum(report.kind == "row" for report in batch.rejected)


@pytest.mark.parametrize(("ending", "write"), WRITERS)
def test_a_file_without_rows_gives_no_batch(tmp_path: Path, ending: str, write: Writer) -> None:
    path = tmp_path / f"a{ending}"
    write(path, [])

    assert files.read(path) == []


def test_parquet_may_hold_nested_types_and_its_own_times_and_decimals(tmp_path: Path) -> None:
    path = tmp_path / "typed.parquet"
    plain = row()
    prices = [{"kind": "sale", "amount": Decimal("39.90"), "currency": "CNY", "min_qty": None}]
    table = pa.table(
        {
            "listing_id": pa.array([1005], pa.int64()),
            "platform": pa.array(["taobao"]).dictionary_encode(),
            "url": [plain["url"]],
            "captured_at": pa.array([datetime(2026, 10, 3, 7, 12, tzinfo=UTC)], pa.timestamp("us", tz="UTC")),
            "title": [plain["title"]],
            "prices": [prices],
            "attributes": pa.array([[("Material", "oil")]], pa.map_(pa.string(), pa.string())),
            "images": [["images/a.jpg"]],
            "seller": [{"id": "s1"}],
            "rating": [4.5],
            "seen": [b"\xff"],
        }
    )
    pq.write_table(table, path)

    batches = files.read(path)

    assert [r for batch in batches for r in batch.rejected] == []
    listing = files.listings(batches)[1]
    assert listing.captured_at == datetime(2026, 10, 3, 7, 12, tzinfo=UTC)
    assert (listing.prices[0].kind, listing.prices[0].amount) == (PriceKind.SALE, Decimal("39.90"))
    assert (listing.listing_id, listing.attributes, listing.seller.id) == ("1005", {"Material": "oil"}, "s1")


def test_a_parquet_time_without_zone_rejects_the_row(tmp_path: Path) -> None:
    path = tmp_path / "naive.parquet"
    naive = pa.array([datetime(2026, 10, 3, 7, 12, tzinfo=UTC).replace(tzinfo=None)], pa.timestamp("us"))
    pq.write_table(
        pa.table({"listing_id": ["1"], "platform": ["p"], "url": ["u"], "title": ["t"], "captured_at": naive}), path
    )

    assert files.rejected(files.read(path))[1].field == "captured_at"


def test_parquet_text_that_is_no_utf8_rejects_its_row_only(tmp_path: Path) -> None:
    path = tmp_path / "bytes.parquet"
    titles = pa.array([b"good", b"bad \xff", b"good"]).view(pa.string())
    table = pa.table({name: [row()[name]] * 3 for name in ("listing_id", "platform", "url", "captured_at")})
    pq.write_table(table.append_column("title", titles), path)

    batches = files.read(path)

    assert sorted(files.listings(batches)) == [1, 3]
    assert sorted(files.rejected(batches)) == [2]


@pytest.mark.parametrize("content", [b"", b"PAR1", b"PAR1" + b"\x00" * 40 + b"PAR1", b"listing_id,title\n"], ids=repr)
def test_what_is_no_parquet_file_is_an_input_error(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.parquet"
    path.write_bytes(content)

    with pytest.raises(InputError, match=r"a\.parquet"):
        files.read(path)


def test_a_parquet_file_damaged_further_in_ends_with_a_rejected_row(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    rows = [row(listing_id=str(n), title=f"title {n} {n * 7919 % 1000}") for n in range(2_000)]
    table = pa.table(
        {name: [r[name] for r in rows] for name in ("listing_id", "platform", "url", "captured_at", "title")}
    )
    pq.write_table(table, path, row_group_size=500, compression="gzip")
    data = bytearray(path.read_bytes())
    half = len(data) // 2
    data[half : half + 400] = b"\xff" * 400
    path.write_bytes(bytes(data))

    batches = files.read(path, 1_000)

    (damage,) = files.rejected(batches).values()
    assert "damaged" in damage.reason
    assert damage.line == len(files.listings(batches)) + 1 == sum(batch.rows_read for batch in batches)


def test_a_parquet_bomb_is_left_in_time(tmp_path: Path) -> None:
    path = tmp_path / "bomb.parquet"
    title = pa.DictionaryArray.from_arrays(pa.array([0] * 5_000, pa.int32()), pa.array(["x" * 3_000_000]))
    pq.write_table(pa.table({"title": title, "url": ["u"] * 5_000}), path)

    batches = files.read(path)

    (bomb,) = [report for report in files.rejected(batches).values() if "bomb" in report.reason]
    assert bomb.line == sum(batch.rows_read for batch in batches) < 100


def test_a_parquet_row_that_is_too_long_is_rejected(tmp_path: Path) -> None:
    path = tmp_path / "long.parquet"
    files.write_parquet(path, [row(), row(description="x" * 5_000_000), row()])

    batches = files.read(path)

    assert sorted(files.listings(batches)) == [1, 3]
    assert "too long" in files.rejected(batches)[2].reason


@pytest.mark.parametrize("ending", FORMATS)
def test_no_change_of_bytes_is_more_than_rejected_rows_or_an_input_error(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"a{ending}"
    FORMATS[ending](path, [row(listing_id=str(n)) for n in range(20)])
    whole = path.read_bytes()
    rng = random.Random(7)

    for _ in range(40):
        broken = bytearray(whole)
        for _ in range(rng.choice([1, 3, 20])):
            broken[rng.randrange(len(broken))] = rng.randrange(256)
        path.write_bytes(broken)
        try:
            batches = files.read(path, 7)
        except InputError:
            continue
        rejected = [report for batch in batches for report in batch.rejected if report.kind == "row"]
        assert sum(batch.rows_read for batch in batches) == len(files.listings(batches)) + len(rejected)


def test_a_file_that_is_gone_is_an_input_error(tmp_path: Path) -> None:
    for ending in (".jsonl", ".jsonl.gz", ".csv", ".parquet"):
        gone = InputFile(path=tmp_path / f"a{ending}", folder=tmp_path, format=ending, digest="", size=0)
        with pytest.raises(InputError, match=r"cannot be read|Parquet"):
            list(read_rows(gone, 10))


CSV_HEADER = "listing_id,platform,url,captured_at,title\n"
CSV_ROW = "1,p,u,2026-10-03T07:12:00Z,good\n"


@pytest.mark.parametrize(
    ("content", "kept", "refused"),
    [
        pytest.param(CSV_HEADER + CSV_ROW, [1], {}, id="plain"),
        pytest.param("\ufeff" + CSV_HEADER + CSV_ROW.rstrip(), [1], {}, id="mark of byte order, no last line break"),
        pytest.param((CSV_HEADER + CSV_ROW).replace("\n", "\r\n"), [1], {}, id="CRLF"),
        pytest.param(CSV_HEADER + "\n" + CSV_ROW, [2], {1: "empty line"}, id="empty line"),
        pytest.param(CSV_HEADER + "1,p\n" + CSV_ROW, [2], {1: "not as many cells as the header has"}, id="too few"),
        pytest.param(CSV_HEADER + CSV_ROW.strip() + ",x\n" + CSV_ROW, [2], {1: "not as many cells"}, id="too many"),
        pytest.param(CSV_HEADER + '1,p,u,"a"b,t\n' + CSV_ROW, [2], {1: "not CSV"}, id="text after a quote"),
        pytest.param(CSV_HEADER + CSV_ROW + '1,p,u,d,"open\n' + CSV_ROW, [1], {2: "not CSV"}, id="quote left open"),
        pytest.param(CSV_HEADER + f'1,p,u,d,"{"x" * 200_000}"\n' + CSV_ROW, [2], {1: "not CSV"}, id="a huge cell"),
        pytest.param("title," + CSV_HEADER + "t," + CSV_ROW, [], {1: "stands twice"}, id="a column twice"),
        pytest.param("title," + CSV_HEADER, [], {1: "stands twice"}, id="a column twice and no row"),
        pytest.param('"' + CSV_HEADER + CSV_ROW, [], {1: "header is not CSV"}, id="a quote left open in the header"),
        pytest.param("a,b\n1,2\n", [], {1: "required"}, id="other columns"),
    ],
)
def test_csv_is_read_as_rfc_4180_has_it(tmp_path: Path, content: str, kept: list[int], refused: dict[int, str]) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(content.encode())

    batches = files.read(path)

    assert sorted(files.listings(batches)) == kept
    reports = files.rejected(batches)
    assert sorted(reports) == sorted(refused)
    assert all(reason in reports[line].reason for line, reason in refused.items())


def test_a_cell_is_bounded_whatever_limit_another_library_has_set(tmp_path: Path) -> None:
    before = csv.field_size_limit(10_000_000)
    try:
        (tmp_path / "a.csv").write_text(CSV_HEADER + f'1,p,u,d,"{"x" * 200_000}"\n' + CSV_ROW, "utf-8")

        batches = files.read(tmp_path / "a.csv")
    finally:
        csv.field_size_limit(before)

    assert files.listings(batches).keys() == {2}
    assert "not CSV" in files.rejected(batches)[1].reason


def test_csv_bytes_that_are_no_utf8_reject_their_row_only(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes((CSV_HEADER + CSV_ROW).encode() + b"2,p,u,2026-10-03T07:12:00Z,bad \xff\n" + CSV_ROW.encode())

    batches = files.read(path)

    assert sorted(files.listings(batches)) == [1, 3]
    assert files.rejected(batches)[2].reason == "not UTF-8"


def test_a_csv_header_that_is_no_utf8_is_one_rejected_row(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b"\xff," + CSV_HEADER.encode() + b"1," + CSV_ROW.encode())

    (report,) = files.rejected(files.read(path)).values()

    assert "header is not UTF-8" in report.reason


def test_json_text_in_a_csv_cell_that_is_no_json_is_reported(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    changed: dict[str, Any] = row(prices="[{")
    files.write_csv(path, [changed])

    (report,) = files.rejected(files.read(path), "field").values()

    assert (report.field, report.got) == ("prices", "'[{'")
