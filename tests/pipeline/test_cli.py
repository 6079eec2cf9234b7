"""The command line, as a user meets it: exit codes, one clear line, and no waiting for what is not needed."""

import re
import subprocess
import sys
from pathlib import Path

import orjson
import pytest
from click import Command
from click.testing import CliRunner, Result

from pipeline.cli import main
from pipeline.commands.options import Group
from tests.detectors.image.pictures import encoded, scene
from tests.market import row, write_register, write_snapshot

HOME = Path(__file__).parents[2]


def counterfoil(*arguments: object) -> Result:
    return CliRunner().invoke(main, [str(a) for a in arguments])


@pytest.fixture
def register(tmp_path: Path) -> Path:
    return write_register(tmp_path / "register")


@pytest.fixture
def snapshot(tmp_path: Path) -> Path:
    return write_snapshot(tmp_path / "snapshot", [row(1)])


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work in an empty folder."""
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    return tmp_path / "here"


@pytest.mark.parametrize("group", ["", *sorted(name for name, c in main.commands.items() if isinstance(c, Group))])
def test_the_help_says_of_every_command_a_whole_sentence(group: str) -> None:
    command = main.commands[group] if group else main

    shown = " ".join(counterfoil(*group.split(), "--help").stdout.split())

    assert isinstance(command, Group)
    assert [name for name, c in command.commands.items() if f"{name} {first_sentence(c)}" not in shown] == []


def first_sentence(command: Command) -> str:
    return re.split(r"\.(?=\s|$)|\n\n", str(command.help))[0].replace("\n", " ")


def test_a_good_register_is_summed_up(register: Path) -> None:
    result = counterfoil("register", "check", register)

    assert result.exit_code == 0
    assert result.stdout.splitlines()[0] == "1 rights holders, 2 assets: 1 word_mark, 1 product_photo"
    assert result.stdout.splitlines()[1].startswith("quill-word: 'QUILLMERE' is distinctive")


def test_every_problem_of_a_register_stands_on_its_line(register: Path) -> None:
    document = orjson.loads((register / "register.json").read_bytes())
    document["rights_holders"][0]["assets"] += [{"id": "a", "kind": "song"}, {"id": "b", "kind": "word_mark"}]
    (register / "register.json").write_bytes(orjson.dumps(document))

    result = counterfoil("register", "check", register)

    assert result.exit_code == 1
    assert len(result.stdout.splitlines()) >= 2
    assert all("register.json" in line for line in result.stdout.splitlines())


def test_images_are_checked_against_the_users_innocent_photos_too(register: Path, here: Path) -> None:
    photo = encoded(scene(1))
    document = orjson.loads((register / "register.json").read_bytes())
    (name,) = (n for asset in document["rights_holders"][0]["assets"] for n in asset.get("images", ()))
    (register / name).write_bytes(photo)
    stock = here / "stock"
    stock.mkdir()
    for seed in range(5):
        (stock / f"{seed}.jpg").write_bytes(encoded(scene(1).rotate(seed)))
    (stock / "notes.txt").write_text("no photo")
    (here / "counterfoil.toml").write_text('innocents = "stock"')

    said = counterfoil("register", "check", register, "--images").stdout.splitlines()

    assert f"{name}: seen in 5 of " in said[-1]
    assert said[-1].endswith("parked, it will not be looked for")


def test_a_missing_folder_of_innocent_photos_is_said_in_one_line(register: Path, here: Path) -> None:
    (here / "counterfoil.toml").write_text('innocents = "stock"')

    result = counterfoil("register", "check", register, "--images")

    assert result.exit_code == 2
    assert "innocents: no such folder, got 'stock', expected a folder of photos" in result.stderr


def test_a_register_that_is_not_there_is_a_problem_found(tmp_path: Path) -> None:
    result = counterfoil("register", "check", tmp_path)

    assert (result.exit_code, len(result.stderr.splitlines())) == (1, 1)
    assert "expected register.json or register.yaml" in result.stderr


def test_checking_a_register_does_not_wait_for_prefect(register: Path) -> None:
    program = (
        "import sys\nfrom pipeline.cli import main\n"
        f"try:\n    main(['register', 'check', {str(register)!r}])\n"
        "finally:\n    print('prefect' in sys.modules)"
    )

    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=HOME)

    assert ran.stdout.splitlines()[-1] == "False"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        pytest.param(["{snapshot}", "--register", "{gone}"], "gone", id="no register"),
        pytest.param(["{gone}", "--register", "{register}"], "gone", id="no snapshot"),
        pytest.param(["{empty}", "--register", "{register}"], "empty", id="a folder without listings"),
        pytest.param(["{snapshot}", "--register", "{register}", "--store", "mysql://a:pw@b/c"], "store", id="store"),
        pytest.param(["{snapshot}", "--register", "{register}", "--out", "/proc/out"], "/proc/out", id="out"),
        pytest.param(["{snapshot}", "--register", "{register}", "--engine", "dask"], "dask_address", id="no cluster"),
        pytest.param(
            ["{snapshot}", "--register", "{register}", "--engine", "dask", "--dask-address", "tcp://10.1.1.1:1"],
            "plain TCP",
            id="a cluster anybody could write to",
        ),
    ],
)
def test_what_cannot_be_scanned_is_said_in_one_line(
    here: Path, register: Path, snapshot: Path, arguments: list[str], words: str
) -> None:
    (here / "empty").mkdir()
    places = {"register": register, "snapshot": snapshot, "gone": here / "gone", "empty": here / "empty"}

    result = counterfoil("scan", *(argument.format(**places) for argument in arguments))

    assert result.exit_code == 2
    assert result.stdout == ""
    assert result.stderr.startswith("counterfoil: ")
    assert len(result.stderr.splitlines()) == 1
    assert words in result.stderr
    assert "pw" not in result.stderr


@pytest.mark.parametrize(
    "arguments", [["scan"], ["scan", "a"], ["scan", "a", "--register", "b", "--workers", "0"], ["frobnicate"]]
)
def test_bad_usage_exits_with_2(arguments: list[str]) -> None:
    assert counterfoil(*arguments).exit_code == 2


@pytest.mark.usefixtures("here")
def test_a_register_with_problems_is_not_scanned_with(register: Path, snapshot: Path) -> None:
    (register / "register.json").write_text('{"version": 1, "rights_holders": [{}]}')

    result = counterfoil("scan", snapshot, "--register", register)

    assert result.exit_code == 2
    assert len(result.stderr.splitlines()) == 1
    assert "more)" in result.stderr


def test_a_setting_that_cannot_be_used_is_said_in_one_line(here: Path) -> None:
    (here / "counterfoil.toml").write_text("colour = 'blue'")

    result = counterfoil("scan", "a", "--register", "b")

    assert result.exit_code == 2
    assert "counterfoil.toml: no such setting, got 'colour'" in result.stderr


@pytest.mark.usefixtures("here")
def test_the_doctor_finds_a_new_folder_in_order() -> None:

    result = counterfoil("doctor")

    assert result.exit_code == 0, result.output
    assert all(line.startswith("ok ") for line in result.stdout.splitlines())
