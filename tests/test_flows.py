"""The scan as a Prefect flow: by the command, killed and resumed, tried again, and on a schedule."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest
from PIL import Image, ImageDraw
from prefect import flow
from prefect.testing.utilities import prefect_test_harness

import flows
from pipeline.progress import TerminalProgress
from pipeline.verify.bundle import verify_bundle
from pipeline.verify.files import BundleFiles
from tests.detectors.image.models import write_model
from tests.market import results, row
from tests.pipeline.commands.test_recheck import noticed

HOME = Path(__file__).parents[1]


def draw(path: Path, seed: int) -> None:
    """Draw a photo with enough detail to be told from others."""
    path.parent.mkdir(parents=True, exist_ok=True)
    picture = Image.new("RGB", (160, 120), (240, 236, 228))
    pen = ImageDraw.Draw(picture)
    for i in range(12):
        x, y = (seed * 37 + i * 53) % 140, (seed * 61 + i * 29) % 100
        pen.rectangle((x, y, x + 8 + (seed + i) % 30, y + 6 + (seed * i) % 24), fill=(seed * 9 % 255, i * 20, 90))
    picture.save(path, quality=90)


@pytest.fixture(scope="module")
def market(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write a register and a snapshot that the real detectors find something in."""
    folder = tmp_path_factory.mktemp("market")
    draw(folder / "register" / "photo.jpg", 1)
    word = {"id": "quill-word", "kind": "word_mark", "text": "QUILLMERE"}
    photo = {"id": "quill-photo", "kind": "product_photo", "images": ["photo.jpg"]}
    holder = {"id": "quill", "name": "Quillmere Ltd", "assets": [word, photo]}
    (folder / "register/register.json").write_bytes(orjson.dumps({"version": 1, "rights_holders": [holder]}))
    for number in range(8):
        draw(folder / "snapshot" / "images" / f"{number}.jpg", number)
    rows = [row(n, images=[f"images/{n % 8}.jpg"]) for n in range(60)]
    (folder / "snapshot/listings.jsonl").write_bytes(b"\n".join(orjson.dumps(r) for r in rows))
    return folder


def environment(home: Path) -> dict[str, str]:
    """Return an environment in which Prefect keeps its files below a folder and has no server."""
    ours = ("PREFECT_", "PYTHONDONTWRITEBYTECODE")
    plain = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    return plain | {"PYTHONPATH": str(HOME), "PREFECT_HOME": str(home / "prefect")}


def started(market: Path, home: Path) -> subprocess.Popen[str]:
    home.mkdir(exist_ok=True)
    options = ("--register", str(market / "register"), "--workers", "1")
    return command("scan", str(market / "snapshot"), *options, home=home)


def finished(*arguments: str, home: Path) -> str:
    """Run a command to its end and return what it said."""
    process = command(*arguments, home=home)
    said, complained = process.communicate(timeout=240)
    assert process.returncode == 0, complained
    return said


def command(*arguments: str, home: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "pipeline.cli", *arguments],
        cwd=home,
        env=environment(home),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


@pytest.fixture(scope="module")
def undisturbed(market: Path) -> tuple[Path, str, str]:
    """Scan by the command; return the folder it ran in and what it said."""
    process = started(market, market / "undisturbed")
    said, complained = process.communicate(timeout=240)
    assert process.returncode == 0, complained
    return market / "undisturbed", said, complained


def test_the_command_scans_and_says_what_it_did(undisturbed: tuple[Path, str, str]) -> None:
    home, said, complained = undisturbed

    run = orjson.loads((home / "out" / "run.json").read_bytes())
    assert said.startswith("The highest of ")
    assert said.splitlines()[-1].startswith("60 rows: 60 listings, 0 repeats, 0 rejected; ")
    assert run["counts"]["images"] == 60
    assert run["counts"]["candidates"] == len((home / "out" / "candidates.jsonl").read_bytes().splitlines()) >= 20
    stages = ["ingest", "describe", "learn", "detect", "score", "merge", "cases"]
    shown = ["ingest", "describe", "enrol", "learn", "detect", "score", "merge", "cases"]
    assert complained.splitlines() == [f"counterfoil: {stage}" for stage in shown]
    assert list(run["seconds"]) == stages


