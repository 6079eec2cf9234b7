"""The commands that keep people and serve the review app."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest
from click.testing import CliRunner

from pipeline.cli import main
from pipeline.commands.review import shrink
from tests.pipeline.review.desk import picture


def run(folder: Path, *arguments: str, typed: str = "") -> tuple[int, str]:
    result = CliRunner().invoke(main, [*arguments, "--store", f"sqlite:///{folder / 'store.db'}"], input=typed)
    return result.exit_code, result.output


def test_people_are_added_with_a_password_from_standard_input_and_listed(tmp_path: Path) -> None:
    added = run(tmp_path, "people", "add", "Ada", "--admin", typed="a long pass phrase\n")
    more = run(tmp_path, "people", "add", "bo", "--role", "reviewer", "--holder", "quill", typed="another long one\n")

    assert (added[0], more[0]) == (0, 0)
    assert run(tmp_path, "people", "list") == (0, "ada admin of *\nbo reviewer of quill\n")


@pytest.mark.parametrize(
    ("arguments", "typed", "complaint"),
    [
        (("add", "ada"), "short\n", "expected 12 or more"),
        (("add", "ada", "--admin", "--role", "reader"), "a long pass phrase\n", "two roles"),
        (("password", "nobody"), "a long pass phrase\n", "no such person"),
    ],
    ids=["short", "two roles", "unknown"],
)
def test_what_cannot_be_is_told_on_one_line(
    tmp_path: Path, arguments: tuple[str, ...], typed: str, complaint: str
) -> None:
    code, output = run(tmp_path, "people", *arguments, typed=typed)

    assert code == 2
    assert complaint in output
    assert output.count("\n") == 1


def test_a_name_is_taken_once_whatever_its_case(tmp_path: Path) -> None:
    run(tmp_path, "people", "add", "ada", typed="a long pass phrase\n")

    code, output = run(tmp_path, "people", "add", "ADA", typed="a long pass phrase\n")

    assert code == 2
    assert "taken" in output


def test_the_app_is_served_until_it_is_told_to_stop(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = str(free.getsockname()[1])
    command = [sys.executable, "-m", "pipeline.cli", "review", "--port", port]
    command += ["--store", f"sqlite:///{tmp_path / 'store.db'}"]

    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        page = answer(f"http://127.0.0.1:{port}/sign-in", process)
        process.terminate()
        shown, complaints = process.communicate(timeout=30)

    assert "Sign in" in page
    assert f"http://127.0.0.1:{port}/" in shown
    assert "counterfoil people add" in complaints


def answer(address: str, process: subprocess.Popen[str]) -> str:
    """Ask until the app is there."""
    while process.poll() is None:
        try:
            return httpx.get(address, timeout=10).text
        except httpx.ConnectError:
            time.sleep(0.1)
    return ""


def test_a_picture_is_made_anew_and_small() -> None:
    made = shrink(picture(), 32)

    assert made.startswith(b"\xff\xd8\xff")
    assert len(made) < 2_000
