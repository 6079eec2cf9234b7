"""Register documents: JSON or YAML into plain values, bounded and without surprises."""

from __future__ import annotations

import json
import re
from collections.abc import Hashable
from pathlib import Path
from typing import Any, Final

import orjson
import yaml

from pipeline.errors import CounterfoilError, InputError
from pipeline.records import Json
from pipeline.rules import quote

NAMES: Final = ("register.json", "register.yaml", "register.yml")
MAX_BYTES: Final = {".json": 64 * 1024 * 1024, ".yaml": 8 * 1024 * 1024}
"""Largest document by format; YAML takes seconds a megabyte."""
MAX_DEPTH: Final = 64


class DocumentError(CounterfoilError):
    """A document that is no proper JSON or YAML; the message says where and what was expected."""


def find_document(path: Path) -> Path:
    """Return the register's document: the file itself, or the one inside a folder.

    Raises
    ------
    InputError
        If there is none.
    """
    try:
        if path.is_file():
            return path
        for name in NAMES if path.is_dir() else ():
            if (path / name).is_file():
                return path / name
    except (OSError, ValueError) as error:
        raise InputError(f"{path}: cannot be read ({error}), expected a register") from error
    raise InputError(f"{path}: got no register, expected {NAMES[0]} or {NAMES[1]}, or a folder with one")


def read_document(path: Path) -> Json:
    """Read a register's document as plain JSON values.

    Parameters
    ----------
    path : Path
        A file; one that ends in ``.yaml`` or ``.yml`` is YAML, any other is JSON.

    Raises
    ------
    InputError
        If the file cannot be read or is too large.
    DocumentError
        If it is not UTF-8, or no proper JSON or YAML, is nested too deep, or holds what JSON cannot.

    Notes
    -----
    YAML is read by the rules of JSON (YAML 1.2, core schema): dates stay text and NO stays a country. Anchors and
    aliases are refused, since a few of them expand without bound. A key that stands twice is refused in both formats.
    """
    is_yaml = path.suffix.lower() in {".yaml", ".yml"}
    limit = MAX_BYTES[".yaml" if is_yaml else ".json"]
    try:
        with path.open("rb") as file:
            data = file.read(limit + 1)
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror}), expected a register") from error
    if len(data) > limit:
        raise InputError(f"{path}: got more than {limit:,} bytes, expected a register of at most that")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise DocumentError(f"byte {error.start}: got a byte that is no UTF-8, expected UTF-8 text") from error
    document = _read_yaml(text) if is_yaml else _read_json(text)
    try:
        orjson.dumps(document)
    except TypeError as error:  # half a surrogate pair, a number of more than 64 bits, hundreds of levels
        raise DocumentError(f"document: got {error}, expected values that have a digest") from error
    return document


def _read_json(text: str) -> Json:
    try:
        return json.loads(text, object_pairs_hook=_unique, parse_constant=_no_constant)
    except json.JSONDecodeError as error:
        raise DocumentError(f"line {error.lineno} column {error.colno}: got {error.msg}, expected JSON") from error
    except RecursionError as error:
        raise DocumentError("document: got values nested too deep, expected a register") from error
    except ValueError as error:
        raise DocumentError(f"document: got {error}, expected JSON") from error


def _unique(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    record = dict(pairs)
    if len(record) < len(pairs):
        names = [name for name, _ in pairs]
        raise ValueError(f"the key {next(name for name in names if names.count(name) > 1)!r} twice in one object")
    return record


def _no_constant(name: str) -> Json:
    raise ValueError(name)


def _read_yaml(text: str) -> Json:
    try:
        _check_events(text)
        return yaml.load(text, Loader=_CoreLoader)  # noqa: S506  a safe loader
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        place = "document" if mark is None else f"line {mark.line + 1}"
        raise DocumentError(f"{place}: got {error.problem or error.context}, expected YAML") from error
    except (yaml.YAMLError, ValueError) as error:
        raise DocumentError(f"document: got {quote(str(error))}, expected YAML") from error


def _line(event: yaml.Event) -> str:
    return f"line {event.start_mark.line + 1}" if event.start_mark else "document"


def _check_events(text: str) -> None:
    """Refuse what costs time or memory out of proportion, before anything is built."""
    depth = 0
    for event in yaml.parse(text, Loader=_CoreLoader):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > MAX_DEPTH:
            raise DocumentError(f"{_line(event)}: got values nested too deep, expected at most {MAX_DEPTH} levels")
        if isinstance(event, yaml.AliasEvent) or getattr(event, "tag", None):
            raise DocumentError(f"{_line(event)}: got an alias or a tag, expected plain values written out")


class _CoreLoader(yaml.CSafeLoader):
    """A safe loader that makes only what JSON has, from plain scalars of the core schema."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:  # noqa: ARG002, FBT001, FBT002
        names = [key.value for key, _ in node.value if isinstance(key, yaml.ScalarNode)]
        if len(set(names)) < len(node.value):
            raise yaml.constructor.ConstructorError(
                None, None, "a key that stands twice or is no text", node.start_mark
            )
        return {key.value: self.construct_object(value, deep=True) for key, value in node.value}


_CoreLoader.yaml_implicit_resolvers = {}
for _tag, _pattern, _first in (
    ("null", r"~|null|Null|NULL|", ["~", "n", "N", ""]),
    ("bool", r"true|True|TRUE|false|False|FALSE", list("tTfF")),
    ("int", r"[-+]?(?:0|[1-9][0-9]*)", list("-+0123456789")),
    ("float", r"[-+]?(?:\.[0-9]+|(?:0|[1-9][0-9]*)\.[0-9]*)(?:[eE][-+]?[0-9]+)?", list("-+.0123456789")),
):
    _CoreLoader.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(f"^(?:{_pattern})$"), _first)
