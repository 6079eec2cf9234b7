"""The commands of the log and the verifier, as a user meets them."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from pipeline.cli import main
from pipeline.enforcement import EventKind
from pipeline.store.database import Store, open_store
from pipeline.store.events import Draft
from pipeline.verify.notes import VerifierKey
from tests.pipeline.log.witness import LocalWitness, serving
from tests.pipeline.store.test_cases import decision, opening, word, write

STORE = "sqlite:///.counterfoil/counterfoil.db"


def counterfoil(*arguments: object, answer: str | None = None) -> Result:
    return CliRunner().invoke(main, [str(a) for a in arguments], input=answer)


LISTING_ID = "1\u2028\x85"
"""Ends with characters that some take for the end of a line."""


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Store:
    """Work in an empty folder, with a store of one case that was noticed."""
    monkeypatch.chdir(tmp_path)
    opened = open_store(STORE)
    first = opening(1)
    facts = {**first.event.facts, "listing_id": LISTING_ID}
    write(opened, replace(first, event=replace(first.event, facts=facts)))
    case_id = first.event.case_id
    noticed = {"notice_id": "n-1", "method": "form", "reason_code": "TM-1", "right_type": "trademark"}
    for event in (
        decision(2, case_id),
        word(3, case_id, EventKind.APPROVED),
        word(4, case_id, EventKind.NOTICED, **noticed),
    ):
        write(opened, Draft(event=event))
    return opened


@pytest.fixture
def key(store: Store) -> str:
    """Make a log and return its policy line."""
    result = counterfoil("log", "init", "log.example")
    assert result.exit_code == 0, result.stderr
    return result.stdout.splitlines()[0]


def policy_of(key: str, more: str = "quorum none\n") -> Path:
    path = Path("policy.txt")
    path.write_text(f"{key}\n{more}", "utf-8")
    return path


def test_a_receipt_is_written_and_checked_with_no_access_to_the_log(key: str) -> None:
    published = counterfoil("log", "publish")
    assert published.stdout == "5 entries added, 5 in log.example, published in .counterfoil/log\n"

    written = counterfoil("log", "receipts", "receipts")
    assert written.stdout == "2 receipts in receipts\n"
    (path,) = Path("receipts").glob(f"{4:032x}*")
    result = counterfoil("verify", path, "--policy", policy_of(key))

    assert result.exit_code == 0
    assert result.stdout.splitlines()[0] == f"{path}: entry 4 of the 5 in log.example"
    assert '  kind: "noticed"' in result.stdout
    path.write_bytes(path.read_bytes().replace(b"index 4", b"index 3"))
    refused = counterfoil("verify", path, "--policy", policy_of(key))
    assert refused.exit_code == 1
    assert f"{path}: the inclusion proof" in refused.stderr


def test_a_field_is_disclosed_with_a_receipt_and_cannot_be_once_it_is_erased(store: Store, key: str) -> None:
    counterfoil("log", "publish")
    event_id = f"{10_001:032x}"
    counterfoil("log", "receipt", event_id, "--out", "opened.tlog-proof")
    opened = counterfoil("log", "disclose", event_id, "listing_id")
    Path("opened.jsonl").write_text(opened.stdout, "utf-8")

    result = counterfoil("verify", "opened.tlog-proof", "--policy", policy_of(key), "--disclosures", "opened.jsonl")
    assert result.stdout.splitlines()[-1] == r'  opened: listing_id: "1\u2028\u0085"'
    Path("opened.jsonl").write_text(opened.stdout.replace('"1', '"2'), "utf-8")
    forged = counterfoil("verify", "opened.tlog-proof", "--policy", "policy.txt", "--disclosures", "opened.jsonl")
    assert forged.exit_code == 1
    assert "listing_id: not what stands in the entry" in forged.stderr

    assert counterfoil("log", "erase", f"{1:032x}", answer="y\n").stdout.endswith("5 records erased\n")
    gone = counterfoil("log", "disclose", event_id)
    assert gone.exit_code == 2
    assert "not logged yet, or erased" in gone.stderr


def test_publishing_asks_the_witnesses_and_says_whether_they_are_a_quorum(key: str) -> None:
    log = VerifierKey.parse(key.removeprefix("log "))
    bodies = [LocalWitness(f"body{n}.example", log, seed=n) for n in (1, 2, 3)]
    with serving(*bodies[:2]) as addresses:
        lines = [
            f"witness b{n} {body.key} {url}\n" for n, (body, url) in enumerate(zip(bodies, addresses, strict=False))
        ]
        lines.append(f"witness b2 {bodies[2].key} http://127.0.0.1:9/\n")
        two = policy_of(key, "".join(lines) + "group bodies 2 b0 b1 b2\nquorum bodies\n")
        enough = counterfoil("log", "publish", "--policy", two)
        all_three = policy_of(key, "".join(lines) + "group bodies all b0 b1 b2\nquorum bodies\n")
        lacking = counterfoil("log", "publish", "--policy", all_three)

    assert enough.stdout.splitlines()[1:] == ["signed by b0", "signed by b1"]
    assert "127.0.0.1:9/: the witness cannot be reached" in enough.stderr
    assert lacking.exit_code == 1
    assert "no quorum of witnesses, got b0, b1, expected 3 of b0, b1, b2" in lacking.stderr


def test_keys_are_never_overwritten_and_never_kept_with_store_or_log(key: str) -> None:
    again = counterfoil("log", "init", "other.example")
    assert again.exit_code == 2
    assert "never overwritten" in again.stderr
    for place in (".counterfoil/keys", ".counterfoil/log/keys"):
        beside = counterfoil("log", "init", "other.example", "--keys", place)
        assert beside.exit_code == 2
        assert "expected a folder elsewhere" in beside.stderr


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (["log", "publish"], "no such key, expected one made by `counterfoil log init`"),
        (["log", "receipt", "0" * 32], "no such entry"),
        (["log", "disclose", "0" * 32], "no such event"),
        (["log", "erase", "0" * 32, "--yes"], "no such case"),
        (["log", "init", "not a host"], "not a bare host name"),
        (["verify", "nowhere"], "not a folder, expected a bundle"),
        (["verify", ".", "--policy", "nowhere"], "cannot be read"),
        (["verify", "file"], "whose log? expected --policy FILE"),
    ],
)
def test_what_a_user_can_mend_is_one_clear_line(store: Store, arguments: list[str], problem: str) -> None:
    Path("file").write_text("hello")

    result = counterfoil(*arguments)

    assert result.exit_code == 2
    assert problem in result.stderr
    assert len(result.stderr.splitlines()) == 1


def test_verifying_starts_without_prefect_tables_or_statistics() -> None:
    code = (
        "import sys; from pipeline.cli import main\n"
        "try: main(['verify', '--help'])\n"
        "except SystemExit: print(sorted({'prefect', 'pandas', 'scipy', 'sqlalchemy', 'cv2'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.splitlines()[-1] == "[]"


def test_what_is_exported_was_seen_by_the_witnesses_and_verifies(key: str) -> None:
    body = LocalWitness("body.example", VerifierKey.parse(key.removeprefix("log ")))
    with serving(body) as (url,):
        policy_of(key, f"witness body {body.key} {url}\nquorum body\n")
        Path("counterfoil.toml").write_text('log_policy = "policy.txt"\n', "utf-8")
        exported = counterfoil("metrics", "export", "bundle")
    assert exported.exit_code == 0, exported.stderr

    result = counterfoil("verify", "bundle", "--policy", "policy.txt")

    assert result.exit_code == 0, result.stderr
    assert "  witness    body saw the log at 2026-10-26 07:33:20 UTC" in result.stdout.splitlines()
    Path("bundle/metrics.csv").write_text("metric\n", "utf-8")
    refused = counterfoil("verify", "bundle", "--policy", "policy.txt")
    assert refused.exit_code == 1
    assert refused.stderr.startswith("counterfoil: metrics.csv: not the file that was signed")
