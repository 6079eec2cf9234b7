"""`counterfoil recheck`: what it enters, asks for and says."""

from dataclasses import replace
from pathlib import Path

import orjson
import pytest
from click.testing import CliRunner

from pipeline.commands.recheck import recheck
from pipeline.enforcement import EventKind
from pipeline.store.cases import read_case
from pipeline.store.database import open_store
from pipeline.store.events import Draft, append_events
from tests.pipeline.rechecks.test_rechecks import shop
from tests.pipeline.store.test_cases import decision, opening, word

FIRST = f"{1:032x}"


def noticed(url: str, address: str) -> None:
    """Make a store with one case whose notice is out."""
    store = open_store(url)
    opened = opening(1)
    assert opened.card is not None
    drafts = [
        replace(opened, card=replace(opened.card, url=address, title="Quillmere bag")),
        Draft(event=decision(2, FIRST)),
        Draft(event=word(3, FIRST, EventKind.APPROVED)),
        Draft(event=word(4, FIRST, EventKind.NOTICED, notice_id="n1")),
    ]
    with store.write() as connection:
        append_events(connection, drafts, None, four_eyes=())
    store.close()


def state(url: str) -> str:
    store = open_store(url)
    with store.read() as connection:
        found = read_case(connection, FIRST, None)
    store.close()
    assert found is not None
    return found.case.state.value


@pytest.fixture
def url(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("COUNTERFOIL_SETTINGS", raising=False)
    return f"sqlite:///{tmp_path / 'home' / 'store.db'}"


def test_looks_in_a_file_are_entered_and_what_cannot_be_used_is_named(url: str, tmp_path: Path) -> None:
    noticed(url, "https://item.example/1001")
    look = {"checked_at": "2026-10-06T00:00:00Z", "platform": "taobao", "listing_id": "1", "result": "delisted_page"}
    (tmp_path / "looks.jsonl").write_bytes(orjson.dumps(look) + b"\n{\n")

    found = CliRunner().invoke(recheck, ["looks.jsonl", "--store", url])

    assert found.exit_code == 0
    assert "1 down, 0 up, 0 unknown (1 delisted_page); 0 of no case, 0 older than known, 1 rejected" in found.output
    assert "looks.jsonl:2: line: " in found.output
    assert state(url) == "down"


@pytest.mark.parametrize(
    ("path", "said", "ends"),
    [
        pytest.param("/gone", "1 down, 0 up, 0 unknown (1 gone_404)", "down", id="gone"),
        pytest.param("/up", "0 down, 1 up, 0 unknown (1 up)", "noticed", id="up"),
        pytest.param("/out", "0 down, 0 up, 1 unknown (1 unreachable)", "noticed", id="led elsewhere"),
    ],
)
def test_an_address_is_asked_for_where_the_settings_allow_it(
    url: str, tmp_path: Path, path: str, said: str, ends: str
) -> None:
    with shop() as (address, _):
        local = address.replace("shop.example", "localhost")
        noticed(url, local + path)
        closed = CliRunner().invoke(recheck, ["--ask", "--store", url])
        (tmp_path / "counterfoil.toml").write_text('recheck_hosts = ["localhost"]\nrecheck_loopback = true\n')
        found = CliRunner().invoke(recheck, ["--ask", "--store", url])

    assert closed.exit_code == 2
    assert "no host may be asked" in closed.output
    assert said in found.output
    assert state(url) == ends


def test_nothing_to_do_is_an_error(url: str) -> None:
    found = CliRunner().invoke(recheck, ["--store", url])

    assert found.exit_code == 2
    assert "nothing to do, got neither files nor --ask" in found.output


def test_patterns_of_ones_own_go_first(url: str, tmp_path: Path) -> None:
    own = "platforms\tresult\twhere\twords\tnote\ntaobao\tseller_gone\tpage\tquillmere\tours\n"
    (tmp_path / "pages.tsv").write_text(own, "utf-8")
    (tmp_path / "page.html").write_text("Quillmere bag", "utf-8")
    (tmp_path / "counterfoil.toml").write_text('recheck_pages = "pages.tsv"\n')
    noticed(url, "https://item.example/1001")
    look = {"checked_at": "2026-10-06T00:00:00Z", "url": "https://item.example/1001", "status": 200}
    (tmp_path / "looks.jsonl").write_bytes(orjson.dumps(look | {"evidence": "page.html"}))

    CliRunner().invoke(recheck, ["looks.jsonl", "--store", url])

    assert state(url) == "down"
