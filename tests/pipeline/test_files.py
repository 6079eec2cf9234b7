"""Names from outside never lead out of their folder, and nothing can hold up a reader."""

import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.errors import PhotoRefusedError
from pipeline.files import read_inside


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    inside = tmp_path / "snapshot"
    (inside / "images").mkdir(parents=True)
    (inside / "images/a.jpg").write_bytes(b"photo")
    (inside / "empty.jpg").touch()
    (inside / "inner.jpg").symlink_to("images/a.jpg")
    (inside / "outer.jpg").symlink_to(tmp_path / "secret")
    (inside / "outer").symlink_to(tmp_path)
    (inside / "loop.jpg").symlink_to("loop.jpg")
    os.mkfifo(inside / "pipe.jpg")
    (tmp_path / "secret").write_bytes(b"secret")
    (tmp_path / "snapshot-2").mkdir()
    (tmp_path / "snapshot-2/b.jpg").write_bytes(b"secret")
    return inside


@pytest.mark.parametrize("name", ["images/a.jpg", "./images//a.jpg", "inner.jpg"])
def test_a_file_inside_the_folder_is_read(folder: Path, name: str) -> None:
    assert read_inside(folder, name) == b"photo"


@pytest.mark.parametrize(
    "name",
    [
        pytest.param("../secret", id="parent"),
        pytest.param("images/../../secret", id="parent in the middle"),
        pytest.param("images/../images/a.jpg", id="parent that comes back"),
        pytest.param("../snapshot-2/b.jpg", id="neighbour whose name begins alike"),
        pytest.param("/etc/hostname", id="absolute"),
        pytest.param("outer.jpg", id="link to a file outside"),
        pytest.param("outer/secret", id="link to a folder outside"),
        pytest.param("loop.jpg", id="link to itself"),
        pytest.param("pipe.jpg", id="pipe that nobody writes"),
        pytest.param("images", id="folder"),
        pytest.param(".", id="the folder itself"),
        pytest.param("", id="no name"),
        pytest.param("empty.jpg", id="empty file"),
        pytest.param("missing.jpg", id="no such file"),
        pytest.param("images/a.jpg/b.jpg", id="a file taken for a folder"),
        pytest.param("images/a.jpg\x00.png", id="null byte"),
        pytest.param("images/\ud800.jpg", id="half a character"),
        pytest.param("images\\a.jpg", id="backslash"),
        pytest.param("C:a.jpg", id="drive"),
        pytest.param("https://shop.example/a.jpg", id="URL"),
        pytest.param("a" * 300, id="longer than a file's name may be"),
        pytest.param("a/" * 5_000, id="longer than a path may be"),
    ],
)
def test_a_name_that_is_no_file_inside_is_refused(folder: Path, name: str) -> None:
    with pytest.raises(PhotoRefusedError) as caught:
        read_inside(folder, name)

    assert caught.value.got == name


def test_a_device_inside_the_folder_is_refused() -> None:
    with pytest.raises(PhotoRefusedError, match="regular file"):
        read_inside(Path("/dev"), "zero")


@pytest.mark.parametrize(("limit", "fits"), [(5, True), (4, False)])
def test_a_file_is_read_up_to_the_limit(folder: Path, limit: int, fits: bool) -> None:
    if fits:
        assert read_inside(folder, "images/a.jpg", limit=limit) == b"photo"
    else:
        with pytest.raises(PhotoRefusedError, match="too large"):
            read_inside(folder, "images/a.jpg", limit=limit)


@given(name=st.text(alphabet="a./\\:~\x00é", max_size=12))
@settings(derandomize=True, max_examples=200, deadline=None)
def test_no_name_reads_anything_but_the_folders_files(name: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    root = tmp_path_factory.getbasetemp() / "any-name"
    (root / "a").mkdir(parents=True, exist_ok=True)
    (root / "a/a").write_bytes(b"inside")
    (root / "aa").write_bytes(b"outside")

    try:
        data = read_inside(root / "a", name)
    except PhotoRefusedError:
        data = b"inside"

    assert data == b"inside"
