"""Settings: from one file, each checked."""

import re
from dataclasses import fields
from pathlib import Path

import pytest

from pipeline.errors import SettingsError
from pipeline.settings import Settings, lake_folder, prefect_switches, read_settings

HOME = Path(__file__).parents[2]


def test_without_a_file_every_setting_has_its_default(tmp_path: Path) -> None:
    assert read_settings({}, tmp_path) == Settings()


def test_the_file_of_the_working_directory_is_read(tmp_path: Path) -> None:
    (tmp_path / "counterfoil.toml").write_text('workers = 3\nsnapshots = ["a", "b"]\n')

    assert read_settings({}, tmp_path) == Settings(workers=3, snapshots=("a", "b"))


def test_the_file_that_the_environment_names_goes_first(tmp_path: Path) -> None:
    (tmp_path / "counterfoil.toml").write_text("workers = 3\n")
    (tmp_path / "other.toml").write_text("workers = 4\n")

    assert read_settings({"COUNTERFOIL_SETTINGS": str(tmp_path / "other.toml")}, tmp_path).workers == 4


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param("worker = 3", "no such setting, got 'worker', expected one of store, ", id="misspelt"),
        pytest.param('workers = "3"', "workers: of another type, got '3', expected int", id="text for a number"),
        pytest.param("workers = true", "workers: of another type, got True, expected int", id="truth for a number"),
        pytest.param("workers = -1", "workers: out of range, got -1, expected 0 to 1024", id="out of range"),
        pytest.param("snapshots = 'a'", "snapshots: of another type, got 'a', expected a list of texts", id="no list"),
        pytest.param("snapshots = [1]", "snapshots: of another type, got [1], expected a list", id="list of numbers"),
        pytest.param("engine = 'ray'", "engine: no such engine, got 'ray', expected one of local, dask", id="engine"),
        pytest.param("engine = 'dask'", "dask_address: missing", id="no address"),
        pytest.param("workers = ", "cannot be read", id="not TOML"),
        pytest.param("\udcff", "cannot be read", id="not UTF-8"),
    ],
)
def test_a_setting_that_cannot_be_used_is_named_with_its_file(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "counterfoil.toml"
    path.write_bytes(text.encode("utf-8", "surrogateescape"))

    with pytest.raises(SettingsError, match=rf"counterfoil\.toml: .*{re.escape(message)}"):
        read_settings({}, tmp_path)


def test_a_file_that_is_named_must_exist(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"gone\.toml: cannot be read"):
        read_settings({"COUNTERFOIL_SETTINGS": str(tmp_path / "gone.toml")}, tmp_path)


@pytest.mark.parametrize(
    ("settings", "folder"),
    [
        pytest.param(Settings(), ".counterfoil/lake", id="default"),
        pytest.param(Settings(store="sqlite:////data/a.db"), "/data/lake", id="beside a SQLite file"),
        pytest.param(Settings(store="postgresql://u@h/d"), ".counterfoil/lake", id="PostgreSQL"),
        pytest.param(Settings(store="postgresql://u@h/d", lake="/shared/lake"), "/shared/lake", id="as set"),
    ],
)
def test_the_lake_lies_where_it_is_set_or_beside_the_store(settings: Settings, folder: str) -> None:
    assert lake_folder(settings) == Path(folder)


def test_prefect_is_told_to_call_nobody(tmp_path: Path) -> None:
    switches = prefect_switches(tmp_path)

    assert switches["DO_NOT_TRACK"] == "1"
    assert switches["PREFECT_SERVER_ANALYTICS_ENABLED"] == "false"
    assert switches["PREFECT_HOME"].startswith(str(tmp_path))


def test_every_setting_is_documented_with_its_default() -> None:
    page = (HOME / "docs" / "settings.md").read_text("utf-8")

    documented = re.findall(r"^\| `(\w+)` \| `([^`]*)` \|", page, flags=re.MULTILINE)

    shown = {
        f.name: "[]" if f.default == () else str(f.default).lower() if f.default is False else f.default
        for f in fields(Settings)
    }
    assert documented == [(name, str(default) or '""') for name, default in shown.items()]
