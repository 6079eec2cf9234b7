"""Aliases are taken into use by a person, and looked for from then on."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner

from pipeline.aliases import STRONG, Alias, with_aliases
from pipeline.cli import main
from pipeline.records import Asset, AssetKind, Register, RightsHolder
from pipeline.store.aliases import add_alias, read_aliases, remove_alias
from pipeline.store.database import open_store

HOME = Path(__file__).parents[2]
MARK = Asset(id="zor-word", kind=AssetKind.WORD_MARK, text="Zorvane", variants=("佐梵尼",))
LOGO = Asset(id="zor-logo", kind=AssetKind.FIGURATIVE_MARK, images=("logo.png",))
REGISTER = Register(
    version=1, digest="d", rights_holders=(RightsHolder(id="zor", name="Zorvane", assets=(MARK, LOGO)),)
)
ZOVVI = Alias(
    rights_holder_id="zor",
    asset_id="zor-word",
    alias="zovvi",
    script="latin",
    kind="nickname",
    weight=STRONG,
    source="taken into use by ana",
    first_seen=datetime(2026, 10, 3, tzinfo=UTC),
)


def test_an_alias_is_a_variant_of_its_mark_under_a_digest_of_its_own() -> None:
    register = with_aliases(REGISTER, [ZOVVI])

    assert register.rights_holders[0].assets[0].variants == ("佐梵尼", "zovvi")
    assert register.digest != REGISTER.digest


@pytest.mark.parametrize(
    "alias",
    [
        pytest.param(replace(ZOVVI, asset_id="gone"), id="of no mark"),
        pytest.param(replace(ZOVVI, asset_id="zor-logo"), id="of a logo"),
        pytest.param(replace(ZOVVI, alias="佐梵尼"), id="that is a variant already"),
    ],
)
def test_an_alias_that_adds_nothing_changes_nothing(alias: Alias) -> None:
    assert with_aliases(REGISTER, [alias]) is REGISTER


def test_the_order_of_aliases_does_not_matter() -> None:
    other = replace(ZOVVI, alias="zorv")

    assert with_aliases(REGISTER, [ZOVVI, other]) == with_aliases(REGISTER, [other, ZOVVI])


def test_an_alias_is_kept_changed_and_taken_out(tmp_path: Path) -> None:
    store = open_store(f"sqlite:///{tmp_path}/counterfoil.db")
    with store.write() as connection:
        add_alias(connection, ZOVVI)
        add_alias(connection, replace(ZOVVI, source="taken into use by bo"))

    with store.read() as connection:
        assert read_aliases(connection) == (replace(ZOVVI, source="taken into use by bo"),)
    with store.write() as connection:
        assert remove_alias(connection, "zor", "zor-word", "zovvi")
        assert not remove_alias(connection, "zor", "zor-word", "zovvi")
    store.close()


def test_the_commands_take_an_alias_into_use_list_it_and_take_it_out(tmp_path: Path) -> None:
    register, store = str(HOME / "fixtures/register"), f"sqlite:///{tmp_path}/counterfoil.db"
    mark = next(
        line.split(":")[0]
        for line in CliRunner().invoke(main, ["register", "check", register]).output.splitlines()
        if " is " in line
    )

    def run(*arguments: str) -> str:
        return CliRunner().invoke(main, ["aliases", *arguments, "--store", store]).output

    assert "nothing to suggest" in run("suggest", "--register", register)
    assert "from the next scan on" in run("adopt", mark, "zovvi", "--register", register, "--by", "ana")
    assert f"{mark} 'zovvi': latin" in run("list")
    assert run("remove", mark, "zovvi", "--register", register) == ""
    assert run("list") == ""
    assert "no such word mark" in run("adopt", "nobody", "zovvi", "--register", register, "--by", "ana")
    assert "2 to 80 characters" in run("adopt", mark, "z", "--register", register, "--by", "ana")
