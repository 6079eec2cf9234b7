"""Audits and published numbers, as a user meets them: from a promise to a site, all by commands."""

import hashlib
import json
import shutil
import subprocess
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path
from typing import Any

import drand_verify
import pytest
from click.testing import CliRunner, Result

from pipeline.cli import main
from pipeline.commands.metrics import publish_now
from pipeline.settings import Settings
from pipeline.store.codec import to_json
from pipeline.store.database import open_store
from tests.pipeline.exhibits.test_stamps import address, authority
from tests.pipeline.stages.audit_world import HOLDERS, NOW, keep, market

STORE = "sqlite:///.counterfoil/counterfoil.db"
GOODS = market(300, 0.1)
ROUND, SIGNATURE = (
    1_000,
    ("b44679b9a59af2ec876b1a6b1ad52ea9b1615fc3982b19576350f93447cb1125e342b73a8dd2bacbe47e4b6b63ed5e39"),
)
"""A round of drand's quicknet."""
NONCE = hashlib.sha256(b"thrown dice").hexdigest()
PERIOD = "2026-10-01/2026-11-01"

__all__ = ["address", "authority"]


def counterfoil(*arguments: object) -> Result:
    return CliRunner().invoke(main, [str(a) for a in arguments])


def done(*arguments: object) -> str:
    result = counterfoil(*arguments)
    assert result.exit_code == 0, result.output
    return result.stdout


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a scanned market, a register and a log."""
    folder = tmp_path_factory.mktemp("work")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        store = open_store(STORE)
        keep(store, GOODS)
        store.close()
        holders = [json.loads(to_json(holder)) for holder in HOLDERS]
        for document in holders:
            document["assets"] = [{k: v for k, v in a.items() if v not in (None, [])} for a in document["assets"]]
        slim = [{k: v for k, v in h.items() if v not in (None, [])} for h in holders]
        (folder / "register").mkdir()
        (folder / "register" / "register.json").write_text(json.dumps({"version": 1, "rights_holders": slim}))
        randomness = hashlib.sha256(bytes.fromhex(SIGNATURE)).hexdigest()
        (folder / "round.json").write_text(
            json.dumps({"round": ROUND, "randomness": randomness, "signature": SIGNATURE})
        )
        done("log", "init", "log.counterfoil.example")
    return folder


@pytest.fixture(autouse=True)
def at_work(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)


@pytest.fixture(scope="module")
def audited(folder: Path) -> str:
    """Promise, commit, publish, draw and review by commands; return the audit's id."""
    truth = {g.key.listing_id: g.infringes for g in GOODS}
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        done("audit", "policy", "--baseline", PERIOD, "--synthetic")
        done("audit", "nonce", "acg", hashlib.sha256(bytes.fromhex(NONCE)).hexdigest())
        made = done("audit", "frame", PERIOD, "--register", "register", "--labels", 20, "--drand-round", ROUND)
        audit = made.split()[0]
        early = counterfoil("audit", "draw", audit)
        assert "its frame is not in the log yet" in early.stderr
        done("log", "publish")
        done("audit", "draw", audit, "--drand", "round.json", "--nonce", NONCE)
        for person in ("ada", "ben", "cleo", "ada"):
            while shown := done("audit", "next", audit, "--person", person):
                item: dict[str, Any] = json.loads(shown)
                label = "counterfeit" if truth[item["listing_id"]] else "irrelevant"
                done("audit", "label", audit, item["item"], label, "--person", person)
    return audit


def test_an_audit_goes_from_promise_to_a_verified_bundle_by_commands(audited: str) -> None:
    told = done("audit", "status")
    exported = done("metrics", "export", "bundle")
    verified = done("verify", "bundle")

    assert f"{audited} {PERIOD} listings: 20 items, outstanding: none" in told
    assert "check them with: counterfoil verify bundle" in exported
    assert "everything holds" in verified


def test_the_drand_round_of_a_seed_is_one_that_drand_signed(audited: str) -> None:
    done("metrics", "export", "signed")
    entries = next(Path("signed/log/tile/entries").rglob("*.p/*")).read_bytes()

    start = entries.index(SIGNATURE.encode())

    assert audited.encode() in entries
    assert entries[start : start + len(SIGNATURE)].decode() == SIGNATURE
    assert drand_verify.verify_quicknet(ROUND, SIGNATURE) == hashlib.sha256(bytes.fromhex(SIGNATURE)).hexdigest()


def test_an_item_is_shown_without_what_the_scan_thinks_of_it(audited: str) -> None:
    done("log", "publish")
    made = done("audit", "frame", "2026-10-15/2026-11-01", "--register", "register", "--labels", 5).split()[0]
    done("log", "publish")
    done("audit", "draw", made)

    shown = json.loads(done("audit", "next", made, "--person", "ada"))

    assert audited != made
    assert sorted(shown) == ["appearance", "captured_at", "item", "listing_id", "platform", "seller_id"]