def test_a_model_that_cannot_be_run_is_one_line_before_anything_begins(market: Path, tmp_path: Path) -> None:
    write_model(tmp_path, output="nothing")
    (tmp_path / "counterfoil.toml").write_text('descriptor = "means.onnx"\n', "utf-8")

    process = started(market, tmp_path)
    _, complained = process.communicate(timeout=240)

    assert process.returncode == 2
    assert len(complained.splitlines()) == 1
    assert "descriptor: means.onnx: cannot be run, got " in complained


@pytest.fixture(scope="module")
def rescanned(market: Path, undisturbed: tuple[Path, str, str], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Call one photo benign, register another, and look again at what was seen; no photo is at hand any more."""
    home = tmp_path_factory.mktemp("rescanned")
    shutil.copytree(undisturbed[0] / ".counterfoil", home / ".counterfoil")
    shutil.copytree(market / "register", home / "register")
    document = orjson.loads((home / "register/register.json").read_bytes())
    document["rights_holders"][0]["assets"] += [{"id": "later", "kind": "product_photo", "images": ["later.jpg"]}]
    (home / "register/register.json").write_bytes(orjson.dumps(document))
    draw(home / "register" / "later.jpg", 4)
    photo = str(market / "snapshot" / "images" / "1.jpg")

    finished("benign", "add", photo, "--holder", "quill", "--reason", "a size chart", home=home)
    finished("rescan", "--register", "register", "--workers", "1", home=home)

    return home


def candidates_of(home: Path) -> list[dict[str, Any]]:
    return [orjson.loads(line) for line in (home / "out" / "candidates.jsonl").read_bytes().splitlines()]


def test_a_photo_registered_later_is_found_in_what_was_seen(rescanned: Path) -> None:
    found = {
        row["listing_id"]
        for row in candidates_of(rescanned)
        if ("photo_reused", "later") in {(s["detector"], s["asset_id"]) for s in row["signals"]}
    }

    assert found == {str(n) for n in range(60) if n % 8 == 4}


def test_a_photo_found_benign_is_taken_back_and_said_so(undisturbed: tuple[Path, str, str], rescanned: Path) -> None:
    scores = {row["listing_id"]: row["score"] for row in candidates_of(undisturbed[0])}

    taken_back = [
        row for row in candidates_of(rescanned) if "benign.photo" in {s["observation"] for s in row["exclusions"]}
    ]

    assert {row["listing_id"] for row in taken_back} == {str(n) for n in range(60) if n % 8 == 1}
    assert all(row["score"] < scores[row["listing_id"]] for row in taken_back)
    assert not any(s["observation"].startswith("photo.") for row in taken_back for s in row["signals"])


def test_what_a_photo_shows_of_a_registered_one_is_drawn(
    market: Path, undisturbed: tuple[Path, str, str], tmp_path: Path
) -> None:
    shutil.copytree(undisturbed[0] / "out", tmp_path / "out")
    (shown,) = [row["candidate_id"] for row in candidates_of(tmp_path) if row["listing_id"] == "1"]
    places = ("--register", str(market / "register"), "--photos", str(market / "snapshot"))

    drawn = finished("overlay", shown, *places, home=tmp_path).split()

    assert Image.open(tmp_path / drawn[0]).format == "PNG"


def test_the_command_killed_and_started_again_ends_the_same(
    market: Path, undisturbed: tuple[Path, str, str], tmp_path: Path
) -> None:
    killed = started(market, tmp_path)
    assert killed.stderr is not None
    for line in killed.stderr:
        if "detect" in line:
            break
    os.kill(killed.pid, signal.SIGKILL)
    killed.communicate(timeout=60)  # until Prefect's server and the workers, who share its pipes, are gone too
    assert killed.returncode == -signal.SIGKILL

    again = started(market, tmp_path)
    again.communicate(timeout=240)

    assert again.returncode == 0
    assert results(tmp_path / "out") == results(undisturbed[0] / "out")


@pytest.fixture(scope="module")
def harness() -> Iterator[None]:
    with prefect_test_harness(server_startup_timeout=120):
        yield


@pytest.mark.usefixtures("harness")
@pytest.mark.parametrize(
    ("error", "attempts"),
    [
        pytest.param(OSError("the disk is busy"), 4, id="an I/O error is tried again"),
        pytest.param(ValueError("a mistake"), 1, id="a mistake is not"),
    ],
)
def test_only_io_errors_are_tried_again(monkeypatch: pytest.MonkeyPatch, error: Exception, attempts: int) -> None:
    monkeypatch.setattr(flows, "RETRY_AFTER_S", 0)
    tried: list[int] = []

    def step() -> None:
        tried.append(len(tried))
        raise error

    @flow
    def failing() -> Any:
        return flows.FlowConductor(TerminalProgress()).perform("step", step)

    with pytest.raises(type(error), match=str(error)):
        failing()

    assert len(tried) == attempts


@pytest.mark.usefixtures("harness")
def test_the_recheck_flow_enters_the_looks_of_the_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("COUNTERFOIL_SETTINGS", raising=False)
    url = f"sqlite:///{tmp_path / 'home' / 'store.db'}"
    noticed(url, "https://item.example/1001")
    look = {"checked_at": "2026-10-06T00:00:00Z", "url": "https://item.example/1001", "result": "seller_gone"}
    (tmp_path / "looks.jsonl").write_bytes(orjson.dumps(look))
    (tmp_path / "counterfoil.toml").write_text(f'store = "{url}"\nrechecks = ["looks.jsonl"]\n')

    assert flows.recheck() == [{"seller_gone": 1}]


@pytest.mark.usefixtures("harness")
def test_the_publish_flow_publishes_a_bundle_that_verifies_and_a_site(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("COUNTERFOIL_SETTINGS", raising=False)
    url = f"sqlite:///{tmp_path / 'home' / 'store.db'}"
    noticed(url, "https://item.example/1001")
    finished("log", "init", "log.counterfoil.example", home=tmp_path)
    (tmp_path / "counterfoil.toml").write_text(f'store = "{url}"\nbundles = "bundles"\nsite = "public"\n')

    numbers = flows.publish()

    (bundle,) = (tmp_path / "bundles").iterdir()
    assert numbers == verify_bundle(BundleFiles(bundle)).numbers > 0
    assert (tmp_path / "public" / "index.html").is_file()


@pytest.mark.slow
def test_a_scheduled_scan_runs(market: Path, undisturbed: tuple[Path, str, str], tmp_path: Path) -> None:
    settings = {"register": str(market / "register"), "snapshots": [str(market / "snapshot")], "schedule": "* * * * *"}
    lines = [f"{name} = {orjson.dumps(value).decode()}" for name, value in settings.items()]
    (tmp_path / "counterfoil.toml").write_text("\n".join([*lines, "workers = 1"]))
    with (tmp_path / "log").open("wb") as log:
        server = subprocess.Popen(
            [sys.executable, str(HOME / "flows.py")],
            cwd=tmp_path,
            env=environment(tmp_path),
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
        try:
            found = _wait_for(tmp_path / "out" / "run.json", server, seconds=170)
        finally:
            os.killpg(server.pid, signal.SIGKILL)
            server.wait()

    assert found, (tmp_path / "log").read_text()
    assert results(tmp_path / "out") == results(undisturbed[0] / "out")


def _wait_for(path: Path, process: subprocess.Popen[bytes], seconds: int) -> bool:
    for _ in range(seconds * 2):
        if path.exists() or process.poll() is not None:
            break
        try:
            process.wait(0.5)
        except subprocess.TimeoutExpired:
            continue
    return path.exists()
