"""The commands of notices and dossiers, as a user types them."""

from collections.abc import Iterator
from pathlib import Path

import orjson
import pytest
from click.testing import CliRunner, Result

from pipeline.cli import main
from pipeline.enforcement import CaseState
from pipeline.store.database import Store, open_store
from tests.pipeline.notices.bureau import Bureau
from tests.pipeline.notices.samples import DECLARED, listing
from tests.pipeline.transports.test_ebay import Published
from tests.web import served

SHIPPED = Path(__file__).parents[3] / "pipeline/notices/shipped/channels"


class Desk:
    """A folder with a store, a team and channels, and a person who types."""

    def __init__(self, home: Path, store: Store, url: str) -> None:
        self.home, self.url = home, url
        self.bureau = Bureau(home, store)
        (home / "notices" / "channels").mkdir(parents=True)
        (home / "notices" / "team.toml").write_text(DECLARED)
        self.settings = home / "counterfoil.toml"
        self.settings.write_text(f'store = "{url}"\nlake = "{home / "lake"}"\nnotices = "{home / "notices"}"\n')

    def types(self, *words: str) -> Result:
        return CliRunner().invoke(main, list(words), env={"COUNTERFOIL_SETTINGS": str(self.settings)})


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    url = f"sqlite:///{tmp_path / 'store.db'}"
    store = open_store(url)
    yield Desk(tmp_path, store, url)
    store.close()


def market(number: int) -> dict[str, object]:
    return {"platform": "market", "listing_id": str(number), "url": f"https://market.example/{number}"}


def test_prepare_tells_what_may_go_out_and_every_problem_on_a_line(desk: Desk) -> None:
    desk.bureau.approved(listing(**market(1)))
    desk.bureau.approved(listing(**market(2) | {"ships_to": ("JP",)}))

    said = desk.types("notices", "prepare")

    assert said.exit_code == 1
    assert "1 notices may go out, 1 problems" in said.stdout
    assert "right.territories: not in force where the offer is made" in said.stdout


def test_what_is_claimed_must_have_been_seen(desk: Desk) -> None:
    desk.bureau.approved(listing(**market(1)))

    assert desk.types("notices", "prepare", "--claim", "text").exit_code == 0
    assert (
        "claimed on packaging, where nothing was seen"
        in desk.types("notices", "prepare", "--claim", "packaging").stdout
    )


def test_export_then_filed_takes_a_case_from_approved_to_noticed(desk: Desk) -> None:
    case_id = desk.bureau.approved(listing(**market(1)))

    exported = desk.types("notices", "export", "--out", str(desk.home / "out"))

    assert exported.exit_code == 0, exported.output
    (manifest,) = (desk.home / "out").glob("*/manifest.json")
    (batch,) = orjson.loads(manifest.read_bytes())["batches"]
    assert desk.bureau.case(case_id).state is CaseState.APPROVED
    assert desk.types("notices", "filed", batch["batch_id"], "--by", "bo").stdout == "1 notices are out\n"
    assert desk.bureau.case(case_id).state is CaseState.NOTICED
    again = desk.types("notices", "filed", batch["batch_id"], "--by", "bo")
    assert again.exit_code == 2
    assert again.stderr.count("\n") == 1


def test_send_reports_to_ebay_and_status_asks_what_became_of_it(desk: Desk) -> None:
    case_id = desk.bureau.approved()
    own = desk.home / "notices" / "channels" / "ebay-vero.toml"
    shipped = (SHIPPED / "ebay-vero.toml").read_text("utf-8")
    own.write_text(shipped.replace('code = ""', 'code = "9010"'))
    (desk.home / "secret").write_text("secret\n")
    published = Published()
    with served(published.answer) as url:
        desk.settings.write_text(
            f'{desk.settings.read_text()}ebay_client_id = "client"\n'
            f'ebay_secret_file = "{desk.home / "secret"}"\nebay_address = "{url}"\n'
        )

        sent = desk.types("notices", "send", "--out", str(desk.home / "out"), "--by", "bo")
        batch = sent.stdout.split()[1]
        published.items["110000000001"]["status"] = "REMOVED"
        asked = desk.types("notices", "status", batch)

    assert sent.exit_code == 0, sent.output
    assert "acknowledged r-1 RECEIVED" in sent.stdout
    assert "closed r-1 REMOVED" in asked.stdout
    assert desk.bureau.kinds(case_id)[-2:] == ["noticed", "acknowledged"]
    assert desk.bureau.case(case_id).state is CaseState.NOTICED


@pytest.mark.parametrize(
    ("words", "line"),
    [
        pytest.param(("notices", "export", "--out", "x"), "nothing to export", id="nothing approved"),
        pytest.param(("notices", "send", "--out", "x", "--by", "bo"), "ebay_client_id: not set", id="no access"),
        pytest.param(("notices", "prepare", "--channel", "nowhere"), "no such channel", id="no such channel"),
        pytest.param(("notices", "prepare", "--notices", "nowhere"), "no such folder", id="no such folder"),
        pytest.param(("dossier", "--out", "x"), "of what?", id="dossier of nothing"),
        pytest.param(("dossier", "0" * 32, "--out", "x"), "no such case", id="dossier of no case"),
        pytest.param(("dossier", "--seller", "m", "s", "--out", "x"), "no cases", id="dossier of no seller"),
    ],
)
def test_what_cannot_be_done_is_told_in_one_line(desk: Desk, words: tuple[str, ...], line: str) -> None:
    if "--channel" in words:
        desk.bureau.approved()

    said = desk.types(*words)

    assert said.exit_code == 2
    assert line in said.stderr
    assert said.stderr.count("\n") == 1


def test_a_dossier_is_a_pdf_with_its_exhibits_beside_it(desk: Desk) -> None:
    case_id = desk.bureau.opened()

    said = desk.types("dossier", case_id, "--out", str(desk.home / "out"))

    assert said.exit_code == 0, said.output
    assert (desk.home / "out" / f"dossier-{case_id}.pdf").read_bytes().startswith(b"%PDF-")
    assert (desk.home / "out" / f"{case_id}.wacz").exists()
