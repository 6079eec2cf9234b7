"""A collection is prepared, or the reason why not is one line."""

from pathlib import Path

import pytest

from benchmarks.images import prepare
from benchmarks.images.packages import npm_package
from pipeline.errors import InputError


def test_a_missing_program_is_named_with_what_it_was_to_fetch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")

    with pytest.raises(InputError, match=r"npm: is not installed, .* expected it to fetch some-icons@1"):
        npm_package("some-icons@1", tmp_path)


def test_a_package_that_was_fetched_is_not_fetched_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    (tmp_path / "@scope-icons@1/package").mkdir(parents=True)

    assert npm_package("@scope/icons@1", tmp_path) == tmp_path / "@scope-icons@1/package"


@pytest.mark.parametrize(
    "index",
    [pytest.param(None, id="no index"), pytest.param("file,label\na.jpg,Dress\n", id="no senders")],
)
def test_photos_without_senders_are_refused(index: str | None, tmp_path: Path) -> None:
    if index is not None:
        (tmp_path / "photos.csv").write_text(index)

    with pytest.raises(InputError, match=r"photos\.csv: cannot be used, expected columns file and sender_id"):
        list(prepare._photos(tmp_path))


def test_photos_keep_their_senders(tmp_path: Path) -> None:
    (tmp_path / "photos.csv").write_text("file,sender_id,label\nphotos/b.jpg,7,Dress\nphotos/a.jpg,9,Hat\n")

    items = [item for item, _ in prepare._photos(tmp_path)]

    assert [(item.file, item.group) for item in items] == [
        ("photos/a.jpg", "sender 9"),
        ("photos/b.jpg", "sender 7"),
    ]
