"""A site is made of bundles that hold, of old ones too."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from pipeline.errors import BundleError
from pipeline.log import Keys, init_keys
from pipeline.stages.site import make_site
from pipeline.verify.bundle import verify_bundle
from pipeline.verify.files import BundleFiles
from tests.pipeline.stages.test_folders import tree
from tests.pipeline.verify.bundle_world import export


@pytest.fixture
def keys(tmp_path: Path) -> Keys:
    return init_keys(tmp_path / "keys", "log.example", datetime(2026, 10, 1, tzinfo=UTC))


def test_numbers_of_earlier_definitions_are_shown_and_said_not_to_be_computed_again(tmp_path: Path, keys: Keys) -> None:
    old = export(tmp_path / "old", keys, tmp_path / "log", predicate={"definitions": "0"})
    new = export(tmp_path / "new", keys, tmp_path / "log")

    with pytest.raises(BundleError, match="defined by version '0'"):
        verify_bundle(BundleFiles(old))
    assert make_site(tmp_path / "site", [old, new]) == 2

    page = (tmp_path / "site" / "index.html").read_text("utf-8")
    assert page.count("(numbers by definitions 0: not computed again for this page)") == 1


def test_a_bundle_that_is_there_already_is_left_and_a_damaged_one_replaced(tmp_path: Path, keys: Keys) -> None:
    bundle = export(tmp_path / "bundle", keys, tmp_path / "log")
    make_site(tmp_path / "site", [bundle])
    (copy,) = (tmp_path / "site" / "bundles").iterdir()
    before = (copy / "metrics.csv").stat().st_ino

    make_site(tmp_path / "site", [bundle])
    assert (copy / "metrics.csv").stat().st_ino == before

    (copy / "metrics.csv").write_text("damaged")
    make_site(tmp_path / "site", [bundle])
    assert tree(copy) == tree(bundle)


def test_an_old_bundle_whose_log_is_no_beginning_of_the_next_is_refused(tmp_path: Path, keys: Keys) -> None:
    old = export(tmp_path / "old", keys, tmp_path / "log", predicate={"definitions": "0"})
    (keys.folder / "signed").unlink()
    other = export(tmp_path / "other", keys, tmp_path / "another-log", flip="an item")

    with pytest.raises(BundleError, match="the log was rewritten"):
        make_site(tmp_path / "site", [old, other])