def test_the_first_results_of_searches_can_be_audited_too(folder: Path) -> None:
    rows = [
        {
            **goods.key._asdict(),
            "url": "https://shop.example/",
            "captured_at": "2026-10-23T09:00:00Z",
            "title": "Canvas bag",
            "seller": {"id": goods.key.seller_id},
            "query": {"keyword": "bag", "rank": rank},
        }
        for rank, goods in enumerate(GOODS[:20], start=1)
    ]
    rows.append({**rows[0], "query": {"keyword": "canvas", "rank": 2}})
    rows.append({**rows[0], "listing_id": "never scanned"})
    (folder / "captured.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))

    made = done("audit", "frame", "2026-10-02/2026-11-01", "captured.jsonl", "--register", "register", "--top", 8)

    assert made.split()[1] == "9"
    assert "top_results" in done("audit", "status")


@pytest.mark.parametrize(
    ("command", "message"),
    [
        pytest.param(["audit", "draw", "f" * 32], "its frame is not in the log yet", id="draw-of-nothing"),
        pytest.param(["audit", "frame", "soon", "--register", "register"], "not a period", id="period"),
        pytest.param(["audit", "frame", PERIOD, "--register", "register", "--top", 3], "go together", id="top"),
        pytest.param(["audit", "nonce", "acg", "12"], "expected 64 hexadecimal digits", id="nonce"),
        pytest.param(["audit", "policy", "--baseline", "Q4"], "not a period", id="baseline"),
        pytest.param(["audit", "correct", "0", "design", "--reason", "x"], "no such label", id="correction"),
        pytest.param(["metrics", "site", "site", "register"], "metrics.sigstore.json: missing", id="site"),
    ],
)
def test_what_a_user_can_mend_is_one_line(command: list[object], message: str) -> None:
    result = counterfoil(*command)

    assert result.exit_code in (1, 2)
    assert message in result.stderr
    assert result.stderr.count("\n") == 1


def test_a_site_is_made_of_bundles_that_hold_and_of_no_other(audited: str, folder: Path) -> None:
    done("metrics", "export", "one")
    done("audit", "challenge", "acg", f"is {audited} complete?", "all 300 listings were found")
    done("metrics", "export", "two")

    done("metrics", "site", "site", "one", "two")
    page = (folder / "site" / "index.html").read_text("utf-8")
    shutil.copytree("two", "bad", dirs_exist_ok=True)
    (folder / "bad" / "metrics.csv").write_text("metric\n")
    refused = counterfoil("metrics", "site", "other", "one", "bad")

    assert page.count('/metrics.csv"') == 2
    links = [part.split('"')[0] for part in page.split('href="')[1:] if not part.startswith("#")]
    assert all((folder / "site" / link).is_file() for link in links)
    assert "metrics.csv: not the file that was signed" in refused.stderr
    assert not (folder / "other" / "index.html").exists()


def test_a_publication_on_schedule_puts_each_bundle_under_its_day(audited: str, folder: Path) -> None:
    settings = Settings(bundles="bundles", site="public")

    numbers = [publish_now(settings, NOW + timedelta(days=days)) for days in (0, 1)]

    assert audited
    assert numbers[0] == numbers[1] > 0
    assert sorted(path.name for path in (folder / "bundles").iterdir()) == ["2026-11-01", "2026-11-02"]
    assert "Enforcement metrics over time" in (folder / "public" / "index.html").read_text("utf-8")


@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is not installed")
def test_a_bundle_is_time_stamped_where_an_authority_is_configured(
    audited: str,
    address: str,
    authority: Path,
) -> None:
    settings = {"stamp_authority": address, "stamp_roots": str(authority / "root.pem")}
    Path("counterfoil.toml").write_text("".join(f"{name} = {json.dumps(value)}\n" for name, value in settings.items()))
    try:
        done("metrics", "export", "stamped")
        done("metrics", "export", "stamped-again")
    finally:
        Path("counterfoil.toml").unlink()
    command = ["openssl", "ts", "-verify", "-data", "stamped/metrics.csv", "-in", "stamped/metrics.csv.tsr"]

    assert audited
    assert subprocess.run([*command, "-CAfile", authority / "root.pem"], check=False).returncode == 0
    assert "everything holds" in done("verify", "stamped")
    assert (
        Path("stamped/metrics.sigstore.json").read_bytes() == Path("stamped-again/metrics.sigstore.json").read_bytes()
    )


@pytest.mark.skipif(not all(map(shutil.which, ("openssl", "jq"))), reason="openssl or jq is not installed")
def test_a_bundle_is_checked_with_stock_programs(audited: str) -> None:
    done("metrics", "export", "stock")

    checked = subprocess.run(["sh", "verify_stock.sh"], cwd="stock", capture_output=True, text=True, check=False)

    assert audited
    assert checked.returncode == 0, checked.stderr
    assert "FAIL" not in checked.stdout + checked.stderr


def test_settings_know_the_folders_of_publications() -> None:
    assert {"bundles", "site", "publish_schedule"} <= asdict(Settings()).keys()
