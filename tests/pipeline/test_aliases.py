"""Aliases are taken into use by a person, and looked for from then on."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import orjson
import pytest
from click.testing import CliRunner
from sqlalchemy import insert

from benchmarks.context.examples import from_corrections
from pipeline.aliases import STRONG, Alias, with_aliases
from pipeline.cli import main
from pipeline.enforcement import CaseState
from pipeline.records import Asset, AssetKind, Band, Label, Register, RightsHolder
from pipeline.store.aliases import add_alias, read_aliases, remove_alias, worded_cases
from pipeline.store.case_tables import captures, cases, registers
from pipeline.store.codec import to_json
from pipeline.store.database import Store, open_store

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


def test_a_mark_that_was_scanned_for_needs_no_register(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/counterfoil.db"
    store = open_store(url)
    at = datetime(2026, 10, 3, tzinfo=UTC)
    with store.write() as connection:
        connection.execute(insert(registers), [{"digest": "d", "document": to_json(REGISTER), "recorded_at": at}])
    store.close()

    adopted = CliRunner().invoke(main, ["aliases", "adopt", "zor-word", "zovvi", "--by", "ana", "--store", url])
    unknown = CliRunner().invoke(main, ["aliases", "adopt", "nobody", "zovvi", "--by", "ana", "--store", url])

    assert "from the next scan on" in adopted.output
    assert "no such word mark, got 'nobody', expected one of zor-word" in unknown.output


def test_decisions_say_how_marks_in_titles_are_used(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/counterfoil.db"
    store = open_store(url)
    enter(store, 1, state=CaseState.CONFIRMED, label=Label.COUNTERFEIT, seen="mark.exact.claim", seller="a")
    enter(store, 2, state=CaseState.DISMISSED, label=Label.ACCESSORY_COMPATIBLE, seen="mark.exact.claim", seller="b")
    enter(store, 3, state=CaseState.DISMISSED, label=Label.IRRELEVANT, seen="mark.exact.claim", seller="c")
    enter(store, 4, state=CaseState.OPEN, label=Label.COUNTERFEIT, seen="mark.exact.claim", seller="d")
    enter(store, 5, state=CaseState.CONFIRMED, label=Label.COUNTERFEIT, seen="photo.copy.near", seller="e")
    store.close()

    said = CliRunner().invoke(main, ["corrections", "--out", str(tmp_path / "c.jsonl"), "--store", url])

    examples = from_corrections(tmp_path / "c.jsonl", weight=5.0)
    assert "2 marks in titles" in said.output
    assert [(e.refers, e.window.title[e.window.start : e.window.end], e.group) for e in examples] == [
        (False, "Zovvi", "zor"),
        (True, "Zovvi", "zor"),
    ]


def enter(store: Store, number: int, *, state: CaseState, label: Label | None, seen: str, seller: str) -> None:
    """Enter a case as a scan and a person would leave it."""
    at, key = datetime(2026, 10, 3, tzinfo=UTC), f"{number:032x}"
    case = {
        "case_id": key,
        "rights_holder_id": "zor",
        "platform": "market",
        "listing_id": str(number),
        "seller_id": seller,
        "listing_key": key,
        "candidate_id": key,
        "state": state.value,
        "score": 0.9,
        "band": Band.HIGH.value,
        "suggested": Label.COUNTERFEIT.value,
        "label": label.value if label else None,
        "shown": Label.COUNTERFEIT.value,
        "asset_ids": b"[]",
        "approvals": b"[]",
        "changed": False,
        "opened_at": at,
        "updated_at": at,
        "events": 1,
        "content": key,
        "captured_at": at,
        "title": f"Zovvi tote {number}",
        "url": "https://market.example/1",
        "harm": 1.0,
    }
    row = {
        "title": case["title"],
        "signals": [{"observation": seen, "evidence": {"field": "title", "start": 0, "end": 5}}],
        "exclusions": [],
    }
    capture = {"case_id": key, "content": key, "captured_at": at, "run_id": "r", "row": orjson.dumps(row)}
    with store.write() as connection:
        connection.execute(insert(cases), [case])
        connection.execute(insert(captures), [capture | {"listing": b"{}", "photos": b"[]"}])


def test_a_case_speaks_for_an_alias_by_decision_picture_or_seller(tmp_path: Path) -> None:
    store = open_store(f"sqlite:///{tmp_path}/counterfoil.db")
    enter(store, 1, state=CaseState.CONFIRMED, label=Label.COUNTERFEIT, seen="mark.exact.claim", seller="a")
    enter(store, 2, state=CaseState.OPEN, label=None, seen="photo.copy.near", seller="b")
    enter(store, 3, state=CaseState.OPEN, label=None, seen="mark.fragment.claim", seller="a")
    enter(store, 4, state=CaseState.OPEN, label=None, seen="logo.found.faint", seller="c")
    enter(store, 5, state=CaseState.DISMISSED, label=Label.IRRELEVANT, seen="photo.copy.near", seller="a")

    with store.read() as connection:
        worded = worded_cases(connection)
    store.close()

    assert [row.because for row in worded] == ["decision", "picture", "seller", None, None]
    assert worded[0].title == "Zovvi tote 1"
