"""The lake says which file is damaged, whatever is wrong with it, and never hands out what was not written."""

from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pytest

from pipeline.errors import StoreError
from pipeline.store.lake import Lake

KEY = "ab" * 32
TABLE = pa.table({"row": [1, 2, 3] * 20, "signals": [b"seen"] * 60})


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    found = Lake(tmp_path)
    found.write("signals", KEY, TABLE, group_rows=25)
    return found


def turned(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield a file with one bit turned over, at places all over it."""
    for place in range(0, len(data), 7):
        yield place, data[:place] + bytes([data[place] ^ 1 << place % 8]) + data[place + 1 :]


def test_a_table_is_read_as_it_was_written_whole_or_group_by_group(lake: Lake) -> None:
    assert lake.read("signals", KEY) == TABLE
    assert pa.concat_tables(lake.stream("signals", KEY)) == TABLE


def test_no_value_is_read_that_was_not_written(lake: Lake) -> None:
    path = lake.path("signals", KEY)
    data = path.read_bytes()
    footer = len(data) - 8 - int.from_bytes(data[-8:-4], "little")
    told = []

    for place, damaged in turned(data):
        path.write_bytes(damaged)
        try:
            read = lake.read("signals", KEY)
        except StoreError as error:
            told.append(str(error))
        else:
            assert place >= footer or read == TABLE

    assert len(told) > len(data) // 14
    assert all(line.startswith(f"{path}: cannot be read") for line in told)


@pytest.mark.parametrize("length", [0, 3, 200, -1])
def test_a_file_that_was_cut_off_is_told_by_its_name(lake: Lake, length: int) -> None:
    path = lake.path("signals", KEY)
    path.write_bytes(path.read_bytes()[:length])

    for read in (lambda: lake.read("signals", KEY), lambda: list(lake.stream("signals", KEY))):
        with pytest.raises(StoreError, match=f"{KEY}.parquet: cannot be read"):
            read()


def test_a_file_that_is_gone_is_told_by_its_name(lake: Lake) -> None:
    with pytest.raises(StoreError, match=f"{KEY}.parquet: cannot be read"):
        lake.read("photos", KEY)
