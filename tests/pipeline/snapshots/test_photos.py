"""The photos that a listing names: from inside the snapshot's folder, unchanged, or refused with a reason."""

import hashlib
from pathlib import Path

import pytest

from pipeline.errors import PhotoRefusedError
from pipeline.records import ImageName
from pipeline.snapshots import read_photo


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    inside = tmp_path / "a snapshot"
    (inside / "images").mkdir(parents=True)
    (inside / "images/a b.jpg").write_bytes(b"photo")
    (tmp_path / "secret").write_bytes(b"secret")
    return inside


def test_a_path_and_a_file_url_inside_the_folder_are_read(folder: Path) -> None:
    for name in ("images/a b.jpg", (folder / "images/a b.jpg").as_uri()):
        assert read_photo(folder, ImageName(name=name)) == b"photo"


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        pytest.param("https://cdn.example/a.jpg", "remote images are not fetched", id="https"),
        pytest.param("HTTP://cdn.example/a.jpg", "remote images are not fetched", id="capitals"),
        pytest.param("s3://bucket/a.jpg", "remote images are not fetched", id="s3"),
        pytest.param("data:image/png;base64,AAAA", "not a path", id="data"),
        pytest.param("file:///etc/hostname", "outside", id="file URL elsewhere"),
        pytest.param("file://host/a.jpg", "outside", id="file URL of another host"),
        pytest.param("file:images/a b.jpg", "outside", id="relative file URL"),
        pytest.param("file:///%00", "outside", id="file URL with a null byte"),
        pytest.param("file:///%ff", "outside", id="file URL that is no UTF-8"),
        pytest.param("file://[", "outside", id="broken file URL"),
        pytest.param("../secret", "'..'", id="parent"),
        pytest.param("images/missing.jpg", "No such file", id="missing"),
        pytest.param("null", "No such file", id="no name"),
    ],
)
def test_any_other_name_is_refused_as_given(folder: Path, name: str, reason: str) -> None:
    with pytest.raises(PhotoRefusedError) as caught:
        read_photo(folder, ImageName(name=name))

    assert reason in caught.value.reason
    assert caught.value.got == name


def test_a_file_url_cannot_climb_out_of_the_folder(folder: Path) -> None:
    for climb in ("/../secret", "/%2e%2e/secret", "/images/../../secret", "-2/../secret"):
        with pytest.raises(PhotoRefusedError):
            read_photo(folder, ImageName(name=folder.as_uri() + climb))


def test_a_digest_that_is_given_must_be_the_files(folder: Path) -> None:
    digest = hashlib.sha256(b"photo").hexdigest()

    assert read_photo(folder, ImageName(name="images/a b.jpg", sha256=digest)) == b"photo"
    with pytest.raises(PhotoRefusedError, match=digest):
        read_photo(folder, ImageName(name="images/a b.jpg", sha256="0" * 64))
