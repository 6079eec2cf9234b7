"""The house keeps its own rules, and its documents speak of what exists."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from detectors.image.benign import OBSERVATION as BENIGN
from detectors.table import DETECTOR_CLASSES
from pipeline import errors
from pipeline.cli import main
from pipeline.combinations import OBSERVATIONS as COMBINATIONS
from pipeline.exclusions import OBSERVATIONS as EXCLUSIONS
from pipeline.scoring import default_weights

HOME = Path(__file__).parents[1]
CODE = sorted([*HOME.glob("pipeline/**/*.py"), *HOME.glob("detectors/**/*.py"), HOME / "flows.py"])
DOCUMENTS = sorted([*HOME.glob("*.md"), *HOME.glob("docs/**/*.md"), *HOME.glob("fixtures/*.md")])


def name_of(path: Path) -> str:
    return str(path.relative_to(HOME))


@pytest.mark.parametrize("path", CODE, ids=name_of)
def test_no_module_is_longer_than_400_lines(path: Path) -> None:
    assert len(path.read_text("utf-8").splitlines()) <= 400


@pytest.mark.parametrize("path", DOCUMENTS, ids=name_of)
def test_every_link_between_documents_leads_somewhere(path: Path) -> None:
    links = re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", path.read_text("utf-8"))

    broken = [link for link in links if "://" not in link and not (path.parent / link).exists()]

    assert broken == []


def test_every_detector_and_observation_stands_in_the_documents() -> None:
    text = (HOME / "docs/detectors.md").read_text("utf-8")

    missing = [d.name for d in DETECTOR_CLASSES if f"`{d.name}`" not in text]
    families = {o.rsplit(".", 1)[0] if o.startswith("mark.") else o for d in DETECTOR_CLASSES for o in d.observations}
    missing += sorted(f for f in families if f"`{f}" not in text)

    assert missing == []


def test_every_observation_has_a_weight_and_every_weight_an_observation() -> None:
    made = {o for d in DETECTOR_CLASSES for o in d.observations}

    assert {*made, *EXCLUSIONS, *COMBINATIONS, BENIGN} == set(default_weights().observations)


def test_every_module_of_the_pipeline_stands_in_the_picture_of_the_architecture() -> None:
    picture = (HOME / "docs/architecture.md").read_text("utf-8").split("```")[1]
    names = {f"{path.parent.name}/" for path in HOME.glob("pipeline/*/__init__.py")}
    names |= {path.name for path in HOME.glob("pipeline/*.py") if path.stem != "__init__"}

    assert sorted(name for name in names if f" {name}" not in picture) == []


def test_every_error_says_what_it_is_for() -> None:
    tree = [e for e in vars(errors).values() if isinstance(e, type) and issubclass(e, errors.CounterfoilError)]

    assert all(e.__doc__ for e in tree)
    assert len({e.__name__ for e in tree}) == len(tree) > 1


def test_every_command_stands_in_the_documents_and_every_group_in_the_readme() -> None:
    readme = (HOME / "README.md").read_text("utf-8")
    texts = " ".join(" ".join(path.read_text("utf-8").split()) for path in DOCUMENTS)

    assert [name for name in main.commands if f"counterfoil {name}" not in readme] == []
    assert [words for words in runnable(main, "counterfoil") if words not in texts] == []


def runnable(command: click.Command, name: str) -> Iterator[str]:
    """Yield the words that begin each command that can be run."""
    if not isinstance(command, click.Group):
        yield name
        return
    for word, inner in command.commands.items():
        yield from runnable(inner, f"{name} {word}")


@pytest.mark.parametrize("path", DOCUMENTS, ids=name_of)
def test_every_command_that_a_document_shows_exists_with_its_options(path: Path) -> None:
    shown = re.findall(r"(?:^|`)(?:\.venv/bin/)?(counterfoil [^`\n#]+)", path.read_text("utf-8"), re.MULTILINE)

    unknown = [line for line in shown if unknown_words(line.split()[1:])]

    assert unknown == []


def unknown_words(words: list[str]) -> list[str]:
    """Return the options that a command line names and its command does not have, or the command that is none."""
    command: click.Command = main
    while isinstance(command, click.Group) and words and not words[0].startswith("-"):
        if words[0] not in command.commands:
            return words[:1]
        command, words = command.commands[words[0]], words[1:]
    known = {option for parameter in command.params for option in parameter.opts} | {"--help"}
    return [word for word in words if word.startswith("--") and word.partition("=")[0] not in known]


@pytest.mark.parametrize("path", CODE, ids=name_of)
def test_no_function_is_longer_than_a_screen(path: Path) -> None:
    functions = (n for n in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(n, ast.FunctionDef))

    long = [f.name for f in functions if body_lines(f) > 45]

    assert long == []


def body_lines(function: ast.FunctionDef) -> int:
    docstring = ast.get_docstring(function, clean=False) or ""
    return (function.end_lineno or 0) - function.lineno + 1 - len(docstring.splitlines())
