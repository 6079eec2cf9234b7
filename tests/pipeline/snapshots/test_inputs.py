"""Files of listings are found, named by digest, and what is none is refused clearly."""

import hashlib
from pathlib import Path

import pytest

from pipeline.errors import InputError
from pipeline.snapshots import find_inputs


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in (
        "b.jsonl",
        "a.csv",
        "c.jsonl.gz",
        "d.jsonl.zst",
        "E.PARQUET",
        "notes.txt",
        ".hidden.jsonl",
        "one.json",
    ):
        (tmp_path / name).write_bytes(name.encode())
    (tmp_path / "images").mkdir()
    (tmp_path / "images/a.jpg").write_bytes(b"x")
    return tmp_path


def test_a_folder_gives_its_files_of_listings_by_name(folder: Path) -> None:
    found = find_inputs([folder])

    assert [file.path.name for file in found] == ["E.PARQUET", "a.csv", "b.jsonl", "c.jsonl.gz", "d.jsonl.zst"]
    assert [file.format for file in found] == [".parquet", ".csv", ".jsonl", ".jsonl.gz", ".jsonl.zst"]
    assert {file.folder for file in found} == {folder}


def test_a_file_is_named_by_the_digest_of_its_bytes(folder: Path) -> None:
    (file,) = find_inputs([folder / "b.jsonl"])

    assert (file.digest, file.size) == (hashlib.sha256(b"b.jsonl").hexdigest(), 7)


def test_a_folder_of_snapshots_gives_the_files_of_each(tmp_path: Path) -> None:
    for day in ("2026-10-24", "2026-10-03"):
        (tmp_path / day / "images").mkdir(parents=True)
        (tmp_path / day / "listings.jsonl").touch()

    found = find_inputs([tmp_path])

    assert [file.folder.name for file in found] == ["2026-10-03", "2026-10-24"]


def test_files_come_in_the_order_given_and_once(folder: Path) -> None:
    found = find_inputs([folder / "b.jsonl", folder, folder / "images/../b.jsonl"])

    assert [file.path.name for file in found] == ["b.jsonl", "E.PARQUET", "a.csv", "c.jsonl.gz", "d.jsonl.zst"]


@pytest.mark.parametrize("name", ["missing", "notes.txt", "one.json", "images", "b.jsonl/x", "a\x00b", "x" * 300])
def test_what_holds_no_listings_is_refused_in_one_line(folder: Path, name: str) -> None:
    with pytest.raises(InputError) as caught:
        find_inputs([folder / name])

    assert "expected" in str(caught.value)
    assert "\n" not in str(caught.value)
