"""Each command runs on a small collection and writes its figures."""

import json
import sys
from pathlib import Path
from random import Random
from typing import Any

import pytest
from PIL import Image, ImageDraw

from benchmarks.images import attacks, certainty, cost, logos
from benchmarks.images.alterations import ATTACKS
from benchmarks.images.collection import Item, save
from tests.detectors.image.pictures import encoded, scene

MAINS = {"attacks": attacks.main, "certainty": certainty.main, "cost": cost.main, "logos": logos.main}


def sign(seed: int) -> Image.Image:
    """Return a made-up logo on nothing."""
    random = Random(seed)
    sheet = Image.new("RGBA", (120, 120))
    draw = ImageDraw.Draw(sheet)
    for _ in range(6):
        draw.line([(random.randrange(120), random.randrange(120)) for _ in range(3)], (20, 20, 60, 255), 7)
    return sheet


@pytest.fixture(scope="module")
def collection(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("collection")
    photos = {
        f"photos/{i}.jpg": (f"sender {i // 3}", encoded(scene(i, 96, 520 if i in (2, 5) else 128))) for i in range(6)
    }
    marks = {f"{kind}s/{n}.png": (n, encoded(sign(ord(n[0])), "PNG")) for kind in ("mark", "logo") for n in "abcf"}
    items = []
    for file, (group, data) in (photos | marks).items():
        (home / file).parent.mkdir(exist_ok=True)
        (home / file).write_bytes(data)
        items.append(Item(file=file, kind=file.partition("s/")[0], group=group))
    save(home, items)
    return home


def figures(monkeypatch: pytest.MonkeyPatch, command: str, *arguments: object) -> Any:
    """Run a command as from a shell and return what it wrote."""
    out = Path(str(arguments[0])) / f"{command}.json"
    monkeypatch.setattr(sys, "argv", [command, *map(str, arguments), "--json", str(out)])

    assert MAINS[command]() == 0

    return json.loads(out.read_text("utf-8"))


def test_attacks_give_recall_for_each_attack_and_method(
    collection: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    result = figures(monkeypatch, "attacks", collection, "--assets", 8, "--sample", 2, "--slow", 0)

    methods = result["assets"]["8"]
    assert {"counterfoil", "imagehash phash", "imagehash dhash", "PDQ", "imagededup PHash"} == set(methods)
    assert all(set(point["recall"]) == set(ATTACKS) for m in methods.values() for point in m["points"].values())
    assert methods["counterfoil"]["points"]["any signal"]["recall"]["JPEG q30"]["share"] == 1
    assert "8 assets, 1 % of innocent photos tolerated" in capsys.readouterr().out


def test_logos_give_recall_by_width_and_the_share_of_photos_flagged(
    collection: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    result = figures(monkeypatch, "logos", collection, "--sample", 1, "--workers", 1)

    point = result["methods"]["counterfoil"]["any signal"]
    assert result["put on photos"] == 1
    assert set(point["recall"]) == set(logos.PRINTS)
    assert point["false alarms, both halves"]["of"] == 6


def test_cost_gives_times_ratios_and_memory(collection: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    result = figures(monkeypatch, "cost", collection, "--photos", 1, "--assets", 4, 8)

    assert all(figure > 0 for figure in result.values())
    assert {"tiers up to the hash / imagehash.phash", "MB of a process with 8 assets (PSS)"} <= set(result)


def test_certainty_gives_scales_and_reliability(
    collection: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    result = figures(monkeypatch, "certainty", collection, "--assets", 4, "--sample", 2, "--logos", 1, "--workers", 1)

    assert set(result["in use"]) == set(certainty.IN_USE) >= set(result["fitted"])
    assert all(0 <= row["right"] <= 1 for row in result["reliability"])
    assert "kind of sighting" in capsys.readouterr().out


@pytest.mark.parametrize("command", MAINS)
def test_a_missing_collection_is_one_line(
    command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", [command, str(tmp_path)])

    assert MAINS[command]() == 2
    assert capsys.readouterr().err.count("\n") == 1
