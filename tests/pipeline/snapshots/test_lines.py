"""JSON Lines from anywhere: odd, broken, endless and exploding files are read in bounded memory."""

import gzip
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import orjson
import pytest
import zstandard

from pipeline.snapshots.lines import FREE_BYTES, MAX_LINE, bounded_lines
from tests.pipeline.snapshots import files
from tests.pipeline.snapshots.rows import row

GOOD = orjson.dumps(row())


@pytest.mark.parametrize(
    ("content", "kept", "refused"),
    [
        pytest.param(GOOD, [1], [], id="no last line break"),
        pytest.param(b"\xef\xbb\xbf" + GOOD + b"\n" + GOOD + b"\n", [1, 2], [], id="mark of byte order"),
        pytest.param(GOOD + b"\r\n" + GOOD + b"\r\n", [1, 2], [], id="CRLF"),
        pytest.param(b"\n" + GOOD + b"\n \t\n" + GOOD + b"\n", [2, 4], [1, 3], id="empty lines count"),
        pytest.param(GOOD[:40] + b"\n" + GOOD, [2], [1], id="cut off"),
        pytest.param(b"listing_id,title\n" + GOOD, [2], [1], id="not JSON"),
        pytest.param(b"[" * 50_000 + b"]" * 50_000 + b"\n" + GOOD, [2], [1], id="50,000 nested lists"),
        pytest.param(GOOD.replace(b"4.5", b"NaN") + b"\n" + GOOD, [2], [1], id="NaN"),
        pytest.param(GOOD.replace(b"soap", b"so\xffap") + b"\n" + GOOD, [2], [1], id="not UTF-8"),
        pytest.param(GOOD.replace(b"Corner", b"Cor\x00ner") + b"\n" + GOOD, [2], [1], id="bare null byte"),
        pytest.param(GOOD.decode().encode("utf-16"), [], [1], id="UTF-16"),
        pytest.param(b"\x00" * 1_000, [], [1], id="null bytes"),
    ],
)
def test_each_line_is_a_listing_or_a_rejected_row(
    tmp_path: Path, content: bytes, kept: list[int], refused: list[int]
) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(content)

    batches = files.read(path)

    assert sorted(files.listings(batches)) == kept
    reports = files.rejected(batches)
    assert sorted(reports) == refused
    assert all(report.field == "line" for report in reports.values())


@pytest.mark.parametrize(
    ("escaped", "title"),
    [
        pytest.param(rb"soap \ud83e\uddfc", "soap \U0001f9fc", id="a whole emoji"),
        pytest.param(rb"soap \ud83e", "soap \ufffd", id="cut in an emoji"),
        pytest.param(rb"\uddfc \ud83e\uddfc", "\ufffd \U0001f9fc", id="a second half and a whole one"),
        pytest.param(rb"\ud83e\ud83e\uddfc", "\ufffd\U0001f9fc", id="a first half and a whole one"),
        pytest.param(rb"\ud83e \\ud83e \n", "\ufffd \\ud83e \n", id="a half and a backslash before a word"),
    ],
)
def test_half_a_character_is_replaced_and_the_row_kept(tmp_path: Path, escaped: bytes, title: str) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(orjson.dumps(row(title="TITLE")).replace(b"TITLE", escaped))

    assert files.listings(files.read(path))[1].title == title


def test_of_a_key_that_stands_twice_the_last_counts(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(GOOD[:-1] + b', "title": "another"}')

    assert files.listings(files.read(path))[1].title == "another"


@pytest.mark.parametrize("length", [MAX_LINE + 1, MAX_LINE + 2, 3 * MAX_LINE])
def test_a_line_that_is_too_long_is_passed_over(tmp_path: Path, length: int) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(GOOD + b"\n" + b"x" * (length - 1) + b"\n" + GOOD)

    batches = files.read(path)

    assert sorted(files.listings(batches)) == [1, 3]
    assert files.rejected(batches)[2].got == f"{length:,} bytes"


def test_the_longest_line_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(GOOD + b" " * (MAX_LINE - len(GOOD) - 1) + b"\n" + GOOD)

    assert sorted(files.listings(files.read(path))) == [1, 2]


Compress = Callable[[bytes], bytes]

COMPRESSORS = [
    pytest.param(".jsonl.gz", lambda data: gzip.compress(data, mtime=0), id="gzip"),
    pytest.param(".jsonl.zst", zstandard.compress, id="zstd"),
]


@pytest.mark.parametrize(("ending", "compress"), COMPRESSORS)
def test_a_bomb_is_left_in_time_and_in_bounded_memory(tmp_path: Path, ending: str, compress: Compress) -> None:
    path = tmp_path / f"bomb{ending}"
    path.write_bytes(compress(GOOD + b"\n") + 3 * compress(b"[" * FREE_BYTES))

    tracemalloc.start()
    batches = files.read(path)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert sorted(files.listings(batches)) == [1]
    assert "bomb" in files.rejected(batches)[2].reason
    assert peak < 8 * MAX_LINE


def test_a_bomb_of_empty_rows_is_left_too(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(b"\n" * 1_000)

    lines = list(bounded_lines(path, None, budget=1_000))

    assert lines[:-1] == [b"\n"] * 10
    assert not isinstance(lines[-1], bytes)


@pytest.mark.parametrize(("ending", "compress"), COMPRESSORS)
@pytest.mark.parametrize("damage", ["cut off", "changed", "followed by something else"])
def test_a_damaged_file_gives_what_can_be_read_and_one_rejected_row(
    tmp_path: Path, ending: str, compress: Compress, damage: str
) -> None:
    path = tmp_path / f"damaged{ending}"
    whole = compress(b"".join(orjson.dumps(row(listing_id=str(n), title=str(n**9))) + b"\n" for n in range(3_000)))
    half = len(whole) // 2
    changed = whole[:half] + b"\xff\x00\xff\x00" * 50 + whole[half + 200 :]
    path.write_bytes({"cut off": whole[:half], "changed": changed}.get(damage, whole + b"something else"))

    batches = files.read(path)

    reports = files.rejected(batches)
    last = sum(batch.rows_read for batch in batches)
    assert max(reports) == last
    assert "damaged" in reports[last].reason
    assert last == len(files.listings(batches)) + len(reports)


@pytest.mark.parametrize(("ending", "compress"), COMPRESSORS)
def test_files_compressed_in_parts_are_read_to_the_end(tmp_path: Path, ending: str, compress: Compress) -> None:
    path = tmp_path / f"parts{ending}"
    path.write_bytes(compress(GOOD + b"\n") * 3)

    assert sorted(files.listings(files.read(path))) == [1, 2, 3]


def test_what_is_not_compressed_at_all_is_one_rejected_row(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl.gz"
    path.write_bytes(GOOD)

    batches = files.read(path)

    assert files.listings(batches) == {}
    assert sorted(files.rejected(batches)) == [1]
