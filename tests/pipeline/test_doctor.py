"""What the doctor finds."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pipeline.doctor import examine
from pipeline.log import EntryDraft, init_keys, open_log
from pipeline.settings import SILENT, Settings


def sick(settings: Settings, environment: dict[str, str]) -> list[str]:
    return [finding.text for finding in examine(settings, environment) if not finding.good]


def healthy(tmp_path: Path) -> Settings:
    return Settings(store=f"sqlite:///{tmp_path / 'store.db'}", keys=str(tmp_path / "no-keys"))


def test_a_good_installation_has_only_good_findings(tmp_path: Path) -> None:
    findings = examine(healthy(tmp_path), SILENT)

    assert [finding.text for finding in findings if not finding.good] == []
    assert {finding.text.split(":")[0].split("=")[0] for finding in findings} >= {"prefect", "store", "lake", *SILENT}


@pytest.mark.parametrize("switch", SILENT)
def test_a_switch_that_lets_something_call_out_is_found(tmp_path: Path, switch: str) -> None:
    wrong = {"1": "0", "false": "true"}[SILENT[switch]]

    found = sick(healthy(tmp_path), {**SILENT, switch: wrong})

    assert found == [f"{switch}={wrong}, expected {SILENT[switch]}: something may call out"]


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        pytest.param(
            Settings(store="mysql://me:secret@h/d", lake="{home}"), "store: cannot be used", id="no such store"
        ),
        pytest.param(Settings(store="postgresql://me:secret@127.0.0.1:1/d", lake="{home}"), "store", id="unreachable"),
        pytest.param(
            Settings(engine="dask", dask_address="tcp://10.0.0.7:1", lake="{home}", store="sqlite:///{home}/s.db"),
            "dask_address: plain TCP to another machine",
            id="cluster",
        ),
        pytest.param(Settings(lake="/proc/lake", store="sqlite:///{home}/s.db"), "lake: /proc/lake", id="lake"),
    ],
)
def test_what_is_wrong_is_said_in_one_line(tmp_path: Path, settings: Settings, words: str) -> None:
    store, lake = (text.format(home=tmp_path) for text in (settings.store, settings.lake))

    found = sick(replace(settings, store=store, lake=lake), dict(SILENT))

    assert len(found) == 1
    assert found[0].startswith(words)
    assert "secret" not in found[0]
    assert "\n" not in found[0]


def test_a_package_that_is_too_new_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipeline.doctor.VERSIONS", (("click", "<0.1", "it is newer"), ("no-such-package", ">=1", "")))

    found = sick(healthy(tmp_path), dict(SILENT))

    assert [text.split(":")[0] for text in found] == ["click", "no-such-package"]
    assert found[0].endswith("expected <0.1: it is newer")


def test_a_log_is_examined_with_its_keys(tmp_path: Path) -> None:
    settings = replace(healthy(tmp_path), log=str(tmp_path / "log"), keys=str(tmp_path / "keys"))
    now = datetime(2026, 11, 1, tzinfo=UTC)
    keys = init_keys(tmp_path / "keys", "log.example", now)
    with open_log(tmp_path / "log", keys) as log:
        log.append([EntryDraft(type="policy", id="0" * 32, fields={})], now)
        log.publish()
    told = [finding.text for finding in examine(settings, dict(SILENT))]

    assert f"log: log.example, 1 entries published in {tmp_path / 'log'}" in told
    (tmp_path / "keys" / "log.key").chmod(0o644)
    (found,) = sick(settings, dict(SILENT))
    assert "others than its owner may use it" in found


def test_a_team_that_cannot_be_read_is_found(tmp_path: Path) -> None:
    (tmp_path / "team.toml").write_text("[agent]\nnane = 'W'\n")
    settings = Settings(store=f"sqlite:///{tmp_path / 's.db'}", lake=str(tmp_path), notices=str(tmp_path))

    (said,) = sick(settings, dict(SILENT))

    assert "team.toml: agent" in said
